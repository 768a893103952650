"""Journey 4: gaps and double bookings of the roster in words, the same on the page and in the evening's notice."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from districts.duty import Hours
from districts.roster import DAY, DoubleBooking, Roster, RosterDesk, Stretch
from districts.weekdays import in_words


@dataclass(frozen=True, slots=True)
class Line:
    """'Kota block: nobody 22:00-06:00', and the days it is so."""

    desk: RosterDesk
    words: str
    days: tuple[tuple[str, date], ...] = ()

    def __str__(self) -> str:
        named = ", ".join(day for day, _date in self.days)
        return f"{self.words} ({named})" if named else self.words


def gap_lines(desk: RosterDesk, gaps: Sequence[Stretch], starts: datetime, ends: datetime) -> list[Line]:
    """One line for each time of day, however many days it comes back."""
    if [(gap.starts, gap.ends) for gap in gaps] == [(starts, ends)]:
        words = _("%(place)s: nobody from %(from)s to %(until)s")
        return [Line(desk, words % {"place": desk.label, "from": moment(starts), "until": moment(ends)})]
    by_hours: dict[tuple[str, bool], list[Stretch]] = defaultdict(list)
    for gap in gaps:
        is_long = (gap.ends - gap.starts).total_seconds() > 86_400
        by_hours[f"{gap.starts} {gap.ends}" if is_long else clock(gap), is_long].append(gap)
    return [_gap_line(desk, found, is_long) for (_hours, is_long), found in by_hours.items()]


def _gap_line(desk: RosterDesk, found: Sequence[Stretch], is_long: bool) -> Line:
    first = found[0]
    if is_long:
        words = _("%(place)s: nobody from %(from)s to %(until)s")
        return Line(
            desk,
            words % {"place": desk.label, "from": moment(first.starts), "until": moment(first.ends)},
            ((day(first.starts.date()), first.starts.date()),),
        )
    words = _("%(place)s: nobody %(hours)s") % {"place": desk.label, "hours": clock(first)}
    return Line(desk, words, tuple((day(gap.starts.date()), gap.starts.date()) for gap in found))


def double_lines(found: Iterable[DoubleBooking], roster: Roster) -> list[Line]:
    """One line for each officer and pair of places."""
    groups: dict[tuple[int, RosterDesk, RosterDesk, str], list[DoubleBooking]] = defaultdict(list)
    for one in found:
        groups[one.officer_id, *one.desks, clock(one)].append(one)
    return [
        Line(
            desk,
            _("%(officer)s is on two turns, %(place)s and %(other)s: %(hours)s")
            % {
                "officer": roster.officers[officer_id].label,
                "place": desk.label,
                "other": _beside(other, desk),
                "hours": hours,
            },
            tuple((day(one.starts.date()), one.starts.date()) for one in bookings),
        )
        for (officer_id, desk, other, hours), bookings in groups.items()
    ]


def _beside(other: RosterDesk, desk: RosterDesk) -> str:
    """'Control room'; of another district with its name."""
    is_near = other.block_id or (other.state_id, other.district_id) == (desk.state_id, desk.district_id)
    return other.label if is_near else f"{other.label}, {other.area.label}"


def clock(span: Stretch | DoubleBooking) -> str:
    """'22:00-06:00', or that it is a day from midnight to midnight."""
    if span.starts.time() == time() and span.ends - span.starts == DAY:
        return _("all day")
    return f"{span.starts:%H:%M}–{span.ends:%H:%M}"


def day(on: date) -> str:
    """'Mon 23-11', in the reader's language."""
    return f"{WEEKDAYS_ABBR[on.weekday()]} {on:%d-%m}"


def moment(at: datetime) -> str:
    """'Mon 23-11 06:00'."""
    return f"{day(at.date())} {at:%H:%M}"


def shift_words(row: Hours) -> str:
    """'Mon, Tue 06:00-14:00', with its dates where it has an end."""
    days, hours = in_words(row.weekdays), f"{row.starts:%H:%M}–{row.ends:%H:%M}"
    stand_in = ", " + _("stand-in") if row.is_stand_in else ""
    if row.until_date is None:
        return _("%(days)s %(hours)s, from %(from)s on") % {
            "days": days,
            "hours": hours,
            "from": f"{row.from_date:%d-%m-%Y}",
        } + (stand_in)
    return _("%(days)s %(hours)s, %(from)s to %(until)s") % {
        "days": days,
        "hours": hours,
        "from": f"{row.from_date:%d-%m-%Y}",
        "until": f"{row.until_date:%d-%m-%Y}",
    } + (stand_in)
