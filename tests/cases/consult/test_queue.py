"""Who waits at the doctors' desk, in which order, at whose desk; and that a patient is one doctor's alone."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.utils import timezone

from cases import consulting, duty_doctors
from cases.actions import perform
from cases.consult.queue import figures_of
from cases.models import Case, Consultation, Disclosure, Event, Need
from cases.workflow import Move
from districts.models import Leave, Officer, Posting, Shift
from tests.cases.consult.conftest import Ask, make_doctor
from tests.conftest import CaseMaker, Cast, Map

BrowserOf = Callable[[Officer], Client]
pytestmark = pytest.mark.django_db
Standing = Consultation.Standing


def next_for(doctor: Officer, at: datetime | None = None) -> Consultation | None:
    return consulting.claim_next(doctor=doctor, at=at or timezone.now())


def test_the_gravest_comes_first_then_who_has_waited_longest(ask: Ask, cast: Cast, second_doctor: Officer) -> None:
    ask(minutes=60, urgency="normal")
    late, early = ask(minutes=5, urgency="critical"), ask(minutes=9, urgency="critical")
    assert next_for(cast.doctor) == early
    assert next_for(second_doctor) == late


def test_pressing_next_twice_leads_back_to_the_same_patient(ask: Ask, cast: Cast) -> None:
    ask(), ask()
    assert next_for(cast.doctor) == next_for(cast.doctor)
    assert Consultation.objects.filter(standing=Standing.CLAIMED).count() == 1


def test_the_claim_shows_the_number_and_is_logged_once(ask: Ask, cast: Cast) -> None:
    one = ask()
    next_for(cast.doctor), next_for(cast.doctor)
    shown = Disclosure.objects.get()
    assert (shown.officer, shown.case, shown.kind) == (cast.doctor, one.case, "revealed")


def test_the_claim_is_logged_with_the_address_it_came_from(ask: Ask, cast: Cast, browser_of: BrowserOf) -> None:
    one = ask()
    browser_of(cast.doctor).post("/consult/next/", REMOTE_ADDR="203.0.113.9")
    shown = Disclosure.objects.get()
    assert (shown.officer, shown.case, shown.address) == (cast.doctor, one.case, "203.0.113.9")
    assert shown.detail == one.case.reference


def test_who_waits_alone_goes_to_one_doctor(ask: Ask, cast: Cast, second_doctor: Officer) -> None:
    one = ask()
    assert next_for(cast.doctor) == one
    assert next_for(second_doctor) is None


def test_a_doctor_has_the_own_district_a_state_doctor_also_the_unplaced(
    ask: Ask, cast: Cast, small_map: Map, state_doctor: Officer, raipur_doctor: Officer
) -> None:
    nowhere = ask(minutes=50, district=None, block=None)
    here = ask(minutes=20)
    assert next_for(raipur_doctor) is None
    assert next_for(cast.doctor) == here
    assert next_for(state_doctor) == nowhere


def test_where_neither_district_nor_state_has_a_doctor_on_duty_any_doctor_of_the_state_calls(
    ask: Ask, cast: Cast, small_map: Map
) -> None:
    nowhere, raipur = ask(minutes=50, district=None, block=None), ask(minutes=40, district=small_map.raipur, block=None)
    elsewhere = ask(minutes=60, state=small_map.rj, district=small_map.jaipur, block=None)
    for one in (nowhere, raipur):
        assert next_for(cast.doctor) == one
        Consultation.objects.filter(pk=one.pk).update(standing=Standing.DONE, ended_at=timezone.now())
    assert next_for(cast.doctor) is None
    elsewhere.refresh_from_db()
    assert elsewhere.standing == Standing.WAITING


def test_a_call_that_falls_due_later_is_not_taken_yet(ask: Ask, cast: Cast) -> None:
    one, later = ask(), timezone.now() + timedelta(hours=2)
    Consultation.objects.filter(pk=one.pk).update(due_at=later)
    assert next_for(cast.doctor) is None
    assert next_for(cast.doctor, later) == one


def test_a_follow_up_is_left_to_its_own_doctor_while_on_duty(ask: Ask, cast: Cast, second_doctor: Officer) -> None:
    first, now = ask(minutes=200), timezone.now()
    Consultation.objects.filter(pk=first.pk).update(
        standing=Standing.DONE, doctor=cast.doctor, claimed_at=now, ended_at=now, follow_up_at=now
    )
    follow_up = ask(minutes=4, case=first.case)
    Consultation.objects.filter(pk=follow_up.pk).update(follows=first)
    other = ask(minutes=2)
    assert next_for(second_doctor) == other
    assert next_for(cast.doctor) == follow_up


def test_nobody_on_duty_knows_the_patient_so_any_doctor_calls(ask: Ask, cast: Cast, second_doctor: Officer) -> None:
    first, now = ask(minutes=200), timezone.now()
    Consultation.objects.filter(pk=first.pk).update(
        standing=Standing.DONE, doctor=cast.doctor, claimed_at=now, ended_at=now, follow_up_at=now
    )
    follow_up = ask(minutes=4, case=first.case)
    Consultation.objects.filter(pk=follow_up.pk).update(follows=first)
    ask(minutes=2)
    Leave.objects.create(officer=cast.doctor, from_date=timezone.localdate(), until_date=timezone.localdate())
    assert next_for(second_doctor) == follow_up


def test_what_a_doctor_gave_back_comes_to_another_with_the_reason(
    ask: Ask, cast: Cast, second_doctor: Officer, claimed: Consultation, browser_of: BrowserOf
) -> None:
    less = ask(minutes=1, urgency="normal")
    consulting.save_note(consultation_id=claimed.pk, doctor=cast.doctor, at=timezone.now(), symptoms="Cough")
    consulting.give_back(consultation_id=claimed.pk, doctor=cast.doctor, why="language", at=timezone.now())
    assert next_for(cast.doctor) == less
    again = next_for(second_doctor)
    assert again == claimed
    assert again.symptoms == "Cough"
    page = browser_of(second_doctor).get(f"/consult/{claimed.pk}/").content.decode()
    assert "I do not speak the language" in page


def test_a_claim_without_work_goes_back_to_its_place_and_the_history_says_so(
    claimed: Consultation, cast: Cast, second_doctor: Officer
) -> None:
    now = timezone.now()
    assert consulting.lapse(now + timedelta(minutes=14)) == 0
    assert consulting.lapse(now + timedelta(minutes=16)) == 1
    assert consulting.lapse(now + timedelta(minutes=16)) == 0
    claimed.refresh_from_db()
    assert (claimed.standing, claimed.doctor, claimed.due_at) == (Standing.WAITING, None, claimed.asked_at)
    event = Event.objects.get(note="returned")
    assert (event.case, event.from_officer, event.is_public) == (claimed.case, cast.doctor, False)
    assert next_for(second_doctor) == claimed


def test_work_keeps_the_claim(claimed: Consultation, cast: Cast) -> None:
    later = timezone.now() + timedelta(minutes=14)
    consulting.save_note(consultation_id=claimed.pk, doctor=cast.doctor, at=later, symptoms="Fever")
    assert consulting.lapse(later + timedelta(minutes=14)) == 0


def test_a_move_of_the_case_takes_its_call_along(ask: Ask, cast: Cast, small_map: Map) -> None:
    one = ask(district=None, block=None)
    perform(Move.PLACE, case_id=one.case_id, actor=cast.state_operator, district=small_map.raipur)
    one.refresh_from_db()
    assert one.district == small_map.raipur


def test_a_case_corrected_to_a_doctor_waits_for_one(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena, urgency="high")
    doctor = Need.objects.get(code="doctor")
    perform(Move.CORRECT, case_id=case.pk, actor=cast.meena, need=doctor, urgency="high", other_needs=[])
    assert Consultation.objects.get().case == case


def test_a_withdrawn_case_is_not_called(ask: Ask, cast: Cast) -> None:
    one = ask()
    perform(Move.WITHDRAW, case_id=one.case_id, actor=cast.sunita, note="never asked")
    one.refresh_from_db()
    assert one.standing == Standing.CANCELLED


def test_nobody_calls_the_family_of_a_patient_who_died(ask: Ask, cast: Cast) -> None:
    one = ask()
    perform(Move.ACKNOWLEDGE, case_id=one.case_id, actor=cast.meena)
    perform(Move.RESOLVE, case_id=one.case_id, actor=cast.meena, note="died at home", outcome="died")
    one.refresh_from_db()
    assert one.standing == Standing.CANCELLED


# --- The page -----------------------------------------------------------------------------------------------


def test_the_desk_shows_who_waits_without_number_or_name(
    ask: Ask, cast: Cast, browser_of: BrowserOf, state_doctor: Officer
) -> None:
    one = ask(minutes=12, urgency="critical", phone="9812345678", requester_name="Rakesh Yadav")
    page = browser_of(cast.doctor).get("/consult/").content.decode()
    assert one.case.reference in page
    assert "12 min ago" in page
    assert "Farah Khan" in page
    assert "9812345678" not in page
    assert "Rakesh" not in page


def test_only_doctors_open_the_desk(cast: Cast, browser_of: BrowserOf) -> None:
    answers = {name: browser_of(officer).get("/consult/").status_code for name, officer in vars(cast).items()}
    assert answers.pop("doctor") == 200
    assert set(answers.values()) == {403}
    assert Client().get("/consult/")["Location"].startswith("/sign-in/")


def test_next_leads_to_the_patient_and_an_empty_queue_says_so(ask: Ask, cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.doctor)
    assert "Nobody waits now" in browser.post("/consult/next/", follow=True).content.decode()
    one = ask()
    assert browser.post("/consult/next/")["Location"] == f"/consult/{one.pk}/"
    assert "Back to your patient" in browser.get("/consult/").content.decode()


def test_a_poll_answers_only_when_the_queue_has_changed(ask: Ask, cast: Cast, browser_of: BrowserOf) -> None:
    ask()
    browser, token = browser_of(cast.doctor), figures_of(cast.doctor, timezone.now()).token
    assert browser.get(f"/consult/changes/?seen={token}").status_code == 204
    two = ask()
    page = browser.get(f"/consult/changes/?seen={token}").content.decode()
    assert two.case.reference in page
    assert "<title>(2) Doctor desk" in page


def test_the_desk_costs_the_same_queries_for_many(
    ask: Ask, cast: Cast, browser_of: BrowserOf, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for _ in range(12):
        ask()
    browser = browser_of(cast.doctor)
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        browser.get("/consult/")


# --- Who is on duty -------------------------------------------------------------------------------------------


def moment(hour: int) -> datetime:
    return timezone.localtime().replace(hour=hour, minute=30)


def test_the_roster_tells_which_doctor_is_on_duty(cast: Cast, second_doctor: Officer) -> None:
    posting = Posting.objects.get(officer=second_doctor)
    day = timezone.localdate() - timedelta(days=2)
    Shift.objects.create(posting=posting, starts="22:00", ends="06:00", from_date=day)
    present = {hour: {one.officer for one in duty_doctors.on_duty(moment(hour))} for hour in (1, 7, 21, 23)}
    both = {cast.doctor, second_doctor}
    assert present == {1: both, 7: {cast.doctor}, 21: {cast.doctor}, 23: both}


def test_a_replacement_stands_in_for_a_doctor_on_leave(cast: Cast, second_doctor: Officer) -> None:
    today = timezone.localdate()
    Posting.objects.filter(officer=second_doctor).update(ends_on=today - timedelta(days=1), starts_on="2020-01-01")
    Leave.objects.create(officer=cast.doctor, from_date=today, until_date=today, replacement=second_doctor)
    assert [one.officer for one in duty_doctors.on_duty(timezone.now())] == [second_doctor]


def test_where_a_district_has_no_doctor_on_duty_the_states_are(
    cast: Cast, small_map: Map, state_doctor: Officer
) -> None:
    now = timezone.now()
    assert duty_doctors.for_place(small_map.cg.pk, small_map.bilaspur.pk, now) == [cast.doctor]
    assert duty_doctors.for_place(small_map.cg.pk, small_map.raipur.pk, now) == [state_doctor]
    assert duty_doctors.for_place(small_map.rj.pk, small_map.jaipur.pk, now) == []


# --- Two at once ------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time: SKIP LOCKED is PostgreSQL's"
)
def test_many_doctors_at_once_never_get_the_same_patient(ask: Ask, cast: Cast, small_map: Map) -> None:
    place = {"state": small_map.cg, "district": small_map.bilaspur}
    doctors = [make_doctor(f"doctor{number}", f"Doctor {number}", **place) for number in range(8)]
    for _ in range(5):
        ask()
    ready, got = threading.Barrier(len(doctors)), list[Consultation | None]()

    def press(doctor: Officer) -> None:
        try:
            ready.wait()
            got.append(next_for(doctor))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=(doctor,)) for doctor in doctors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = [one.pk for one in got if one]
    assert (len(got), len(taken), len(set(taken))) == (8, 5, 5)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time: SKIP LOCKED is PostgreSQL's"
)
def test_a_patient_whom_another_doctor_is_just_taking_is_passed_over(
    ask: Ask, cast: Cast, second_doctor: Officer
) -> None:
    first, second = ask(minutes=9), ask(minutes=5)
    got = list[Consultation | None]()

    def press() -> None:
        try:
            got.append(next_for(second_doctor))
        finally:
            connections.close_all()

    with transaction.atomic():
        Consultation.objects.select_for_update().get(pk=first.pk)
        thread = threading.Thread(target=press)
        thread.start()
        thread.join(timeout=20)
    assert got == [second]


def test_a_row_that_was_taken_after_it_was_read_is_taken_by_nobody_else(
    ask: Ask, cast: Cast, second_doctor: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What SQLite relies on: the conditional update decides, and the next one is looked for."""
    first, second = ask(minutes=9), ask(minutes=5)
    real, calls = consulting._take, []

    def take_too_late(one: Consultation, doctor: Officer, at: datetime, address: str | None) -> bool:
        if not calls:
            calls.append(one)
            Consultation.objects.filter(pk=one.pk).update(standing=Standing.CLAIMED, doctor=cast.doctor, claimed_at=at)
        return real(one, doctor, at, address)

    monkeypatch.setattr(consulting, "_take", take_too_late)
    assert next_for(second_doctor) == second
    first.refresh_from_db()
    assert first.doctor == cast.doctor


def test_the_database_itself_allows_one_waiting_call_of_a_case(ask: Ask) -> None:
    one = ask()
    with pytest.raises(IntegrityError):
        ask(case=Case.objects.get(pk=one.case_id))


def test_who_waited_waits_on_when_the_withdrawal_is_taken_back(ask: Ask, cast: Cast) -> None:
    one = ask(need_code="oxygen")
    for move, given in ((Move.WITHDRAW, {"note": "a slip"}), (Move.UNDO, {})):
        perform(move, case_id=one.case_id, actor=cast.sunita, **given)
    one.refresh_from_db()
    assert (one.standing, one.ended_at) == (Standing.WAITING, None)
    assert Consultation.objects.count() == 1


def test_a_call_that_comes_back_after_its_case_has_ended_waits_for_nobody(claimed: Consultation, cast: Cast) -> None:
    perform(Move.WITHDRAW, case_id=claimed.case_id, actor=cast.sunita, note="never asked")
    claimed.refresh_from_db()
    assert claimed.standing == Standing.CLAIMED  # what a doctor has begun goes on
    consulting.lapse(timezone.now() + timedelta(minutes=16))
    claimed.refresh_from_db()
    assert claimed.standing == Standing.CANCELLED
