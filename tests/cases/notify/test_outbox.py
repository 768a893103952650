"""The outbox: the gravest first, paced, and never the same thing twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from cases.intake.poller import poll
from cases.intake.x_client import XClient
from cases.models import ApiCall, Handle, Message, Notice
from cases.notify import outbox
from cases.notify.outbox import reconcile, send_due
from cases.notify.timeline import plain_words
from tests.cases.x_fixtures import asked, spent
from tests.x_simulator.server import XSimulator

State = Notice.State
MakeNotice = Callable[..., Notice]


def later(**more: float) -> datetime:
    return timezone.now() + timedelta(**more)


def reload(notice: Notice) -> Notice:
    notice.refresh_from_db()
    return notice


def said(x: XSimulator) -> list[str]:
    return [reply["text"] for reply in x.replies()]


@pytest.fixture
def notice(x: XSimulator, handle: Handle, make_case: Any) -> MakeNotice:
    """Makes a plea on X, polls it, and queues a reply to it."""

    def make(text: str = "", plea: str = "@BilaspurDist oxygen", **more: Any) -> Notice:
        post_id = x.post(plea)
        if "#" in plea:
            Message.objects.create(
                channel="x", external_id=post_id, text=plea, handle=handle, posted_at=later(), received_at=later()
            )
        else:
            poll(handle.pk)
        case = make_case()
        now = timezone.now()
        fields: dict[str, Any] = {
            "once": f"received:{post_id}", "case": case, "handle": handle, "template": "received", "language": "hi",
            "message": Message.objects.get(external_id=post_id), "text": text or f"मिल गया: {case.reference}",
            "urgency": "critical", "rank": 0, "created_at": now, "next_try_at": now,
        }  # fmt: skip
        return Notice.objects.create(**(fields | more))

    return make


class TestSending:
    def test_a_reply_goes_into_the_thread(self, x: XSimulator, handle: Handle, notice: MakeNotice) -> None:
        queued = notice("मिल गया: BSP-1")
        assert send_due(handle.pk) == {"sent": 1}
        [reply] = x.replies()
        assert (reply["text"], reply["in_reply_to_tweet_id"]) == ("मिल गया: BSP-1", queued.message.external_id)
        assert reload(queued).state == State.SENT
        assert queued.provider_id == reply["id"]
        assert queued.sent_at is not None

    def test_solved_is_not_said_of_a_case_that_was_opened_again_while_it_waited(
        self, x: XSimulator, handle: Handle, notice: MakeNotice
    ) -> None:
        queued = notice(template="resolved")
        assert send_due(handle.pk) == {"dropped": 1}
        assert (reload(queued).state, said(x)) == (State.DROPPED, [])

    def test_a_second_run_says_nothing_again(self, x: XSimulator, handle: Handle, notice: MakeNotice) -> None:
        notice()
        send_due(handle.pk)
        assert send_due(handle.pk) == {}
        assert len(x.replies()) == 1

    def test_the_gravest_go_first(self, x: XSimulator, handle: Handle, notice: MakeNotice) -> None:
        for rank, text in [(2, "normal"), (0, "critical"), (1, "high")]:
            notice(text, rank=rank)
        send_due(handle.pk)
        assert said(x) == ["critical", "high", "normal"]

    def test_a_run_sends_only_so_many(
        self, x: XSimulator, handle: Handle, notice: MakeNotice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(outbox, "PER_RUN", 2)
        for _ in range(3):
            notice()
        assert send_due(handle.pk) == {"sent": 2}
        assert send_due(handle.pk) == {"sent": 1}

    def test_what_is_not_due_waits(self, x: XSimulator, handle: Handle, notice: MakeNotice) -> None:
        notice(next_try_at=later(minutes=1))
        assert send_due(handle.pk) == {}

    def test_a_handle_that_is_off_says_nothing(self, x: XSimulator, handle: Handle, notice: MakeNotice) -> None:
        notice()
        Handle.objects.update(is_active=False)
        assert send_due(handle.pk) == {}

    def test_what_another_worker_claimed_is_left_alone(
        self, x: XSimulator, handle: Handle, notice: MakeNotice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        queued = notice()
        real = outbox._Run._price

        def meanwhile(run: Any, one: Notice) -> int:
            Notice.objects.filter(pk=queued.pk).update(state=State.CLAIMED, claimed_at=timezone.now())
            return real(run, one)

        monkeypatch.setattr(outbox._Run, "_price", meanwhile)
        assert send_due(handle.pk) == {}
        assert x.replies() == []

    def test_a_day_later_it_is_too_late(self, x: XSimulator, handle: Handle, notice: MakeNotice) -> None:
        queued = notice(created_at=later(hours=-25))
        assert send_due(handle.pk) == {"late": 1}
        assert reload(queued).state == State.FAILED
        assert "Too late" in queued.error
        assert x.replies() == []

    def test_what_cannot_be_a_reply_fails_with_the_reason(
        self, x: XSimulator, handle: Handle, notice: MakeNotice
    ) -> None:
        queued = notice("漢" * 200)
        assert send_due(handle.pk) == {"failed": 1}
        assert "too long" in reload(queued).error


class TestMoney:
    @pytest.mark.parametrize(
        ("text", "plea", "cost"),
        [
            ("got it", "@BilaspurDist oxygen", 10_000),
            ("got it", "#BilaspurSOS oxygen", 15_000),
            ("see https://a.example/s", "@BilaspurDist oxygen", 200_000),
        ],
    )
    def test_each_kind_has_its_price(
        self, x: XSimulator, handle: Handle, notice: MakeNotice, text: str, plea: str, cost: int
    ) -> None:
        notice(text, plea)
        before = spent(handle)
        send_due(handle.pk)
        assert spent(handle) - before == cost
        assert ApiCall.objects.get(method="POST").status == 201

    def test_nothing_is_sent_beyond_the_budget(self, x: XSimulator, handle: Handle, notice: MakeNotice) -> None:
        queued = notice()
        Handle.objects.update(daily_budget_usd=Decimal("0.01"))
        assert send_due(handle.pk) == {"waiting": 1}
        assert reload(queued).state == State.QUEUED
        assert "budget" in queued.error
        handle.refresh_from_db()
        assert handle.health == Handle.Health.OUT_OF_BUDGET


class TestWaiting:
    def test_a_used_up_limit_makes_all_wait_for_its_reset(
        self, x: XSimulator, handle: Handle, notice: MakeNotice
    ) -> None:
        first, second, third = notice(), notice(), notice()
        x.limit("create", 1, 600)
        assert send_due(handle.pk) == {"sent": 1, "waiting": 2}
        assert reload(first).state == State.SENT
        assert {reload(one).state for one in (second, third)} == {State.QUEUED}
        assert second.next_try_at > later(minutes=9)
        assert len(asked(x, "/2/tweets")) == 1

    def test_a_429_makes_all_wait(self, x: XSimulator, handle: Handle, notice: MakeNotice) -> None:
        queued, other = notice(), notice()
        x.fail_next(429, 1, "/2/tweets", seconds=300)
        assert send_due(handle.pk) == {"waiting": 2}
        assert reload(queued).next_try_at > later(minutes=4)
        assert reload(other).next_try_at == queued.next_try_at
        assert send_due(handle.pk, later(minutes=6)) == {"sent": 2}

    @pytest.mark.parametrize("status", [401, 402])
    def test_refused_keys_lose_no_notice(self, x: XSimulator, handle: Handle, notice: MakeNotice, status: int) -> None:
        queued = notice()
        x.fail_next(status, 1, "/2/tweets")
        assert send_due(handle.pk) == {"waiting": 1}
        assert str(status) in reload(queued).error
        handle.refresh_from_db()
        assert str(status) in handle.last_error
        assert send_due(handle.pk, later(minutes=3)) == {"sent": 1}

    def test_missing_keys_keep_it_queued_and_are_told(
        self, x: XSimulator, handle: Handle, notice: MakeNotice, settings: Any
    ) -> None:
        queued = notice()
        settings.X_CREDENTIALS = {"BilaspurDist": {"bearer_token": "b"}}
        assert send_due(handle.pk) == {"waiting": 1}
        assert reload(queued).state == State.QUEUED
        assert "api_key" in queued.error
        handle.refresh_from_db()
        assert "lacks api_key" in handle.last_error

    def test_a_handle_that_rests_is_left_alone(self, x: XSimulator, handle: Handle, notice: MakeNotice) -> None:
        notice()
        Handle.objects.update(not_before_at=later(minutes=1), health=Handle.Health.FAILING)
        assert send_due(handle.pk) == {}

    def test_a_limit_used_up_by_reading_does_not_stop_replies(
        self, x: XSimulator, handle: Handle, notice: MakeNotice
    ) -> None:
        notice()
        Handle.objects.update(not_before_at=later(minutes=10), health=Handle.Health.LIMITED)
        assert send_due(handle.pk) == {"sent": 1}


class TestRefusals:
    def test_a_deleted_plea_fails_with_x_s_words(self, x: XSimulator, handle: Handle, notice: MakeNotice) -> None:
        queued, other = notice(), notice()
        x.world.delete(int(queued.message.external_id))
        assert send_due(handle.pk) == {"failed": 1, "sent": 1}
        assert "deleted" in reload(queued).error
        assert reload(other).state == State.SENT

    def test_forbidden_fails(self, x: XSimulator, handle: Handle, notice: MakeNotice) -> None:
        queued = notice()
        x.fail_next(403, 1, "/2/tweets")
        assert send_due(handle.pk) == {"failed": 1}
        assert reload(queued).state == State.FAILED

    def test_a_duplicate_in_this_thread_was_sent_before(
        self, x: XSimulator, handle: Handle, notice: MakeNotice
    ) -> None:
        queued = notice("मिल गया: BSP-1 & ok")
        send_due(handle.pk)
        Notice.objects.update(state=State.QUEUED, sent_at=None, provider_id="")
        assert send_due(handle.pk) == {"sent": 1}
        assert len(x.replies()) == 1
        assert reload(queued).provider_id == x.replies()[0]["id"]

    def test_a_duplicate_said_elsewhere_fails(self, x: XSimulator, handle: Handle, notice: MakeNotice) -> None:
        notice("the same words")
        send_due(handle.pk)
        second = notice("the same words")
        assert send_due(handle.pk) == {"failed": 1}
        assert "elsewhere" in reload(second).error


class TestUnsure:
    @pytest.mark.parametrize("kind", ["lost_answer", "garbage", "hang_up", 503])
    def test_an_unsure_reply_is_said_exactly_once(
        self, x: XSimulator, handle: Handle, notice: MakeNotice, kind: str | int
    ) -> None:
        queued = notice()
        x.fail_next(kind, 1, "/2/tweets")
        assert send_due(handle.pk) == {"unsure": 1}
        assert reload(queued).state == State.CLAIMED
        assert send_due(handle.pk) == {}
        assert reconcile() == {}  # too early to know
        reconcile(later(seconds=61))
        send_due(handle.pk, later(seconds=62))
        assert len(x.replies()) == 1
        assert reload(queued).state == State.SENT
        assert queued.provider_id == x.replies()[0]["id"]

    def test_a_crash_between_sending_and_marking_doubles_nothing(
        self, x: XSimulator, handle: Handle, notice: MakeNotice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        queued = notice()
        with monkeypatch.context() as crash:
            crash.setattr(outbox, "_mark_sent", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                send_due(handle.pk)
        assert reload(queued).state == State.CLAIMED
        assert reconcile(later(seconds=61)) == {"sent": 1}
        assert len(x.replies()) == 1
        assert len(asked(x, "/2/tweets")) == 1

    def test_a_crash_before_sending_is_made_good(self, x: XSimulator, handle: Handle, notice: MakeNotice) -> None:
        queued = notice(state=State.CLAIMED, claimed_at=later(minutes=-2))
        assert reconcile() == {"waiting": 1}
        assert send_due(handle.pk) == {"sent": 1}
        assert reload(queued).tries == 1

    def test_one_look_settles_all_of_a_handle(self, x: XSimulator, handle: Handle, notice: MakeNotice) -> None:
        for _ in range(5):
            notice(state=State.CLAIMED, claimed_at=later(minutes=-2))
        assert reconcile() == {"waiting": 5}
        assert len([row for row in asked(x, "/tweets") if row["method"] == "GET"]) == 1

    def test_while_x_does_not_answer_it_stays_unsure(self, x: XSimulator, handle: Handle, notice: MakeNotice) -> None:
        queued = notice(state=State.CLAIMED, claimed_at=later(minutes=-2))
        x.fail_next(503, 1, "/2/users")
        assert reconcile() == {"unsure": 1}
        assert reload(queued).state == State.CLAIMED

    def test_a_long_timeline_is_looked_through(self, x: XSimulator, handle: Handle, notice: MakeNotice) -> None:
        queued = notice("मिल गया: BSP-1")
        send_due(handle.pk)
        for number in range(130):
            x.post(f"hello {number}", "BilaspurDist", reply_to=queued.message.external_id)
        Notice.objects.update(state=State.CLAIMED, claimed_at=later(minutes=-2), sent_at=None)
        assert reconcile() == {"sent": 1}

    def test_another_plea_s_reply_is_not_taken_for_it(self, x: XSimulator, handle: Handle, notice: MakeNotice) -> None:
        first = notice("the same words")
        send_due(handle.pk)
        second = notice("the same words", state=State.CLAIMED, claimed_at=later(minutes=-2))
        assert reconcile() == {"waiting": 1}
        assert (reload(first).state, reload(second).state) == (State.SENT, State.QUEUED)

    def test_an_unsure_reply_is_counted_as_paid(self, x: XSimulator, handle: Handle, notice: MakeNotice) -> None:
        notice()
        before = spent(handle)
        x.fail_next("lost_answer", 1, "/2/tweets")
        send_due(handle.pk)
        assert spent(handle) - before == 10_000


def test_names_links_and_escapes_do_not_hide_a_reply() -> None:
    shown = "@rakesh_y @friend मिल गया &amp; दर्ज: BSP-1  https://t.co/abc"
    assert plain_words(shown) == plain_words("मिल गया & दर्ज: BSP-1 https://helpdesk.example/status/BSP-1")


def test_replies_need_the_user_s_signature(x: XSimulator, handle: Handle, notice: MakeNotice) -> None:
    notice()
    send_due(handle.pk)
    assert asked(x, "/2/tweets")[-1]["caller"] == "user:BilaspurDist"
    assert asked(x, "mentions")[-1]["caller"] == "app:BilaspurDist"
    assert XClient.__mro__[1].__module__ == "twython.api"


def test_the_sweeper_settles_and_starts_a_sender_for_each_handle(
    x: XSimulator, handle: Handle, notice: MakeNotice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cases.notify import tasks

    notice()
    notice(state=State.CLAIMED, claimed_at=later(minutes=-2))
    started: list[Any] = []
    monkeypatch.setattr(tasks.send_notices, "apply_async", lambda args, **_: started.append(args))
    tasks.sweep_notices()
    assert started == [(handle.pk,)]
    tasks.send_notices(handle.pk)
    assert len(x.replies()) == 2
