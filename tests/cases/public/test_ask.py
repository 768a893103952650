"""Asking for help: a form that opens one case, says what is missing, and loses nothing that was typed."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from cases.intake import entry
from cases.models import Case, Message

GOOD = {
    "need": "oxygen",
    "text": "मेरी माँ की साँस फूल रही है, दो दिन से बुखार",
    "district": "375",
    "place_text": "Tifra",
    "place_choice": "place:locality:tifra",
    "phone": "98123 45678",
    "requester_name": "राकेश",
    "patient_age": "५८",
    "spo2": "82%",
    "token": "0" * 32,
}


def send(client, **changes):
    return client.post(reverse("ask"), GOOD | changes, headers={"accept-language": "en"})


def test_a_plea_opens_a_case_and_leads_to_its_number(client, cast):
    answer = send(client)
    case = Case.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("status_of", args=[case.reference]) + "?new=1"
    assert (case.need_id, case.district_id, case.block_id, case.place_id) == ("oxygen", 375, 3604, "locality:tifra")
    assert (case.patient_age, case.spo2, case.urgency, case.channel) == (58, 82, "critical", "web")
    assert case.requester.name == "राकेश"
    assert [phone.number for phone in case.requester.phones.all()] == ["9812345678"]
    assert case.officer == cast.meena


def test_sent_twice_it_is_one_case_and_one_message(client, cast):
    first, second = send(client), send(client)
    assert first["Location"] == second["Location"]
    assert Case.objects.count() == Message.objects.count() == 1


def test_gone_back_changed_and_sent_again_it_is_a_plea_of_its_own(client, cast):
    send(client)
    send(client, text="मेरे पिता को भी बेड चाहिए", need="bed")
    assert Message.objects.count() == 2
    assert Case.objects.count() == 2


@pytest.mark.parametrize("token", ["", "'; drop table", "z" * 32, "\x00"])
def test_a_wrong_token_loses_nothing(client, cast, token):
    assert send(client, token=token).status_code == 302
    assert Case.objects.count() == 1


def test_without_a_script_a_place_typed_in_full_is_found_in_the_chosen_district(client, cast):
    send(client, place_choice="", place_text="kota")
    assert Case.objects.get().block_id == 3607


def test_a_place_in_another_district_than_the_chosen_one_is_not_believed(client, cast):
    send(client, place_choice="block:3700", place_text="Dharsiwa")
    case = Case.objects.get()
    assert (case.district_id, case.block_id, case.place_text) == (375, None, "Dharsiwa")


@pytest.mark.parametrize(
    "choice", ["block:99999999", "block:x", "place:nowhere", "district:٣", ":::", "block:" + "9" * 60]
)
def test_a_choice_that_is_no_place_is_no_place(client, cast, choice):
    assert send(client, place_choice=choice, place_text="").status_code == 302
    assert Case.objects.get().block_id is None


def test_help_starts_even_if_the_district_is_not_known(client, cast):
    answer = send(client, district="unknown", place_choice="", place_text="")
    assert answer.status_code == 302
    assert Case.objects.get().is_open


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"need": ""}, "Choose what is needed."),
        ({"need": "money"}, "Choose what is needed."),
        ({"text": ""}, "Write in a few words what happened."),
        ({"text": "\x00\x07\u202e"}, "Write in a few words what happened."),
        ({"text": "😭🙏😭"}, "Please write a few words."),
        ({"text": "x" * 10_000}, "This is too long: please write at most 4000 letters."),
        ({"phone": ""}, "Write a phone number, so that the officer can call."),
        ({"phone": "12345"}, "This number is not right."),
        ({"phone": "+1 202 555 0143"}, "This number is not right."),
        ({"phone": "call me"}, "This number is not right."),
        ({"district": ""}, "Choose the district."),
        ({"district": "0"}, "Choose a district from the list."),
        ({"district": "x"}, "Choose a district from the list."),
        ({"district": "9" * 40}, "Choose a district from the list."),
        ({"patient_age": "300"}, "Write a number from 0 to 120"),
        ({"spo2": "good"}, "Write a number from 30 to 100"),
        ({"spo2": "²"}, "Write a number from 30 to 100"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(client, cast, changes, said):
    answer = send(client, **changes)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert "Not sent yet" in page
    assert not Message.objects.exists()


def test_an_error_keeps_what_was_typed(client, cast):
    page = send(client, phone="123").content.decode()
    for kept in ("मेरी माँ की साँस", 'value="Tifra"', 'value="123"', 'value="राकेश"', 'value="५८"'):
        assert kept in page
    assert re.search(r'value="oxygen"[^>]*checked', page)
    assert '<option value="375" selected>' in page
    assert f'value="{"0" * 32}"' in page


@pytest.mark.parametrize("typed", ["9812345678", "+91-98123-45678", "०९८१२३४५६७८", "91 98123 45678", "(0)98123.45678"])
def test_a_number_is_understood_in_any_usual_writing(client, cast, typed):
    assert send(client, phone=typed).status_code == 302
    assert Case.objects.get().requester.phones.get().number == "9812345678"


def test_what_is_written_is_shown_back_as_text_not_as_a_page(client, cast):
    page = send(client, text="<script>alert(1)</script>", phone="", requester_name='"><img src=x>').content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_signs_that_control_or_turn_the_line_are_dropped_and_the_plea_goes_in(client, cast):
    assert send(client, text="ऑक्सी\x00जन \u202eचाहिए\r\nजल्दी", requester_name="\u2067Ra\x07m").status_code == 302
    assert Message.objects.get().text == "ऑक्सीजन चाहिए\nजल्दी"
    assert Case.objects.get().requester.name == "Ram"


def test_joiners_of_devanagari_stay(client, cast):
    send(client, text="क्\u200dष और ज्\u200cञ")
    assert Message.objects.get().text == "क्\u200dष और ज्\u200cञ"


def test_the_field_for_robots_asks_again_and_loses_nothing(client, cast):
    answer = send(client, website="http://spam.example")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "once more" in page
    assert "spam.example" not in page
    assert not Message.objects.exists()
    assert send(client).status_code == 302


def test_a_form_without_its_csrf_token_is_refused_and_keeps_what_was_typed(cast):
    answer = send(Client(enforce_csrf_checks=True))
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "What you wrote is still here" in page
    assert "मेरी माँ की साँस" in page
    assert not Message.objects.exists()


def test_the_same_form_sent_once_more_from_there_goes_in(cast):
    client = Client(enforce_csrf_checks=True)
    page = send(client).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page[page.index("novalidate") :])[1]
    assert send(client, csrfmiddlewaretoken=token).status_code == 302


def test_any_other_form_without_its_token_says_in_plain_words_what_to_do(client, cast):
    answer = Client(enforce_csrf_checks=True).post(reverse("status"), headers={"accept-language": "en"})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.content.decode()


def test_a_flood_from_one_address_is_asked_to_wait_and_keeps_its_text(client, cast):
    for number in range(20):
        assert send(client, text=f"plea {number}").status_code == 302
    answer = send(client, text="the twenty-first")
    assert answer.status_code == 429
    assert "the twenty-first" in answer.content.decode()
    assert "What you wrote is still here" in answer.content.decode()


def test_a_plea_that_cannot_be_read_yet_is_stored_and_the_page_says_so(client, cast, monkeypatch):
    def broken(ids):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(entry.pipeline, "process", broken)
        answer = send(client)
    message = Message.objects.get()
    assert message.state == "stored"
    assert answer["Location"] == reverse("ask_sent", args=[message.external_id])
    waiting = client.get(answer["Location"], headers={"accept-language": "en"}).content.decode()
    assert "safely stored" in waiting
    entry.pipeline.process([message.pk])
    assert Case.objects.get().reference in client.get(answer["Location"])["Location"]


@pytest.mark.parametrize("token", ["1" * 32, "%00", "x" * 500, "🙏"])
def test_an_unknown_token_shows_nobodys_plea(client, db, token):
    assert client.get(f"/ask/sent/{token}/").status_code == 404


def test_the_page_weighs_at_most_100_kilobytes_with_all_it_loads(client, cast):
    page = client.get(reverse("ask")).content
    files = set(re.findall(r'(?:href|src)="/static/([^"#]+)', page.decode()))
    total = len(page) + sum(Path(finders.find(name)).stat().st_size for name in files)
    assert total <= 100_000, (len(page), sorted(files))


def test_few_queries_draw_the_form(client, handle, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        client.get(reverse("ask"))
