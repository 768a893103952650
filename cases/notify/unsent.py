"""Journey 5: what could not be sent, or may not have arrived: for people to settle."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import access
from cases.access import Act
from cases.models import Case, Channel, Event, Gateway, Notice
from cases.notify import superseding
from cases.notify.private import TOO_LATE, UNSURE_AFTER
from districts.models import Officer, Posting, Role
from helpdesk.enqueue import after_commit

State = Notice.State
SHOWN = 100
SHOWN_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Unsent:
    """One line of the outbox page."""

    notice: Notice
    to: str
    words: str
    can_retry: bool


def unsent(officer: Officer, at: datetime) -> list[Unsent]:
    """Failed and unsure notices of the officer's places, the newest first; four small reads of partial indexes."""
    seen = in_reach(officer).filter(created_at__gte=at - SHOWN_FOR)
    kinds = [
        seen.filter(state=State.FAILED),
        seen.filter(state=State.UNSURE),
        seen.filter(state=State.CLAIMED, claimed_at__lt=at - UNSURE_AFTER),
    ]
    found = [one for kind in kinds for one in kind.select_related(*_SHOWN).order_by("-created_at", "-pk")[:SHOWN]]
    newest = sorted(found, key=lambda one: (one.created_at, one.pk), reverse=True)[:SHOWN]
    return [Unsent(one, recipient(one), words_of(one), can_retry(one, at)) for one in newest]


def overtaken(officer: Officer, at: datetime) -> list[Unsent]:
    """What officers of the own places were not told any more, because the case went on before it could be sent: of
    the last day, the newest first; by the index of officers."""
    gone = Notice.objects.filter(state=State.DROPPED, error__in=superseding.TO_OFFICERS, created_at__gte=at - TOO_LATE)
    if not officer.is_superuser:
        gone = gone.filter(officer__in=_colleagues(officer))
    rows = gone.select_related(*_SHOWN).order_by("-created_at", "-pk")[:SHOWN]
    return [Unsent(one, recipient(one), _(one.error), False) for one in rows]


def in_reach(officer: Officer) -> QuerySet[Notice]:
    """Notices of cases the officer sees; of no case, those to officers posted where the outbox is the officer's."""
    if officer.is_superuser:
        return Notice.objects.all()
    cases = Case.objects.visible_to(officer).values("pk")
    return Notice.objects.filter(Q(case__in=cases) | Q(case=None, officer__in=_colleagues(officer)))


def _colleagues(officer: Officer) -> "QuerySet[Posting, Any]":
    """Who is posted where the outbox is the officer's."""
    own = Q(pk__in=[])
    for posting in access.places_of(officer, Act.SEE_OUTBOX):
        own |= Q(district=posting.district_id) if posting.district_id else Q(state=posting.state_id)
    return Posting.objects.current().filter(own).values("officer")


def can_retry(notice: Notice, at: datetime) -> bool:
    """A day later it only confuses. An unsure reply on X settles itself."""
    public = notice.channel == Channel.X_REPLY
    young = notice.created_at > at - TOO_LATE
    return young and notice.state in ((State.FAILED,) if public else (State.FAILED, State.UNSURE))


def try_again(notice: Notice, at: datetime) -> bool:
    """Queue it once more; False when somebody else settled it, or it is too late."""
    if not can_retry(notice, at):
        return False
    mine = Notice.objects.filter(pk=notice.pk, state__in=(State.FAILED, State.UNSURE))
    if not mine.update(state=State.QUEUED, next_try_at=at, error="", claimed_at=None):
        return False
    if notice.handle_id is not None:
        after_commit("cases.notify.tasks.send_notices", notice.handle_id)
    else:
        after_commit("cases.notify.tasks.send_private", notice.channel)
    return True


def told_by_telephone(notice: Notice, officer: Officer, at: datetime) -> bool:
    """Somebody told it by voice: nothing is sent any more, and the case's history says so."""
    mine = Notice.objects.filter(pk=notice.pk, state__in=(State.FAILED, State.UNSURE))
    if not mine.update(state=State.DROPPED, error=f"told by telephone: {officer}"[:300]):
        return False
    if notice.case_id:
        told = _("told by telephone")
        note = f"{notice.get_channel_display()}: {told}"
        Event.objects.create(case_id=notice.case_id, at=at, kind=Event.Kind.TOLD, actor=officer, note=note)
    return True


def recipient(notice: Notice) -> str:
    """Who it was for; a citizen's number and name on X are masked."""
    if notice.officer is not None:
        return notice.officer.label
    if notice.person is not None:
        phone = notice.person.phones.all()[:1]
        return phone[0].masked if phone else _("requester")
    return _("requester, on X")


def words_of(notice: Notice) -> str:
    """The text; a citizen's without its link, which answers for whoever opens it."""
    if notice.officer_id is not None:
        return notice.text
    return re.sub(rf"{re.escape(settings.SITE_URL)}/\S*", "…", notice.text)


def gateways(officer: Officer) -> list[Gateway] | None:
    """Every gateway with its health; None for who does not keep them."""
    if officer.is_superuser or any(posting.role == Role.STATE_ADMIN for posting in access.postings(officer)):
        return list(Gateway.objects.select_related("state", "district"))
    return None


def rests_now(gateway: Gateway) -> bool:
    """Whether it is left alone after failures."""
    return gateway.not_before_at is not None and gateway.not_before_at > timezone.now()


_SHOWN = ("case", "officer", "person", "handle")
