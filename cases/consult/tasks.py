"""Journey 4b, the doors of the doctors' desk: they call one function and return; safe to run twice (law 9)."""

from celery import shared_task
from django.utils import timezone

from cases import consulting, follow_ups


@shared_task(ignore_result=True)
def lapse_claims() -> None:
    """Put back what a doctor has claimed and left."""
    consulting.lapse(timezone.now())


@shared_task(ignore_result=True)
def tell_due_calls() -> None:
    """Tell the doctors on duty which follow-up calls have come due."""
    follow_ups.tell_due(timezone.now())
