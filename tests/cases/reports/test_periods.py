"""What a period is compared with, and how wide the bars of its charts are."""

import random
from collections import Counter
from datetime import datetime, time, timedelta

import pytest
from django.test import Client

from cases.models import Case, ReviewTime
from cases.reports import dashboard, rollups
from cases.reports.dashboard import Dashboard
from cases.reports.periods import Period, day_of, floor, following, hours_from, period_from, stretches
from cases.reports.scopes import scopes_of
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
        found = list(stretches(Period("range", start, end, runs), hours_from(NOW)))
        assert [found[0][1], *(until for _grain, _from, until in found)] == [*(one[1] for one in found), found[-1][2]]
        assert found[-1][2] == (datetime(2027, 1, 1, tzinfo=IST) if runs else end)
        assert all((floor(at, grain), following(at, grain)) == (at, until) for grain, at, until in found)
        edges = Counter(grain for grain, _from, _until in found if grain != "q")
        sides = 1 if runs else 2
        assert all(edges[grain] <= most * sides for grain, most in (("d", 10), ("t", 2), ("m", 2))), found


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
