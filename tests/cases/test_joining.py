"""Which case a message belongs to: what came in the same page of posts counts like what came before."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import pipeline
from cases.actions import perform
from cases.models import Case, Message
from cases.understanding import Reading
from cases.workflow import Move, Status
from tests.cases.conftest import SURE, plea
from tests.conftest import Cast

Post = Callable[..., Message]


def _process(*messages: Message) -> dict[str, int]:
    return dict(pipeline.process([message.pk for message in messages]))


def test_a_volunteers_thread_on_one_page_opens_a_case_for_each_household(
    post: Post, readings: dict[str, Reading]
) -> None:
    readings["second family"] = plea(phones=("9811111111",), needs=("food",))
    thread = {"author_id": "7", "conversation_id": "1"}
    assert _process(post(**thread), post("second family", **thread)) == {"opened": 2}


def test_on_one_page_a_repost_of_a_joined_plea_is_an_echo(post: Post, readings: dict[str, Reading]) -> None:
    _process(post(author_id="7", conversation_id="1"))
    readings["still waiting"] = plea(phones=())
    again = post("still waiting", author_id="7", conversation_id="1")
    assert _process(again, post("still waiting", echo_of=again.external_id)) == {"joined": 1, "echo": 1}


def test_on_one_page_the_second_asker_of_a_case_adds_to_it(post: Post, readings: dict[str, Reading]) -> None:
    _process(post())
    readings["ward 4"] = Reading(kind="other", confidence=SURE)
    second = {"author_id": "8", "conversation_id": "2"}
    assert _process(post(**second), post("ward 4", **second)) == {"joined": 2}


@pytest.mark.parametrize("status", [Status.WITHDRAWN, Status.UNREACHABLE])
def test_a_new_plea_in_the_thread_of_a_case_given_up_is_a_case_somebody_sees(post: Post, status: Status) -> None:
    thread = {"author_id": "7", "conversation_id": "1"}
    _process(post(**thread))
    Case.objects.update(status=status, closed_at=timezone.now(), next_due_at=None, alarm_at=None)
    assert _process(post(**thread)) == {"opened": 1}
    assert _process(post(**thread)) == {"joined": 1}
    assert [case.message_count for case in Case.objects.order_by("pk")] == [1, 2]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="its plans do not depend on how many rows there are")
def test_what_a_batch_may_join_is_found_by_index(post: Post) -> None:
    message = post(author_id="7", conversation_id="1", echo_of="5")
    with CaptureQueriesContext(connection) as captured:
        _process(message)
    asked = [query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT")]
    assert [sql for sql in asked if "conversation_id" in sql.partition(" WHERE ")[2]]
    scanned = {"SCAN cases_case", "SCAN cases_message", "SCAN cases_person", "SCAN cases_phone"}
    assert not [plan for sql in asked for plan in _plan(sql) if plan in scanned]


def _plan(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return [row[3] for row in cursor.fetchall()]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
def test_a_case_that_may_be_joined_is_held_until_the_batch_is_in(post: Post) -> None:
    """Else an officer solves it in between, and a new plea is joined to what nobody looks at any more."""
    _process(post(author_id="7", conversation_id="1"))
    with CaptureQueriesContext(connection) as captured:
        _process(post(author_id="7", conversation_id="1"))
    held = [query["sql"] for query in captured.captured_queries if '"cases_case"' in query["sql"]]
    locked = [sql for sql in held if "FOR UPDATE" in sql and '"id" IN' in sql]
    assert [sql for sql in locked if "opened_at" in sql.partition(" WHERE ")[2]]  # those alike
    assert [sql for sql in locked if "opened_at" not in sql.partition(" WHERE ")[2]]  # that of the thread


# --- A case that an officer has joined to another ---------------------------------------------------------------


@pytest.fixture
def went_on(post: Post, readings: dict[str, Reading], cast: Cast) -> tuple[Case, Case]:
    """A case that was joined to another household's, with the thread of author 7, and the one it was joined to."""
    readings["by the river"] = plea(phones=("9800000002",), place_text="Arpa")
    _process(post(author_id="7", conversation_id="1"))
    _process(post("by the river", author_id="8", conversation_id="2"))
    joined, target = Case.objects.order_by("pk")
    perform(Move.JOIN, case_id=joined.pk, actor=cast.meena, to=target.reference)
    return Case.objects.get(pk=joined.pk), Case.objects.get(pk=target.pk)


def test_what_is_said_in_a_joined_cases_thread_goes_on_to_its_target(
    went_on: tuple[Case, Case], post: Post, readings: dict[str, Reading]
) -> None:
    joined, target = went_on
    readings["still waiting"] = Reading(kind="other", confidence=SURE)
    message = post("still waiting", author_id="7", conversation_id="1")
    assert _process(message) == {"joined": 1}
    message.refresh_from_db()
    assert message.case == target
    assert target.events.filter(kind="message", message=message).exists()
    counts = dict(Case.objects.values_list("pk", "message_count"))
    assert counts == {joined.pk: joined.message_count, target.pk: target.message_count + 1}


def test_separated_again_the_case_hears_its_thread_itself(
    went_on: tuple[Case, Case], post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    joined, _target = went_on
    readings["still waiting"] = Reading(kind="other", confidence=SURE)
    perform(Move.UNJOIN, case_id=joined.pk, actor=cast.sunita)
    message = post("still waiting", author_id="7", conversation_id="1")
    _process(message)
    message.refresh_from_db()
    assert message.case == joined


def test_a_plea_repeated_there_with_the_joined_cases_number_is_no_other_household(
    went_on: tuple[Case, Case], post: Post
) -> None:
    again = post(author_id="7", conversation_id="1")
    assert _process(again) == {"joined": 1}
    again.refresh_from_db()
    assert (again.case, Case.objects.count()) == (went_on[1], 2)


def test_a_repost_of_a_joined_plea_goes_on_too(went_on: tuple[Case, Case], post: Post) -> None:
    original = Message.objects.get(author_id="7")
    repost = post("RT @citizen: plea", author_id="9", echo_of=original.external_id)
    assert _process(repost) == {"echo": 1}
    repost.refresh_from_db()
    assert repost.case == went_on[1]


def test_a_call_about_a_case_that_was_joined_meanwhile_goes_on_too(
    went_on: tuple[Case, Case], post: Post, readings: dict[str, Reading]
) -> None:
    joined, target = went_on
    readings["called again"] = Reading(kind="other", confidence=SURE)
    given = {"given": {"case": joined.pk, "is_request": False}}
    call = post("called again", channel="phone", handle=None, author_id="", raw=given)
    assert _process(call) == {"joined": 1}
    call.refresh_from_db()
    assert call.case == target
