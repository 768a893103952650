"""The desk: whose cases stand in the queue, in which order, at what cost."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.work.queue import PAGE
from cases.workflow import Status
from districts.models import Officer
from tests.conftest import CaseMaker, Cast

Browser = Callable[[Officer], Client]
# Officer, postings, figures, which cases, what they say, tabs' counts, needs to choose from, saved filters, the note
# of the shift before.
QUERIES = 10


def references(page: str) -> list[str]:
    return [part.split('"')[0] for part in page.split('data-case="')[1:]]


def desk(browser: Client, tab: str = "") -> str:
    response = browser.get(f"/desk/?tab={tab}")
    assert response.status_code == 200
    return response.content.decode()


def test_my_queue_holds_my_open_cases_and_what_is_due_first_stands_first(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    now = timezone.now()
    later = make_case(officer=cast.meena, next_due_at=now + timedelta(minutes=20))
    late = make_case(officer=cast.meena, next_due_at=now - timedelta(minutes=2))
    make_case(officer=cast.ravi)
    make_case(officer=cast.meena, status=Status.WITHDRAWN, closed_at=now, next_due_at=None)
    assert references(desk(browser_of(cast.meena))) == [late.reference, later.reference]


def test_my_area_holds_the_open_cases_of_my_places_whoever_has_them(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    make_case(officer=cast.ravi)
    make_case(block=make_case.map.kota)
    assert references(desk(browser_of(cast.meena), "area")) == ["BSP-TEST-001"]
    assert len(references(desk(browser_of(cast.collector), "area"))) == 2
    assert references(desk(browser_of(cast.other_collector), "area")) == []


def test_to_sort_out_holds_what_nobody_surely_has(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    make_case(officer=cast.meena)
    make_case(status=Status.NEEDS_REVIEW, officer=cast.operator)
    make_case(status=Status.AWAITING_INFO, answer_by=timezone.now())
    make_case()
    assert references(desk(browser_of(cast.operator), "review")) == ["BSP-TEST-002", "BSP-TEST-003", "BSP-TEST-004"]


@pytest.mark.parametrize(
    ("who", "tab"),
    [("meena", "mine"), ("sunita", "mine"), ("operator", "review"), ("collector", "area"), ("auditor", "area")],
)
def test_each_starts_where_the_days_work_is(browser_of: Browser, cast: Cast, who: str, tab: str) -> None:
    assert f'href="?tab={tab}" aria-current="page"' in desk(browser_of(getattr(cast, who)))


def test_the_figures_count_late_soon_and_the_rest(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    now = timezone.now()
    for minutes in (-3, -1, 4, 9, 11, 50):
        make_case(officer=cast.meena, next_due_at=now + timedelta(minutes=minutes))
    page = desk(browser_of(cast.meena))
    values = [part.split("<")[0] for part in page.split('class="stat__value">')[1:]]
    assert values == ["2", "2", "2"]


def test_a_card_says_need_place_age_and_clock_but_no_telephone_number_and_no_name(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    make_case(officer=cast.meena, patient_age=58, spo2=82, phone="9826155412", requester_name="Rakesh Yadav")
    page = desk(browser_of(cast.meena))
    for words in ("Oxygen", "Tifra", "Bilha", "58 years old", "SpO2 82", "4 min left", "Critical", "Assigned"):
        assert words in page
    assert "9826155412" not in page
    assert "Rakesh Yadav" not in page


def test_hostile_text_in_a_card_stays_text(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    make_case(officer=cast.meena, place_text='"><script>alert(1)</script>')
    page = desk(browser_of(cast.meena))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_an_empty_queue_says_what_to_do(browser_of: Browser, cast: Cast) -> None:
    assert "No case waits for you" in desk(browser_of(cast.meena))
    assert "Nothing to sort out" in desk(browser_of(cast.operator))


def test_who_may_not_acknowledge_gets_no_button(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    make_case(officer=cast.meena)
    assert "/acknowledge/" in desk(browser_of(cast.sunita), "area")
    assert "/acknowledge/" not in desk(browser_of(cast.auditor), "area")


@pytest.mark.parametrize("count", [5, PAGE])
def test_the_desk_costs_the_same_few_queries_for_5_cases_and_a_whole_page(
    browser_of: Browser, cast: Cast, make_case: CaseMaker, django_assert_num_queries, count: int
) -> None:
    for _ in range(count):
        make_case(officer=cast.meena)
    browser = browser_of(cast.meena)
    browser.get("/desk/")
    with django_assert_num_queries(QUERIES):
        assert len(references(desk(browser))) == count


def test_pages_join_by_their_mark_without_gap_or_overlap_though_times_are_equal(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    moment = timezone.now() + timedelta(minutes=20)
    made = [make_case(officer=cast.meena, next_due_at=moment).reference for _ in range(2 * PAGE + 3)]
    browser, address, seen = browser_of(cast.meena), "/desk/?tab=mine", []
    for count in (PAGE, PAGE, 3):
        page = browser.get(address).content.decode()
        assert len(references(page)) == count
        seen += references(page)
        address = "/desk/" + html.unescape(page.split('rel="next"')[0].split('href="')[-1].split('"')[0])
    assert seen == made
    assert 'rel="next"' not in page
    assert 'href="?tab=mine"' in page.split("queue__back")[1]


def test_a_page_behind_the_first_stays_where_it_is_when_it_renews_itself(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    for number in range(PAGE + 2):
        make_case(officer=cast.meena, next_due_at=timezone.now() + timedelta(minutes=20 + number))
    browser = browser_of(cast.meena)
    first = desk(browser, "mine")
    second = browser.get("/desk/" + html.unescape(first.split('rel="next"')[0].split('href="')[-1].split('"')[0]))
    poll = html.unescape(second.content.decode().split('hx-get="')[1].split('"')[0])
    make_case(officer=cast.meena)
    renewed = browser.get(poll).content.decode()
    assert references(renewed) == references(second.content.decode())


def test_cases_stand_under_headings_with_their_counts(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    now = timezone.now()
    for minutes in (-3, 4, 9, 50):
        make_case(officer=cast.meena, next_due_at=now + timedelta(minutes=minutes))
    page = desk(browser_of(cast.meena))
    groups = [(part.split('"')[0], len(references(part))) for part in page.split('queue__group" aria-labelledby="')[1:]]
    assert groups == [("late", 1), ("soon", 2), ("rest", 1)]
    counts = re.findall(r'id="(late|soon|rest)".*?class="badge">(\d+)<', page)
    assert counts == [("late", "1"), ("soon", "2"), ("rest", "1")]


def test_a_figure_leads_to_its_heading_or_to_the_page_where_it_begins(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    now = timezone.now()
    for _ in range(PAGE):
        make_case(officer=cast.meena, next_due_at=now - timedelta(minutes=1))
    last = make_case(officer=cast.meena, next_due_at=now + timedelta(minutes=30))
    browser = browser_of(cast.meena)
    links = re.findall(r'<a href="([^"]*)" class="stat', desk(browser))
    assert links[0] == "#late"
    assert references(browser.get("/desk/" + html.unescape(links[1])).content.decode()) == [last.reference]


def test_counting_stops_at_its_cap_and_says_so(
    browser_of: Browser, cast: Cast, make_case: CaseMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.work.queue.CAP", 3)
    monkeypatch.setattr("cases.work.templatetags.desk.CAP", 3)
    for _ in range(5):
        make_case(officer=cast.meena)
    assert '<span class="badge">2+</span>' in desk(browser_of(cast.meena))


@pytest.mark.parametrize(
    ("query", "count"),
    [("need=bed", 1), ("status=needs_review", 1), ("urgency=normal", 1), ("block=3607", 1),
     ("need=oxygen&block=3604", 2),
     ("block=<b>", 0), ("need=%00", 0)],
)  # fmt: skip
def test_the_queue_can_be_narrowed(
    browser_of: Browser, cast: Cast, make_case: CaseMaker, query: str, count: int
) -> None:
    make_case()
    make_case(status=Status.NEEDS_REVIEW)
    make_case(need_code="bed", urgency="normal", block=make_case.map.kota)
    browser = browser_of(cast.sunita)
    page = browser.get(f"/desk/?tab=area&{query}").content.decode()
    assert len(references(page)) == count
    poll = html.unescape(page.split('hx-get="')[1].split('"')[0])
    assert browser.get(poll).status_code == 204
    if count == 0:
        assert "No open case here fits the filters." in page


def test_filters_offer_the_areas_below_ones_own(browser_of: Browser, cast: Cast) -> None:
    def offered(officer: Officer, query: str = "") -> list[str]:
        page = browser_of(officer).get(f"/desk/?{query}").content.decode()
        return re.findall(r'<select name="(district|block)"', page)

    assert offered(cast.meena) == []
    assert offered(cast.sunita) == ["block"]
    assert offered(cast.state_admin) == ["district"]
    assert offered(cast.state_admin, "district=375") == ["district", "block"]


def test_a_new_critical_case_beyond_the_first_page_is_named_above_it(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    now = timezone.now()
    for _ in range(PAGE):
        make_case(officer=cast.meena, urgency="high", next_due_at=now - timedelta(minutes=5))
    browser = browser_of(cast.meena)
    first = desk(browser)
    assert "Just in and critical" not in first
    new = make_case(officer=cast.meena)
    poll = html.unescape(first.split('hx-get="')[1].split('"')[0])
    renewed = browser.get(poll).content.decode()
    assert f'data-fresh="{new.reference}"' in renewed
    assert new.reference not in references(renewed)


@pytest.mark.parametrize(
    "nonsense",
    [
        "?tab=<script>",
        "?after=-1",
        "?after=99999999",
        "?after=٣.٣",
        "?tab=%00&after=x.y",
        "?after=9999999999999999999.1",
    ],
)
def test_nonsense_in_the_address_shows_the_first_tab(browser_of: Browser, cast: Cast, nonsense: str) -> None:
    assert browser_of(cast.meena).get(f"/desk/{nonsense}").status_code == 200


def doors(page: str) -> list[str]:
    """The words of the header's doors, in the row and under "More"."""
    return re.findall(r">([^<]+)</a>", page.split("desk-nav__row")[1].split("</nav>")[0])


def test_the_header_offers_only_the_doors_that_are_open(browser_of: Browser, cast: Cast) -> None:
    assert not {"Reports", "Telephone", "Doctor desk", "Numbers shown"} & set(doors(desk(browser_of(cast.meena))))
    assert {"Telephone", "Missed calls", "Unsent"} <= set(doors(desk(browser_of(cast.operator))))
    assert {"Reports", "Numbers shown", "Texts"} <= set(doors(desk(browser_of(cast.collector))))
    assert doors(desk(browser_of(cast.doctor)))[:3] == ["Desk", "Doctor desk", "Cases"]


def test_every_door_that_is_offered_opens(browser_of: Browser, cast: Cast) -> None:
    for officer in vars(cast).values():
        browser = browser_of(officer)
        row = desk(browser).split("desk-nav__row")[1].split("</nav>")[0]
        addresses = re.findall(r'href="([^"]+)"', row)
        assert [address for address in addresses if browser.get(address).status_code != 200] == []


def test_a_told_place_in_no_known_area_stands_without_a_comma(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    make_case(officer=cast.meena, place_text="near the mill", state=None, district=None, block=None)
    assert "near the mill<span>, " not in desk(browser_of(cast.meena), "mine")
