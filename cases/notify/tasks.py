"""Journey 5, the doors of the outbox: they take ids, call one function, return; safe to run twice (law 9)."""

from celery import shared_task
from django.utils import timezone

from cases.notify import outbox


@shared_task(ignore_result=True)
def send_notices(handle_id: int) -> None:
    """Send what one handle has to say."""
    outbox.send_due(handle_id)


@shared_task(ignore_result=True)
def sweep_notices() -> None:
    """Settle what is unsure, then start a sender for each handle with something due."""
    now = timezone.now()
    outbox.reconcile(now)
    for handle_id in outbox.due(now).order_by().values_list("handle_id", flat=True).distinct():
        # The next sweep comes in 10 s: an old start must not pile up behind a slow worker.
        send_notices.apply_async((handle_id,), expires=30)
