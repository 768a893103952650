"""Case -> officer on duty: the primary with the fewest open critical cases. Decisions only, set-based."""

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from cases.models import Case
from cases.workflow import Rung, Urgency
from districts.duty import Desk, Duty, Level, OnDuty, Where, desks_for, on_duty_for
from districts.models import Role


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody is wanted for a place; the control room when the reading must be reviewed first."""

    where: Where
    control_room: bool = False
    urgency: str = Urgency.HIGH


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets it and which level answered; officer_id is None only when nobody at all is posted."""

    officer_id: int | None
    level: Level


@dataclass(frozen=True, slots=True)
class Load:
    """Open cases per officer id: the critical ones decide, all of them break ties, then the id."""

    critical: Counter[int]
    total: Counter[int]

    def of(self, officer_id: int) -> tuple[int, int, int]:
        """The officer's place in the line; the smallest is next."""
        return self.critical[officer_id], self.total[officer_id], officer_id


def choose(wanted: Sequence[Wanted], at: datetime, *, avoid: frozenset[int] = frozenset()) -> list[Choice]:
    """One choice for each, in order; a handful of queries however many are wanted.

    `avoid` leaves officers out where somebody else is on duty (used when a case moves on).
    """
    duties = {
        room: on_duty_for({want.where for want in wanted if want.control_room is room}, at, control_room=room)
        for room in {want.control_room for want in wanted}
    }
    ranks = [_rank(duties[want.control_room][want.where], avoid) for want in wanted]
    load = _load_of(ranks)
    return [
        Choice(_least_loaded(rank, load, want.urgency), duties[want.control_room][want.where].level)
        for rank, want in zip(ranks, wanted, strict=True)
    ]


def _load_of(ranks: Iterable[Sequence[OnDuty]]) -> Load:
    """Of those who stand beside another: where only one may be chosen, nothing has to be counted."""
    return _open_cases({one.officer_id for rank in ranks if len(rank) > 1 for one in rank})


def _open_cases(officers: Set[int]) -> Load:
    if not officers:
        return Load(Counter(), Counter())
    held = Case.objects.open().filter(officer__in=officers).order_by().values_list("officer")
    rows = list(held.annotate(critical=Count("pk", filter=Q(urgency=Urgency.CRITICAL)), total=Count("pk")))
    return Load(Counter({row[0]: row[1] for row in rows}), Counter({row[0]: row[2] for row in rows}))


def _rank(duty: Duty, avoid: frozenset[int]) -> list[OnDuty]:
    """Who may be chosen: stand-ins only when no primary is there."""
    free = [officer for officer in duty.officers if officer.officer_id not in avoid] or list(duty.officers)
    return [officer for officer in free if not officer.is_stand_in] or free


def _least_loaded(rank: Iterable[OnDuty], load: Load, urgency: str) -> int | None:
    """The chosen one's load grows for the rest of the batch; None where nobody may be chosen."""
    chosen = min((officer.officer_id for officer in rank), key=load.of, default=None)
    if chosen is not None:
        load.critical[chosen] += urgency == Urgency.CRITICAL
        load.total[chosen] += 1
    return chosen


@dataclass(frozen=True, slots=True)
class Climb:
    """A late case must go to a rung; `has` is the officer who let it pass. A case in review climbs among operators."""

    where: Where
    rung: Rung
    has: int | None
    control_room: bool = False
    urgency: str = Urgency.HIGH


@dataclass(frozen=True, slots=True)
class Climbed:
    """Who gets it, and which rung it now stands on: the next above where a rung is empty."""

    choice: Choice
    rung: Rung


_RUNG_OF = {Level.BLOCK: Rung.STAND_IN, Level.DISTRICT: Rung.DISTRICT, Level.COLLECTOR: Rung.COLLECTOR}


def choose_rung(wanted: Sequence[Climb], at: datetime) -> list[Climbed]:
    """One for each, in order, in two or three queries however many.

    Whoever is on duty, at the rung or the next above that has anybody; else whoever is posted there; the officer who
    has it only when there is nobody else. Within the state's desk the rung counts on, so that each limit puts a case
    that nobody else can take before another pair of eyes.
    """
    desks = {
        room: desks_for({want.where for want in wanted if want.control_room is room}, at, control_room=room)
        for room in {want.control_room for want in wanted}
    }
    steps = [_step_up(desks[want.control_room][want.where], want) for want in wanted]
    load = _load_of([step.rank for step in steps])
    return [
        Climbed(Choice(_least_loaded(step.rank, load, want.urgency) if step.rank else want.has, step.level), step.rung)
        for step, want in zip(steps, wanted, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _StepUp:
    """Where a late case goes, and who may be chosen there; nobody where nobody else exists."""

    rank: Sequence[OnDuty]
    level: Level
    rung: Rung


def _step_up(desks: Sequence[Desk], want: Climb) -> _StepUp:
    above = [(rung, desk) for desk in desks if (rung := _rung(desk)) >= want.rung]
    for rung, desk, people in (
        *((rung, desk, desk.here) for rung, desk in above),
        *((rung, desk, desk.posted) for rung, desk in above),
    ):
        free = [officer for officer in people if officer.officer_id != want.has]
        if free:
            return _StepUp(_first_asked(rung, free), desk.level, want.rung if rung == Rung.STATE else rung)
    level = next((desk.level for rung, desk in above if _holds(desk, want.has)), Level.STATE)
    return _StepUp((), level, want.rung)


def _rung(desk: Desk) -> Rung:
    """An operator of the district is the stand-in of another."""
    if desk.level == Level.DISTRICT and desk.role == Role.OPERATOR:
        return Rung.STAND_IN
    return _RUNG_OF.get(desk.level, Rung.STATE)


def _holds(desk: Desk, officer_id: int | None) -> bool:
    return any(officer.officer_id == officer_id for officer in desk.posted)


def _first_asked(rung: Rung, free: list[OnDuty]) -> list[OnDuty]:
    """A block's stand-ins are asked for what its officers let pass; elsewhere they come second."""
    first = [officer for officer in free if officer.is_stand_in == (rung == Rung.STAND_IN)]
    return first or free
