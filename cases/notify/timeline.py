"""Journey 5, what we have really said: our own posts on X, compared with what we meant to send."""

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cases.intake import budget
from cases.intake.budget import Bill
from cases.intake.credentials import for_handle
from cases.intake.posts import Unreadable, full_text, references
from cases.intake.x_client import PAGE_SIZE, XClient, XError
from cases.models import Handle, Notice

LEAST = 5  # X's smallest page of a timeline
PAGES = 10  # a thousand replies in the minutes in question are more than X lets an account send
CLOCKS_DIFFER = timedelta(minutes=5)
_LEADING_NAMES = re.compile(r"^(?:@\w+\s+)+")
_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Said:
    """One of our own replies: its id, the post it answers, its words without names and links."""

    post_id: str
    in_reply_to: str
    words: str


def plain_words(text: str) -> str:
    """What is left of a text after X has put names before it, shortened its links and escaped its signs."""
    text = unicodedata.normalize("NFC", html.unescape(text))
    return " ".join(_LINK.sub("", _LEADING_NAMES.sub("", text)).split())


def said_since(handle: Handle, since: datetime, clock: Callable[[], datetime]) -> list[Said]:
    """Our replies since a moment, newest first; paid from the handle's budget.

    Raises XError, OutOfBudget, MissingCredentials.
    """
    start = (since - CLOCKS_DIFFER).strftime("%Y-%m-%dT%H:%M:%SZ")
    found: list[Said] = []
    token = ""
    with XClient(for_handle(handle)) as client:
        for _ in range(PAGES):
            size = budget.affordable(handle, budget.OWN_POST, PAGE_SIZE, LEAST, clock())
            params = {"start_time": start, "max_results": size, "pagination_token": token}
            answer = _asked(handle, client, params, clock)
            found += [said for said in map(_said, answer.get("data", [])) if said]
            token = (answer.get("meta") or {}).get("next_token", "")
            if not token:
                break
    return found


def find(notice: Notice, said: list[Said]) -> Said | None:
    """The reply that is this notice, if it is there."""
    words = plain_words(notice.text)
    answered = notice.message.external_id if notice.message else ""
    return next((one for one in said if one.in_reply_to == answered and one.words == words), None)


def _asked(handle: Handle, client: XClient, params: dict[str, Any], clock: Callable[[], datetime]) -> dict[str, Any]:
    endpoint = "users/:id/tweets"
    try:
        answer = client.own_posts(handle.user_id, **params)
    except XError as error:
        budget.record(handle, client, endpoint, clock(), Bill(), error)
        raise
    count = len(answer.get("data", []))
    budget.record(handle, client, endpoint, clock(), Bill(count, count * budget.OWN_POST))
    return answer


def _said(post: Any) -> Said | None:
    if not isinstance(post, dict):
        return None
    answered = next((str(row.get("id", "")) for row in references(post) if row.get("type") == "replied_to"), "")
    try:
        return Said(str(post.get("id", "")), answered, plain_words(full_text(post)))
    except Unreadable:
        return None
