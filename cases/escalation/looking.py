"""Journey 4c, what the clock finds at one case: a warning, a limit that has passed, a reminder. Decisions only."""

from dataclasses import dataclass
from datetime import datetime

from cases.models import Case
from cases.routing.choice import Climb
from cases.routing.ladder import Due, ahead, moves
from cases.workflow import UNOWNED, Clock, Rung, Status
from districts.duty import Where


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be done with a case at a moment; all empty when the alarm has lost its meaning."""

    case: Case
    climbs: Due | None = None
    warns: tuple[Due, ...] = ()
    reminds: bool = False
    resolve_rung: int = Rung.NONE

    @property
    def where(self) -> Where:
        """The place somebody is looked for."""
        case = self.case
        return Where(case.state_id, case.district_id, case.block_id, case.need_id)

    @property
    def to(self) -> Climb | None:
        """Which officer must be looked for."""
        case = self.case
        if self.climbs is None:
            return None
        rung = Rung(self.climbs.limit.rung)
        return Climb(self.where, rung, case.officer_id, keeps_status(case), case.urgency)


def keeps_status(case: Case) -> bool:
    """What the control room has to look at first stays its matter, however high it climbs."""
    return case.status in UNOWNED and case.status != Status.NEW


def look(case: Case, at: datetime) -> Look:
    """Straight to the highest rung whose limit has passed, one move however long nobody looked.

    Warned is of what lies ahead: since the alarm that rang, so that each is said once. Who gets a case just now is
    told how late it is, and needs no warning beside.
    """
    due = list(ahead(case))
    passed = [one for one in due if one.at <= at]
    resolve_rung = max((one.limit.rung for one in passed if one.limit.clock == Clock.RESOLVE), default=Rung.NONE)
    climbs = max((one for one in passed if moves(case, one)), key=_height, default=None)
    warns = () if climbs else tuple(one for one in due if _warns(case, one, at))
    reminds = not due and case.next_due_at is not None and case.next_due_at <= at
    return Look(case, climbs, warns, reminds, max(resolve_rung, case.resolve_rung))


def _height(due: Due) -> tuple[int, float]:
    """The highest rung; of two limits that lead to it the one that was broken first."""
    return due.limit.rung, -due.at.timestamp()


def _warns(case: Case, due: Due, at: datetime) -> bool:
    """An alarm that was put off rings after the moment of the warning: who had the case by then is warned all the same.

    That it was said before is seen in the history, not here (`writing`).
    """
    since = min(case.alarm_at or at, case.assigned_at or at)
    return moves(case, due) and since <= due.warn_at <= at < due.at
