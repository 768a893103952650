"""Minutes gathered in steps, so that medians of any set of hours, days and places come from sums, with a known error.

Up to two hours a step is one minute, and tells the whole minute exactly as a clerk would write it (29.9 is 29);
above, each step is 4 % wider than the one before and is told by its middle: at most 2 % away from the true value.
The same idea as DDSketch (Masson, Rim, Lee: VLDB 2019), with steps that fit the promises, which are in minutes.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

EXACT = 120
GROWTH = 1.04
ERROR_PERCENT = 2
_LOG = math.log(GROWTH)

Histogram = dict[int, int]


def step(minutes: float) -> int:
    """The step a time falls in; minutes below 0 count as 0."""
    if minutes < EXACT:
        return max(int(minutes), 0)
    return EXACT + int(math.log(minutes / EXACT) / _LOG)


def minutes_of(number: int) -> float:
    """The time a step stands for, in minutes."""
    if number < EXACT:
        return float(number)
    return float(EXACT * GROWTH ** (number - EXACT + 0.5))


def gathered(minutes: Iterable[float]) -> Histogram:
    """A histogram of times in minutes."""
    found: Histogram = {}
    for one in minutes:
        found[step(one)] = found.get(step(one), 0) + 1
    return found


def add(into: Histogram, other: Mapping[Any, int]) -> None:
    """Merge another one, whose steps may have become text in JSON; counts may be negative."""
    for text, count in other.items():
        number = int(text)
        into[number] = into.get(number, 0) + count


def summed(added: Iterable[Mapping[str, int]], taken: Iterable[Mapping[str, int]] = ()) -> Histogram:
    """Histograms as they stand in JSON, as one, without those that are taken off again; the steps become numbers once,
    not in each."""
    parts = iter(added)
    total: dict[str, int] = dict(next(parts, {}))
    known = total.get
    for one in parts:
        for text, count in one.items():
            total[text] = known(text, 0) + count
    for one in taken:
        for text, count in one.items():
            total[text] = known(text, 0) - count
    return {int(text): count for text, count in total.items() if count}


def size(histogram: Histogram) -> int:
    """How many times it holds."""
    return sum(histogram.values())


def median(histogram: Histogram) -> float | None:
    """The middle one, or the mean of the two middle ones; None when it is empty."""
    count = size(histogram)
    if not count:
        return None
    return (_at(histogram, (count + 1) // 2) + _at(histogram, count // 2 + 1)) / 2


def p90(histogram: Histogram) -> float | None:
    """Nine of ten are at most so long (nearest rank); None when it is empty."""
    count = size(histogram)
    return _at(histogram, math.ceil(0.9 * count)) if count else None


def _at(histogram: Histogram, rank: int) -> float:
    passed = 0
    for number in sorted(histogram):
        passed += histogram[number]
        if passed >= rank:
            return minutes_of(number)
    raise AssertionError("A rank lies within the size.")
