"""Journey 4: pages by mark: a page starts after a moment and a key, so that page 200 costs what page 1 costs."""

from datetime import UTC, datetime, timedelta

from django.db.models import Q

from cases.models import Case, CaseQuerySet

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST, _LAST_MICROSECOND, _LAST_KEY = 40, 10**16, 2**62


def mark(moment: datetime, pk: int) -> str:
    """A place in a list ordered by a moment and the key, for an address."""
    return f"{(moment - _EPOCH) // timedelta(microseconds=1)}.{pk}"


def read_mark(text: str) -> tuple[datetime, int] | None:
    """The place that a mark names; None when it is none."""
    micros, _dot, pk = text.partition(".")
    if len(text) > _LONGEST or not (micros.isascii() and micros.isdigit() and pk.isascii() and pk.isdigit()):
        return None
    return _EPOCH + timedelta(microseconds=min(int(micros), _LAST_MICROSECOND)), min(int(pk), _LAST_KEY)


def later_due(cases: CaseQuerySet, text: str) -> CaseQuerySet:
    """Those that stand after the mark in the clock's order; all of them without one."""
    place = read_mark(text)
    if place is None:
        return cases
    at, pk = place
    return cases.filter(Q(next_due_at__gt=at) | Q(next_due_at=at, pk__gt=pk), next_due_at__gte=at)


def older(cases: CaseQuerySet, text: str) -> CaseQuerySet:
    """Newest first, those that stand after the mark."""
    ordered = cases.order_by("-opened_at", "-pk")
    place = read_mark(text)
    if place is None:
        return ordered
    at, pk = place
    return ordered.filter(Q(opened_at__lt=at) | Q(opened_at=at, pk__lt=pk), opened_at__lte=at)


def due_mark(case: Case) -> str:
    """Where a case stands in the clock's order."""
    return mark(case.next_due_at, case.pk) if case.next_due_at else ""
