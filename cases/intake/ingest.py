"""Journey 1 from a file: one post of X API v2, or {"id", "text", "created_at", "handle"}, per line of JSON."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from cases import pipeline
from cases.intake import posts
from cases.intake.posts import Scope, Unreadable
from cases.intake.storing import Draft, store
from cases.models import Handle, Message

KNOWN = "known"
OWN = "own"


@dataclass(slots=True)
class Account:
    """Where every line went: pipeline results, 'known' (stored earlier), 'own' (our own posts); and bad lines."""

    results: Counter[str] = field(default_factory=Counter)
    lines: int = 0
    bad: int = 0


class BadLine(ValueError):
    """Says what is wrong with a line."""


class Ingest:
    """Stores and processes lines in batches; `complain(number, why)` hears of each line that is skipped."""

    def __init__(self, handle: Handle | None, batch: int, complain: Callable[[int, str], None]) -> None:
        self.batch, self.complain = batch, complain
        self.scopes: dict[str, Scope] = {"": Scope.of(handle)}
        self.handles = {one.username.lower(): one for one in Handle.objects.all()}
        self.account = Account()

    def run(self, lines: Iterable[bytes]) -> Account:
        """All lines, in constant memory; bytes, because a line that is not UTF-8 must not end the file."""
        waiting: list[Draft] = []
        for draft in self._drafts(lines):
            waiting.append(draft)
            if len(waiting) >= self.batch:
                self._take(waiting)
                waiting = []
        if waiting:
            self._take(waiting)
        return self.account

    def _drafts(self, lines: Iterable[bytes]) -> Iterator[Draft]:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            self.account.lines += 1
            try:
                draft = self._draft(line)
            except (BadLine, Unreadable) as error:
                self.account.bad += 1
                self.complain(number, str(error))
            else:
                if draft is None:
                    self.account.results[OWN] += 1
                else:
                    yield draft

    def _draft(self, line: bytes) -> Draft | None:
        row = _parsed(line)
        post, includes = (row["data"], row.get("includes")) if isinstance(row.get("data"), dict) else (row, None)
        name = row.get("handle", "")
        if not isinstance(name, str):
            raise BadLine("handle must be text")
        scope = self._scope(name.removeprefix("@").lower())
        text = post.get("text")
        if isinstance(text, str) and not text:
            raise BadLine("text is empty")
        return posts.read_post(post, posts.included(includes), scope, name_of=_line_name)

    def _scope(self, username: str) -> Scope:
        if username not in self.scopes:
            handle = self.handles.get(username)
            if handle is None:
                raise BadLine(f"unknown handle {username!r:.60}")
            self.scopes[username] = Scope.of(handle)
        return self.scopes[username]

    def _take(self, drafts: list[Draft]) -> None:
        """Store, then process; what an earlier run stored and did not process is processed now."""
        drafts = posts.settle_edits(drafts)
        with transaction.atomic():
            new = store(drafts, queue=False)
        names = [draft.external_id for draft in drafts]
        stored = Message.objects.filter(channel=posts.X, external_id__in=names, state=Message.State.STORED)
        self.account.results += pipeline.process(list(stored.values_list("pk", flat=True)))
        self.account.results[KNOWN] += len(drafts) - len(new)


def _line_name(value: Any) -> str:
    """X's number, or whatever text another collection names its lines by. Raises Unreadable."""
    if isinstance(value, str) and value.strip() and not value.isdecimal():
        return value.strip()
    return posts.read_id(value)


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadLine(f"not UTF-8: {error.reason} at byte {error.start}") from None
    except (ValueError, RecursionError) as error:
        raise BadLine(f"not JSON: {error}") from None
    if not isinstance(row, dict):
        raise BadLine("not a JSON object")
    return row
