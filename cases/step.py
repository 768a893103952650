"""One move under way, and what the modules of moves share; see actions.py for the gate that all of them pass."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import models

from cases import stages
from cases.models import Case, Event
from cases.routing.choice import Choice
from cases.routing.ladder import Ladders, graver, set_alarm
from cases.routing.promises import Promises
from cases.workflow import Rung, Status
from districts.models import Officer

# So long a move may be taken back, and so long waits what it says to the outside.
UNDO_WITHIN = timedelta(seconds=60)


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
    """One move under way: the locked case, who moves it, when, and what was said; `after` waits for its Event."""

    case: Case
    actor: Officer | None
    at: datetime
    note: str = ""
    after: list[Callable[[Event], None]] = field(default_factory=list)

    def record(
        self,
        kind: Event.Kind,
        from_status: str,
        from_officer: int | None,
        *,
        public: bool = False,
        before: dict[str, Any] | None = None,
    ) -> Event:
        """Write the Event of this step; `before` are the columns it changed, as they were (see `changes`)."""
        return Event.objects.create(
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
            before=before,
        )


def columns(case: Case) -> dict[str, Any]:
    """The case's columns as JSON can hold them, each convertible back by its field's to_python."""
    return {
        field.attname: None if (value := field.value_from_object(case)) is None else _as_json(field, case, value)
        for field in Case._meta.concrete_fields
        if field.name not in _NEVER_UNDONE
    }


_NEVER_UNDONE = frozenset({"id", "reference", "updated_at"})


def _as_json(field: "models.Field[Any, Any]", case: Case, value: Any) -> Any:
    return value if isinstance(field, models.JSONField) else field.value_to_string(case)


def changes(old: dict[str, Any], case: Case) -> dict[str, Any]:
    """Of the old columns those that differ now."""
    now = columns(case)
    return {name: value for name, value in old.items() if now[name] != value}


def give(step: Step, choice: Choice) -> None:
    """A person gives it to a new owner, who must acknowledge anew."""
    give_to(step.case, choice, step.at)
    new_turn(step.case, step.at)


def new_turn(case: Case, at: datetime) -> None:
    """Somebody new has it, and not because it was late: the ladder of acknowledgement starts at its foot, the promise
    of help and its own ladder run on from the citizen's time."""
    case.turn += 1
    case.rung, case.waits_from = Rung.NONE, at


def give_to(case: Case, choice: Choice, at: datetime) -> None:
    """The same, for a case that is written with others."""
    case.officer_id, case.level = choice.officer_id, choice.level
    case.assigned_at = at if choice.officer_id else case.assigned_at
    case.status = Status.ASSIGNED if choice.officer_id else Status.NEW
    case.next_due_at = case.resolve_by if case.acknowledged_at else case.respond_by


def settle(step: Step) -> None:
    """What follows from any move: stage times, the next alarm; only a case that awaits details awaits them."""
    case = step.case
    if case.status != Status.AWAITING_INFO:
        case.answer_by = None
    stages.stamp(case)
    set_alarm(case, step.at)


def make_graver(case: Case, urgency: str, since: datetime, at: datetime, promises: Promises, ladders: Ladders) -> None:
    """Promised times count from when it became graver, and never move back; the caller saves."""
    respond_by, resolve_by = promises.times(since, urgency, case.need_id, case.district_id)
    case.urgency = urgency
    case.respond_by, case.resolve_by = min(case.respond_by, respond_by), min(case.resolve_by, resolve_by)
    case.next_due_at = case.resolve_by if case.acknowledged_at else case.respond_by
    case.limits = graver(case, ladders.limits(urgency, case.need_id, case.district_id), since)
    set_alarm(case, at)
