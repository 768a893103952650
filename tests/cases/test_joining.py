"""Which case a message belongs to: what came in the same page of posts counts like what came before."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import pipeline
from cases.models import Case, Message
from cases.understanding import Reading
from cases.workflow import Status
from tests.cases.conftest import SURE, plea

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
