"""Journey 6, the handles' days: each night the messages of the days before are counted, so that pages read days.

A message may come late, and so may its reply: the last week is counted anew every night, and what a day says then is
kept. A reply after more than a week is only told when all days are counted anew (`manage.py rebuild_figures`).
"""

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from cases.models import HandleDay
from cases.reports import histogram
from cases.reports.handles import DAY, beginning_of, waits
from cases.reports.histogram import Histogram

AGAIN = timedelta(days=7)


def count_last_days(at: datetime) -> int:
    """Count the last seven days anew, and any older that nobody has counted; how many handles' days."""
    today = timezone.localdate(at)
    return _count(Q(on__gte=today - AGAIN) | Q(received=None), today)


def count_all_days(at: datetime) -> int:
    """Count every past day anew; how many handles' days."""
    return _count(Q(), timezone.localdate(at))


def _count(chosen: Q, today: date) -> int:
    """Day by day, so that memory does not grow with history; today is not over, and is read as it stands."""
    days = HandleDay.objects.filter(chosen, on__lt=today).order_by("on").values_list("on", flat=True).distinct()
    return sum(_count_day(day) for day in list(days))


def _count_day(day: date) -> int:
    """All handles of a day: three queries. Twice gives the same."""
    rows = list(HandleDay.objects.filter(on=day).only("pk", "handle_id"))
    start = beginning_of(day)
    received: defaultdict[int, int] = defaultdict(int)
    delays: defaultdict[int, Histogram] = defaultdict(dict)
    handle_ids = [row.handle_id for row in rows]
    for handle_id, minutes, count in waits(Q(handle__in=handle_ids, posted_at__gte=start, posted_at__lt=start + DAY)):
        received[handle_id] += count
        if minutes is not None:
            histogram.add(delays[handle_id], {histogram.step(float(minutes)): count})
    for row in rows:
        row.received, row.delays = received[row.handle_id], delays[row.handle_id]
    HandleDay.objects.bulk_update(rows, ["received", "delays"], batch_size=200)
    return len(rows)
