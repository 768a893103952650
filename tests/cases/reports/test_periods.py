"""What a period is compared with, and how wide the bars of its charts are."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.test import Client

from cases.models import Case, ReviewTime
from cases.reports import dashboard, one_by_one, rollups
from cases.reports.dashboard import Dashboard
from cases.reports.periods import (
    DAY,
    Period,
    Stretch,
    day_of,
    floor,
    following,
    period_from,
    stretches,
    summed,
)
from cases.reports.scopes import Choice, scopes_of
from cases.workflow import Status
from districts.models import Officer
from tests.cases.reports.conftest import IST, NOW
from tests.conftest import CaseMaker, Cast


def board_of(officer: Officer, name: str) -> Dashboard:
    rollups.catch_up(NOW)
    return dashboard.draw_up(scopes_of(officer)[0], period_from(name, NOW), NOW)


def test_before_counts_the_promises_that_are_still_broken(evening: None, make_case: CaseMaker, cast: Cast) -> None:
    yesterday = NOW - timedelta(days=1, hours=2)
    make_case(at=yesterday, status=Status.RESOLVED, acknowledged_at=yesterday, resolved_at=yesterday, outcome="helped",
              resolve_by=yesterday + timedelta(minutes=30), next_due_at=None)  # fmt: skip
    make_case(at=yesterday, resolve_by=yesterday + timedelta(minutes=30))
    card = next(card for card in board_of(cast.collector, "today").first if card.measure.name == "kept_percent")
    assert card.before == 50


def test_the_24_hours_and_those_before_share_no_plea() -> None:
    day = period_from("24h", NOW + timedelta(minutes=50))
    assert (day.before.end, day.before.end - day.before.start) == (day.start, day.end - day.start)


def test_bars_of_a_period_that_begins_within_an_hour_add_up_to_its_cards(
    evening: None, make_case: CaseMaker, cast: Cast
) -> None:
    ReviewTime.objects.filter(name="Noon").update(at=time(17, 30))
    for at in ("17:15", "17:45", "17:50"):
        hour, minute = map(int, at.split(":"))
        make_case(at=NOW.replace(hour=hour, minute=minute), need_code="bed" if minute == 50 else "oxygen")
    board = board_of(cast.collector, "review")
    assert board.whole["received"] == 2
    assert [(at.hour, came) for at, came, _solved in board.flow] == [(17, 2)]
    assert sorted(board.over_time) == [("Hospital bed", [1]), ("Oxygen", [1])]
    assert board.says["inflow"].startswith("2 came")


@pytest.mark.parametrize("runs", [True, False])
def test_any_days_are_a_few_cells_that_follow_one_another(runs: bool) -> None:
    dice = random.Random(7)
    for _ in range(300):
        days = dice.randint(1, 1500)
        start = day_of(NOW) - timedelta(days=days)
        end = NOW if runs else start + timedelta(days=dice.randint(1, days))
        found = list(stretches(Period("range", start, end, runs), NOW))
        assert [found[0][1], *(until for _grain, _from, until in found)] == [*(one[1] for one in found), found[-1][2]]
        assert found[-1][2] == (datetime(2027, 4, 1, tzinfo=IST) if runs else end)
        assert all((floor(at, grain), following(at, grain)) == (at, until) for grain, at, until in found)
        edges = Counter(grain for grain, _from, _until in found if grain != "y")
        added, taken = summed(Period("range", start, end, runs), NOW)
        assert Counter(days_of(added)) - Counter(days_of(taken)) == Counter(days_of([("q", start, found[-1][2])]))
        assert set(days_of(taken)) <= set(days_of(added))
        assert cells_before(NOW, [*added, *taken]) <= cells_before(NOW, found)
        sides = 1 if runs else 2
        assert all(edges[grain] <= most * sides for grain, most in (("d", 10), ("t", 2), ("m", 2), ("q", 3))), found
        loose = [one for one in [*added, *taken] if one[0] == "d"]
        assert len(days_of(loose)) <= 6 * sides, loose


@pytest.mark.parametrize("name", ["today", "review", "24h", "7d"])
def test_what_is_to_come_is_no_reason_to_take_days_off(db: None, name: str) -> None:
    for day in range(1, 31):
        now = NOW.replace(day=day)
        period = period_from(name, now)
        added, taken = summed(period, now)
        assert cells_before(now, [*added, *taken]) <= cells_before(now, list(stretches(period, now))), day


def test_read_on_a_later_day_a_running_period_ends_with_the_day_it_was_asked_on(
    evening: None, make_case: CaseMaker, cast: Cast
) -> None:
    asked = NOW.replace(hour=23, minute=50)
    for at in (NOW, asked + timedelta(minutes=5), asked + timedelta(minutes=15), asked + timedelta(days=9)):
        make_case(at=at)
    for period in (period_from("7d", asked), period_from("range", asked, date(2025, 10, 5), asked.date())):
        for now, seen in ((asked, 4), (asked + timedelta(minutes=40), 2)):
            with time_machine.travel(now, tick=False):
                rollups.catch_up(now)
                scope = scopes_of(cast.collector)[0]
                board = dashboard.draw_up(scope, period, asked)
                assert board.whole["received"] == seen
                some = replace(scope, only=Choice(Case.objects.all(), ()))
                assert one_by_one.happened(some, period, lambda _count: None).own["", ""]["received"] == seen
        assert sum(came for _at, came, _solved in board.flow) == 2


def cells_before(now: datetime, stretches: list[Stretch]) -> int:
    """How many there are: those that begin later hold nothing."""
    count = 0
    for grain, start, end in stretches:
        while grain and start < min(end, now):
            start, count = following(start, grain), count + 1
    return count


def days_of(stretches: list[Stretch]) -> list[datetime]:
    return [start + DAY * number for _grain, start, end in stretches for number in range((end - start) // DAY)]


def test_of_a_day_that_is_taken_off_again_nothing_is_left(evening: None, make_case: CaseMaker, cast: Cast) -> None:
    before = NOW.replace(day=11)
    make_case(
        at=before, need_code="plasma", officer=cast.anil, status=Status.RESOLVED, outcome="helped",
        acknowledged_at=before, resolved_at=before, next_due_at=None,
    )  # fmt: skip
    for day in (12, 19):
        make_case(at=NOW.replace(day=day), need_code="blood", officer=cast.meena)
    rollups.catch_up(NOW)
    period = period_from("range", NOW, date(2026, 11, 12), date(2026, 11, 20))
    assert [grain for one in summed(period, NOW) for grain, _start, _end in one] == ["t", "d"]
    board = dashboard.draw_up(scopes_of(cast.collector)[0], period, NOW)
    assert board.whole["received"] == 2
    lines = {table.name: {line.key: line.tally["received"] for line in table.lines} for table in board.tables}
    assert lines["needs"] == {"blood": 2}
    assert lines["officers"] == {str(cast.meena.pk): 2}
    assert board.heat
    assert board.heat.needs == [("blood", "Blood")]


@pytest.mark.parametrize(("days", "grain", "bars"), [(3, "h", 66), (50, "d", 50), (400, "m", 14), (9000, "m", 296)])
def test_a_long_time_has_fewer_and_wider_bars(
    golden_day: list[Case], cast: Cast, client: Client, days: int, grain: str, bars: int
) -> None:
    client.force_login(cast.collector)
    first = NOW.date() - timedelta(days=days - 1)
    query = f"from={first:%d-%m-%Y}&to={NOW:%d-%m-%Y}"
    rollups.catch_up(NOW)
    period = period_from("range", NOW, first, NOW.date())
    board = dashboard.draw_up(scopes_of(cast.collector)[0], period, NOW)
    assert (period.grain, len(board.series)) == (grain, bars)
    assert sum(came for _at, came, _solved in board.flow) == board.whole["received"] > 9
    for picture in ("inflow", "needs"):
        assert client.get(f"/reports/charts/{picture}.light.svg?{query}").status_code == 200
    assert client.get(f"/reports/?{query}").status_code == 200
