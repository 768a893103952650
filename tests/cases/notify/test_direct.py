"""Messages on X: what only the requester may read goes to that account; where X takes none, it is said in public."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.actions import perform
from cases.intake.poller import poll
from cases.intake.x_client import XClient, XRefused
from cases.models import ApiCall, Case, Event, Handle, Message, Notice, ReplyTemplate
from cases.notify import outbox, unsent
from cases.notify.direct import LOOKING, SENDING
from cases.notify.outbox import reconcile, send_due
from cases.replies import Replies
from cases.requester_notices import in_private
from cases.workflow import Move, Outcome
from tests.cases.notify.conftest import later
from tests.cases.x_fixtures import asked, spent
from tests.x_simulator.server import XSimulator

State = Notice.State
Solve = Callable[..., Case]
AFTER = timedelta(minutes=2)  # the minute of undoing is over


@pytest.fixture
def talks(handle: Handle) -> Handle:
    """A handle that may send messages."""
    Handle.objects.update(direct_messages=True)
    handle.refresh_from_db()
    return handle


@pytest.fixture
def plea(x: XSimulator, handle: Handle, cast: Any, make_case: Any) -> Callable[..., Case]:
    """A case that a plea on X opened; Meena has it."""

    def make(language: str = "en", username: str = "sunita_sahu") -> Case:
        post_id = x.post("@BilaspurDist oxygen", username)
        poll(handle.pk)
        case: Case = make_case(officer=cast.meena, language=language, channel="x")
        message = Message.objects.get(external_id=post_id)
        Message.objects.filter(pk=message.pk).update(case=case, result="opened", state="read", read_at=timezone.now())
        assert case.requester is not None
        case.requester.x_user_id = message.author_id
        case.requester.save()
        return case

    return make


@pytest.fixture
def solve(plea: Callable[..., Case], cast: Any) -> Solve:
    """Such a case, solved."""

    def make(outcome: str = Outcome.HELPED, **more: Any) -> Case:
        case = plea(**more)
        perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena)
        perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, note="done", outcome=outcome)
        return case

    return make


def rows() -> dict[str, str]:
    return dict(Notice.objects.filter(handle__isnull=False).values_list("template", "state"))


def message() -> Notice:
    return Notice.objects.get(channel="x_dm")


def soon(**more: float) -> datetime:
    return later() + AFTER + timedelta(**more)


class TestWhoIsWrittenTo:
    def test_solved_goes_to_the_requester_alone_with_the_link_to_answer_by(
        self, x: XSimulator, talks: Handle, solve: Solve
    ) -> None:
        case = solve()
        assert send_due(talks.pk, soon()) == {"sent": 1}
        [written] = x.messages()
        assert (written["sender"], written["recipient"]) == ("bilaspurdist", "sunita_sahu")
        assert case.reference in written["text"]
        assert "/answer/" in written["text"]
        assert x.replies() == []
        assert rows() == {"resolved": "dropped", "dm_resolved": "sent"}
        assert message().provider_id == str(written["id"])

    def test_a_handle_says_it_in_public_as_long_as_nobody_allows_messages(
        self, x: XSimulator, handle: Handle, solve: Solve
    ) -> None:
        solve()
        assert send_due(handle.pk, soon()) == {"sent": 1}
        assert (x.messages(), rows()) == ([], {"resolved": "sent"})
        assert "/answer/" not in x.replies()[0]["text"]

    def test_the_receipt_stays_public(self, talks: Handle, plea: Callable[..., Case]) -> None:
        case = plea()
        told = case.messages.get()
        notice = Replies.load([talks.pk]).notice(ReplyTemplate.Key.RECEIVED, case, told, timezone.now())
        assert notice is not None
        assert (notice.channel, notice.state) == ("x_reply", State.QUEUED)

    def test_who_joined_the_case_is_answered_in_public_and_gets_no_link(
        self, x: XSimulator, talks: Handle, plea: Callable[..., Case], cast: Any
    ) -> None:
        case = plea()
        post_id = x.post("@BilaspurDist oxygen for the same", "neighbour")
        poll(talks.pk)
        Message.objects.filter(external_id=post_id).update(case=case, result="joined")
        perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena)
        perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, note="done", outcome=Outcome.HELPED)
        assert send_due(talks.pk, soon()) == {"sent": 2}
        assert [one["recipient"] for one in x.messages()] == ["sunita_sahu"]
        [reply] = x.replies()
        assert reply["to"] == "neighbour"
        assert "/answer/" not in reply["text"]

    def test_a_family_whose_patient_died_is_not_asked(self, x: XSimulator, talks: Handle, solve: Solve) -> None:
        solve(outcome=Outcome.DIED)
        send_due(talks.pk, soon())
        assert (x.messages(), rows()) == ([], {"resolved": "sent"})

    def test_the_officer_is_named_in_private_only(
        self, x: XSimulator, talks: Handle, plea: Callable[..., Case], cast: Any
    ) -> None:
        case = plea()
        Event.objects.create(case=case, at=timezone.now(), kind="opened", to_status="needs_review")
        perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena)
        assert send_due(talks.pk) == {"sent": 1}
        assert "Meena Sahu" in x.messages()[0]["text"]
        assert x.replies() == []

    @pytest.mark.parametrize(("language", "words"), [("en", "Has help come?"), ("hi-Latn", "मदद मिली?")])
    def test_each_language_has_one_text_and_one_is_sent(
        self, x: XSimulator, talks: Handle, solve: Solve, language: str, words: str
    ) -> None:
        solve(language=language)
        send_due(talks.pk, soon())
        [written] = x.messages()
        assert words in written["text"]
        both = ReplyTemplate.objects.filter(key="dm_resolved").order_by("language").values_list("language", flat=True)
        assert list(both) == ["en", "hi"]

    def test_without_messages_solving_costs_no_query_more(
        self, handle: Handle, plea: Callable[..., Case], cast: Any, django_assert_max_num_queries: Any
    ) -> None:
        case = plea()
        reply = Replies.load([handle.pk]).notice(ReplyTemplate.Key.RESOLVED, case, case.messages.get(), timezone.now())
        event = Event.objects.create(case=case, at=timezone.now(), kind="resolved", actor=cast.meena)
        assert reply is not None
        with django_assert_max_num_queries(0):
            assert in_private([reply], case, event) == [reply]
        Handle.objects.update(direct_messages=True)
        assert reply.handle is not None
        reply.handle.refresh_from_db()
        with django_assert_max_num_queries(1):
            assert len(in_private([reply], case, event)) == 2


class TestUndoing:
    def test_what_was_taken_back_is_said_neither_way_and_may_be_said_again(
        self, x: XSimulator, talks: Handle, solve: Solve, cast: Any
    ) -> None:
        case = solve()
        perform(Move.UNDO, case_id=case.pk, actor=cast.meena)
        assert send_due(talks.pk, soon()) == {}
        perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, note="done", outcome=Outcome.HELPED)
        x.world.take_messages("sunita_sahu", False)
        assert send_due(talks.pk, soon()) == {"public": 1, "sent": 1}
        assert len(x.replies()) == 1

    def test_solved_is_not_said_of_a_case_that_was_opened_again(
        self, x: XSimulator, talks: Handle, solve: Solve, cast: Any
    ) -> None:
        case = solve()
        perform(Move.REOPEN, case_id=case.pk, actor=cast.meena, note="not yet")
        assert send_due(talks.pk, soon()) == {"dropped": 1}
        assert (x.messages(), x.replies()) == ([], [])

    def test_each_solving_is_told_in_words_of_its_own(
        self, x: XSimulator, talks: Handle, solve: Solve, cast: Any
    ) -> None:
        case = solve()
        send_due(talks.pk, soon())
        perform(Move.REOPEN, case_id=case.pk, actor=cast.meena, note="not yet")
        perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, note="done", outcome=Outcome.HELPED)
        send_due(talks.pk, soon())
        first, second = x.messages()
        assert first["text"].split("http")[0] == second["text"].split("http")[0]
        assert second["text"].endswith(")")


class TestRefused:
    def test_who_takes_no_messages_reads_it_in_public_without_the_link(
        self, x: XSimulator, talks: Handle, solve: Solve
    ) -> None:
        case = solve()
        x.world.take_messages("sunita_sahu", False)
        assert send_due(talks.pk, soon()) == {"public": 1, "sent": 1}
        [reply] = x.replies()
        assert (reply["to"], case.reference in reply["text"]) == ("sunita_sahu", True)
        assert "/answer/" not in reply["text"]
        assert "Meena" not in reply["text"]
        assert rows() == {"resolved": "sent", "dm_resolved": "dropped"}
        assert "permission to DM" in message().error
        assert send_due(talks.pk, soon(minutes=5)) == {}
        assert (len(x.replies()), len(asked(x, "/messages"))) == (1, 1)

    def test_an_app_without_the_permission_is_told_to_who_keeps_the_handle(
        self, x: XSimulator, talks: Handle, solve: Solve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        words = "HTTP 403: Your client app is not configured with the appropriate oauth1 app permissions."

        def refuse(*_: object) -> str:
            raise XRefused(words, 403)

        monkeypatch.setattr(XClient, "direct_message", refuse)
        solve()
        assert send_due(talks.pk, soon()) == {"public": 1, "sent": 1}
        talks.refresh_from_db()
        assert "app permissions" in talks.last_error

    def test_a_closed_account_is_no_trouble_of_the_handle_s(self, x: XSimulator, talks: Handle, solve: Solve) -> None:
        solve()
        x.world.take_messages("sunita_sahu", False)
        send_due(talks.pk, soon())
        talks.refresh_from_db()
        assert talks.last_error == ""

    def test_a_handle_whose_messages_were_switched_off_meanwhile_says_it_in_public(
        self, x: XSimulator, talks: Handle, solve: Solve
    ) -> None:
        solve()
        Handle.objects.update(direct_messages=False)
        assert send_due(talks.pk, soon()) == {"public": 1, "sent": 1}
        assert (len(x.replies()), asked(x, "/dm_conversations")) == (1, [])

    def test_where_no_reply_was_held_back_it_fails_for_operators_to_see(
        self, x: XSimulator, talks: Handle, solve: Solve
    ) -> None:
        solve()
        Notice.objects.filter(channel="x_reply").delete()
        x.world.take_messages("sunita_sahu", False)
        assert send_due(talks.pk, soon()) == {"failed": 1}
        assert message().state == State.FAILED
        assert "permission to DM" in message().error


class TestWaiting:
    def test_a_used_up_limit_of_messages_does_not_hold_up_replies(
        self, x: XSimulator, talks: Handle, solve: Solve
    ) -> None:
        solve()
        solve(username="rakesh_y")
        x.limit("message", 1, 600)
        reply = Notice.objects.filter(channel="x_reply").latest("pk")
        Notice.objects.filter(pk=reply.pk).update(state=State.QUEUED, rank=2)
        at = soon()
        assert send_due(talks.pk, at) == {"sent": 2, "waiting": 1}
        assert (len(x.messages()), len(x.replies())) == (1, 1)
        waiting = Notice.objects.get(channel="x_dm", state=State.QUEUED)
        assert waiting.next_try_at > later(minutes=9)
        solve(username="third")
        assert send_due(talks.pk, soon()) == {"waiting": 1}
        assert len(asked(x, "/messages")) == 1
        x.limit("message", None)
        assert send_due(talks.pk, soon(minutes=10)) == {"sent": 2}

    def test_a_429_makes_messages_wait_and_loses_none(self, x: XSimulator, talks: Handle, solve: Solve) -> None:
        solve()
        x.fail_next(429, 1, "/2/dm_conversations", seconds=300)
        assert send_due(talks.pk, soon()) == {"waiting": 1}
        assert rows() == {"resolved": "dropped", "dm_resolved": "queued"}
        assert send_due(talks.pk, soon(minutes=6)) == {"sent": 1}

    def test_a_reset_that_has_passed_by_our_clock_is_not_asked_on_and_on(
        self, x: XSimulator, talks: Handle, solve: Solve
    ) -> None:
        solve()
        x.fail_next(429, 30, "/2/dm_conversations", seconds=-60)
        assert send_due(talks.pk, soon()) == {"waiting": 1}
        assert len(asked(x, "/messages")) == 1

    def test_each_is_paid_and_stands_in_the_ledger(self, x: XSimulator, talks: Handle, solve: Solve) -> None:
        solve()
        before = spent(talks)
        send_due(talks.pk, soon())
        assert spent(talks) - before == 15_000  # though there is a link in it
        assert ApiCall.objects.get(method="POST").endpoint == SENDING


class TestUnsure:
    @pytest.mark.parametrize("kind", ["lost_answer", "garbage", "hang_up", 503])
    def test_an_unsure_message_is_said_exactly_once(
        self, x: XSimulator, talks: Handle, solve: Solve, kind: str | int
    ) -> None:
        solve()
        x.fail_next(kind, 1, "/2/dm_conversations")
        at = later() - timedelta(minutes=3)
        Notice.objects.update(next_try_at=at)
        assert send_due(talks.pk, at) == {"unsure": 1}
        assert message().state == State.CLAIMED
        reconcile()
        send_due(talks.pk)
        assert (len(x.messages()), len(x.replies())) == (1, 0)
        assert message().state == State.SENT
        assert message().provider_id == str(x.messages()[0]["id"])

    def test_a_crash_between_sending_and_marking_doubles_nothing(
        self, x: XSimulator, talks: Handle, solve: Solve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        solve()
        Notice.objects.update(next_try_at=later())
        with monkeypatch.context() as crash:
            crash.setattr(outbox, "_mark_sent", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                send_due(talks.pk)
        assert reconcile(later(seconds=61)) == {"sent": 1}
        assert len(x.messages()) == 1
        assert asked(x, "/dm_events")[-1]["caller"] == "user:BilaspurDist"
        assert spent(talks) >= 15_000 + 10_000

    def test_the_same_words_of_before_or_by_the_citizen_are_not_taken_for_it(
        self, x: XSimulator, talks: Handle, solve: Solve
    ) -> None:
        solve()
        x.world.write_directly("sunita_sahu", "BilaspurDist", message().text)
        Notice.objects.filter(channel="x_dm").update(state=State.CLAIMED, claimed_at=later(minutes=-2))
        assert reconcile() == {"waiting": 1}
        x.world.write_directly("BilaspurDist", "sunita_sahu", message().text)
        Notice.objects.filter(channel="x_dm").update(state=State.CLAIMED, claimed_at=later(minutes=30))
        assert reconcile(later(minutes=32)) == {"waiting": 1}

    def test_where_x_does_not_show_messages_people_settle_it(
        self, x: XSimulator, talks: Handle, solve: Solve, cast: Any
    ) -> None:
        solve()
        Notice.objects.filter(channel="x_dm").update(state=State.CLAIMED, claimed_at=later(minutes=-2))
        x.fail_next(403, 1, "/2/dm_conversations")
        assert reconcile() == {"unsure": 1}
        assert message().state == State.UNSURE
        assert reconcile() == {}
        [line] = unsent.unsent(cast.operator, later())
        assert line.can_retry
        assert "/answer/" not in line.words
        assert unsent.try_again(message(), later())
        assert send_due(talks.pk, soon()) == {"sent": 1}

    def test_while_x_does_not_answer_it_stays_claimed(self, x: XSimulator, talks: Handle, solve: Solve) -> None:
        solve()
        Notice.objects.filter(channel="x_dm").update(state=State.CLAIMED, claimed_at=later(minutes=-2))
        x.fail_next(503, 1, "/2/dm_conversations")
        assert reconcile() == {"unsure": 1}
        assert message().state == State.CLAIMED

    def test_a_used_up_limit_of_looking_is_waited_for_without_asking(
        self, x: XSimulator, talks: Handle, solve: Solve
    ) -> None:
        solve()
        Notice.objects.filter(channel="x_dm").update(state=State.CLAIMED, claimed_at=later(minutes=-2))
        x.fail_next(429, 1, "/2/dm_conversations", seconds=300)
        for _ in range(3):
            assert reconcile() == {"unsure": 1}
        assert ApiCall.objects.filter(endpoint=LOOKING).count() == 1
        assert reconcile(later(minutes=6)) == {"waiting": 1}

    def test_a_long_conversation_is_looked_through_and_no_further(
        self, x: XSimulator, talks: Handle, solve: Solve
    ) -> None:
        solve()
        x.world.write_directly("BilaspurDist", "sunita_sahu", message().text)
        for number in range(25):
            x.world.write_directly("sunita_sahu", "BilaspurDist", f"hello {number}")
        Notice.objects.filter(channel="x_dm").update(state=State.CLAIMED, claimed_at=later(minutes=-2))
        assert reconcile() == {"sent": 1}
        for number in range(60):
            x.world.write_directly("sunita_sahu", "BilaspurDist", f"again {number}")
        Notice.objects.filter(channel="x_dm").update(state=State.CLAIMED, claimed_at=later(minutes=-2), sent_at=None)
        assert reconcile() == {"unsure": 1}
        assert message().state == State.UNSURE


def test_nothing_personal_is_on_any_public_page(x: XSimulator, talks: Handle, solve: Solve, client: Any) -> None:
    case = solve()
    send_due(talks.pk, soon())
    page = client.get(reverse("status_of", args=[case.reference])).content.decode()
    link = message().text.split("/answer/")[1].split()[0]
    assert link not in page
    assert "Meena" not in page
