"""The collector's dashboard and the control room's wall in a browser: sound, moving, and honest when cut off."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from cases.models import Case
from cases.reports import rollups
from cases.workflow import Status
from districts.models import Officer, Posting
from tests.conftest import CaseMaker, Cast, Map
from tests.live import LIVE, Live, violations

pytestmark = LIVE
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=ZoneInfo("Asia/Kolkata"))
SCREEN = {"width": 1920, "height": 1080}


@pytest.fixture(autouse=True)
def _posted_long_ago(cast: Cast) -> None:
    """Also at the moment that the tests set the clock to."""
    Posting.objects.update(starts_on="2026-01-01")


def morning(make_case: CaseMaker, cast: Cast, small_map: Map) -> Case:
    """Cases in three blocks, solved, late and due in a quarter of an hour: that one, in Kota, is returned."""
    for number in range(12):
        asked = NOON - timedelta(hours=1 + number % 4, minutes=number)
        made = make_case(at=asked, officer=cast.meena, need_code=("oxygen", "bed", "food")[number % 3])
        Case.objects.filter(pk=made.pk).update(
            status=Status.RESOLVED, outcome="helped", next_due_at=None, alarm_at=None,
            acknowledged_at=asked + timedelta(minutes=4), resolved_at=asked + timedelta(minutes=20 + number),
        )  # fmt: skip
    make_case(at=NOON - timedelta(minutes=40), officer=cast.meena, next_due_at=NOON - timedelta(minutes=10))
    return make_case(at=NOON, block=small_map.kota, next_due_at=NOON + timedelta(minutes=15))


def fits(page: Page) -> bool:
    """Nothing is wider than the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize(("size", "language", "dark"), [("phone", "hi", False), ("wide", "en", True)])
@pytest.mark.parametrize(("path", "seen"), [("/reports/", ".charts"), ("/wall/", ".wall__map")])
def test_dashboard_and_wall_are_sound(
    live: Live, cast: Cast, make_case: CaseMaker, small_map: Map, path: str, seen: str, size: str, language: str,
    dark: bool,
) -> None:  # fmt: skip
    Officer.objects.filter(pk=cast.collector.pk).update(language=language)
    with live.at(NOON):
        morning(make_case, cast, small_map)
        rollups.catch_up(NOON)
        page = live.open(cast.collector, path, size=size, language=language, dark=dark)
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator(seen).is_visible()
        assert violations(page) == []
        assert fits(page)


def test_the_charts_of_a_phone_are_made_for_its_width(
    live: Live, cast: Cast, make_case: CaseMaker, small_map: Map
) -> None:
    with live.at(NOON):
        morning(make_case, cast, small_map)
        rollups.catch_up(NOON)
        page = live.open(cast.collector, "/reports/?period=7d")
        charts = page.locator(".chart__image")
        assert charts.count() == 5
        for number in range(5):
            charts.nth(number).scroll_into_view_if_needed()
            page.wait_for_function("n => document.querySelectorAll('.chart__image')[n].complete", arg=number)
            assert charts.nth(number).evaluate("image => [image.naturalWidth, image.clientWidth >= 280]") == [328, True]


def test_from_the_state_a_tap_on_the_map_leads_to_a_district_and_a_tap_there_to_a_block(
    live: Live, cast: Cast, make_case: CaseMaker, small_map: Map
) -> None:
    with live.at(NOON):
        morning(make_case, cast, small_map)
        rollups.catch_up(NOON)
        page = live.open(cast.state_admin, reverse("dashboard"))
        page.locator(".map__picture a").filter(has_text="Bilaspur").click()
        expect(page.locator("h1")).to_contain_text("Bilaspur")
        page.locator(".map__picture a").filter(has_text="Kota").click()
        expect(page.locator("h1")).to_contain_text("Kota")
        assert page.locator(".crumbs a").all_inner_texts() == ["Chhattisgarh", "Bilaspur"]


def test_the_days_of_a_range_are_asked_for_behind_one_tap(live: Live, cast: Cast, small_map: Map) -> None:
    with live.at(NOON):
        page = live.open(cast.collector, reverse("dashboard"))
        assert not page.get_by_label("from").is_visible()
        page.get_by_text("From … to …").click()
        page.get_by_label("from").fill("20-11-2026")
        page.get_by_label("until").fill("21-11-2026")
        page.get_by_role("button", name="Show").click()
        expect(page.locator("h1")).to_contain_text("20-11-2026 to 21-11-2026")
        assert page.get_by_label("until").is_visible()


def test_the_wall_turns_red_by_itself_when_a_case_becomes_late(
    live: Live, cast: Cast, make_case: CaseMaker, small_map: Map
) -> None:
    with live.at(NOON) as clock:
        morning(make_case, cast, small_map)
        page = live.open(cast.operator, "/wall/", size="wide")
        page.set_viewport_size(SCREEN)
        page.clock.install()
        page.reload()
        kota = page.locator(".light").filter(has_text="Kota")
        expect(kota).to_contain_text("1 open")
        clock.shift(timedelta(minutes=20))
        page.clock.run_for(16_000)
        expect(kota).to_contain_text("1 late", timeout=20_000)
        expect(page.locator(".wall__number--late strong")).to_have_text("2")
        expect(page.locator("#clock")).to_contain_text("12:20:")


def test_the_walls_clock_ticks_and_it_says_so_when_the_office_is_not_heard(
    live: Live, cast: Cast, small_map: Map
) -> None:
    page = live.open(cast.operator, "/wall/", size="wide")
    page.clock.install()
    page.reload()
    first = page.locator("#clock").inner_text()
    expect(page.locator("#stale")).to_be_hidden()
    page.context.set_offline(True)
    page.clock.run_for(3_000)
    assert page.locator("#clock").inner_text() > first
    expect(page.locator("#stale")).to_be_hidden()
    page.clock.run_for(70_000)
    expect(page.locator("#stale")).to_contain_text("No connection: the figures are of")
    page.context.set_offline(False)
    page.clock.run_for(16_000)
    expect(page.locator("#stale")).to_be_hidden()


def test_a_wall_whose_session_has_ended_asks_to_sign_in_as_a_page(live: Live, cast: Cast, small_map: Map) -> None:
    page = live.open(cast.operator, "/wall/", size="wide")
    page.clock.install()
    page.reload()
    page.context.clear_cookies()
    page.clock.run_for(16_000)
    page.wait_for_url("**/sign-in/?next=/wall/**")
    assert page.locator("#wall").count() == 0


@pytest.mark.parametrize("places", [0, 5, 33])
def test_a_room_sees_all_of_the_wall_at_once_and_reads_it(
    live: Live, cast: Cast, make_case: CaseMaker, small_map: Map, places: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with live.at(NOON):
        morning(make_case, cast, small_map)
        page = live.open(cast.operator, "/wall/?place=" + ("b3604" if not places else ""), size="wide")
        page.set_viewport_size(SCREEN)
        page.evaluate(
            """places => { const lights = document.querySelector('.wall__lights');
            while (lights && lights.children.length < Math.min(places, 24)) {
              const light = lights.children[0].cloneNode(true);
              light.querySelector('.light__name').textContent = 'Manendragarh-Chirmiri-Bharatpur';
              lights.append(light); }
            if (lights && places > 24) lights.insertAdjacentHTML('afterend', '<p class="wall__calm">9</p>'); }""",
            places,
        )
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        last = page.locator(".light").last
        if places:
            assert last.evaluate("light => light.getBoundingClientRect().bottom <= innerHeight")
        words = ".wall__number span, .light, .wall__list li, .wall__list h2"
        sizes = page.locator(words).evaluate_all("all => all.map(one => parseFloat(getComputedStyle(one).fontSize))")
        assert min(sizes) >= 0.025 * SCREEN["height"]
