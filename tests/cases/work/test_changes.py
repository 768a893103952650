"""The live queue: one cheap question when nothing changed, the queue anew when something did."""

import html
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import Case
from districts.models import Officer
from tests.cases.work.conftest import HTMX
from tests.conftest import CaseMaker, Cast

Browser = Callable[[Officer], Client]


def poll_address(browser: Client, tab: str = "mine") -> str:
    page = browser.get(f"/desk/?tab={tab}").content.decode()
    return html.unescape(page.split('hx-get="')[1].split('"')[0])


def test_nothing_changed_costs_few_queries_and_answers_204(
    browser_of: Browser, cast: Cast, make_case: CaseMaker, django_assert_num_queries
) -> None:
    for _ in range(5):
        make_case(officer=cast.meena)
    browser = browser_of(cast.meena)
    # The cases on top and the figures; of a whole area the top is read for the area and for what the officer holds.
    for tab, queries in (("mine", 2), ("area", 3), ("review", 3)):
        address = poll_address(browser, tab)
        assert browser.get(address, headers=HTMX).status_code == 204
        with django_assert_num_queries(queries):
            assert browser.get(address, headers=HTMX).status_code == 204


def test_a_poll_is_answered_from_indexes(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads a small table whole, whatever the indexes")
    make_case(officer=cast.meena)
    browser = browser_of(cast.meena)
    address = poll_address(browser)
    browser.get(address, headers=HTMX)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        browser.get(address, headers=HTMX)
    with connection.cursor() as cursor:
        for query in captured.captured_queries:
            cursor.execute("EXPLAIN QUERY PLAN " + query["sql"])
            plan = " ".join(str(row[-1]) for row in cursor.fetchall())
            assert "INDEX case_" in plan
            assert "SCAN cases_case " not in plan + " "


@pytest.mark.parametrize("change", ["comes", "goes", "changes", "becomes late"])
def test_the_queue_comes_anew_when_a_case(browser_of: Browser, cast: Cast, make_case: CaseMaker, change: str) -> None:
    mine = make_case(officer=cast.meena, next_due_at=timezone.now() + timedelta(minutes=5))
    make_case(officer=cast.meena, next_due_at=timezone.now() + timedelta(hours=5))
    browser = browser_of(cast.meena)
    address = poll_address(browser)
    if change == "comes":
        make_case(officer=cast.meena)
    elif change == "goes":
        mine.officer = cast.ravi
        mine.save()
    elif change == "changes":
        mine.place_text = "Sarkanda"
        mine.save()
    else:
        Case.objects.filter(pk=mine.pk).update(next_due_at=timezone.now() - timedelta(seconds=1))
    response = browser.get(address, headers=HTMX)
    assert response.status_code == 200
    assert response.content.decode().lstrip().startswith('<div id="queue-live"')


def test_the_renewed_queue_asks_with_its_own_token(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    browser = browser_of(cast.meena)
    address = poll_address(browser)
    make_case(officer=cast.meena)
    renewed = browser.get(address, headers=HTMX).content.decode()
    after = html.unescape(renewed.split('hx-get="')[1].split('"')[0])
    assert after != address
    assert browser.get(after, headers=HTMX).status_code == 204


def test_a_change_elsewhere_is_no_change_here(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    browser = browser_of(cast.meena)
    address = poll_address(browser, "area")
    make_case(block=make_case.map.kota)
    assert browser.get(address, headers=HTMX).status_code == 204


def test_a_poll_after_sign_out_leads_to_sign_in_and_shows_nothing(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    browser = browser_of(cast.meena)
    address = poll_address(browser)
    browser.post("/sign-out/")
    make_case(officer=cast.meena)
    response = browser.get(address, headers=HTMX)
    assert response.headers["HX-Redirect"] == "/desk/"
    assert response.content == b""


def test_an_officer_who_was_switched_off_is_shown_nothing_new(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    browser = browser_of(cast.meena)
    address = poll_address(browser)
    browser.get(address, headers=HTMX)
    cast.meena.is_active = False
    cast.meena.save()
    make_case(officer=cast.ravi)
    make_case(officer=cast.meena)
    response = browser.get(address, headers=HTMX)
    assert response.headers["HX-Redirect"] == "/desk/"
    assert b"BSP-TEST" not in response.content


def test_a_poll_survives_an_empty_cache(browser_of: Browser, cast: Cast) -> None:
    browser = browser_of(cast.meena)
    address = poll_address(browser)
    cache.clear()
    assert browser.get(address, headers=HTMX).status_code == 204
