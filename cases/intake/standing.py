"""Journey 1, how a handle stands with X after each attempt: its health, its last answer, and when to ask again."""

import random
from datetime import datetime, timedelta

from cases.intake.budget import OutOfBudget
from cases.intake.credentials import MissingCredentials
from cases.intake.x_client import Limit, XError, XOutOfCredit, XRateLimited, XRefused, XUnauthorised
from cases.models import Handle

Trouble = XError | OutOfBudget | MissingCredentials
FIRST_WAIT, LONGEST_WAIT = 5.0, 120.0  # seconds; a plea must not wait longer than that for a server that is back
ASK_A_PERSON = timedelta(minutes=2)  # wrong keys or no credit: somebody must act, then we want to notice soon
WINDOW = timedelta(minutes=16)  # X's rate windows are 15 minutes: a reset beyond that is a broken header
NO_RESET_NAMED = timedelta(minutes=1)
Health = Handle.Health


def answered(handle: Handle, limit: Limit, at: datetime) -> None:
    """X answered as it should; with no calls left the handle rests until the window's end."""
    used_up = limit.remaining == 0
    _write(
        handle,
        health=Health.LIMITED if used_up else Health.OK,
        last_answer_at=at,
        failures=0,
        not_before_at=_reset(limit.resets_at, at) if used_up else None,
    )


def failed(handle: Handle, trouble: Trouble, at: datetime) -> None:
    """Write down what went wrong and when to try again."""
    health, wait_until = _judged(handle, trouble, at)
    _write(
        handle,
        health=health,
        failures=handle.failures + 1,
        not_before_at=wait_until,
        last_error=str(trouble)[:300],
        last_error_at=at,
    )


def noted(handle: Handle, trouble: Trouble, at: datetime) -> None:
    """Something went wrong that is no reason to rest, such as a refused hashtag: shown, nothing more."""
    _write(handle, last_error=str(trouble)[:300], last_error_at=at)


def pause(failures: int) -> timedelta:
    """Exponential back-off with jitter, so that thirty handles do not come back in the same second."""
    longest = min(FIRST_WAIT * 2 ** min(failures, 10), LONGEST_WAIT)
    return timedelta(seconds=random.uniform(longest / 2, longest))


def _judged(handle: Handle, trouble: Trouble, at: datetime) -> tuple[str, datetime | None]:
    if isinstance(trouble, OutOfBudget):
        return Health.OUT_OF_BUDGET, None  # asked again at every poll, as somebody may raise the budget
    if isinstance(trouble, XOutOfCredit):
        return Health.OUT_OF_BUDGET, at + ASK_A_PERSON
    if isinstance(trouble, XRateLimited):
        return Health.LIMITED, _reset(trouble.reset_at, at)
    forbidden = isinstance(trouble, XRefused) and trouble.status == 403
    if forbidden or isinstance(trouble, XUnauthorised | MissingCredentials):
        return Health.UNAUTHORISED, at + ASK_A_PERSON
    return Health.FAILING, at + pause(handle.failures)


def _reset(named: datetime | None, at: datetime) -> datetime:
    if named is None:
        return at + NO_RESET_NAMED
    return min(max(named, at + timedelta(seconds=1)), at + WINDOW)


def _write(handle: Handle, **values: object) -> None:
    """By UPDATE of these columns only: an administrator may be editing the others."""
    Handle.objects.filter(pk=handle.pk).update(**values)
    for name, value in values.items():
        setattr(handle, name, value)
