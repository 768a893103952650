"""Journey 1, the doors of intake: they take ids, call one function, return; safe to run twice (law 9)."""

from collections.abc import Sequence

from celery import shared_task
from django.utils import timezone

from cases import asking, joining, pipeline
from cases.intake import budget, handle_days, poller, sweeping


@shared_task(ignore_result=True)
def poll_handles() -> None:
    """Start a poll of each handle whose turn it is; one that is being polled already is left alone."""
    now = timezone.now()
    for handle_id in poller.due(now).values_list("pk", flat=True):
        # An old poll is worth nothing once the next beat has come: it must not pile up behind a slow worker.
        poll_handle.apply_async((handle_id,), expires=30)


@shared_task(ignore_result=True)
def poll_handle(handle_id: int) -> None:
    """One poll of one handle."""
    poller.poll(handle_id)


@shared_task(ignore_result=True)
def take_handle_days() -> None:
    """Ask X how each handle stands that has no figures of today."""
    for handle_id in handle_days.due(timezone.now()):
        # The next run finds what is still missing: an old start is worth nothing once it has come.
        take_handle_day.apply_async((handle_id,), expires=600)


@shared_task(ignore_result=True)
def take_handle_day(handle_id: int) -> None:
    """Today's followers and posts of one handle."""
    handle_days.take(handle_id, timezone.now())


@shared_task(ignore_result=True)
def process_messages(message_ids: Sequence[int]) -> None:
    """Take stored messages through the journey."""
    pipeline.process(message_ids)


@shared_task(ignore_result=True)
def sweep_messages() -> None:
    """Process what the usual way has missed."""
    sweeping.sweep(timezone.now())


@shared_task(ignore_result=True)
def sweep_unanswered() -> None:
    """Put to an operator what a citizen was asked and has not answered."""
    asking.give_up_waiting(timezone.now())


@shared_task(ignore_result=True)
def trim_ledger() -> None:
    """Forget the calls to X that cost nothing and are over."""
    budget.trim(timezone.now())


@shared_task(ignore_result=True)
def trim_fingerprints() -> None:
    """Forget the words of pleas too old to be joined."""
    joining.forget_fingerprints(timezone.now())
