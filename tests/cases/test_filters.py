"""Filters of cases: what each parameter finds, and that nonsense is a field's error."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import RequestFactory
from django.utils import timezone, translation

from cases.filters import CaseFilter
from cases.models import Case
from cases.workflow import OPEN, Status
from districts.models import Officer
from tests.conftest import CaseMaker, Cast, Map

IST = ZoneInfo("Asia/Kolkata")


def find(query: str, officer: Officer | None = None) -> set[str]:
    request = RequestFactory().get("/cases/?" + query)
    request.user = officer  # type: ignore[assignment]
    chosen = CaseFilter(QueryDict(query), queryset=Case.objects.all(), request=request)
    assert chosen.is_valid(), chosen.errors
    return set(chosen.found.values_list("reference", flat=True))


def errors(query: str) -> dict[str, Any]:
    chosen = CaseFilter(QueryDict(query), queryset=Case.objects.all())
    assert list(chosen.found) == []
    return dict(chosen.errors)


@pytest.fixture
def history(make_case: CaseMaker, cast: Cast, small_map: Map) -> dict[str, str]:
    """One case of each kind, by a name to speak of it."""
    now = timezone.now()
    minutes = lambda n: now + timedelta(minutes=n)  # noqa: E731
    worked = {"officer": cast.meena, "assigned_at": now, "acknowledged_at": now}
    solved = worked | {"status": Status.RESOLVED, "resolved_at": now, "next_due_at": None, "outcome": "helped"}
    cases = {
        "waiting": make_case(at=now),
        "late": make_case(at=minutes(-10), officer=cast.anil, block=small_map.kota, need_code="bed"),
        "broken": make_case(at=minutes(-40), **worked | {"status": Status.ACKNOWLEDGED}),
        "review": make_case(at=now, status=Status.NEEDS_REVIEW, block=None, district=None, state=None),
        "asked": make_case(at=now, status=Status.AWAITING_INFO, urgency="normal", channel="phone"),
        "helped": make_case(at=minutes(-20), **solved),
        "helped late": make_case(at=minutes(-50), **solved),
        "died": make_case(at=minutes(-20), **solved | {"outcome": "died"}),
        "closed": make_case(at=minutes(-20), **solved | {"status": Status.CLOSED, "closed_at": now, "closing": "yes"}),
        "withdrawn": make_case(at=now, status=Status.WITHDRAWN, closed_at=now, next_due_at=None),
    }
    return {name: case.reference for name, case in cases.items()}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status=open", "waiting, late, broken, review, asked"),
        ("status=late", "late, broken"),
        ("status=review", "review, asked"),
        ("status=ended", "closed, withdrawn"),
        ("status=needs_review", "review"),
        ("status=resolved", "helped, helped late, died"),
        ("need=bed", "late"),
        ("urgency=normal", "asked"),
        ("channel=phone", "asked"),
        ("block=3607", "late"),
        ("block=none", "review"),
        ("district=none", "review"),
        ("state=8", ""),
        ("officer=none&status=open", "waiting, review, asked"),
        ("acknowledged=no&status=open&officer=none&urgency=critical&district=375", "waiting"),
        ("outcome=help", "helped, helped late, closed"),
        ("outcome=died", "died"),
        ("promise=kept", "helped, closed"),
        ("promise=broken", "broken, helped late, died"),
        ("promise=decided", "helped, closed, broken, helped late, died"),
        ("", "waiting, late, broken, review, asked, helped, helped late, died, closed, withdrawn"),
    ],
)
def test_each_filter_finds_its_cases(history: dict[str, str], query: str, names: str) -> None:
    wanted = {name for name in names.split(", ") if name}
    found = find(query)
    assert {name for name, reference in history.items() if reference in found} == wanted


def test_me_is_the_officer_who_asks(history: dict[str, str], cast: Cast) -> None:
    assert find("officer=me", cast.anil) == {history["late"]}
    assert find(f"officer={cast.anil.pk}", cast.meena) == {history["late"]}


def test_me_without_an_officer_finds_only_what_nobody_holds_and_never_everything(history: dict[str, str]) -> None:
    assert find("officer=me") == find("officer=none")


@pytest.mark.parametrize("spoken", ["bsp-test-001", " BSP-TEST-001 ", "bsp-test -001"])
def test_a_reference_is_found_however_it_is_typed(make_case: CaseMaker, spoken: str) -> None:
    make_case()
    make_case()
    assert find(f"q={spoken}") == {"BSP-TEST-001"}


@pytest.mark.parametrize(
    "bound",
    ["22-11-2026", "2026-11-22", "22-11-2026 00:00", "2026-11-22T00:00", "2026-11-22T00:00+05:30",
     "2026-11-22T00:00%2B05:30", "2026-11-21T18:30Z"],
)  # fmt: skip
def test_a_day_begins_at_midnight_in_kolkata(make_case: CaseMaker, bound: str) -> None:
    midnight = datetime(2026, 11, 22, tzinfo=IST)
    before, after = make_case(at=midnight - timedelta(seconds=1)), make_case(at=midnight)
    assert find(f"opened_after={bound}") == {after.reference}
    assert find(f"opened_before={bound}") == {before.reference}


@pytest.mark.parametrize(
    "query",
    [
        "status=banana", "need=banana", "urgency=1", "channel=fax", "block=abc", "block=-1", "district=1.5",
        "state=99999999999999999999", "officer=nobody", "officer=" + "9" * 10, "block=%00", "block=१२",
        "opened_after=yesterday", "opened_after=31-02-2026", "opened_before=0001-01-01T00:00%2B14:00",
        "opened_after=9999-12-31T23:59-12:00", "opened_after=%00", "acknowledged=maybe", "outcome=x", "promise=x",
        "q=" + "A" * 300, "q=%00", "need=%00",
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_nonsense_is_an_error_of_its_field_and_finds_nothing(query: str) -> None:
    assert list(errors(query)) == list(parse_qs(query))


def test_open_means_the_same_in_statuses_and_in_times(history: dict[str, str]) -> None:
    """The partial indexes say "open" in times, the workflow says it in statuses; constraints tie the two."""
    by_status = Case.objects.filter(status__in=[status.value for status in OPEN])
    assert set(Case.objects.open()) == set(by_status)


@pytest.mark.django_db
def test_choices_speak_the_readers_language() -> None:
    with translation.override("hi"):
        field = CaseFilter(QueryDict(""), queryset=Case.objects.all()).form.fields["need"]
        assert "ऑक्सीजन" in [label for _value, label in field.choices]  # type: ignore[attr-defined]


PLANS = [
    ("status=late&district=375", "case_district_due_idx|case_due_idx"),
    ("status=late", "case_due_idx"),
    ("status=open&block=3604", "case_block_due_idx"),
    ("status=open&officer=7", "case_officer_due_idx"),
    ("opened_after=2026-11-22&opened_before=2026-11-23&district=375", "case_district_opened_idx"),
    ("opened_after=2026-11-22&opened_before=2026-11-23&block=3604", "case_block_opened_idx"),
    ("opened_after=2026-11-22&opened_before=2026-11-23", "case_opened_idx"),
    ("resolved_after=2026-11-22&resolved_before=2026-11-23&outcome=help", "case_resolved_idx"),
]


@pytest.mark.parametrize(("query", "index"), PLANS)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans small tables as scans")
@pytest.mark.django_db
def test_filters_are_answered_from_an_index(query: str, index: str) -> None:
    plan = CaseFilter(QueryDict(query), queryset=Case.objects.by_clock()).found.explain()
    assert any(name in plan for name in index.split("|")), plan
