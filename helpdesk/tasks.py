"""Beside the journey: the pulse that shows beat, broker and worker alive, and sessions and sign-ins that are over."""

from celery import shared_task
from django.core.management import call_command

from districts.sign_ins import forget_old_sign_ins
from helpdesk import health


@shared_task
def pulse() -> None:
    """A door to health.beat_once."""
    health.beat_once()


@shared_task
def clear_sessions() -> None:
    """A door to Django's own command."""
    call_command("clearsessions")


@shared_task
def trim_sign_ins() -> None:
    """A door to districts.sign_ins.forget_old_sign_ins."""
    forget_old_sign_ins()
