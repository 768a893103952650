"""What one case adds to the figures, and to which cells: the one definition that counting and counting anew share.

A case adds to the moments of its life: received and answered when the plea was made (`opened_at`), resolved when it
was solved, closed when it ended, the requester's answer when it was given. Medians of waiting hang on the plea,
those of helping on the solution, that of the requester's yes on the closing.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from django.db.models import BooleanField, DateTimeField, OuterRef, QuerySet, Subquery
from django.utils import timezone

from cases.filters import HELP
from cases.models import Case, Feedback, Miss
from cases.models.figures import Figure
from cases.reports import histogram
from cases.reports.histogram import Histogram
from cases.reports.periods import floor
from cases.workflow import Closing, Outcome, Rung, Status

COUNTERS = (
    "received", "acknowledged", "settled", "kept", "reopened", "resolved", "helped", "confirmed", "silent", "forced",
    "joined", "withdrawn", "unreachable", "said_yes", "said_no", "missed_stand_in", "missed_district",
    "missed_collector", "missed_state",
)  # fmt: skip
STAGES = ("wait", "help", "received", "assigned", "acknowledged", "resolved", "confirmed")
# What the page tells in minutes of every place, need, officer ...; its other stages are many times as much to read.
STAGES_TOLD = ("wait", "help")
# Spreads of an area's whole that tell the hours of the day apart: how many pleas, and how long they waited.
_HALF_HOUR = 1800  # India's hours begin at the half of the world's
BY_HOUR, WAIT_BY_HOUR = "hour", "wait{:02}"

_MISSED = {
    Rung.STAND_IN: "missed_stand_in",
    Rung.DISTRICT: "missed_district",
    Rung.COLLECTOR: "missed_collector",
    Rung.STATE: "missed_state",
}
_ENDS = {Status.DUPLICATE: "joined", Status.WITHDRAWN: "withdrawn", Status.UNREACHABLE: "unreachable"}
_CLOSINGS = {Closing.YES: "confirmed", Closing.SILENCE: "silent", Closing.FORCED: "forced"}
Grain, Level, Cut = Figure.Grain, Figure.Level, Figure.Cut
HOUR, DAY = Grain.HOUR.value, Grain.DAY.value
THIRD = Grain.THIRD.value
WIDE = (DAY, THIRD, Grain.MONTH.value, Grain.QUARTER.value, Grain.YEAR.value)
STATE, DISTRICT, BLOCK = Level.STATE.value, Level.DISTRICT.value, Level.BLOCK.value
WHOLE, NEED, URGENCY = Cut.WHOLE.value, Cut.NEED.value, Cut.URGENCY.value
CHANNEL, OFFICER = Cut.CHANNEL.value, Cut.OFFICER.value


class Fact(NamedTuple):
    """A case's columns that figures are made from; the same names in `Case` (but the answer's) and in `Counted`."""

    case_id: int
    state_id: int | None
    district_id: int | None
    block_id: int | None
    need_id: str
    urgency: str
    channel: str
    officer_id: int | None
    status: str
    outcome: str
    closing: str
    reopened_count: int
    opened_at: datetime
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    resolve_by: datetime
    minutes_received: float | None
    minutes_assigned: float | None
    minutes_acknowledged: float | None
    minutes_resolved: float | None
    minutes_confirmed: float | None
    answered_at: datetime | None
    answer: bool | None


class Moment(NamedTuple):
    """What a case adds at one moment: counters by name, and steps of minutes by stage."""

    at: datetime
    counts: tuple[str, ...]
    steps: tuple[tuple[str, int], ...] = ()


class Cell(NamedTuple):
    """The name of a cell; see `Figure`. `start` in seconds since 1970: quicker to tell apart than datetimes."""

    grain: str
    level: str
    cut: str
    area: int
    parent: int
    start: int
    key: str

    @property
    def number(self) -> int:
        """A signed 64-bit hash: at ten million cells two agree by chance once in 200,000 such tables, and counting
        them together would be refused (`cells.OutOfStep`)."""
        name = "|".join(map(str, self))
        return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


@dataclass(slots=True)
class Sums:
    """What stands in a cell."""

    counts: dict[str, int] = field(default_factory=dict)
    spreads: dict[str, Histogram] = field(default_factory=dict)

    def take(self, moment: Moment, sign: int = 1) -> None:
        """Count a moment in, or with -1 out."""
        for name in moment.counts:
            self.counts[name] = self.counts.get(name, 0) + sign
        self.spread(moment.steps, sign)

    def spread(self, steps: Iterable[tuple[str, int]], sign: int = 1) -> None:
        """Count steps of spreads in, or with -1 out."""
        for name, number in steps:
            spread = self.spreads.setdefault(name, {})
            spread[number] = spread.get(number, 0) + sign

    def merge(self, other: "Sums") -> None:
        """Add another cell's."""
        for name, count in other.counts.items():
            self.counts[name] = self.counts.get(name, 0) + count
        for stage, spread in other.spreads.items():
            histogram.add(self.spreads.setdefault(stage, {}), spread)

    def tidy(self) -> "Sums":
        """Without zeros, so that equal contents are equal."""
        self.counts = {name: count for name, count in self.counts.items() if count}
        spreads = {stage: {step: n for step, n in spread.items() if n} for stage, spread in self.spreads.items()}
        self.spreads = {stage: spread for stage, spread in spreads.items() if spread}
        return self

    def __bool__(self) -> bool:
        return bool(self.counts or self.spreads)


Cells = dict[Cell, Sums]


def facts_of(cases: "QuerySet[Case]") -> Iterator[Fact]:
    """The facts of cases, in one query."""
    given = Feedback.objects.filter(case=OuterRef("pk")).order_by("-at", "-pk")
    last = {
        "answered_at": Subquery(given.values("at")[:1], output_field=DateTimeField()),
        "answer": Subquery(given.values("helped")[:1], output_field=BooleanField()),
    }
    columns = ("pk", *Fact._fields[1:])
    return map(Fact._make, cases.order_by().annotate(**last).values_list(*columns).iterator(chunk_size=5000))


def moments(fact: Fact) -> Iterator[Moment]:
    """The moments of a case, in the order of its life."""
    for clock, moment_of in CLOCKS.items():
        if at := getattr(fact, clock):
            yield moment_of(fact, at)


def opened(fact: Fact, at: datetime) -> Moment:
    """What hangs on the plea: its own time, whatever came of it since."""
    counts = ["received"]
    counts += ["acknowledged"] * bool(fact.acknowledged_at)
    counts += ["reopened"] * bool(fact.reopened_count)
    if fact.resolved_at:
        counts += ["settled"] + ["kept"] * (_is_help(fact) and fact.resolved_at <= fact.resolve_by)
    wait = _minutes(fact.opened_at, fact.acknowledged_at)
    taken = (
        ("wait", wait),
        ("received", fact.minutes_received),
        ("assigned", fact.minutes_assigned),
        ("acknowledged", fact.minutes_acknowledged),
    )
    return Moment(at, tuple(counts), _known(taken))


def resolved(fact: Fact, at: datetime) -> Moment:
    """What hangs on the solution."""
    helped = _is_help(fact)
    taken: list[tuple[str, float | None]] = [("resolved", fact.minutes_resolved)]
    taken += [("help", _minutes(fact.opened_at, at))] * helped
    return Moment(at, ("resolved", *["helped"] * helped), _known(taken))


def closed(fact: Fact, at: datetime) -> Moment:
    """How it ended; whose patient died was not asked, so that nobody's silence is counted there."""
    end = _ENDS.get(Status(fact.status)) or (_CLOSINGS.get(Closing(fact.closing)) if fact.closing else None)
    counted = end if not (end == "silent" and fact.outcome == Outcome.DIED) else None
    return Moment(at, (counted,) if counted else (), _known([("confirmed", fact.minutes_confirmed)]))


def answered(fact: Fact, at: datetime) -> Moment:
    """The requester's last yes or no."""
    return Moment(at, ("said_yes" if fact.answer else "said_no",))


CLOCKS: dict[str, Callable[[Fact, datetime], Moment]] = {
    "opened_at": opened,
    "resolved_at": resolved,
    "closed_at": closed,
    "answered_at": answered,
}


@cache
def _starts(half_hour: int) -> tuple[int, int, int]:
    """When the day and the hour began in which a half hour (since 1970) lies, and which hour of the day it is."""
    local = timezone.localtime(datetime.fromtimestamp(half_hour * _HALF_HOUR, UTC))
    day = local.replace(hour=0, minute=0)
    return int(day.timestamp()), int(local.replace(minute=0).timestamp()), local.hour


@cache
def _start(moment: int, grain: str) -> int:
    """When the third, month, quarter or year began in which it lies."""
    return int(floor(datetime.fromtimestamp(moment, UTC), grain).timestamp())


def add_wider(into: Cells) -> None:
    """The thirds, months, quarters and years of the days among these cells, each summed from those before."""
    for grain, wider in pairwise(WIDE):
        for cell, sums in list(into.items()):
            if cell.grain == grain:
                put(into, cell._replace(grain=wider, start=_start(cell.start, wider)), sums)


def put(into: Cells, cell: Cell, sums: Sums) -> None:
    """Add to a cell, which may be new."""
    if (total := into.get(cell)) is None:
        total = into[cell] = Sums()
    total.merge(sums)


def missed(miss: Miss) -> tuple[Fact, Moment]:
    """A broken promise with the place, officer and urgency of then; the ledger knows no need and no channel."""
    at, nothing = miss.at, None
    place = (miss.state_id, miss.district_id, miss.block_id, "", miss.urgency, "", miss.from_officer_id)
    fact = Fact(miss.case_id, *place, "", "", "", 0, at, nothing, nothing, nothing, at, *[nothing] * 7)
    return fact, Moment(at, (_MISSED[Rung(miss.rung)],))


def gather(into: Cells, fact: Fact, found: Iterable[Moment], hours_from: datetime, sign: int = 1) -> None:
    """Add (or with -1 take out) moments of a case in all cells of their days and hours; the wider are sums."""
    places = list(_places(fact))
    for moment in found:
        day, hour, of_day = _starts(int(moment.at.timestamp()) // _HALF_HOUR)
        by_hour = _by_hour(moment, of_day)
        grains = ((DAY, day), (HOUR, hour)) if moment.at >= hours_from else ((DAY, day),)
        for grain, start in grains:
            for level, cut, area, parent, key in places:
                cell = Cell(grain, level, cut, area, parent, start, key)
                if (sums := into.get(cell)) is None:
                    sums = into[cell] = Sums()
                sums.take(moment, sign)
                if by_hour and not cut:
                    sums.spread(by_hour, sign)


def steps(moment: Moment) -> tuple[tuple[str, int], ...]:
    """Every step of spreads that a moment adds to a whole."""
    return moment.steps + _by_hour(moment, timezone.localtime(moment.at).hour)


def _by_hour(moment: Moment, hour: int) -> tuple[tuple[str, int], ...]:
    """What the hours of the day are told by, for the moment of the plea."""
    if "received" not in moment.counts:
        return ()
    waits = tuple((WAIT_BY_HOUR.format(hour), number) for stage, number in moment.steps if stage == "wait")
    return ((BY_HOUR, hour), *waits)


def _places(fact: Fact) -> Iterator[tuple[str, str, int, int, str]]:
    """Where and as what a case counts: (level, cut, area, parent, key)."""
    state, district, block = fact.state_id or 0, fact.district_id or 0, fact.block_id or 0
    need, urgency, channel = (NEED, fact.need_id), (URGENCY, fact.urgency), (CHANNEL, fact.channel)
    yield STATE, WHOLE, state, 0, ""
    yield DISTRICT, WHOLE, district, state, ""
    # A broken promise has no need and no channel.
    for cut, key in (need, urgency, channel) if fact.need_id else (urgency,):
        yield STATE, cut, state, 0, key
        yield DISTRICT, cut, district, state, key
    yield DISTRICT, OFFICER, district, state, str(fact.officer_id or "")
    if district:
        yield BLOCK, WHOLE, block, district, ""
        if fact.need_id:
            yield BLOCK, NEED, block, district, fact.need_id


def _is_help(fact: Fact) -> bool:
    return fact.outcome in HELP


def _minutes(start: datetime, end: datetime | None) -> float | None:
    return max((end - start).total_seconds() / 60, 0.0) if end else None


def _known(taken: Iterable[tuple[str, float | None]]) -> tuple[tuple[str, int], ...]:
    return tuple((stage, histogram.step(minutes)) for stage, minutes in taken if minutes is not None)
