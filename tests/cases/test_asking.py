"""Asking back: what is missing is asked once, the answer completes the case, silence puts it to an operator."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import actions, asking, pipeline
from cases.models import Case, Event, Message, Notice, Setting
from cases.understanding import Reading
from cases.workflow import Move, Status
from districts import gazetteer_source
from tests.cases.conftest import SURE, plea
from tests.conftest import Cast, Map

Post = Callable[..., Message]
THREAD = {"author_id": "7", "conversation_id": "1"}
NOWHERE = Reading(kind="request", needs=("oxygen",), urgency="high", confidence=SURE)


@pytest.fixture(autouse=True)
def fresh_gazetteer() -> None:
    gazetteer_source.forget()


def process(*messages: Message, **given: Any) -> dict[str, int]:
    return dict(pipeline.process([message.pk for message in messages], **given))


def waiting(post: Post, readings: dict[str, Reading], **given: Any) -> Case:
    """A case whose author was asked for the place."""
    readings["oxygen please"] = NOWHERE if not given else Reading(**({"kind": "request", "needs": ("oxygen",)} | given))
    process(post("oxygen please", **THREAD))
    return Case.objects.get()


def test_what_is_missing_is_asked_in_the_first_reply(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    case = waiting(post, readings)
    assert (case.status, case.asked_for, case.review_reason) == (
        Status.AWAITING_INFO,
        ["place", "phone"],
        "unknown_place",
    )
    assert case.answer_by is not None
    notice = Notice.objects.get()
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
    assert Notice.objects.get().template == "ask_phone"
    readings["no place"] = Reading(kind="request", needs=("bed",), phones=("9811111111",), confidence=SURE)
    process(post("no place", author_id="8", conversation_id="2"))
    assert Notice.objects.latest("pk").template == "ask_place"


def test_a_complete_plea_is_asked_nothing(post: Post, cast: Cast) -> None:
    process(post(**THREAD))
    assert Case.objects.get().asked_for == []
    assert Notice.objects.get().template == "received"


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


def test_the_citizens_answer_completes_the_case(
    post: Post, readings: dict[str, Reading], cast: Cast, small_map: Map
) -> None:
    case = waiting(post, readings)
    promised = case.respond_by
    readings["Tifra, Bilaspur"] = plea(kind="other", needs=(), phones=("9811111111",), patient_age=61)
    assert process(post("Tifra, Bilaspur", **THREAD)) == {"joined": 1}
    case.refresh_from_db()
    assert (case.status, case.officer, case.block) == (Status.ASSIGNED, cast.meena, small_map.bilha)
    assert (case.answer_by, case.review_reason, case.patient_age) == (None, "", 61)
    assert case.respond_by == promised  # the clock never stopped
    assert [phone.number for phone in case.requester.phones.all()] == ["9811111111"]
    kinds = list(case.events.values_list("kind", flat=True))
    assert kinds.count("answered") == 1
    assert kinds[-1] == "assigned"
    assert Notice.objects.latest("pk").template == "completed"


def test_plea_and_answer_in_one_batch_make_one_complete_case(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    readings["oxygen please"] = NOWHERE
    readings["in Tifra"] = plea(kind="other", needs=(), phones=())
    assert process(post("oxygen please", **THREAD), post("in Tifra", **THREAD)) == {"review": 1, "joined": 1}
    case = Case.objects.get()
    assert (case.status, case.officer) == (Status.ASSIGNED, cast.meena)


def test_a_word_of_the_state_settles_which_of_two_places(
    post: Post, readings: dict[str, Reading], cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = waiting(post, readings)
    both = f"{case.excerpt}\nCG wala"
    readings[both] = plea()
    readings["CG wala"] = Reading(kind="other", state=22, confidence=SURE)
    process(post("CG wala", **THREAD))
    case.refresh_from_db()
    assert case.officer == cast.meena


def test_an_answer_that_does_not_help_is_not_asked_again(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    case = waiting(post, readings)
    readings["please hurry"] = NOWHERE
    readings[f"{case.excerpt}\nplease hurry"] = NOWHERE
    process(post("please hurry", **THREAD))
    case.refresh_from_db()
    assert case.status == Status.AWAITING_INFO
    assert Notice.objects.count() == 1
    readings["Tifra"] = plea(kind="other", needs=())
    process(post("Tifra", **THREAD))
    case.refresh_from_db()
    assert case.status == Status.ASSIGNED


def test_a_late_answer_does_not_undo_what_an_operator_placed(
    post: Post, readings: dict[str, Reading], cast: Cast, small_map: Map
) -> None:
    case = waiting(post, readings)
    where = {"district": small_map.bilaspur, "block": small_map.kota}
    actions.perform(Move.PLACE, case_id=case.pk, actor=cast.state_operator, **where)
    readings["Tifra"] = plea(kind="other", needs=(), phones=())
    process(post("Tifra", **THREAD))
    case.refresh_from_db()
    assert (case.block, case.officer, case.answer_by) == (small_map.kota, cast.anil, None)


def test_an_answer_does_not_take_a_case_from_who_acknowledged_it(
    post: Post, readings: dict[str, Reading], cast: Cast, small_map: Map
) -> None:
    case = waiting(post, readings)
    actions.perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.state_operator)
    readings["Tifra"] = plea(kind="other", needs=(), phones=())
    process(post("Tifra", **THREAD))
    case.refresh_from_db()
    assert (case.status, case.officer, case.block) == (Status.ACKNOWLEDGED, cast.state_operator, small_map.bilha)


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


def test_an_answer_after_the_silence_still_counts(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    case = waiting(post, readings)
    asking.give_up_waiting(timezone.now() + timedelta(minutes=11))
    readings["Tifra"] = plea(kind="other", needs=(), phones=())
    process(post("Tifra", **THREAD))
    case.refresh_from_db()
    assert (case.status, case.officer) == (Status.ASSIGNED, cast.meena)


def test_how_long_is_waited_is_data(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    Setting.objects.filter(pk="answer_minutes").update(value=30)
    now = timezone.now()
    case = waiting(post, readings)
    assert case.answer_by is not None
    assert case.answer_by - now > timedelta(minutes=29)


def test_a_doubtful_answer_is_below_the_threshold_that_is_data(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    case = waiting(post, readings)
    Setting.objects.filter(pk="sure_of_place").update(value=0.97)
    readings["Tifra"] = plea(kind="other", needs=(), phones=())
    process(post("Tifra", **THREAD))
    case.refresh_from_db()
    assert case.district is None


@pytest.mark.skipif(connection.vendor != "sqlite", reason="its plans do not depend on how many rows there are")
def test_who_is_silent_is_found_by_index(db: None) -> None:
    with CaptureQueriesContext(connection) as captured:
        asking.give_up_waiting(timezone.now())
    sql = (
        captured.captured_queries[0]["sql"]
        if "SELECT" in captured.captured_queries[0]["sql"]
        else captured.captured_queries[1]["sql"]
    )
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        assert "case_answer_idx" in str(cursor.fetchall())


def test_ten_answers_cost_what_one_costs(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    readings["oxygen please"] = NOWHERE
    readings["Tifra"] = plea(kind="other", needs=(), phones=("9811111111",))

    def cost(first: int, count: int) -> int:
        threads = [{"author_id": str(n), "conversation_id": str(n)} for n in range(first, first + count)]
        process(*[post("oxygen please", **thread) for thread in threads])
        answers = [post("Tifra", **thread) for thread in threads]
        with CaptureQueriesContext(connection) as captured:
            process(*answers)
        return len(captured)

    cost(1, 1)
    one = cost(10, 1)
    assert cost(20, 10) <= one + 9  # each reads plea and answer together with the gazetteer's version at hand


CONSENT = Reading(kind="update_resolved", confidence=SURE)


def worked(post: Post, cast: Cast) -> Case:
    process(post(**THREAD))
    case = Case.objects.get()
    return actions.perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena)


def test_got_it_proposes_the_end_and_resolving_closes_at_once(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    case = worked(post, cast)
    readings["cylinder mil gaya, dhanyavad"] = CONSENT
    process(post("cylinder mil gaya, dhanyavad", **THREAD))
    case.refresh_from_db()
    assert case.status == Status.ACKNOWLEDGED  # only an officer resolves
    assert case.consent_at is not None
    ended = actions.perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, outcome="helped", note="Cylinder given")
    assert (ended.status, ended.resolved_at, ended.closed_at) == (Status.CLOSED, ended.resolved_at, ended.resolved_at)
    assert list(case.events.values_list("kind", flat=True))[-2:] == ["resolved", "closed"]


def test_without_a_yes_a_solved_case_waits_for_one(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    case = worked(post, cast)
    solved = actions.perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, outcome="helped", note="Given")
    assert solved.status == Status.RESOLVED
    readings["thank you"] = Reading(kind="thanks", confidence=SURE)
    process(post("thank you", **THREAD))
    case.refresh_from_db()
    assert (case.status, case.reopened_count) == (Status.CLOSED, 0)
    assert case.consent_at is not None


def test_mere_thanks_say_nothing_of_an_open_case(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    case = worked(post, cast)
    readings["thanks for registering"] = Reading(kind="thanks", confidence=SURE)
    process(post("thanks for registering", **THREAD))
    case.refresh_from_db()
    assert case.consent_at is None


def test_a_new_plea_takes_the_yes_back(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    case = worked(post, cast)
    readings["got it"] = CONSENT
    process(post("got it", **THREAD))
    readings["now a bed"] = plea(needs=("bed",))
    process(post("now a bed", **THREAD))
    case.refresh_from_db()
    assert case.consent_at is None


def test_somebody_elses_thanks_end_nothing(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    case = worked(post, cast)
    readings["got it"] = CONSENT
    process(post("got it", author_id="99", conversation_id="1"))
    case.refresh_from_db()
    assert case.consent_at is None
