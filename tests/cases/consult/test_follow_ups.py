"""A follow-up call that comes due while no doctor is on duty is neither lost nor silent."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases import consulting, follow_ups
from cases.models import Consultation, Notice
from districts.models import Officer
from tests.cases.consult.conftest import Ask
from tests.conftest import Cast

TOLD = {"template": "to_follow_up", "channel": "desk"}
ALARM = {"template": "to_gap", "channel": "desk"}


@pytest.fixture
def due(claimed: Consultation, cast: Cast) -> datetime:
    """When the doctor's patient is to be called again."""
    at = timezone.now()
    moment = at + timedelta(hours=2)
    consulting.finish(consultation_id=claimed.pk, doctor=cast.doctor, at=at, advice="Rest", follow_up_at=moment)
    return moment


def on_duty(doctor: Officer, present: bool) -> None:
    day = timezone.localdate()
    ends_on = None if present else day - timedelta(days=1)
    doctor.postings.update(starts_on=day - timedelta(days=30), ends_on=ends_on)


def test_what_nobody_could_be_told_is_told_when_somebody_comes_on_duty(due: datetime, cast: Cast) -> None:
    on_duty(cast.doctor, False)
    assert follow_ups.tell_due(due) == 0
    assert Consultation.objects.get(follows__isnull=False).told_due_at is None
    on_duty(cast.doctor, True)
    assert follow_ups.tell_due(due + timedelta(minutes=20)) == 1
    assert Notice.objects.get(**TOLD).officer == cast.doctor
    assert follow_ups.tell_due(due + timedelta(minutes=21)) == 0


def test_the_control_room_hears_of_it_once_an_hour(due: datetime, cast: Cast) -> None:
    on_duty(cast.doctor, False)
    hour = due.replace(minute=0, second=0) + timedelta(hours=1)
    for minutes in (0, 1, 30, 61):
        follow_ups.tell_due(hour + timedelta(minutes=minutes))
    alarms = list(Notice.objects.filter(**ALARM))
    assert [notice.officer for notice in alarms] == [cast.operator, cast.operator]
    assert "Bilaspur" in alarms[0].text
    assert "1 patient waits" in alarms[0].text


def test_no_alarm_where_a_doctor_is_there(due: datetime, cast: Cast) -> None:
    follow_ups.tell_due(due)
    assert not Notice.objects.filter(**ALARM).exists()


def test_calls_that_nobody_can_make_hold_up_no_other(
    due: datetime, cast: Cast, ask: Ask, monkeypatch: pytest.MonkeyPatch, small_map: Any
) -> None:
    monkeypatch.setattr(follow_ups, "_AT_ONCE", 1)
    first = Consultation.objects.get(follows__isnull=False)
    far = ask(state=small_map.rj, district=small_map.jaipur, block=None)
    Consultation.objects.filter(pk=far.pk).update(follows=first, due_at=due - timedelta(minutes=5))
    assert follow_ups.tell_due(due) == 1
    assert Notice.objects.get(**TOLD).case == first.case


def test_however_many_are_due_the_statements_are_as_many(
    due: datetime, ask: Ask, django_assert_max_num_queries: Any
) -> None:
    last = Consultation.objects.get(follows__isnull=False)
    for _ in range(6):
        one = ask()
        Consultation.objects.filter(pk=one.pk).update(follows=last, due_at=due)
        last = one
    with django_assert_max_num_queries(16):
        assert follow_ups.tell_due(due) == 7


def test_a_call_that_was_cancelled_meanwhile_is_told_to_nobody(due: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    real = follow_ups._who_calls

    def ends_meanwhile(one: Consultation, present: Any) -> list[int]:
        Consultation.objects.filter(pk=one.pk).update(standing="cancelled", ended_at=due)
        return real(one, present)

    monkeypatch.setattr(follow_ups, "_who_calls", ends_meanwhile)
    assert follow_ups.tell_due(due) == 0
    assert not Notice.objects.filter(**TOLD).exists()
