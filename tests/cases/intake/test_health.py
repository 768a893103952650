"""What people are told of the handles."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from cases.intake.credentials import seal
from cases.intake.health import HandleHealth, handles_health
from cases.models import ApiCall, Handle
from tests.cases.x_fixtures import KEYS, MARK

Health = Handle.Health


@pytest.fixture
def now(handle: Handle) -> datetime:
    """A moment at which the handle is in the best of health."""
    at = timezone.now()
    Handle.objects.update(sealed_credentials=seal(KEYS), health=Health.OK, last_answer_at=at)
    return at


def only(at: datetime) -> HandleHealth:
    [one] = handles_health(at)
    return one


def test_a_handle_that_answers_does_not_alarm(now: datetime) -> None:
    assert not only(now).alarm
    assert only(now).words == "answers"
    assert (only(now).can_read, only(now).can_reply) == (True, True)


def test_silence_alarms_after_the_set_time(now: datetime, settings: Any) -> None:
    settings.X_SILENT_AFTER_SECONDS = 300
    assert not only(now + timedelta(seconds=299)).silent
    assert only(now + timedelta(seconds=301)).reasons == ("It has been silent too long.",)


def test_a_handle_that_never_answered_alarms(now: datetime) -> None:
    Handle.objects.update(last_answer_at=None, health=Health.NEVER)
    assert only(now).reasons == ("It has never answered.",)


@pytest.mark.parametrize("health", [Health.UNAUTHORISED, Health.OUT_OF_BUDGET, Health.FAILING])
def test_trouble_alarms(now: datetime, health: str) -> None:
    Handle.objects.update(health=health)
    assert only(now).alarm


def test_a_used_up_limit_is_told_but_does_not_alarm(now: datetime) -> None:
    Handle.objects.update(health=Health.LIMITED)
    assert only(now).words == "rate limit used up"
    assert not only(now).alarm


@pytest.mark.parametrize(("cents", "alarm"), [(79, False), (80, True), (100, True)])
def test_the_budget_alarms_before_it_ends(now: datetime, handle: Handle, cents: int, alarm: bool) -> None:
    Handle.objects.update(daily_budget_usd=Decimal("1"))
    ApiCall.objects.create(handle=handle, at=now, method="GET", endpoint="e", status=200, cost_micros=cents * 10_000)
    assert only(now).alarm is alarm
    assert only(now).spent_usd == pytest.approx(cents / 100)


def test_missing_keys_alarm_by_what_cannot_be_done(now: datetime) -> None:
    Handle.objects.update(sealed_credentials=seal({"bearer_token": "b"}))
    assert only(now).reasons == ("It cannot reply: keys for replying are missing.",)
    Handle.objects.update(sealed_credentials="no longer opens")
    assert len(only(now).reasons) == 2


def test_a_handle_that_is_off_never_alarms(now: datetime) -> None:
    Handle.objects.update(is_active=False, health=Health.FAILING)
    assert not only(now + timedelta(days=1)).alarm
    assert only(now).words == "switched off"


def test_it_holds_no_secret(now: datetime) -> None:
    assert MARK not in repr(only(now))


def test_any_number_of_handles_is_two_queries(now: datetime, small_map: Any, django_assert_num_queries: Any) -> None:
    for number in range(20):
        Handle.objects.create(username=f"Dist{number}", state=small_map.cg)
    with django_assert_num_queries(2):
        told = handles_health(now)
    assert len(told) == 21
    assert told[-1].handle.username == "BilaspurDist"  # all others alarm


def test_only_those_asked_for_are_told(now: datetime, small_map: Any) -> None:
    Handle.objects.create(username="JaipurDist", state=small_map.rj)
    assert len(handles_health(now, Handle.objects.filter(state=small_map.rj))) == 1
