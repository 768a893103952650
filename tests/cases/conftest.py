"""The journey without the reading: posts as stored, and what understanding would say of them."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases import pipeline
from cases.models import Case, Handle, Message
from cases.understanding import Plea, Reading
from tests.conftest import Cast

SURE = {"kind": 0.95, "need": 0.95, "place": 0.95, "phone": 1.0, "urgency": 0.9}
PLEA = Reading(
    kind="request",
    needs=("oxygen",),
    phones=("9812345678",),
    state=22,
    district=375,
    block=3604,
    place_text="Tifra",
    urgency="critical",
    language="hi",
    confidence=SURE,
)

NOWHERE = Reading(kind="request", needs=("oxygen",), urgency="high", confidence=SURE)
THREAD = {"author_id": "7", "conversation_id": "1"}
Post = Callable[..., Message]


def plea(**changes: Any) -> Reading:
    return Reading(**({name: getattr(PLEA, name) for name in Reading.__dataclass_fields__} | changes))


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> dict[str, Reading]:
    """What understanding would say of each text: these tests are about what happens after it."""
    known: dict[str, Reading] = {}

    def read(pleas: Sequence[Plea], _gazetteer: object) -> list[Reading]:
        if any(plea.text == "poison" for plea in pleas):
            raise ValueError("cannot read this \x00")
        return [known.get(plea.text, PLEA) for plea in pleas]

    monkeypatch.setattr(pipeline, "understand", read)
    monkeypatch.setattr(pipeline.gazetteer_source, "current", lambda: None)
    return known


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """The tasks that would be queued."""
    queued: list[tuple[Any, ...]] = []
    monkeypatch.setattr("cases.opening.after_commit", lambda *task: queued.append(task))
    return queued


@pytest.fixture
def post(handle: Handle, cast: Cast, readings: object, sent: object) -> Callable[..., Message]:
    """Store one post to @BilaspurDist, 2 minutes old."""
    count = iter(range(1000, 9999))

    def make(text: str = "plea", **given: Any) -> Message:
        number = next(count)
        now = timezone.now()
        fields: dict[str, Any] = {
            "channel": "x",
            "external_id": str(number),
            "handle": handle,
            "author_id": str(number),
            "author_username": f"citizen{number}",
            "text": text,
            "posted_at": now - timedelta(minutes=2),
            "received_at": now,
        }
        return Message.objects.create(**(fields | given))

    return make


def process(*messages: Message, **given: Any) -> dict[str, int]:
    return dict(pipeline.process([message.pk for message in messages], **given))


def waiting(post: Post, readings: dict[str, Reading], **given: Any) -> Case:
    """A case whose author was asked for the place."""
    readings["oxygen please"] = NOWHERE if not given else Reading(**({"kind": "request", "needs": ("oxygen",)} | given))
    process(post("oxygen please", **THREAD))
    return Case.objects.get()
