"""Who is on duty now at a place: the roster and leave read for a whole batch of places in one query."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from districts.models import Block, Leave, Posting, Role

INDIA = ZoneInfo("Asia/Kolkata")


class Level(models.IntegerChoices):
    """The rung of the ladder at which somebody answers, from the field up."""

    BLOCK = 0, _("block")
    DISTRICT = 1, _("district")
    COLLECTOR = 2, _("collector")
    STATE = 3, _("state")


@dataclass(frozen=True, slots=True)
class Where:
    """A place as far as it is known, by LGD codes; with a need, postings that do not take it are left out."""

    state_id: int | None
    district_id: int | None = None
    block_id: int | None = None
    need: str = ""


@dataclass(frozen=True, slots=True)
class OnDuty:
    """One officer on duty, and the posting that says so: their own, or that of an officer on leave."""

    officer_id: int
    posting_id: int
    role: str
    is_stand_in: bool
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """Who answers for a place: primary first, then stand-ins; empty only when nobody is posted up to the state."""

    level: Level
    officers: tuple[OnDuty, ...]


@dataclass(frozen=True, slots=True)
class Away:
    """Days of leave, first and last included, from midnight to midnight; and who replaces, if anybody can."""

    from_date: date
    until_date: date
    replacement_id: int | None

    def covers(self, day: date) -> bool:
        """Whether that day is one of them."""
        return self.from_date <= day <= self.until_date


@dataclass(slots=True)
class Hours:
    """One shift of a posting."""

    weekdays: int
    starts: time
    ends: time
    is_stand_in: bool
    from_date: date
    until_date: date | None

    def holds_on(self, day: date) -> bool:
        """Whether this shift is part of the roster of that day, whatever the weekday."""
        return self.from_date <= day and (self.until_date is None or day <= self.until_date)

    def starts_on(self, day: date) -> bool:
        """Whether a turn of this shift begins on that day (weekday bits: Monday is 1, Sunday 64)."""
        return self.holds_on(day) and bool(self.weekdays & (1 << day.weekday()))

    def covers(self, moment: datetime) -> bool:
        """Whether a turn that began today or yesterday runs at that local moment; its end is not in it."""
        today, now = moment.date(), moment.time()
        if self.ends > self.starts:
            return self.starts_on(today) and self.starts <= now < self.ends
        began_today = self.starts_on(today) and now >= self.starts
        return began_today or (self.starts_on(today - timedelta(days=1)) and now < self.ends)


@dataclass(slots=True)
class Charge:
    """One posting, with its hours and with the leave of the officer who holds it."""

    posting_id: int
    officer_id: int
    role: str
    needs: list[str]
    is_stand_in: bool
    hours: list[Hours] = field(default_factory=list)
    leaves: list[Away] = field(default_factory=list)
    starts_on: date = date.min
    ends_on: date | None = None

    def takes(self, need: str) -> bool:
        """Whether the posting is for this need."""
        return not (need and self.needs) or need in self.needs

    def in_force(self, day: date) -> bool:
        """Whether the posting holds on that day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def is_away(self, day: date) -> bool:
        """Whether the officer is on leave, replaced or not."""
        return any(leave.covers(day) for leave in self.leaves)

    def standing(self, day: date) -> OnDuty | None:
        """Who answers for the posting whatever the hour: the officer, on leave the replacement, None without one."""
        if not self.is_away(day):
            return self._by(self.officer_id)
        found = (leave.replacement_id for leave in self.leaves if leave.covers(day) and leave.replacement_id)
        replacement = next(found, None)
        return None if replacement is None else self._by(replacement)

    def at(self, moment: datetime) -> OnDuty | None:
        """Who is on duty under this posting at that local moment; None off duty, or on leave without replacement."""
        answers = self.standing(moment.date())
        if answers is None or not self.hours:
            return answers
        running = self.running(moment)
        if running:
            is_stand_in = self.is_stand_in or all(shift.is_stand_in for shift in running)
            return OnDuty(answers.officer_id, self.posting_id, self.role, is_stand_in, answers.replaces)
        return None if self.has_hours(moment.date()) else answers

    def running(self, moment: datetime) -> list[Hours]:
        """The shifts that cover that local moment."""
        return [shift for shift in self.hours if shift.covers(moment)]

    def has_hours(self, day: date) -> bool:
        """Whether a shift holds that day; if none does, the posting is on duty round the clock."""
        return any(shift.holds_on(day) for shift in self.hours)

    def own(self) -> OnDuty:
        """The officer, even on leave: the last resort."""
        return self._by(self.officer_id)

    def _by(self, officer_id: int) -> OnDuty:
        replaces = None if officer_id == self.officer_id else self.officer_id
        return OnDuty(officer_id, self.posting_id, self.role, self.is_stand_in, replaces)


_Desk = tuple[Level, int | None, str]  # level, LGD code of the area (None: any state), role
_Roster = dict[_Desk, list[Charge]]
_COLUMNS = (
    *("pk", "officer_id", "role", "state_id", "district_id", "block_id", "needs", "is_stand_in"),
    *("is_away", "replacement", "shifts__weekdays"),
    *("shifts__starts", "shifts__ends", "shifts__is_stand_in", "shifts__from_date", "shifts__until_date"),
)
_LEVEL_OF = {Role.DISTRICT_NODAL.value: Level.DISTRICT, Role.COLLECTOR.value: Level.COLLECTOR}


def on_duty(block: Block, at: datetime) -> Duty:
    """Who is on duty for a block at a moment (aware), any need: see `on_duty_for`."""
    where = Where(block.district.state_id, block.district_id, block.pk)
    return on_duty_for([where], at)[where]


def on_duty_for(places: Collection[Where], at: datetime, *, control_room: bool = False) -> dict[Where, Duty]:
    """Who is on duty for each place at a moment (aware), in one query however many places there are.

    Field: the block's nodal officers, the district's nodal officers, the collector, the state's operators,
    its administrators: the first of these with anybody on duty answers. `control_room` starts with the
    district's operators instead of the block's nodal officers. An unknown state is any state's matter.
    A posting in force without a shift that holds that day is on duty round the clock. Who is on leave is not on
    duty; the replacement answers in the same posting and hours. Where the roster leaves an hour empty at every
    rung, or nobody takes the need, the nearest posted officers answer all the same, at the very last those on
    leave: somebody always owns the case.
    """
    asked = dict.fromkeys(places)
    if not asked:
        return {}
    moment = at.astimezone(INDIA)
    roster = _roster(asked, moment.date(), control_room)
    return {where: _duty(where, roster, moment, control_room) for where in asked}


@dataclass(frozen=True, slots=True)
class Desk:
    """One desk of the ladder: who is on duty there for the need, and who answers for it whatever the hour."""

    level: Level
    role: str
    here: tuple[OnDuty, ...]
    posted: tuple[OnDuty, ...]


def desks_for(places: Collection[Where], at: datetime, *, control_room: bool = False) -> dict[Where, list[Desk]]:
    """Every desk above each place, the nearest first, each with its people; one query, as `on_duty_for`."""
    asked = dict.fromkeys(places)
    if not asked:
        return {}
    moment = at.astimezone(INDIA)
    roster = _roster(asked, moment.date(), control_room)
    return {where: [_desk(desk, where, roster, moment) for desk in _ladder(where, control_room)] for where in asked}


def _desk(desk: _Desk, where: Where, roster: _Roster, moment: datetime) -> Desk:
    charges = roster.get(desk, [])
    here = in_order(charge.at(moment) for charge in charges if charge.takes(where.need))
    return Desk(desk[0], desk[2], here, in_order(charge.standing(moment.date()) for charge in charges))


def _duty(where: Where, roster: _Roster, moment: datetime, control_room: bool) -> Duty:
    desks = _ladder(where, control_room)
    everybody = [(desk[0], roster.get(desk, [])) for desk in desks]
    posted = [(level, [charge for charge in charges if charge.takes(where.need)]) for level, charges in everybody]
    for level, charges in posted:
        if here := in_order(charge.at(moment) for charge in charges):
            return Duty(level, here)
    for level, charges in (*posted, *everybody):  # a need that nobody takes is still somebody's case (law 2)
        if there := in_order(charge.standing(moment.date()) for charge in charges):
            return Duty(level, there)
    for level, charges in everybody:
        if charges:
            return Duty(level, in_order(charge.own() for charge in charges))
    return Duty(Level.STATE, ())


def in_order(found: Iterable[OnDuty | None]) -> tuple[OnDuty, ...]:
    """Primary first, then stand-ins, older postings first; every officer once."""
    ranked = sorted((one for one in found if one), key=attrgetter("is_stand_in", "posting_id"))
    once: dict[int, OnDuty] = {}
    for one in ranked:
        once.setdefault(one.officer_id, one)
    return tuple(once.values())


def _ladder(where: Where, control_room: bool) -> list[_Desk]:
    """The desks that may answer for a place, the nearest first; those of unknown areas are left out."""
    desks: list[_Desk] = []
    if where.block_id is not None and not control_room:
        desks.append((Level.BLOCK, where.block_id, Role.NODAL_OFFICER))
    if where.district_id is not None:
        if control_room:
            desks.append((Level.DISTRICT, where.district_id, Role.OPERATOR))
        desks.append((Level.DISTRICT, where.district_id, Role.DISTRICT_NODAL))
        desks.append((Level.COLLECTOR, where.district_id, Role.COLLECTOR))
    desks.append((Level.STATE, where.state_id, Role.OPERATOR))
    desks.append((Level.STATE, where.state_id, Role.STATE_ADMIN))
    return desks


def _wanted(places: Iterable[Where], control_room: bool) -> Q:
    """The postings that may answer for any of the places."""
    desks = {desk for where in places for desk in _ladder(where, control_room)}
    areas: dict[Level, set[int | None]] = defaultdict(set)
    for level, area, _role in desks:
        areas[level].add(area)
    at_state = Q(district=None, role__in=[Role.OPERATOR, Role.STATE_ADMIN])
    if None not in areas[Level.STATE]:
        at_state &= Q(state__in=areas[Level.STATE])
    near = [Role.DISTRICT_NODAL, Role.COLLECTOR, *([Role.OPERATOR] if control_room else [])]
    at_district = Q(district__in=areas[Level.DISTRICT], block=None, role__in=near)
    return at_state | at_district | Q(block__in=areas[Level.BLOCK], role=Role.NODAL_OFFICER)


def _roster(places: Iterable[Where], day: date, control_room: bool) -> _Roster:
    """The postings in force that day for the places, with their shifts, by desk."""
    charges: dict[int, Charge] = {}
    roster: _Roster = defaultdict(list)
    wanted = Posting.objects.current(day).filter(_wanted(places, control_room))
    rows = wanted.annotate(**_leave_on(day)).values_list(*_COLUMNS)
    for pk, officer, role, state, district, block, needs, is_stand_in, is_away, replacement, *shift in rows:
        if pk not in charges:
            leaves = [Away(day, day, replacement)] if is_away else []
            charges[pk] = Charge(pk, officer, role, needs, is_stand_in, leaves=leaves)
            for desk in _desks_of(role, state, district, block):
                roster[desk].append(charges[pk])
        _add_hours(charges[pk], shift)
    return roster


def _leave_on(day: date) -> dict[str, Exists | Subquery]:
    """Whether a posting's officer is on leave that day, and who is there instead, as columns of the same query.

    Forms refuse a replacement who is away as well; one who is after all (an import, the admin) does not answer.
    """
    away = Leave.objects.on(day).filter(officer=OuterRef("officer"))
    replaced = away.able_to_replace(day).values("replacement")
    return {"is_away": Exists(away), "replacement": Subquery(replaced[:1])}


def _add_hours(charge: Charge, shift: list[Any]) -> None:
    if shift[0] is not None:  # an outer join: a posting without shifts is one row of nulls
        charge.hours.append(Hours(*shift))


def _desks_of(role: str, state: int, district: int | None, block: int | None) -> list[_Desk]:
    """The desks a posting sits at; a state's is also asked for places whose state is unknown."""
    if block is not None:
        return [(Level.BLOCK, block, role)]
    if district is not None:
        return [(_LEVEL_OF.get(role, Level.DISTRICT), district, role)]
    return [(Level.STATE, state, role), (Level.STATE, None, role)]
