"""Figures of some of the cases, chosen by any filter of the list: no rollup knows them, so the cases are counted.

One pass over what happened in the period and one over the time before it; memory holds sums only. Some thousands of
cases are counted in a second: reports are made so by a worker, pages never.
"""

from collections.abc import Callable

from django.utils import timezone

from cases.reports import reading
from cases.reports.facts import Fact, Moment
from cases.reports.periods import Period, floor, reach
from cases.reports.reading import Happened, Tally
from cases.reports.scopes import Scope

SAID_EVERY = 5000  # moments


def happened(scope: Scope, period: Period, said: Callable[[int], None]) -> Happened:
    """The same as `reading.happened` of the cases of `scope.only`, with the minutes of every stage. `said` hears now
    and then how many moments have been counted; what it raises ends the counting."""
    starts = period.ticks[:-1]
    found = Happened({("", ""): Tally()}, Tally(), {}, {}, [(start, Tally()) for start in starts], {})
    place = {start: number for number, start in enumerate(starts)}
    end = reach(period, timezone.now())
    for count, (fact, moment) in enumerate(reading.moments_between(scope, period.start, end), 1):
        _take(found, fact, moment, scope, place.get(floor(moment.at, period.grain)))
        if count % SAID_EVERY == 0:
            said(count)
    before = {"": found.before}
    for count, (_fact, moment) in enumerate(reading.moments_between(scope, period.before.start, period.before.end), 1):
        reading.take(before, "", moment)
        if count % SAID_EVERY == 0:
            said(count)
    return found


def _take(into: Happened, fact: Fact, moment: Moment, scope: Scope, tick: int | None) -> None:
    """Count a moment wherever it belongs; `tick` is the number of its hour, day or month."""
    cuts = reading.CUTS_AT[scope.level]
    for cut, key in reading.keys(fact):
        if cut in cuts:
            reading.take(into.own, (cut, key), moment, is_whole=not cut)
    area = (getattr(fact, scope.column_below) or 0) if scope.below else 0
    if scope.below:
        reading.take(into.below, area, moment)
    if tick is not None:
        reading.count(into.series[tick][1], moment)
    if fact.need_id and "received" in moment.counts:
        if scope.below:
            into.pleas[area, fact.need_id] = into.pleas.get((area, fact.need_id), 0) + 1
        if tick is not None:
            into.needs.setdefault(fact.need_id, [0] * len(into.series))[tick] += 1
