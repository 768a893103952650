"""Journey 5: an officer whom one channel does not reach is told by the next one that does."""

from datetime import datetime

from cases.models import BY_GATEWAY, Channel, Gateway, Notice
from cases.notify import gateways
from cases.telling import Ways
from helpdesk.enqueue import after_commit

AGAIN = ":again"
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
    once = f"{notice.once.removesuffix(AGAIN).rsplit(':', 1)[0]}:{channel}"
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
    return there.state not in _DEAD


def _taken_up_again(there: Notice, at: datetime) -> bool:
    """It was dropped for another channel, which now fails as well: else each would leave the telling to the other."""
    left = Notice.objects.filter(pk=there.pk, state=Notice.State.DROPPED, error__regex=_LEFT_TO)
    return bool(left.update(state=Notice.State.QUEUED, next_try_at=at, error=""))
