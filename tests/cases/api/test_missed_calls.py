"""POST /api/v1/missed-calls/: an exchange's missed calls, each taken once."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.api.missed_calls import MOST_CALLS
from cases.models import MissedCall
from tests.cases.api.conftest import Api
from tests.conftest import Cast

MISSED = "/api/v1/missed-calls/"


def call(number: str = "+91 98123-45678", minutes_ago: float = 5) -> dict[str, Any]:
    return {"number": number, "at": (timezone.now() - timedelta(minutes=minutes_ago)).isoformat()}


def test_a_batch_waits_to_be_called_back_for_the_exchanges_district(api: Api, cast: Cast) -> None:
    answer = api(cast.operator).post(MISSED, {"calls": [call(), call("09898989898")]})
    assert (answer.status_code, answer.json()) == (200, {"new": 2, "again": 0, "known": 0, "refused": []})
    assert set(MissedCall.objects.values_list("number", "district")) == {("9812345678", 375), ("9898989898", 375)}


def test_sent_again_nothing_changes(api: Api, cast: Cast) -> None:
    batch = {"calls": [call(minutes_ago=9), call(minutes_ago=4)]}
    api(cast.operator).post(MISSED, batch)
    assert api(cast.operator).post(MISSED, batch).json() == {"new": 0, "again": 0, "known": 2, "refused": []}
    assert MissedCall.objects.get().rings == 2


@pytest.mark.parametrize(
    "bad", [call("anonymous"), call("12345"), call(minutes_ago=-60), call(minutes_ago=60 * 24 * 8)]
)
def test_a_bad_one_is_named_and_does_not_hold_up_the_others(api: Api, cast: Cast, bad: dict[str, Any]) -> None:
    told = api(cast.operator).post(MISSED, {"calls": [bad, call()]}).json()
    assert (told["new"], [one["index"] for one in told["refused"]]) == (1, [0])
    assert told["refused"][0]["message"]


def test_a_clock_that_is_a_little_fast_is_forgiven(api: Api, cast: Cast) -> None:
    api(cast.operator).post(MISSED, {"calls": [call(minutes_ago=-5)]})
    assert MissedCall.objects.get().first_at <= timezone.now()


@pytest.mark.parametrize(
    "body", [{}, {"calls": []}, {"calls": "9812345678"}, {"calls": [{"number": "9812345678"}]}, []]
)
def test_a_body_of_another_shape_is_refused(api: Api, cast: Cast, body: Any) -> None:
    answer = api(cast.operator).post(MISSED, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_batch_too_large_is_refused(api: Api, cast: Cast) -> None:
    assert api(cast.operator).post(MISSED, {"calls": [call()] * (MOST_CALLS + 1)}).status_code == 400
    assert not MissedCall.objects.exists()


@pytest.mark.parametrize("who", ["meena", "collector", "doctor", "auditor"])
def test_only_who_takes_calls_hands_them_in(api: Api, cast: Cast, who: str) -> None:
    assert api(getattr(cast, who)).post(MISSED, {"calls": [call()]}).status_code == 403
    assert not MissedCall.objects.exists()


def test_nobody_unknown_hands_them_in(cast: Cast) -> None:
    assert Client().post(MISSED, {"calls": [call()]}, content_type="application/json").status_code == 401


def test_a_batch_costs_the_same_however_large(api: Api, cast: Cast, django_assert_max_num_queries: Any) -> None:
    exchange = api(cast.operator)
    batch = {"calls": [call(f"98{number:08d}", number / 60) for number in range(MOST_CALLS)]}
    with django_assert_max_num_queries(14):  # token, and as cases.missed_calls.record
        assert exchange.post(MISSED, batch).json()["new"] == MOST_CALLS
