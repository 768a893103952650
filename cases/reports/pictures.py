"""Which charts there are, and what each is drawn from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.reports import charts, dashboard, reading, tables, words
from cases.reports.charts import Spec
from cases.reports.figures import MEASURES
from cases.reports.periods import Period
from cases.reports.reading import Tally
from cases.reports.scopes import Scope

Draw = Callable[[Scope, Period, datetime, str], Spec]


@dataclass(frozen=True, slots=True)
class Picture:
    """One chart: its title, and its definition for a place, a period, a moment and a theme."""

    title: Any
    spec: Draw


def _inflow(scope: Scope, period: Period, _at: datetime, theme: str) -> Spec:
    return inflow(reading.series(scope, period), period, theme)


def inflow(series: list[tuple[datetime, Tally]], period: Period, theme: str) -> Spec:
    """What came and what was solved, of a series that has been read."""
    rows = [(words.tick(at, period), tally["received"], tally["resolved"]) for at, tally in series]
    received, solved = MEASURES["received"].label, MEASURES["resolved"].label
    return charts.inflow(_told_apart(rows), str(received), str(solved), theme)


def _told_apart(rows: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """The same hour of two days is two bars: the later ones carry an unseen mark."""
    seen: dict[str, int] = {}
    told = []
    for label, came, went in rows:
        seen[label] = seen.get(label, -1) + 1
        told.append((label + "\u200b" * seen[label], came, went))
    return told


def _stages(scope: Scope, period: Period, _at: datetime, theme: str) -> Spec:
    return stages(reading.own(scope, period)["", ""], theme)


def stages(tally: Tally, theme: str) -> Spec:
    """How long each stage takes, of a tally that has been read."""
    rows = [
        (str(MEASURES[f"median_{stage}"].label), tally.median(stage) or 0, tally.p90(stage) or 0)
        for stage in dashboard.STAGES
        if tally.size(stage)
    ]
    half, most, unit = gettext("half of all"), gettext("9 of 10"), gettext("minutes")
    return charts.stages(rows, half, most, unit, theme)


def _ages(scope: Scope, _period: Period, at: datetime, theme: str) -> Spec:
    counts = reading.ages(scope, at)
    return charts.bars([(words.age(number), count) for number, count in enumerate(counts)], theme, across=True)


def _needs(scope: Scope, period: Period, _at: datetime, theme: str) -> Spec:
    ticks = [
        label
        for label, _c, _w in _told_apart([(words.tick(at, period), 0, 0) for at, _ in reading.series(scope, period)])
    ]
    return charts.stacked(ticks, dashboard.needs_over_time(reading.needs_over_time(scope, period)), theme)


def _hours(scope: Scope, period: Period, _at: datetime, theme: str) -> Spec:
    lines = tables.hours(scope, period, reading.own(scope, period)["", ""]).lines
    return charts.bars([(line.key, line.tally["received"]) for line in lines], theme)


LIVE = "ages"  # the one that does not wait until the figures are counted
PICTURES = {
    "inflow": Picture(_("Received and solved"), _inflow),
    "stages": Picture(_("How long each stage takes"), _stages),
    LIVE: Picture(_("How long open cases have waited"), _ages),
    "needs": Picture(_("What is asked for, over time"), _needs),
    "hours": Picture(_("When help is asked for"), _hours),
}
