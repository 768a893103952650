"""Every move of a case: what it changes, what it refuses, what it leaves behind."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases import actions
from cases.actions import MoveRefused, perform
from cases.models import Case, Event, Handle, Message, Notice
from cases.workflow import RULES, Move, Status
from districts.models import Officer
from tests.conftest import CaseMaker, Cast, Map


def test_every_move_has_a_rule_an_effect_and_a_role_that_may_make_it() -> None:
    assert set(actions._EFFECTS) == set(Move) == set(RULES)
    assert set().union(*actions.access.MOVES.values()) == set(Move)


def test_acknowledging_starts_the_clock_of_the_help_and_says_who_holds_the_case(
    cast: Cast, make_case: CaseMaker
) -> None:
    case = make_case(officer=cast.meena)
    perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena)
    case.refresh_from_db()
    assert (case.status, case.officer) == (Status.ACKNOWLEDGED, cast.meena)
    assert case.acknowledged_at is not None
    assert case.next_due_at == case.resolve_by
    event = Event.objects.get(case=case)
    assert (event.kind, event.actor, event.from_status, event.to_status) == (
        "acknowledged",
        cast.meena,
        "assigned",
        "acknowledged",
    )


def test_the_stand_in_who_acknowledges_becomes_the_owner(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.ravi)
    case.refresh_from_db()
    assert case.officer == cast.ravi
    event = Event.objects.get(case=case)
    assert (event.from_officer, event.to_officer) == (cast.meena, cast.ravi)


def test_the_second_officer_is_told_who_was_first(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena)
    with pytest.raises(MoveRefused, match="Meena Sahu") as refused:
        perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.ravi)
    assert refused.value.code == "not_allowed"
    case.refresh_from_db()
    assert case.officer == cast.meena


def test_an_officer_of_another_block_or_district_does_not_find_the_case(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    for stranger in (cast.anil, cast.other_collector):
        with pytest.raises(Case.DoesNotExist):
            perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=stranger)


@pytest.mark.parametrize("who", ["doctor", "auditor"])
def test_a_reader_may_not_acknowledge(cast: Cast, make_case: CaseMaker, who: str) -> None:
    case = make_case()
    with pytest.raises(MoveRefused) as refused:
        perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=getattr(cast, who))
    assert refused.value.code == "not_permitted"


def test_a_note_changes_neither_the_status_nor_the_clock(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    before = (case.status, case.next_due_at, case.respond_by, case.resolve_by)
    perform(Move.NOTE, case_id=case.pk, actor=cast.meena, note="Called, engaged.")
    case.refresh_from_db()
    assert (case.status, case.next_due_at, case.respond_by, case.resolve_by) == before


@pytest.mark.parametrize("note", ["", "   \n", "\x00", "\u202e"])
def test_a_note_without_words_is_refused(cast: Cast, make_case: CaseMaker, note: str) -> None:
    case = make_case(officer=cast.meena)
    with pytest.raises(MoveRefused) as refused:
        perform(Move.NOTE, case_id=case.pk, actor=cast.meena, note=note)
    assert refused.value.code == "note_required"
    assert not Event.objects.exists()


def test_handing_over_asks_the_new_officer_to_acknowledge_on_the_same_clock(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena)
    perform(Move.HAND_OVER, case_id=case.pk, actor=cast.meena, to=cast.ravi)
    moved = Case.objects.get(pk=case.pk)
    assert (moved.status, moved.officer) == (Status.ASSIGNED, cast.ravi)
    assert moved.resolve_by == case.resolve_by
    assert moved.next_due_at == case.resolve_by
    perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.ravi)
    assert Case.objects.get(pk=case.pk).acknowledged_at == moved.acknowledged_at  # the citizen was answered then


@pytest.mark.parametrize("who", ["doctor", "auditor", "other_collector"])
def test_a_case_is_not_handed_to_who_cannot_work_it(cast: Cast, make_case: CaseMaker, who: str) -> None:
    case = make_case(officer=cast.meena)
    with pytest.raises(MoveRefused) as refused:
        perform(Move.HAND_OVER, case_id=case.pk, actor=cast.meena, to=getattr(cast, who))
    assert refused.value.code == "invalid"


def test_a_transfer_keeps_the_case_open_with_the_other_districts_officer(
    cast: Cast, make_case: CaseMaker, small_map: Map
) -> None:
    case = make_case(officer=cast.meena)
    perform(Move.TRANSFER, case_id=case.pk, actor=cast.meena, district=small_map.raipur, note="Lies in Raipur AIIMS")
    moved = Case.objects.get(pk=case.pk)
    assert (moved.district, moved.block, moved.officer) == (small_map.raipur, None, cast.other_collector)
    assert (moved.status, moved.is_open, moved.opened_at) == (Status.ASSIGNED, True, case.opened_at)
    assert Event.objects.get(case=case).kind == "transferred"


def test_a_transfer_says_why(cast: Cast, make_case: CaseMaker, small_map: Map) -> None:
    case = make_case(officer=cast.meena)
    with pytest.raises(MoveRefused) as refused:
        perform(Move.TRANSFER, case_id=case.pk, actor=cast.meena, district=small_map.raipur)
    assert refused.value.code == "note_required"


def test_setting_the_place_of_a_case_in_review_sends_it_to_the_officer_on_duty(
    cast: Cast, make_case: CaseMaker, small_map: Map
) -> None:
    case = make_case(
        status="needs_review", district=None, block=None, officer=cast.state_operator, review_reason="unknown_place"
    )
    perform(
        Move.PLACE,
        case_id=case.pk,
        actor=cast.state_operator,
        district=small_map.bilaspur,
        block=small_map.kota,
        place_text="Ratanpur",
    )
    case.refresh_from_db()
    assert (case.status, case.officer, case.block) == (Status.ASSIGNED, cast.anil, small_map.kota)
    assert (case.place_text, case.review_reason, case.candidates) == ("Ratanpur", "", [])


def test_correcting_the_locality_within_the_block_leaves_the_case_with_who_works_it(
    cast: Cast, make_case: CaseMaker, small_map: Map
) -> None:
    case = make_case(officer=cast.ravi)
    perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.ravi)
    perform(
        Move.PLACE,
        case_id=case.pk,
        actor=cast.ravi,
        district=small_map.bilaspur,
        block=small_map.bilha,
        place=small_map.tifra,
        place_text="Tifra",
    )
    case.refresh_from_db()
    assert (case.status, case.officer, case.place) == (Status.ACKNOWLEDGED, cast.ravi, small_map.tifra)


def test_a_block_of_another_district_is_refused(cast: Cast, make_case: CaseMaker, small_map: Map) -> None:
    case = make_case(officer=cast.meena)
    with pytest.raises(MoveRefused) as refused:
        perform(Move.PLACE, case_id=case.pk, actor=cast.meena, district=small_map.bilaspur, block=small_map.dharsiwa)
    assert refused.value.code == "invalid"


def _asked(case: Case, handle: Handle, **given: Any) -> Message:
    fields: dict[str, Any] = {
        "channel": "x",
        "external_id": "1",
        "handle": handle,
        "author_id": "77",
        "author_username": "rakesh_y",
        "text": "ऑक्सीजन चाहिए",
        "posted_at": case.opened_at,
        "received_at": case.opened_at,
        "state": "read",
        "read_at": case.opened_at,
        "result": "opened",
        "case": case,
    }
    return Message.objects.create(**(fields | given))


def test_resolving_tells_every_asker_once_in_their_thread(cast: Cast, make_case: CaseMaker, handle: Handle) -> None:
    case = make_case(officer=cast.meena)
    _asked(case, handle)
    _asked(case, handle, external_id="2", author_id="88", result="joined")
    _asked(case, handle, external_id="3", author_id="99", result="echo")
    perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena)
    perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, outcome="helped", note="Cylinder at the door")
    case.refresh_from_db()
    assert (case.status, case.outcome, case.next_due_at) == (Status.RESOLVED, "helped", None)
    told = Notice.objects.order_by("message__external_id")
    assert [notice.message.external_id for notice in told] == ["1", "2"]
    assert all(case.reference in notice.text and "http" not in notice.text for notice in told)
    assert "Cylinder" not in told[0].text
    assert told[0].text != told[1].text  # X refuses what the account has said before


@pytest.mark.parametrize(("outcome", "note", "code"), [("helped", "", "note_required"), ("banana", "done", "invalid")])
def test_resolving_needs_an_outcome_and_a_note(
    cast: Cast, make_case: CaseMaker, outcome: str, note: str, code: str
) -> None:
    case = make_case(officer=cast.meena)
    perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena)
    with pytest.raises(MoveRefused) as refused:
        perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, outcome=outcome, note=note)
    assert refused.value.code == code
    case.refresh_from_db()
    assert case.status == Status.ACKNOWLEDGED


def test_a_case_cannot_be_resolved_before_somebody_acknowledged_it(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    with pytest.raises(MoveRefused) as refused:
        perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, outcome="helped", note="done")
    assert refused.value.code == "not_allowed"


def test_a_reopened_case_is_worked_again_and_counted_and_can_be_solved_anew(
    cast: Cast, make_case: CaseMaker, handle: Handle
) -> None:
    case = make_case(officer=cast.meena)
    _asked(case, handle)
    for _round in range(2):
        perform(Move.ACKNOWLEDGE if _round == 0 else Move.NOTE, case_id=case.pk, actor=cast.meena, note="on the way")
        perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, outcome="helped", note="done")
        perform(Move.REOPEN, case_id=case.pk, actor=cast.meena, note="Cylinder was empty")
    case.refresh_from_db()
    assert (case.status, case.reopened_count, case.resolved_at) == (Status.IN_PROGRESS, 2, None)
    texts = set(Notice.objects.values_list("text", flat=True))
    assert len(texts) == 2  # the second one carries the time: X refuses what the account has said before


def test_a_reply_after_solved_reopens_the_case_unless_it_is_thanks(
    cast: Cast, make_case: CaseMaker, handle: Handle
) -> None:
    case = make_case(officer=cast.meena)
    message = _asked(case, handle)
    perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena)
    solved = perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, outcome="helped", note="done")
    now = timezone.now() + timedelta(minutes=5)
    actions.reopen_for_reply(case=solved, kind="thanks", message=message, at=now)
    assert Case.objects.get(pk=case.pk).status == Status.RESOLVED
    actions.reopen_for_reply(case=solved, kind="other", message=message, at=now)
    reopened = Case.objects.get(pk=case.pk)
    assert (reopened.status, reopened.reopened_count) == (Status.IN_PROGRESS, 1)


def test_closing_and_withdrawing_are_for_supervisors_with_a_reason(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    with pytest.raises(MoveRefused) as refused:
        perform(Move.WITHDRAW, case_id=case.pk, actor=cast.meena, note="not needed")
    assert refused.value.code == "not_permitted"
    perform(Move.WITHDRAW, case_id=case.pk, actor=cast.sunita, note="Requester called: no longer needed")
    case.refresh_from_db()
    assert (case.status, case.next_due_at) == (Status.WITHDRAWN, None)


def test_allowed_moves_are_what_status_and_role_both_permit(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    assert actions.allowed_moves(case, cast.meena) == [
        Move.ACKNOWLEDGE,
        Move.NOTE,
        Move.HAND_OVER,
        Move.TRANSFER,
        Move.PLACE,
        Move.CORRECT,
        Move.CALL,
        Move.SUPPLY,
        Move.JOIN,
    ]
    assert actions.allowed_moves(case, cast.auditor) == []


def test_hand_over_targets_are_the_districts_and_the_states_workers(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    names: set[Officer] = set(actions.hand_over_targets(case))
    assert names == {
        cast.ravi,
        cast.anil,
        cast.sunita,
        cast.collector,
        cast.operator,
        cast.state_operator,
        cast.state_admin,
    }
