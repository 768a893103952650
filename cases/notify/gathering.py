"""Journey 5: many notices for one officer become one, and a burst is held back until it can be gathered.

Never what is critical, never what waits on the desk: there each has its own line.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet
from django.urls import reverse

from cases.models import Notice, ReplyTemplate, Setting
from cases.notify.superseding import superseded
from cases.telling import Key
from cases.workflow import RANK

State = Notice.State
GATHERED = (Key.TO_ASSIGNED, Key.TO_WARNED, Key.TO_ESCALATED, Key.TO_LOST, Key.TO_FEEDBACK)
WINDOW = timedelta(minutes=10)
_LONGEST_WAIT = timedelta(hours=24)
_URGENCY = {rank: urgency for urgency, rank in RANK.items()}


def limit() -> int:
    """From how many on notices become one; also how many an officer hears singly in ten minutes."""
    value = Setting.objects.values_list("value", flat=True).get(key=Setting.Key.DIGEST_FROM)
    return max(round(value), 2)


def private(channel: str, at: datetime) -> QuerySet[Notice]:
    """Queued notices of a channel that are due, the gravest first; from the partial index."""
    queued = Notice.objects.filter(state=State.QUEUED, handle=None, channel=channel, next_try_at__lte=at)
    return queued.order_by("rank", "next_try_at", "pk")


def gather(channel: str, at: datetime, many: int) -> int:
    """Make one digest for each officer for whom so many wait; returns how many digests there are now."""
    waiting = _waiting(channel, at).order_by().values("officer").annotate(count=Count("pk")).filter(count__gte=many)
    return sum(_digest(officer_id, channel, at, many) for officer_id in waiting.values_list("officer", flat=True))


def held_back(notice: Notice, at: datetime, many: int) -> bool:
    """Whether the officer heard enough for now: then all that is not critical waits for the end of the ten minutes."""
    if notice.rank == 0 or notice.template not in GATHERED or notice.officer_id is None:
        return False
    heard = Notice.objects.filter(
        officer=notice.officer_id,
        created_at__gte=at - _LONGEST_WAIT,
        channel=notice.channel,
        state=State.SENT,
        sent_at__gt=at - WINDOW,
        rank__gt=0,
    )
    times = sorted(heard.values_list("sent_at", flat=True), key=lambda when: when or at)
    if len(times) < many:
        return False
    until = (times[-many] or at) + WINDOW
    _waiting(notice.channel, at).order_by().filter(officer=notice.officer_id).update(next_try_at=until)
    return True


def _waiting(channel: str, at: datetime) -> QuerySet[Notice]:
    return private(channel, at).filter(rank__gt=0, officer__isnull=False, template__in=GATHERED)


@transaction.atomic
def _digest(officer_id: int, channel: str, at: datetime, many: int) -> int:
    """Another worker may be at the same: only what is still queued once it is locked is told by this one."""
    own = _waiting(channel, at).filter(officer=officer_id).select_related("case", "officer", "event")
    told = _still_so(list(own.select_for_update(of=("self",))))
    if len(told) < many:
        return 0
    digest = _notice_of(told, at)
    Notice.objects.bulk_create([digest], ignore_conflicts=True)
    members = Notice.objects.filter(pk__in=[one.pk for one in told], state=State.QUEUED)
    members.update(state=State.DROPPED, digest=Notice.objects.get(once=digest.once), error="")
    return 1


def _still_so(waiting: list[Notice]) -> list[Notice]:
    """Without what the cases have overtaken: that is dropped with its reason, and counts among nothing."""
    why = {notice.pk: superseded(notice) for notice in waiting}
    for reason in sorted(set(filter(None, why.values()))):
        gone = Notice.objects.filter(pk__in=[pk for pk, said in why.items() if said == reason], state=State.QUEUED)
        gone.update(state=State.DROPPED, error=reason)
    return [notice for notice in waiting if not why[notice.pk]]


def _notice_of(told: list[Notice], at: datetime) -> Notice:
    gravest = min(told, key=lambda one: (one.rank, one.created_at, one.pk))
    references = {one.case.reference: None for one in told if one.case}
    text = ReplyTemplate.objects.get(key=Key.TO_DIGEST, language=gravest.language).text
    words = {
        "count": str(len(references)),
        "reference": gravest.case.reference if gravest.case else "",
        "url": settings.SITE_URL + reverse("desk"),
    }
    first = min(one.pk for one in told)
    return Notice(
        once=f"{Key.TO_DIGEST.value}:{first}:{gravest.officer_id}:{gravest.channel}",
        officer_id=gravest.officer_id,
        channel=gravest.channel,
        template=Key.TO_DIGEST.value,
        language=gravest.language,
        text=text.format_map(words).strip(),
        urgency=_URGENCY[gravest.rank],
        rank=gravest.rank,
        created_at=at,
        next_try_at=at,
    )
