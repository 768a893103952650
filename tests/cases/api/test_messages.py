"""POST /api/v1/messages/: another helpline's pleas, each stored once."""

from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from django.utils import timezone
from redis.exceptions import RedisError
from rest_framework.throttling import SimpleRateThrottle

from cases.models import Message
from tests.cases.api.conftest import Api
from tests.conftest import Cast

MESSAGES = "/api/v1/messages/"


def plea(**changed: Any) -> dict[str, Any]:
    body = {
        "source": "helpline-108",
        "external_id": "2026/4711",
        "text": "Oxygen cylinder needed for my mother in Tifra, Bilaspur. Call 9812345678",
        "posted_at": timezone.now().isoformat(),
        "given": {"needs": ["oxygen"], "district": 375, "block": 3604, "phones": ["9812345678"], "spo2": 82},
    }
    return {**body, **changed}


def test_a_message_is_stored_once_however_often_it_is_sent(api: Api, cast: Cast) -> None:
    operator = api(cast.operator)
    body = plea()
    first, again = operator.post(MESSAGES, body), operator.post(MESSAGES, body)
    assert (first.status_code, again.status_code) == (201, 200), first.content
    assert first.json()["case"] == again.json()["case"]
    assert Message.objects.count() == 1


def test_a_dead_cache_keeps_no_plea_out(api: Api, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = api(cast.operator)
    monkeypatch.setattr(SimpleRateThrottle.cache, "get", Mock(side_effect=RedisError("connection refused")))
    assert operator.post(MESSAGES, plea()).status_code == 201


def test_it_opens_a_case_whose_clock_starts_when_the_person_asked(api: Api, cast: Cast) -> None:
    asked = timezone.now() - timedelta(minutes=7)
    answer = api(cast.operator).post(MESSAGES, plea(posted_at=asked.isoformat()))
    message = Message.objects.get()
    assert message.case
    assert answer.json()["case"] == message.case.reference
    assert (message.case.opened_at, message.case.block_id, message.case.spo2) == (asked, 3604, 82)


def test_the_same_number_of_another_source_is_another_message(api: Api, cast: Cast) -> None:
    operator = api(cast.operator)
    assert operator.post(MESSAGES, plea()).status_code == 201
    assert operator.post(MESSAGES, plea(source="red-cross")).status_code == 201


@pytest.mark.parametrize("who", ["meena", "collector", "doctor", "auditor"])
def test_only_the_control_room_hands_in_messages(api: Api, cast: Cast, who: str) -> None:
    answer = api(getattr(cast, who)).post(MESSAGES, plea())
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"source": ""}, "source"),
        ({"source": "helpline 108"}, "source"),
        ({"source": "x:y"}, "source"),
        ({"external_id": ""}, "external_id"),
        ({"external_id": "9" * 51}, "external_id"),
        ({"external_id": "\x00"}, "external_id"),
        ({"text": "x" * 10_001}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": "\ud800"}, "text"),
        ({"posted_at": "yesterday"}, "posted_at"),
        ({"posted_at": "2999-01-01T00:00:00Z"}, "posted_at"),
        ({"posted_at": "0001-01-01T00:00:00+14:00"}, "posted_at"),
        ({"posted_at": None}, "posted_at"),
        ({"given": []}, "given.non_field_errors"),
        ({"given": {"needs": ["banana"]}}, "given.needs"),
        ({"given": {"needs": "oxygen"}}, "given.needs"),
        ({"given": {"district": 999_999}}, "given.district"),
        ({"given": {"district": 10**30}}, "given.district"),
        ({"given": {"block": "Kota"}}, "given.block"),
        ({"given": {"place": "no:such"}}, "given.place"),
        ({"given": {"spo2": 182}}, "given.spo2"),
        ({"given": {"patient_age": -1}}, "given.patient_age"),
        ({"given": {"urgency": "asap"}}, "given.urgency"),
    ],
)
def test_what_is_wrong_is_named_by_field_and_nothing_is_stored(
    api: Api, cast: Cast, changed: dict[str, Any], field: str
) -> None:
    answer = api(cast.operator).post(MESSAGES, plea(**changed))
    assert answer.status_code == 400, answer.content
    assert field in answer.json().get("fields", {}) or answer.json()["code"] == "parse_error"
    assert Message.objects.count() == 0


def test_a_message_with_neither_text_nor_need_is_refused(api: Api, cast: Cast) -> None:
    answer = api(cast.operator).post(MESSAGES, plea(text=" ", given={}))
    assert (answer.status_code, Message.objects.count()) == (400, 0)
    assert answer.json()["message"] == "Please write what is needed."


@pytest.mark.parametrize("text", ["🙏🙏🙏", "‮txet", "x" * 10_000, "مدد چاہیے", "​"])
def test_strange_texts_are_taken_and_accounted_for(api: Api, cast: Cast, text: str) -> None:
    answer = api(cast.operator).post(MESSAGES, plea(text=text, given={}))
    assert answer.status_code == 201, answer.content
    assert Message.objects.get().state in {"read", "stored"}


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_messages_are_only_handed_in(api: Api, cast: Cast, method: str) -> None:
    client = api(cast.operator)
    assert getattr(client.client, method)(MESSAGES, headers=client.headers).status_code == 405
