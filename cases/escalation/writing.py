"""Journey 4c, what the clock writes of a chunk: owners, history, the ledger of misses, alarms and what officers hear.

A fixed number of statements, whatever the chunk holds.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases import stages
from cases.escalation.looking import Look, keeps_status
from cases.event_notes import limit_and_turn, limit_note
from cases.models import Case, Event, Miss, ReplyTemplate
from cases.rewriting import rewrite
from cases.routing.choice import Climbed, Wanted, choose, choose_rung
from cases.routing.ladder import Due, next_alarm
from cases.telling import ToOfficer, tell_officers
from cases.workflow import Status
from districts.models import Officer

Key = ReplyTemplate.Key
_MOVED = (
    *("officer", "level", "status", "assigned_at", "rung", "resolve_rung", "alarm_at", "minutes_assigned"),
    "updated_at",
)


@dataclass(slots=True)
class Moved:
    """A case that climbed: the limit, who had it, who got it."""

    case: Case
    due: Due
    from_officer: int | None
    from_status: str
    event: Event

    @property
    def changed_hands(self) -> bool:
        """False only where nobody else exists."""
        return self.case.officer_id != self.from_officer


def write(looks: Sequence[Look], at: datetime) -> Counter[str]:
    """Carry it out; the caller holds the cases locked. Returns how many of each were done."""
    moved = _climb([one for one in looks if one.climbs], at)
    others = [one for one in looks if not one.climbs]
    given = _find_owners([one for one in others if one.reminds and one.case.officer_id is None], at)
    warned = _unwarned(others, at)
    for one in looks:
        one.case.resolve_rung = max(one.resolve_rung, one.case.resolve_rung)
        one.case.alarm_at = next_alarm(one.case, at)
    rewrite([*(one.case for one in moved), *(event.case for event in given)], _MOVED)
    rewrite([one.case for one in others], ["resolve_rung", "alarm_at"])
    Event.objects.bulk_create([*(one.event for one in moved), *given, *(event for _due, event in warned)])
    Miss.objects.bulk_create([_miss(one, at) for one in moved], ignore_conflicts=True)
    reminded = [one.case for one in others if one.reminds and one.case.officer_id]
    told = [*_told(moved), *(_warning(due, event) for due, event in warned if event.case.officer_id)]
    tell_officers([*told, *(_reminder(case, at) for case in reminded)], at)
    return Counter(climbed=len(moved), warned=len(warned), reminded=len(reminded), seen=len(looks))


def _climb(looks: Sequence[Look], at: datetime) -> list[Moved]:
    wanted = [one.to for one in looks if one.to]
    found = choose_rung(wanted, at) if wanted else []
    return [_move(one, one.climbs, to, at) for one, to in zip(looks, found, strict=True) if one.climbs]


def _move(one: Look, due: Due, to: Climbed, at: datetime) -> Moved:
    """The breach moves the ownership. The status says how far the work is, and stays: who works it may go on."""
    case, officer, status = one.case, one.case.officer_id, one.case.status
    chosen = to.choice.officer_id
    if chosen != officer:
        case.officer_id, case.level, case.assigned_at = chosen, to.choice.level, at
    case.rung, case.updated_at = max(to.rung, due.limit.rung), at
    if case.status == Status.NEW and chosen and not keeps_status(case):
        case.status = Status.ASSIGNED
    stages.stamp(case)
    late = int((at - due.at).total_seconds() // 60)
    event = Event(
        case=case,
        at=at,
        kind=Event.Kind.ESCALATED,
        from_status=status,
        to_status=case.status,
        from_officer_id=officer,
        to_officer_id=case.officer_id,
        note=limit_note(due.limit.clock, case.rung, case.turn, late=late),
    )
    return Moved(case, due, officer, status, event)


def _find_owners(looks: Sequence[Look], at: datetime) -> list[Event]:
    """What nobody could be given when it came is given as soon as somebody is posted (law 2)."""
    wanted = [Wanted(one.where, control_room=keeps_status(one.case), urgency=one.case.urgency) for one in looks]
    events = []
    for one, choice in zip(looks, choose(wanted, at) if wanted else [], strict=True):
        case, status = one.case, one.case.status
        if choice.officer_id is None:
            continue
        case.officer_id, case.level, case.assigned_at, case.updated_at = choice.officer_id, choice.level, at, at
        case.status = Status.ASSIGNED if status == Status.NEW else status
        stages.stamp(case)
        given = Event(case=case, at=at, kind=Event.Kind.ASSIGNED, from_status=status, to_status=case.status)
        given.to_officer_id = choice.officer_id
        events.append(given)
    return events


def _miss(one: Moved, at: datetime) -> Miss:
    case = one.case
    return Miss(
        case=case,
        turn=case.turn,
        rung=case.rung,
        clock=one.due.limit.clock,
        limit_at=one.due.at,
        at=at,
        from_officer_id=one.from_officer,
        to_officer_id=case.officer_id,
        urgency=case.urgency,
        state_id=case.state_id,
        district_id=case.district_id,
        block_id=case.block_id,
    )


def _unwarned(looks: Iterable[Look], at: datetime) -> list[tuple[Due, Event]]:
    """The warnings nobody has had: a move taken back sets the old alarm again, and it may ring twice."""
    drawn = [(due, _warned(one.case, due, at)) for one in looks for due in one.warns]
    if not drawn:
        return []
    cases = {event.case_id for _due, event in drawn}
    rows = Event.objects.filter(case__in=cases, kind=Event.Kind.WARNED).order_by().values_list("case", "note")
    had = {(case, limit_and_turn(note)) for case, note in rows}
    return [(due, event) for due, event in drawn if (event.case_id, limit_and_turn(event.note)) not in had]


def _warned(case: Case, due: Due, at: datetime) -> Event:
    left = int((due.at - at).total_seconds() // 60)
    note = limit_note(due.limit.clock, due.limit.rung, case.turn, left=left)
    return Event(case=case, at=at, kind=Event.Kind.WARNED, to_officer_id=case.officer_id, note=note)


def _told(moved: Sequence[Moved]) -> list[ToOfficer]:
    """The new owner that it is theirs, the old one who has it now."""
    officers = Officer.objects.in_bulk({one.case.officer_id for one in moved if one.case.officer_id})
    told = []
    for one in moved:
        case, cause = one.case, f"turn{one.case.turn}:rung{one.case.rung}"
        new = officers.get(case.officer_id or 0)
        if new:
            told.append(ToOfficer(Key.TO_ESCALATED, case, new.pk, cause, one.event, new))
        if new and one.from_officer and one.changed_hands:
            told.append(ToOfficer(Key.TO_LOST, case, one.from_officer, cause, one.event, new))
    return told


def _warning(due: Due, event: Event) -> ToOfficer:
    case = event.case
    cause = f"warn:{due.limit.clock}{due.limit.rung}:turn{case.turn}"
    return ToOfficer(Key.TO_WARNED, case, case.officer_id or 0, cause, event)


def _reminder(case: Case, at: datetime) -> ToOfficer:
    return ToOfficer(Key.TO_WARNED, case, case.officer_id or 0, f"remind:{int(at.timestamp())}")
