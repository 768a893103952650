"""The journey of a batch: every message accounted for, joined or opened once, routed, told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from cases import pipeline
from cases.models import Case, Event, Handle, Message, Notice, Phone
from cases.understanding import Candidate, Reading
from cases.workflow import Status
from districts.duty import Level
from tests.cases.conftest import SURE, plea
from tests.conftest import CaseMaker, Cast


def _process(*messages: Message, at: datetime | None = None) -> dict[str, int]:
    return dict(pipeline.process([message.pk for message in messages], at=at))


def test_a_plea_opens_a_case_with_the_officer_on_duty_on_the_citizens_clock(
    post: Callable[..., Message], cast: Cast, sent: list[Any], handle: Handle
) -> None:
    message = post()
    assert _process(message) == {"opened": 1}
    case = Case.objects.get()
    assert (case.status, case.officer, case.level) == (Status.ASSIGNED, cast.meena, Level.BLOCK)
    assert (case.need_id, case.urgency, case.block_id, case.place_text) == ("oxygen", "critical", 3604, "Tifra")
    assert case.opened_at == message.posted_at
    assert case.respond_by == message.posted_at + timedelta(minutes=5)
    assert case.resolve_by == message.posted_at + timedelta(minutes=30)
    assert case.next_due_at == case.respond_by
    assert Phone.objects.get().number == "9812345678"
    message.refresh_from_db()
    assert (message.state, message.result, message.case) == ("read", "opened", case)
    assert [event.kind for event in Event.objects.order_by("pk")] == ["opened", "assigned"]
    notice = Notice.objects.exclude(channel="desk").get()
    assert case.reference in notice.text
    assert "http" not in notice.text
    assert sent == [("cases.notify.tasks.send_notices", handle.pk)]


def test_processing_twice_changes_nothing(post: Callable[..., Message]) -> None:
    message = post()
    _process(message)
    assert _process(message) == {}
    assert (Case.objects.count(), Notice.objects.exclude(channel="desk").count()) == (1, 1)


def test_a_handle_that_wants_links_gets_one(post: Callable[..., Message], handle: Handle, settings: Any) -> None:
    handle.link_in_replies = True
    handle.save()
    settings.SITE_URL = "https://help.example.in"
    _process(post())
    assert (
        f"https://help.example.in/status/{Case.objects.get().reference}/"
        in Notice.objects.exclude(channel="desk").get().text
    )


def test_an_english_plea_is_answered_in_english_and_romanised_hindi_in_hindi(
    post: Callable[..., Message], readings: dict[str, Reading]
) -> None:
    readings["en"] = plea(language="en", phones=("9800000001",))
    readings["latin"] = plea(language="hi-Latn", phones=("9800000002",))
    _process(post("en"), post("latin"))
    assert list(Notice.objects.exclude(channel="desk").order_by("pk").values_list("language", flat=True)) == [
        "en",
        "hi",
    ]


@pytest.mark.parametrize("kind", ["offer", "thanks", "news", "other", "update_resolved"])
def test_what_is_not_a_request_opens_nothing_and_is_kept(
    post: Callable[..., Message], readings: dict[str, Reading], kind: str
) -> None:
    readings["talk"] = Reading(kind=kind, confidence=SURE)
    message = post("talk")
    assert _process(message) == {"not_request": 1}
    message.refresh_from_db()
    assert (message.state, message.case) == ("read", None)
    assert message.reading is not None
    assert message.reading["kind"] == kind
    assert not Case.objects.exists()
    assert not Notice.objects.exclude(channel="desk").exists()


def test_a_case_exists_before_its_place_is_known(
    post: Callable[..., Message], readings: dict[str, Reading], cast: Cast
) -> None:
    readings["nowhere"] = Reading(kind="request", confidence=SURE)
    assert _process(post("nowhere")) == {"review": 1}
    case = Case.objects.get()
    assert (case.status, case.review_reason, case.need_id) == (Status.AWAITING_INFO, "unknown_place", "other")
    assert case.officer == cast.state_operator
    assert case.next_due_at is not None
    assert case.state_id == 22  # the handle's


def test_an_ambiguous_place_waits_with_its_candidates_in_the_control_room(
    post: Callable[..., Message], readings: dict[str, Reading], cast: Cast
) -> None:
    candidates = (
        Candidate(22, 375, 3607, None, "Kota, Bilaspur", "कोटा, बिलासपुर", "block", 0.5),
        Candidate(8, 98, None, None, "Kota, Rajasthan", "कोटा, राजस्थान", "district", 0.5),
    )
    readings["kota"] = plea(district=None, block=None, candidates=candidates)
    assert _process(post("kota")) == {"review": 1}
    case = Case.objects.get()
    assert (case.review_reason, case.district) == ("ambiguous_place", None)
    assert [choice["label"] for choice in case.candidates] == ["Kota, Bilaspur", "Kota, Rajasthan"]
    assert case.officer == cast.state_operator


def test_a_doubtful_district_is_reviewed_by_that_districts_control_room(
    post: Callable[..., Message], readings: dict[str, Reading], cast: Cast
) -> None:
    readings["doubt"] = plea(confidence=SURE | {"place": 0.2})
    _process(post("doubt"))
    case = Case.objects.get()
    assert (case.status, case.officer) == (Status.NEEDS_REVIEW, cast.operator)


def test_the_same_phone_and_need_joins_the_open_case_and_the_second_asker_is_told(
    post: Callable[..., Message],
) -> None:
    _process(post())
    assert _process(post()) == {"joined": 1}
    case = Case.objects.get()
    assert case.message_count == 2
    assert sorted(Notice.objects.exclude(channel="desk").values_list("template", flat=True)) == ["joined", "received"]
    assert Event.objects.filter(kind="message", case=case).count() == 1


def test_two_copies_in_one_batch_are_one_case(post: Callable[..., Message]) -> None:
    assert _process(post(), post(), post()) == {"opened": 1, "joined": 2}
    assert Case.objects.get().message_count == 3
    _process(post())
    texts = Notice.objects.exclude(channel="desk").values_list("text", flat=True)
    assert len(set(texts)) == len(texts) == 4  # X refuses what the account has said before


def test_a_joined_plea_that_is_graver_makes_the_case_urgent_and_the_promise_shorter(
    post: Callable[..., Message], readings: dict[str, Reading]
) -> None:
    readings["calm"] = plea(urgency="normal")
    readings["falling"] = plea(spo2=78)
    _process(post("calm"))
    calm = Case.objects.get()
    worse = post("falling")
    assert _process(worse) == {"joined": 1}
    case = Case.objects.get()
    assert (case.urgency, case.spo2, case.opened_at) == ("critical", 78, calm.opened_at)
    assert case.respond_by == worse.posted_at + timedelta(minutes=5) < calm.respond_by
    assert case.next_due_at == case.respond_by
    assert Event.objects.filter(kind="raised", case=case, message=worse).count() == 1
    _process(post("calm"))
    assert Case.objects.get().urgency == "critical"  # a calmer copy calms nothing


@pytest.mark.parametrize(
    "other", [{"needs": ("food",)}, {"phones": ("9899999999",)}, {"district": 387, "block": 3700}, {"phones": ()}]
)
def test_another_need_phone_or_district_is_another_case(
    post: Callable[..., Message], readings: dict[str, Reading], other: dict[str, Any]
) -> None:
    readings["other"] = plea(**other)
    assert _process(post(), post("other")) == {"opened": 2}


def test_a_solved_case_is_not_joined_by_phone(post: Callable[..., Message]) -> None:
    _process(post())
    Case.objects.update(
        status="resolved",
        resolved_at=timezone.now(),
        acknowledged_at=timezone.now(),
        outcome="helped",
        next_due_at=None,
        alarm_at=None,
    )
    assert _process(post()) == {"opened": 1}


def test_a_repost_is_an_echo_of_its_original_and_gets_no_reply(post: Callable[..., Message]) -> None:
    original = post()
    _process(original)
    assert _process(post("RT @citizen: plea", echo_of=original.external_id)) == {"echo": 1}
    assert Case.objects.get().message_count == 2
    assert Notice.objects.exclude(channel="desk").count() == 1


def test_a_repost_of_a_post_we_never_saw_is_a_plea_and_its_next_repost_an_echo(
    post: Callable[..., Message], readings: dict[str, Reading]
) -> None:
    readings["RT @far: plea"] = plea(phones=())
    reposts = [post("RT @far: plea", echo_of="5"), post("RT @far: plea", echo_of="5")]
    assert _process(*reposts) == {"opened": 1, "echo": 1}


def test_the_authors_reply_in_the_thread_joins_whatever_it_says(
    post: Callable[..., Message], readings: dict[str, Reading]
) -> None:
    readings["ward 4, near the temple"] = Reading(kind="other", confidence=SURE)
    first = post(author_id="7", conversation_id="1")
    _process(first)
    assert _process(post("ward 4, near the temple", author_id="7", conversation_id="1")) == {"joined": 1}
    assert _process(post("ward 4, near the temple", author_id="8", conversation_id="1")) == {"not_request": 1}


def test_a_volunteers_thread_about_another_household_opens_another_case(
    post: Callable[..., Message], readings: dict[str, Reading]
) -> None:
    readings["second family"] = plea(phones=("9811111111",), needs=("food",))
    _process(post(author_id="7", conversation_id="1"))
    assert _process(post("second family", author_id="7", conversation_id="1")) == {"opened": 1}


def test_a_poison_message_is_marked_with_its_error_and_blocks_nobody(post: Callable[..., Message]) -> None:
    bad, good = post("poison"), post()
    assert _process(bad, good) == {"failed": 1, "opened": 1}
    bad.refresh_from_db()
    assert (bad.state, bad.tries) == ("failed", 1)
    assert "ValueError: cannot read this" in bad.error


def test_what_the_database_refuses_is_marked_and_blocks_nobody(
    post: Callable[..., Message], readings: dict[str, Reading]
) -> None:
    readings["odd"] = plea(phones=("12",))
    bad, good = post("odd"), post()
    assert _process(bad, good) == {"failed": 1, "opened": 1}
    assert Message.objects.get(pk=bad.pk).case is None


def test_a_database_that_does_not_answer_marks_nothing(
    post: Callable[..., Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_args: object) -> None:
        raise OperationalError("server closed the connection")

    message = post()
    monkeypatch.setattr(pipeline, "pass_gate", gone)
    with pytest.raises(OperationalError):
        _process(message)
    assert Message.objects.get(pk=message.pk).state == "stored"


def test_what_a_person_stated_in_a_form_outranks_the_text(
    post: Callable[..., Message], readings: dict[str, Reading], cast: Cast
) -> None:
    readings["form"] = Reading(kind="other", confidence={"kind": 0.1})
    given = {
        "is_request": True,
        "needs": ["ambulance", "bed"],
        "district": 375,
        "block": 3607,
        "phones": ["9877777777"],
        "requester_name": "Rekha",
        "patient_age": 58,
        "spo2": 82,
        "urgency": "critical",
    }
    assert _process(post("form", channel="phone", raw={"given": given})) == {"opened": 1}
    case = Case.objects.get()
    assert (case.need_id, case.other_needs, case.block_id, case.officer) == ("ambulance", ["bed"], 3607, cast.anil)
    assert (case.patient_age, case.spo2, case.requester.name) == (58, 82, "Rekha")
    assert not Notice.objects.exclude(channel="desk").exists()  # nobody on X asked


def test_codes_the_tables_do_not_know_mean_unknown_not_an_error(
    post: Callable[..., Message], readings: dict[str, Reading]
) -> None:
    readings["stale"] = plea(district=999_999, block=888_888, place="gone:1", needs=("unicorn",))
    assert _process(post("stale")) == {"review": 1}
    case = Case.objects.get()
    assert (case.district, case.block, case.place, case.need_id) == (None, None, None, "other")


def test_a_clock_set_in_the_future_postpones_no_promise(post: Callable[..., Message]) -> None:
    message = post(posted_at=timezone.now() + timedelta(days=2))
    _process(message)
    assert Case.objects.get().opened_at == message.received_at


def test_the_batch_costs_the_same_statements_whatever_its_size(
    post: Callable[..., Message], readings: dict[str, Reading], django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        readings[f"plea {number}"] = plea(phones=(f"98{number:08d}",))
    few, many = [post(f"plea {n}") for n in range(2)], [post(f"plea {n}") for n in range(2, 60)]
    with django_assert_max_num_queries(33 + (connection.vendor == "postgresql")) as small:  # its gate is a statement
        _process(*few)
    # SQLite takes at most 999 parameters a statement, so that its inserts are split into several.
    with django_assert_max_num_queries(len(small) + (2 if connection.vendor == "postgresql" else 8)):
        assert _process(*many) == {"opened": 58}


def test_cases_made_by_hand_are_joined_too(post: Callable[..., Message], make_case: CaseMaker) -> None:
    case = make_case(phone="9812345678")
    assert _process(post()) == {"joined": 1}
    case.refresh_from_db()
    assert case.message_count == 2


def test_a_stated_district_takes_the_block_that_the_text_names_in_it_and_no_other(
    post: Callable[..., Message], readings: dict[str, Reading], small_map: object
) -> None:
    given = {"is_request": True, "district": 375}
    readings["elsewhere"] = plea(district=387, block=3700, phones=("9811111112",))
    _process(post(channel="web", raw={"given": given}), post("elsewhere", channel="web", raw={"given": given}))
    assert list(Case.objects.order_by("pk").values_list("district", "block")) == [(375, 3604), (375, None)]
