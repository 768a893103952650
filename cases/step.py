"""One move under way, and what the modules of moves share; see actions.py for the gate that all of them pass."""

from dataclasses import dataclass
from datetime import datetime

from cases.models import Case, Event
from cases.routing.choice import Choice
from cases.workflow import Status
from districts.models import Officer


class MoveRefused(Exception):
    """The move cannot be made; `message` says why in the reader's language.

    Codes: not_allowed (the status does not permit it), not_permitted (the role does not), note_required, invalid.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(slots=True)
class Step:
    """One move under way: the locked case, who moves it, when, and what was said."""

    case: Case
    actor: Officer | None
    at: datetime
    note: str = ""

    def record(self, kind: Event.Kind, from_status: str, from_officer: int | None, *, public: bool = False) -> None:
        """Write the Event of this step."""
        Event.objects.create(
            case=self.case,
            at=self.at,
            kind=kind,
            actor=self.actor,
            from_status=from_status,
            to_status=self.case.status,
            from_officer_id=from_officer,
            to_officer_id=self.case.officer_id,
            note=self.note,
            is_public=public,
        )


def give(step: Step, choice: Choice) -> None:
    """A new owner must acknowledge anew, within what is left of the promise (the clock does not start again)."""
    give_to(step.case, choice, step.at)


def give_to(case: Case, choice: Choice, at: datetime) -> None:
    """The same, for a case that is written with others."""
    case.officer_id, case.level = choice.officer_id, choice.level
    case.assigned_at = at if choice.officer_id else case.assigned_at
    case.status = Status.ASSIGNED if choice.officer_id else Status.NEW
    case.next_due_at = case.resolve_by if case.acknowledged_at else case.respond_by
