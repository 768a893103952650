"""What was stored and not processed is found again; the doors of intake."""

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import OperationalError
from django.utils import timezone

from cases import pipeline
from cases.intake import poller, sweeping, tasks
from cases.intake.storing import MAX_TRIES, Draft, as_received, store
from cases.intake.sweeping import sweep
from cases.models import Handle, Message
from tests.conftest import Map

State = Message.State


def stored(count: int, minutes_ago: float = 1, **more: Any) -> list[int]:
    now = timezone.now()
    ids = store([Draft("web", f"{minutes_ago}-{number}", f"oxygen chahiye {number}", now) for number in range(count)])
    Message.objects.filter(pk__in=ids).update(received_at=now - timedelta(minutes=minutes_ago), **more)
    return ids


def states() -> dict[str, int]:
    every = list(Message.objects.values_list("state", flat=True))
    return {state: every.count(state) for state in every}


@pytest.fixture(autouse=True)
def _map(small_map: Map) -> None:
    """Everything here ends in the real pipeline."""


def test_what_has_waited_is_processed() -> None:
    stored(150)
    assert sum(sweep(timezone.now()).values()) == 150
    assert states() == {"read": 150}


def test_what_has_just_come_is_left_to_the_usual_way() -> None:
    stored(1, minutes_ago=0.1)
    assert sweep(timezone.now()) == {}


def test_one_run_is_bounded_and_takes_the_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = stored(30, minutes_ago=60), stored(30, minutes_ago=5)
    monkeypatch.setattr(sweeping, "BATCHES", 1)
    monkeypatch.setattr(sweeping, "CHUNK", 30)
    sweep(timezone.now())
    assert set(Message.objects.filter(state=State.READ).values_list("pk", flat=True)) == set(old)
    assert not Message.objects.filter(pk__in=new, state=State.READ).exists()


def test_a_batch_the_database_refuses_does_not_starve_those_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    [bad] = stored(1, minutes_ago=60)
    stored(3)
    monkeypatch.setattr(sweeping, "CHUNK", 1)
    real = pipeline.process

    def refusing(ids: list[int], at: datetime) -> Any:
        if bad in ids:
            raise OperationalError("no")
        return real(ids, at=at)

    monkeypatch.setattr(pipeline, "process", refusing)
    sweep(timezone.now())
    assert states() == {"stored": 1, "read": 3}


@pytest.mark.parametrize(("tries", "minutes"), [(1, 2), (2, 8), (3, 32), (4, 120)])
def test_a_failed_one_is_tried_again_after_a_while(tries: int, minutes: int) -> None:
    stored(1, minutes_ago=minutes - 1, state=State.FAILED, tries=tries, error="e")
    assert sweep(timezone.now()) == {}
    assert sum(sweep(timezone.now() + timedelta(minutes=2)).values()) == 1
    assert Message.objects.get().state == State.READ


def test_one_that_failed_in_the_pipeline_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stored(1)
    with monkeypatch.context() as broken:
        broken.setattr(pipeline, "_settle", Mock(side_effect=ValueError("for now")))
        sweep(timezone.now())
    assert states() == {"failed": 1}
    sweep(timezone.now() + timedelta(minutes=3))
    assert states() == {"read": 1}


def test_after_the_last_try_it_waits_for_a_person() -> None:
    stored(1, minutes_ago=10_000, state=State.FAILED, tries=MAX_TRIES, error="e")
    assert sweep(timezone.now()) == {}
    assert states() == {"failed": 1}


def test_an_unreadable_post_is_never_tried() -> None:
    store([as_received("x", {"odd": 1}, "id is missing")])
    assert sweep(timezone.now() + timedelta(days=1)) == {}


def test_poison_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    [poison, *_] = stored(5)
    real = pipeline._settle

    def settle(messages: Any, *rest: Any) -> Any:
        if poison in [message.pk for message in messages]:
            raise ValueError("poison")
        return real(messages, *rest)

    monkeypatch.setattr(pipeline, "_settle", settle)
    sweep(timezone.now())
    assert states() == {"failed": 1, "read": 4}
    assert "poison" in Message.objects.get(pk=poison).error


class TestTasks:
    def test_processing_twice_is_processing_once(self) -> None:
        ids = stored(3)
        tasks.process_messages(ids)
        before = list(Message.objects.values())
        tasks.process_messages(ids)
        assert list(Message.objects.values()) == before

    def test_the_sweeper_s_door_sweeps(self) -> None:
        stored(1)
        tasks.sweep_messages()
        assert states() == {"read": 1}

    def test_each_handle_whose_turn_it_is_gets_a_poll(
        self, handle: Handle, small_map: Map, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        later = timezone.now() + timedelta(minutes=1)
        Handle.objects.create(username="Resting", state=small_map.cg, not_before_at=later)
        Handle.objects.create(username="Off", state=small_map.cg, is_active=False)
        started: list[Any] = []
        monkeypatch.setattr(tasks.poll_handle, "apply_async", lambda args, **_: started.append(args))
        tasks.poll_handles()
        assert started == [(handle.pk,)]

    def test_the_poll_s_door_polls(self, handle: Handle, monkeypatch: pytest.MonkeyPatch) -> None:
        polled: list[int] = []
        monkeypatch.setattr(poller, "poll", polled.append)
        tasks.poll_handle(handle.pk)
        assert polled == [handle.pk]
