"""Journey 4c, the doors of the clock: they call one function and return; safe to run twice (law 9)."""

from celery import shared_task
from django.utils import timezone

from cases.escalation import closing, sweep


@shared_task(ignore_result=True)
def sweep_clock() -> None:
    """Look at every case whose alarm has rung; what does not fit into one run is done by the next, at once."""
    _done, is_over = sweep.sweep(timezone.now())
    if not is_over:
        sweep_clock.apply_async(expires=30)


@shared_task(ignore_result=True)
def close_silent() -> None:
    """Close what was solved and not answered."""
    closing.close_silent(timezone.now())
