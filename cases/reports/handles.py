"""Journey 6, the handles' own figures: what we posted, who follows, what came to us and how soon we answered on X.

The catalogue (`MEASURES`) is used by page, files and API alike; the other catalogue counts cases, this one messages. A
message counts by `Message.posted_at`, its reply by `Notice.sent_at`; minutes are known as well as all minutes here are
(`histogram`).

What came and how soon it was answered is read by whole days, as the night before counted them (`counted_days`); only
today, the edges of a period within a day, and days not counted yet are read from the messages themselves.

X tells only how an account stands now, so that posts and followers are known from day to day (`HandleDay`), not within
one: `since` and `until` say between which days they were counted.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import (
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Channel, Handle, HandleDay, Message, Notice
from cases.reports import histogram
from cases.reports.figures import COUNT, MINUTES
from cases.reports.histogram import Histogram
from cases.reports.periods import Period
from cases.reports.scopes import Scope

DAY = timedelta(days=1)
Stretch = tuple[datetime, datetime]


@dataclass(slots=True)
class HandleFigures:
    """One handle's figures of a period; None where nothing is known."""

    handle: Handle
    posts: int | None = None
    gained: int | None = None
    followers: int | None = None
    since: date | None = None
    until: date | None = None
    received: int = 0
    delays: Histogram = field(default_factory=dict)

    @property
    def answered(self) -> int:
        """How many of the received got a reply on X."""
        return histogram.size(self.delays)

    @property
    def median(self) -> float | None:
        """Half of the answered waited at most so many minutes."""
        return histogram.median(self.delays)

    @property
    def p90(self) -> float | None:
        """Nine of ten of the answered waited at most so many minutes."""
        return histogram.p90(self.delays)


@dataclass(frozen=True, slots=True)
class HandleMeasure:
    """One figure of a handle: its name in files and the API, label, unit, how it is read, what it counts."""

    name: str
    label: Promise
    unit: str
    of: Callable[[HandleFigures], float | None]
    meaning: Promise


MEASURES = (
    HandleMeasure(
        "followers", _("Followers"), COUNT, lambda one: one.followers,
        _("How many follow, as X told it on the last day of the period."),
    ),
    HandleMeasure(
        "gained", _("Followers gained"), COUNT, lambda one: one.gained,
        _("Followers at the end less followers at the beginning; a loss is below nought."),
    ),
    HandleMeasure(
        "posts", _("Our posts"), COUNT, lambda one: one.posts,
        _("What the account wrote between two days' beginnings, through us or by hand: X's own count."),
    ),
    HandleMeasure(
        "received", _("Messages received"), COUNT, lambda one: one.received,
        _("Messages posted to the handle on X in the period, whatever became of them."),
    ),
    HandleMeasure(
        "answered", _("Answered on X"), COUNT, lambda one: one.answered,
        _("Of the messages received: those that got a reply on X from us."),
    ),
    HandleMeasure(
        "median", _("To our reply on X, median"), MINUTES, lambda one: one.median,
        _("Half of the answered waited at most so long from their post to our first reply on X."),
    ),
    HandleMeasure(
        "p90", _("To our reply on X, 9 of 10"), MINUTES, lambda one: one.p90,
        _("Nine of ten of the answered waited at most so long from their post to our first reply on X."),
    ),
)  # fmt: skip


def of_scope(scope: Scope) -> QuerySet[Handle]:
    """The handles whose own place this is or lies in it; a block has none."""
    inside = {"": Q(), "s": Q(state=scope.area), "d": Q(district=scope.area)}.get(scope.level)
    handles = Handle.objects.none() if inside is None else Handle.objects.filter(inside, is_active=True)
    return handles.select_related("state", "district").order_by("username")


def figures(scope: Scope, period: Period) -> list[HandleFigures]:
    """The figures of each handle of the place, by name; four queries, however many handles and days there are."""
    found = {handle.pk: HandleFigures(handle) for handle in _with_days(of_scope(scope), period)}
    if not found:
        return []
    _add_days(found.values())
    counted = _add_counted(found, period)
    for handle_id, minutes, count in waits(_uncounted(counted, period)):
        _add_wait(found[handle_id], minutes, count)
    return list(found.values())


def _add_counted(found: dict[int, HandleFigures], period: Period) -> dict[int, set[date]]:
    """Add the whole days that are counted; which those are, of each handle."""
    counted: dict[int, set[date]] = {handle_id: set() for handle_id in found}
    sums: dict[int, Counter[str]] = {handle_id: Counter() for handle_id in found}
    for handle_id, on, received, delays in counted_days(list(found), period):
        counted[handle_id].add(on)
        found[handle_id].received += received or 0
        total = sums[handle_id]
        for step, count in delays.items():  # a state's year has some 500,000: text becomes a number once, at the end
            total[step] += count
    for handle_id, total in sums.items():
        histogram.add(found[handle_id].delays, total)
    return counted


def counted_days(handle_ids: list[int], period: Period) -> QuerySet[HandleDay, tuple[int, date, int | None, Any]]:
    """The whole days in the period whose messages are counted: (handle, day, received, delays)."""
    first, end = _whole_days(period)
    days = HandleDay.objects.filter(handle__in=handle_ids, on__gte=first, on__lt=end, received__isnull=False)
    return days.values_list("handle", "on", "received", "delays")


def _whole_days(period: Period) -> tuple[date, date]:
    """The first day that lies wholly in the period, and the day after the last such."""
    first = timezone.localdate(period.start)
    return first if beginning_of(first) == period.start else first + DAY, timezone.localdate(period.end)


def _uncounted(counted: dict[int, set[date]], period: Period) -> Q:
    """The messages to read: those of each handle in the stretches of the period that no counted day tells."""
    by_days: dict[frozenset[date], list[int]] = defaultdict(list)  # nearly always all handles have the same days
    for handle_id, days in counted.items():
        by_days[frozenset(days)].append(handle_id)
    chosen = Q(pk__in=[])
    for known, handle_ids in by_days.items():
        for start, end in _gaps(known, period):
            chosen |= Q(handle__in=handle_ids, posted_at__gte=start, posted_at__lt=end)
    return chosen


def _gaps(days: Iterable[date], period: Period) -> list[Stretch]:
    """What is left of the period without these days."""
    found: list[Stretch] = []
    moment = period.start
    for day in sorted(days):
        if moment < (start := beginning_of(day)):
            found.append((moment, start))
        moment = start + DAY
    return [*found, (moment, period.end)] if moment < period.end else found


def beginning_of(day: date) -> datetime:
    """The midnight (Asia/Kolkata) at which it begins; there is no summer time."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _add_wait(to: HandleFigures, minutes: int | None, count: int) -> None:
    to.received += count
    if minutes is not None:
        histogram.add(to.delays, {histogram.step(float(minutes)): count})


def _with_days(handles: QuerySet[Handle], period: Period) -> QuerySet[Handle]:
    """Each handle with the rows of `HandleDay` nearest to the two ends of the period."""
    first, last = timezone.localdate(period.start), timezone.localdate(period.end)
    days = HandleDay.objects.filter(handle=OuterRef("pk"), on__lte=last)
    before = days.filter(on__lte=first).order_by("-on").values("pk")[:1]
    after = days.filter(on__gt=first).order_by("on").values("pk")[:1]
    return handles.annotate(
        first_day=Coalesce(Subquery(before), Subquery(after)), last_day=Subquery(days.order_by("-on").values("pk")[:1])
    )


def _add_days(found: Iterable[HandleFigures]) -> None:
    known = list(found)
    ends = {one.handle.pk: _ends(one.handle) for one in known}
    days = HandleDay.objects.in_bulk([day for pair in ends.values() for day in pair if day])
    for one in known:
        first, last = (days.get(day) for day in ends[one.handle.pk])
        if last is not None:
            one.followers, one.until = last.followers, last.on
        if first is not None and last is not None and first.on < last.on:
            one.since = first.on
            one.gained = last.followers - first.followers
            one.posts = max(last.posts - first.posts, 0)  # X counts deleted posts no longer


def _ends(handle: Any) -> tuple[int | None, int | None]:
    return handle.first_day, handle.last_day


class _Minutes(Func):
    """The whole minutes of a length of time."""

    output_field = IntegerField()
    template = "FLOOR(EXTRACT(EPOCH FROM %(expressions)s) / 60)"

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """SQLite holds a length of time in microseconds."""
        return self.as_sql(compiler, connection, template="(%(expressions)s) / 60000000", **more)


def waits(chosen: Q) -> QuerySet[Message, tuple[int, int | None, int]]:
    """Of these messages on X: (handle, minutes to the first reply on X or None, how many messages): summed by the
    database, which reads the messages by handle and time, and the replies to each."""
    replies = Notice.objects.filter(message=OuterRef("pk"), channel=Channel.X_REPLY, state=Notice.State.SENT)
    first = Subquery(replies.order_by("sent_at").values("sent_at")[:1])
    posted = Message.objects.filter(chosen, channel=Message.Channel.X)
    waited = posted.annotate(minutes=_Minutes(ExpressionWrapper(first - F("posted_at"), DurationField())))
    return waited.order_by().values_list("handle", "minutes").annotate(Count("pk"))
