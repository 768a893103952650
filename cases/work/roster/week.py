"""Journey 4: one week of an area as the page shows it: rows, days, turns; on top what is empty or taken twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from cases.models import Setting
from cases.work.roster.places import Area, desks_of, keeps, seen_beside
from cases.work.roster.words import Line, double_lines, gap_lines
from districts.models import Officer
from districts.roster import DAY, Cell, Entry, Roster, RosterDesk, Turn, load, monday_of, turns_from


@dataclass(frozen=True, slots=True)
class Name:
    """An officer in a cell, with what is to be said beside the name."""

    label: str
    is_stand_in: bool
    by_turn: bool
    replaces: str
    hours: str


@dataclass(frozen=True, slots=True)
class Square:
    """A cell of the page."""

    id: str
    hours: str
    names: list[Name]
    gaps: list[str]
    is_now: bool
    is_over: bool
    href: str


@dataclass(frozen=True, slots=True)
class Column:
    """One day of one row."""

    day: date
    is_today: bool
    squares: list[Square]


@dataclass(frozen=True, slots=True)
class Row:
    """One place with its week."""

    desk: RosterDesk
    is_kept: bool
    href: str
    columns: list[Column]


@dataclass(frozen=True, slots=True)
class Alert:
    """A line on top of the week; each day leads to its cell."""

    words: str
    links: list[tuple[str, str]]
    href: str


@dataclass(slots=True)
class Week:
    """The page."""

    area: Area
    monday: date
    rows: list[Row]
    gaps: list[Alert]
    doubles: list[Alert]
    chosen: Row | None

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + 6 * DAY


def turns() -> tuple[Turn, ...]:
    """The office's turns, from two figures of table `Setting`; three of eight hours from 06:00 unless it says so."""
    keys = (Setting.Key.TURN_STARTS, Setting.Key.TURN_HOURS)
    value = dict(Setting.objects.filter(key__in=keys).values_list("key", "value"))
    return turns_from(value.get(keys[0], 6), value.get(keys[1], 8))


def week_of(officer: Officer, area: Area, monday: date, chosen: str, now: datetime) -> Week:
    """Everything the page shows, in a fixed number of queries."""
    of_day = turns()
    desks = desks_of(officer, area)
    starts, ends = of_day[0].on(monday)[0], of_day[-1].on(monday + 6 * DAY)[1]
    roster = load(desks, monday, ends.date(), beyond=seen_beside(officer, area))
    since = max(starts, min(timezone.localtime(now), ends))
    rows = [_row(officer, area, desk, roster, monday, of_day, now) for desk in desks]
    lines = [line for desk in desks for line in gap_lines(desk, roster.gaps(desk, since, ends), since, ends)]
    doubles = double_lines(roster.double_bookings(since, ends), roster) if since < ends else []
    return Week(
        area,
        monday,
        rows,
        [_alert(line, area, monday) for line in (lines if since < ends else [])],
        [_alert(line, area, monday) for line in doubles],
        next((row for row in rows if row.desk.key == chosen), rows[0] if rows else None),
    )


def week_query(area: Area, monday: date, **more: str) -> str:
    """The address of a week, its query only."""
    return urlencode({"area": area.key, "week": monday.isoformat(), **more})


def read_monday(text: str, today: date) -> date:
    """The Monday of the week that an address names; of this week where it names none."""
    try:
        found = monday_of(date.fromisoformat(text))
    except (ValueError, OverflowError):
        return monday_of(today)
    near = abs((found - today).days) <= 366
    return found if near else monday_of(today)


def _row(
    officer: Officer,
    area: Area,
    desk: RosterDesk,
    roster: Roster,
    monday: date,
    of_day: Sequence[Turn],
    now: datetime,
) -> Row:
    is_kept = keeps(officer, desk)
    href = f"{reverse('roster_place', args=[desk.key])}?{week_query(area, monday)}"
    days = [monday + timedelta(days=n) for n in range(7)]
    today = timezone.localdate(now)
    columns = [
        Column(day, day == today, [_square(desk, cell, n, roster, now, href) for n, cell in enumerate(cells)])
        for day, cells in zip(days, roster.cells(desk, days, of_day), strict=True)
    ]
    return Row(desk, is_kept, href, columns)


def _square(desk: RosterDesk, cell: Cell, turn: int, roster: Roster, now: datetime, href: str) -> Square:
    day = cell.starts.date().isoformat()
    return Square(
        id=f"{desk.key}-{day}-{turn}",
        hours=f"{cell.starts:%H:%M}–{cell.ends:%H:%M}",
        names=[_name(entry, roster) for entry in cell.entries],
        gaps=["" if gap == (cell.starts, cell.ends) else f"{gap[0]:%H:%M}–{gap[1]:%H:%M}" for gap in cell.gaps],
        is_now=cell.starts <= now < cell.ends,
        is_over=cell.ends <= now,
        href=f"{href}&{urlencode({'day': day, 'turn': turn})}#assign",
    )


def _name(entry: Entry, roster: Roster) -> Name:
    return Name(
        label=roster.officers[entry.officer_id].label,
        is_stand_in=entry.is_stand_in,
        by_turn=entry.by_turn,
        replaces=roster.officers[entry.replaces].label if entry.replaces else "",
        hours=", ".join(f"{starts:%H:%M}–{ends:%H:%M}" for starts, ends in entry.spans),
    )


def _alert(line: Line, area: Area, monday: date) -> Alert:
    """With the way to the place; on a phone it is the one that is shown."""
    page = f"{reverse('roster')}?{week_query(area, monday, place=line.desk.key)}"
    links = [(words, f"{page}#{line.desk.key}-{day.isoformat()}") for words, day in line.days]
    return Alert(line.words, links, f"{page}#{line.desk.key}")
