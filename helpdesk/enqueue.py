"""Start a task after commit; a dead broker delays the work, it never fails the request (law 1)."""

import logging
from typing import Any

from django.db import transaction
from kombu.exceptions import OperationalError

from helpdesk.celery import app

logger = logging.getLogger(__name__)


def after_commit(task: str, *args: Any) -> None:
    """Queue the named task once the transaction is in; the sweepers find what could not be queued.

    By name, so that an early stage of the journey can start a later one without importing it.
    """
    transaction.on_commit(lambda: _send(task, args))


def _send(task: str, args: tuple[Any, ...]) -> None:
    try:
        app.send_task(task, args=args, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("Broker does not answer, %s%r is left to the sweeper: %s", task, args, error)
