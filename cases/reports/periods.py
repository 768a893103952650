"""Which time figures are asked for: today, since the last review, the last 24 hours or 7 days, or days from to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Figure, ReviewTime

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Hours answer what happened since the last review or in the last days; older ones are told by days.
HOURS_KEPT = timedelta(days=8)
TODAY, REVIEW, DAY_LONG, WEEK, RANGE = "today", "review", "24h", "7d", "range"
LABELS: dict[str, Promise] = {
    TODAY: _("Today"),
    REVIEW: _("Since the last review"),
    DAY_LONG: _("Last 24 hours"),
    WEEK: _("Last 7 days"),
    RANGE: _("From … to …"),
}
COMPARED: dict[str, Promise] = {
    TODAY: _("“Before” is yesterday until the same hour."),
    REVIEW: _("“Before” is as long a time before that review."),
    DAY_LONG: _("“Before” is as long a time before."),
    WEEK: _("“Before” is the week before."),
    RANGE: _("“Before” is as many days before."),
}
_SHIFTS = {TODAY: DAY, WEEK: 7 * DAY}
_BY_HOUR, _BY_DAY = 3 * DAY, 100 * DAY
_THIRDS, _APRIL = (1, 11, 21), 4
_PAST_MONTH, _PAST_QUARTER = 32 * DAY, 95 * DAY  # from a month's first day into another month
Grain = Figure.Grain
_WIDEST_FIRST = (Grain.YEAR.value, Grain.QUARTER.value, Grain.MONTH.value, Grain.THIRD.value, Grain.DAY.value)


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` up to `end`, which is not in it; one that runs on ends at `at`, the moment it is asked."""

    name: str
    start: datetime
    end: datetime
    runs: bool = True

    @property
    def label(self) -> Promise:
        """What it is called."""
        return LABELS[self.name]

    @property
    def compared(self) -> Promise:
        """What "before" means beside its figures."""
        return COMPARED[self.name]

    @property
    def last_day(self) -> date:
        """The last day that is in it."""
        return timezone.localdate(self.end - timedelta(microseconds=1))

    @property
    def params(self) -> dict[str, str]:
        """What asks for it again; a range by its days, both in it."""
        if self.name != RANGE:
            return {"period": self.name}
        first = timezone.localdate(self.start)
        return {"period": RANGE, "from": f"{first:%d-%m-%Y}", "to": f"{self.last_day:%d-%m-%Y}"}

    @property
    def before(self) -> "Period":
        """As long a time before it: today is compared with yesterday until the same hour, 7 days with the week before.
        A range is compared with as many whole days: they are told by days, and hours of long ago would have to be read
        from the cases."""
        if shift := _SHIFTS.get(self.name):
            return Period(self.name, self.start - shift, self.end - shift, runs=False)
        length = max(self.end - self.start, HOUR)
        if self.name == RANGE and self.start == day_of(self.start):
            length = -(-length // DAY) * DAY
        return Period(self.name, self.start - length, self.start, runs=False)

    def between(self, column: str) -> dict[str, str]:
        """The parameters of `CaseFilter` that find what happened in it by a clock ("opened", "resolved" ...)."""
        found = {f"{column}_after": _written(self.start)}
        return found if self.runs else found | {f"{column}_before": _written(self.end)}

    @property
    def grain(self) -> str:
        """What a bar of its chart is: an hour where it is short and hours are kept, else a day, or a month where days
        would be too many to look at."""
        length = self.end - self.start
        if length <= _BY_HOUR and self.start >= hours_from(timezone.now()):
            return Grain.HOUR.value
        return Grain.DAY.value if length <= _BY_DAY else Grain.MONTH.value

    @property
    def ticks(self) -> list[datetime]:
        """When the bars begin, in the middle of which it may begin itself; its end after the last."""
        grain, moment = self.grain, floor(self.start, self.grain)
        found = [moment]
        while moment < self.end:
            moment = following(moment, grain)
            found.append(moment)
        return found


def period_from(name: str, at: datetime, first: date | None = None, last: date | None = None) -> Period:
    """The period of this name at this moment; `first` and `last` (both in it) are the days of a range."""
    midnight = day_of(at)
    if name == RANGE and first and last:
        end = _start_of(last) + DAY
        return Period(RANGE, _start_of(first), min(end, at), runs=end > at)
    if name == REVIEW:
        return Period(REVIEW, last_review(at), at)
    if name == DAY_LONG:
        return Period(DAY_LONG, hour_of(at) - DAY, at)
    if name == WEEK:
        return Period(WEEK, midnight - 6 * DAY, at)
    return Period(TODAY, midnight, at)


def last_review(at: datetime) -> datetime:
    """When the last review was to be held: the times of reviews are data; without any, midnight."""
    times = list(ReviewTime.objects.filter(is_active=True).values_list("at", flat=True))
    today = timezone.localdate(at)
    moments = [_at(day, of_day) for day in (today, today - DAY) for of_day in times]
    return max((moment for moment in moments if moment < at), default=day_of(at))


def floor(moment: datetime, grain: str) -> datetime:
    """When the hour, day, third of a month (it begins on the 1st, 11th and 21st), month, quarter or financial year (on
    the 1st of April) began in which the moment lies (Asia/Kolkata)."""
    if grain == Grain.HOUR:
        return hour_of(moment)
    day = day_of(moment)
    if grain == Grain.DAY:
        return day
    if grain == Grain.THIRD:
        return day.replace(day=max(first for first in _THIRDS if first <= day.day))
    month = day.replace(day=1)
    if grain == Grain.YEAR:
        return month.replace(year=month.year - (month.month < _APRIL), month=_APRIL)
    return month.replace(month=(month.month - 1) // 3 * 3 + 1) if grain == Grain.QUARTER else month


def following(start: datetime, grain: str) -> datetime:
    """When the next one begins."""
    if grain == Grain.HOUR:
        return start + HOUR
    if grain == Grain.DAY:
        return start + DAY
    if grain == Grain.THIRD and start.day < _THIRDS[-1]:
        return start + 10 * DAY
    if grain == Grain.YEAR:
        return start.replace(year=start.year + 1)
    return (start.replace(day=1) + (_PAST_QUARTER if grain == Grain.QUARTER else _PAST_MONTH)).replace(day=1)


def hours_from(at: datetime) -> datetime:
    """From which midnight on there are figures by the hour."""
    return day_of(at - HOURS_KEPT)


def hour_of(moment: datetime) -> datetime:
    """The hour it lies in (Asia/Kolkata)."""
    return timezone.localtime(moment).replace(minute=0, second=0, microsecond=0)


Stretch = tuple[str, datetime, datetime]
EDGE = ""  # read from the cases themselves: shorter than an hour, or so long ago that no hours are kept


def reach(period: Period, now: datetime) -> datetime:
    """Up to when a period is read. One that runs takes the year that is not over, the rest of which is to come; read on
    a later day than it was asked for, its own last day and no more."""
    if not period.runs:
        return timezone.localtime(period.end)
    if day_of(period.end) < day_of(now):
        return day_of(period.end) + DAY
    return following(floor(period.end, Grain.YEAR), Grain.YEAR)


def stretches(period: Period, now: datetime) -> Iterator[Stretch]:
    """The period, as it is read at this moment, as few stretches of years, quarters, months, thirds, days and hours
    (as far back as they are kept), and edges that none of them fits: (grain, from, to)."""
    moment, end, kept_from = timezone.localtime(period.start), reach(period, now), hours_from(now)
    while moment < end:
        grain, until = _longest(moment, end, kept_from)
        yield grain, moment, until
        moment = until


def summed(period: Period, now: datetime) -> tuple[list[Stretch], list[Stretch]]:
    """The cells that make up the period, without its edges: those to be added up, and days to be taken off again. Of a
    third of a month that is nearly whole it takes fewer cells to leave days out than to put days together."""
    added: list[Stretch] = []
    taken: list[Stretch] = []
    for grain, start, end in joined(stretches(period, now)):
        if grain == Grain.DAY:
            for days in _thirds_of(start, end):
                one, others = _in_a_third(*days, day_of(now) + DAY)
                added.append(one)
                taken += others
        elif grain != EDGE:
            added.append((grain, start, end))
    return added, taken


def _thirds_of(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Days parted where a third of a month begins."""
    while start < end:
        until = min(following(floor(start, Grain.THIRD), Grain.THIRD), end)
        yield start, until
        start = until


def _in_a_third(start: datetime, end: datetime, to_come: datetime) -> tuple[Stretch, list[Stretch]]:
    """Days of one third: as they are, or as the third and the others of its days, whichever is fewer cells; of the days
    `to_come` there are none."""
    first = floor(start, Grain.THIRD)
    last = following(first, Grain.THIRD)
    outside = start - first + max(min(last, to_come) - end, timedelta())
    if min(end, to_come) - start <= DAY + outside:
        return (Grain.DAY.value, start, end), []
    others = [(Grain.DAY.value, *pair) for pair in ((first, start), (end, last)) if pair[0] < pair[1]]
    return (Grain.THIRD.value, first, last), others


def joined(found: Iterator[Stretch]) -> list[Stretch]:
    """Neighbours of one grain as one stretch."""
    kept: list[Stretch] = []
    for grain, start, end in found:
        if kept and kept[-1][0] == grain:
            kept[-1] = (grain, kept[-1][1], end)
        else:
            kept.append((grain, start, end))
    return kept


def _longest(moment: datetime, end: datetime, kept_from: datetime) -> tuple[str, datetime]:
    """The grain that fits best at this moment, and until when."""
    midnight = day_of(moment)
    if moment == midnight:
        for grain in _WIDEST_FIRST:
            if moment == floor(moment, grain) and (after := following(moment, grain)) <= end:
                return grain, after
    if moment < kept_from:
        return EDGE, min(end, midnight + DAY)
    hour = hour_of(moment)
    if moment == hour and hour + HOUR <= end:
        return Grain.HOUR.value, hour + HOUR
    return EDGE, min(end, hour + HOUR)


def day_of(moment: datetime) -> datetime:
    """When the day began in which it lies (Asia/Kolkata)."""
    return timezone.localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)


def _start_of(day: date) -> datetime:
    return _at(day, time.min)


def _at(day: date, of_day: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, of_day))


def _written(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return local.date().isoformat() if local.time() == time.min else local.isoformat()
