"""The operator's screen: who is on the line, what to say, and what a caller adds to a case we have."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from cases import missed_calls
from cases.intake import callers
from cases.missed_calls import Ring
from cases.models import Case, Event, Message
from cases.workflow import Status
from districts.models import Place

NUMBER = "9812345678"
HTMX = {"hx-request": "true"}


@pytest.fixture
def operator(client, cast):
    """A client signed in as the control-room operator of Bilaspur, who reads English."""
    client.force_login(cast.operator)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def look_up(client, typed):
    return client.post(reverse("telephone"), {"phone": typed, "look_up": "1"}, headers=HTMX).content.decode()


def add(client, case, **typed):
    return client.post(reverse("telephone"), {"about": case.reference, "token": "a" * 32} | typed, follow=True)


def shown(answer):
    return answer.content.decode()


# --- Who is on the line ------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", [NUMBER, "98123 45678", "+91 98123-45678", "09812345678", "९८१२३४५६७८", "+९१ ९८१२३ ४५६७८"]
)
def test_a_number_in_any_writing_shows_its_cases(operator, make_case, typed):
    case = make_case(phone=NUMBER)
    assert case.reference in look_up(operator, typed)


@pytest.mark.parametrize("typed", ["", "98123", "hello", "\x00", "9" * 300])
def test_what_is_no_number_yet_shows_nothing(operator, make_case, typed):
    case = make_case(phone=NUMBER)
    assert case.reference not in look_up(operator, typed)


def test_open_cases_stand_first_then_the_newest(cast, make_case):
    ended = {"status": Status.WITHDRAWN, "closed_at": timezone.now(), "next_due_at": None}
    old, open_one, new = make_case(phone=NUMBER, **ended), make_case(phone=NUMBER), make_case(phone=NUMBER, **ended)
    known = callers.caller(cast.operator, NUMBER, timezone.now())
    assert [one.case for one in known.cases] == [open_one, new, old]
    assert known.open_count == 1


def test_a_case_says_its_status_its_clock_and_who_has_it(operator, cast, make_case):
    make_case(phone=NUMBER, officer=cast.meena)
    page = look_up(operator, NUMBER)
    assert "min left" in page
    assert "Assigned" in page
    assert cast.meena.label in page


def test_a_reference_is_found_as_well(operator, make_case):
    make_case(reference="BLS-7K3Q-9D")
    assert "The case asked about" in look_up(operator, "bls 7k3q 9d")


def test_a_reference_of_another_district_leads_to_its_public_page(operator, make_case, small_map):
    make_case(reference="RPR-7K3Q-9D", district=small_map.raipur, block=small_map.dharsiwa)
    page = look_up(operator, "RPR-7K3Q-9D")
    assert "No such case in your area." in page
    assert reverse("status_of", args=["RPR-7K3Q-9D"]) in page
    assert "Tifra" not in page


def test_what_is_known_of_a_caller_costs_the_same_however_long_the_history(cast, make_case, django_assert_num_queries):
    for _ in range(12):
        make_case(phone=NUMBER, officer=cast.meena)
    with django_assert_num_queries(3):  # postings, cases, missed call
        known = callers.caller(cast.operator, NUMBER, timezone.now())
    assert len(known.cases) == callers.SHOWN


def test_the_number_is_looked_up_by_its_index(cast, make_case):
    make_case(phone=NUMBER)
    plan = Case.objects.visible_to(cast.operator).filter(requester__phones__number=NUMBER).explain().lower()
    assert "phone_number_idx" in plan or "seq scan" in plan  # a tiny table is read whole by PostgreSQL


def test_the_whole_screen_shows_a_missed_call_of_the_number(operator, cast):
    missed_calls.record([Ring(NUMBER, timezone.now() - timedelta(minutes=7))], officer=cast.operator)
    page = look_up(operator, NUMBER)
    assert "This number rang 1 time and was missed." in page
    assert "Nothing is needed" not in page  # only who has claimed it settles it without a call


# --- What to say ------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": Status.NEEDS_REVIEW}, "finding the right officer"),
        ({"status": Status.AWAITING_INFO}, "where help is needed"),
        ({"officer": "meena"}, "gone to the officer on duty"),
        ({"officer": "meena", "status": Status.ACKNOWLEDGED, "acknowledged_at": "now"}, "will call you"),
        ({"officer": "meena", "status": Status.IN_PROGRESS, "acknowledged_at": "now"}, "arranging help now"),
        ({"status": Status.WITHDRAWN, "closed_at": "now", "next_due_at": None}, "I enter it anew"),
    ],
)
def test_each_status_has_its_sentence(cast, make_case, fields, words):
    now = timezone.now()
    values = {"meena": cast.meena, "now": now}
    case = make_case(**{name: values.get(value, value) if value else value for name, value in fields.items()})
    with translation.override("en"):
        assert words in callers.say(case, now)


def test_a_promise_is_said_and_its_breach_as_well(make_case):
    case = make_case()
    with translation.override("en"):
        assert "Help is promised by" in callers.say(case, case.opened_at)
        assert "It is late." in callers.say(case, case.resolve_by + timedelta(seconds=1))


def test_what_is_read_out_names_nobody(cast, make_case):
    case = make_case(officer=cast.meena, phone=NUMBER)
    for _language, words in callers.to_tell(case, timezone.now()):
        assert not {"Meena", "Rakesh", NUMBER} & set(words.replace(".", "").split())


def test_a_reference_is_said_sign_by_sign_in_both_languages():
    assert callers.spoken("BLS-7K3Q-9D", "en") == "B L S, 7 K 3 Q, 9 D"
    assert callers.spoken("BLS-7K3Q-9D", "hi") == "बी एल एस, सात के तीन क्यू, नौ डी"


# --- The caller has a case already ------------------------------------------------------------


def test_called_again_is_a_message_of_the_case(operator, cast, make_case):
    case = make_case(phone=NUMBER, officer=cast.meena)
    answer = add(operator, case, phone=NUMBER, text="Nobody has come yet")
    message = Message.objects.get()
    case.refresh_from_db()
    assert (message.channel, message.result, message.case, message.taken_by) == ("phone", "joined", case, cast.operator)
    assert (message.text, case.message_count) == ("Nobody has come yet", 2)
    assert Event.objects.get(case=case, kind=Event.Kind.MESSAGE).message == message
    assert case.reference in shown(answer)


def test_nothing_need_be_written(operator, cast, make_case):
    add(operator, make_case(officer=cast.meena))
    assert Message.objects.get().text == "The caller called again."


def test_pressed_twice_it_is_one_message(operator, cast, make_case):
    case = make_case(officer=cast.meena)
    for _ in range(2):
        add(operator, case, text="again")
    case.refresh_from_db()
    assert (Message.objects.count(), case.message_count) == (1, 2)


def test_calling_again_resets_no_clock_and_raises_nothing(operator, cast, make_case):
    case = make_case(officer=cast.meena, urgency="normal")
    add(operator, case, text="please hurry")
    after = Case.objects.get(pk=case.pk)
    assert (after.urgency, after.next_due_at, after.officer) == ("normal", case.next_due_at, cast.meena)


@pytest.mark.parametrize("typed", [{"urgency_choice": "critical"}, {"spo2": "80"}])
def test_it_has_become_graver(operator, cast, make_case, typed):
    case = make_case(officer=cast.meena, urgency="normal")
    add(operator, case, text="worse now", **typed)
    assert Case.objects.get(pk=case.pk).urgency == "critical"


def test_a_solved_case_is_opened_again_when_help_has_not_come(operator, cast, make_case):
    now = timezone.now()
    case = make_case(
        officer=cast.meena, status=Status.RESOLVED, acknowledged_at=now, resolved_at=now, outcome="delivered",
    )  # fmt: skip
    add(operator, case, text="The cylinder has not come")
    assert Case.objects.get(pk=case.pk).is_open


def test_another_number_of_the_caller_is_kept(operator, cast, make_case):
    case = make_case(officer=cast.meena, phone=NUMBER)
    add(operator, case, phone="98989 89898")
    assert set(case.requester.phones.values_list("number", flat=True)) == {NUMBER, "9898989898"}


def test_a_case_that_was_given_up_takes_nothing_more(operator, make_case):
    case = make_case(status=Status.WITHDRAWN, closed_at=timezone.now(), next_due_at=None)
    answer = add(operator, case, text="still ill", phone=NUMBER)
    assert "This case has ended. Enter the call as a new one." in shown(answer)
    assert "still ill" in shown(answer)
    assert not Message.objects.exists()


def test_a_case_of_another_district_cannot_be_added_to(operator, make_case, small_map):
    case = make_case(district=small_map.raipur, block=small_map.dharsiwa)
    assert add(operator, case).status_code == 404
    assert not Message.objects.exists()


def test_about_no_case_is_refused(operator):
    assert operator.post(reverse("telephone"), {"about": "\x00", "text": "x"}).status_code == 404
    assert not Message.objects.exists()


# --- Where ------------------------------------------------------------


def test_the_place_of_last_time_is_offered_and_never_taken_silently(operator, make_case, small_map):
    make_case(phone=NUMBER, place=small_map.tifra)
    page = look_up(operator, NUMBER)
    assert 'data-choice="place:locality:tifra"' in page
    assert "Last time: Tifra, Bilha, Bilaspur" in page
    whole = shown(operator.post(reverse("telephone"), {"phone": NUMBER, "look_up": "1"}))
    assert 'name="place_choice" value="place:locality:tifra"' not in whole


def test_taken_without_a_script_it_stands_in_the_form(operator, make_case, small_map):
    make_case(phone=NUMBER, place=small_map.tifra)
    whole = shown(operator.post(reverse("telephone"), {"phone": NUMBER, "use_place": "1", "text": "half writ"}))
    assert 'name="place_choice" value="place:locality:tifra"' in whole
    assert "half writ" in whole


def test_the_sign_of_a_hidden_number_is_not_taken_for_a_place(operator, make_case):
    make_case(phone=NUMBER, place_text="Tifra 98260 12345")
    whole = shown(operator.post(reverse("telephone"), {"phone": NUMBER, "use_place": "1", "text": "half writ"}))
    assert 'value="Tifra"' in whole
    assert "98260" not in whole


@pytest.mark.parametrize("typed", ["tif", "तिफ", "tiphra", "तीफरा"])
def test_the_place_is_found_in_both_scripts_and_misspelt_with_its_block(operator, small_map, typed):
    [found, *_] = operator.get(reverse("telephone_places"), {"q": typed}).json()["results"]
    assert found == {
        "choice": "place:locality:tifra", "label": "Tifra", "within": "Block Bilha, Bilaspur", "district": 375,
    }  # fmt: skip


def test_the_own_districts_places_come_first(operator, small_map):
    here = {"state": small_map.cg, "district": small_map.bilaspur}
    Place.objects.create(key="locality:dharsi", kind="locality", name="Dharsiwa Para", **here)
    found = operator.get(reverse("telephone_places"), {"q": "dharsi"}).json()["results"]
    assert [place["district"] for place in found] == [375, 387]


@pytest.mark.parametrize("who", ["meena", "doctor"])
def test_only_who_takes_calls_asks_for_places(client, cast, who):
    client.force_login(getattr(cast, who))
    assert client.get(reverse("telephone_places"), {"q": "tif"}).status_code == 403


# --- The keys ------------------------------------------------------------


def test_every_need_and_urgency_shows_a_key_of_its_own(operator):
    page = shown(operator.get(reverse("telephone")))
    needs = page.split('id="id_need"')[1].split("</fieldset>")[0]
    keys = [part.split('"')[0] for part in needs.split('data-key="')[1:]]
    assert len(keys) == needs.count('type="radio"') == len(set(keys))


def test_the_screen_costs_a_fixed_number_of_queries(operator, django_assert_max_num_queries):
    operator.get(reverse("telephone"))
    with django_assert_max_num_queries(7):  # session, officer, postings, needs, districts with handles
        operator.get(reverse("telephone"))
