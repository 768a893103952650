"""Many notices for one officer become one; what is critical never does."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.models import Notice, Setting
from cases.notify import gathering
from cases.notify.private import send_private
from tests.cases.notify.conftest import Provider, later, reload

pytestmark = pytest.mark.django_db
State = Notice.State


def digests() -> list[Notice]:
    return list(Notice.objects.filter(template="to_digest"))


def test_from_four_on_they_become_one(meena: Any, queue: Any, provider: Provider) -> None:
    told = [queue(meena, rank=rank) for rank in (2, 1, 2, 2)]
    assert send_private("sms") == {"digest": 1, "sent": 1}
    [(_to, text)] = provider.sent
    assert "4 cases" in text
    assert told[1].case.reference in text  # the gravest
    [digest] = digests()
    assert {reload(one).state for one in told} == {State.DROPPED}
    assert {one.digest for one in told} == {digest}
    assert digest.state == State.SENT


def test_three_are_told_singly(meena: Any, queue: Any, provider: Provider) -> None:
    for _ in range(3):
        queue(meena, rank=1)
    assert send_private("sms") == {"sent": 3}
    assert digests() == []


def test_the_office_chooses_how_many(meena: Any, queue: Any, provider: Provider) -> None:
    Setting.objects.filter(key="digest_from").update(value=2)
    for _ in range(2):
        queue(meena, rank=1)
    assert send_private("sms") == {"digest": 1, "sent": 1}


def test_critical_ones_are_never_gathered(meena: Any, queue: Any, provider: Provider) -> None:
    for _ in range(6):
        queue(meena, rank=0)
    assert send_private("sms") == {"sent": 6}


def test_each_officer_and_each_channel_for_itself(
    meena: Any, cast: Any, queue: Any, choose: Any, provider: Provider
) -> None:
    choose(cast.anil, "sms", "+919800000000")
    for officer in (meena, cast.anil):
        for _ in range(2):
            queue(officer, rank=1)
            queue(officer, "email", rank=1)
    assert send_private("sms") == {"sent": 4}


def test_several_notices_of_one_case_count_as_one_case(meena: Any, queue: Any, provider: Provider) -> None:
    first = queue(meena, rank=1)
    for number in range(3):
        queue(meena, rank=1, case=first.case, once=f"to_warned:{number}:sms", template="to_warned")
    send_private("sms")
    assert "1 cases" in provider.sent[0][1]


def test_a_second_worker_makes_no_second_digest(meena: Any, queue: Any, provider: Provider) -> None:
    for _ in range(4):
        queue(meena, rank=1)
    assert gathering.gather("sms", timezone.now(), 4) == 1
    assert gathering.gather("sms", timezone.now(), 4) == 0
    assert len(digests()) == 1


def test_after_a_burst_the_rest_waits_and_is_gathered(meena: Any, queue: Any, provider: Provider) -> None:
    for _ in range(4):
        queue(meena, rank=1)
        assert send_private("sms") == {"sent": 1}
    held = [queue(meena, rank=1) for _ in range(2)]
    assert send_private("sms")["waiting"] == 1
    assert len(provider.sent) == 4
    assert all(reload(one).next_try_at > later(minutes=9) for one in held)
    held += [queue(meena, rank=1, at=timezone.now() + timedelta(seconds=one)) for one in range(2)]
    critical = queue(meena, rank=0)
    send_private("sms", later(seconds=10))
    assert reload(critical).state == State.SENT
    assert {reload(one).state for one in held} == {State.QUEUED}
    assert send_private("sms", later(minutes=11)) == {"digest": 1, "sent": 1}
    assert "4 cases" in provider.sent[-1][1]


def test_finding_who_has_many_costs_the_same_however_many_wait(
    meena: Any, cast: Any, queue: Any, django_assert_num_queries: Any
) -> None:
    for officer in (meena, cast.anil, cast.ravi):
        for _ in range(3):
            queue(officer, rank=1)
    with django_assert_num_queries(1):
        assert gathering.gather("sms", timezone.now(), 4) == 0
