"""The desk: whose cases stand in the queue, in which order, at what cost."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.workflow import Status
from districts.models import Officer
from tests.conftest import CaseMaker, Cast

Browser = Callable[[Officer], Client]
QUERIES = 6  # session, officer, postings, the tab's figures, the cases, the three tabs' counts


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


@pytest.mark.parametrize("count", [5, 50])
def test_the_desk_costs_the_same_few_queries_for_5_and_50_cases(
    browser_of: Browser, cast: Cast, make_case: CaseMaker, django_assert_max_num_queries, count: int
) -> None:
    for _ in range(count):
        make_case(officer=cast.meena)
    browser = browser_of(cast.meena)
    browser.get("/desk/")
    with django_assert_max_num_queries(QUERIES) as captured:
        assert len(references(desk(browser))) == count
    assert len(captured) == QUERIES - 1  # the session comes from the cache


def test_fifty_cases_are_shown_and_more_on_demand(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    for _ in range(53):
        make_case(officer=cast.meena)
    browser = browser_of(cast.meena)
    assert len(references(desk(browser))) == 50
    assert "?tab=mine&amp;show=100" in desk(browser)
    assert len(references(browser.get("/desk/?show=100").content.decode())) == 53


@pytest.mark.parametrize("nonsense", ["?tab=<script>", "?show=-1", "?show=99999999", "?show=٣", "?tab=%00&show=x"])
def test_nonsense_in_the_address_shows_the_first_tab(browser_of: Browser, cast: Cast, nonsense: str) -> None:
    assert browser_of(cast.meena).get(f"/desk/{nonsense}").status_code == 200


def test_the_header_offers_only_the_doors_that_are_open(browser_of: Browser, cast: Cast) -> None:
    def doors(officer: Officer) -> str:
        return desk(browser_of(officer)).split("desk-nav__row")[1].split("</nav>")[0]

    assert "Reports" not in doors(cast.meena)
    assert "Telephone" not in doors(cast.meena)
    assert "Telephone" in doors(cast.operator)
    assert "Reports" in doors(cast.collector)


def test_a_told_place_in_no_known_area_stands_without_a_comma(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    make_case(officer=cast.meena, place_text="near the mill", state=None, district=None, block=None)
    assert "near the mill<span>, " not in desk(browser_of(cast.meena), "mine")
