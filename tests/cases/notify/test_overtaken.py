"""What waited, for the end of quiet hours or for a gateway, is asked again: nobody hears what is no longer so, and
nothing that still is gets lost."""

from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.actions import perform
from cases.event_notes import limit_note
from cases.models import Case, Event, Gateway, Notice
from cases.notify import fallback, gathering, private, superseding, tasks
from cases.notify.private import send_private
from cases.workflow import Move, Status
from tests.cases.notify.conftest import Provider, later, reload

pytestmark = pytest.mark.django_db
State = Notice.State
DEAD_NUMBER = (False, "invalid phone number")


@pytest.fixture
def put_off(meena: Any, queue: Any) -> Any:
    """A notice to meena that waits until seven in the morning."""

    def make(template: str, clock: str = "respond", **more: Any) -> Notice:
        case = more.pop("case", None)
        notice: Notice = queue(
            meena, rank=1, template=template, next_try_at=later(hours=7), once=f"{template}:{Notice.objects.count()}",
            **({"case": case} if case else {}), **more,
        )  # fmt: skip
        event = Event.objects.create(
            case_id=notice.case_id or 0, at=timezone.now(), kind="warned", note=limit_note(clock, 1, 0, left=3)
        )
        Notice.objects.filter(pk=notice.pk).update(event=event)
        return reload(notice)

    return make


def morning() -> datetime:
    return later(hours=7, minutes=1)


class TestOvertaken:
    @pytest.mark.parametrize("template", ["to_warned", "to_escalated"])
    def test_another_officers_case_is_not_told(
        self, put_off: Any, provider: Provider, cast: Any, template: str
    ) -> None:
        notice = put_off(template)
        perform(Move.HAND_OVER, case_id=notice.case_id, actor=cast.sunita, to=cast.ravi)
        send_private("sms", morning())
        assert provider.sent == []
        assert (reload(notice).state, notice.error) == (State.DROPPED, superseding.ANOTHERS)

    @pytest.mark.parametrize("template", ["to_warned", "to_escalated"])
    def test_an_ended_case_is_not_told(self, put_off: Any, provider: Provider, cast: Any, template: str) -> None:
        notice = put_off(template)
        perform(Move.WITHDRAW, case_id=notice.case_id, actor=cast.sunita, note="x")
        send_private("sms", morning())
        assert (reload(notice).state, notice.error, provider.sent) == (State.DROPPED, superseding.ENDED, [])

    def test_who_has_acknowledged_is_not_warned_to(self, put_off: Any, provider: Provider, meena: Any) -> None:
        notice = put_off("to_warned")
        perform(Move.ACKNOWLEDGE, case_id=notice.case_id, actor=meena)
        send_private("sms", morning())
        assert (reload(notice).state, notice.error) == (State.DROPPED, superseding.ANSWERED)
        assert not [text for _to, text in provider.sent if text == notice.text]

    def test_but_still_warned_that_help_is_late(self, put_off: Any, provider: Provider, meena: Any) -> None:
        notice = put_off("to_warned", "resolve")
        perform(Move.ACKNOWLEDGE, case_id=notice.case_id, actor=meena)
        send_private("sms", morning())
        assert reload(notice).state == State.SENT

    @pytest.mark.parametrize("template", ["to_assigned", "to_warned", "to_escalated"])
    def test_what_is_still_so_is_told(self, put_off: Any, provider: Provider, template: str) -> None:
        notice = put_off(template)
        send_private("sms", morning())
        assert reload(notice).state == State.SENT

    def test_a_digest_counts_only_what_is_still_so(self, put_off: Any, provider: Provider, cast: Any) -> None:
        notices = [put_off("to_warned", "resolve") for _ in range(6)]
        perform(Move.HAND_OVER, case_id=notices[0].case_id, actor=cast.sunita, to=cast.ravi)
        send_private("sms", morning())
        assert "5 cases" in provider.sent[0][1]
        assert (reload(notices[0]).digest, notices[0].error) == (None, superseding.ANOTHERS)

    def test_too_few_are_left_for_a_digest(self, put_off: Any, provider: Provider, cast: Any) -> None:
        notices = [put_off("to_warned", "resolve") for _ in range(gathering.limit())]
        perform(Move.HAND_OVER, case_id=notices[0].case_id, actor=cast.sunita, to=cast.ravi)
        assert send_private("sms", morning())["sent"] == len(notices) - 1

    def test_the_outbox_says_so(self, put_off: Any, provider: Provider, cast: Any, client: Any) -> None:
        notice = put_off("to_escalated")
        perform(Move.HAND_OVER, case_id=notice.case_id, actor=cast.sunita, to=cast.ravi)
        send_private("sms", morning())
        client.force_login(cast.operator)
        page = client.get(reverse("outbox"), headers={"accept-language": "en"}).content.decode()
        assert "Another officer had the case before it was sent." in page
        assert notice.case.reference in page
        client.force_login(cast.other_collector)
        assert notice.case.reference not in client.get(reverse("outbox")).content.decode()


class TestAbandoned:
    @pytest.fixture
    def two_ways(self, meena: Any, choose: Any, make_gateway: Any) -> Any:
        choose(meena, "email")
        make_gateway("email")
        return meena

    def test_a_crash_between_failing_and_the_other_channel_leaves_no_failure_behind(
        self, two_ways: Any, queue: Any, provider: Provider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        notice = queue(two_ways)
        provider.always = DEAD_NUMBER
        monkeypatch.setattr(private, "fall_back", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            send_private("sms")
        assert reload(notice).state == State.CLAIMED  # found by settle_unsure
        monkeypatch.undo()

    def test_what_failed_and_was_left_to_nobody_is_found_by_the_sweep(
        self, two_ways: Any, queue: Any, provider: Provider
    ) -> None:
        notice = queue(two_ways, state=State.FAILED, error="no such number")
        tasks.sweep_notices()
        other = Notice.objects.get(channel="email")
        assert (other.once, other.state) == (notice.once.replace(":sms", ":email"), State.QUEUED)
        assert fallback.find_abandoned(timezone.now()) == 0

    def test_with_the_time_that_is_left_now(self, two_ways: Any, queue: Any) -> None:
        case_text = "999 min left"
        queue(two_ways, state=State.FAILED, text=case_text, at=later(minutes=-30))
        fallback.find_abandoned(timezone.now())
        assert case_text not in Notice.objects.get(channel="email").text

    def test_a_channel_that_rested_then_is_used_when_it_is_awake(
        self, two_ways: Any, queue: Any, provider: Provider
    ) -> None:
        Gateway.objects.filter(channel="email").update(not_before_at=later(minutes=10))
        queue(two_ways, rank=1)
        provider.always = DEAD_NUMBER
        send_private("sms")
        assert fallback.find_abandoned(timezone.now()) == 0
        assert fallback.find_abandoned(later(minutes=11)) == 1

    def test_not_where_the_case_went_on(self, two_ways: Any, queue: Any, cast: Any) -> None:
        notice = queue(two_ways, state=State.FAILED)
        perform(Move.HAND_OVER, case_id=notice.case_id, actor=cast.sunita, to=cast.ravi)
        assert fallback.find_abandoned(timezone.now()) == 0

    def test_nor_a_day_later_nor_a_test(self, two_ways: Any, queue: Any) -> None:
        queue(two_ways, state=State.FAILED, at=later(hours=-25))
        queue(two_ways, state=State.FAILED, template="test")
        assert fallback.find_abandoned(timezone.now()) == 0

    def test_who_has_no_other_channel_costs_the_same_however_many(
        self, meena: Any, queue: Any, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(6):
            queue(meena, state=State.FAILED)
        with django_assert_max_num_queries(6):
            assert fallback.find_abandoned(timezone.now()) == 0

    def test_a_cause_gathered_into_a_digest_that_failed_goes_on_to_the_next_channel(
        self, two_ways: Any, queue: Any, choose: Any, make_gateway: Any
    ) -> None:
        choose(two_ways, "telegram", "12345678")
        make_gateway("telegram")
        digest = queue(two_ways, "email", template="to_digest", state=State.FAILED, once="to_digest:1:email")
        case = Case.objects.get()
        queue(two_ways, "email", case=case, state=State.DROPPED, digest=digest)
        notice = queue(two_ways, "telegram", case=case, state=State.FAILED)
        assert fallback.fall_back(notice, timezone.now()) == "sms"


def test_a_closed_case_is_no_reason_to_say_less_to_its_requester(make_case: Any, cast: Any) -> None:
    """A requester's receipt has no owner to compare."""
    case = make_case(status=Status.WITHDRAWN, closed_at=timezone.now(), next_due_at=None)
    assert superseding.superseded(Notice(case=case, template="received")) == ""
