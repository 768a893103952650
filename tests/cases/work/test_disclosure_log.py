"""The book of disclosures: who reads it, what stands in it, and that taking lists out is written down."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from cases import disclosures
from cases.models import Case, Disclosure
from cases.reports import rollups
from cases.work.disclosure_log import visible_to
from districts.models import Officer, Posting, Role
from tests.conftest import CaseMaker, Cast, Map

BOOK = "/disclosures/"


def written(officer: Officer, case: Case | None = None, **given: Any) -> Disclosure:
    fields: dict[str, Any] = {"at": timezone.now(), "kind": "revealed" if case else "exported"}
    return Disclosure.objects.create(officer=officer, case=case, **(fields | given))


def page(browser: Client, query: str = "") -> str:
    answer = browser.get(f"{BOOK}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("who", ["meena", "sunita", "operator", "doctor"])
def test_only_collectors_administrators_and_auditors_read_it(browser_of: Any, cast: Cast, who: str) -> None:
    assert browser_of(getattr(cast, who)).get(BOOK).status_code == 403


def test_it_names_officer_case_and_address(browser_of: Any, cast: Cast, make_case: CaseMaker) -> None:
    case = make_case()
    written(cast.meena, case, address="203.0.113.7")
    shown = page(browser_of(cast.auditor))
    assert "Meena Sahu" in shown
    assert case.reference in shown
    assert "203.0.113.7" in shown


def test_nothing_of_another_district_is_in_it(cast: Cast, make_case: CaseMaker, small_map: Map) -> None:
    here = written(cast.meena, make_case())
    exported = written(cast.operator)
    there = written(cast.other_collector, make_case(district=small_map.raipur, block=small_map.dharsiwa))
    assert set(visible_to(cast.collector)) == {here, exported}
    assert set(visible_to(cast.other_collector)) == {there}
    assert set(visible_to(cast.state_admin)) == {here, exported, there}
    assert not visible_to(cast.meena).exists()


def test_who_has_left_stays_in_the_book_of_the_place_for_those_days(cast: Cast, small_map: Map) -> None:
    before = written(cast.anil, at=timezone.now() - timedelta(days=3))
    cast.anil.postings.update(starts_on="2026-01-01", ends_on=timezone.localdate() - timedelta(days=1))
    Posting.objects.create(
        officer=cast.anil,
        role=Role.NODAL_OFFICER,
        state=small_map.cg,
        district=small_map.raipur,
        block=small_map.dharsiwa,
    )
    after = written(cast.anil)
    assert set(visible_to(cast.collector)) == {before}
    assert set(visible_to(cast.other_collector)) == {after}


def test_it_is_searched_by_officer_kind_and_day(browser_of: Any, cast: Cast, make_case: CaseMaker) -> None:
    reader = browser_of(cast.auditor)
    old = make_case()
    written(cast.meena, old, at=timezone.now() - timedelta(days=2))
    new = make_case()
    written(cast.ravi, new)
    assert old.reference not in page(reader, f"?officer={cast.ravi.pk}")
    assert old.reference not in page(reader, f"?day={timezone.localdate():%d-%m-%Y}")
    assert new.reference not in page(reader, "?kind=exported")
    assert "This is not a date" in page(reader, "?day=banana")


@pytest.mark.parametrize(
    "query", ["?officer=999999", "?officer=x", "?kind=x", "?before=x", "?before=9.9.9", "?day=%00"]
)
def test_what_makes_no_sense_harms_nothing(browser_of: Any, cast: Cast, query: str) -> None:
    page(browser_of(cast.auditor), query)


def test_it_is_read_page_by_page_at_the_same_cost(
    browser_of: Any, cast: Cast, make_case: CaseMaker, django_assert_max_num_queries: Any
) -> None:
    case, now = make_case(), timezone.now()
    Disclosure.objects.bulk_create(
        Disclosure(officer=cast.meena, case=case, kind="revealed", at=now - timedelta(minutes=number // 2))
        for number in range(120)
    )
    reader, seen, query = browser_of(cast.auditor), 0, ""
    reader.get(BOOK)
    while True:
        with django_assert_max_num_queries(8):
            answer = reader.get(f"{BOOK}{query}")
        seen += len(answer.context["rows"])
        query = answer.context["next_url"]
        if not query:
            break
    assert seen == 120


# --- What is taken out is written in --------------------------------------------------------------------


def test_figures_taken_as_a_file_are_written_down(browser_of: Any, cast: Cast, make_case: CaseMaker) -> None:
    make_case()
    rollups.catch_up(timezone.now())
    browser_of(cast.collector).get("/reports/figures.csv")
    row = Disclosure.objects.get()
    assert (row.officer, row.kind, row.count, row.address) == (cast.collector, "exported", 1, "127.0.0.1")
    assert row.detail.startswith("sahayata-d375-today-")


@pytest.mark.django_db
def test_labels_are_given_to_a_named_officer_only(cast: Cast) -> None:
    with pytest.raises(CommandError):
        call_command("export_labels")
    with pytest.raises(CommandError, match="nobody"):
        call_command("export_labels", "--officer", "nobody")
    call_command("export_labels", "--officer", "operator", stdout=io.StringIO())
    assert Disclosure.objects.get().officer == cast.operator


def test_whole_numbers_over_the_api_are_written_down_once_a_day(
    browser_of: Any, cast: Cast, make_case: CaseMaker
) -> None:
    case = make_case()
    for _time in range(2):
        browser_of(cast.meena).get(f"/api/v1/cases/{case.reference}/")
    browser_of(cast.auditor).get(f"/api/v1/cases/{case.reference}/")
    browser_of(cast.meena).get("/api/v1/cases/")
    row = Disclosure.objects.get()
    assert (row.officer, row.case, row.kind) == (cast.meena, case, "revealed")


def test_a_long_filter_is_cut_to_what_the_book_holds(cast: Cast) -> None:
    disclosures.exported(cast.collector, "x" * 900, 3, timezone.now())
    assert len(Disclosure.objects.get().detail) == 500
