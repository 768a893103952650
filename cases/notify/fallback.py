"""Journey 5: an officer whom one channel does not reach is told by the next one that does."""

from collections.abc import Collection
from datetime import datetime, timedelta

from cases.models import BY_GATEWAY, Channel, Gateway, Notice
from cases.notify import gateways
from cases.notify.inbox import TEST
from cases.notify.superseding import TIMED, superseded
from cases.telling import Ways, fresh_text
from helpdesk.enqueue import after_commit

AGAIN = ":again"
STILL_OF_USE = timedelta(hours=24)  # a day later it only confuses
_LOOKED_AT = 500
_SAID = ("event", "officer", "case__need", "case__block", "case__district", "case__state", "case__officer")
# Where a notice goes from its own channel on: the next of these, and round again to its own.
ORDER = tuple(channel.value for channel in BY_GATEWAY)
_DEAD = (Notice.State.FAILED, Notice.State.UNSURE)
_LEFT_TO = r"^told by \w+ instead"


def fall_back(notice: Notice, at: datetime) -> str:
    """Queue it on the next channel with an address and a gateway that answers; which one, '' for none.

    `once` names cause and channel, so that a channel by which the cause is told already says nothing twice: then that
    one counts.
    """
    if notice.officer_id is None:
        return ""
    ways, able = Ways.load([notice.officer_id]), list(Gateway.objects.filter(is_active=True))
    state_id, district_id = area_of(notice)
    for channel in _next(notice.channel):
        carriers = [one for one in able if one.channel == channel]
        to = ways.address(notice.officer_id, channel)
        if to and gateways.nearest(carriers, state_id, district_id, at) and _queued(notice, channel, at):
            return channel
    return ""


def find_abandoned(at: datetime) -> int:
    """What failed and was left to no other channel, because the sender died in between or every other one rested then:
    now to the next that answers, with the time that is left now. Returns how many were queued; safe to run twice.

    The latest of a day, by the index of what failed; who has no channel left costs a comparison, not a query.
    """
    failed = Notice.objects.filter(
        state=Notice.State.FAILED, created_at__gt=at - STILL_OF_USE, officer__isnull=False, handle=None
    )
    rows = failed.exclude(template=TEST).select_related(*_SAID).order_by("-created_at")[:_LOOKED_AT]
    alone = _left_to_nobody(list(rows))
    ways = Ways.load({notice.officer_id for notice in alone if notice.officer_id}) if alone else None
    awake = (
        {one.channel for one in Gateway.objects.filter(is_active=True) if not gateways.rests(one, at)} if ways else ()
    )
    return sum(_handed_on(one, at) for one in alone if ways and _has_another(one, ways, awake))


def _left_to_nobody(failed: list[Notice]) -> list[Notice]:
    """Those whose cause no other channel has, or has had."""
    keys = {notice.pk: {_key(notice, channel) for channel in _next(notice.channel)} for notice in failed}
    there = set(Notice.objects.filter(once__in=set().union(*keys.values())).values_list("once", flat=True))
    return [notice for notice in failed if keys[notice.pk].isdisjoint(there)]


def _has_another(notice: Notice, ways: Ways, awake: Collection[str]) -> bool:
    officer = notice.officer_id or 0
    return any(channel in awake and ways.address(officer, channel) for channel in _next(notice.channel))


def _handed_on(notice: Notice, at: datetime) -> bool:
    if superseded(notice):
        return False
    if notice.template in TIMED:
        notice.text = fresh_text(notice, at)
    return bool(fall_back(notice, at))


def _key(notice: Notice, channel: str) -> str:
    """`Notice.once` of the same cause by another channel."""
    return f"{notice.once.removesuffix(AGAIN).rsplit(':', 1)[0]}:{channel}"


def left_to(channel: str) -> str:
    """What stands on a notice that was dropped because another channel tells it."""
    return f"told by {channel} instead"


def area_of(notice: Notice) -> tuple[int | None, int | None]:
    """State and district whose gateway carries it: the case's, else those where the officer is posted."""
    if notice.case is not None:
        return notice.case.state_id, notice.case.district_id
    held = notice.officer.postings.current().order_by("pk").first() if notice.officer else None
    return (held.state_id, held.district_id) if held else (None, None)


def _next(channel: str) -> tuple[str, ...]:
    if channel not in ORDER:
        return ORDER if channel == Channel.PUSH else ()
    here = ORDER.index(channel)
    return ORDER[here + 1 :] + ORDER[:here]


def _queued(notice: Notice, channel: str, at: datetime) -> bool:
    """Whether the cause is on its way by this channel now."""
    once = _key(notice, channel)
    there, created = Notice.objects.get_or_create(
        once=once,
        defaults={
            "event_id": notice.event_id,
            "case_id": notice.case_id,
            "officer_id": notice.officer_id,
            "channel": channel,
            "template": notice.template,
            "language": notice.language,
            "text": notice.text,
            "urgency": notice.urgency,
            "rank": notice.rank,
            "created_at": at,
            "next_try_at": at,
        },
    )
    if created or _taken_up_again(there, at):
        after_commit("cases.notify.tasks.send_private", channel)
        return True
    # What was gathered is told by its digest, as long as that one is on its way.
    return (there.digest or there).state not in _DEAD


def _taken_up_again(there: Notice, at: datetime) -> bool:
    """It was dropped for another channel, which now fails as well: else each would leave the telling to the other."""
    left = Notice.objects.filter(pk=there.pk, state=Notice.State.DROPPED, error__regex=_LEFT_TO)
    return bool(left.update(state=Notice.State.QUEUED, next_try_at=at, error=""))
