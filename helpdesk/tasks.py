"""Beside the journey: the pulse that shows beat, broker and worker alive, and sessions that have ended."""

from celery import shared_task
from django.core.management import call_command

from helpdesk import health


@shared_task
def pulse() -> None:
    """A door to health.beat_once."""
    health.beat_once()


@shared_task
def clear_sessions() -> None:
    """A door to Django's own command."""
    call_command("clearsessions")
