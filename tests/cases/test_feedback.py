"""The requester's yes or no: a yes closes, a no opens again; asked once for each solving, changed within the hour."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases import feedback
from cases.actions import perform
from cases.event_notes import feedback_words
from cases.models import Case, Event, Feedback, Notice
from cases.workflow import Closing, Move, Outcome, Status

LINK = Feedback.Way.LINK
NOW = timezone.now().replace(microsecond=0)


@pytest.fixture
def solved(make_case, cast):
    def make(outcome=Outcome.HELPED, minutes_ago=60):
        case = make_case(officer=cast.meena, at=NOW - timedelta(minutes=minutes_ago + 20))
        at = NOW - timedelta(minutes=minutes_ago)
        perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena, at=at - timedelta(minutes=5))
        return perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, note="given", at=at, outcome=outcome)

    return make


def answer(case, helped, at=NOW, **more):
    feedback.answer(case, helped, LINK, at, **more)
    case.refresh_from_db()
    return case


def test_a_yes_closes_a_solved_case(solved):
    case = answer(solved(), True)
    assert (case.status, case.closing, case.consent_at) == (Status.CLOSED, Closing.YES, NOW)
    assert case.minutes_confirmed == 60
    assert list(case.events.order_by("pk").values_list("kind", flat=True))[-2:] == ["feedback", "closed"]


def test_a_no_opens_it_again_and_tells_the_officer(solved, cast):
    case = answer(solved(), False, note="the cylinder was empty")
    assert (case.status, case.reopened_count, case.resolved_at) == (Status.IN_PROGRESS, 1, None)
    assert case.alarm_at is not None
    told = Notice.objects.get(case=case, template="to_feedback", channel="desk")
    assert told.officer == cast.meena
    note = feedback_words(case.events.get(kind="feedback").note)
    assert note == "Help has not come (by the link)\nthe cylinder was empty"


def test_a_yes_that_was_meant_as_a_no_is_changed_within_the_hour(solved):
    case = answer(solved(), True)
    case = answer(case, False, NOW + timedelta(minutes=59))
    assert case.status == Status.IN_PROGRESS


def test_after_the_hour_the_answer_stands(solved):
    case = answer(solved(), True)
    with pytest.raises(feedback.NotAsked):
        answer(case, False, NOW + timedelta(minutes=61))
    assert Feedback.objects.count() == 1


def test_a_no_that_was_meant_as_a_yes_leaves_the_word_to_the_officer(solved, cast):
    case = answer(answer(solved(), False), True, NOW + timedelta(minutes=1))
    assert (case.status, case.consent_at) == (Status.IN_PROGRESS, NOW + timedelta(minutes=1))
    at = NOW + timedelta(minutes=2)
    perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, note="was there", at=at, outcome=Outcome.HELPED)
    case.refresh_from_db()
    assert (case.status, case.closing) == (Status.CLOSED, Closing.YES)


def test_each_solving_is_asked_about_anew(solved, cast):
    case = answer(solved(), False)
    at = NOW + timedelta(hours=3)
    perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, note="again", at=at, outcome=Outcome.HELPED)
    case.refresh_from_db()
    assert answer(case, True, at + timedelta(minutes=5)).status == Status.CLOSED


def test_a_case_closed_in_silence_still_takes_its_yes(solved):
    case = solved()
    Case.objects.filter(pk=case.pk).update(status=Status.CLOSED, closed_at=NOW, closing=Closing.SILENCE)
    assert answer(case, True).closing == Closing.YES


def test_a_bereaved_family_is_not_asked(solved):
    case = solved(Outcome.DIED)
    assert not feedback.question(case, NOW).is_open
    with pytest.raises(feedback.NotAsked):
        answer(case, True)


def test_while_help_is_owed_nobody_is_asked(make_case, cast):
    with pytest.raises(feedback.NotAsked):
        answer(make_case(officer=cast.meena), True)


def test_after_thirty_days_nobody_is_asked(solved):
    with pytest.raises(feedback.NotAsked):
        answer(solved(), True, NOW + timedelta(days=31))


def test_the_link_is_of_one_case_and_holds_thirty_days(solved, time_machine_at):
    case = solved()
    address = feedback.link(case)
    token = address.rstrip("/").rpartition("/")[2]
    assert f"/status/{case.reference}/answer/" in address
    assert feedback.is_true(case.reference, token)
    assert not feedback.is_true("BSP-OTHER-01", token)
    assert not feedback.is_true(case.reference, token[:-1] + ("A" if token[-1] != "A" else "B"))
    time_machine_at(timezone.now() + timedelta(days=31))
    assert not feedback.is_true(case.reference, token)


@pytest.fixture
def time_machine_at():
    import time_machine

    travels = []

    def go(moment):
        travels.append(time_machine.travel(moment, tick=False))
        travels[-1].start()

    yield go
    for one in travels:
        one.stop()


def test_the_events_are_append_only_and_say_who_heard_it(solved, cast):
    feedback.answer(case := solved(), True, Feedback.Way.CALL, NOW, officer=cast.operator)
    assert set(Event.objects.filter(case=case, kind__in=["feedback", "closed"]).values_list("actor", flat=True)) == {
        cast.operator.pk
    }
