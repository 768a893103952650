"""Changing the roster: officers put on turns and taken off, a week copied; every row keeps its history."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from districts.duty import Hours
from districts.models import Officer, Posting, Role, Shift
from districts.models.people import EVERY_DAY
from districts.roster import DAY, RosterDesk, Turn, hours_of

WEEK = timedelta(days=7)
FAR = timedelta(days=3650)


class RosterRefused(Exception):
    """The change would do something else than was meant; the message says what, in the reader's language."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days a change is for; without a last day, from then on."""

    first: date
    last: date | None = None

    def days(self) -> list[date]:
        """Each of them; of an open span its first week and one far day."""
        if self.last is None:
            return [self.first + timedelta(days=n) for n in range(7)] + [self.first + FAR]
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


@dataclass(frozen=True, slots=True)
class Copied:
    """What copying a week does to one officer at one desk."""

    posting: Posting
    before: tuple[Hours, ...]
    after: tuple[Hours, ...]
    is_new: bool = False
    is_removed: bool = False


def assign(
    desk: RosterDesk, officer: Officer, turns: Iterable[Turn], weekdays: int, span: Span, *, is_stand_in: bool
) -> Posting:
    """Put the officer on these turns; who is not posted there gets a posting as stand-in for that time.

    One change of an officer at a time: two at once would each find no posting and make one.
    """
    with transaction.atomic():
        _lock([officer.pk])
        posting = _posting_at(desk, officer, span)
        is_guest = posting is None
        posting = posting or guest(desk, officer, span)
        for turn in turns:
            _cut_all(posting, turn, weekdays, span)
            row = Hours(weekdays, turn.starts, turn.ends, is_stand_in, span.first, span.last)
            rows = through_the_night(row) if is_guest else [row]
            _keep_until(posting, rows)
            _add(posting, rows)
    return posting


def _lock(officers: Iterable[int]) -> None:
    """By the officers' rows, in the order of their keys; what merely names an officer need not wait."""
    list(Officer.objects.select_for_update(no_key=True).filter(pk__in=officers).order_by("pk").values_list("pk"))


def take_off(posting: Posting, shift: Shift, span: Span) -> None:
    """Take a shift out of these days. A posting left without any shift would be on duty round the clock: it ends."""
    with transaction.atomic():
        had = _hours(posting)
        _put(shift, cut(hours_of(shift), shift.weekdays, span))
        bare = _bare_days(posting, had, _hours(posting), span)
        if not bare:
            return
        is_last = (
            len(bare) == len(_in_force(posting, span)) if span.last is None else _ends_by(posting, span.last + DAY)
        )
        if is_last:
            end(posting, span.first - DAY)
        else:
            raise RosterRefused(
                _("%(officer)s would be left without any turn and so on duty round the clock. Enter leave instead.")
                % {"officer": posting.officer.label}
            )


def end(posting: Posting, last: date) -> None:
    """Let a posting end with that day, its last night turn included; one that had not begun goes altogether."""
    if posting.starts_on > last:
        posting.delete()
        return
    posting.ends_on = last
    for shift in Shift.objects.filter(posting=posting):
        if shift.from_date > last:
            shift.delete()
            continue
        until = last if shift.until_date is None else min(last, shift.until_date)
        rows = through_the_night(replace(hours_of(shift), until_date=until))
        _keep_until(posting, rows, save=False)
        _put(shift, rows)
    posting.save()


def copy_of_last_week(desks: Iterable[RosterDesk], days: Span) -> list[Copied]:
    """What would change if these days of a week became like those of the week before; nothing where they are."""
    last = days.last or days.first
    found = []
    for desk in desks:
        near = Posting.objects.filter(desk.wanted(), starts_on__lte=last, officer__is_active=True)
        near = near.exclude(ends_on__lt=days.first - WEEK).select_related("officer").prefetch_related("shifts")
        rows = list(near.order_by("pk"))
        found += [one for posting in rows if (one := _copied(posting, (days.first, last), rows))]
    return found


def copy_last_week(desks: Iterable[RosterDesk], days: Span) -> list[Copied]:
    """Do it; what was done. Two at once would each post the same stand-ins: see `assign`."""
    desks = list(desks)
    with transaction.atomic():
        _lock({change.posting.officer_id for change in copy_of_last_week(desks, days)})
        changes = copy_of_last_week(desks, days)
        for change in changes:
            _copy(change, days)
    return changes


def through_the_night(row: Hours) -> list[Hours]:
    """The row with its last night turn held to its end: a posting that ends with it needs a shift that holds the
    morning after, or it would be on duty round the clock then; that morning's own turn must not begin."""
    last = row.until_date
    if last is None or row.ends > row.starts or not row.starts_on(last):
        return [row]
    after = 1 << (last + DAY).weekday()
    held = replace(row, weekdays=row.weekdays & ~after, until_date=last + DAY)
    return [held, *([replace(row, weekdays=after)] if row.weekdays & after else [])]


def cut(row: Hours, weekdays: int, span: Span) -> list[Hours]:
    """What is left of a shift when these weekdays are taken out of these days."""
    last = span.last or date.max
    until = row.until_date or date.max
    if not row.weekdays & weekdays or row.from_date > last or until < span.first:
        return [row]
    left = []
    if row.from_date < span.first:
        left.append(replace(row, until_date=span.first - DAY))
    if rest := row.weekdays & ~weekdays:
        inside = min(until, last)
        open_end = inside == date.max
        first = max(row.from_date, span.first)
        left.append(replace(row, weekdays=rest, from_date=first, until_date=None if open_end else inside))
    if until > last:
        left.append(replace(row, from_date=last + DAY))
    return left


def _posting_at(desk: RosterDesk, officer: Officer, span: Span) -> Posting | None:
    """The officer's own posting there that holds on all of the days, the primary first."""
    held = Posting.objects.filter(desk.wanted(), officer=officer, starts_on__lte=span.first).order_by(
        "is_stand_in", "pk"
    )
    return next((one for one in held.select_for_update() if one.ends_on is None or _holds(one, span)), None)


def _holds(posting: Posting, span: Span) -> bool:
    return span.last is not None and posting.ends_on is not None and posting.ends_on >= span.last


def guest(desk: RosterDesk, officer: Officer, span: Span) -> Posting:
    """A posting as stand-in for these days."""
    block = None if desk.role == Role.DOCTOR else desk.block_id
    return Posting.objects.create(
        officer=officer,
        role=desk.role,
        state_id=desk.state_id,
        district_id=desk.district_id,
        block_id=block,
        is_stand_in=True,
        starts_on=span.first,
        ends_on=span.last,
    )


def _keep_until(posting: Posting, rows: Sequence[Hours], *, save: bool = True) -> None:
    """A posting lasts as long as its last night turn."""
    latest = max((row.until_date for row in rows if row.until_date), default=None)
    if posting.ends_on and latest and posting.ends_on < latest:
        posting.ends_on = latest
        if save:
            posting.save()


def _add(posting: Posting, rows: Iterable[Hours]) -> None:
    for row in rows:
        Shift.objects.create(posting=posting, **_fields(row))


def _fields(row: Hours) -> dict[str, object]:
    names = ("weekdays", "starts", "ends", "is_stand_in", "from_date", "until_date")
    return dict(zip(names, astuple(row), strict=True))


def _put(shift: Shift, rows: Sequence[Hours]) -> None:
    """The rows in place of a shift; the first of them keeps its history."""
    if rows == [hours_of(shift)]:
        return
    if not rows:
        shift.delete()
        return
    for name, value in _fields(rows[0]).items():
        setattr(shift, name, value)
    shift.save()
    _add(shift.posting, rows[1:])


def _cut_all(posting: Posting, turn: Turn | None, weekdays: int, span: Span) -> None:
    """Take the weekdays out of every shift of the posting with the turn's hours; without a turn, of every shift."""
    for shift in Shift.objects.filter(posting=posting):
        if turn is None or (shift.starts, shift.ends) == (turn.starts, turn.ends):
            _put(shift, cut(hours_of(shift), weekdays, span))


def _hours(posting: Posting) -> list[Hours]:
    return [hours_of(shift) for shift in Shift.objects.filter(posting=posting)]


def _in_force(posting: Posting, span: Span) -> list[date]:
    days = [day for day in span.days() if day >= posting.starts_on]
    return [day for day in days if posting.ends_on is None or day <= posting.ends_on]


def _bare_days(posting: Posting, had: Sequence[Hours], has: Sequence[Hours], span: Span) -> list[date]:
    """Days on which a shift held and none holds any more."""
    return [
        day
        for day in _in_force(posting, span)
        if any(row.holds_on(day) for row in had) and not any(row.holds_on(day) for row in has)
    ]


def _ends_by(posting: Posting, day: date) -> bool:
    return posting.ends_on is not None and posting.ends_on <= day


_Days = tuple[date, date]


def _week(posting: Posting, days: _Days) -> tuple[Hours, ...]:
    """The posting's shifts as far as they hold on these days, in an order of their own."""
    first, last = days
    rows = [hours_of(shift) for shift in posting.shifts.all()]
    held = [
        replace(row, from_date=max(row.from_date, first), until_date=min(row.until_date or last, last))
        for row in rows
        if row.from_date <= last and (row.until_date is None or row.until_date >= first)
    ]
    return tuple(sorted(held, key=astuple))


def _effect(rows: Iterable[Hours], first: date) -> tuple[set[tuple[int, time, time, bool]], set[int]]:
    """What rows mean, however they are written: the turns that begin, and the days that have hours."""
    days = [(n, first + timedelta(days=n)) for n in range(7)]
    rows = list(rows)
    begin = {(n, row.starts, row.ends, row.is_stand_in) for n, day in days for row in rows if row.starts_on(day)}
    return begin, {n for n, day in days if any(row.holds_on(day) for row in rows)}


def _is_guest(posting: Posting, days: _Days) -> bool:
    """A stand-in for (part of) the week that ends with these days, its last night included."""
    last = days[1]
    return posting.is_stand_in and last - 6 * DAY <= posting.starts_on <= last and _ends_by(posting, last + DAY)


def _before(days: _Days) -> _Days:
    return days[0] - WEEK, days[1] - WEEK


def _copied(posting: Posting, days: _Days, others: Sequence[Posting]) -> Copied | None:
    """What becomes of one posting: None where nothing changes."""
    first, last = days
    now, then = _week(posting, days), _moved(_week(posting, _before(days)))
    if _is_guest(posting, _before(days)):
        new = bool(_effect(then, first)[0]) and not _has_twin(posting, _before(days), days, others)
        return Copied(posting, (), then, is_new=True) if new else None
    if _is_guest(posting, days):
        gone = bool(_effect(now, first)[0]) and not _has_twin(posting, days, _before(days), others)
        return Copied(posting, now, (), is_removed=True) if gone else None
    stays = posting.starts_on <= first - WEEK and (posting.ends_on is None or posting.ends_on >= last)
    return Copied(posting, now, then) if stays and _effect(now, first) != _effect(then, first) else None


def _has_twin(guest: Posting, own: _Days, others_days: _Days, others: Iterable[Posting]) -> bool:
    """Whether the same officer stands in on the same turns in the other week."""
    turns = _effect(_week(guest, own), own[0])[0]
    return any(
        _is_guest(one, others_days)
        and one.officer_id == guest.officer_id
        and _effect(_week(one, others_days), others_days[0])[0] == turns
        for one in others
    )


def _moved(rows: Iterable[Hours]) -> tuple[Hours, ...]:
    """The same a week later."""
    return tuple(
        replace(row, from_date=row.from_date + WEEK, until_date=row.until_date and row.until_date + WEEK)
        for row in rows
    )


def _copy(change: Copied, days: Span) -> None:
    if change.is_removed:
        end(change.posting, days.first - DAY)
    elif change.is_new:
        guest = _guest_moved(change.posting, days.first)
        # Whole rows, not those of the week: one of them holds the morning after the last night.
        moved = _moved(hours_of(shift) for shift in change.posting.shifts.all())
        _add(guest, [replace(row, from_date=max(row.from_date, days.first)) for row in moved])
    else:
        _cut_all(change.posting, None, EVERY_DAY, days)
        _add(change.posting, change.after)


def _guest_moved(posting: Posting, first: date) -> Posting:
    return Posting.objects.create(
        officer=posting.officer,
        role=posting.role,
        state_id=posting.state_id,
        district_id=posting.district_id,
        block_id=posting.block_id,
        needs=posting.needs,
        is_stand_in=True,
        starts_on=max(posting.starts_on + WEEK, first),
        ends_on=posting.ends_on and posting.ends_on + WEEK,
    )
