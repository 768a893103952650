"""Journey 1, from a page of X API v2 to drafts: text in full, echoes named, nothing on the page ever blocking it.

X's OpenAPI is renaming tweet to post (note_tweet -> note_post, ...): both spellings are read.
"""

import html
import logging
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from cases.intake.storing import Draft, as_received, known_keys
from cases.models import Handle, Message

logger = logging.getLogger(__name__)
Json = dict[str, Any]
X = Message.Channel.X.value
BIGGEST_ID = 2**63 - 1
EPOCH_MS = 1288834974657  # X's ids begin on 4 November 2010; 22 bits of sequence below the milliseconds
_DIGITS = re.compile(r"[0-9]{1,19}")


class Unreadable(ValueError):
    """Not a post: says which part is missing or of the wrong kind."""


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom posts are read: the handle, its area, and our own accounts, whose posts are no pleas."""

    handle_id: int | None = None
    state_id: int | None = None
    district_id: int | None = None
    own_ids: frozenset[str] = frozenset()
    own_usernames: frozenset[str] = frozenset()

    @classmethod
    def of(cls, handle: Handle | None) -> "Scope":
        """One query, for the accounts that are ours."""
        ours = list(Handle.objects.values_list("user_id", "username"))
        ids = frozenset(user_id for user_id, _ in ours if user_id)
        names = frozenset(username.lower() for _, username in ours)
        if handle is None:
            return cls(own_ids=ids, own_usernames=names)
        return cls(handle.pk, handle.state_id, handle.district_id, ids, names)

    @property
    def columns(self) -> dict[str, Any]:
        """The scope as fields of a Draft."""
        return {
            "handle_id": self.handle_id,
            "scope_state_id": self.state_id,
            "scope_district_id": self.district_id,
        }


@dataclass(frozen=True, slots=True)
class Page:
    """What one answer held. `ids` are those of all posts on it, also of ones that make no draft."""

    drafts: list[Draft]
    ids: tuple[int, ...]
    next_token: str


def first_id_at(at: datetime) -> int:
    """The smallest id that a post of that moment can have (0 before X's ids began)."""
    return max(int(at.timestamp() * 1000) - EPOCH_MS, 0) << 22


def time_of_id(post_id: int) -> datetime:
    """When a post of that id was made, UTC."""
    return datetime.fromtimestamp(((post_id >> 22) + EPOCH_MS) / 1000, UTC)


def read_page(answer: Mapping[str, Any], scope: Scope) -> Page:
    """A page of mentions or search as drafts; a post that cannot be read is kept as received, with the reason."""
    includes = included(answer.get("includes"))
    drafts: list[Draft] = []
    ids: list[int] = []
    for post in answer.get("data") or []:
        try:
            draft = read_post(post, includes, scope)
            ids.append(int(read_id(post["id"])))
        except Unreadable as error:
            drafts.append(as_received(X, post, str(error), **scope.columns))
        except Exception as error:  # law 1: whatever a post is made of, it must not block the others
            logger.exception("A post could not be read and is kept as received.")
            drafts.append(as_received(X, post, repr(error), **scope.columns))
        else:
            drafts += [draft] if draft else []
    token = (answer.get("meta") or {}).get("next_token") or ""
    return Page(settle_edits(drafts), tuple(ids), token)


def read_post(
    post: Any, includes: Mapping[str, Mapping[str, Json]], scope: Scope, name_of: Callable[[Any], str] | None = None
) -> Draft | None:
    """One post as a draft; None for our own accounts' posts. Raises Unreadable. `name_of` reads the id (read_id).

    A repost is an echo of its original and carries the original's whole text. A quote is a text of its own.
    An edited post has a new id; it is drafted as an echo of the first (see settle_edits).
    """
    if not isinstance(post, dict):
        raise Unreadable("a post must be a JSON object")
    post_id, text = (name_of or read_id)(post.get("id")), full_text(post)
    author = includes.get("users", {}).get(_name(post, "author_id"), {})
    username = _name(author, "username")
    if _name(post, "author_id") in scope.own_ids or username.lower() in scope.own_usernames:
        return None
    raw = _kept(post, author, includes)
    first, original = _first_version(post, post_id), _original(post)
    if first != post_id:
        raw["edit_of"] = first
    return Draft(
        channel=X,
        external_id=post_id,
        text=_reposted(text, original, includes),
        posted_at=read_time(post.get("created_at")),
        author_id=_name(post, "author_id"),
        author_username=username,
        author_name=_name(author, "name"),
        raw=raw,
        conversation_id=_name(post, "conversation_id"),
        echo_of=original or (first if first != post_id else ""),
        **scope.columns,
    )


def settle_edits(drafts: Sequence[Draft]) -> list[Draft]:
    """Give each edited post its name: the first id of its history names it for ever.

    First version not stored: this is the first we see, so it takes that name and is no echo. First version stored:
    the new text comes in as a message of its own, an echo of the first, so that it reaches the case. The very version
    that is stored under the first id, read again, is dropped.
    """
    edited = {draft.raw["edit_of"]: draft.external_id for draft in drafts if "edit_of" in draft.raw}
    if not edited:
        return list(drafts)
    stored = _stored_versions(edited)
    same_batch = {draft.external_id for draft in drafts}
    settled: list[Draft] = []
    for draft in drafts:
        first = draft.raw.get("edit_of", "")
        if not first or first in same_batch or stored.get(first, draft.external_id) != draft.external_id:
            settled.append(draft)
        elif first not in stored:
            settled.append(replace(draft, external_id=first, echo_of=""))
    return settled


def _stored_versions(firsts: Iterable[str]) -> dict[str, str]:
    """First id -> id of the version stored under it."""
    found = Message.objects.filter(channel=X, external_id__in=list(firsts))
    return {first: raw.get("post", {}).get("id", "") for first, raw in found.values_list("external_id", "raw")}


def newly_read(drafts: Collection[Draft]) -> int:
    """How many of these are not stored yet: X charges for each post once a day."""
    return len({draft.key for draft in drafts} - known_keys([draft.key for draft in drafts]))


def read_id(value: Any) -> str:
    """A post's id as text; ids are 64-bit numbers, so a float has lost digits. Raises Unreadable."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not _DIGITS.fullmatch(value) or int(value) > BIGGEST_ID:
        raise Unreadable(f"id must be a number as text, not {value!r:.60}")
    return value


def full_text(post: Mapping[str, Any]) -> str:
    """The whole text, without HTML's escapes: `text` of a long post is cut, the note has all. Raises Unreadable."""
    note = post.get("note_tweet") or post.get("note_post")
    text = note.get("text") if isinstance(note, dict) else None
    text = text if isinstance(text, str) and text else post.get("text")
    if not isinstance(text, str):
        raise Unreadable("text is missing")
    return html.unescape(text)


def read_time(value: Any) -> datetime:
    """An aware moment from ISO 8601, UTC where it names no offset; now when there is none. Raises Unreadable."""
    if value is None:
        return timezone.now()
    try:
        at = datetime.fromisoformat(value)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return at.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise Unreadable(f"created_at is not a date and time: {value!r:.60}") from None


def _name(row: Mapping[str, Any], key: str) -> str:
    """A text or id of a row, '' when there is none."""
    value = row.get(key)
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def references(post: Mapping[str, Any]) -> list[Json]:
    """What the post refers to: rows of {"type": "replied_to" | "retweeted" | "quoted", "id"}."""
    found = post.get("referenced_tweets") or post.get("referenced_posts")
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _original(post: Mapping[str, Any]) -> str:
    """The id of the post that this one reposts unchanged, or ''."""
    return next((_name(row, "id") for row in references(post) if row.get("type") == "retweeted"), "")


def _reposted(text: str, original: str, includes: Mapping[str, Mapping[str, Json]]) -> str:
    """X cuts a repost's text; the original's is whole, where it came along."""
    found = includes.get("posts", {}).get(original)
    head, colon, _ = text.partition(": ")
    if not found or not colon or not head.startswith("RT @"):
        return text
    try:
        return f"{head}: {full_text(found)}"
    except Unreadable:
        return text


def _first_version(post: Mapping[str, Any], post_id: str) -> str:
    history = post.get("edit_history_tweet_ids") or post.get("edit_history_post_ids")
    if not isinstance(history, list) or not post_id.isdecimal():
        return post_id
    return min([post_id, *(value for value in history if isinstance(value, str) and _DIGITS.fullmatch(value))], key=int)


def included(includes: Any) -> dict[str, dict[str, Json]]:
    """An answer's expansions as kind -> id -> row, for users, places, media and (under either spelling) posts."""
    if not isinstance(includes, dict):
        return {}
    kinds = {"users": "id", "places": "id", "media": "media_key", "tweets": "id", "posts": "id"}
    found: dict[str, dict[str, Json]] = {}
    for kind, key in kinds.items():
        rows = includes.get(kind)
        by_id = {_name(row, key): row for row in rows if isinstance(row, dict)} if isinstance(rows, list) else {}
        found.setdefault("posts" if kind == "tweets" else kind, {}).update(by_id)
    return found


def _kept(post: Json, author: Json, includes: Mapping[str, Mapping[str, Json]]) -> Json:
    """The post with what was expanded for it."""
    geo, attachments = post.get("geo"), post.get("attachments")
    place = includes.get("places", {}).get(_name(geo, "place_id")) if isinstance(geo, dict) else None
    keys = attachments.get("media_keys") if isinstance(attachments, dict) else None
    known = includes.get("media", {})
    media = [known[key] for key in keys if isinstance(key, str) and key in known] if isinstance(keys, list) else []
    ids = [_name(row, "id") for row in references(post)]
    referenced = [includes["posts"][number] for number in ids if number in includes.get("posts", {})]
    kept = {"post": post, "author": author, "place": place, "media": media, "referenced": referenced}
    return {name: value for name, value in kept.items() if value}
