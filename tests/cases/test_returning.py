"""Two joined cases part: nobody was told too early, and what came meanwhile goes back to where it belongs."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases import consulting
from cases.actions import MoveRefused, perform
from cases.models import Case, Consultation, Event, Message, Notice, Phone
from cases.notify import superseding
from cases.notify.outbox import due
from cases.understanding import Reading
from cases.workflow import Move, Urgency
from tests.cases.conftest import NOWHERE, Post, plea, process
from tests.conftest import CaseMaker, Cast

MINE = {"author_id": "7", "conversation_id": "1"}
FIRST_PHONE, SECOND_PHONE = "9812345678", "9812345679"


def pair(post: Post, readings: dict[str, Reading]) -> tuple[Case, Case]:
    """Two pleas with a phone each: the case that will be joined, and the other."""
    readings["mine"] = plea(patient_age=61, phones=(FIRST_PHONE,))
    readings["theirs"] = plea(patient_age=24, phones=(SECOND_PHONE,))
    process(post("mine", **MINE))
    process(post("theirs", author_id="8", conversation_id="2"))
    joined, other = Case.objects.order_by("pk")
    return joined, other


def join(joined: Case, other: Case, cast: Cast, **more: Any) -> None:
    perform(Move.JOIN, case_id=joined.pk, actor=cast.sunita, to=other.reference, **more)


def again(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


# --- Told too early -------------------------------------------------------------------------------------------


def test_who_asked_is_told_of_a_join_when_its_minute_is_over(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    joined, other = pair(post, readings)
    at = timezone.now()
    join(joined, other, cast, at=at)
    told = Notice.objects.get(template="joined")
    assert told not in due(at + timedelta(seconds=59))
    assert told in due(at + timedelta(seconds=60))


def test_a_join_taken_back_was_never_told(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    joined, other = pair(post, readings)
    join(joined, other, cast)
    perform(Move.UNDO, case_id=joined.pk, actor=cast.sunita)
    assert Notice.objects.get(template="joined").state == Notice.State.DROPPED


def test_a_join_that_was_separated_before_it_was_told_is_not_told(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    joined, other = pair(post, readings)
    join(joined, other, cast)
    told = Notice.objects.select_related("message__case", "case").get(template="joined")
    assert superseding.superseded(told) == ""
    perform(Move.UNJOIN, case_id=joined.pk, actor=cast.sunita)
    told = Notice.objects.select_related("message__case", "case").get(template="joined")
    assert superseding.superseded(told) == superseding.PARTED


# --- What came meanwhile ----------------------------------------------------------------------------------------


def arrive_meanwhile(post: Post, readings: dict[str, Reading]) -> tuple[Message, Message]:
    """One more message of each thread."""
    readings["more"] = plea(kind="update_need", phones=("9812345699",))
    readings["theirs too"] = plea(kind="update_need", phones=())
    mine, theirs = post("more", **MINE), post("theirs too", author_id="8", conversation_id="2")
    process(mine, theirs)
    return mine, theirs


@pytest.mark.parametrize("parting", [Move.UNJOIN, Move.UNDO])
def test_messages_that_came_while_it_was_joined_go_back_with_it(
    post: Post, readings: dict[str, Reading], cast: Cast, parting: Move
) -> None:
    joined, other = pair(post, readings)
    join(joined, other, cast)
    mine, theirs = arrive_meanwhile(post, readings)
    assert again(other).message_count == 4
    assert Message.objects.get(pk=mine.pk).case == other
    perform(parting, case_id=joined.pk, actor=cast.sunita)
    assert Message.objects.get(pk=mine.pk).case == joined
    assert Message.objects.get(pk=theirs.pk).case == other
    assert (again(joined).message_count, again(other).message_count) == (2, 2)
    assert Event.objects.filter(case=joined, kind="message", message=mine).exists()


def test_a_number_that_only_they_named_goes_with_them(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    joined, other = pair(post, readings)
    join(joined, other, cast)
    arrive_meanwhile(post, readings)
    numbers = Phone.objects.filter(number="9812345699")
    assert numbers.get().person == other.requester
    perform(Move.UNJOIN, case_id=joined.pk, actor=cast.sunita)
    assert numbers.get().person == joined.requester
    assert Phone.objects.filter(person=other.requester).count() == 1


def test_what_was_said_meanwhile_makes_the_separated_case_as_grave(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    readings["mine"] = plea(patient_age=61, phones=(FIRST_PHONE,), urgency="high")
    joined, other = pair(post, readings)
    Case.objects.filter(pk=joined.pk).update(urgency=Urgency.HIGH)
    join(again(joined), other, cast)
    readings["worse"] = plea(patient_age=61, phones=(FIRST_PHONE,))
    process(post("worse", **MINE))
    perform(Move.UNJOIN, case_id=joined.pk, actor=cast.sunita)
    assert again(joined).urgency == Urgency.CRITICAL


def test_a_separation_taken_back_gives_them_to_the_other_again(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    joined, other = pair(post, readings)
    join(joined, other, cast)
    mine, _theirs = arrive_meanwhile(post, readings)
    perform(Move.UNJOIN, case_id=joined.pk, actor=cast.sunita)
    perform(Move.UNDO, case_id=joined.pk, actor=cast.sunita)
    assert Message.objects.get(pk=mine.pk).case == other
    assert (again(joined).message_count, again(other).message_count) == (1, 4)
    assert Phone.objects.get(number="9812345699").person == other.requester
    perform(Move.UNJOIN, case_id=joined.pk, actor=cast.sunita)
    assert (again(joined).message_count, again(other).message_count) == (2, 2)


def test_of_one_requester_with_two_cases_only_the_thread_tells_them_apart(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    readings["mine"] = plea(patient_age=61, phones=(FIRST_PHONE,))
    readings["theirs"] = plea(patient_age=24, phones=(SECOND_PHONE,))
    process(post("mine", author_id="7", conversation_id="1"))
    process(post("theirs", author_id="7", conversation_id="2"))
    joined, other = Case.objects.order_by("pk")
    join(joined, other, cast)
    readings["to two"] = plea(kind="update_need", phones=())
    stays = post("to two", author_id="7", conversation_id="2")
    goes = post("to two", author_id="7", conversation_id="1")
    process(stays, goes)
    perform(Move.UNJOIN, case_id=joined.pk, actor=cast.sunita)
    assert Message.objects.get(pk=stays.pk).case == other
    assert Message.objects.get(pk=goes.pk).case == joined


def test_a_second_join_takes_nothing_from_the_time_between(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    joined, other = pair(post, readings)
    join(joined, other, cast)
    perform(Move.UNJOIN, case_id=joined.pk, actor=cast.sunita)
    mine, _theirs = arrive_meanwhile(post, readings)
    assert Message.objects.get(pk=mine.pk).case == joined
    join(again(joined), other, cast)
    perform(Move.UNJOIN, case_id=joined.pk, actor=cast.sunita)
    assert (again(joined).message_count, again(other).message_count) == (2, 2)


def test_a_move_that_waited_is_in_the_way_however_much_is_dated_after_it(cast: Cast, make_case: CaseMaker) -> None:
    """A join that waited at the gate is dated before the moves that it came after."""
    case, other, now = make_case(officer=cast.meena), make_case(officer=cast.meena), timezone.now()
    for number in range(8):
        Event.objects.create(case=case, at=now + timedelta(seconds=10 + number), kind="escalated")
    perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena, at=now + timedelta(seconds=30))
    perform(Move.JOIN, case_id=case.pk, actor=cast.sunita, to=other.reference, at=now)
    with pytest.raises(MoveRefused, match="Sunita"):
        perform(Move.UNDO, case_id=case.pk, actor=cast.meena, at=now + timedelta(seconds=31))


# --- Who else asks for the same patient ----------------------------------------------------------------------------


def test_a_third_plea_with_the_number_of_a_joined_case_joins_where_that_one_went(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    joined, other = pair(post, readings)
    join(joined, other, cast)
    readings["neighbour"] = plea(phones=(FIRST_PHONE,), patient_age=61)
    third = post("neighbour", author_id="9", conversation_id="3")
    assert process(third) == {"joined": 1}
    assert Message.objects.get(pk=third.pk).case == other
    assert Case.objects.count() == 2
    perform(Move.UNJOIN, case_id=joined.pk, actor=cast.sunita)
    assert Message.objects.get(pk=third.pk).case == joined


def test_so_does_a_copy_of_its_words(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    words = "my mother needs an oxygen cylinder in Tifra near the water tank tonight please help somebody"
    readings[words] = plea(phones=(), place_text="", patient_age=None)
    readings["theirs"] = plea(patient_age=24, phones=(SECOND_PHONE,))
    process(post(words, **MINE))
    process(post("theirs", author_id="8", conversation_id="2"))
    joined, other = Case.objects.order_by("pk")
    join(joined, other, cast)
    assert process(post(words, author_id="9", conversation_id="3")) == {"joined": 1}


def test_what_was_joined_to_a_case_that_has_ended_opens_a_case_of_its_own(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    joined, other = pair(post, readings)
    join(joined, other, cast)
    perform(Move.WITHDRAW, case_id=other.pk, actor=cast.sunita, note="x")
    readings["neighbour"] = plea(phones=(FIRST_PHONE,), patient_age=61)
    assert process(post("neighbour", author_id="9", conversation_id="3")) == {"opened": 1}


# --- The doctors' call ---------------------------------------------------------------------------------------------


def asked(case: Case, cast: Cast) -> Consultation:
    ago = timezone.now() - timedelta(minutes=1)
    return consulting.ask(case_id=case.pk, actor=cast.meena, question="Dose?", urgency="high", at=ago)


@pytest.mark.parametrize("parting", [Move.UNJOIN, Move.UNDO])
@pytest.mark.parametrize("is_claimed", [False, True])
def test_the_doctors_call_goes_back_when_the_two_part(
    cast: Cast, make_case: CaseMaker, parting: Move, is_claimed: bool
) -> None:
    case, other = make_case(officer=cast.meena), make_case(officer=cast.meena)
    one = asked(case, cast)
    join(case, other, cast)
    one.refresh_from_db()
    assert one.case == other
    if is_claimed:
        assert consulting.claim_next(doctor=cast.doctor, at=timezone.now()) == one
    perform(parting, case_id=case.pk, actor=cast.sunita)
    one.refresh_from_db()
    assert (one.case, one.standing) == (case, "claimed" if is_claimed else "waiting")


@pytest.mark.parametrize("parting", [Move.UNJOIN, Move.UNDO])
def test_the_others_own_call_stays(cast: Cast, make_case: CaseMaker, parting: Move) -> None:
    case, other = make_case(officer=cast.meena), make_case(officer=cast.meena)
    one, own = asked(case, cast), asked(other, cast)
    join(case, other, cast)
    perform(parting, case_id=case.pk, actor=cast.sunita)
    one.refresh_from_db()
    own.refresh_from_db()
    assert (own.case, own.standing) == (other, "waiting")
    assert one.case == case


def test_a_doctor_keeps_writing_where_the_call_now_belongs(cast: Cast, make_case: CaseMaker) -> None:
    case, other = make_case(officer=cast.meena), make_case(officer=cast.meena)
    one = asked(case, cast)
    join(case, other, cast)
    consulting.claim_next(doctor=cast.doctor, at=timezone.now())
    perform(Move.UNDO, case_id=case.pk, actor=cast.sunita)
    consulting.save_note(consultation_id=one.pk, doctor=cast.doctor, at=timezone.now(), symptoms="Cough")
    one.refresh_from_db()
    assert (one.case, one.symptoms) == (case, "Cough")


def test_an_unknown_place_is_no_bar(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    """A joined plea without a district may be told it by the other's thread; nothing of that is undone by parting."""
    readings["where"] = NOWHERE
    readings["theirs"] = plea(patient_age=24, phones=(SECOND_PHONE,))
    process(post("where", **MINE))
    process(post("theirs", author_id="8", conversation_id="2"))
    joined, other = Case.objects.order_by("pk")
    perform(Move.JOIN, case_id=joined.pk, actor=cast.state_operator, to=other.reference)
    mine, _theirs = arrive_meanwhile(post, readings)
    perform(Move.UNJOIN, case_id=joined.pk, actor=cast.state_operator)
    assert Message.objects.get(pk=mine.pk).case == joined
