"""Who is on duty when, for whole weeks: the calendar, its gaps, double bookings; pure logic over what `load` reads.

Each moment is judged by the rules of `districts.duty` themselves, so that the calendar cannot say something else.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import combinations, pairwise

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from districts.duty import INDIA, Away, Charge, Hours, OnDuty, in_order
from districts.models import Block, District, Leave, Officer, Posting, Role, Shift, State

DAY = timedelta(days=1)
DISTRICT_DESKS = (Role.DISTRICT_NODAL, Role.OPERATOR, Role.DOCTOR)
STATE_DESKS = (Role.OPERATOR, Role.DOCTOR)
DESK_WORDS = {
    Role.DISTRICT_NODAL: _("District nodal officers"),
    Role.OPERATOR: _("Control room"),
    Role.DOCTOR: _("Doctors"),
}

# The postings that have a row on some roster.
_HAS_DESK = (
    Q(role=Role.NODAL_OFFICER, block__isnull=False)
    | Q(role__in=[Role.DISTRICT_NODAL, Role.OPERATOR], district__isnull=False, block=None)
    | Q(role=Role.DOCTOR)
    | Q(role=Role.OPERATOR, district=None)
)


@dataclass(frozen=True, slots=True)
class RosterDesk:
    """One row of the roster: the nodal officers of a block, or one role of a district or a state."""

    role: str
    area: State | District | Block = field(compare=False)
    state_id: int
    district_id: int | None = None
    block_id: int | None = None

    @property
    def key(self) -> str:
        """Its name in addresses: 'block-3607', 'district-375-operator'."""
        level = "block" if self.block_id else "district" if self.district_id else "state"
        return f"{level}-{self.area.pk}" + ("" if self.block_id else f"-{self.role}")

    @property
    def label(self) -> str:
        """'Kota block', 'Doctors' for the reader; beside the name of the district."""
        return str(_("%(block)s block") % {"block": self.area.label} if self.block_id else DESK_WORDS[Role(self.role)])

    def wanted(self) -> Q:
        """The postings that sit here; a doctor of a block is a doctor of its district."""
        if self.block_id:
            return Q(role=self.role, block=self.block_id)
        if self.district_id is None:
            return Q(role=self.role, state=self.state_id, district=None)
        of_district = Q(role=self.role, district=self.district_id)
        return of_district if self.role == Role.DOCTOR else of_district & Q(block=None)


@dataclass(frozen=True, slots=True)
class Turn:
    """Hours of a day; an end at or before the start lies on the next day."""

    starts: time
    ends: time

    def on(self, day: date) -> tuple[datetime, datetime]:
        """From when until when, if it begins that day."""
        return _moment(day, self.starts), _moment(day + DAY if self.ends <= self.starts else day, self.ends)

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}-{self.ends:%H:%M}"


@dataclass(frozen=True, slots=True)
class Present:
    """Who is on duty, and whether by a turn or round the clock."""

    on_duty: OnDuty
    by_turn: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which the same officers are on duty; nobody, if it is a gap."""

    starts: datetime
    ends: datetime
    present: tuple[Present, ...] = ()


@dataclass(frozen=True, slots=True)
class DoubleBooking:
    """One officer on turns of two places at the same time."""

    officer_id: int
    desks: tuple[RosterDesk, RosterDesk]
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One officer in a cell; `spans` only where it is not the whole turn."""

    officer_id: int
    posting_id: int
    is_stand_in: bool
    by_turn: bool
    replaces: int | None
    spans: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One turn of one day at one desk."""

    starts: datetime
    ends: datetime
    entries: tuple[Entry, ...]
    gaps: tuple[tuple[datetime, datetime], ...]


@dataclass(slots=True)
class Roster:
    """What `load` has read: the charges of each desk, the officers they name, and the charges these have elsewhere."""

    charges: dict[RosterDesk, list[Charge]]
    officers: dict[int, Officer]
    elsewhere: dict[RosterDesk, list[Charge]] = field(default_factory=dict)

    def stretches(self, desk: RosterDesk, starts: datetime, ends: datetime) -> list[Stretch]:
        """The time between, cut wherever somebody comes or goes."""
        charges = self.charges[desk]
        points = [*_changes(charges, starts, ends), ends]
        pieces = [Stretch(a, b, _present(charges, a)) for a, b in pairwise(points)]
        return list(_merged(pieces))

    def gaps(self, desk: RosterDesk, starts: datetime, ends: datetime) -> list[Stretch]:
        """The stretches in which nobody of the desk's own officers is on duty."""
        return [piece for piece in self.stretches(desk, starts, ends) if not piece.present]

    def cells(self, desk: RosterDesk, days: Iterable[date], turns: Sequence[Turn]) -> list[list[Cell]]:
        """A list of turns for each day."""
        spans = [[turn.on(day) for turn in turns] for day in days]
        pieces = self.stretches(desk, spans[0][0][0], spans[-1][-1][1])
        return [[_cell(pieces, *span) for span in of_day] for of_day in spans]

    def double_bookings(self, starts: datetime, ends: datetime) -> list[DoubleBooking]:
        """Officers on turns of two places that overlap, one of them a desk of this roster and named first.

        A posting round the clock is no turn.
        """
        held: dict[int, list[tuple[RosterDesk, Stretch]]] = defaultdict(list)
        for desk, charges in (*self.charges.items(), *self.elsewhere.items()):
            for charge in charges:
                for officer_id, piece in _turns_of(charge, starts, ends):
                    held[officer_id].append((desk, piece))
        found = (one for officer_id, turns in held.items() for one in _overlaps(officer_id, turns))
        return [one for one in found if one.desks[0] in self.charges]


def load(desks: Collection[RosterDesk], first: date, last: date, beyond: Q | None = None) -> Roster:
    """The roster of these desks for these days, in four queries however many desks there are.

    `beyond`: other postings in which the same officers are looked for, in three more.
    """
    wanted = Q(pk__in=[])
    for desk in desks:
        wanted |= desk.wanted()
    in_time = _in_time(first, last)
    rows = list(in_time.filter(wanted).order_by("pk"))
    charges = charges_of(rows, first, last)
    found: dict[RosterDesk, list[Charge]] = {desk: [] for desk in desks}
    desk_of = {(desk.role, desk.state_id, desk.district_id, desk.block_id): desk for desk in desks}
    for posting, charge in zip(rows, charges, strict=True):
        found[desk_of[_place_of(posting)]].append(charge)
    named = {id_ for charge in charges for id_ in (charge.officer_id, *_replacements(charge)) if id_}
    elsewhere = {} if beyond is None else _elsewhere(in_time.filter(beyond), found, named, first, last)
    return Roster(found, Officer.objects.in_bulk(named), elsewhere)


def _in_time(first: date, last: date) -> QuerySet[Posting]:
    in_force = Q(ends_on=None) | Q(ends_on__gte=first)
    return Posting.objects.filter(in_force, starts_on__lte=last, officer__is_active=True)


def _elsewhere(
    postings: QuerySet[Posting], known: Collection[RosterDesk], officer_ids: set[int], first: date, last: date
) -> dict[RosterDesk, list[Charge]]:
    """What these officers hold at other desks, as their own or for somebody on leave."""
    replaced = Leave.objects.between(first, last).filter(replacement__in=officer_ids).values("officer")
    theirs = postings.filter(_HAS_DESK, Q(officer__in=officer_ids) | Q(officer__in=replaced))
    rows = list(theirs.select_related("state", "district", "block").order_by("pk"))
    rows = [posting for posting in rows if _desk_of(posting) not in known]
    found: dict[RosterDesk, list[Charge]] = defaultdict(list)
    for posting, charge in zip(rows, charges_of(rows, first, last), strict=True):
        found[_desk_of(posting)].append(charge)
    return found


def _desk_of(posting: Posting) -> RosterDesk:
    role, state_id, district_id, block_id = _place_of(posting)
    area = (posting.block if block_id else None) or posting.district or posting.state
    return RosterDesk(role, area, state_id, district_id, block_id)


def charges_of(postings: Sequence[Posting], first: date, last: date) -> list[Charge]:
    """The same postings with their shifts and leave, in two queries."""
    hours: dict[int, list[Hours]] = defaultdict(list)
    for shift in Shift.objects.filter(posting__in=postings).order_by("pk"):
        hours[shift.posting_id].append(hours_of(shift))
    leaves = _leaves({posting.officer_id for posting in postings}, first, last)
    return [
        Charge(
            *(posting.pk, posting.officer_id, posting.role, posting.needs, posting.is_stand_in),
            hours=hours[posting.pk],
            leaves=leaves[posting.officer_id],
            starts_on=posting.starts_on,
            ends_on=posting.ends_on,
        )
        for posting in postings
    ]


def hours_of(shift: Shift) -> Hours:
    """A shift without its row."""
    return Hours(
        shift.weekdays, shift.starts, shift.ends, shift.is_stand_in, shift.from_date, shift.until_date
    )  # fmt: skip


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def turns_from(first: float, hours: float) -> tuple[Turn, ...]:
    """The turns of a day: from the hour of the first on, each so many hours; the last ends where the first began."""
    length = min(max(round(hours), 1), 24)
    starts = [(int(first) + n) % 24 for n in range(0, 24, length)]
    ends = [*starts[1:], starts[0]]
    return tuple(Turn(time(a), time(b)) for a, b in zip(starts, ends, strict=True))


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=INDIA)


def _place_of(posting: Posting) -> tuple[str, int, int | None, int | None]:
    block = None if posting.role == Role.DOCTOR else posting.block_id
    return posting.role, posting.state_id, posting.district_id, block


def _replacements(charge: Charge) -> Iterator[int | None]:
    return (leave.replacement_id for leave in charge.leaves)


def _leaves(officer_ids: set[int], first: date, last: date) -> dict[int, list[Away]]:
    """Leave by officer, day by day, since a replacement may be away on some of the days: as `duty` reads it."""
    ours = Q(officer__in=officer_ids) | Q(officer__replaces__officer__in=officer_ids)
    rows = Leave.objects.between(first, last).filter(ours).distinct().select_related("replacement")
    away: dict[int, list[Leave]] = defaultdict(list)
    for leave in rows:
        away[leave.officer_id].append(leave)
    found: dict[int, list[Away]] = defaultdict(list)
    for officer_id in officer_ids:
        for leave in away[officer_id]:
            for day in _days(max(first, leave.from_date), min(last, leave.until_date)):
                found[officer_id].append(Away(day, day, _able(leave, day, away)))
    return found


def _able(leave: Leave, day: date, away: dict[int, list[Leave]]) -> int | None:
    other = leave.replacement
    if other is None or not other.is_active:
        return None
    is_away = any(one.from_date <= day <= one.until_date for one in away.get(other.pk, ()))
    return None if is_away else other.pk


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _changes(charges: Iterable[Charge], starts: datetime, ends: datetime) -> list[datetime]:
    """Every moment at which anything may change, the start first: midnights, and beginnings and ends of shifts."""
    clock = {time(0)} | {at for charge in charges for hours in charge.hours for at in (hours.starts, hours.ends)}
    moments = (_moment(day, at) for day in _days(starts.date(), ends.date()) for at in clock)
    return [starts, *sorted(moment for moment in moments if starts < moment < ends)]


def _present(charges: Iterable[Charge], moment: datetime) -> tuple[Present, ...]:
    by_posting = {charge.posting_id: charge for charge in charges if charge.in_force(moment.date())}
    found = in_order(charge.at(moment) for charge in by_posting.values())
    return tuple(Present(one, bool(by_posting[one.posting_id].running(moment))) for one in found)


def _merged(pieces: Iterable[Stretch]) -> Iterator[Stretch]:
    last: Stretch | None = None
    for piece in pieces:
        if last is not None and last.present == piece.present and last.ends == piece.starts:
            last = Stretch(last.starts, piece.ends, piece.present)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


def _cell(pieces: Iterable[Stretch], starts: datetime, ends: datetime) -> Cell:
    spans: dict[Present, list[tuple[datetime, datetime]]] = defaultdict(list)
    gaps: list[tuple[datetime, datetime]] = []
    for piece in pieces:
        span = max(piece.starts, starts), min(piece.ends, ends)
        if span[0] >= span[1]:
            continue
        if not piece.present:
            gaps.append(span)
        for one in piece.present:
            joins = spans[one] and spans[one][-1][1] == span[0]
            spans[one].append((spans[one].pop()[0], span[1]) if joins else span)
    entries = tuple(_entry(one, found, (starts, ends)) for one, found in spans.items())
    return Cell(starts, ends, entries, tuple(gaps))


def _entry(
    one: Present, spans: Sequence[tuple[datetime, datetime]], whole: tuple[datetime, datetime]
) -> Entry:  # fmt: skip
    duty = one.on_duty
    part = () if list(spans) == [whole] else tuple(spans)
    return Entry(duty.officer_id, duty.posting_id, duty.is_stand_in, one.by_turn, duty.replaces, part)


def _turns_of(charge: Charge, starts: datetime, ends: datetime) -> Iterator[tuple[int, Stretch]]:
    """The times in which somebody serves a turn of this posting."""
    points = [*_changes([charge], starts, ends), ends]
    pieces = (Stretch(a, b, _present([charge], a)) for a, b in pairwise(points))
    for piece in _merged(piece for piece in pieces if piece.present and piece.present[0].by_turn):
        yield piece.present[0].on_duty.officer_id, piece


def _overlaps(officer_id: int, turns: list[tuple[RosterDesk, Stretch]]) -> Iterator[DoubleBooking]:
    for (desk, one), (other_desk, other) in combinations(turns, 2):
        starts, ends = max(one.starts, other.starts), min(one.ends, other.ends)
        if desk != other_desk and starts < ends:
            yield DoubleBooking(officer_id, (desk, other_desk), starts, ends)
