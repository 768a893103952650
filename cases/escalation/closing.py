"""Journey 4c, solved and never answered: closed after a day of silence, and counted as just that.

A family whose patient died is never asked for a yes (`feedback.question`, `requester_notices.solved`): such a case is
closed here too, but no count of "without an answer" holds it against anybody (`filters.CLOSINGS`, `reports.facts`).
Withdrawn, joined and unreachable cases end in statuses of their own and never come here. A yes that comes later turns
the closing into a confirmed one (`consent`, `feedback`).
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from time import monotonic

from django.db import connection, transaction
from django.db.models import Q

from cases import stages
from cases.models import Case, Event, Setting
from cases.rewriting import rewrite
from cases.workflow import Closing, Status

logger = logging.getLogger(__name__)
CHUNK = 500
BUDGET_SECONDS = 30.0


def close_silent(at: datetime, budget: float = BUDGET_SECONDS) -> int:
    """Close what has waited for a yes longer than the office waits; returns how many. Safe to run twice at once.

    By the index of what awaits a yes, oldest first; what does not fit into the budget is left to the next run.
    """
    until, closed, last = monotonic() + budget, 0, Q()
    hours = Setting.objects.values_list("value", flat=True).get(key=Setting.Key.SILENT_HOURS)
    waiting = Case.objects.filter(
        closed_at=None, resolved_at__isnull=False, resolved_at__lte=at - timedelta(hours=hours)
    )
    ordered = waiting.order_by("resolved_at", "pk").values_list("resolved_at", "pk")
    while monotonic() < until and (rows := list(ordered.filter(last)[:CHUNK])):
        closed += _close_all([pk for _resolved, pk in rows], at)
        resolved, pk = rows[-1]
        last = Q(resolved_at__gte=resolved) & (Q(resolved_at__gt=resolved) | Q(pk__gt=pk))
    return closed


def _close_all(ids: Sequence[int], at: datetime) -> int:
    """Together, else one by one: a case that cannot be closed is passed over, and tried again by the next run."""
    try:
        return _close(ids, at)
    except Exception as error:
        logger.warning("%d solved cases are closed one by one: %s", len(ids), type(error).__name__)
    return sum(_close_alone(pk, at) for pk in ids)


def _close_alone(pk: int, at: datetime) -> int:
    try:
        return _close([pk], at)
    except Exception as error:
        logger.error("Case %d could not be closed: %s", pk, type(error).__name__)
        return 0


def _close(ids: Sequence[int], at: datetime) -> int:
    """Those still waiting; one that somebody answers or reopens right now is left alone."""
    with transaction.atomic():
        skips = connection.features.has_select_for_update_skip_locked
        found = Case.objects.filter(pk__in=ids, status=Status.RESOLVED)
        cases = list(found.select_for_update(of=("self",), skip_locked=skips))
        for case in cases:
            case.status, case.closed_at, case.closing, case.updated_at = Status.CLOSED, at, Closing.SILENCE, at
            stages.stamp(case)
        rewrite(cases, ["status", "closed_at", "closing", "updated_at", "minutes_confirmed"])
        Event.objects.bulk_create(_closed(case, at) for case in cases)
    return len(cases)


def _closed(case: Case, at: datetime) -> Event:
    return Event(
        case=case,
        at=at,
        kind=Event.Kind.CLOSED,
        from_status=Status.RESOLVED,
        to_status=Status.CLOSED,
        from_officer_id=case.officer_id,
        to_officer_id=case.officer_id,
    )
