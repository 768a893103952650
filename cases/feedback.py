"""The requester's yes or no to "solved": by the link of an SMS, on the status page, on the telephone; and the closings.

A yes closes a solved case; a no opens it again and tells the officer. References are public on X, so that an answer
needs more than the reference: a signed link that only the requester was sent, or the last digits of the number given.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from redis.exceptions import RedisError

from cases.event_notes import feedback_note
from cases.models import Case, Event, Feedback, Phone, ReplyTemplate
from cases.step import Step, changes, columns, settle
from cases.telling import ToOfficer, tell_officers
from cases.workflow import Closing, Outcome, Status
from districts.models import Officer

LINK_HOLDS = timedelta(days=30)
MAY_CHANGE = timedelta(hours=1)
TRIES = 5
TRIES_A_DAY = 10  # five an hour alone would try all ten thousand within three months
_LOCKED_SECONDS = 3600
_DAY_SECONDS = 24 * 3600
_signer = signing.TimestampSigner(salt="cases.feedback")
_SOLVED = (Status.RESOLVED, Status.CLOSED)


class NotAsked(Exception):
    """There is nothing to answer: help is still owed, the patient died, or the answer stands."""


@dataclass(frozen=True, slots=True)
class Question:
    """Whether the requester is asked now, or what was answered and whether it may still be changed."""

    asked: bool
    last: Feedback | None = None
    may_change: bool = False

    @property
    def is_open(self) -> bool:
        """Whether an answer is taken."""
        return self.asked or self.may_change


def question(case: Case, at: datetime) -> Question:
    """Asked once for each solving, for thirty days; an answer may be changed within the hour.

    Whose patient died is never asked whether help has come.
    """
    if case.outcome == Outcome.DIED:
        return Question(False)
    last = case.feedback.order_by("-at", "-pk").first()
    if last is not None and (case.resolved_at is None or last.at >= case.resolved_at):
        return Question(False, last, at - last.at <= MAY_CHANGE and (case.is_open or case.status in _SOLVED))
    solved_at = case.resolved_at if case.status in _SOLVED else None
    return Question(solved_at is not None and at - solved_at <= LINK_HOLDS)


def answer(
    case: Case, helped: bool, way: Feedback.Way, at: datetime, note: str = "", officer: Officer | None = None
) -> Feedback:
    """Take the requester's answer; `officer` is who heard it on the telephone. Raises NotAsked."""
    with transaction.atomic():
        locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        if not question(locked, at).is_open:
            raise NotAsked
        given = Feedback.objects.create(case=locked, at=at, way=way, helped=helped, note=note, officer=officer)
        step = Step(locked, officer, at, feedback_note(helped, way, note))
        heard = step.record(Event.Kind.FEEDBACK, locked.status, locked.officer_id)
        step.note = ""
        if helped:
            _yes(step)
        else:
            _no(step, heard)
    return given


def _yes(step: Step) -> None:
    """A solved case is closed; one closed in silence has its yes; an open one waits for the officer's word only."""
    case = step.case
    before, old = (case.status, case.officer_id), columns(case)
    case.consent_at = step.at
    kind = Event.Kind.CONSENT
    if case.status == Status.RESOLVED:
        kind = close(step, Closing.YES)
    elif case.status == Status.CLOSED:
        case.closing = Closing.YES
    settle(step)
    case.save()
    if before[0] != Status.CLOSED:
        step.record(kind, *before, before=changes(old, case))


def _no(step: Step, heard: Event) -> None:
    case = step.case
    if case.status not in _SOLVED:
        case.consent_at = None
        case.save(update_fields=["consent_at", "updated_at"])
        return
    before, old = (case.status, case.officer_id), columns(case)
    kind = reopen(step)
    settle(step)
    case.save()
    step.record(kind, *before, public=True, before=changes(old, case))
    tell_owner(case, heard)


def tell_owner(case: Case, event: Event) -> None:
    """Whoever has the case hears that help has not come."""
    if case.officer_id:
        key = ReplyTemplate.Key.TO_FEEDBACK
        tell_officers([ToOfficer(key, case, case.officer_id, f"no{event.pk}", event)], event.at)


def close(step: Step, how: Closing) -> Event.Kind:
    """The end of a solved case; the caller settles and saves."""
    step.case.status, step.case.closed_at, step.case.closing = Status.CLOSED, step.at, how
    return Event.Kind.CLOSED


def reopen(step: Step) -> Event.Kind:
    """In work again, on the clock it always had, and counted; the caller settles and saves."""
    case = step.case
    case.status, case.resolved_at, case.closed_at = Status.IN_PROGRESS, None, None
    case.consent_at, case.closing = None, ""
    case.outcome, case.next_due_at = "", case.resolve_by
    case.acknowledged_at = case.acknowledged_at or step.at
    case.reopened_count += 1
    return Event.Kind.REOPENED


# --- Who may answer ----------------------------------------------------------------------------------


def link(case: Case) -> str:
    """The address to say yes or no at, for an SMS to the requester: it holds thirty days."""
    return str(settings.SITE_URL + reverse("answer_by_link", args=[case.reference, token(case.reference)]))


def token(reference: str) -> str:
    """What proves that one was sent the link."""
    return _signer.sign(reference).removeprefix(f"{reference}:")


def is_true(reference: str, token: str) -> bool:
    """Whether the link is ours, of this case, and not too old."""
    try:
        _signer.unsign(f"{reference}:{token}", max_age=LINK_HOLDS)
    except signing.BadSignature:
        return False
    return True


def case_called(reference: str) -> Case | None:
    """The case of a reference, or the one it was joined to."""
    found = Case.objects.filter(reference=reference).select_related("joined_to").first()
    return found.joined_to or found if found else None


class Tried(StrEnum):
    """How it went with the digits."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"
    LOCKED_TODAY = "locked today"


def has_number(reference: str) -> bool:
    """Whether there is a number to ask the last digits of."""
    return _numbers(reference).exists()


def _numbers(reference: str) -> QuerySet[Phone]:
    """Of all who asked for this case: its requester, and those of the cases joined to it."""
    people = Case.objects.filter(Q(reference=reference) | Q(joined_to__reference=reference)).values("requester")
    return Phone.objects.filter(person__in=people)


def try_digits(case: Case, digits: str) -> Tried:
    """Compare with the last four digits of the numbers given; counted before it is compared, so that many at once
    guess no more often than one after the other. A try while the form is locked for the hour costs none of the day."""
    hour, day = f"answer-tries:{case.pk}", f"answer-tries-a-day:{case.pk}"
    try:
        tries = _counted(hour, _LOCKED_SECONDS)
        today = _counted(day, _DAY_SECONDS) if tries <= TRIES else 0
    except (ValueError, RedisError, OSError):  # uncounted guesses would be free: the link and the telephone remain
        return Tried.LOCKED
    if today > TRIES_A_DAY:
        return Tried.LOCKED_TODAY
    if tries > TRIES:
        return Tried.LOCKED_TODAY if _spent(day) else Tried.LOCKED
    numbers = _numbers(case.reference).values_list("number", flat=True)
    matches = [constant_time_compare(number[-4:], digits) for number in numbers]
    if any(matches):
        cache.delete(hour)  # the day's count stays: a right answer must not buy a stranger ten more
        return Tried.RIGHT
    if today >= TRIES_A_DAY:
        return Tried.LOCKED_TODAY
    return Tried.WRONG if tries < TRIES else Tried.LOCKED


def _counted(key: str, seconds: int) -> int:
    """How many tries with this one; the first opens the time in which they are counted."""
    cache.add(key, 0, seconds)
    return int(cache.incr(key))


def _spent(day: str) -> bool:
    """Whether the day's tries are used up."""
    with suppress(RedisError, OSError):
        return int(cache.get(day, 0)) >= TRIES_A_DAY
    return False
