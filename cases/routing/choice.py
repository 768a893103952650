"""Case -> officer on duty: the primary with the fewest open critical cases. Decisions only, set-based."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from cases.models import Case
from cases.workflow import Urgency
from districts.duty import Duty, Level, OnDuty, Where, on_duty_for


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
    load = _open_cases(duty for found in duties.values() for duty in found.values())
    return [_pick(duties[want.control_room][want.where], load, want, avoid) for want in wanted]


def _open_cases(duties: Iterable[Duty]) -> Load:
    officers = {officer.officer_id for duty in duties for officer in duty.officers}
    held = Case.objects.open().filter(officer__in=officers).order_by().values_list("officer")
    rows = list(held.annotate(critical=Count("pk", filter=Q(urgency=Urgency.CRITICAL)), total=Count("pk")))
    return Load(Counter({row[0]: row[1] for row in rows}), Counter({row[0]: row[2] for row in rows}))


def _pick(duty: Duty, load: Load, want: Wanted, avoid: frozenset[int]) -> Choice:
    """Stand-ins only when no primary is there; the chosen one's load grows for the rest of the batch."""
    free = [officer for officer in duty.officers if officer.officer_id not in avoid] or list(duty.officers)
    rank: list[OnDuty] = [officer for officer in free if not officer.is_stand_in] or free
    if not rank:
        return Choice(None, duty.level)
    chosen = min((officer.officer_id for officer in rank), key=load.of)
    load.critical[chosen] += want.urgency == Urgency.CRITICAL
    load.total[chosen] += 1
    return Choice(chosen, duty.level)
