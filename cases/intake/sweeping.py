"""Journey 1, what was stored and not processed is found again (law 1): broker down, worker killed, first try failed."""

import logging
from collections import Counter
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError
from django.db.models import Q

from cases import pipeline
from cases.intake.storing import CHUNK, MAX_TRIES
from cases.models import Message

logger = logging.getLogger(__name__)
USUAL_WAY = timedelta(seconds=15)  # the task that was queued on commit goes first
BATCHES = 10  # of one run: it ends long before the next sweep's time limit
# A message that failed is tried again this long after it came; then it waits for a person.
RETRY_AFTER = {1: timedelta(minutes=2), 2: timedelta(minutes=8), 3: timedelta(minutes=32), 4: timedelta(hours=2)}


def sweep(at: datetime) -> Counter[str]:
    """Process what has waited, oldest first; returns the pipeline's results.

    A batch that the database refuses as a whole is passed over, so that the ones behind it do not starve.
    """
    _try_again(at)
    results: Counter[str] = Counter()
    last: tuple[datetime, int] | None = None
    for _ in range(BATCHES):
        batch = _next_batch(at - USUAL_WAY, last)
        if not batch:
            break
        pk, received_at = batch[-1]
        last = (received_at, pk)
        try:
            results += pipeline.process([pk for pk, _ in batch], at=at)
        except (DatabaseError, InterfaceError):
            logger.exception("A batch of %d messages waits for the next sweep.", len(batch))
    return results


def _next_batch(before: datetime, last: tuple[datetime, int] | None) -> list[tuple[int, datetime]]:
    waiting = Message.objects.unread(before)
    if last is not None:
        waiting = waiting.filter(Q(received_at__gt=last[0]) | Q(received_at=last[0], pk__gt=last[1]))
    return list(waiting.values_list("pk", "received_at")[:CHUNK])


def _try_again(at: datetime) -> None:
    """Failed ones whose time has come are stored ones again; with read_at set `unread` would never find them."""
    due = Q()
    for tries, wait in RETRY_AFTER.items():
        due |= Q(tries=tries, received_at__lt=at - wait)
    ripe = Message.objects.filter(due, state=Message.State.FAILED, tries__lt=MAX_TRIES)
    ids = list(ripe.order_by("received_at").values_list("pk", flat=True)[:CHUNK])
    failed = Message.objects.filter(pk__in=ids, state=Message.State.FAILED)
    failed.update(state=Message.State.STORED, read_at=None)
