"""Beside the journey: /healthz, where a monitor asks whether anything stands between a plea and an officer."""

import time
from collections.abc import Callable

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from cases.models import Message

PULSE_KEY = "pulse"
PULSE_LATE_SECONDS = 45  # beat asks every 10 s: four in a row are missing
UNREAD_LATE_SECONDS = 120  # the sweeper looks every 10 s; beyond this a plea is stuck

Finding = dict[str, str | int | bool | None]


def beat_once() -> None:
    """Note that a periodic task has run just now."""
    cache.set(PULSE_KEY, time.time(), timeout=24 * 3600)


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 when all is well, 503 when not; JSON without secrets: {"ok", "database", "redis", "worker", "messages"}."""
    found = {name: look() for name, look in LOOKS.items()}
    is_well = all(finding["ok"] for finding in found.values())
    return JsonResponse({"ok": is_well, **found}, status=200 if is_well else 503)


@require_safe
@never_cache
def live(_request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers: for container probes, which should not restart web for a dead worker."""
    return HttpResponse("ok\n", content_type="text/plain")


def _database() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return {"ok": False}
    return {"ok": True}


def _redis() -> Finding:
    try:
        cache.get(PULSE_KEY)
    except (RedisError, OSError):
        return {"ok": False}
    return {"ok": True}


def _worker() -> Finding:
    """Seconds since beat last got a task through the broker to a worker; None: never, or Redis does not say."""
    try:
        last = cache.get(PULSE_KEY)
    except (RedisError, OSError):
        last = None
    age = None if last is None else round(time.time() - last)
    return {"ok": age is not None and age <= PULSE_LATE_SECONDS, "last_pulse_seconds": age}


def _messages() -> Finding:
    """Seconds the oldest message waits to be read; one query on the partial index of unread ones."""
    now = timezone.now()
    try:
        oldest = Message.objects.unread(now).values_list("received_at", flat=True).first()
    except DatabaseError:
        return {"ok": False, "oldest_unread_seconds": None}
    age = 0 if oldest is None else round((now - oldest).total_seconds())
    return {"ok": age <= UNREAD_LATE_SECONDS, "oldest_unread_seconds": age}


LOOKS: dict[str, Callable[[], Finding]] = {
    "database": _database,
    "redis": _redis,
    "worker": _worker,
    "messages": _messages,
}
