"""Asking back: what is missing is asked once, in the first reply; silence puts it to an operator, on the same clock."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import actions, asking
from cases.models import Case, Event, Notice, Setting
from cases.understanding import Reading
from cases.workflow import Move, Status
from tests.cases.conftest import NOWHERE, SURE, THREAD, Post, plea, process, waiting
from tests.conftest import Cast, Map


def test_what_is_missing_is_asked_in_the_first_reply(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    case = waiting(post, readings)
    assert (case.status, case.asked_for, case.review_reason) == (
        Status.AWAITING_INFO,
        ["place", "phone"],
        "unknown_place",
    )
    assert case.answer_by is not None
    notice = Notice.objects.exclude(channel="desk").get()
    assert notice.template == "ask_both"
    assert case.reference in notice.text
    assert Event.objects.get(kind="asked").note == "place, phone"


def test_it_is_owned_and_on_the_clock_while_it_waits(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    case = waiting(post, readings)
    assert case.officer == cast.state_operator
    assert case.next_due_at == case.respond_by


def test_only_the_missing_thing_is_asked(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    readings["no phone"] = plea(phones=())
    process(post("no phone", **THREAD))
    case = Case.objects.get()
    assert (case.status, case.asked_for, case.officer) == (Status.ASSIGNED, ["phone"], cast.meena)
    assert Notice.objects.exclude(channel="desk").get().template == "ask_phone"
    readings["no place"] = Reading(kind="request", needs=("bed",), phones=("9811111111",), confidence=SURE)
    process(post("no place", author_id="8", conversation_id="2"))
    assert Notice.objects.exclude(channel="desk").latest("pk").template == "ask_place"


def test_a_complete_plea_is_asked_nothing(post: Post, cast: Cast) -> None:
    process(post(**THREAD))
    assert Case.objects.get().asked_for == []
    assert Notice.objects.exclude(channel="desk").get().template == "received"


def test_who_doubtfully_asks_for_help_is_asked_nothing(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    readings["hm"] = Reading(kind="request", confidence=SURE | {"kind": 0.3})
    process(post("hm", **THREAD))
    case = Case.objects.get()
    assert (case.status, case.review_reason, case.asked_for) == (Status.NEEDS_REVIEW, "kind", [])


@pytest.mark.parametrize("given", [{"channel": "phone"}, {"handle": None}, {"author_id": ""}])
def test_where_no_reply_can_be_made_an_operator_looks(
    post: Post, readings: dict[str, Reading], cast: Cast, given: dict[str, Any]
) -> None:
    readings["nowhere"] = NOWHERE
    process(post("nowhere", **(THREAD | given)))
    assert (Case.objects.get().status, Case.objects.get().answer_by) == (Status.NEEDS_REVIEW, None)


@pytest.mark.parametrize("move", [Move.ACKNOWLEDGE, Move.TRANSFER, Move.PLACE, Move.HAND_OVER])
def test_every_move_ends_the_waiting(
    post: Post, readings: dict[str, Reading], cast: Cast, small_map: Map, move: Move
) -> None:
    case = waiting(post, readings)
    given: dict[Move, dict[str, Any]] = {
        Move.TRANSFER: {"district": small_map.raipur, "note": "there"},
        Move.PLACE: {"district": small_map.bilaspur},
        Move.HAND_OVER: {"to": cast.sunita},
    }
    if move is Move.HAND_OVER:
        Case.objects.update(district=small_map.bilaspur)
    moved = actions.perform(move, case_id=case.pk, actor=cast.state_operator, **given.get(move, {}))
    assert moved.answer_by is None


def test_silence_puts_the_case_to_an_operator(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    case = waiting(post, readings)
    now = timezone.now()
    assert asking.give_up_waiting(now + timedelta(minutes=9)) == 0
    assert asking.give_up_waiting(now + timedelta(minutes=11)) == 1
    case.refresh_from_db()
    assert (case.status, case.review_reason, case.answer_by) == (Status.NEEDS_REVIEW, "silent", None)
    assert case.respond_by == case.next_due_at
    assert case.events.filter(kind="silent").count() == 1
    assert asking.give_up_waiting(now + timedelta(minutes=11)) == 0


def test_how_long_is_waited_is_data(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    Setting.objects.filter(pk="answer_minutes").update(value=30)
    now = timezone.now()
    case = waiting(post, readings)
    assert case.answer_by is not None
    assert case.answer_by - now > timedelta(minutes=29)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
def test_whom_somebody_is_moving_right_now_is_left_to_the_next_run(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    """Waiting for one while others are held could end with two that wait for each other."""
    waiting(post, readings)
    with CaptureQueriesContext(connection) as captured:
        asking.give_up_waiting(timezone.now() + timedelta(minutes=11))
    assert [query for query in captured.captured_queries if "SKIP LOCKED" in query["sql"]]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="its plans do not depend on how many rows there are")
def test_who_is_silent_is_found_by_index(db: None) -> None:
    with CaptureQueriesContext(connection) as captured:
        asking.give_up_waiting(timezone.now())
    [sql] = [query["sql"] for query in captured.captured_queries if "answer_by" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        assert "case_answer_idx" in str(cursor.fetchall())
