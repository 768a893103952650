"""Journey 5, the outbox: replies and messages on X, the gravest first, each sent once in effect.

A notice is claimed before it is sent and marked after. What was claimed and not marked (the worker died, X did not
answer) is unsure: nobody sends it again before our own timeline on X, or the conversation, was looked at (reconcile).
"""

import logging
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import F, QuerySet
from django.utils import timezone

from cases.intake import budget, standing
from cases.intake.budget import Bill, OutOfBudget
from cases.intake.credentials import MissingCredentials, for_handle
from cases.intake.x_client import XClient, XError, XOutOfCredit, XRateLimited, XRefused, XUnauthorised, XUnavailable
from cases.models import Channel, Handle, Message, Notice
from cases.notify import direct
from cases.notify.superseding import superseded
from cases.notify.timeline import Said, find, said_since
from cases.notify.weight import fits, has_address

logger = logging.getLogger(__name__)
State = Notice.State
PER_RUN = 25  # X allows 100 in 15 minutes: what is queued meanwhile and graver gets its turn
RUN_SECONDS = 25.0
TOO_LATE = timedelta(hours=24)
UNSURE_AFTER = timedelta(seconds=60)  # longer than any sender lives: its task's time limit is 55 s
NO_RESET_NAMED = timedelta(minutes=5)
SOONEST = timedelta(seconds=30)  # longer than a run: a reset that has passed by our clock must not be asked on and on
ON_X = (Channel.X_REPLY, Channel.X_DM)
_ENDPOINT = {Channel.X_REPLY: "tweets", Channel.X_DM: direct.SENDING}


def due(at: datetime) -> QuerySet[Notice]:
    """Queued replies and messages whose time has come, the gravest first; from the partial index."""
    queued = Notice.objects.filter(state=State.QUEUED, channel__in=ON_X, next_try_at__lte=at)
    return queued.order_by("rank", "next_try_at", "pk")


def send_due(handle_id: int, at: datetime | None = None) -> Counter[str]:
    """Send what a handle has to say; counts of 'sent', 'failed', 'late', 'dropped', 'unsure', 'waiting' (for later).

    'public': X took no message, its public reply is queued.
    """
    at = at or timezone.now()
    results = Counter(late=_drop_late(handle_id, at))
    handle = Handle.objects.filter(pk=handle_id, is_active=True).first()
    if handle is None or _rests(handle, at) or not due(at).filter(handle=handle).exists():
        return +results
    try:
        with XClient(for_handle(handle), as_user=True) as client:
            results += _Run(handle, client, at).run()
    except MissingCredentials as error:
        results["waiting"] += _put_off(handle, at, at + standing.ASK_A_PERSON, str(error))
        standing.noted(handle, error, at)
    return +results


def reconcile(at: datetime | None = None) -> Counter[str]:
    """Settle what is unsure: found among our own posts or messages on X it is sent, else it is queued again.

    One look at each handle's timeline, and at each message's conversation. While X does not answer, or the budget is
    used up, it stays unsure; a message that X does not let us look for is left to people.
    """
    at = at or timezone.now()
    stale = Notice.objects.filter(state=State.CLAIMED, claimed_at__lt=at - UNSURE_AFTER, channel__in=ON_X)
    ordered = stale.select_related("handle", "message").order_by("handle_id", "claimed_at")
    results: Counter[str] = Counter()
    for handle, notices in groupby(ordered, key=lambda notice: notice.handle):
        if handle is not None:  # never None on X: constraint notice_on_x_answers
            results += _settle(handle, list(notices), at)
    return results


def _settle(handle: Handle, notices: list[Notice], at: datetime) -> Counter[str]:
    if _rests(handle, at):
        return Counter(unsure=len(notices))
    replies = [notice for notice in notices if notice.channel == Channel.X_REPLY]
    messages = [notice for notice in notices if notice.channel == Channel.X_DM]
    results = Counter(_settle_message(handle, notice, at) for notice in messages)
    return results + (_settle_replies(handle, replies, at) if replies else Counter())


def _settle_message(handle: Handle, notice: Notice, at: datetime) -> str:
    try:
        event_id = direct.find(handle, notice, lambda: at)
    except XRefused as error:
        why = f"Unsure whether it was sent, and X does not show it: {error}"
        _claimed(notice).update(state=State.UNSURE, error=why[:300])
        return "unsure"
    except direct.LimitUsedUp:
        return "unsure"
    except (XError, OutOfBudget, MissingCredentials) as error:
        standing.noted(handle, error, at)
        return "unsure"
    return _settle_one(notice, event_id, at)


def _settle_replies(handle: Handle, notices: list[Notice], at: datetime) -> Counter[str]:
    since = min(notice.claimed_at or notice.created_at for notice in notices)
    try:
        said = said_since(handle, since, lambda: at)
    except (XError, OutOfBudget, MissingCredentials) as error:
        standing.noted(handle, error, at)
        return Counter(unsure=len(notices))
    return Counter(_settle_one(notice, _id_of(find(notice, said)), at) for notice in notices)


def _id_of(said: Said | None) -> str | None:
    return said.post_id if said else None


def _settle_one(notice: Notice, found_id: str | None, at: datetime) -> str:
    if found_id is None:
        _queue_again(notice, at, notice.error)
        return "waiting"
    _mark_sent(notice, found_id, at)
    return "sent"


def _rests(handle: Handle, at: datetime) -> bool:
    """X does not answer or refuses us. A limit used up by reading says nothing about replying."""
    resting = handle.not_before_at is not None and handle.not_before_at > at
    return resting and handle.health != Handle.Health.LIMITED


def _drop_late(handle_id: int, at: datetime) -> int:
    """A receipt a day later only confuses; what it would have said is on the status page."""
    late = Notice.objects.filter(handle=handle_id, state=State.QUEUED, created_at__lt=at - TOO_LATE)
    return late.update(state=State.FAILED, error="Too late: it could not be sent for 24 hours.")


def _put_off(handle: Handle, at: datetime, until: datetime, why: str, channels: Sequence[str] = ON_X) -> int:
    """All that is due waits, for a reason that is the handle's and not the notice's."""
    waiting = due(at).filter(handle=handle, channel__in=channels)
    return waiting.order_by().update(next_try_at=until, error=why[:300])


def _claimed(notice: Notice) -> QuerySet[Notice]:
    """The row, if it is still claimed as we claimed it."""
    return Notice.objects.filter(pk=notice.pk, state=State.CLAIMED, claimed_at=notice.claimed_at)


def _mark_sent(notice: Notice, post_id: str, at: datetime) -> None:
    _claimed(notice).update(state=State.SENT, sent_at=at, provider_id=post_id[:40], error="")


def _mark_failed(notice: Notice, why: str) -> None:
    _claimed(notice).update(state=State.FAILED, error=why[:300])


def _queue_again(notice: Notice, next_try_at: datetime, why: str) -> None:
    _claimed(notice).update(state=State.QUEUED, next_try_at=next_try_at, error=why[:300])


def _plea(notice: Notice) -> Message:
    """What a notice on X answers; constraint notice_on_x_answers holds it."""
    if notice.message is None:
        raise ValueError(f"notice {notice.pk} answers nothing")
    return notice.message


class _Run:
    """One worker's turn at one handle's outbox."""

    def __init__(self, handle: Handle, client: XClient, at: datetime) -> None:
        self.handle, self.client, self.at = handle, client, at
        self.began = time.monotonic()
        self.results: Counter[str] = Counter()
        self.over = False

    @property
    def now(self) -> datetime:
        return self.at + timedelta(seconds=time.monotonic() - self.began)

    def run(self) -> Counter[str]:
        for _ in range(PER_RUN):
            if self.over or time.monotonic() - self.began > RUN_SECONDS:
                break
            notice = due(self.now).filter(handle=self.handle).select_related("message__case", "case").first()
            if notice is None:
                break
            self._take(notice)
        return self.results

    def _take(self, notice: Notice) -> None:
        if why := superseded(notice):
            dropped = Notice.objects.filter(pk=notice.pk, state=State.QUEUED)
            self.results["dropped"] += dropped.update(state=State.DROPPED, error=why)
            return
        limited = (
            direct.limited_until(self.handle, direct.SENDING, self.now) if notice.channel == Channel.X_DM else None
        )
        if limited is not None:
            self._channel_waits(notice, limited, "The limit of messages is used up.")
            return
        price = self._price(notice)
        try:
            budget.affordable(self.handle, price, 1, 1, self.now)
        except OutOfBudget as error:
            standing.failed(self.handle, error, self.now)
            self._all_wait(standing.ASK_A_PERSON + self.now, str(error))
            return
        if self._claim(notice):
            self.results[self._send(notice, price)] += 1

    def _claim(self, notice: Notice) -> bool:
        """By one conditional UPDATE, so that no other worker sends it."""
        notice.claimed_at = self.now
        mine = Notice.objects.filter(pk=notice.pk, state=State.QUEUED)
        claimed = mine.update(state=State.CLAIMED, claimed_at=notice.claimed_at, tries=F("tries") + 1, error="")
        return bool(claimed)

    def _price(self, notice: Notice) -> int:
        if notice.channel == Channel.X_DM:
            return budget.DIRECT_MESSAGE
        if has_address(notice.text):
            return budget.POST_WITH_LINK
        summoned = f"@{self.handle.username}".lower() in _plea(notice).text.lower()
        return budget.SUMMONED_REPLY if summoned else budget.REPLY

    def _send(self, notice: Notice, price: int) -> str:
        """Send one claimed notice and write down what came of it."""
        unfit = self._unfit(notice)
        if unfit:
            return self._refused(notice, unfit)
        endpoint = _ENDPOINT[Channel(notice.channel)]
        try:
            said_id = self._say(notice)
        except XError as error:
            # An unsure one may have been sent, and then it costs.
            cost = price if isinstance(error, XUnavailable) else 0
            budget.record(self.handle, self.client, endpoint, self.now, Bill(0, cost), error, "POST")
            return self._not_sent(notice, error)
        limit = self.client.limit
        budget.record(self.handle, self.client, endpoint, self.now, Bill(1, price), method="POST")
        _mark_sent(notice, said_id, self.now)
        if limit.remaining == 0:
            self._channel_waits(notice, limit.resets_at or self.now + NO_RESET_NAMED, "")
        return "sent"

    def _unfit(self, notice: Notice) -> str:
        """Why X need not be asked."""
        if notice.channel == Channel.X_DM:
            may = self.handle.direct_messages and _plea(notice).author_id.isdecimal()
            return "" if may else "It cannot be a message on X: the handle may send none, or nobody is known to get it."
        fit = _plea(notice).external_id.isdecimal() and fits(notice.text)
        return "" if fit else "It cannot be a reply on X: no post to answer, or too long a text."

    def _say(self, notice: Notice) -> str:
        if notice.channel == Channel.X_DM:
            return self.client.direct_message(_plea(notice).author_id, notice.text)
        return self.client.reply(_plea(notice).external_id, notice.text)

    def _refused(self, notice: Notice, why: str) -> str:
        """For good. What a message would have said is said in public, without what is personal."""
        if notice.channel == Channel.X_DM and direct.reply_instead(notice, why, self.now):
            return "public"
        _mark_failed(notice, why)
        return "failed"

    def _not_sent(self, notice: Notice, error: XError) -> str:
        if isinstance(error, XUnavailable):
            _claimed(notice).update(error=f"Unsure whether it was sent: {error}"[:300])
            self.over = True
            return "unsure"
        if isinstance(error, XRefused) and error.is_duplicate:
            return self._said_before(notice)
        if isinstance(error, XRefused):
            if error.is_of_the_app:
                standing.noted(self.handle, error, self.now)
            return self._refused(notice, str(error))
        return self._wait(notice, error)

    def _wait(self, notice: Notice, error: XError) -> str:
        """Not this notice's fault: it and all others wait, or those of its channel whose limit is used up."""
        if isinstance(error, XRateLimited):
            until = max(error.reset_at or self.now + NO_RESET_NAMED, self.now + SOONEST)
            _queue_again(notice, until, str(error))
            self._channel_waits(notice, until, str(error))
            return "waiting"
        until = self.now + standing.ASK_A_PERSON
        if isinstance(error, XUnauthorised | XOutOfCredit):
            standing.noted(self.handle, error, self.now)
        _queue_again(notice, until, str(error))
        self._all_wait(until, str(error))
        return "waiting"

    def _said_before(self, notice: Notice) -> str:
        """X says it has this text from us: a crash came between sending and marking, if it is in this very thread."""
        try:
            said_id = self._found(notice)
        except (XError, OutOfBudget, MissingCredentials) as error:
            _claimed(notice).update(error=f"Refused as said before; not looked up: {error}"[:300])
            self.over = True
            return "unsure"
        if said_id is None:
            return self._refused(notice, "X refused it: we have said the very same elsewhere.")
        _mark_sent(notice, said_id, self.now)
        return "sent"

    def _found(self, notice: Notice) -> str | None:
        if notice.channel == Channel.X_DM:
            return direct.find(self.handle, notice, lambda: self.now)
        return _id_of(find(notice, said_since(self.handle, notice.created_at, lambda: self.now)))

    def _channel_waits(self, notice: Notice, until: datetime, why: str) -> None:
        """X counts replies and messages apart."""
        until = max(until, self.now + SOONEST)
        self.results["waiting"] += _put_off(self.handle, self.now, until, why, (notice.channel,))

    def _all_wait(self, until: datetime, why: str) -> None:
        self.over = True
        self.results["waiting"] += _put_off(self.handle, self.now, until, why)
