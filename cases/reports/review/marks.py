"""The collector's office: pages of sheets by mark, so that the sheets of two years ago cost what today's cost."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MICROSECOND, _LAST_KEY = 10**16, 2**62


def written(row: dict[str, Any]) -> str:
    """Where a sheet stands in the list, for an address."""
    return f"{(row['held_at'] - _EPOCH) // timedelta(microseconds=1)}.{row['pk']}"


def older_than(mark: str) -> Q:
    """The sheets that stand after the mark; all of them without one that is understood."""
    micros, _dot, key = mark.partition(".")
    if len(mark) > 40 or not all(part.isascii() and part.isdigit() for part in (micros, key)):
        return Q()
    at, pk = _EPOCH + timedelta(microseconds=min(int(micros), _LAST_MICROSECOND)), min(int(key), _LAST_KEY)
    return Q(held_at__lte=at) & (Q(held_at__lt=at) | Q(held_at=at, pk__lt=pk))
