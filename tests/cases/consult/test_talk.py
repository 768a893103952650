"""One patient on the telephone: the note saves itself, attempts in vain come back, red flags bring help at once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from cases import consulting, follow_ups, pipeline
from cases.models import Call, Case, Consultation, Disclosure, Event, Message, Notice
from cases.step import MoveRefused
from districts.models import Officer
from tests.cases.consult.conftest import Ask, note
from tests.conftest import Cast, Map

BrowserOf = Callable[[Officer], Client]
pytestmark = pytest.mark.django_db
Standing = Consultation.Standing
HTMX = {"HX-Request": "true"}


@pytest.fixture
def browser(browser_of: BrowserOf, cast: Cast) -> Client:
    """The doctor's."""
    return browser_of(cast.doctor)


def press(browser: Client, one: Consultation, what: str, **said: Any) -> Any:
    return browser.post(f"/consult/{one.pk}/{what}/", note(**said))


def again(one: Consultation) -> Consultation:
    return Consultation.objects.select_related("case", "raised_case").get(pk=one.pk)


# --- The page and the note ----------------------------------------------------------------------------------


def test_the_doctor_sees_the_plea_the_facts_and_the_whole_number(ask: Ask, cast: Cast, browser: Client) -> None:
    one = ask(phone="9812345678", patient_age=58, spo2=91)
    browser.post("/consult/next/")
    page = browser.get(f"/consult/{one.pk}/").content.decode()
    for shown in ("tel:+919812345678", "58", "91", one.case.excerpt, one.case.reference):
        assert shown in page


def test_the_note_saves_itself_without_a_page(claimed: Consultation, browser: Client) -> None:
    said = note(symptoms="Fever since Monday", temperature="101.3", spo2="96")
    answer = browser.post(f"/consult/{claimed.pk}/save/", said, headers=HTMX).content.decode()
    one = again(claimed)
    assert (one.symptoms, one.temperature, one.spo2) == ("Fever since Monday", Decimal("38.5"), 96)
    assert "38.5 °C = 101.3 °F" in answer
    assert "data-saved" in answer


@pytest.mark.parametrize(
    ("typed", "celsius"),
    [("38.5", "38.5"), ("38,5", "38.5"), ("३८.५", "38.5"), ("101.3 °F", "38.5"), ("104", "40.0"), ("30", "30.0")],
)
def test_a_temperature_is_taken_in_either_degree(
    claimed: Consultation, browser: Client, typed: str, celsius: str
) -> None:
    press(browser, claimed, "save", temperature=typed)
    assert again(claimed).temperature == Decimal(celsius)


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("temperature", "60", "30 to 45 for °C"),
        ("temperature", "hot", "30 to 45 for °C"),
        ("spo2", "29", "from 30 to 100"),
        ("spo2", "101", "from 30 to 100"),
        ("follow_up_own", "99:99", "still to come"),
        ("follow_up_own", "01-01-2020 10:00", "still to come"),
        ("follow_up_own", "31-02-2031 10:00", "still to come"),
        ("follow_up_own", "01-01-2090 10:00", "two weeks"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_is_saved(
    claimed: Consultation, browser: Client, field: str, typed: str, words: str
) -> None:
    chosen = {"follow_up": "own"} if field == "follow_up_own" else {}
    answer = press(browser, claimed, "finish", advice="Rest", symptoms="Cough", **{field: typed}, **chosen)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert f'value="{typed}"' in page
    one = again(claimed)
    assert (one.advice, one.symptoms, one.standing) == ("Rest", "Cough", Standing.CLAIMED)


def test_hostile_words_are_shown_and_never_run(claimed: Consultation, browser: Client) -> None:
    press(browser, claimed, "save", symptoms="<script>alert(1)</script>")
    page = browser.get(f"/consult/{claimed.pk}/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_a_lapsed_claim_keeps_every_word_and_can_be_taken_again(claimed: Consultation, browser: Client) -> None:
    consulting.lapse(timezone.now() + timedelta(minutes=20))
    answer = press(browser, claimed, "finish", advice="Drink much", symptoms="Fever")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Drink much" in page
    assert "no longer" in page
    assert again(claimed).advice == ""
    assert press(browser, claimed, "save", advice="Drink much", again="1").status_code == 302
    assert again(claimed).advice == "Drink much"
    assert again(claimed).standing == Standing.CLAIMED
    shown = Disclosure.objects.filter(officer=claimed.doctor, case=claimed.case, kind="revealed")
    assert list(shown.order_by("pk").values_list("address", flat=True)) == [None, "127.0.0.1"]


def test_a_patient_whom_another_doctor_took_cannot_be_taken_again(
    claimed: Consultation, browser: Client, second_doctor: Officer
) -> None:
    consulting.lapse(timezone.now() + timedelta(minutes=20))
    consulting.claim_next(doctor=second_doctor, at=timezone.now())
    assert press(browser, claimed, "save", advice="Mine", again="1").status_code == 409
    assert (again(claimed).doctor, again(claimed).advice) == (second_doctor, "")


def test_another_doctor_cannot_write_into_the_note(
    claimed: Consultation, browser_of: BrowserOf, second_doctor: Officer
) -> None:
    for what in ("save", "call", "give-back", "finish"):
        answer = press(browser_of(second_doctor), claimed, what, advice="Mine", result="reached", why="busy")
        assert answer.status_code == 409
    assert again(claimed).advice == ""
    assert not Call.objects.exists()


def test_an_ended_session_leads_back_to_the_patient(claimed: Consultation) -> None:
    answer = Client().post(f"/consult/{claimed.pk}/save/", note(), headers=HTMX)
    assert answer.headers["HX-Redirect"] == f"/consult/{claimed.pk}/"


# --- Calls ------------------------------------------------------------------------------------------------------


def test_an_answered_call_is_logged_with_the_number_and_the_note_saved(ask: Ask, browser: Client, cast: Cast) -> None:
    one = ask(phone="9812345678")
    browser.post("/consult/next/")
    press(browser, one, "call", result="reached", number="9812345678", symptoms="Cough")
    call = Call.objects.get()
    assert (call.case, call.consultation, call.officer, call.number) == (one.case, one, cast.doctor, "9812345678")
    assert again(one).symptoms == "Cough"
    assert Event.objects.get(kind="called").note == "reached"


def test_a_number_that_is_not_the_patients_is_not_logged(claimed: Consultation, browser: Client) -> None:
    press(browser, claimed, "call", result="reached", number="9999999999'; --")
    assert Call.objects.get().number == ""


def test_two_calls_in_vain_come_back_in_ten_minutes(claimed: Consultation, browser: Client) -> None:
    press(browser, claimed, "call", result="no_answer", symptoms="heard of a cough")
    assert again(claimed).standing == Standing.CLAIMED
    answer = press(browser, claimed, "call", result="busy", symptoms="heard of a cough")
    one = again(claimed)
    assert answer["Location"] == "/consult/"
    assert (one.standing, one.doctor, one.symptoms) == (Standing.WAITING, None, "heard of a cough")
    assert timedelta(minutes=9) < one.due_at - timezone.now() <= timedelta(minutes=10)
    assert not Notice.objects.exists()


def test_the_third_call_in_vain_tells_the_officer_of_the_case_once(claimed: Consultation, cast: Cast) -> None:
    at = timezone.now()
    for minutes, result in ((0, "no_answer"), (1, "off"), (12, "no_answer")):
        moment = at + timedelta(minutes=minutes)
        consulting.claim_next(doctor=cast.doctor, at=moment)
        consulting.log_call(consultation_id=claimed.pk, doctor=cast.doctor, result=result, number="", at=moment)
    told = Notice.objects.filter(officer=cast.meena, template="to_unreached")
    assert told.values("once").distinct().count() == told.count() > 0
    assert again(claimed).due_at == at + timedelta(minutes=72)
    assert Event.objects.filter(note="unreached", case=claimed.case).count() == 1


def test_an_answered_call_starts_the_count_anew() -> None:
    assert consulting.failures(["busy", "busy", "reached", "off"]) == 1


def test_a_result_that_does_not_exist_is_refused(claimed: Consultation, browser: Client) -> None:
    assert press(browser, claimed, "call", result="shouted").status_code == 422
    assert not Call.objects.exists()


# --- Finished, and called again -----------------------------------------------------------------------------------


def test_without_advice_a_talk_is_not_finished(claimed: Consultation, browser: Client) -> None:
    answer = press(browser, claimed, "finish", symptoms="Cough")
    assert answer.status_code == 422
    assert "Write what you advised." in answer.content.decode()
    assert again(claimed).symptoms == "Cough"


def test_a_finished_talk_stands_in_the_case_without_its_words(
    claimed: Consultation, browser: Client, cast: Cast, browser_of: BrowserOf
) -> None:
    press(browser, claimed, "finish", advice="Paracetamol, call if worse", symptoms="Fever")
    one = again(claimed)
    assert one.standing == Standing.DONE
    assert one.ended_at is not None
    event = Event.objects.get(kind="consulted")
    assert (event.note, event.is_public, event.actor) == ("talked", False, cast.doctor)
    assert Call.objects.get().result == "reached"
    page = browser_of(cast.sunita).get(f"/cases/{one.case.reference}/").content.decode()
    assert "Paracetamol" not in page
    assert "Fever" not in page


@pytest.mark.parametrize(
    ("choice", "own", "due"),
    [
        ("2h", "", "2031-11-25T12:40+05:30"),
        ("6h", "", "2031-11-25T16:40+05:30"),
        ("morning", "", "2031-11-26T08:00+05:30"),
        ("own", "18:40", "2031-11-25T18:40+05:30"),
        ("own", "9.30", "2031-11-26T09:30+05:30"),
        ("own", "२७-११-२०३१ १८:४०", "2031-11-27T18:40+05:30"),
    ],
)
def test_a_follow_up_becomes_the_next_call(
    ask: Ask, browser: Client, cast: Cast, choice: str, own: str, due: str
) -> None:
    with time_machine.travel(datetime.fromisoformat("2031-11-25T10:40+05:30"), tick=False):
        browser.force_login(cast.doctor)
        one = ask()
        browser.post("/consult/next/")
        press(browser, one, "finish", advice="Rest", follow_up=choice, follow_up_own=own)
    follow_up = Consultation.objects.get(follows=one)
    assert follow_up.due_at == datetime.fromisoformat(due)
    assert (follow_up.standing, follow_up.case, follow_up.district) == (Standing.WAITING, one.case, one.district)


def test_a_due_call_is_told_once_to_the_doctor_who_knows_the_patient(
    claimed: Consultation, cast: Cast, second_doctor: Officer
) -> None:
    at = timezone.now()
    due = at + timedelta(hours=2)
    consulting.finish(consultation_id=claimed.pk, doctor=cast.doctor, at=at, advice="Rest", follow_up_at=due)
    assert follow_ups.tell_due(due - timedelta(minutes=1)) == 0
    assert follow_ups.tell_due(due) == 1
    assert follow_ups.tell_due(due + timedelta(minutes=1)) == 0
    told = Notice.objects.filter(template="to_follow_up")
    assert {notice.officer for notice in told} == {cast.doctor}


def test_a_due_call_is_told_to_all_on_duty_when_its_doctor_is_not(
    claimed: Consultation, cast: Cast, second_doctor: Officer, state_doctor: Officer
) -> None:
    at = timezone.now()
    due = at + timedelta(hours=2)
    consulting.finish(consultation_id=claimed.pk, doctor=cast.doctor, at=at, advice="Rest", follow_up_at=due)
    cast.doctor.postings.update(starts_on="2020-01-01", ends_on=timezone.localdate() - timedelta(days=1))
    follow_ups.tell_due(due)
    assert {notice.officer for notice in Notice.objects.filter(template="to_follow_up")} == {second_doctor}


def test_a_follow_up_in_the_past_is_refused(claimed: Consultation, cast: Cast) -> None:
    at = timezone.now()
    with pytest.raises(MoveRefused, match="passed"):
        consulting.finish(consultation_id=claimed.pk, doctor=cast.doctor, at=at, advice="Rest", follow_up_at=at)
    assert again(claimed).standing == Standing.CLAIMED


# --- Red flags --------------------------------------------------------------------------------------------------------


def flag(browser: Client, one: Consultation, *flags: str, **said: Any) -> str:
    answer = browser.post(f"/consult/{one.pk}/save/", note(flags=list(flags), **said), headers=HTMX)
    return str(answer.content.decode())


def test_a_low_oxygen_level_opens_an_oxygen_case_at_once(ask: Ask, browser: Client, cast: Cast, small_map: Map) -> None:
    one = ask(phone="9812345678", patient_age=58, place=small_map.tifra, urgency="normal")
    browser.post("/consult/next/")
    page = flag(browser, one, spo2="84")
    new = Case.objects.exclude(pk=one.case_id).get()
    assert (new.need_id, new.urgency, new.spo2, new.patient_age) == ("oxygen", "critical", 84, 58)
    assert (new.district, new.block, new.officer) == (small_map.bilaspur, small_map.bilha, cast.meena)
    assert list(new.requester.phones.values_list("number", flat=True)) == ["9812345678"]
    assert new.messages.get().taken_by == cast.doctor
    assert again(one).raised_case == new
    assert again(one).flags == ["low_spo2"]
    assert new.reference in page
    assert Event.objects.filter(case=one.case, note=f"raised {new.reference}").exists()
    assert Event.objects.filter(case=new, note=f"raised_by {one.case.reference}").exists()
    assert Notice.objects.filter(case=new, officer=cast.meena, template="to_assigned").exists()


@pytest.mark.parametrize(
    ("ticked", "need"),
    [("breathless", "oxygen"), ("blue", "oxygen"), ("confused", "bed"), ("chest_pain", "bed"), ("low_pressure", "bed")],
)
def test_each_flag_opens_the_case_it_needs(ask: Ask, browser: Client, ticked: str, need: str) -> None:
    one = ask()
    browser.post("/consult/next/")
    flag(browser, one, ticked)
    assert Case.objects.exclude(pk=one.case_id).get().need_id == need


def test_a_flag_saved_again_opens_nothing_more(ask: Ask, browser: Client) -> None:
    one = ask()
    browser.post("/consult/next/")
    for flags in (["confused"], ["confused"], [], ["confused"], ["confused", "blue"]):
        flag(browser, one, *flags)
    press(browser, one, "finish", advice="Go to the hospital", flags=["confused"])
    assert Case.objects.count() == 2
    assert Message.objects.count() == 1


def test_an_oxygen_case_of_the_patients_own_becomes_critical(ask: Ask, browser: Client, cast: Cast) -> None:
    one = ask(need_code="oxygen", urgency="normal")
    before = one.case
    Case.objects.filter(pk=before.pk).update(
        respond_by=before.opened_at + timedelta(hours=1),
        resolve_by=before.opened_at + timedelta(hours=9),
        next_due_at=before.opened_at + timedelta(hours=1),
    )
    browser.post("/consult/next/")
    flag(browser, one, "blue", spo2="80")
    case = Case.objects.get()
    assert (case.urgency, case.spo2) == ("critical", 80)
    assert case.respond_by < before.opened_at + timedelta(hours=1)
    assert case.next_due_at == case.respond_by
    assert case.limits
    assert case.alarm_at is not None
    assert again(one).raised_case == case
    raised = Event.objects.get(kind="raised")
    assert (raised.case, raised.actor) == (case, cast.doctor)
    assert Notice.objects.filter(case=case, officer=cast.meena, template="to_red_flag").count() >= 1


def test_a_solved_oxygen_case_is_not_raised_but_a_new_one_opened(ask: Ask, browser: Client, cast: Cast) -> None:
    now = timezone.now()
    one = ask(need_code="oxygen")
    Case.objects.filter(pk=one.case_id).update(
        status="resolved", outcome="helped", resolved_at=now, acknowledged_at=now, next_due_at=None, alarm_at=None
    )
    browser.post("/consult/next/")
    flag(browser, one, "breathless")
    new = Case.objects.exclude(pk=one.case_id).get()
    assert again(one).raised_case == new
    assert Case.objects.get(pk=one.case_id).status == "resolved"


def test_a_patient_who_has_an_open_oxygen_case_already_gets_no_second_one(
    ask: Ask, browser: Client, cast: Cast, make_case: Any
) -> None:
    other = make_case(need_code="oxygen", urgency="high", phone="9812345678", officer=cast.meena)
    one = ask(phone="9812345678")
    browser.post("/consult/next/")
    flag(browser, one, "breathless")
    other.refresh_from_db()
    assert Case.objects.count() == 2
    assert (again(one).raised_case, other.urgency) == (other, "critical")
    assert Notice.objects.filter(case=other, officer=cast.meena, template="to_red_flag").exists()


def test_a_flag_is_not_lost_when_the_pipeline_fails(ask: Ask, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    one = ask()
    browser.post("/consult/next/")
    with monkeypatch.context() as broken:
        broken.setattr("cases.consult.talk.pipeline.process", _fails)
        assert "within seconds" in flag(browser, one, "confused", symptoms="Sleeps all day")
    message = Message.objects.get()
    assert (message.state, again(one).symptoms) == ("stored", "Sleeps all day")
    pipeline.process([message.pk])  # as the sweeper does
    assert again(one).raised_case is not None


def _fails(_ids: list[int]) -> None:
    raise RuntimeError("no gazetteer")


def test_a_severe_level_that_was_a_slip_does_not_stay_ticked(ask: Ask, browser: Client) -> None:
    one = ask()
    browser.post("/consult/next/")
    flag(browser, one, spo2="84")
    flag(browser, one, spo2="94")
    assert again(one).flags == []
