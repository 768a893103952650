"""The ladder: which limits a case has, and when the clock must next look at it. Decisions only; the sweep writes.

A limit is (clock, warn, minutes, rung): after so many minutes the case climbs to the rung, and its officer is warned
`warn` minutes after the clock's start. Both clocks run 24x7. `respond` runs from `waits_from` while nobody has
acknowledged; `resolve` from `opened_at`, the citizen's own time, until the case is solved (law 3). Limits are frozen
on the case when it opens: a change of the table never rewrites the past. The last of them, `remind`, says after how
many minutes the top of the ladder is reminded again. See docs/decisions/0040-the-ladder.md.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from cases.models import Case, Ladder, Setting
from cases.workflow import OPEN, UNANSWERED, Clock

_Key = tuple[str, str | None, int | None]
REMIND = "remind"
_REMIND_MINUTES = 60.0  # of a case whose limits name none: it was opened before the ladder was there


class Limit(NamedTuple):
    """Minutes from the start of its clock; as JSON a list in this order."""

    clock: str
    warn: float
    minutes: float
    rung: int


@dataclass(frozen=True, slots=True)
class Ladders:
    """The table of limits, read once for a batch."""

    rows: dict[_Key, list[Limit]]
    remind: float

    @classmethod
    def load(cls) -> "Ladders":
        """Two queries."""
        wanted = (Setting.Key.WARN_SHARE, Setting.Key.REMIND_MINUTES)
        settings = dict(Setting.objects.filter(key__in=wanted).values_list("key", "value"))
        left = settings[Setting.Key.WARN_SHARE]
        rows: dict[_Key, list[Limit]] = defaultdict(list)
        fields = ("urgency", "need_id", "district_id", "clock", "after_minutes", "rung")
        for urgency, need, district, clock, minutes, rung in Ladder.objects.values_list(*fields):
            rows[urgency, need, district].append(Limit(clock, round(minutes * (1 - left), 2), minutes, rung))
        return cls(dict(rows), max(settings[Setting.Key.REMIND_MINUTES], 1.0))

    def limits(self, urgency: str, need: str, district: int | None) -> list[Limit]:
        """By need in the district, else by district, by need, the default; and when the top is reminded."""
        for key in ((urgency, need, district), (urgency, None, district), (urgency, need, None), (urgency, None, None)):
            if key in self.rows:
                own = sorted(self.rows[key], key=lambda limit: (limit.minutes, limit.rung))
                return [*own, Limit(REMIND, self.remind, self.remind, 0)]
        return [Limit(REMIND, self.remind, self.remind, 0)]


@dataclass(frozen=True, slots=True)
class Due:
    """A limit of a case with its moments."""

    limit: Limit
    warn_at: datetime
    at: datetime


def limits_of(case: Case) -> list[Limit]:
    """What was frozen on the case, the reminder left out."""
    return [limit for limit in map(Limit._make, case.limits) if limit.clock != REMIND]


def ahead(case: Case) -> Iterator[Due]:
    """The limits that still bind the case: not yet climbed, and their clock still runs."""
    for limit in limits_of(case):
        if limit.clock == Clock.RESPOND:
            binds, start = case.status in UNANSWERED and limit.rung > case.rung, case.waits_from
        else:
            binds, start = case.status in OPEN and limit.rung > case.resolve_rung, case.opened_at
        if binds:
            yield Due(limit, start + timedelta(minutes=limit.warn), start + timedelta(minutes=limit.minutes))


def moves(case: Case, due: Due) -> bool:
    """Whether the case changes hands at this limit; one that 'not acknowledged' has brought so far does not again."""
    return due.limit.rung > case.rung


def next_alarm(case: Case, after: datetime) -> datetime | None:
    """When the clock must look again: the next warning after a moment, a limit, even one that has passed, or the next
    reminder of the top. None only for a case that has ended."""
    if case.status not in OPEN:
        return None
    moments = [due.warn_at if due.warn_at > after and moves(case, due) else due.at for due in ahead(case)]
    return min(moments, default=None) or _reminder(case, after)


def _reminder(case: Case, after: datetime) -> datetime:
    """The next moment of a fixed row through the last limit: no note and no call can push it away."""
    period, anchor = _remind_every(case), _last_limit(case)
    return anchor + ((after - anchor) // period + 1) * period


def _remind_every(case: Case) -> timedelta:
    found = (limit.minutes for limit in map(Limit._make, case.limits) if limit.clock == REMIND)
    return timedelta(minutes=next(found, _REMIND_MINUTES))


def _last_limit(case: Case) -> datetime:
    starts = {Clock.RESPOND.value: case.waits_from, Clock.RESOLVE.value: case.opened_at}
    ends = [starts[limit.clock] + timedelta(minutes=limit.minutes) for limit in limits_of(case)]
    return max(ends, default=case.opened_at)


def set_alarm(case: Case, at: datetime) -> None:
    """After any change of status, owner or limits; the caller saves.

    An alarm that has just rung and waits for the sweep stays, if it still means something: else a note written in
    those seconds would swallow a warning.
    """
    if not _rings(case, at):
        case.alarm_at = next_alarm(case, at)


def _rings(case: Case, at: datetime) -> bool:
    if case.alarm_at is None or case.alarm_at > at or case.status not in OPEN:
        return False
    due = list(ahead(case))
    if not due:
        return (case.alarm_at - _last_limit(case)) % _remind_every(case) == timedelta(0)
    return any(case.alarm_at == one.at or (case.alarm_at == one.warn_at and moves(case, one)) for one in due)


def graver(case: Case, limits: Sequence[Limit], since: datetime) -> list[Limit]:
    """The limits of a case that became graver at a moment: they count from there, as its promises do, and none comes
    later than it stood. Sets `waits_from`; the caller stores the limits and saves."""
    stood = list(ahead(case))
    waited = min((due.at for due in stood if due.limit.clock == Clock.RESPOND), default=None)
    new = [limit for limit in limits if limit.clock == Clock.RESPOND and limit.rung > case.rung]
    if new and since > case.waits_from:
        first = timedelta(minutes=new[0].minutes)
        case.waits_from = min(since, waited - first) if waited else since
    offset = max((since - case.opened_at).total_seconds() / 60, 0.0)
    by_rung = {due.limit.rung: due.limit for due in stood if due.limit.clock == Clock.RESOLVE}
    return [_no_later(limit, by_rung.get(limit.rung), offset) for limit in limits]


def _no_later(limit: Limit, stood: Limit | None, offset: float) -> Limit:
    if limit.clock != Clock.RESOLVE:
        return limit
    moved = limit._replace(warn=round(limit.warn + offset, 2), minutes=round(limit.minutes + offset, 2))
    return stood if stood and stood.minutes < moved.minutes else moved
