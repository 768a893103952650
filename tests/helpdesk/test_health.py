"""/healthz: what a monitor learns, and that it learns nothing it should not."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisIsDown

from cases.models import Message
from helpdesk.health import beat_once
from helpdesk.tasks import pulse

pytestmark = pytest.mark.django_db


def _message(minutes: float, **given: Any) -> Message:
    at = timezone.now() - timedelta(minutes=minutes)
    fields = {
        "channel": "web",
        "external_id": f"health-{minutes}",
        "text": "ऑक्सीजन",
        "posted_at": at,
        "received_at": at,
    }
    return Message.objects.create(**(fields | given))


def test_all_is_well_when_everything_answers_and_nothing_waits(client: Client) -> None:
    pulse()
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True,
        "database": {"ok": True},
        "redis": {"ok": True},
        "worker": {"ok": True, "last_pulse_seconds": 0},
        "messages": {"ok": True, "oldest_unread_seconds": 0},
    }
    assert "no-store" in answer["Cache-Control"]


def test_a_plea_that_nobody_reads_is_an_alarm(client: Client) -> None:
    beat_once()
    _message(minutes=3)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["messages"]["oldest_unread_seconds"] >= 180
    assert not answer.json()["messages"]["ok"]


def test_a_plea_that_has_just_come_is_none(client: Client) -> None:
    beat_once()
    _message(minutes=0.5)
    assert client.get("/healthz").status_code == 200


def test_no_pulse_or_an_old_one_is_an_alarm(client: Client) -> None:
    assert client.get("/healthz").json()["worker"] == {"ok": False, "last_pulse_seconds": None}
    cache.set("pulse", timezone.now().timestamp() - 300)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["worker"]["last_pulse_seconds"] >= 300


def test_a_dead_redis_is_said_without_its_address(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RedisIsDown("Error 111 connecting to redis://:secret@10.0.0.1")

    monkeypatch.setattr(cache, "get", refuse, raising=False)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["redis"] == {"ok": False}
    assert b"secret" not in answer.content


def test_a_dead_database_is_said_without_its_address(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("connection to 10.0.0.1 failed for user secret")

    beat_once()
    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert not answer.json()["database"]["ok"]
    assert b"secret" not in answer.content


def test_it_costs_two_queries(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        client.get("/healthz")


def test_the_process_alone_answers_without_any_query(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert client.get("/healthz/live").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/healthz/live"])
def test_it_is_only_for_reading(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
