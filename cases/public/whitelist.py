"""Journey 7: the one shape of a case the world may see (law 6); public pages are built from nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Event
from cases.public_words import Forbidden, is_clean
from cases.workflow import HELPED, UNOWNED, Closing, Outcome, Status

# The only columns that ever leave the database for a public page: no text, no person, nothing below the district.
_OWN_COLUMNS = (
    "reference",
    "status",
    "outcome",
    "closing",
    "level",
    "received_at",
    "assigned_at",
    "acknowledged_at",
    "started_at",
    "resolved_at",
    "closed_at",
    "respond_by",
    "resolve_by",
)
_NAMES = ("need__name", "need__name_hi", "district__name", "district__name_hi")
_COLUMNS = (*_OWN_COLUMNS, *_NAMES)


_NOTES_SHOWN = 5


class End(models.TextChoices):
    """How it ended, in words that say nothing of anybody's health."""

    SOLVED = "solved", _("Solved")
    CLOSED = "closed", _("Closed")
    JOINED = "joined", _("Joined to another case")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Holder(models.TextChoices):
    """Who holds it, by office and never by name."""

    CONTROL_ROOM = "control_room", _("the control room")
    BLOCK = "block", _("the officer of the block")
    DISTRICT = "district", _("the officer of the district")
    COLLECTOR = "collector", _("the collector's office")
    STATE = "state", _("the state's control room")


RECEIVED, READ, WITH_OFFICER, BEING_HELPED, SOLVED = range(1, 6)
_STAGES: dict[str, int] = {
    Status.ASSIGNED: READ,
    # Law 4: only an acknowledged assignment is one, so "with the officer" waits for that.
    Status.ACKNOWLEDGED: WITH_OFFICER,
    Status.IN_PROGRESS: BEING_HELPED,
    Status.RESOLVED: SOLVED,
    Status.CLOSED: SOLVED,
}
_HOLDERS = (Holder.BLOCK, Holder.DISTRICT, Holder.COLLECTOR, Holder.STATE)


@dataclass(frozen=True, slots=True)
class Said:
    """What the officer wrote for the citizen; it passed `cases.public_words` when it was written."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class PublicCase:
    """`stage` counts the steps reached, 0 (ended before any) to 5 (solved); `times` has one entry per step.

    `ended` is '' while help is owed. `awaits_answer`: the requester was asked where help must come. `asks`: the
    requester has not said yet whether it came. `asked_as` is the reference that was looked up, when that case was
    joined to this one; `joined_to` names the next one, when this one was itself joined to another.
    """

    reference: str
    stage: int
    times: tuple[datetime | None, datetime | None, datetime | None, datetime | None, datetime | None]
    need_name: str
    need_name_hi: str
    district_name: str
    district_name_hi: str
    ended: str
    ended_at: datetime | None
    holder: str
    respond_by: datetime
    resolve_by: datetime
    awaits_answer: bool = False
    asked_as: str = ""
    joined_to: str = ""
    asks: bool = False

    @property
    def need(self) -> str:
        """The need in the reader's language."""
        return _in_readers_language(self.need_name, self.need_name_hi)

    @property
    def district(self) -> str:
        """The district in the reader's language; '' while it is not known."""
        return _in_readers_language(self.district_name, self.district_name_hi)

    @property
    def due_by(self) -> datetime:
        """The promise that runs now: an answer until an officer has it, help from then on."""
        return self.respond_by if self.stage < WITH_OFFICER else self.resolve_by

    def is_late(self, at: datetime) -> bool:
        """Whether the promise that runs now is broken."""
        return not self.ended and at > self.due_by

    def as_json(self) -> dict[str, Any]:
        """The same fields for machines; times in ISO 8601 with offset."""
        stamps = [stamp.isoformat() if stamp else None for stamp in self.times]
        return {
            "reference": self.reference,
            "asked_as": self.asked_as or self.reference,
            "stage": self.stage,
            "times": dict(zip(("received", "read", "with_officer", "being_helped", "solved"), stamps)),
            "need": {"en": self.need_name, "hi": self.need_name_hi},
            "district": {"en": self.district_name, "hi": self.district_name_hi},
            "ended": self.ended,
            "holder": self.holder,
            "respond_by": self.respond_by.isoformat(),
            "resolve_by": self.resolve_by.isoformat(),
        }


def _in_readers_language(name: str, name_hi: str) -> str:
    return name_hi if name_hi and get_language() == "hi" else name


def find(reference: str) -> PublicCase | None:
    """The case of a normalised reference, or the one it was joined to; one query, None when there is none."""
    joined = tuple(f"joined_to__{column}" for column in _COLUMNS)
    found = (
        Case.objects.filter(reference=reference)
        .select_related("need", "district", "joined_to__need", "joined_to__district", "joined_to__joined_to")
        .only(*_COLUMNS, *joined, "joined_to__joined_to__reference")
        .first()
    )
    if found is None:
        return None
    return public_case(found.joined_to, asked_as=found.reference) if found.joined_to else public_case(found)


def said(reference: str) -> list[Said]:
    """The officer's latest words to the citizen, newest first; one query where there are none.

    They passed `cases.public_words` when they were written. They pass it again: a name or a place may have become
    known since.
    """
    notes = Event.objects.filter(case__reference=reference, kind=Event.Kind.NOTE, is_public=True)
    latest = list(notes.order_by("-at", "-pk").values_list("at", "note")[:_NOTES_SHOWN])
    if not latest:
        return []
    forbidden = Forbidden.of(Case.objects.for_cards().get(reference=reference))
    return [Said(at, text) for at, text in latest if is_clean(text, forbidden)]


def public_case(case: Case, *, asked_as: str = "") -> PublicCase:
    """Only what is listed here goes out; a new column of Case stays inside until somebody adds it here."""
    ended = _ended(case)
    stage = _stage(case, ended)
    return PublicCase(
        reference=case.reference,
        stage=stage,
        times=_times(case, stage),
        need_name=case.need.name,
        need_name_hi=case.need.name_hi,
        district_name=case.district.name if case.district else "",
        district_name_hi=case.district.name_hi if case.district else "",
        ended=ended,
        ended_at=(case.closed_at or case.resolved_at) if ended else None,
        holder=Holder.CONTROL_ROOM if case.status in UNOWNED else _HOLDERS[case.level],
        respond_by=case.respond_by,
        resolve_by=case.resolve_by,
        awaits_answer=case.status == Status.AWAITING_INFO,
        asked_as=asked_as,
        joined_to=case.joined_to.reference if case.joined_to else "",
        asks=_asks(case),
    )


def _asks(case: Case) -> bool:
    """A family whose patient died is not asked."""
    waits = case.status == Status.RESOLVED or (case.status == Status.CLOSED and case.closing != Closing.YES)
    return waits and case.outcome != Outcome.DIED


def _ended(case: Case) -> str:
    if case.status in (Status.RESOLVED, Status.CLOSED):
        return End.SOLVED if case.outcome in HELPED else End.CLOSED
    fixed = {Status.DUPLICATE: End.JOINED, Status.WITHDRAWN: End.WITHDRAWN, Status.UNREACHABLE: End.CLOSED}
    return {status.value: end.value for status, end in fixed.items()}.get(case.status, "")


def _stage(case: Case, ended: str) -> int:
    if ended and ended != End.SOLVED:
        return _last_reached(case)
    return _STAGES.get(case.status, RECEIVED)


def _last_reached(case: Case) -> int:
    """Of a case that ended unsolved: as far as it came."""
    reached: list[Callable[[Case], datetime | None]] = [
        lambda known: known.received_at,
        lambda known: known.assigned_at,
        lambda known: known.acknowledged_at,
        lambda known: known.started_at,
    ]
    return max((number for number, time_of in enumerate(reached, 1) if time_of(case)), default=0)


def _times(
    case: Case, stage: int
) -> tuple[datetime | None, datetime | None, datetime | None, datetime | None, datetime | None]:
    """Times of the steps reached; those of steps that a hand-over took back are left out."""
    known = (case.received_at, case.assigned_at, case.acknowledged_at, case.started_at, case.resolved_at)
    first, second, third, fourth, fifth = (at if step <= stage else None for step, at in enumerate(known, 1))
    return first, second, third, fourth, fifth
