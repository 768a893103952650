"""How long each stage took is stored when it ends, whichever way the case goes on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases import feedback, stages
from cases.actions import perform, reopen_for_reply
from cases.escalation.closing import close_silent
from cases.escalation.sweep import sweep
from cases.models import Case, Feedback, Message
from cases.routing.ladder import Ladders, set_alarm
from cases.workflow import Move, Outcome
from tests.cases.conftest import process

NOW = timezone.now().replace(microsecond=0)


def after(minutes):
    return NOW + timedelta(minutes=minutes)


def minutes(case):
    case.refresh_from_db()
    return tuple(getattr(case, name) for name in stages.FIELDS)


@pytest.fixture
def solved(make_case, cast):
    """Read 1 minute after the plea, given at once, acknowledged after 3, solved after 13."""
    case = make_case(at=NOW, received_at=after(1), officer=cast.meena, assigned_at=after(1))
    perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena, at=after(3))
    perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, at=after(13), note="given", outcome=Outcome.HELPED.value)
    return case


def test_each_stage_has_its_minutes(solved):
    assert minutes(solved) == (1, 0, 2, 10, None)


def test_the_requesters_yes_ends_the_last(solved):
    feedback.answer(solved, True, Feedback.Way.LINK, after(20))
    assert minutes(solved) == (1, 0, 2, 10, 7)


def test_so_does_silence(solved):
    close_silent(after(13 + 24 * 60))
    assert minutes(solved)[-1] == 24 * 60


def test_a_reopened_case_is_not_solved_until_it_is(solved, cast):
    feedback.answer(solved, False, Feedback.Way.LINK, after(20))
    assert minutes(solved) == (1, 0, 2, None, None)
    perform(Move.RESOLVE, case_id=solved.pk, actor=cast.meena, at=after(33), note="now", outcome=Outcome.HELPED.value)
    assert minutes(solved) == (1, 0, 2, 30, None)


def test_a_reply_after_solved_opens_the_stage_again(solved):
    message = Message.objects.create(channel="x", external_id="9", text="not yet", posted_at=NOW, received_at=NOW)
    reopen_for_reply(case=Case.objects.get(pk=solved.pk), kind="request", message=message, at=after(20))
    assert minutes(solved)[3:] == (None, None)


def test_a_case_given_by_the_clock_has_its_first_assignment(make_case, cast):
    case = make_case(at=NOW, received_at=NOW)
    case.limits = Ladders.load().limits("critical", "oxygen", 375)
    set_alarm(case, NOW)
    case.save()
    sweep(after(5))
    assert minutes(case)[1] == 5
    sweep(after(10))
    assert minutes(case)[1] == 5  # the first one counts


def test_a_plea_that_the_pipeline_opens_has_its_first_two(post):
    process(post())
    received, assigned, *rest = minutes(Case.objects.get())
    assert received == pytest.approx(2, abs=0.2)
    assert assigned is not None
    assert rest == [None, None, None]
