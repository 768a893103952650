"""The desk in a browser: small and wide, both languages, a new critical case without reload, and without any script."""

import gzip
import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, Response, expect

from cases.models import Case
from cases.work.queue import PAGE
from tests.browsing import PHONE
from tests.conftest import CaseMaker, Cast
from tests.live import LIVE, Live, violations

pytestmark = LIVE
SECONDS = 1000.0
ENOUGH = 100 * 1024  # bytes of the first page, everything it loads included
QUEUE = "#queue .case-card"


def fits(page: Page) -> bool:
    """Whether nothing sticks out at the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def tall_enough(page: Page) -> list[str]:
    """What a thumb is asked to hit and is lower than 48 px."""
    seen = """nodes => nodes.filter(n => n.checkVisibility() && n.getBoundingClientRect().height < 47.5
              && n.getBoundingClientRect().height > 1).map(n => n.outerHTML.slice(0, 90))"""
    return list(page.locator("header :is(a, summary), main :is(button, summary, .button)").evaluate_all(seen))


def some_cases(cast: Cast, make_case: CaseMaker) -> None:
    """Late, due soon and the rest."""
    now = timezone.now()
    for minutes in (-8, 4, 40):
        make_case(officer=cast.meena, patient_age=58, spo2=82, next_due_at=now + timedelta(minutes=minutes))


def test_the_desk_on_a_phone_in_hindi_and_wide_in_english_dark(live: Live, cast: Cast, make_case: CaseMaker) -> None:
    some_cases(cast, make_case)
    phone = live.open(cast.meena, "/desk/", size="phone", language="hi")
    expect(phone.locator(QUEUE)).to_have_count(3)
    phone.locator(".more > summary").click()
    expect(phone.locator(".more__sheet")).to_be_visible()
    assert violations(phone) == []
    phone.locator("body").click(position={"x": 5, "y": 400})
    for tool in ("details.tool:not(#alerts) > summary", "#alerts > summary"):
        phone.locator(tool).click()
    assert fits(phone)
    assert tall_enough(phone) == []
    assert violations(phone) == []
    wide = live.open(cast.meena, "/desk/", size="wide", language="en", dark=True)
    expect(wide.locator("#pane .case__title")).to_be_visible()
    assert fits(wide)
    assert violations(wide) == []


def test_the_list_the_saved_filters_and_a_move_on_several(live: Live, cast: Cast, make_case: CaseMaker) -> None:
    some_cases(cast, make_case)
    for size, language, dark in (("phone", "hi", False), ("wide", "en", True)):
        page = live.open(cast.sunita, "/cases/", size=size, language=language, dark=dark)
        assert fits(page)
        assert violations(page) == []
        page.keyboard.press("/")
        expect(page.locator("#search")).to_be_focused()
        page.goto(f"{live.url}/desk/saved/?query=need%3Dbed")
        assert fits(page)
        assert violations(page) == []
        page.goto(f"{live.url}/cases/")
        page.locator("[name=case]").first.check()
        page.locator(".bulk [value=transfer]").click()
        expect(page.locator("[name=district]")).to_be_visible()
        assert fits(page)
        assert violations(page) == []
        page.goto(f"{live.url}/cases/")
        page.locator("[name=case]").first.check()
        page.locator(".bulk [value=start]").click()
        expect(page.locator(".field__error")).to_be_visible()
        assert violations(page) == []


def test_a_new_critical_case_comes_without_reload_counted_in_the_title_and_said_aloud(
    live: Live, cast: Cast, make_case: CaseMaker
) -> None:
    make_case(officer=cast.meena)
    page = live.open(cast.meena, "/desk/?tab=mine")
    page.clock.install()
    page.reload()
    page.evaluate("window.marked = true")
    expect(page).to_have_title(re.compile(r"^Desk"))
    make_case(officer=cast.meena, urgency="normal")
    page.clock.run_for(6_000)
    expect(page.locator(QUEUE)).to_have_count(2, timeout=15 * SECONDS)
    expect(page).to_have_title(re.compile(r"^Desk"))
    new = make_case(officer=cast.meena)
    page.clock.run_for(6_000)
    expect(page).to_have_title(re.compile(r"^\(1\) Desk"), timeout=15 * SECONDS)
    expect(page.locator("#live")).to_contain_text("New critical case: Oxygen")
    expect(page.locator(f"[data-case={new.reference}]")).to_be_visible()
    page.locator("#alerts > summary").click()
    expect(page).to_have_title(re.compile(r"^Desk"))
    expect(page.locator("#sound-words")).to_contain_text("Sound is on: a new critical case is heard.")
    page.locator("#sound").click()
    expect(page.locator("#sound-words")).to_have_text("Sound is off.")
    assert page.evaluate("window.marked"), "the page was loaded anew"
    page.reload()
    page.locator("#alerts > summary").click()
    expect(page.locator("#sound")).to_have_text("Turn the sound on")


def test_the_first_page_is_light(live: Live, cast: Cast, make_case: CaseMaker) -> None:
    for _ in range(PAGE + 1):
        make_case(officer=cast.meena, patient_age=58, spo2=82)
    page = live.open(cast.meena, "/sign-in/")
    sizes: dict[str, int] = {}

    def weigh(answer: Response) -> None:
        sizes.setdefault(answer.url, len(gzip.compress(answer.body(), 6)))

    page.on("response", weigh)
    page.goto(f"{live.url}/desk/", wait_until="networkidle")
    assert page.locator(QUEUE).count() == PAGE
    assert not [url for url in sizes if re.search(r"\.(woff2?|ttf|otf)", url)]
    assert sum(sizes.values()) <= ENOUGH, sorted(sizes.items(), key=lambda pair: -pair[1])


def test_the_desk_without_scripts(live: Live, cast: Cast, make_case: CaseMaker) -> None:
    now = timezone.now()
    first = make_case(officer=cast.meena, need_code="bed", next_due_at=now - timedelta(minutes=8))
    for _ in range(PAGE):
        make_case(officer=cast.meena, next_due_at=now + timedelta(minutes=30))
    cookies = live.open(cast.meena, "/desk/").context.cookies()
    context = live.browser.new_context(
        viewport={"width": PHONE["width"], "height": PHONE["height"]}, java_script_enabled=False
    )
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{live.url}/desk/")
    assert page.locator(f"{QUEUE} .clock time").first.inner_text() == "8 min late"
    page.locator(".queue__foot a[rel=next]").click()
    expect(page.locator(QUEUE)).to_have_count(1)
    page.locator(".queue__back a").click()
    page.locator("details.tool > summary").first.click()
    page.locator("select[name=need]").select_option("bed")
    page.locator(".queue-filters button").click()
    expect(page.locator(QUEUE)).to_have_count(1)
    page.locator(f"{QUEUE} .case-card__move button").click()
    first.refresh_from_db()
    assert first.status == "acknowledged"
    page.locator("#search").fill("9800000001")
    page.locator("#search").press("Enter")
    expect(page.locator("[name=case]")).to_have_count(1)
    assert [row.get_attribute("value") for row in page.locator("[name=case]").all()] == [first.reference]
    page.locator("[name=case]").first.check()
    page.locator(".bulk [value=start]").click()
    assert Case.objects.get(pk=first.pk).status == "in_progress"
