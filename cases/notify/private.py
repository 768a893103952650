"""Journey 5, the private side of the outbox: SMS, WhatsApp, Telegram, e-mail and browsers, one channel at a time.

Claimed before it is sent, marked after, as on X. There is no timeline to look into afterwards: see
docs/decisions/0042-the-outbox.md for what happens to a notice whose worker died in between.
"""

import time
from collections import Counter
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cases.models import Channel, Gateway, Notice, Phone
from cases.notify import gateways, gathering, push
from cases.notify.fallback import AGAIN, area_of, fall_back, left_to
from cases.notify.gateways import Answer, Kind
from cases.notify.superseding import TIMED, superseded
from cases.requester_notices import MOBILE
from cases.telling import Ways, fresh_text

State = Notice.State
CHANNELS = (
    Channel.PUSH,
    *(Channel(value) for value in (Channel.SMS, Channel.WHATSAPP, Channel.TELEGRAM, Channel.EMAIL)),
)
PER_RUN = 50
RUN_SECONDS = 25.0  # with one last call of 15 s well within the task's 55 s
TOO_LATE = timedelta(hours=24)
UNSURE_AFTER = timedelta(seconds=60)  # longer than any sender lives: its task's time limit is 55 s
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300, 600, 1800))
STALE_AFTER = timedelta(minutes=2)  # "12 min left" is not true any more
_TITLES = {"hi": "OFFICE_NAME_HI", "en": "OFFICE_NAME"}


def send_private(channel: str, at: datetime | None = None) -> Counter[str]:
    """Send what is due by one channel; counts of 'sent', 'failed', 'waiting', 'dropped', 'late' and 'digest'."""
    at = at or timezone.now()
    results = Counter(late=_drop_late(channel, at))
    if not gathering.private(channel, at).exists():
        return +results
    many = gathering.limit()
    results["digest"] = gathering.gather(channel, at, many)
    return +(results + _Run(channel, at, many).run())


def channels_due(at: datetime) -> list[str]:
    """The channels by which something waits; a look at the head of each one's index."""
    return [channel.value for channel in CHANNELS if gathering.private(channel, at).exists()]


def settle_unsure(at: datetime) -> int:
    """What a worker claimed and did not mark is unsure; returns how many. Safe to run twice.

    A browser shows one text with the same tag once: it is sent again. A critical one is said once more, as a notice of
    its own; the others stay unsure and are shown to operators.
    """
    stale = Notice.objects.filter(state=State.CLAIMED, claimed_at__lt=at - UNSURE_AFTER, handle=None)
    return sum(_settle(notice, at) for notice in stale.order_by("rank", "claimed_at"))


def _settle(notice: Notice, at: datetime) -> int:
    mine = Notice.objects.filter(pk=notice.pk, state=State.CLAIMED, claimed_at=notice.claimed_at)
    if notice.channel == Channel.PUSH:
        return mine.update(state=State.QUEUED, next_try_at=at)
    changed = mine.update(state=State.UNSURE, error="The sender stopped between sending and writing it down.")
    if changed and notice.rank == 0 and not notice.once.endswith(AGAIN):
        once, notice.pk = notice.once + AGAIN, None
        notice.once, notice.state, notice.tries, notice.claimed_at = once, State.QUEUED, 0, None
        notice.created_at = notice.next_try_at = at
        Notice.objects.bulk_create([notice], ignore_conflicts=True)
    return changed


def _drop_late(channel: str, at: datetime) -> int:
    """A day later it only confuses; it is shown to operators as not sent."""
    late = Notice.objects.filter(state=State.QUEUED, handle=None, channel=channel, created_at__lt=at - TOO_LATE)
    return late.update(state=State.FAILED, error="Too late: it could not be sent for 24 hours.")


class _Run:
    """One worker's turn at one channel."""

    def __init__(self, channel: str, at: datetime, many: int) -> None:
        self.channel, self.at, self.many = channel, at, many
        self.began = time.monotonic()
        self.gateways = list(Gateway.objects.filter(channel=channel, is_active=True))
        self.results: Counter[str] = Counter()

    @property
    def now(self) -> datetime:
        return self.at + timedelta(seconds=time.monotonic() - self.began)

    def run(self) -> Counter[str]:
        for _ in range(PER_RUN):
            due = gathering.private(self.channel, self.now).select_related(*_SHOWN)
            notice = due.first() if time.monotonic() - self.began < RUN_SECONDS else None
            if notice is None:
                break
            self.results[self._take(notice)] += 1
        return self.results

    def _take(self, notice: Notice) -> str:
        if why := superseded(notice):
            return self._drop(notice, why)
        if gathering.held_back(notice, self.now, self.many):
            return "waiting"
        if notice.officer_id and notice.template in TIMED and self.now - notice.created_at > STALE_AFTER:
            notice.text = fresh_text(notice, self.now)
        gateway = self._gateway(notice)
        if gateway is None and self.channel != Channel.PUSH:
            return self._without_gateway(notice)
        if not self._claim(notice):
            return "taken"
        to = self._address(notice)
        answer = self._send(notice, gateway, to) if to else Answer(Kind.PERMANENT, "no number or address is known")
        return self._record(notice, gateway if to else None, answer)

    def _gateway(self, notice: Notice) -> Gateway | None:
        return gateways.nearest(self.gateways, *area_of(notice), self.now) if self.gateways else None

    def _address(self, notice: Notice) -> str:
        """Looked up now, so that a corrected number is used, and none is kept in the outbox."""
        if self.channel == Channel.PUSH:
            return str(notice.officer_id)
        if notice.officer_id:
            return international(Ways.load([notice.officer_id]).address(notice.officer_id, self.channel))
        phones = Phone.objects.filter(person=notice.person_id, number__regex=MOBILE).order_by("pk")
        return international(phones.values_list("number", flat=True).first() or "")

    def _claim(self, notice: Notice) -> bool:
        """By one conditional UPDATE, so that no other worker sends it."""
        notice.claimed_at, notice.tries = self.now, notice.tries + 1
        mine = Notice.objects.filter(pk=notice.pk, state=State.QUEUED)
        return bool(
            mine.update(
                state=State.CLAIMED, claimed_at=notice.claimed_at, tries=F("tries") + 1, error="", text=notice.text
            )
        )

    def _send(self, notice: Notice, gateway: Gateway | None, to: str) -> Answer:
        if gateway is None:
            return push.deliver(notice)
        title = getattr(settings, _TITLES[notice.language]) if self.channel == Channel.EMAIL else ""
        return gateways.deliver(gateway, to, notice.text, title)

    def _record(self, notice: Notice, gateway: Gateway | None, answer: Answer) -> str:
        if answer.kind is Kind.SENT:
            if gateway:
                gateways.answered(gateway)
            self._mark(notice, state=State.SENT, sent_at=self.now, provider_id=answer.provider_id[:40], error="")
            return "sent"
        if gateway and answer.kind is not Kind.PERMANENT:
            gateways.failed(gateway, answer, self.now)
        if answer.kind is Kind.PERMANENT:
            with transaction.atomic():  # a crash in between leaves no failure without its other channel
                self._mark(notice, state=State.FAILED, error=answer.words[:300])
                fall_back(notice, self.now)
            return "failed"
        return self._later(notice, gateway, answer)

    def _later(self, notice: Notice, gateway: Gateway | None, answer: Answer) -> str:
        """Try again after a while; the officer need not wait for it where another channel reaches him or her."""
        rest = gateway is not None and gateways.rests(gateway, self.now)
        other = fall_back(notice, self.now) if notice.rank == 0 or rest else ""
        if other and notice.rank > 0:
            self._mark(notice, state=State.DROPPED, error=f"{left_to(other)}: {answer.words}"[:300])
            return "dropped"
        wait = BACKOFF[min(notice.tries, len(BACKOFF)) - 1]
        self._mark(notice, state=State.QUEUED, next_try_at=self.now + wait, error=answer.words[:300])
        return "waiting"

    def _without_gateway(self, notice: Notice) -> str:
        """None for this place: that is for an operator. All of them rest: another channel, or patience."""
        mine = Notice.objects.filter(pk=notice.pk, state=State.QUEUED)
        awake = gateways.awake_at(self.gateways, *area_of(notice))
        if awake is None:
            with transaction.atomic():
                if mine.update(state=State.FAILED, error="No gateway for this channel serves this place."):
                    fall_back(notice, self.now)
            return "failed"
        other = fall_back(notice, self.now)
        if other and notice.rank > 0:
            return self._drop(notice, f"{left_to(other)}: the gateway rests")
        mine.update(next_try_at=max(awake, self.now + BACKOFF[0]), error="The gateway rests after failures.")
        return "waiting"

    def _drop(self, notice: Notice, why: str) -> str:
        Notice.objects.filter(pk=notice.pk, state=State.QUEUED).update(state=State.DROPPED, error=why[:300])
        return "dropped"

    def _mark(self, notice: Notice, **values: object) -> None:
        """The row, if it is still claimed as we claimed it."""
        Notice.objects.filter(pk=notice.pk, state=State.CLAIMED, claimed_at=notice.claimed_at).update(**values)


_SHOWN = ("event", "officer", "case__need", "case__block", "case__district", "case__state", "case__officer")


def international(address: str) -> str:
    """An Indian mobile number with its country code; anything else as it is."""
    digits = "".join(sign for sign in address if sign.isdecimal())
    if not address or "@" in address or len(digits) < 10 or address.strip("+0123456789 -()"):
        return address
    if len(digits) == 10:
        return f"+91{digits}"
    return f"+{digits.removeprefix('0')}" if digits.startswith("91") else f"+91{digits.removeprefix('0')}"
