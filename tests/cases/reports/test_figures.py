"""The figures of a day: golden_today.csv holds the answers worked out by hand from golden_history.csv."""

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from cases.filters import CaseFilter
from cases.models import Case
from cases.reports.figures import Day, Tally
from cases.reports.sheet import RANK_FROM, Line, Sheet, draw_up
from cases.workflow import Status
from districts.models import Officer
from tests.cases.reports.conftest import NOW
from tests.conftest import CaseMaker, Cast

GOLDEN = Path(__file__).parent / "golden_today.csv"
TODAY = Day(date(2026, 11, 22))


def sheet_of(officer: Officer, day: Day = TODAY) -> Sheet:
    return draw_up(officer, day, timezone.now())


def all_lines(sheet: Sheet) -> list[tuple[str, Line]]:
    return [("whole", sheet.whole), *((table.cut, line) for table in sheet.tables for line in table.lines)]


def as_written(cut: str, line: Line) -> list[str]:
    tally = line.tally
    median = lambda value: "" if value is None else f"{value:.1f}"  # noqa: E731
    numbers: list[Any] = [
        tally.received, tally.open, tally.late, tally.resolved, median(tally.wait), len(tally.waits),
        median(tally.help), len(tally.helps), tally.kept, tally.decided,
    ]  # fmt: skip
    return [cut, line.name.name, *map(str, numbers)]


def test_the_figures_are_those_worked_out_by_hand(golden_day: list[Case], cast: Cast) -> None:
    with GOLDEN.open(encoding="utf-8") as lines:
        expected = list(csv.reader(lines))[1:]
    assert [as_written(cut, line) for cut, line in all_lines(sheet_of(cast.collector))] == expected


COUNTS = {
    "received": lambda tally: tally.received,
    "open": lambda tally: tally.open,
    "late": lambda tally: tally.late,
    "resolved": lambda tally: tally.resolved,
    "waits": lambda tally: len(tally.waits),
    "helps": lambda tally: len(tally.helps),
    "kept": lambda tally: tally.kept,
    "decided": lambda tally: tally.decided,
    "silent": lambda tally: tally.silent,
    "forced": lambda tally: tally.forced,
}


@pytest.mark.parametrize("who", ["collector", "other_collector", "state_admin", "sunita", "auditor"])
@pytest.mark.parametrize("day", [TODAY, Day(date(2026, 11, 21)), Day(date(2026, 11, 1))])
def test_every_number_is_the_count_of_the_list_it_links_to(
    golden_day: list[Case], cast: Cast, who: str, day: Day
) -> None:
    officer = getattr(cast, who)
    visible = Case.objects.visible_to(officer)
    for cut, line in all_lines(sheet_of(officer, day)):
        assert line.queries.keys() == COUNTS.keys()
        for figure, query in line.queries.items():
            found = CaseFilter(QueryDict(query), queryset=visible).found.count()
            assert found == COUNTS[figure](line.tally), (cut, line.name.name, figure, query)


def test_another_districts_collector_sees_only_the_own_district(golden_day: list[Case], cast: Cast) -> None:
    sheet = sheet_of(cast.other_collector)
    assert (sheet.whole.tally.received, sheet.whole.tally.open, sheet.whole.tally.late) == (1, 1, 1)
    assert [line.name.name for line in sheet.tables[0].lines] == ["Dharsiwa"]


def test_blocks_needs_and_officers_each_add_up_to_the_whole(golden_day: list[Case], cast: Cast) -> None:
    sheet = sheet_of(cast.state_admin)
    for table in sheet.tables:
        for figure in ("received", "open", "late", "resolved", "kept", "decided", "silent", "forced"):
            summed = sum(getattr(line.tally, figure) for line in table.lines)
            assert summed == getattr(sheet.whole.tally, figure), (table.cut, figure)


@pytest.mark.parametrize("cases", [0, 13])
def test_the_figures_take_a_fixed_number_of_queries(
    golden_day: list[Case], cast: Cast, django_assert_num_queries: Any, cases: int, make_case: CaseMaker
) -> None:
    for number in range(cases):
        make_case(at=NOW - timedelta(minutes=number), officer=[cast.anil, cast.ravi, cast.meena][number % 3])
    reader = Officer.objects.get(pk=cast.collector.pk)
    with django_assert_num_queries(9):  # postings; received, resolved, open, silent, forced; blocks, needs, officers
        draw_up(reader, TODAY, NOW)


def solved(make_case: CaseMaker, officer: Officer, minutes: int) -> Case:
    at = NOW - timedelta(minutes=minutes)
    return make_case(
        at=at, officer=officer, status=Status.RESOLVED, acknowledged_at=at, resolved_at=NOW, outcome="helped",
        next_due_at=None,
    )  # fmt: skip


def test_medians_are_ranked_from_ten_cases_on(evening: None, make_case: CaseMaker, cast: Cast) -> None:
    for officer, minutes, cases in [(cast.meena, 40, 10), (cast.anil, 20, 12), (cast.ravi, 5, RANK_FROM - 1)]:
        for _ in range(cases):
            solved(make_case, officer, minutes)
    lines = {line.name.name: line for line in sheet_of(cast.collector).tables[2].lines}
    ranks = {name: (line.rank, line.tally.help) for name, line in lines.items()}
    assert ranks == {"Anil Verma": (1, 20.0), "Meena Sahu": (2, 40.0), "Ravi Tiwari": (None, 5.0)}


def test_a_reopened_case_is_no_longer_resolved(golden_day: list[Case], cast: Cast) -> None:
    Case.objects.filter(pk=golden_day[0].pk).update(
        status=Status.IN_PROGRESS, resolved_at=None, outcome="", next_due_at=NOW, reopened_count=1
    )
    tally = sheet_of(cast.collector).whole.tally
    assert (tally.resolved, tally.open, tally.kept, tally.decided) == (4, 6, 0, 5)


def test_an_empty_day_has_no_median_and_no_share() -> None:
    tally = Tally()
    assert (tally.wait, tally.help, tally.kept_percent) == (None, None, None)


def test_a_plea_from_the_future_takes_no_negative_time(evening: None, make_case: CaseMaker, cast: Cast) -> None:
    case = solved(make_case, cast.meena, 0)
    Case.objects.filter(pk=case.pk).update(opened_at=NOW + timedelta(minutes=3), acknowledged_at=NOW)
    assert sheet_of(cast.collector).whole.tally.help == 0


def test_closed_without_an_answer_and_by_force_are_counted_for_each_officer(
    evening: None, make_case: CaseMaker, cast: Cast
) -> None:
    yesterday = NOW - timedelta(days=1)
    ended: dict[str, Any] = {"status": Status.CLOSED, "next_due_at": None, "at": yesterday, "resolved_at": yesterday}
    ended |= {"closed_at": NOW, "acknowledged_at": yesterday}
    make_case(officer=cast.meena, closing="silence", outcome="helped", **ended)
    make_case(officer=cast.meena, closing="forced", outcome="helped", **ended)
    make_case(officer=cast.meena, closing="yes", outcome="helped", **ended)
    make_case(officer=cast.meena, closing="silence", outcome="died", **ended)  # nobody was asked
    make_case(officer=cast.anil, closing="silence", outcome="helped", **(ended | {"closed_at": yesterday}))
    table = next(table for table in sheet_of(cast.collector).tables if table.cut == "officer")
    assert {line.name.name: (line.tally.silent, line.tally.forced) for line in table.lines} == {"Meena Sahu": (1, 1)}
