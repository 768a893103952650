"""The last move taken back within a minute: the columns it changed as they were, and what it would have said unsaid."""

from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import consulting, deskwork, requester_notices, returning
from cases.models import Case, Channel, Correction, Event, Notice
from cases.step import UNDO_WITHIN, MoveRefused, Step
from districts.models import Officer

Kind = Event.Kind
WITHIN = UNDO_WITHIN
# What its own officer may take back. A note, a call, a photo and a count stay: each was so, and another can follow.
UNDOABLE = frozenset(
    {
        *(Kind.ACKNOWLEDGED, Kind.STARTED, Kind.HANDED_OVER, Kind.TRANSFERRED, Kind.PLACED, Kind.CORRECTED),
        *(Kind.RESOLVED, Kind.REOPENED, Kind.CLOSED, Kind.WITHDRAWN, Kind.DISMISSED, Kind.UNREACHABLE),
        *(Kind.JOINED, Kind.UNJOINED),
    }
)
# What changes nothing that a move has set, and so stands in no undo's way.
_HARMLESS = frozenset(
    {
        *(Kind.NOTE, Kind.CALLED, Kind.PHOTO, Kind.SUPPLIED, Kind.TOLD, Kind.WARNED, Kind.MESSAGE, Kind.CONSENT),
        *(Kind.CONSULTED, Kind.FEEDBACK),
    }
)
_LOOKED_AT = 8


@dataclass(frozen=True, slots=True)
class Undoable:
    """A move its officer may still take back, and what followed from it by itself (a closing by an earlier yes)."""

    event: Event
    followed: tuple[Event, ...] = ()

    @property
    def until(self) -> datetime:
        """When the minute is over."""
        return self.event.at + WITHIN


def undoable(case: Case, officer: Officer, at: datetime, events: list[Event] | None = None) -> Undoable | None:
    """What the officer may take back now; `events` are the case's latest, newest first, where they are known."""
    found = _last(case, officer, events)
    return found if isinstance(found, Undoable) and found.until >= at else None


def _last(case: Case, officer: Officer | None, events: list[Event] | None = None) -> Undoable | Event | None:
    """The officer's own last move; the event that stands in its way; None where nothing has happened."""
    if events is None:
        recent = Event.objects.filter(case=case).exclude(kind__in=_HARMLESS).select_related("actor")
        # By the key: a move that waited for another to end, and a long sweep, are dated before what they came after.
        # "+ 0", so that the few events of the case are sorted, and not all events walked from the newest on.
        events = list(recent.order_by((F("pk") + 0).desc())[:_LOOKED_AT])
    changing = sorted((event for event in events if event.kind not in _HARMLESS), key=lambda one: -one.pk)
    if not changing:
        return None
    followed = list(takewhile(lambda event: event.actor_id is None and event.at == changing[0].at, changing))
    rest = changing[len(followed) :]
    own = bool(officer and rest and rest[0].actor_id == officer.pk and rest[0].at == changing[0].at)
    if own and rest[0].kind in UNDOABLE and rest[0].before is not None and not _went_along(rest[0]):
        return Undoable(rest[0], tuple(followed))
    return changing[0]


def _went_along(event: Event) -> bool:
    """The case was joined already and followed when its target was joined: taken back with that move only."""
    return event.kind == Kind.JOINED and (event.before or {}).get("joined_to_id") is not None


def may_still(case: Case, officer: Officer, at: datetime) -> bool:
    """Whether the officer moved it within the minute: who gave it away may take it back, though it is out of sight."""
    return undoable(case, officer, at) is not None


def undo(step: Step, fields: dict[str, Any]) -> Event.Kind:
    """Take back the actor's last move; `event` names the one that was offered, so that no other is taken."""
    found = _last(step.case, step.actor)
    if not isinstance(found, Undoable):
        raise MoveRefused("not_allowed", _in_the_way(found, step.actor))
    if found.until < step.at:
        raise MoveRefused("not_allowed", _("The minute is over. Make another move instead."))
    if fields.get("event") not in (None, found.event.pk):
        raise MoveRefused("not_allowed", _("You have made another move since. Undo that one first."))
    for event in (*found.followed, found.event):
        _restore(step.case, event.before or {})
    _undo_beside(step, found.event)
    consulting.wait_again(step.case, found.event)
    step.after.append(lambda _event: _unsay(found))
    step.note = found.event.kind
    return Event.Kind.UNDONE


def _in_the_way(event: Event | None, actor: Officer | None) -> str:
    if event is None or (actor and event.actor_id == actor.pk):
        return _("There is nothing to undo.")
    words = {
        "what": event.get_kind_display(),
        "who": event.actor.label if event.actor else _("the clock"),
        "time": timezone.localtime(event.at).strftime("%H:%M"),
    }
    return _("This cannot be undone any more: %(what)s (%(who)s, %(time)s).") % words


def _latest_of(case: Case) -> Event | None:
    return Event.objects.filter(case=case).select_related("actor").order_by("pk").last()


def _restore(case: Case, before: dict[str, Any]) -> None:
    fields = {field.attname: field for field in Case._meta.concrete_fields}
    for name, value in before.items():
        if name in fields:
            setattr(case, name, fields[name].to_python(value))


def _undo_beside(step: Step, event: Event) -> None:
    """What the move wrote into other tables."""
    if event.kind in {Kind.PLACED, Kind.CORRECTED, Kind.DISMISSED}:
        Correction.objects.filter(case=step.case, actor=event.actor, at=event.at).delete()
    if event.kind == Kind.JOINED:
        _unadopt(step, event)
    if event.kind == Kind.UNJOINED and step.case.joined_to_id:
        other = Case.objects.get(pk=step.case.joined_to_id)
        if other.joined_to_id:  # joined itself meanwhile: no chains
            raise MoveRefused("not_allowed", _in_the_way(_latest_of(other), None))
        more = step.case.message_count + returning.give_again(step.case, other, event)
        Case.objects.filter(pk=other.pk).update(message_count=F("message_count") + more)
        Step(other, step.actor, step.at, step.case.reference).record(Kind.ADOPTED, other.status, other.officer_id)


def _unadopt(step: Step, joined: Event) -> None:
    """The other case as it was before, column by column where nobody has changed it since; and what moved along."""
    found = Event.objects.filter(kind=Kind.ADOPTED, at=joined.at, actor=joined.actor, note=step.case.reference)
    adopted = list(found.select_related("case"))
    along = Event.objects.filter(kind=Kind.JOINED, at=joined.at, actor=joined.actor, pk__gt=joined.pk)
    others = {event.case_id for event in adopted}
    for event in along.filter(before__joined_to_id=str(step.case.pk)).select_related("case"):
        if event.case.joined_to_id not in others:  # separated meanwhile: it goes its own way
            raise MoveRefused("not_allowed", _in_the_way(_latest_of(event.case), None))
        _restore(event.case, event.before or {})
        event.case.save()
        Step(event.case, step.actor, step.at, step.case.reference).record(
            Kind.JOINED, event.case.status, event.case.officer_id
        )
    for event in adopted:
        _restore_unchanged(event)
        returning.take_back(step, event.case)
        deskwork.release(step, event.case, Kind.UNJOINED)


def _restore_unchanged(adopted: Event) -> None:
    """Its clock and urgency go back, unless something happened to the case in between."""
    later = Event.objects.filter(case=adopted.case_id, pk__gt=adopted.pk).exclude(kind__in=_HARMLESS)
    if later.exists():
        return
    before = {name: value for name, value in (adopted.before or {}).items() if name != "message_count"}
    _restore(adopted.case, before)
    adopted.case.save()


def _unsay(found: Undoable) -> None:
    """What was queued by the move is dropped; what an officer's desk shows and nobody has seen goes as well.

    Its key is set free: the same move made again may say the same again.
    """
    of = Notice.objects.filter(event__in=[found.event, *found.followed])
    waits = Q(state=Notice.State.QUEUED) | Q(state=Notice.State.DROPPED, error=requester_notices.HELD_BACK)
    unsaid = of.filter(waits | Q(channel=Channel.DESK, seen_at=None))
    unsaid.update(state=Notice.State.DROPPED, once=Concat(F("once"), Value(f":undone{found.event.pk}")))
