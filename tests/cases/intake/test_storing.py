"""The floor: stored once, raw, whatever the text; in few statements."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.intake import storing
from cases.intake.storing import Draft, store
from cases.models import Message

pytestmark = pytest.mark.django_db


def draft(number: int | str = 1, text: str = "oxygen", **more: Any) -> Draft:
    return Draft("x", str(number), text, timezone.now(), **more)


class TestOnce:
    def test_only_the_new_ones_are_returned(self) -> None:
        [first] = store([draft(1)])
        [second] = store([draft(1), draft(2)])
        assert second != first
        assert set(Message.objects.values_list("pk", flat=True)) == {first, second}

    def test_twice_in_one_batch_is_once(self) -> None:
        assert len(store([draft(1, "first"), draft(1, "second")])) == 1
        assert Message.objects.get().text == "first"

    def test_the_same_id_on_two_channels_is_two_messages(self) -> None:
        assert len(store([draft(1), Draft("web", "1", "a", timezone.now())])) == 2

    def test_what_another_poller_stored_meanwhile_is_not_ours(self, monkeypatch: pytest.MonkeyPatch) -> None:
        store([draft(1)])
        monkeypatch.setattr(storing, "known_keys", lambda _: set())  # it was stored after we had looked
        assert len(store([draft(1), draft(2)])) == 1

    def test_a_row_the_database_refuses_is_never_dropped_silently(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            store([Draft(None, "1", "a row without a channel", timezone.now())])  # type: ignore[arg-type]

    def test_an_empty_page_is_nothing(self) -> None:
        assert store([]) == []


class TestWhateverComes:
    def test_a_draft_the_database_refuses_is_kept_and_the_others_get_in(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        real = storing._message

        def refused(one: Draft, at: Any) -> Message:
            row = real(one, at)
            if one.external_id == "2":
                row.channel = None  # type: ignore[assignment]
            return row

        monkeypatch.setattr(storing, "_message", refused)
        assert len(storing.store_whatever_comes([draft(1), draft(2, "the odd one"), draft(3)])) == 3
        failed = Message.objects.get(state=Message.State.FAILED)
        assert failed.text == "the odd one"
        assert "IntegrityError" in failed.error
        assert Message.objects.filter(state=Message.State.STORED).count() == 2
        assert "tried alone" in caplog.text


class TestText:
    def test_nul_is_taken_out_and_recorded(self) -> None:
        store([draft(1, "help\x00me", author_name="A\x00B", raw={"post": {"text": "help\x00me"}})])
        message = Message.objects.get()
        assert (message.text, message.author_name) == ("helpme", "AB")
        assert message.raw == {"post": {"text": "help␀me"}, "as_sent": "help␀me"}

    def test_a_lone_surrogate_is_replaced_and_recorded(self) -> None:
        store([draft(1, "help \ud83d", raw={"\ud83d": ["\ud83d", float("nan")]})])
        message = Message.objects.get()
        assert message.text == "help �"
        assert message.raw == {"\\ud83d": ["\\ud83d", "nan"], "as_sent": "help \\ud83d"}

    @pytest.mark.parametrize(
        "text", ["\x01\x1f\x7f", "\u202eright to left\u202c", "🙏🏽👨‍👩‍👧‍👦", "आ" * 10_000, "", " "]
    )
    def test_other_texts_stay_as_they_are(self, text: str) -> None:
        store([draft(1, text)])
        assert Message.objects.get().text == text

    def test_what_is_too_long_for_its_column_is_cut(self) -> None:
        store([draft(1, author_name="न" * 500, author_username="u" * 99, conversation_id="1" * 99)])
        message = Message.objects.get()
        assert len(message.author_name) == 160
        assert len(message.author_username) == 50

    def test_a_name_too_long_for_its_column_becomes_its_digest(self) -> None:
        store([draft("n" * 200), draft("a\x00b")])
        assert all(name.startswith("sha256:") for name in Message.objects.values_list("external_id", flat=True))
        assert store([draft("n" * 200), draft("a\x00b")]) == []

    def test_a_clock_that_runs_ahead_does_not_postpone_help(self) -> None:
        store([Draft("x", "1", "a", timezone.now() + timedelta(days=400))])
        message = Message.objects.get()
        assert message.posted_at == message.received_at


def test_two_thousand_are_a_handful_of_statements(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(10):
        assert len(store([draft(number) for number in range(2000)])) == 2000


class TestQueueing:
    @pytest.fixture
    def queued(self, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
        calls: list[Any] = []
        monkeypatch.setattr(storing, "after_commit", lambda *args: calls.append(args))
        return calls

    def test_new_ones_are_queued_in_batches_of_a_hundred(self, queued: list[Any]) -> None:
        store([draft(number) for number in range(230)])
        assert [(name, len(ids)) for name, ids in queued] == [
            ("cases.intake.tasks.process_messages", count) for count in (100, 100, 30)
        ]

    def test_known_ones_are_not_queued_again(self, queued: list[Any]) -> None:
        store([draft(1)])
        store([draft(1)])
        assert len(queued) == 1

    def test_who_processes_himself_queues_nothing(self, queued: list[Any]) -> None:
        store([draft(1)], queue=False)
        assert queued == []
