"""Simulator of X, direct messages: what an account and another write to each other, in the order of their ids."""

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from tests.x_simulator.answers import Json, Refusal, invalid, problem
from tests.x_simulator.posts import User, api_time, id_time

LONGEST = 10_000
FIELDS = frozenset(
    "attachments created_at dm_conversation_id entities event_type id participant_ids referenced_tweets sender_id "
    "text".split()
)
USUAL_FIELDS = frozenset({"event_type", "id", "text"})
TYPES = frozenset({"MessageCreate", "ParticipantsJoin", "ParticipantsLeave"})


@dataclass(frozen=True, slots=True)
class Direct:
    """One message: usernames in lower case, the text as it was sent."""

    id: int
    sender: str
    recipient: str
    text: str

    @property
    def created_at(self) -> datetime:
        """The time in the id, UTC."""
        return id_time(self.id)

    def between(self, one: str, other: str) -> bool:
        """Whether the two wrote it to each other."""
        return {self.sender, self.recipient} == {one.lower(), other.lower()}

    def as_json(self) -> dict[str, Any]:
        """The row of the journal."""
        return asdict(self)


def not_taken() -> Refusal:
    """403: the account takes no messages from this one."""
    return Refusal(403, problem(403, "Forbidden", "You do not have permission to DM one or more participants."))


def text_of(body: bytes) -> str:
    """The text in the body of a request. Raises Refusal 400."""
    try:
        given = json.loads(body)
    except ValueError:
        raise invalid("body", "", "The request body is not JSON") from None
    text = given.get("text") if isinstance(given, dict) else None
    if not isinstance(text, str) or not 1 <= len(text.strip()) <= LONGEST:
        raise invalid("text", str(text)[:100], f"The `text` of a message has 1 to {LONGEST} characters")
    return text


def fields_asked(query: dict[str, str]) -> frozenset[str]:
    """What is to be shown of a message. Raises Refusal 400 for a field or a type that X does not know."""
    asked = frozenset(filter(None, query.get("dm_event.fields", "").split(",")))
    types = frozenset(filter(None, query.get("event_types", "MessageCreate").split(",")))
    for name, given, known in (("dm_event.fields", asked, FIELDS), ("event_types", types, TYPES)):
        if given - known:
            raise invalid(name, min(given - known), f"not one of [{','.join(sorted(known))}]")
    return asked | USUAL_FIELDS


def shown(message: Direct, users: dict[str, User], fields: frozenset[str]) -> Json:
    """A message as X shows it: a link is shortened, as in posts."""
    sender, recipient = users[message.sender], users[message.recipient]
    whole: Json = {
        "id": str(message.id),
        "event_type": "MessageCreate",
        "text": re.sub(r"https?://\S+", f"https://t.co/{message.id % 10**10:010d}", message.text),
        "sender_id": sender.id,
        "dm_conversation_id": conversation(sender, recipient),
        "created_at": api_time(message.created_at),
    }
    return {name: worth for name, worth in whole.items() if name in fields}


def conversation(one: User, other: User) -> str:
    """The id of a conversation of two: both ids, the smaller first."""
    return "-".join(sorted((one.id, other.id), key=int))
