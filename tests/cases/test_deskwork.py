"""Calls, supplies, joins, who cannot be reached, and what may be taken back within a minute."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.actions import MoveRefused, perform
from cases.models import Call, Case, Correction, Event, Handle, Message, Notice, Supply
from cases.reviewing import version
from cases.workflow import Move, Status
from districts.models import Officer
from tests.conftest import CaseMaker, Cast, Map

AddPlea = Callable[..., Message]


def refused(move: Move, case: Case, actor: Officer, **fields: Any) -> MoveRefused:
    with pytest.raises(MoveRefused) as caught:
        perform(move, case_id=case.pk, actor=actor, **fields)
    return caught.value


def columns_of(pk: int) -> dict[str, Any]:
    return {**Case.objects.filter(pk=pk).values().get()}


@pytest.fixture
def plead(handle: Handle) -> AddPlea:
    """Gives a case the post it came from."""

    def add(case: Case, text: str = "ऑक्सीजन चाहिए", **given: Any) -> Message:
        now = timezone.now()
        count = Message.objects.count()
        fields: dict[str, Any] = {
            "channel": "x", "external_id": f"{9000 + count}", "author_id": f"{70 + count}", "author_username": "asks",
            "text": text, "posted_at": now, "received_at": now, "state": "read", "read_at": now, "result": "opened",
            "case": case, "handle": handle, "reading": {"spans": []},
        }  # fmt: skip
        return Message.objects.create(**(fields | given))

    return add


# --- Calls and who cannot be reached ------------------------------------------------------------------------


def test_a_call_is_logged_with_the_first_number_and_leaves_the_clock_alone(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena, phone="9826155412")
    due = case.next_due_at
    perform(Move.CALL, case_id=case.pk, actor=cast.meena, result="no_answer", note="Rings out")
    call = Call.objects.get(case=case)
    assert (call.number, call.result, call.note, call.officer) == ("9826155412", "no_answer", "Rings out", cast.meena)
    case.refresh_from_db()
    assert (case.next_due_at, case.status) == (due, Status.ASSIGNED)
    assert Event.objects.get(case=case).note == "no_answer\nRings out"


@pytest.mark.parametrize("fields", [{}, {"result": "banana"}, {"result": "busy", "number": "12"}])
def test_a_call_says_how_it_went(cast: Cast, make_case: CaseMaker, fields: dict[str, str]) -> None:
    assert refused(Move.CALL, make_case(officer=cast.meena), cast.meena, **fields).code == "invalid"
    assert not Call.objects.exists()


def test_three_calls_that_reach_nobody_allow_a_supervisor_to_give_up(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    for done in range(3):
        assert f"{done} of 3" in refused(Move.UNREACHABLE, case, cast.sunita, note="x").message
        perform(Move.CALL, case_id=case.pk, actor=cast.meena, result="off")
    assert refused(Move.UNREACHABLE, case, cast.meena, note="x").code == "not_permitted"
    perform(Move.UNREACHABLE, case_id=case.pk, actor=cast.sunita, note="Went there, nobody knows them.")
    case.refresh_from_db()
    assert (case.status, case.next_due_at, case.alarm_at) == (Status.UNREACHABLE, None, None)


def test_a_call_that_reached_somebody_starts_the_count_again(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    for result in ("off", "busy", "reached", "no_answer"):
        perform(Move.CALL, case_id=case.pk, actor=cast.meena, result=result)
    assert "1 of 3" in refused(Move.UNREACHABLE, case, cast.sunita, note="x").message


# --- Supplies -------------------------------------------------------------------------------------------------


def test_what_was_asked_and_given_is_counted_and_told_in_the_history(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    perform(Move.SUPPLY, case_id=case.pk, actor=cast.meena, supplies={"cylinder_d": (2, 0)})
    perform(Move.SUPPLY, case_id=case.pk, actor=cast.meena, supplies={"cylinder_d": (2, 1)}, note="From CIMS")
    row = Supply.objects.get(case=case)
    assert (row.kind_id, row.asked, row.given) == ("cylinder_d", 2, 1)
    assert Event.objects.filter(case=case).last().note == "cylinder_d 2 1\nFrom CIMS"  # type: ignore[union-attr]


def test_numbers_that_somebody_changed_meanwhile_are_not_overwritten(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    perform(Move.SUPPLY, case_id=case.pk, actor=cast.ravi, supplies={"cylinder_d": (2, 1)})
    late = refused(
        Move.SUPPLY, case, cast.meena, supplies={"cylinder_d": (3, 0)}, seen={"cylinder_d": (0, 0)}
    )  # fmt: skip
    assert late.code == "not_allowed"
    assert Supply.objects.get().given == 1


# --- Joining ----------------------------------------------------------------------------------------------------


def test_a_joined_case_ends_in_the_other_and_who_asked_is_told(
    cast: Cast, make_case: CaseMaker, plead: AddPlea
) -> None:
    older = make_case(officer=cast.meena, at=timezone.now() - timedelta(minutes=20))
    newer = make_case(officer=cast.ravi)
    plead(older)
    perform(Move.JOIN, case_id=older.pk, actor=cast.meena, to=newer.reference.lower())
    joined, other = Case.objects.get(pk=older.pk), Case.objects.get(pk=newer.pk)
    assert (joined.status, joined.joined_to, joined.next_due_at) == (Status.DUPLICATE, newer, None)
    assert other.message_count == 2
    assert (other.opened_at, other.resolve_by) == (older.opened_at, older.resolve_by)  # the earlier clock counts
    assert newer.reference in Notice.objects.get(template="joined").text
    assert [event.kind for event in Event.objects.order_by("pk")] == ["adopted", "joined"]


def test_joining_to_a_joined_case_leads_to_its_target_and_makes_no_chain(cast: Cast, make_case: CaseMaker) -> None:
    first, second, third = (make_case(officer=cast.meena) for _ in range(3))
    perform(Move.JOIN, case_id=second.pk, actor=cast.meena, to=first.reference)
    perform(Move.JOIN, case_id=third.pk, actor=cast.meena, to=second.reference)
    assert Case.objects.get(pk=third.pk).joined_to == first
    last = make_case(officer=cast.meena)
    perform(Move.JOIN, case_id=first.pk, actor=cast.meena, to=last.reference)
    assert set(Case.objects.filter(joined_to=last)) == {first, second, third}
    assert Case.objects.get(pk=last.pk).message_count == 4


def test_a_case_joins_neither_itself_nor_an_unseen_nor_an_ended_one(
    cast: Cast, make_case: CaseMaker, small_map: Map
) -> None:
    case = make_case(officer=cast.meena)
    far = make_case(officer=cast.anil, block=small_map.kota)
    ended = make_case(status=Status.WITHDRAWN, closed_at=timezone.now(), next_due_at=None)
    for to in (case.reference, far.reference, ended.reference, "", "BSP-\x00", "nonsense"):
        assert refused(Move.JOIN, case, cast.meena, to=to).code == "invalid"


def test_separated_again_it_goes_on_with_its_own_officer(cast: Cast, make_case: CaseMaker) -> None:
    case, other = make_case(officer=cast.meena), make_case(officer=cast.ravi)
    perform(Move.JOIN, case_id=case.pk, actor=cast.meena, to=other.reference)
    perform(Move.UNJOIN, case_id=case.pk, actor=cast.sunita)
    case.refresh_from_db()
    assert (case.status, case.officer, case.joined_to, case.closed_at) == (Status.ASSIGNED, cast.meena, None, None)
    assert Case.objects.get(pk=other.pk).message_count == 1


def test_solving_tells_also_who_asked_in_the_joined_case(cast: Cast, make_case: CaseMaker, plead: AddPlea) -> None:
    case, other = make_case(officer=cast.meena), make_case(officer=cast.meena)
    plead(case)
    plead(other)
    perform(Move.JOIN, case_id=case.pk, actor=cast.meena, to=other.reference)
    perform(Move.ACKNOWLEDGE, case_id=other.pk, actor=cast.meena)
    perform(Move.RESOLVE, case_id=other.pk, actor=cast.meena, outcome="helped", note="Delivered")
    assert Notice.objects.filter(template="resolved").count() == 2


# --- Undo ---------------------------------------------------------------------------------------------------------


def test_every_move_that_may_be_undone_is_undone_to_the_letter(
    cast: Cast, make_case: CaseMaker, small_map: Map, plead: AddPlea
) -> None:
    now = timezone.now()
    open_one = {"officer": cast.meena}
    worked = open_one | {"status": Status.ACKNOWLEDGED, "acknowledged_at": now}
    solved = worked | {"status": Status.RESOLVED, "resolved_at": now, "outcome": "helped", "next_due_at": None}
    other = make_case(officer=cast.ravi)
    moves: list[tuple[Move, dict[str, Any], dict[str, Any]]] = [
        (Move.ACKNOWLEDGE, open_one, {}),
        (Move.START, worked, {}),
        (Move.HAND_OVER, open_one, {"to": cast.ravi}),
        (Move.TRANSFER, open_one, {"district": small_map.raipur, "note": "x"}),
        (Move.PLACE, open_one, {"district": small_map.bilaspur, "block": small_map.kota}),
        (Move.RESOLVE, worked, {"outcome": "helped", "note": "x"}),
        (Move.RESOLVE, worked | {"consent_at": now}, {"outcome": "helped", "note": "x"}),
        (Move.REOPEN, solved, {"note": "x"}),
        (Move.CLOSE, solved, {"note": "x"}),
        (Move.WITHDRAW, open_one, {"note": "x"}),
        (Move.JOIN, open_one, {"to": other.reference}),
    ]
    for move, given, fields in moves:
        case = make_case(**given)
        plead(case)
        before, beside = columns_of(case.pk), columns_of(other.pk)
        perform(move, case_id=case.pk, actor=cast.sunita, at=now, **fields)
        assert columns_of(case.pk)["status"] != before["status"] or move in {
            Move.PLACE, Move.TRANSFER, Move.HAND_OVER,
        }  # fmt: skip
        perform(Move.UNDO, case_id=case.pk, actor=cast.sunita, at=now + timedelta(seconds=50))
        for pk, was in ((case.pk, before), (other.pk, beside)):
            after = columns_of(pk)
            assert {
                name: (was[name], after[name]) for name in was if name != "updated_at" and was[name] != after[name]
            } == {}, move
        assert not Correction.objects.filter(case=case).exists(), move
        assert not Notice.objects.filter(event__case=case, state="queued").exists(), move
        assert case.events.latest("pk").kind == "undone"


def test_undo_is_for_the_own_last_move_within_a_minute(cast: Cast, make_case: CaseMaker) -> None:
    case, now = make_case(officer=cast.meena), timezone.now()
    assert "nothing to undo" in refused(Move.UNDO, case, cast.meena).message
    perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena, at=now)
    assert "Meena Sahu" in refused(Move.UNDO, case, cast.ravi, at=now).message
    assert "minute is over" in refused(Move.UNDO, case, cast.meena, at=now + timedelta(seconds=61)).message
    perform(Move.START, case_id=case.pk, actor=cast.ravi, at=now + timedelta(seconds=5))
    late = refused(Move.UNDO, case, cast.meena, at=now + timedelta(seconds=9))
    assert "Ravi Tiwari" in late.message
    assert "work started" in late.message.lower()


def test_another_persons_note_does_not_stand_in_the_way_and_an_undo_is_not_undone(
    cast: Cast, make_case: CaseMaker
) -> None:
    case, now = make_case(officer=cast.meena), timezone.now()
    perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena, at=now)
    perform(Move.NOTE, case_id=case.pk, actor=cast.ravi, note="On my way", at=now + timedelta(seconds=2))
    perform(Move.UNDO, case_id=case.pk, actor=cast.meena, at=now + timedelta(seconds=5))
    case.refresh_from_db()
    assert (case.status, case.acknowledged_at, case.minutes_acknowledged) == (Status.ASSIGNED, None, None)
    assert refused(Move.UNDO, case, cast.meena, at=now + timedelta(seconds=6)).code == "not_allowed"


def test_what_was_joined_before_goes_along_and_is_counted_once(cast: Cast, make_case: CaseMaker) -> None:
    child, middle, last = (make_case(officer=cast.meena) for _ in range(3))
    perform(Move.JOIN, case_id=child.pk, actor=cast.meena, to=middle.reference)
    perform(Move.JOIN, case_id=middle.pk, actor=cast.meena, to=last.reference)
    perform(Move.UNJOIN, case_id=middle.pk, actor=cast.sunita)
    counts = dict(Case.objects.values_list("pk", "message_count"))
    assert counts == {child.pk: 1, middle.pk: 1, last.pk: 2}
    perform(Move.UNJOIN, case_id=child.pk, actor=cast.sunita)
    assert Case.objects.get(pk=last.pk).message_count == 1


def test_a_join_is_taken_back_with_what_went_along_or_not_at_all(cast: Cast, make_case: CaseMaker) -> None:
    child, middle, last = (make_case(officer=cast.meena) for _ in range(3))
    perform(Move.JOIN, case_id=child.pk, actor=cast.meena, to=middle.reference)
    perform(Move.JOIN, case_id=middle.pk, actor=cast.meena, to=last.reference)
    assert refused(Move.UNDO, child, cast.meena).code == "not_allowed"  # the move was that of the other case
    perform(Move.UNDO, case_id=middle.pk, actor=cast.meena)
    assert Case.objects.get(pk=child.pk).joined_to == middle
    assert dict(Case.objects.values_list("pk", "message_count")) == {child.pk: 1, middle.pk: 2, last.pk: 1}
    perform(Move.JOIN, case_id=middle.pk, actor=cast.meena, to=last.reference)
    perform(Move.UNJOIN, case_id=child.pk, actor=cast.sunita)
    assert refused(Move.UNDO, middle, cast.meena).code == "not_allowed"
    assert Case.objects.get(pk=middle.pk).joined_to == last


def test_a_separation_is_not_taken_back_into_a_case_that_was_joined_itself(cast: Cast, make_case: CaseMaker) -> None:
    case, other, third = (make_case(officer=cast.meena) for _ in range(3))
    perform(Move.JOIN, case_id=case.pk, actor=cast.meena, to=other.reference)
    perform(Move.UNJOIN, case_id=case.pk, actor=cast.sunita)
    perform(Move.JOIN, case_id=other.pk, actor=cast.meena, to=third.reference)
    assert refused(Move.UNDO, case, cast.sunita).code == "not_allowed"


def test_a_move_that_a_long_sweep_came_after_is_not_taken_back(cast: Cast, make_case: CaseMaker) -> None:
    case, now = make_case(officer=cast.meena), timezone.now()
    perform(Move.HAND_OVER, case_id=case.pk, actor=cast.meena, to=cast.ravi, at=now)
    Case.objects.filter(pk=case.pk).update(officer=cast.sunita, rung=2)
    before = now - timedelta(seconds=5)  # a sweep dates what it does by its beginning
    Event.objects.create(case=case, at=before, kind="escalated", from_officer=cast.ravi, to_officer=cast.sunita)
    assert refused(Move.UNDO, case, cast.meena, at=now + timedelta(seconds=9)).code == "not_allowed"


def test_an_offer_to_undo_takes_back_no_other_move(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena)
    offered = case.events.get().pk
    perform(Move.START, case_id=case.pk, actor=cast.meena)
    assert refused(Move.UNDO, case, cast.meena, event=offered).code == "not_allowed"


def test_solved_is_said_only_after_the_minute_and_can_be_said_anew_after_an_undo(
    cast: Cast, make_case: CaseMaker, plead: AddPlea
) -> None:
    case, now = (
        make_case(officer=cast.meena, status=Status.ACKNOWLEDGED, acknowledged_at=timezone.now()),
        timezone.now(),
    )
    plead(case)
    solve: dict[str, Any] = {"case_id": case.pk, "actor": cast.meena, "outcome": "helped", "note": "Delivered"}
    perform(Move.RESOLVE, at=now, **solve)
    notice = Notice.objects.get(template="resolved")
    assert notice.next_try_at == now + timedelta(seconds=60)
    perform(Move.UNDO, case_id=case.pk, actor=cast.meena, at=now + timedelta(seconds=30))
    notice.refresh_from_db()
    assert notice.state == Notice.State.DROPPED
    perform(Move.RESOLVE, at=now + timedelta(seconds=40), **solve)
    assert Notice.objects.filter(template="resolved", state="queued").count() == 1


# --- Nothing is overwritten unseen --------------------------------------------------------------------------------


def test_a_place_that_was_set_meanwhile_is_not_overwritten(cast: Cast, make_case: CaseMaker, small_map: Map) -> None:
    case = make_case(officer=cast.sunita)
    seen = version(case, Move.PLACE)
    perform(Move.PLACE, case_id=case.pk, actor=cast.operator, district=small_map.bilaspur, block=small_map.kota)
    late = refused(
        Move.PLACE, case, cast.sunita, district=small_map.bilaspur, block=small_map.masturi, seen=seen
    )  # fmt: skip
    assert late.code == "not_allowed"
    assert "Kiran Das" in late.message
    assert Case.objects.get(pk=case.pk).block == small_map.kota
