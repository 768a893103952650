"""Reads figures of a place and a period: from the rollups by years down to hours, the ends from the cases.

The number of cells read depends on the length of the period and how many places are shown, not on how many cases
there ever were. What is open or late is counted live: the open cases are few, and have indexes of their own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case as Choose
from django.db.models import Count, F, Q, QuerySet, Sum, Value, When
from django.utils import timezone

from cases.filters import is_late, is_open
from cases.models import Case, Feedback, Figure, FigureState, Miss
from cases.reports import facts, histogram
from cases.reports.cells import SPREADS, VERSION
from cases.reports.facts import COUNTERS, Cut, Fact, Moment
from cases.reports.histogram import Histogram
from cases.reports.periods import EDGE, Period, Stretch, floor, joined, stretches, summed
from cases.reports.scopes import Level, Scope

LIVE = ("open", "late", "broken")
BROKEN_BEFORE = "broken_before"
# Open cases by how long ago the plea was made, in hours: under 1, 1 to 4, 4 to 24, 1 to 3 days, longer.
AGES: tuple[tuple[timedelta, timedelta | None], ...] = (
    (timedelta(0), timedelta(hours=1)),
    (timedelta(hours=1), timedelta(hours=4)),
    (timedelta(hours=4), timedelta(days=1)),
    (timedelta(days=1), timedelta(days=3)),
    (timedelta(days=3), None),
)


class NotCounted(Exception):
    """The figures are being counted, for the first time or in another way: for now there are none."""


@dataclass(slots=True)
class Tally:
    """Sums of a place, need, officer ...: counters by name, minutes by stage, and what is open, late or broken now."""

    counts: dict[str, int] = field(default_factory=dict)
    spreads: dict[str, Histogram] = field(default_factory=dict)

    def __getitem__(self, name: str) -> int:
        return self.counts.get(name, 0)

    def add(self, name: str, count: int) -> None:
        """Count on."""
        self.counts[name] = self.counts.get(name, 0) + count

    def median(self, stage: str) -> float | None:
        """Median minutes of a stage; None without a case."""
        return histogram.median(self.spreads.get(stage, {}))

    def p90(self, stage: str) -> float | None:
        """Nine of ten took at most so many minutes; None without a case."""
        return histogram.p90(self.spreads.get(stage, {}))

    def size(self, stage: str) -> int:
        """How many cases the median is of."""
        return histogram.size(self.spreads.get(stage, {}))


def merge(into: Tally, other: Tally) -> None:
    """Add another one's."""
    for name, count in other.counts.items():
        into.add(name, count)
    for stage, spread in other.spreads.items():
        histogram.add(into.spreads.setdefault(stage, {}), spread)


# Which cuts there are of a place: officers are few in a district; a block is told by need alone.
CUTS_AT: dict[str, tuple[str, ...]] = {
    "": ("", "need", "urgency", "channel"),
    "s": ("", "need", "urgency", "channel"),
    "d": ("", "need", "urgency", "channel", "officer"),
    "b": ("", "need"),
}
Key = tuple[str, str]  # cut and key; ("", "") is the whole
Tallies = dict[Any, Tally]
Ends = list[tuple[Fact, Moment]]


@dataclass(slots=True)
class Happened:
    """All that happened in a place and a period: by cut and key, in the time before it as a whole, by the places below
    (LGD code, 0: not known), pleas by those places and needs, by hour or day, and pleas of each need by hour or day."""

    own: dict[Key, Tally]
    before: Tally
    below: dict[int, Tally]
    pleas: dict[tuple[int, str], int]
    series: list[tuple[datetime, Tally]]
    needs: dict[str, list[int]]


def happened(scope: Scope, period: Period, detailed: bool = False) -> Happened:
    """Read from the rollups; the number of queries depends on neither. The place itself has the minutes of all stages,
    what it is parted into only when it is to be `detailed`."""
    ends, cuts = ends_of(scope, period), CUTS_AT[scope.level]
    return Happened(
        own(scope, period, cuts, ends, detailed=cuts if detailed else ("",)),
        own(scope, period.before, detailed=())["", ""],
        below(scope, period, ends, detailed),
        pleas_below(scope, period, ends),
        series(scope, period, ends),
        needs_over_time(scope, period, ends),
    )


def own(
    scope: Scope, period: Period, cuts: Iterable[str] = ("",), ends: Ends | None = None,
    detailed: Iterable[str] = ("",),
) -> dict[Key, Tally]:  # fmt: skip
    """The figures of a place as a whole and by the cuts asked for, in two queries at most.

    Those cuts that are `detailed` have the minutes of all stages, a whole by the hour too; the others those of
    `facts.STAGES_TOLD`. `ends` are read where the caller has not.
    """
    chosen = set(cuts)
    if not chosen <= set(CUTS_AT[scope.level]):
        raise ValueError(f"{sorted(chosen)} are not told apart here: {CUTS_AT[scope.level]}.")
    found: Tallies = {}
    for is_detailed, group in ((True, chosen & set(detailed)), (False, chosen - set(detailed))):
        if group:
            found |= _read(_cells_of(scope) & Q(cut__in=group), ("cut", "key"), period, is_detailed)
    for fact, moment in ends_of(scope, period) if ends is None else ends:
        for cut, key in keys(fact):
            if cut in chosen:
                take(found, (cut, key), moment, is_whole=not cut)
    found.setdefault(("", ""), Tally())
    return found


def ends_of(scope: Scope, period: Period) -> Ends:
    """What happened in the ends of the period that no hour fits, from the cases and broken promises themselves; five
    queries for each end."""
    found = joined(stretches(period, timezone.now()))
    return [one for grain, start, end in found if grain == EDGE for one in moments_between(scope, start, end)]


def moments_between(scope: Scope, start: datetime, end: datetime) -> Iterator[tuple[Fact, Moment]]:
    """What happened from `start` up to `end`, from the cases and broken promises themselves, one after the other."""
    given = Feedback.objects.filter(at__gte=start, at__lt=end)
    clocks = ("opened_at", "resolved_at", "closed_at")
    inside = [Q(**{f"{clock}__gte": start, f"{clock}__lt": end}) for clock in clocks]
    for number, condition in enumerate((*inside, Q(pk__in=given.values("case")))):
        for fact in facts.facts_of(Case.objects.filter(condition).filter(scope.of_cases)):
            # Not again what an earlier clock has found.
            if not any(_within(getattr(fact, clock), start, end) for clock in clocks[:number]):
                yield from ((fact, moment) for moment in facts.moments(fact) if start <= moment.at < end)
    for miss in Miss.objects.filter(scope.of_misses, at__gte=start, at__lt=end).iterator():
        yield facts.missed(miss)


def _within(moment: datetime | None, start: datetime, end: datetime) -> bool:
    return moment is not None and start <= moment < end


def by_hour(whole: Tally) -> list[Tally]:
    """The 24 hours of the day, of a whole: how many pleas were made in each, and how long they waited."""
    made = whole.spreads.get(facts.BY_HOUR, {})
    waits = [whole.spreads.get(facts.WAIT_BY_HOUR.format(hour), {}) for hour in range(24)]
    return [Tally({"received": made.get(hour, 0)}, {"wait": wait}) for hour, wait in enumerate(waits)]


def below(scope: Scope, period: Period, ends: Ends | None = None, detailed: bool = False) -> dict[int, Tally]:
    """The figures of the places below, each as a whole: LGD code, or 0 -> Tally, `detailed` or not as of `own`."""
    if not scope.below:
        return {}
    read = _read(_cells_below(scope) & Q(cut=""), ("area", "key"), period, detailed)
    found = {area: tally for (area, _key), tally in read.items()}
    for fact, moment in ends_of(scope, period) if ends is None else ends:
        take(found, getattr(fact, scope.column_below) or 0, moment)
    return found


def pleas_below(scope: Scope, period: Period, ends: Ends) -> dict[tuple[int, str], int]:
    """How many pleas of each need came from each of the places below: (LGD code or 0, need) -> count, 0 left out."""
    cells = _cells_in(period)
    if not scope.below or cells is None:
        return {}
    cells = cells.filter(_cells_below(scope), cut=Cut.NEED.value, received__gt=0)
    rows = cells.values_list("area", "key").annotate(count=Sum(F("received") * F("sign")))
    found = {(area, need): count for area, need, count in rows if count}
    for fact, moment in ends:
        if fact.need_id and "received" in moment.counts:
            key = getattr(fact, scope.column_below) or 0, fact.need_id
            found[key] = found.get(key, 0) + 1
    return found


def series(scope: Scope, period: Period, ends: Ends | None = None) -> list[tuple[datetime, Tally]]:
    """What came and what was resolved, by hour, day or month (`period.grain`), empty ones included; no medians."""
    grain = period.grain
    found = {start: Tally() for start in period.ticks[:-1]}
    for start, *numbers in _ticked(scope, period, "").values_list("start", *COUNTERS):
        if (tally := found.get(floor(start, grain))) is not None:
            _sum(tally, numbers)
    for _fact, moment in ends_of(scope, period) if ends is None else ends:
        if (tally := found.get(floor(moment.at, grain))) is not None:
            count(tally, moment)
    return list(found.items())


def needs_over_time(scope: Scope, period: Period, ends: Ends | None = None) -> dict[str, list[int]]:
    """How many pleas of each need came in each hour, day or month of `series`: {need: counts}."""
    grain, place = period.grain, {start: number for number, start in enumerate(period.ticks[:-1])}
    found: dict[str, list[int]] = {}
    cells = _ticked(scope, period, Cut.NEED.value).filter(received__gt=0)
    came = [*cells.values_list("start", "key", "received")]
    for fact, moment in ends_of(scope, period) if ends is None else ends:
        if fact.need_id and "received" in moment.counts:
            came.append((moment.at, fact.need_id, 1))
    for at, need, received in came:
        if (number := place.get(floor(at, grain))) is not None:
            found.setdefault(need, [0] * len(place))[number] += received
    return found


def _ticked(scope: Scope, period: Period, cut: str) -> QuerySet[Figure]:
    """The cells of a period, none wider than its bars."""
    times = Q(pk__in=[])
    for grain, start, end in joined(stretches(period, timezone.now())):
        if grain != EDGE:
            finest = min(grain, period.grain, key=[*Figure.Grain.values].index)
            times |= Q(grain=finest, start__gte=start, start__lt=end)
    return Figure.objects.filter(_cells_of(scope) & times, cut=cut)


def live(scope: Scope, period: Period, at: datetime, column: str = "") -> dict[Any, Tally]:
    """What is open, late, and broken (the period's pleas, open past the promise of help), by a column; or as a whole
    under None, and then how many pleas of the time before are broken too."""
    rows = Case.objects.open().filter(scope.of_cases).order_by()
    counts = {"open": Count("pk"), "late": Count("pk", filter=is_late(at)), "broken": _broken(period, at)}
    if not column:
        whole = {f"n_{name}": count for name, count in {**counts, BROKEN_BEFORE: _broken(period.before, at)}.items()}
        return {None: Tally({name.removeprefix("n_"): count for name, count in rows.aggregate(**whole).items()})}
    found = rows.values_list(column).annotate(**{f"n_{name}": count for name, count in counts.items()})
    return {key: Tally(dict(zip(LIVE, numbers, strict=True))) for key, *numbers in found}


def _broken(period: Period, at: datetime) -> Count:
    return Count("pk", filter=is_open(at) & Q(resolve_by__lt=at) & _opened_in(period))


def ages(scope: Scope, at: datetime) -> list[int]:
    """How many open cases there are of each of `AGES`."""
    names = {f"age{number}": Count("pk", filter=_aged(band, at)) for number, band in enumerate(AGES)}
    counted = Case.objects.open().filter(scope.of_cases).aggregate(**names)
    return [counted[name] for name in names]


def counted_until() -> datetime | None:
    """Up to when changes are in the figures; None until they are counted, for the first time or in another way."""
    return FigureState.objects.filter(version=VERSION).values_list("counted_until", flat=True).first()


def _aged(band: tuple[timedelta, timedelta | None], at: datetime) -> Q:
    youngest, oldest = band
    older = Q(opened_at__lte=at - youngest) if youngest else Q()
    return older & Q(opened_at__gt=at - oldest) if oldest else older


def _opened_in(period: Period) -> Q:
    inside = Q(opened_at__gte=period.start)
    return inside if period.runs else inside & Q(opened_at__lt=period.end)


def _cells_of(scope: Scope) -> Q:
    if not scope.level:
        return Q(level=Level.STATE)
    return Q(level=scope.level, area=scope.area)


def _cells_below(scope: Scope) -> Q:
    return Q(level=scope.below, parent=scope.area)


def _read(cells: Q, keys: tuple[str, str], period: Period, detailed: bool) -> Tallies:
    """Sum the cells of a period; one query."""
    found: Tallies = {}
    rows = _cells_in(period)
    if rows is None:
        return found
    stored: dict[tuple[Any, str], Parts] = {}
    columns = SPREADS if detailed else SPREADS[:1]
    for row in rows.filter(cells).values_list("sign", *keys, *COUNTERS, *columns):
        sign, first, second, *numbers = row[: -len(columns)]
        _sum(found.setdefault((first, second), Tally()), numbers, sign)
        for spreads in row[-len(columns) :]:
            for stage, spread in spreads.items():
                stored.setdefault(((first, second), stage), ([], []))[sign < 0].append(spread)
    for (key, stage), (added, taken) in stored.items():
        found[key].spreads[stage] = histogram.summed(added, taken)
    # Of what happened only on a day that is taken off again nothing is left.
    return {key: tally for key, tally in found.items() if any(tally.counts.values()) or any(tally.spreads.values())}


Parts = tuple[list[dict[str, int]], list[dict[str, int]]]  # histograms to be added up, and to be taken off


def _cells_in(period: Period) -> QuerySet[Figure] | None:
    """The cells that make up a period, each with its `sign`: 1, or -1 where it is taken off; None when it is shorter
    than an hour."""
    added, taken = summed(period, timezone.now())
    if not added:
        return None
    sign = Choose(When(_within_any(taken), then=-1), default=1) if taken else Value(1)
    return Figure.objects.filter(_within_any([*added, *taken])).annotate(sign=sign)


def _within_any(found: list[Stretch]) -> Q:
    return reduce(or_, (Q(grain=grain, start__gte=start, start__lt=end) for grain, start, end in found))


def _sum(tally: Tally, numbers: list[int], sign: int = 1) -> None:
    for name, number in zip(COUNTERS, numbers, strict=True):
        if number:
            tally.add(name, sign * number)


def keys(fact: Fact) -> Iterator[Key]:
    """The cuts and keys a case counts in."""
    yield "", ""
    yield Cut.URGENCY.value, fact.urgency
    if fact.need_id:  # not a broken promise
        yield Cut.NEED.value, fact.need_id
        yield Cut.CHANNEL.value, fact.channel
    yield Cut.OFFICER.value, str(fact.officer_id or "")


def count(tally: Tally, moment: Moment) -> None:
    """Count a moment in, without its minutes."""
    for name in moment.counts:
        tally.add(name, 1)


def take(into: Tallies, key: Any, moment: Moment, is_whole: bool = True) -> None:
    """Count a moment in; of a place as a whole, by the hour too."""
    tally = into.setdefault(key, Tally())
    count(tally, moment)
    for stage, number in facts.steps(moment) if is_whole else moment.steps:
        spread = tally.spreads.setdefault(stage, {})
        spread[number] = spread.get(number, 0) + 1
