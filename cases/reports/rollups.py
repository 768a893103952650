"""Keeps the rollups up with the cases: every change is counted once, late ones and corrections included.

What of a case has been counted stands in `Counted`. A changed case adds what it says now and takes away what stands
there; equal facts add nothing, so that looking twice is harmless. One counter at a time holds the row of
`FigureState`; what is read meanwhile is the state before.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Q

from cases.models import Case, Counted, Figure, FigureState, Miss
from cases.reports import facts
from cases.reports.cells import COLUMNS, VERSION, figure_of, sums_of
from cases.reports.facts import Cells, Fact
from cases.reports.periods import hours_from
from cases.reports.rebuild import rebuild
from helpdesk.enqueue import after_commit

# A transaction that wrote its time and committed only now lies before the last look.
OVERLAP = timedelta(minutes=5)
BATCH = 500
AT_ONCE = 10_000  # cases: some five seconds
# A month of five million cases takes less than a minute, and taking down their facts a few.
_COUNTING_ANEW, _SILENT_SECONDS = "figures:counting-anew", 15 * 60


def catch_up(at: datetime, wait: bool = False) -> int:
    """Count what has changed since the last look; how many cases had something new. Where somebody else counts, wait
    for them, or go away with 0.

    Counts everything anew where nothing was counted yet, or in another way: here when it is done in seconds, else in a
    task of its own, and 0 meanwhile.
    """
    state = FigureState.objects.filter(version=VERSION).first()
    if state is None:
        return (count_anew(at) or 0) if _is_little() else _ask_to_count_anew()
    changed, since = 0, (state.counted_until - OVERLAP, 0)
    while True:
        with transaction.atomic():
            if not _held(state, wait):
                return changed
            batch = _changed_after(*since)
            changed += _count(batch, at)
            missed = _count_misses(at)
            changed += missed
            if max(len(batch), missed) < BATCH:
                FigureState.objects.filter(pk=state.pk).update(counted_until=at)
                return changed
            if batch:
                since = (batch[-1][1], batch[-1][0])
                FigureState.objects.filter(pk=state.pk).update(counted_until=since[0])


def count_anew(at: datetime) -> int | None:
    """Count everything anew; how many cases, None when somebody does so already. Of millions it takes minutes: those
    who come meanwhile go away again, or they would fill every worker waiting. One that dies is followed after a quarter
    of an hour."""
    if not cache.add(_COUNTING_ANEW, at.isoformat(), _SILENT_SECONDS):
        return None
    try:
        return rebuild(at, lambda: cache.touch(_COUNTING_ANEW, _SILENT_SECONDS))
    finally:
        cache.delete(_COUNTING_ANEW)


def is_counted() -> bool:
    """Whether there are figures, counted as they are today: then catching up keeps them so."""
    return FigureState.objects.filter(version=VERSION).exists()


def is_counting_anew() -> bool:
    """Whether somebody counts everything anew just now."""
    return cache.get(_COUNTING_ANEW) is not None


def _is_little() -> bool:
    return Case.objects.order_by().values("pk")[: AT_ONCE + 1].count() <= AT_ONCE


def _ask_to_count_anew() -> int:
    if not is_counting_anew():
        after_commit("cases.reports.tasks.count_figures_anew")
    return 0


def recount(since: datetime, at: datetime) -> int:
    """Look again at every case changed since then: mends what a transaction longer than `OVERLAP` left out."""
    state, found, after = FigureState.objects.filter(version=VERSION).first(), 0, (since, 0)
    while state and (batch := _changed_after(*after)):
        with transaction.atomic():
            if _held(state, wait=True):
                found += _count(batch, at)
        after = (batch[-1][1], batch[-1][0])
    return found


def trim(at: datetime) -> int:
    """Delete the hours that are told by days now; how many cells."""
    old = Figure.objects.filter(grain=Figure.Grain.HOUR, start__lt=hours_from(at))
    return old.delete()[0]


def _held(state: FigureState, wait: bool) -> bool:
    locked = FigureState.objects.filter(pk=state.pk)
    if connection.features.has_select_for_update_skip_locked and not wait:
        return locked.select_for_update(skip_locked=True).exists()
    return locked.select_for_update().exists()  # SQLite has one writer, whoever that is


def _changed_after(moment: datetime, pk: int) -> list[tuple[int, datetime]]:
    later = Case.objects.filter(Q(updated_at__gt=moment) | Q(updated_at=moment, pk__gt=pk), updated_at__gte=moment)
    return list(later.order_by("updated_at", "pk").values_list("pk", "updated_at")[:BATCH])


def _count(batch: Sequence[tuple[int, datetime]], at: datetime) -> int:
    """Take out what stood there of these cases, add what they say now."""
    pks = [pk for pk, _ in batch]
    stood = {row[0]: Fact._make(row) for row in Counted.objects.filter(pk__in=pks).values_list(*Fact._fields)}
    fresh = [fact for fact in facts.facts_of(Case.objects.filter(pk__in=pks)) if stood.get(fact.case_id) != fact]
    into: Cells = {}
    for fact in fresh:
        if old := stood.get(fact.case_id):
            facts.gather(into, old, facts.moments(old), hours_from(at), -1)
        facts.gather(into, fact, facts.moments(fact), hours_from(at))
    _add(into)
    _keep(fresh)
    return len(fresh)


def _count_misses(at: datetime) -> int:
    """Broken promises are never taken back: each is counted once and marked."""
    rows = list(Miss.objects.filter(counted=False).order_by("pk")[:BATCH])
    into: Cells = {}
    for miss in rows:
        fact, moment = facts.missed(miss)
        facts.gather(into, fact, [moment], hours_from(at))
    _add(into)
    Miss.objects.filter(pk__in=[miss.pk for miss in rows]).update(counted=True)
    return len(rows)


def _keep(fresh: Iterable[Fact]) -> None:
    rows = [Counted(**fact._asdict()) for fact in fresh]
    columns = list(Fact._fields[1:])
    Counted.objects.bulk_create(rows, BATCH, update_conflicts=True, unique_fields=["case"], update_fields=columns)


def _add(changes: Cells) -> None:
    """Add to the cells as they stand; one left with nothing is deleted, as if it had never been."""
    facts.add_wider(changes)
    changed = {cell.number: (cell, sums) for cell, sums in changes.items() if sums.tidy()}
    for numbers in _slices(sorted(changed)):
        standing = Figure.objects.in_bulk(numbers)
        for number, row in standing.items():
            cell, sums = changed[number]
            sums.merge(sums_of(row, cell))
            sums.tidy()
        left = [figure_of(*changed[number]) for number in numbers if changed[number][1]]
        Figure.objects.bulk_create(left, update_conflicts=True, unique_fields=["id"], update_fields=COLUMNS)
        Figure.objects.filter(pk__in=[number for number in standing if not changed[number][1]]).delete()


def _slices(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), BATCH):
        yield numbers[start : start + BATCH]
