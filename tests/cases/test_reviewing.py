"""Review: what was read is confirmed, dismissed or corrected by a person, and each answer becomes an example."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from cases.actions import MoveRefused, perform
from cases.models import Case, Correction, Event, Message, Need
from cases.workflow import Move, Status
from tests.conftest import CaseMaker, Cast, Map

READING = {
    "kind": "request",
    "needs": ["oxygen"],
    "urgency": "high",
    "phones": ["9876543210"],
    "state": 22,
    "district": None,
    "block": None,
    "place_text": "Tifraa",
    "confidence": {"kind": 0.41, "place": 0.3, "need": 0.6, "urgency": 0.7},
    "spans": [],
}


def plea(case: Case, text: str = "Tifraa me oxygen chahiye 9876543210", **given: object) -> Message:
    now = timezone.now()
    fields = {"channel": "x", "external_id": f"m{Message.objects.count()}", "text": text, "posted_at": now}
    fields |= {"received_at": now, "state": "read", "read_at": now, "result": "review", "case": case}
    return Message.objects.create(**(fields | {"reading": READING} | given))


def doubtful(make_case: CaseMaker, cast: Cast, **given: object) -> Case:
    case = make_case(status=Status.NEEDS_REVIEW, officer=cast.operator, review_reason="kind", **given)
    plea(case)
    return case


def test_a_confirmed_plea_goes_to_the_officer_of_its_block(make_case: CaseMaker, cast: Cast, small_map: Map) -> None:
    case = doubtful(make_case, cast, block=small_map.bilha)
    moved = perform(Move.CONFIRM, case_id=case.pk, actor=cast.operator)
    assert (moved.status, moved.officer, moved.review_reason) == (Status.ASSIGNED, cast.meena, "")
    assert moved.respond_by == case.respond_by  # the clock did not start again
    kept = Correction.objects.get()
    assert (kept.field, kept.right["is_request"], kept.read["confidence"]) == ("kind", True, 0.41)


def test_a_confirmed_plea_without_a_district_waits_on_for_its_place(make_case: CaseMaker, cast: Cast) -> None:
    case = doubtful(make_case, cast, district=None, block=None)
    moved = perform(Move.CONFIRM, case_id=case.pk, actor=cast.state_operator)
    assert (moved.status, moved.review_reason) == (Status.NEEDS_REVIEW, "unknown_place")


def test_only_a_doubt_about_the_kind_can_be_confirmed(make_case: CaseMaker, cast: Cast) -> None:
    case = make_case(status=Status.NEEDS_REVIEW, officer=cast.operator, review_reason="doubtful_place")
    with pytest.raises(MoveRefused) as refused:
        perform(Move.CONFIRM, case_id=case.pk, actor=cast.operator)
    assert refused.value.code == "not_allowed"


def test_what_is_no_plea_ends_and_says_what_it_was(make_case: CaseMaker, cast: Cast) -> None:
    case = doubtful(make_case, cast)
    moved = perform(Move.DISMISS, case_id=case.pk, actor=cast.operator, kind="offer")
    assert (moved.status, moved.next_due_at) == (Status.WITHDRAWN, None)
    assert Correction.objects.get().right == {"kind": "offer", "is_request": False}
    assert Event.objects.filter(case=case, kind="dismissed", actor=cast.operator).exists()


def test_a_nodal_officer_cannot_dismiss_a_plea(make_case: CaseMaker, cast: Cast) -> None:
    case = make_case(officer=cast.meena)
    with pytest.raises(MoveRefused) as refused:
        perform(Move.DISMISS, case_id=case.pk, actor=cast.meena, kind="other")
    assert refused.value.code == "not_permitted"


def test_a_made_up_kind_is_refused(make_case: CaseMaker, cast: Cast) -> None:
    case = doubtful(make_case, cast)
    with pytest.raises(MoveRefused) as refused:
        perform(Move.DISMISS, case_id=case.pk, actor=cast.operator, kind="request")
    assert refused.value.code == "invalid"


def test_a_correction_to_graver_brings_the_promise_nearer(make_case: CaseMaker, cast: Cast) -> None:
    case = make_case(officer=cast.meena, urgency="normal", resolve_by=timezone.now() + timedelta(hours=20))
    plea(case)
    icu = Need.objects.get(pk="icu")
    moved = perform(Move.CORRECT, case_id=case.pk, actor=cast.meena, need=icu, other_needs=["bed"], urgency="critical")
    assert (moved.need_id, moved.other_needs, moved.urgency) == ("icu", ["bed"], "critical")
    assert moved.resolve_by == case.opened_at + timedelta(minutes=30)
    assert {(c.field, str(c.right)) for c in Correction.objects.all()} == {
        ("need", "{'needs': ['icu', 'bed']}"),
        ("urgency", "{'urgency': 'critical'}"),
    }


def test_a_correction_to_calmer_buys_no_time(make_case: CaseMaker, cast: Cast) -> None:
    case = make_case(officer=cast.meena, urgency="critical")
    moved = perform(Move.CORRECT, case_id=case.pk, actor=cast.meena, need=case.need, urgency="normal")
    assert moved.urgency == "normal"
    assert (moved.respond_by, moved.resolve_by) == (case.respond_by, case.resolve_by)


def test_a_correction_that_changes_nothing_is_refused(make_case: CaseMaker, cast: Cast) -> None:
    case = make_case(officer=cast.meena)
    with pytest.raises(MoveRefused):
        perform(Move.CORRECT, case_id=case.pk, actor=cast.meena, need=case.need, urgency=case.urgency)


def test_a_place_set_in_review_is_an_example(make_case: CaseMaker, cast: Cast, small_map: Map) -> None:
    case = make_case(
        status=Status.NEEDS_REVIEW, officer=cast.operator, review_reason="unknown_place", district=None, block=None
    )
    plea(case)
    perform(
        Move.PLACE,
        case_id=case.pk,
        actor=cast.state_operator,
        district=small_map.bilaspur,
        block=small_map.bilha,
        place_text="Tifra",
    )
    kept = Correction.objects.get()
    assert kept.right["district"] == "Bilaspur"
    assert (kept.right["district_code"], kept.right["block_or_town"]) == (375, "Tifra")
    assert kept.read["district_code"] is None


def test_a_place_confirmed_as_it_was_is_no_example(make_case: CaseMaker, cast: Cast, small_map: Map) -> None:
    case = make_case(officer=cast.meena, block=small_map.bilha)
    plea(case)
    perform(Move.PLACE, case_id=case.pk, actor=cast.meena, district=small_map.bilaspur, block=small_map.bilha)
    assert not Correction.objects.exists()


def exported() -> list[dict[str, object]]:
    out = io.StringIO()
    call_command("export_labels", "--officer", "operator", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_corrections_are_written_in_the_gold_format(make_case: CaseMaker, cast: Cast, small_map: Map) -> None:
    case = doubtful(make_case, cast)
    where = {"district": small_map.bilaspur, "block": small_map.kota, "place_text": "Kota"}
    perform(Move.PLACE, case_id=case.pk, actor=cast.operator, **where)
    perform(Move.CORRECT, case_id=case.pk, actor=cast.operator, need=Need.objects.get(pk="bed"), urgency="critical")
    [label] = exported()
    assert label["text"] == "Tifraa me oxygen chahiye 9876543210"
    assert (label["is_request"], label["needs"], label["urgency"]) == (True, ["bed"], "critical")
    assert (label["state"], label["district"], label["block_or_town"]) == ("Chhattisgarh", "Bilaspur", "Kota")
    assert label["phones"] == ["9876543210"]
    assert label["corrected"] == ["need", "place", "urgency"]
    assert label["label_doubt"] == "as read, not checked: kind"


def test_the_latest_word_on_a_field_counts(make_case: CaseMaker, cast: Cast, small_map: Map) -> None:
    case = doubtful(make_case, cast)
    for block in (small_map.kota, small_map.masturi):
        where = {"district": small_map.bilaspur, "block": block, "place_text": block.name}
        perform(Move.PLACE, case_id=case.pk, actor=cast.operator, **where)
    [label] = exported()
    assert label["block_or_town"] == "Masturi"


def test_what_was_dismissed_is_exported_as_no_request(make_case: CaseMaker, cast: Cast) -> None:
    case = doubtful(make_case, cast)
    perform(Move.DISMISS, case_id=case.pk, actor=cast.operator, kind="thanks")
    [label] = exported()
    assert (label["is_request"], label["kind"], label["needs"], label["urgency"]) == (False, "thanks", [], None)


def test_export_costs_the_same_for_many(make_case: CaseMaker, cast: Cast, django_assert_num_queries: Any) -> None:
    for _ in range(6):
        perform(Move.DISMISS, case_id=doubtful(make_case, cast).pk, actor=cast.operator, kind="news")
    with django_assert_num_queries(4):
        assert len(exported()) == 6
