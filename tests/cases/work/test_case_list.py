"""The list of all cases: filters, search by reference, paging, at what cost."""

import html
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.workflow import Status
from districts.models import Officer
from tests.conftest import CaseMaker, Cast

Browser = Callable[[Officer], Client]
QUERIES = 7  # officer, postings, the needs to choose from, the count, the cases, saved filters, the bell


def listed(browser: Client, address: str = "/cases/") -> list[str]:
    response = browser.get(address)
    assert response.status_code == 200
    page = response.content.decode().split("<tbody>")
    return [part.split("/")[0] for part in page[1].split('href="/cases/')[1:]] if len(page) > 1 else []


def test_everything_i_may_see_newest_first(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    old = make_case(at=timezone.now() - timedelta(hours=2))
    new = make_case()
    ended = make_case(
        at=timezone.now() - timedelta(hours=1), status=Status.WITHDRAWN, closed_at=timezone.now(), next_due_at=None
    )
    make_case(block=make_case.map.dharsiwa, district=make_case.map.raipur)
    assert listed(browser_of(cast.collector)) == [new.reference, ended.reference, old.reference]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("status=late", 1),
        ("status=open", 2),
        ("need=oxygen", 1),
        ("urgency=normal", 1),
        ("block=3607", 1),
        ("officer=me", 0),
    ],
)
def test_filters_narrow_the_list(browser_of: Browser, cast: Cast, make_case: CaseMaker, query: str, count: int) -> None:
    make_case(next_due_at=timezone.now() - timedelta(minutes=1))
    make_case(need_code="bed", urgency="normal", block=make_case.map.kota)
    assert len(listed(browser_of(cast.collector), f"/cases/?{query}")) == count


def test_a_filter_from_a_link_is_named_and_can_be_taken_away(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    page = browser_of(cast.collector).get("/cases/?block=3607&status=open").content.decode()
    assert "Block: Kota" in page
    assert 'href="?status=open"' in page
    assert '<input type="hidden" name="block" value="3607">' in page


def test_a_whole_reference_leads_straight_to_its_case(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    make_case(reference="BLS-7K3Q-9D")
    assert browser_of(cast.collector).get("/cases/?q=bls 7k3q 9d").url == "/cases/BLS-7K3Q-9D/"
    assert browser_of(cast.other_collector).get("/cases/?q=BLS-7K3Q-9D").status_code == 200


def test_a_list_that_finds_nothing_says_what_to_do(browser_of: Browser, cast: Cast) -> None:
    assert "No case fits" in browser_of(cast.collector).get("/cases/?q=ZZZ").content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "status=nonsense",
        "block=abc",
        "opened_after=yesterday",
        "need=%00",
        "before=x.y",
        "before=99999999999999999999999.1",
        f"q={'A' * 300}",
    ],
)
def test_nonsense_never_breaks_the_list(browser_of: Browser, cast: Cast, make_case: CaseMaker, query: str) -> None:
    make_case()
    assert browser_of(cast.collector).get(f"/cases/?{query}").status_code == 200


def test_pages_join_without_gap_or_overlap_though_times_are_equal(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    moment = timezone.now()
    for _ in range(120):
        make_case(at=moment)
    browser = browser_of(cast.collector)
    seen: list[str] = []
    address = "/cases/"
    for _ in range(3):
        seen += listed(browser, address)
        page = browser.get(address).content.decode()
        address = (
            "/cases/" + html.unescape(page.split('rel="next"')[0].split('href="')[-1].split('"')[0])
            if 'rel="next"' in page
            else ""
        )
    assert address == ""
    assert len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize("count", [5, 50])
def test_the_list_costs_the_same_few_queries_for_5_and_50_cases(
    browser_of: Browser, cast: Cast, make_case: CaseMaker, django_assert_num_queries, count: int
) -> None:
    for _ in range(count):
        make_case(officer=cast.meena)
    browser = browser_of(cast.collector)
    browser.get("/cases/")
    with django_assert_num_queries(QUERIES):
        assert len(listed(browser)) == count


def test_the_list_shows_no_name_and_no_number_of_a_citizen(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    make_case(phone="9826155412", requester_name="Rakesh Yadav")
    page = browser_of(cast.collector).get("/cases/").content.decode()
    assert "9826155412" not in page
    assert "Rakesh Yadav" not in page
