"""Beside the journey: the pulse that shows beat, broker and worker alive."""

from celery import shared_task

from helpdesk import health


@shared_task
def pulse() -> None:
    """A door to health.beat_once."""
    health.beat_once()
