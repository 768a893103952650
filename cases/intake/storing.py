"""Journey 1, the floor under everything: a message is stored raw, under its one name, before it is judged."""

import hashlib
import json
import logging
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import DataError, IntegrityError, connection, models, transaction
from django.utils import timezone

from cases.models import Message
from helpdesk.enqueue import after_commit

logger = logging.getLogger(__name__)
T = TypeVar("T")
REFUSED = (DataError, IntegrityError, ValueError, RecursionError)
CHUNK = 100  # messages of one processing task: a batch of the pipeline
ROWS = 500  # rows of one INSERT: 23 columns each stay below SQLite's 32,766 parameters
MAX_TRIES = 5  # a message that failed so often waits for a person
_SURROGATE = re.compile("[\ud800-\udfff]")
_COLUMNS = [column for column in Message._meta.concrete_fields if not column.primary_key]
_LONGEST: dict[str, int] = {
    column.name: column.max_length for column in _COLUMNS if isinstance(column, models.CharField) and column.max_length
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before it is stored. `posted_at` is aware; `error` marks one that cannot be read and is only kept."""

    channel: str
    external_id: str
    text: str
    posted_at: datetime
    handle_id: int | None = None
    author_id: str = ""
    author_username: str = ""
    author_name: str = ""
    raw: dict[str, Any] = field(default_factory=dict)
    conversation_id: str = ""
    echo_of: str = ""
    scope_state_id: int | None = None
    scope_district_id: int | None = None
    taken_by_id: int | None = None
    error: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What names the message for ever."""
        return self.channel, outside_id(self.external_id)


def store(drafts: Sequence[Draft], *, queue: bool = True) -> list[int]:
    """Store what is not yet stored; the ids of the new ones, ascending. The caller opens the transaction.

    Processing is queued on commit in chunks of 100, unless the caller processes them itself (queue=False).
    A few statements for any number: one SELECT and one INSERT per 500.
    """
    known = known_keys([draft.key for draft in drafts])
    fresh = list({draft.key: draft for draft in reversed(drafts) if draft.key not in known}.values())[::-1]
    received_at = timezone.now()
    stored: list[int] = []
    with transaction.atomic(savepoint=False):
        for rows in _parts(fresh, ROWS):
            stored += _insert([_message(draft, received_at) for draft in rows])
    if queue:
        for ids in _parts(sorted(stored), CHUNK):
            after_commit("cases.intake.tasks.process_messages", list(ids))
    return sorted(stored)


def store_whatever_comes(drafts: Sequence[Draft]) -> list[int]:
    """As store, but a draft that the database refuses is kept as a failed message, so that the others get in."""
    try:
        with transaction.atomic():
            return store(drafts)
    except REFUSED:
        logger.exception("A page of %d was refused; each is tried alone.", len(drafts))
    return [pk for draft in drafts for pk in _store_alone(draft)]


def _store_alone(draft: Draft) -> list[int]:
    try:
        with transaction.atomic():
            return store([draft])
    except REFUSED as error:
        kept = {"id": draft.external_id, "text": draft.text, "raw": repr(draft.raw)}
        return store([as_received(draft.channel, kept, repr(error), handle_id=draft.handle_id)])


def known_keys(keys: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the (channel, external id) pairs that are stored."""
    known: set[tuple[str, str]] = set()
    for channel in {channel for channel, _ in keys}:
        for part in _parts([external for of, external in keys if of == channel], ROWS):
            found = Message.objects.filter(channel=channel, external_id__in=part)
            known.update((channel, external) for external in found.values_list("external_id", flat=True))
    return known


def outside_id(given: str) -> str:
    """An outside id that fits its column: one that is too long or unprintable becomes its own digest."""
    if len(given) <= _LONGEST["external_id"] and given.isprintable():
        return given
    return "sha256:" + hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest()


def as_received(channel: str, given: Any, error: str, **known: Any) -> Draft:
    """A thing that cannot be read as a message, kept whole for the operators; its digest is its name."""
    body = json.dumps(given, sort_keys=True, default=str)
    name = "unreadable:" + hashlib.sha256(body.encode()).hexdigest()[:60]
    text = given.get("text") if isinstance(given, dict) else None
    words = text if isinstance(text, str) else ""
    return Draft(channel, name, words, timezone.now(), raw={"post": given}, error=error, **known)


def _message(draft: Draft, received_at: datetime) -> Message:
    text, raw = _without_nul(draft.text), _storable(draft.raw)
    if text != draft.text:
        raw = raw | {"as_sent": _visible(draft.text)}
    row = Message(
        channel=draft.channel,
        external_id=outside_id(draft.external_id),
        text=text,
        raw=raw,
        handle_id=draft.handle_id,
        scope_state_id=draft.scope_state_id,
        scope_district_id=draft.scope_district_id,
        taken_by_id=draft.taken_by_id,
        # The clock starts at the citizen's time, but a clock that runs ahead must not postpone help.
        posted_at=min(draft.posted_at, received_at),
        received_at=received_at,
    )
    for name in ("author_id", "author_username", "author_name", "conversation_id", "echo_of"):
        setattr(row, name, _without_nul(getattr(draft, name))[: _LONGEST[name]])
    if draft.error:
        row.state, row.error, row.tries = Message.State.FAILED, _without_nul(draft.error), MAX_TRIES
    return row


def _insert(rows: list[Message]) -> list[int]:
    """INSERT .. ON CONFLICT (channel, external_id) DO NOTHING RETURNING id, on SQLite >= 3.35 and PostgreSQL.

    In SQL because only RETURNING tells for sure which rows are ours when two pollers store the same post, and
    because Django's ignore_conflicts is INSERT OR IGNORE on SQLite: it also drops, without a word, a row that
    breaks a check constraint.
    """
    if not rows:
        return []
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(column.column)) for column in _COLUMNS)
    marks = ", ".join(["(" + ", ".join(["%s"] * len(_COLUMNS)) + ")"] * len(rows))
    values = [_prepared(column, row) for row in rows for column in _COLUMNS]
    sql = (
        f"INSERT INTO {quote(Message._meta.db_table)} ({names}) VALUES {marks} "  # noqa: S608 - names, not values
        "ON CONFLICT (channel, external_id) DO NOTHING RETURNING id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [number for (number,) in cursor.fetchall()]


def _prepared(column: Any, row: Message) -> Any:
    return column.get_db_prep_save(column.pre_save(row, True), connection)


def _without_nul(text: str) -> str:
    """Text that PostgreSQL and UTF-8 take: no NUL; a lone surrogate becomes the replacement character."""
    return _SURROGATE.sub("\ufffd", text.replace("\x00", ""))


def _visible(text: str) -> str:
    """The same text with what cannot be stored written out: NUL as ␀, a lone surrogate as its escape."""
    return text.replace("\x00", "␀").encode("utf-8", "backslashreplace").decode()


def _storable(given: Any) -> Any:
    """The same JSON without what jsonb refuses: NUL, lone surrogates, NaN and the infinities."""
    if isinstance(given, str):
        return _visible(given)
    if isinstance(given, float) and not math.isfinite(given):
        return str(given)
    if isinstance(given, dict):
        return {_visible(str(name)): _storable(value) for name, value in given.items()}
    if isinstance(given, list | tuple):
        return [_storable(value) for value in given]
    return given


def _parts(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]
