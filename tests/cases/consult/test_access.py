"""A doctor's note is read by doctors and by whoever holds the patient's case, and each reading is recorded."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases import access, consulting
from cases.access import Act
from cases.consult_words import consulted_words
from cases.models import Case, Consultation, Disclosure, Event
from cases.step import MoveRefused
from districts.models import Officer, Posting, Role
from tests.cases.consult.conftest import Ask, note
from tests.conftest import CaseMaker, Cast, Map

BrowserOf = Callable[[Officer], Client]
pytestmark = pytest.mark.django_db
SECRET = "Breathing is loud; take prednisolone"


@pytest.fixture
def done(claimed: Consultation, cast: Cast) -> Consultation:
    """A talk with a note, on Meena's case."""
    consulting.finish(consultation_id=claimed.pk, doctor=cast.doctor, at=timezone.now(), advice=SECRET)
    Disclosure.objects.all().delete()
    return Consultation.objects.select_related("case").get(pk=claimed.pk)


def readers(one: Consultation, people: dict[str, Officer]) -> set[str]:
    return {name for name, officer in people.items() if access.reads_consultation(officer, one)}


def test_of_all_roles_only_doctors_of_the_place_and_the_cases_owner_read(
    done: Consultation, cast: Cast, second_doctor: Officer, state_doctor: Officer, raipur_doctor: Officer
) -> None:
    admin = Officer.objects.create_superuser("root")
    doctors = {"second": second_doctor, "state": state_doctor, "raipur": raipur_doctor}
    assert readers(done, vars(cast) | doctors | {"admin": admin}) == {"doctor", "meena", "second", "state"}


def test_the_page_keeps_to_the_same_rule(
    done: Consultation, cast: Cast, browser_of: BrowserOf, raipur_doctor: Officer
) -> None:
    people = vars(cast) | {"raipur": raipur_doctor}
    answers = {name: browser_of(officer).get(f"/consult/{done.pk}/") for name, officer in people.items()}
    assert {name for name, answer in answers.items() if SECRET in answer.content.decode()} == {"doctor", "meena"}
    hidden = {name for name, answer in answers.items() if answer.status_code == 404}
    assert hidden == {"anil", "other_collector", "raipur"}
    assert "Only doctors and the officer who holds the case" in answers["collector"].content.decode()
    assert Client().get(f"/consult/{done.pk}/").status_code == 302


def test_who_held_the_case_before_reads_no_more(done: Consultation, cast: Cast, browser_of: BrowserOf) -> None:
    Case.objects.filter(pk=done.case_id).update(officer=cast.ravi)
    assert SECRET not in browser_of(cast.meena).get(f"/consult/{done.pk}/").content.decode()
    assert SECRET in browser_of(cast.ravi).get(f"/consult/{done.pk}/").content.decode()


def test_each_reading_by_another_is_recorded(
    done: Consultation, cast: Cast, browser_of: BrowserOf, second_doctor: Officer
) -> None:
    for officer in (cast.doctor, cast.meena, second_doctor, cast.collector):
        browser_of(officer).get(f"/consult/{done.pk}/", REMOTE_ADDR="203.0.113.9")
    rows = Disclosure.objects.order_by("pk").values_list("officer", "kind", "case")
    kind = "consultation"
    assert list(rows) == [(cast.meena.pk, kind, done.case_id), (second_doctor.pk, kind, done.case_id)]
    assert set(Disclosure.objects.values_list("address", flat=True)) == {"203.0.113.9"}


def test_a_doctor_whose_posting_has_ended_reads_nothing(done: Consultation, cast: Cast) -> None:
    past = timezone.localdate() - timedelta(days=1)
    Posting.objects.filter(officer=cast.doctor).update(starts_on="2020-01-01", ends_on=past)
    doctor = Officer.objects.get(pk=cast.doctor.pk)
    assert not access.reads_consultation(doctor, done)


def test_a_doctor_elsewhere_who_is_an_auditor_here_reads_nothing(
    done: Consultation, raipur_doctor: Officer, small_map: Map
) -> None:
    Posting.objects.create(officer=raipur_doctor, role=Role.AUDITOR, state=small_map.cg, district=small_map.bilaspur)
    assert not access.reads_consultation(raipur_doctor, done)


def test_the_case_page_tells_of_the_talk_and_leads_only_its_readers_to_the_note(
    done: Consultation, cast: Cast, browser_of: BrowserOf
) -> None:
    pages = {
        name: browser_of(getattr(cast, name)).get(f"/cases/{done.case.reference}/").content.decode()
        for name in ("meena", "collector")
    }
    for page in pages.values():
        assert "A doctor has talked with the patient." in page
        assert SECRET not in page
    assert f'href="/consult/{done.pk}/"' in pages["meena"]
    assert f'href="/consult/{done.pk}/"' not in pages["collector"]


def test_the_public_status_page_says_nothing_of_a_doctor(done: Consultation, client: Client) -> None:
    event = Event.objects.filter(case=done.case, kind="consulted").first()
    assert event is not None
    assert not event.is_public
    page = client.get(f"/status/{done.case.reference}/", follow=True).content.decode()
    assert done.case.reference in page
    for words in (SECRET, "octor", "Farah"):
        assert words not in page


@pytest.mark.parametrize("word", ["asked", "not_needed", "returned", "given_back busy", "unreached", "talked"])
def test_every_line_of_the_history_has_words(word: str) -> None:
    assert consulted_words(word) != word
    assert consulted_words(word).endswith(".")


def test_a_line_that_names_a_case_says_which() -> None:
    assert "BSP-7K3Q-9D" in consulted_words("raised BSP-7K3Q-9D")
    assert "BSP-7K3Q-9D" in consulted_words("raised_by BSP-7K3Q-9D")
    assert consulted_words("something new") == "something new"


# --- Asking -----------------------------------------------------------------------------------------------------


def ask_page(browser: Client, case: Case, **said: Any) -> Any:
    return browser.post(f"/consult/ask/{case.reference}/", {"question": "Is it asthma?", "urgency": "critical"} | said)


def test_an_officer_asks_a_doctor_about_a_case(cast: Cast, make_case: CaseMaker, browser_of: BrowserOf) -> None:
    case, browser = make_case(officer=cast.meena, urgency="high"), browser_of(cast.meena)
    assert browser.get(f"/consult/ask/{case.reference}/").status_code == 200
    assert ask_page(browser, case)["Location"] == f"/cases/{case.reference}/"
    one = Consultation.objects.get()
    assert (one.case, one.question, one.urgency, one.asked_by) == (case, "Is it asthma?", "critical", cast.meena)
    assert (one.district, one.standing) == (case.district, "waiting")
    assert Event.objects.get(note="asked").actor == cast.meena


def test_a_second_question_is_refused_while_one_waits(cast: Cast, make_case: CaseMaker, browser_of: BrowserOf) -> None:
    case = make_case(officer=cast.meena)
    ask_page(browser_of(cast.meena), case)
    answer = ask_page(browser_of(cast.sunita), case, question="And what about the cough?")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "A doctor has been asked already" in page
    assert "And what about the cough?" in page


def test_an_empty_question_is_said_beside_its_field(cast: Cast, make_case: CaseMaker, browser_of: BrowserOf) -> None:
    answer = ask_page(browser_of(cast.meena), make_case(officer=cast.meena), question=" ")
    assert answer.status_code == 422
    assert "what the doctor should look at." in answer.content.decode()


def test_who_may_ask_a_doctor(cast: Cast, make_case: CaseMaker, browser_of: BrowserOf) -> None:
    case = make_case(officer=cast.meena)
    answers = {
        name: browser_of(one).get(f"/consult/ask/{case.reference}/").status_code for name, one in vars(cast).items()
    }
    assert {name for name, status in answers.items() if status == 404} == {"anil", "other_collector"}
    assert {name for name, status in answers.items() if status == 403} == {"doctor", "auditor"}


def test_an_ended_case_is_not_asked_about(cast: Cast, make_case: CaseMaker) -> None:
    now = timezone.now()
    case = make_case(status="withdrawn", closed_at=now, next_due_at=None)
    with pytest.raises(MoveRefused):
        consulting.ask(case_id=case.pk, actor=cast.sunita, question="?", urgency="high", at=now)


def test_a_call_that_is_no_longer_needed_leaves_the_queue(ask: Ask, cast: Cast, browser_of: BrowserOf) -> None:
    one = ask()
    assert browser_of(cast.anil).post(f"/consult/{one.pk}/cancel/").status_code == 404
    assert browser_of(cast.auditor).post(f"/consult/{one.pk}/cancel/", follow=True).status_code == 200
    one.refresh_from_db()
    assert one.standing == "waiting"
    browser_of(cast.meena).post(f"/consult/{one.pk}/cancel/")
    one.refresh_from_db()
    assert one.standing == "cancelled"


def test_what_a_doctor_has_begun_is_not_cancelled(claimed: Consultation, cast: Cast, browser_of: BrowserOf) -> None:
    browser_of(cast.meena).post(f"/consult/{claimed.pk}/cancel/")
    claimed.refresh_from_db()
    assert claimed.standing == "claimed"


@pytest.mark.parametrize("path", ["next/", "1/save/", "1/call/", "1/give-back/", "1/finish/"])
def test_the_doctors_buttons_are_for_doctors(path: str, done: Consultation, cast: Cast, browser_of: BrowserOf) -> None:
    for name in ("meena", "sunita", "collector", "operator", "state_admin", "auditor"):
        assert browser_of(getattr(cast, name)).post(f"/consult/{path}", note()).status_code == 403


def test_a_note_that_does_not_exist_is_not_found(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.doctor)
    assert browser.get("/consult/99/").status_code == 404
    for what in ("save", "call", "give-back", "finish"):
        assert browser.post(f"/consult/99/{what}/", note()).status_code == 404


def test_doctors_advise_and_do_not_ask_themselves(cast: Cast) -> None:
    assert access.does(cast.doctor, Act.ADVISE)
    assert not access.does(cast.doctor, Act.ASK_DOCTOR)
