"""Journey 5, messages on X to requesters: looked for after a crash, said in public where X takes none."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from cases.intake import budget
from cases.intake.budget import Bill
from cases.intake.credentials import for_handle
from cases.intake.x_client import XClient, XError, XRateLimited, XRefused
from cases.models import ApiCall, Channel, Handle, Notice
from cases.notify.timeline import CLOCKS_DIFFER, plain_words
from cases.requester_notices import HELD_BACK

State = Notice.State
SENDING = "dm_conversations/with/:id/messages"
LOOKING = "dm_conversations/with/:id/dm_events"
PAGE, PAGES = 10, 5  # each message read costs; a requester writes few in the minutes in question
WINDOW = timedelta(minutes=15)


class LimitUsedUp(XRateLimited):
    """We know without asking that X would say 429."""


def reply_instead(notice: Notice, why: str, at: datetime) -> bool:
    """Drop the claimed message and queue the public reply that was held back for it: both or neither.

    False when there is none, or another worker has settled the message.
    """
    once = notice.once.removesuffix(f":{Channel.X_DM.value}")
    held = Notice.objects.filter(once=once, channel=Channel.X_REPLY, state=State.DROPPED, error=HELD_BACK)
    mine = Notice.objects.filter(pk=notice.pk, state=State.CLAIMED, claimed_at=notice.claimed_at)
    error = f"told by {Channel.X_REPLY.value} instead: {why}"[:300]
    with transaction.atomic():
        if not mine.update(state=State.DROPPED, error=error):
            return False
        said = held.update(state=State.QUEUED, next_try_at=at, error="")
        if not said:
            transaction.set_rollback(True)
    return bool(said)


def find(handle: Handle, notice: Notice, clock: Callable[[], datetime]) -> str | None:
    """The event's id of this message in the conversation with its requester, None where it is not there.

    Raises XError (XRefused also where there is too much to look through), OutOfBudget, MissingCredentials.
    """
    until = limited_until(handle, LOOKING, clock())
    if until is not None:
        raise LimitUsedUp("the limit of looking at messages is used up", until)
    since = (notice.claimed_at or notice.created_at) - CLOCKS_DIFFER
    token = ""
    with XClient(for_handle(handle), as_user=True) as client:
        for _ in range(PAGES):
            size = budget.affordable(handle, budget.DIRECT_MESSAGE_READ, PAGE, 1, clock())
            params = {"max_results": size, "pagination_token": token}
            answer = _asked(handle, client, notice, params, clock)
            rows = [row for row in answer.get("data", []) if isinstance(row, dict)]
            found = next((row for row in rows if _is(row, notice, since)), None)
            if found is not None:
                return str(found.get("id", ""))
            token = (answer.get("meta") or {}).get("next_token", "")
            if not token or any(_time_of(row) < since for row in rows):
                return None
    raise XRefused("too many messages since then to look through")


def limited_until(handle: Handle, endpoint: str, at: datetime) -> datetime | None:
    """When the window ends that X has said is used up, from the ledger; None where it may be asked.

    There are 15 calls in a window and a sweep every 10 s: it is waited for, not asked about.
    """
    calls = ApiCall.objects.filter(handle=handle, at__gt=at - WINDOW, endpoint=endpoint)
    last = calls.order_by("-at", "-pk").first()
    if last is None or last.limit_resets_at is None or last.limit_resets_at <= at:
        return None
    return last.limit_resets_at if last.status == 429 or last.limit_remaining == 0 else None


def _asked(
    handle: Handle, client: XClient, notice: Notice, params: dict[str, Any], clock: Callable[[], datetime]
) -> dict[str, Any]:
    requester = notice.message.author_id if notice.message else ""
    try:
        answer = client.direct_messages(requester, **params)
    except XError as error:
        budget.record(handle, client, LOOKING, clock(), Bill(), error)
        raise
    count = len(answer.get("data", []))
    budget.record(handle, client, LOOKING, clock(), Bill(count, count * budget.DIRECT_MESSAGE_READ))
    return answer


def _is(row: dict[str, Any], notice: Notice, since: datetime) -> bool:
    """Ours, as young as the attempt, and in these words: X shortens the link, so that it cannot be compared."""
    requester = notice.message.author_id if notice.message else ""
    if row.get("event_type", "MessageCreate") != "MessageCreate" or str(row.get("sender_id", "")) in ("", requester):
        return False
    return _time_of(row) >= since and plain_words(str(row.get("text", ""))) == plain_words(notice.text)


def _time_of(row: dict[str, Any]) -> datetime:
    """When it was written; a row without a time that can be read is as good as new."""
    try:
        at = datetime.fromisoformat(str(row.get("created_at", "")))
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
