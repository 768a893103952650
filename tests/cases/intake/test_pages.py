"""The control room's entry pages: a call, a pasted post, the handles' health, and what could not be read."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import pipeline
from cases.intake import entry
from cases.models import Case, Handle, Message
from cases.workflow import Status

PAGES = ["telephone", "paste", "handles", "failed_messages"]
CALL = {
    "phone": "98123 45678",
    "requester_name": "Rakesh",
    "need": "oxygen",
    "text": "Mother cannot breathe, SpO2 82",
    "district": "375",
    "place_text": "Tifra",
    "place_choice": "place:locality:tifra",
    "urgency_choice": "",
    "token": "0" * 32,
}


@pytest.fixture
def operator(client, cast):
    """A client signed in as the control-room operator of Bilaspur, who reads English."""
    client.force_login(cast.operator)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def text_of(answer):
    return answer.content.decode()


# --- Who may come in ------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_without_signing_in_one_is_sent_to_the_door(client, db, page):
    assert client.get(reverse(page))["Location"].startswith(reverse("sign_in"))


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["meena", "collector", "doctor", "auditor"])
def test_only_who_takes_calls_may_enter(client, cast, page, who):
    client.force_login(getattr(cast, who))
    assert client.get(reverse(page)).status_code == 403


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["operator", "state_operator", "sunita", "state_admin"])
def test_who_takes_calls_may(client, cast, handle, page, who):
    client.force_login(getattr(cast, who))
    assert client.get(reverse(page)).status_code == 200


@pytest.mark.parametrize("page", ["telephone", "paste"])
def test_a_form_without_its_csrf_token_is_refused(cast, page):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.operator)
    assert client.post(reverse(page), CALL).status_code == 403


# --- A call -----------------------------------------------------------------------------------------------


def test_a_call_is_saved_and_its_number_shown_to_be_read_out(operator, cast):
    answer = operator.post(reverse("telephone"), CALL, follow=True)
    case = Case.objects.get()
    assert (case.channel, case.block_id, case.officer) == ("phone", 3604, cast.meena)
    assert case.messages.get().taken_by == cast.operator
    assert "Tell the caller this number" in text_of(answer)
    assert case.reference in text_of(answer)


def test_saved_twice_it_is_one_call(operator):
    for _ in range(2):
        operator.post(reverse("telephone"), CALL)
    assert Message.objects.count() == Case.objects.count() == 1


def test_a_second_call_about_the_same_need_joins_the_open_case_and_says_so(operator):
    operator.post(reverse("telephone"), CALL)
    again = operator.post(reverse("telephone"), CALL | {"text": "Nobody came yet", "token": "1" * 32}, follow=True)
    assert Case.objects.count() == 1
    assert "the call was added to it" in text_of(again)


def test_the_urgency_an_operator_sets_stands(operator):
    operator.post(reverse("telephone"), CALL | {"urgency_choice": "normal"})
    assert Case.objects.get().urgency == "normal"


def test_the_number_shows_the_callers_earlier_cases(operator, make_case):
    make_case(reference="BLS-7K3Q-9D", phone="9812345678")
    answer = operator.post(reverse("telephone"), {"phone": "+91 98123-45678", "look_up": "1", "text": "half writ"})
    assert "BLS-7K3Q-9D" in text_of(answer)
    assert "half writ" in text_of(answer)
    assert not Message.objects.exists()


def test_htmx_gets_the_earlier_cases_alone(operator, make_case):
    make_case(reference="BLS-7K3Q-9D", phone="9812345678")
    asked = {"phone": "9812345678", "look_up": "1"}
    answer = operator.post(reverse("telephone"), asked, headers={"hx-request": "true"})
    assert "BLS-7K3Q-9D" in text_of(answer)
    assert "<html" not in text_of(answer)


def test_earlier_cases_of_another_district_are_not_shown(operator, small_map, make_case):
    make_case(reference="RPR-7K3Q-9D", phone="9812345678", district=small_map.raipur, block=small_map.dharsiwa)
    answer = operator.post(reverse("telephone"), {"phone": "9812345678", "look_up": "1"})
    assert "RPR-7K3Q-9D" not in text_of(answer)
    assert "No earlier case" in text_of(answer)


def test_earlier_cases_cost_the_same_however_many(operator, make_case, django_assert_max_num_queries):
    for number in range(4):
        make_case(reference=f"BLS-7K3Q-9{'ACDE'[number]}", phone="9812345678")
    asked = {"phone": "9812345678", "look_up": "1"}
    operator.post(reverse("telephone"), asked, headers={"hx-request": "true"})
    with django_assert_max_num_queries(6):
        operator.post(reverse("telephone"), asked, headers={"hx-request": "true"})


@pytest.mark.parametrize("text", ["", "😭", "x" * 10_000, "\x00"])
def test_a_bad_call_is_explained_and_keeps_what_was_typed(operator, text):
    answer = operator.post(reverse("telephone"), CALL | {"text": text})
    assert answer.status_code == 422
    assert "Not saved yet" in text_of(answer)
    assert 'value="98123 45678"' in text_of(answer)


def test_a_call_that_cannot_be_read_yet_says_that_we_call_back(operator, monkeypatch):
    def broken(ids):
        raise RuntimeError

    monkeypatch.setattr(entry.pipeline, "process", broken)
    answer = operator.post(reverse("telephone"), CALL, follow=True)
    assert "Tell the caller that we call back" in text_of(answer)


def test_the_number_of_another_operators_call_is_not_shown(operator, client, cast):
    operator.post(reverse("telephone"), CALL)
    client.force_login(cast.state_operator)
    assert client.get(reverse("telephone_saved", args=[Message.objects.get().pk])).status_code == 404


# --- A pasted post ---------------------------------------------------------------------------------------------


def test_a_pasted_plea_becomes_a_case(operator, handle):
    text = "बिलासपुर तिफरा में ऑक्सीजन सिलेंडर चाहिए 9812345678"
    answer = operator.post(reverse("paste"), {"pasted": text, "handle": handle.pk, "token": "2" * 32})
    assert answer["Location"] == reverse("case", args=[Case.objects.get().reference])


def test_pasted_twice_it_is_one(operator, handle):
    for _ in range(2):
        operator.post(reverse("paste"), {"pasted": "oxygen chahiye 9812345678", "token": "2" * 32})
    assert Message.objects.count() == 1


def test_an_address_that_x_does_not_answer_for_is_explained_at_the_field(operator, handle):
    answer = operator.post(reverse("paste"), {"pasted": "https://x.com/someone/status/123456"})
    assert answer.status_code == 422
    assert "field__error" in text_of(answer)
    assert "https://x.com/someone/status/123456" in text_of(answer)


@pytest.mark.parametrize("pasted", ["", "  ", "🙏", "\x00\x01", "x" * 10_000])
def test_nothing_worth_reading_is_explained(operator, pasted):
    assert operator.post(reverse("paste"), {"pasted": pasted}).status_code == 422


def test_a_handle_of_another_district_cannot_be_chosen(operator, small_map):
    other = Handle.objects.create(username="RaipurDist", state=small_map.cg, district=small_map.raipur)
    assert operator.post(reverse("paste"), {"pasted": "oxygen", "handle": other.pk}).status_code == 422


# --- The handles -----------------------------------------------------------------------------------------------


def test_a_silent_handle_raises_the_alarm_in_words(operator, handle):
    handle.last_answer_at = timezone.now() - timedelta(hours=1)
    handle.health = Handle.Health.UNAUTHORISED
    handle.save()
    page = text_of(operator.get(reverse("handles")))
    assert "1 handle needs a person." in page
    assert "It has been silent too long." in page
    assert "not authorised" in page


def test_a_healthy_handle_raises_none(operator, handle, settings):
    keys = ("bearer_token", "api_key", "api_secret", "access_token", "access_secret")
    settings.X_CREDENTIALS = {"BilaspurDist": dict.fromkeys(keys, "topsecret")}
    handle.last_answer_at, handle.health = timezone.now(), Handle.Health.OK
    handle.save()
    page = text_of(operator.get(reverse("handles")))
    assert "needs a person" not in page
    assert "read and reply" in page
    assert "topsecret" not in page


def test_handles_of_another_district_are_not_shown(operator, handle, small_map):
    Handle.objects.create(username="RaipurDist", state=small_map.cg, district=small_map.raipur)
    page = text_of(operator.get(reverse("handles")))
    assert "@BilaspurDist" in page
    assert "@RaipurDist" not in page


# --- What could not be read --------------------------------------------------------------------------------------


@pytest.fixture
def message(small_map, handle):
    """Makes a message to @BilaspurDist."""

    def make(number, **fields):
        now = timezone.now()
        known = {
            "channel": "x", "external_id": str(number), "handle": handle, "author_id": "7", "author_username": "ramesh",
            "text": "तिफरा बिलासपुर में ऑक्सीजन सिलेंडर चाहिए 9812345678", "posted_at": now, "received_at": now,
            "scope_state": small_map.cg, "scope_district": small_map.bilaspur,
        }  # fmt: skip
        return Message.objects.create(**(known | fields))

    return make


FAILED = {"state": "failed", "error": "DataError: boom", "tries": 3}
NOT_REQUEST = {"state": "read", "result": "not_request", "read_at": timezone.now()}


def test_a_message_that_failed_is_shown_with_its_reason(operator, message):
    message(1, **FAILED)
    page = text_of(operator.get(reverse("failed_messages")))
    assert "DataError: boom" in page
    assert "ऑक्सीजन सिलेंडर" in page
    assert "tried 3 times" in page


def test_tried_again_it_becomes_a_case(operator, cast, message):
    failed = message(1, **FAILED)
    answer = operator.post(reverse("try_again", args=[failed.pk]))
    case = Case.objects.get()
    assert answer["Location"] == reverse("case", args=[case.reference])
    failed.refresh_from_db()
    assert (failed.state, failed.error, failed.case) == ("read", "", case)


def test_what_fails_again_stays_with_its_reason(operator, message, monkeypatch):
    failed = message(1, **FAILED)

    def broken(*args):
        raise ValueError("still broken")

    monkeypatch.setattr(pipeline, "understand", broken)
    answer = operator.post(reverse("try_again", args=[failed.pk]), follow=True)
    assert "still broken" in text_of(answer)
    assert "could not be read" in text_of(answer)


def test_an_offer_can_be_opened_as_a_case_after_all(operator, cast, message):
    offer = message(1, text="धन्यवाद, पर तिफरा बिलासपुर में अब भी सिलेंडर नहीं मिला", **NOT_REQUEST)
    assert "धन्यवाद" in text_of(operator.get(reverse("failed_messages")))
    operator.post(reverse("open_after_all", args=[offer.pk]))
    offer.refresh_from_db()
    assert offer.case == Case.objects.get()
    assert offer.taken_by == cast.operator
    assert offer.posted_at == offer.case.opened_at


def test_pressed_twice_it_is_one_case(operator, message):
    offer = message(1, **NOT_REQUEST)
    for _ in range(2):
        operator.post(reverse("open_after_all", args=[offer.pk]))
    assert Case.objects.count() == 1


def test_a_message_that_is_being_read_is_left_alone(operator, message):
    stored = message(1)
    operator.post(reverse("try_again", args=[stored.pk]))
    stored.refresh_from_db()
    assert stored.state == "stored"


@pytest.mark.parametrize("act", ["try_again", "open_after_all"])
def test_messages_of_another_district_are_out_of_reach(operator, message, small_map, act):
    foreign = message(1, scope_district=small_map.raipur, **(FAILED if act == "try_again" else NOT_REQUEST))
    assert "ramesh" not in text_of(operator.get(reverse("failed_messages")))
    assert operator.post(reverse(act, args=[foreign.pk])).status_code == 404
    assert not Case.objects.exists()


def test_a_message_without_an_area_is_the_states_to_look_at(client, cast, message):
    message(1, scope_state=None, scope_district=None, **FAILED)
    client.force_login(cast.state_operator)
    assert "ramesh" in text_of(client.get(reverse("failed_messages")))
    client.force_login(cast.operator)
    assert "ramesh" not in text_of(client.get(reverse("failed_messages")))


def test_a_number_no_message_can_have_is_not_found(operator):
    assert operator.post(f"/intake/failed/{'9' * 30}/again/").status_code == 404
    assert operator.get(f"/intake/telephone/{'9' * 30}/").status_code == 404


def test_looking_changes_nothing(operator, message):
    assert operator.get(reverse("try_again", args=[message(1, **FAILED).pk])).status_code == 405


def test_the_lists_cost_the_same_however_many(operator, message, django_assert_max_num_queries):
    for number in range(8):
        message(number, **FAILED)
        message(f"n{number}", **NOT_REQUEST)
    operator.get(reverse("failed_messages"))
    with django_assert_max_num_queries(8):
        operator.get(reverse("failed_messages"))


def test_what_was_written_to_us_is_shown_as_text_not_as_a_page(operator, message):
    message(1, text="<script>alert(1)</script>", error="<img src=x>", author_username="<b>", state="failed")
    page = text_of(operator.get(reverse("failed_messages")))
    assert "<script>alert" not in page
    assert "<img src=x>" not in page


def test_a_case_can_still_be_read_after_it_was_opened_here(operator, cast, message):
    operator.post(reverse("open_after_all", args=[message(1, **NOT_REQUEST).pk]))
    assert Case.objects.get().status in (Status.ASSIGNED, Status.NEEDS_REVIEW)
