"""Statuses of a case and the moves allowed between them: data only, checked in actions.py."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    """Where a case stands; see DESIGN section 4."""

    NEW = "new", pgettext_lazy("status", "New")
    NEEDS_REVIEW = "needs_review", pgettext_lazy("status", "Needs review")
    AWAITING_INFO = "awaiting_info", pgettext_lazy("status", "Waiting for details")
    ASSIGNED = "assigned", pgettext_lazy("status", "Assigned")
    ACKNOWLEDGED = "acknowledged", pgettext_lazy("status", "Acknowledged")
    IN_PROGRESS = "in_progress", pgettext_lazy("status", "In progress")
    RESOLVED = "resolved", pgettext_lazy("status", "Solved")
    CLOSED = "closed", pgettext_lazy("status", "Closed")
    DUPLICATE = "duplicate", pgettext_lazy("status", "Joined to another case")
    WITHDRAWN = "withdrawn", pgettext_lazy("status", "Withdrawn")
    UNREACHABLE = "unreachable", pgettext_lazy("status", "Could not be reached")


class Urgency(models.TextChoices):
    """How fast help must come."""

    CRITICAL = "critical", _("critical")
    HIGH = "high", _("high")
    NORMAL = "normal", _("normal")


# The gravest first; also the rank of what is queued to be sent.
RANK = {Urgency.CRITICAL.value: 0, Urgency.HIGH.value: 1, Urgency.NORMAL.value: 2}


class Rung(models.IntegerChoices):
    """How far up the ladder a late case has climbed; each rung is climbed once for each assignment made by hand."""

    NONE = 0, _("in the field")
    STAND_IN = 1, _("stand-in")
    DISTRICT = 2, _("district nodal officer")
    COLLECTOR = 3, _("collector")
    STATE = 4, _("state")


class Clock(models.TextChoices):
    """What a limit of the ladder waits for."""

    RESPOND = "respond", _("not acknowledged")
    RESOLVE = "resolve", _("not resolved")


class Closing(models.TextChoices):
    """How a solved case was closed; anything but a yes is counted per officer."""

    YES = "yes", _("the requester said yes")
    SILENCE = "silence", _("without an answer")
    FORCED = "forced", _("by a supervisor")


class Move(models.TextChoices):
    """What a person may do to a case."""

    ACKNOWLEDGE = "acknowledge", _("Acknowledge")
    START = "start", _("Start work")
    NOTE = "note", _("Add a note")
    HAND_OVER = "hand_over", _("Hand over")
    TRANSFER = "transfer", _("Transfer")
    PLACE = "place", _("Set the place")
    RESOLVE = "resolve", _("Resolve")
    REOPEN = "reopen", _("Reopen")
    CLOSE = "close", _("Close")
    WITHDRAW = "withdraw", _("Withdraw")
    CONFIRM = "confirm", _("Yes, it asks for help")
    DISMISS = "dismiss", _("Not a plea")
    CORRECT = "correct", _("Correct need or urgency")
    CALL = "call", _("Log a call")
    SUPPLY = "supply", _("Asked and given")
    JOIN = "join", _("Join to another case")
    UNJOIN = "unjoin", _("Separate again")
    UNREACHABLE = "unreachable", _("Cannot be reached")
    UNDO = "undo", _("Undo")


class Outcome(models.TextChoices):
    """How a case was resolved."""

    HELPED = "helped", _("Help reached them")
    REFERRED = "referred", _("Admitted or referred elsewhere")
    ADVISED = "advised", _("Advice was enough")
    FOUND_ELSEWHERE = "found_elsewhere", _("They found help themselves")
    DIED = "died", _("The patient died")
    NOT_POSSIBLE = "not_possible", _("Help was not possible")


# "Solved" would hurt a family whose patient died, and would be a lie where help was not possible.
HELPED = frozenset({Outcome.HELPED, Outcome.REFERRED, Outcome.ADVISED, Outcome.FOUND_ELSEWHERE})
UNOWNED = (Status.NEW, Status.NEEDS_REVIEW, Status.AWAITING_INFO)
UNANSWERED = (*UNOWNED, Status.ASSIGNED)
WORKED = (Status.ACKNOWLEDGED, Status.IN_PROGRESS)
OPEN = (*UNANSWERED, *WORKED)
ENDED = (Status.CLOSED, Status.DUPLICATE, Status.WITHDRAWN, Status.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Rule:
    """One move: the statuses it may start from and the status it leads to (None: unchanged).

    `answers` is the only doubt (`Case.review_reason`) that the move speaks to; '' where it does not matter.
    """

    start: tuple[Status, ...]
    end: Status | None
    note_required: bool = False
    answers: str = ""


RULES: dict[Move, Rule] = {
    Move.ACKNOWLEDGE: Rule(UNANSWERED, Status.ACKNOWLEDGED),
    Move.START: Rule((Status.ACKNOWLEDGED,), Status.IN_PROGRESS),
    Move.NOTE: Rule((*OPEN, Status.RESOLVED, *ENDED), None, note_required=True),
    Move.HAND_OVER: Rule(OPEN, Status.ASSIGNED),
    Move.TRANSFER: Rule(OPEN, Status.ASSIGNED, note_required=True),
    Move.PLACE: Rule(OPEN, Status.ASSIGNED),
    Move.RESOLVE: Rule(WORKED, Status.RESOLVED, note_required=True),
    Move.REOPEN: Rule((Status.RESOLVED, Status.CLOSED), Status.IN_PROGRESS, note_required=True),
    Move.CLOSE: Rule((Status.RESOLVED,), Status.CLOSED, note_required=True),
    Move.WITHDRAW: Rule(OPEN, Status.WITHDRAWN, note_required=True),
    Move.CONFIRM: Rule((Status.NEEDS_REVIEW,), Status.ASSIGNED, answers="kind"),
    Move.DISMISS: Rule(UNANSWERED, Status.WITHDRAWN),
    Move.CORRECT: Rule(OPEN, None),
    Move.CALL: Rule((*OPEN, Status.RESOLVED), None),
    Move.SUPPLY: Rule((*OPEN, Status.RESOLVED), None),
    Move.JOIN: Rule(OPEN, Status.DUPLICATE),
    Move.UNJOIN: Rule((Status.DUPLICATE,), Status.NEW),
    Move.UNREACHABLE: Rule(OPEN, Status.UNREACHABLE, note_required=True),
    Move.UNDO: Rule((*OPEN, Status.RESOLVED, *ENDED), None),
}


def allowed(move: Move, status: str, doubt: str = "") -> bool:
    """Whether the move may start from this status, and with this doubt about the case."""
    rule = RULES[move]
    return status in rule.start and rule.answers in ("", doubt)
