"""Requesters hear by SMS where the office can send it and they gave a mobile number; on X only what is worth a post."""

from typing import Any

import pytest
from django.utils import timezone

from cases import requester_notices
from cases.actions import perform
from cases.models import Case, Event, Message, Notice, Phone, ReplyTemplate
from cases.notify.private import send_private
from cases.workflow import Move, Outcome
from tests.cases.notify.conftest import Provider

pytestmark = pytest.mark.django_db
Key = ReplyTemplate.Key


def sms() -> list[tuple[str, str]]:
    return list(Notice.objects.filter(channel="sms").order_by("pk").values_list("template", "text"))


def on_x() -> list[str]:
    return list(Notice.objects.filter(channel="x_reply").values_list("template", flat=True))


@pytest.fixture
def on_thread(handle: Any) -> Any:
    """A plea on X that opened the case."""

    def make(case: Case) -> Message:
        now = timezone.now()
        return Message.objects.create(
            channel="x", external_id=str(10**18 + case.pk), handle=handle, author_id="77", text="oxygen",
            posted_at=now, received_at=now, case=case, result="opened", state="read", read_at=now,
        )  # fmt: skip

    return make


def test_without_a_gateway_nobody_is_written_to(make_case: Any, django_assert_num_queries: Any) -> None:
    cases = [make_case() for _ in range(5)]
    with django_assert_num_queries(1):
        requester_notices.received(cases, timezone.now())
    assert sms() == []


def test_a_gateway_of_another_district_is_none(make_case: Any, make_gateway: Any, small_map: Any) -> None:
    make_gateway(district=small_map.raipur)
    requester_notices.received([make_case()], timezone.now())
    assert sms() == []


def test_the_receipt_goes_to_the_mobile_number_in_the_requester_s_language(
    make_case: Any, make_gateway: Any, provider: Provider
) -> None:
    make_gateway()
    english, hindi = make_case(language="en", phone="9812345678"), make_case(language="hi-Latn")
    requester_notices.received([english, hindi], timezone.now())
    (first, english_text), (second, hindi_text) = sms()
    assert (first, second) == ("sms_received", "sms_received")
    assert english.reference in english_text
    assert "We have your plea" in english_text
    assert "दर्ज" in hindi_text
    assert send_private("sms") == {"sent": 2}
    assert {"%2B919812345678" in address for address, _text in provider.sent} == {True, False}


def test_a_landline_gets_no_sms(make_case: Any, make_gateway: Any) -> None:
    make_gateway()
    requester_notices.received([make_case(phone="1122334455")], timezone.now())
    assert sms() == []


def test_what_is_missing_is_asked_instead(make_case: Any, make_gateway: Any) -> None:
    make_gateway()
    requester_notices.received([make_case(status="awaiting_info", language="en")], timezone.now())
    [(template, text)] = sms()
    assert template == "sms_asked"
    assert "the district and the block or town" in text


def test_however_many_the_statements_are_the_same(
    make_case: Any, make_gateway: Any, django_assert_num_queries: Any
) -> None:
    make_gateway()
    for count in (1, 12):
        cases = [make_case() for _ in range(count)]
        with django_assert_num_queries(4):  # gateways, phones, texts, the notices
            requester_notices.received(cases, timezone.now())


def test_who_acknowledged_is_named_by_sms_once(cast: Any, make_case: Any, make_gateway: Any) -> None:
    make_gateway()
    case = make_case(officer=cast.meena, language="en", channel="phone")
    perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena)
    [(template, text)] = sms()
    assert (template, "Meena Sahu" in text) == ("sms_has_officer", True)
    case.refresh_from_db()
    requester_notices.has_officer(case, Event.objects.latest("pk"))
    assert len(sms()) == 1


def test_each_solving_is_told_with_a_link_to_answer(cast: Any, make_case: Any, make_gateway: Any) -> None:
    make_gateway()
    case = make_case(officer=cast.meena, language="en", channel="phone")
    perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena)
    for _ in range(2):
        perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, note="done", outcome=Outcome.HELPED)
        perform(Move.REOPEN, case_id=case.pk, actor=cast.meena, note="not yet")
    solved = [text for template, text in sms() if template == "sms_resolved"]
    assert len(solved) == 2
    assert all(case.reference in text and "http" in text for text in solved)
    assert all("/answer/" in text for text in solved)  # a reference alone is public on X: this link proves more


def test_a_family_whose_patient_died_is_not_asked_whether_help_came(make_case: Any, make_gateway: Any) -> None:
    make_gateway()
    case = make_case()
    case.outcome = Outcome.DIED
    requester_notices.solved(case, timezone.now(), None)
    assert sms() == []


def test_on_x_an_officer_is_announced_only_where_the_case_had_to_wait(
    cast: Any, make_case: Any, on_thread: Any
) -> None:
    straight, waited = make_case(officer=cast.meena), make_case(officer=cast.meena)
    for case in (straight, waited):
        on_thread(case)
    Event.objects.create(case=waited, at=timezone.now(), kind="opened", to_status="needs_review")
    for case in (straight, waited):
        perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena)
    assert on_x() == ["has_officer"]
    notice = Notice.objects.get(template="has_officer")
    assert notice.case == waited
    assert "Meena" not in notice.text


def test_on_x_it_is_said_once_in_a_case_s_life(cast: Any, make_case: Any, on_thread: Any) -> None:
    case = make_case(officer=cast.meena)
    on_thread(case)
    Event.objects.create(case=case, at=timezone.now(), kind="opened", to_status="awaiting_info")
    perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena)
    event = Event.objects.latest("pk")
    requester_notices.has_officer(case, event)
    assert on_x() == ["has_officer"]


def test_no_number_is_kept_in_the_outbox(make_case: Any, make_gateway: Any) -> None:
    make_gateway()
    case = make_case(phone="9812345678")
    requester_notices.received([case], timezone.now())
    assert "9812345678" not in str(Notice.objects.values().get())
    assert Phone.objects.filter(person=case.requester).exists()


def test_an_acknowledgement_taken_back_unsent_and_made_again_is_announced(
    cast: Any, make_case: Any, on_thread: Any
) -> None:
    case = make_case(officer=cast.meena)
    on_thread(case)
    Event.objects.create(case=case, at=timezone.now(), kind="opened", to_status="awaiting_info")
    for move in (Move.ACKNOWLEDGE, Move.UNDO, Move.ACKNOWLEDGE):
        perform(move, case_id=case.pk, actor=cast.meena)
    assert list(Notice.objects.filter(channel="x_reply").order_by("pk").values_list("state", flat=True)) == [
        "dropped",
        "queued",
    ]


def test_solved_is_not_said_of_a_case_that_was_opened_again_while_it_waited(
    cast: Any, make_case: Any, make_gateway: Any, provider: Provider
) -> None:
    make_gateway()
    case = make_case(officer=cast.meena, channel="phone")
    requester_notices.solved(case, timezone.now(), None)
    assert send_private("sms") == {"dropped": 1}
    assert provider.calls == []
