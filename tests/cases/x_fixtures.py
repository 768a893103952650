"""A simulated X, answering over real HTTP, and a handle that has keys for it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.models import ApiCall, Cursor, Handle, Message
from tests.x_simulator.server import HANDLES, XSimulator

MARK = "SECRET-MARK"
BEARER = f"{MARK}-bearer"
KEYS = {
    "bearer_token": BEARER,
    "api_key": f"{MARK}-api-key",
    "api_secret": f"{MARK}-api-secret",
    "access_token": f"{MARK}-access-token",
    "access_secret": f"{MARK}-access-secret",
}


@pytest.fixture
def x(settings: Any) -> Iterator[XSimulator]:
    """X with nothing on it; BilaspurDist's keys all carry a mark that must never be seen anywhere."""
    rows = json.loads(HANDLES.read_text(encoding="utf-8"))
    for row in rows:
        if row["username"] == "BilaspurDist":
            row["credentials"] = KEYS
    with XSimulator(rows) as simulator:
        settings.X_API_URL = simulator.url
        settings.X_CREDENTIALS = {row["username"]: row["credentials"] for row in rows}
        yield simulator


def asked(x: XSimulator, part: str) -> list[dict[str, Any]]:
    """The requests whose path has `part` in it, oldest first."""
    return [row for row in x.requests if part in row["path"]]


def texts() -> list[str]:
    """All stored texts in the order of their posting."""
    return list(Message.objects.order_by("posted_at", "pk").values_list("text", flat=True))


def cursor(handle: Handle, source: str = "mentions") -> Cursor:
    """How far a source was read."""
    return Cursor.objects.get(handle=handle, source=source)


def pleas(x: XSimulator, count: int, words: str = "oxygen chahiye", minutes_ago: float = 30) -> list[str]:
    """So many posts to @BilaspurDist, a tenth of a second apart; their ids."""
    first = timezone.now() - timedelta(minutes=minutes_ago)
    return [
        x.post(f"@BilaspurDist {words} {number}", f"citizen{number}", first + timedelta(seconds=number / 10))
        for number in range(count)
    ]


def spent(handle: Handle) -> int:
    """Micros in the ledger."""
    return sum(ApiCall.objects.filter(handle=handle).values_list("cost_micros", flat=True))
