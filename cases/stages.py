"""How long each stage of a case took, stored when the stage ends: what figures and promises are measured by."""

from datetime import datetime

from cases.models import Case
from cases.workflow import Status

FIELDS = ("minutes_received", "minutes_assigned", "minutes_acknowledged", "minutes_resolved", "minutes_confirmed")


def _minutes(start: datetime | None, end: datetime | None) -> float | None:
    """Minutes between two moments, never below 0 (an outside clock may be ahead of ours); None without both."""
    return max((end - start).total_seconds() / 60, 0.0) if start and end else None


def stamp(case: Case) -> None:
    """Set the minutes of every stage that has ended; the first assignment and acknowledgement count, the last solution.

    The caller saves.
    """
    case.minutes_received = _minutes(case.opened_at, case.received_at)
    if case.minutes_assigned is None:
        case.minutes_assigned = _minutes(case.received_at, case.assigned_at)
    if case.minutes_acknowledged is None and case.acknowledged_at:
        waited = _minutes(case.received_at, case.acknowledged_at) or 0.0
        case.minutes_acknowledged = max(waited - (case.minutes_assigned or 0.0), 0.0)
    case.minutes_resolved = _minutes(case.acknowledged_at, case.resolved_at)
    closed = case.closed_at if case.status == Status.CLOSED else None
    case.minutes_confirmed = _minutes(case.resolved_at, closed)
