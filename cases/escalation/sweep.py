"""Journey 4c, the clock: every case whose alarm has rung is looked at, the gravest first, however many wait (law 4).

By the index of alarms, chunk by chunk; each chunk is one transaction, locked and asked again, so that two sweeps at
once do the work once. What one chunk cannot write is tried case by case, and a case that fails is put off for some
minutes: it never stops the others.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from time import monotonic
from traceback import extract_tb

from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from cases.escalation.looking import look
from cases.escalation.writing import write
from cases.models import Case
from cases.models.case import IS_OPEN
from cases.workflow import Urgency

logger = logging.getLogger(__name__)
CHUNK = 200
READ = 2_000
PUT_OFF = timedelta(minutes=5)
# A task dies at 55 s. It ends much sooner and starts anew: what became critical meanwhile goes before the normal ones.
BUDGET_SECONDS = 15.0


def sweep(at: datetime, budget: float = BUDGET_SECONDS) -> tuple[Counter[str], bool]:
    """Look at all that is due at this moment; returns what was done, and whether nothing is left."""
    until, done = monotonic() + budget, Counter[str]()
    for urgency in Urgency.values:
        for chunk in _chunks(urgency, at):
            done += _look_at(chunk, at)
            if monotonic() > until:
                return done, False
    return done, True


def _chunks(urgency: str, at: datetime) -> Iterator[Sequence[int]]:
    """By the alarm, the longest overdue first; never back: what another sweep holds is left to it.

    Read many chunks at a time: PostgreSQL sorts all that are left for each read, as it takes a backlog for small.
    """
    due = Case.objects.filter(IS_OPEN, urgency=urgency, alarm_at__isnull=False, alarm_at__lte=at)
    ordered = due.order_by("alarm_at", "pk").values_list("alarm_at", "pk")
    last = Q()
    while rows := list(ordered.filter(last)[:READ]):
        ids = [pk for _alarm, pk in rows]
        yield from (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
        alarm, pk = rows[-1]
        # The bound by itself is where the index is entered: PostgreSQL and SQLite find none in an OR.
        last = Q(alarm_at__gte=alarm) & (Q(alarm_at__gt=alarm) | Q(pk__gt=pk))


def _look_at(ids: Sequence[int], at: datetime) -> Counter[str]:
    try:
        return _together(ids, at)
    except Exception as error:  # whatever it is, the others of the chunk must not wait for it
        logger.warning("%d late cases are looked at one by one: %s", len(ids), _where(error))
    done = Counter[str]()
    for pk in ids:
        done += _alone(pk, at)
    return done


def _alone(pk: int, at: datetime) -> Counter[str]:
    try:
        return _together([pk], at)
    except Exception as error:
        logger.error("The clock could not look at case %d; again in %s: %s", pk, PUT_OFF, _where(error))
    Case.objects.filter(IS_OPEN, pk=pk, alarm_at__lte=at).update(alarm_at=at + PUT_OFF)
    return Counter(failed=1)


def _together(ids: Sequence[int], at: datetime) -> Counter[str]:
    with transaction.atomic():
        return write([look(case, at) for case in _locked(ids, at)], at)


def _locked(ids: Sequence[int], at: datetime) -> list[Case]:
    """Those of them that are still due; one that somebody is moving right now comes with the next sweep."""
    still_due = Case.objects.filter(IS_OPEN, pk__in=ids, alarm_at__lte=at).order_by("alarm_at", "pk")
    skips = connection.features.has_select_for_update_skip_locked
    return list(still_due.select_for_update(of=("self",), skip_locked=skips))


def _where(error: Exception) -> str:
    """The kind of the error and its line; its words may quote the row, and rows hold personal facts."""
    if isinstance(error, DatabaseError) and error.__cause__ is not None:
        return f"{type(error).__name__} ({type(error.__cause__).__name__})"
    frame = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.name}, line {frame.lineno}"
