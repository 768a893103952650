"""Simulator of X, the things it keeps: accounts and posts, and the draft from which a post is made."""

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

EPOCH_MS = 1288834974657  # X counts its ids from 4 November 2010, 01:42:54.657 UTC
SEQUENCE_BITS = 22
USERNAME_LENGTH = 15


@dataclass(frozen=True, slots=True)
class Handle:
    """An official account whose mentions are read and in whose name replies are sent."""

    user_id: str
    username: str
    name: str
    bearer_token: str
    api_key: str
    api_secret: str
    access_token: str
    access_secret: str
    followers: int = 0


@dataclass(slots=True)
class User:
    """Anybody with an account. `gone` is '' or why X no longer shows it: 'deleted' or 'suspended'.

    `takes_messages`: whether a handle may write to it in private.
    """

    id: str
    username: str
    name: str
    gone: str = ""
    official: bool = False
    takes_messages: bool = True
    followers: int = 0


@dataclass(slots=True)
class Post:
    """One post. `text` is the whole text, also of a long post; `sent` is what a client of the API sent."""

    id: int
    text: str
    username: str
    conversation: int
    reply_to: int | None = None
    retweet_of: int | None = None
    quote_of: int | None = None
    edits: list[int] = field(default_factory=list)
    lang: str = "und"
    place: dict[str, Any] | None = None
    media: list[dict[str, Any]] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    key: str = ""
    sent: str = ""
    deleted: bool = False

    @property
    def created_at(self) -> datetime:
        """The time in the id, UTC, to the millisecond."""
        return id_time(self.id)

    def as_json(self) -> dict[str, Any]:
        """The row of the journal from which the post comes back after a restart."""
        return asdict(self)


@dataclass(slots=True)
class Draft:
    """A post to be made. References are ids as text, or keys of the timeline (`SIM0001`)."""

    text: str
    username: str = "citizen"
    name: str = ""
    created_at: datetime | None = None
    reply_to: str = ""
    retweet_of: str = ""
    quote_of: str = ""
    edit_of: str = ""
    lang: str = ""
    place: dict[str, Any] | None = None
    media: list[dict[str, Any]] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    key: str = ""
    sent: str = ""


def first_id(at: datetime) -> int:
    """The smallest id a post of that moment can have."""
    return max(round(at.timestamp() * 1000) - EPOCH_MS, 0) << SEQUENCE_BITS


def id_time(post_id: int) -> datetime:
    """When a post of that id was made (UTC)."""
    return datetime.fromtimestamp(((post_id >> SEQUENCE_BITS) + EPOCH_MS) / 1000, UTC)


def user_id_of(username: str) -> str:
    """A steady user id of 19 digits for an account that nobody registered."""
    digest = hashlib.sha256(username.lower().encode()).digest()
    return str(10**18 + int.from_bytes(digest[:8], "big") % 10**17)


def api_time(at: datetime) -> str:
    """ISO time as API v2 writes it: whole seconds, UTC, `.000Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def read_time(text: str) -> datetime:
    """The moment an ISO text names; without an offset it is UTC. Raises ValueError."""
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def handle_from(row: dict[str, Any]) -> Handle:
    """A handle from a row of handles.json (its `credentials` inside). Raises KeyError when something is missing."""
    followers = row.get("followers", 0)
    return Handle(row["user_id"], row["username"], row["name"], **row["credentials"], followers=followers)


def draft_from(row: dict[str, Any]) -> Draft:
    """A draft from JSON: `text`, and any other field of Draft. Raises ValueError naming the field at fault."""
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise ValueError("text: a post is an object with a text")
    unknown = set(row) - set(Draft.__dataclass_fields__)
    if unknown:
        raise ValueError(f"{min(unknown)}: no such field of a post")
    given = {name: worth for name, worth in row.items() if worth is not None}
    if isinstance(given.get("created_at"), str):
        given["created_at"] = read_time(given["created_at"])
    for name in ("reply_to", "retweet_of", "quote_of", "edit_of"):
        given[name] = str(given.get(name, ""))
    return Draft(**given)


def username_for(name: str) -> str:
    """A username X would accept for a person who gave only a name; the same name gets the same one."""
    plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in name.strip().lower()).strip("_")
    tail = str(int(hashlib.sha256(name.strip().encode()).hexdigest(), 16) % 10000).zfill(4)
    return f"{plain[: USERNAME_LENGTH - 5] or 'nagrik'}_{tail}"
