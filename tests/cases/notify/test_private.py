"""Private notices: sent once, by a channel that works, soon enough; what cannot be sent is shown to people."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.models import Gateway, Notice, OfficerChannel
from cases.notify import gateways, private, tasks
from cases.notify.private import BACKOFF, international, send_private, settle_unsure
from tests.cases.notify.conftest import Provider, later, reload

pytestmark = pytest.mark.django_db
State = Notice.State
TIMEOUT = (False, "A Connection error occurred sending JSON notification")


class TestSending:
    def test_it_goes_to_the_number_she_gave(self, meena: Any, queue: Any, provider: Provider) -> None:
        notice = queue(meena)
        assert send_private("sms") == {"sent": 1}
        assert provider.sent == [("json://sms.example/secretkey?:to=%2B919812345678", notice.text)]
        assert reload(notice).state == State.SENT
        assert (notice.tries, notice.address) == (1, "")

    def test_a_number_corrected_in_the_meantime_is_used(self, meena: Any, queue: Any, provider: Provider) -> None:
        queue(meena)
        OfficerChannel.objects.update(address="+919811111111")
        send_private("sms")
        assert "919811111111" in provider.sent[0][0]

    def test_a_second_run_says_nothing_again(self, meena: Any, queue: Any, provider: Provider) -> None:
        queue(meena)
        send_private("sms")
        assert send_private("sms") == {}
        assert len(provider.calls) == 1

    def test_the_gravest_go_first(self, meena: Any, queue: Any, provider: Provider) -> None:
        for rank in (2, 0, 1):
            queue(meena, rank=rank)
        send_private("sms")
        assert [text.split(":")[0] for _to, text in provider.sent] == ["critical", "high", "normal"]

    def test_what_is_not_due_waits(self, meena: Any, queue: Any, provider: Provider) -> None:
        queue(meena, next_try_at=later(minutes=1))
        assert send_private("sms") == {}

    def test_each_channel_sends_only_its_own(self, meena: Any, queue: Any, provider: Provider) -> None:
        queue(meena, "email")
        assert send_private("sms") == {}

    def test_the_statements_for_one_are_few(
        self, meena: Any, queue: Any, provider: Provider, django_assert_max_num_queries: Any
    ) -> None:
        queue(meena)
        with django_assert_max_num_queries(12):
            send_private("sms")

    def test_a_state_s_gateway_serves_its_districts_and_a_district_s_own_goes_before(
        self, cast: Any, choose: Any, queue: Any, provider: Provider, make_gateway: Any, small_map: Any
    ) -> None:
        choose(cast.meena)
        make_gateway(address="json://all.example/?:to={to}")
        make_gateway(address="json://state.example/?:to={to}", state=small_map.cg)
        own = make_gateway(address="json://own.example/?:to={to}", state=small_map.cg, district=small_map.bilaspur)
        make_gateway(address="json://other.example/?:to={to}", district=small_map.raipur)
        queue(cast.meena)
        send_private("sms")
        Gateway.objects.filter(pk=own.pk).update(not_before_at=later(minutes=5))
        queue(cast.meena)
        send_private("sms")
        assert [address.split("/")[2] for address, _text in provider.sent] == ["own.example", "state.example"]


class TestTwoWorkers:
    def test_what_another_has_claimed_is_left_alone(
        self, meena: Any, queue: Any, provider: Provider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        notice = queue(meena)
        real = private._Run._gateway

        def meanwhile(run: Any, one: Notice) -> Any:
            Notice.objects.filter(pk=notice.pk).update(state=State.CLAIMED, claimed_at=timezone.now())
            return real(run, one)

        monkeypatch.setattr(private._Run, "_gateway", meanwhile)
        send_private("sms")
        assert provider.calls == []

    @pytest.mark.parametrize("seed", range(8))
    def test_however_they_interleave_nothing_is_sent_twice(
        self, meena: Any, queue: Any, provider: Provider, seed: int
    ) -> None:
        chance = random.Random(seed)
        for _ in range(6):
            queue(meena, rank=0)
        depth = 0

        def another_worker() -> None:
            nonlocal depth
            if depth < 3 and chance.random() < 0.6:
                depth += 1
                send_private("sms")
                depth -= 1

        provider.meanwhile = another_worker
        provider.answers = [chance.choice([(True, ""), TIMEOUT]) for _ in range(5)]
        for minutes in range(0, 60, 3):
            Gateway.objects.update(not_before_at=None, failures=0)
            send_private("sms", later(minutes=minutes))
            settle_unsure(later(minutes=minutes))
        texts = [text.split(": ")[1] for _to, text in provider.sent]
        assert len(texts) == len(set(texts)) == 6

    def test_a_worker_that_lost_its_claim_writes_nothing(self, meena: Any, queue: Any, provider: Provider) -> None:
        notice = queue(meena)
        provider.meanwhile = lambda: Notice.objects.filter(pk=notice.pk).update(state=State.UNSURE) and None
        send_private("sms")
        assert reload(notice).state == State.UNSURE


class TestTemporary:
    @pytest.mark.parametrize(
        "words", [TIMEOUT[1], "Failed to send: error=429.", "Failed to send: error=503.", "whatever"]
    )
    def test_it_is_tried_again(self, meena: Any, queue: Any, provider: Provider, words: str) -> None:
        notice = queue(meena)
        provider.answers = [(False, words)]
        assert send_private("sms") == {"waiting": 1}
        assert (reload(notice).state, notice.error[:20]) == (State.QUEUED, words[:20])
        assert send_private("sms", later(seconds=20)) == {}
        assert send_private("sms", later(seconds=40)) == {"sent": 1}
        assert reload(notice).error == ""

    def test_the_pauses_grow(self, meena: Any, queue: Any, provider: Provider) -> None:
        notice = queue(meena)
        provider.always = TIMEOUT
        at, pauses = timezone.now(), []
        for _ in range(8):
            Gateway.objects.update(not_before_at=None, failures=0)
            send_private("sms", at)
            pauses.append(round((reload(notice).next_try_at - at).total_seconds()))
            at = notice.next_try_at
        assert pauses == [30, 60, 120, 300, 600, 1800, 1800, 1800]
        assert len(BACKOFF) == 6

    def test_after_a_day_it_is_given_up(self, meena: Any, queue: Any, provider: Provider) -> None:
        notice = queue(meena, created_at=later(hours=-25))
        assert send_private("sms") == {"late": 1}
        assert (reload(notice).state, provider.calls) == (State.FAILED, [])

    def test_a_gateway_that_fails_again_and_again_rests(self, meena: Any, queue: Any, provider: Provider) -> None:
        for _ in range(5):
            queue(meena)
        provider.always = TIMEOUT
        assert send_private("sms") == {"waiting": 5}
        assert len(provider.calls) == gateways.REST_AFTER
        gateway = Gateway.objects.get()
        assert gateway.not_before_at is not None
        assert gateway.failures == gateways.REST_AFTER
        provider.always = None
        assert send_private("sms", gateway.not_before_at + timedelta(seconds=31)) == {"sent": 5}
        gateway.refresh_from_db()
        assert (gateway.failures, gateway.not_before_at, gateway.last_error) == (0, None, "")

    def test_refused_keys_rest_the_gateway_and_lose_no_notice(self, meena: Any, queue: Any, provider: Provider) -> None:
        notice = queue(meena)
        provider.answers = [(False, "Failed to send: Unauthorized, error=401.")]
        assert send_private("sms") == {"waiting": 1}
        assert reload(notice).state == State.QUEUED
        assert gateways.rests(Gateway.objects.get(), timezone.now())


class TestPermanent:
    @pytest.mark.parametrize("words", ["Failed: Bad Request, error=400.", "error=404", "invalid address"])
    def test_it_stops_with_the_reason(self, meena: Any, queue: Any, provider: Provider, words: str) -> None:
        notice = queue(meena)
        provider.answers = [(False, words)]
        assert send_private("sms") == {"failed": 1}
        assert (reload(notice).state, notice.error) == (State.FAILED, words)
        assert send_private("sms", later(hours=1)) == {}
        assert Gateway.objects.get().failures == 0  # one bad number is no fault of the gateway

    def test_no_gateway_for_the_place_is_told(
        self, cast: Any, choose: Any, queue: Any, make_gateway: Any, provider: Provider, small_map: Any
    ) -> None:
        make_gateway(district=small_map.raipur)
        choose(cast.meena)
        notice = queue(cast.meena)
        assert send_private("sms") == {"failed": 1}
        assert "No gateway" in reload(notice).error

    def test_no_number_is_told(self, cast: Any, queue: Any, make_gateway: Any, provider: Provider) -> None:
        make_gateway()
        notice = queue(cast.meena)
        assert send_private("sms") == {"failed": 1}
        assert "no number" in reload(notice).error

    def test_the_reason_shows_neither_number_nor_key(self, meena: Any, queue: Any, provider: Provider) -> None:
        notice = queue(meena)
        provider.answers = [(False, "Failed to send to +919812345678 via secretkey at 98123 45678: error=400")]
        send_private("sms")
        assert "98123" not in reload(notice).error
        assert "secretkey" not in notice.error
        assert "error=400" in notice.error


class TestFallingBack:
    @pytest.fixture
    def with_mail(self, meena: Any, make_gateway: Any) -> Any:
        """Her e-mail address stands in her profile, and the office can send e-mail."""
        make_gateway("email", address="mailto://user:pass@mail.example?to={to}")
        meena.email = "meena@example.org"
        meena.save()
        return meena

    def mails(self) -> list[str]:
        return list(Notice.objects.filter(channel="email").values_list("state", flat=True))

    def test_a_critical_one_goes_on_at_once_and_is_tried_on(
        self, with_mail: Any, queue: Any, provider: Provider
    ) -> None:
        notice = queue(with_mail)
        provider.answers = [TIMEOUT]
        send_private("sms")
        assert reload(notice).state == State.QUEUED
        assert self.mails() == [State.QUEUED]
        assert send_private("email") == {"sent": 1}
        assert "meena%40example.org" in provider.sent[0][0]

    def test_another_waits_until_the_gateway_rests_and_is_then_told_once(
        self, with_mail: Any, queue: Any, provider: Provider
    ) -> None:
        notice = queue(with_mail, rank=1)
        provider.always = TIMEOUT
        send_private("sms")
        assert self.mails() == []
        send_private("sms", later(seconds=31))
        send_private("sms", later(seconds=100))
        assert (reload(notice).state, self.mails()) == (State.DROPPED, [State.QUEUED])
        assert "email" in notice.error

    def test_what_finds_the_gateway_resting_goes_on_unsent(
        self, with_mail: Any, queue: Any, provider: Provider
    ) -> None:
        Gateway.objects.filter(channel="sms").update(not_before_at=later(minutes=5))
        notice = queue(with_mail, rank=1)
        assert send_private("sms") == {"dropped": 1}
        assert (reload(notice).state, self.mails(), provider.calls) == (State.DROPPED, [State.QUEUED], [])

    def test_two_channels_that_fail_in_turn_do_not_each_leave_it_to_the_other(
        self, with_mail: Any, queue: Any, provider: Provider
    ) -> None:
        Gateway.objects.filter(channel="sms").update(not_before_at=later(minutes=2))
        notice = queue(with_mail, rank=1)
        assert send_private("sms") == {"dropped": 1}
        Gateway.objects.filter(channel="email").update(not_before_at=later(minutes=9))
        assert send_private("email", later(minutes=3)) == {"dropped": 1}
        assert (reload(notice).state, self.mails()) == (State.QUEUED, [State.DROPPED])
        assert send_private("sms", later(minutes=4)) == {"sent": 1}

    def test_a_bad_number_is_shown_and_the_officer_told_by_mail(
        self, with_mail: Any, queue: Any, provider: Provider
    ) -> None:
        notice = queue(with_mail, rank=2)
        provider.answers = [(False, "error=400")]
        send_private("sms")
        assert (reload(notice).state, self.mails()) == (State.FAILED, [State.QUEUED])

    def test_what_was_told_by_the_other_channel_is_not_told_there_again(
        self, with_mail: Any, queue: Any, provider: Provider
    ) -> None:
        notice = queue(with_mail)
        queue(with_mail, "email", case=notice.case)
        send_private("email")
        provider.always = (False, "error=503")
        send_private("sms")
        assert self.mails() == [State.SENT]

    def test_a_channel_that_was_switched_off_is_not_used(self, with_mail: Any, queue: Any, provider: Provider) -> None:
        OfficerChannel.objects.create(officer=with_mail, channel="email", is_on=False)
        queue(with_mail)
        provider.answers = [(False, "error=400")]
        send_private("sms")
        assert self.mails() == []


class TestUnsure:
    def claimed(self, queue: Any, officer: Any, **more: Any) -> Notice:
        notice: Notice = queue(officer, state=State.CLAIMED, claimed_at=later(seconds=-61), **more)
        return notice

    def test_a_crash_leaves_a_critical_one_unsure_and_says_it_once_more(
        self, meena: Any, queue: Any, provider: Provider
    ) -> None:
        notice = self.claimed(queue, meena)
        assert settle_unsure(timezone.now()) == 1
        assert settle_unsure(timezone.now()) == 0
        assert reload(notice).state == State.UNSURE
        assert send_private("sms", later(seconds=1)) == {"sent": 1}
        again = Notice.objects.get(once=f"{notice.once}:again")
        Notice.objects.filter(pk=again.pk).update(state=State.CLAIMED, claimed_at=later(seconds=-61))
        assert settle_unsure(timezone.now()) == 1
        assert Notice.objects.count() == 2
        assert len(provider.calls) == 1

    def test_any_other_is_shown_and_not_said_again(self, meena: Any, queue: Any, provider: Provider) -> None:
        notice = self.claimed(queue, meena, rank=1)
        settle_unsure(timezone.now())
        assert reload(notice).state == State.UNSURE
        assert send_private("sms", later(minutes=5)) == {}

    def test_a_browser_shows_one_tag_once_so_it_is_sent_again(self, cast: Any, queue: Any) -> None:
        notice = self.claimed(queue, cast.meena, channel="push")
        settle_unsure(timezone.now())
        assert reload(notice).state == State.QUEUED

    def test_who_is_still_sending_is_left_alone(self, meena: Any, queue: Any) -> None:
        notice = queue(meena, state=State.CLAIMED, claimed_at=later(seconds=-50))
        assert settle_unsure(timezone.now()) == 0
        assert reload(notice).state == State.CLAIMED


class TestOvertaken:
    def test_a_case_that_is_worked_needs_no_call_any_more(self, meena: Any, queue: Any, provider: Provider) -> None:
        notice = queue(meena)
        notice.case.status, notice.case.acknowledged_at = "acknowledged", timezone.now()
        notice.case.save()
        assert send_private("sms") == {"dropped": 1}
        assert (reload(notice).state, provider.calls) == (State.DROPPED, [])

    def test_a_case_that_another_has_is_not_announced(
        self, meena: Any, cast: Any, queue: Any, provider: Provider
    ) -> None:
        notice = queue(meena)
        notice.case.officer = cast.ravi
        notice.case.save()
        assert send_private("sms") == {"dropped": 1}

    def test_what_waited_says_the_time_that_is_left_now(self, meena: Any, queue: Any, provider: Provider) -> None:
        queue(meena, at=later(minutes=-20), text="5 min left")
        send_private("sms")
        assert "5 min left" not in provider.sent[0][1]


def test_the_sweeper_starts_a_sender_for_each_channel_with_something_due(
    meena: Any, queue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(meena)
    queue(meena, "email", next_try_at=later(minutes=1))
    started: list[Any] = []
    monkeypatch.setattr(tasks.send_private, "apply_async", lambda args, **_: started.append(args))
    tasks.sweep_notices()
    assert started == [("sms",)]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("9812345678", "+919812345678"),
        ("098123 45678", "+919812345678"),
        ("+91 98123-45678", "+919812345678"),
        ("919812345678", "+919812345678"),
        ("a@b.example", "a@b.example"),
        ("@meena_bot", "@meena_bot"),
        ("123456", "123456"),
        ("", ""),
    ],
)
def test_numbers_get_their_country_s_code(typed: str, number: str) -> None:
    assert international(typed) == number
