"""Journey 5, the doors of the outbox: they take ids, call one function, return; safe to run twice (law 9)."""

from celery import shared_task
from django.utils import timezone

from cases.notify import fallback, outbox, private

# The next sweep comes in 10 s: an old start must not pile up behind a slow worker.
_STALE_SECONDS = 30


@shared_task(ignore_result=True)
def send_notices(handle_id: int) -> None:
    """Send what one handle has to say."""
    outbox.send_due(handle_id)


@shared_task(ignore_result=True)
def send_private(channel: str) -> None:
    """Send what is due by one private channel."""
    private.send_private(channel)


@shared_task(ignore_result=True)
def sweep_notices() -> None:
    """Settle what is unsure or abandoned, then start a sender for each handle and each channel with something due."""
    now = timezone.now()
    outbox.reconcile(now)
    private.settle_unsure(now)
    fallback.find_abandoned(now)
    for handle_id in outbox.due(now).order_by().values_list("handle_id", flat=True).distinct():
        send_notices.apply_async((handle_id,), expires=_STALE_SECONDS)
    for channel in private.channels_due(now):
        send_private.apply_async((channel,), expires=_STALE_SECONDS)
