"""Consultations and waiting times: right by hand, of the own places only, nothing personal in page or file."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.consult.figures import Days, report_of
from cases.models import Call, Consultation
from districts.models import Officer
from tests.cases.consult.conftest import Ask
from tests.conftest import Cast, Map

BrowserOf = Callable[[Officer], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(ask: Ask, cast: Cast) -> Callable[..., Consultation]:
    """A finished talk: asked so many minutes ago, waited and talked so many minutes."""

    def make(waited: float, talked: float = 5, asked: int = 300, **given: Any) -> Consultation:
        doctor = given.pop("doctor", cast.doctor)
        one = ask(minutes=asked, **given)
        one.doctor, one.standing, one.advice = doctor, "done", "SECRET ADVICE"
        one.claimed_at = one.asked_at + timedelta(minutes=waited)
        one.ended_at = one.claimed_at + timedelta(minutes=talked)
        one.save()
        return one

    return make


@pytest.fixture
def days() -> Days:
    """Yesterday and today: 300 minutes ago may have been yesterday."""
    today = timezone.localdate()
    return Days(today - timedelta(days=1), today)


def test_waits_and_talks_are_counted_from_asking_to_claim_to_end(
    talk: Callable[..., Consultation], ask: Ask, cast: Cast, days: Days
) -> None:
    for waited in range(1, 11):
        talk(waited, talked=2 * waited)
    ask(minutes=30), ask(minutes=7)
    found = report_of(cast.collector, days, timezone.now())
    whole = found.whole
    assert (whole.asked, whole.talked, whole.waiting) == (12, 10, 2)
    assert (whole.wait(), whole.wait_p90()) == (5.5, pytest.approx(9.1))
    assert (whole.talk(), whole.talk_p90()) == (11, pytest.approx(18.2))
    assert [(line.name, line.tally.talked) for line in found.doctors] == [("Farah Khan", 10)]


def test_each_office_counts_its_own_places(
    talk: Callable[..., Consultation], cast: Cast, small_map: Map, days: Days
) -> None:
    talk(3), talk(4, district=small_map.raipur, block=small_map.dharsiwa), talk(5, district=None, block=None)
    now = timezone.now()
    seen = {name: report_of(getattr(cast, name), days, now).whole.asked for name in ("collector", "other_collector")}
    assert seen == {"collector": 1, "other_collector": 1}
    assert report_of(cast.state_admin, days, now).whole.asked == 3


def test_calls_in_vain_flags_and_follow_ups_are_counted(
    talk: Callable[..., Consultation], ask: Ask, cast: Cast, days: Days
) -> None:
    now = timezone.now()
    first = talk(5)
    other = talk(5)
    other.raised_case = other.case
    vain = ask()
    Call.objects.create(case=vain.case, consultation=vain, officer=cast.doctor, at=now, result="busy")
    for before, standing in ((first, "done"), (other, "waiting")):
        before.follow_up_at = now - timedelta(minutes=3)
        before.save()
        again = ask(case=before.case, minutes=3)
        again.follows, again.standing, again.doctor = before, standing, cast.doctor
        again.claimed_at = again.ended_at = now
        again.save()
    found = report_of(cast.collector, days, now)
    assert (found.unreached, found.whole.flags) == (1, 1)
    assert (found.follow_ups_due, found.follow_ups_done) == (2, 1)
    assert found.whole.asked == 3


def test_a_median_of_a_few_is_not_shown_of_one_doctor(
    talk: Callable[..., Consultation], cast: Cast, second_doctor: Officer, days: Days, browser_of: BrowserOf
) -> None:
    for _ in range(10):
        talk(4)
    for _ in range(9):
        talk(7, doctor=second_doctor)
    enough = {line.name: line.tally.enough for line in report_of(cast.collector, days, timezone.now()).doctors}
    assert enough == {"Farah Khan": True, "Imran": False}


def test_the_page_and_the_file_hold_nothing_personal(
    talk: Callable[..., Consultation], cast: Cast, browser_of: BrowserOf, days: Days
) -> None:
    one = talk(5, phone="9812345678", requester_name="Rakesh Yadav")
    browser, span = browser_of(cast.collector), f"first={days.first.isoformat()}&last={days.last.isoformat()}"
    page = browser.get(f"/consult/report/?{span}")
    file = browser.get(f"/consult/report.csv?{span}")
    assert page.status_code == file.status_code == 200
    assert "Farah Khan" in page.content.decode()
    assert "Bilaspur" in file.content.decode()
    for answer in (page, file):
        for secret in ("SECRET", "9812345678", "Rakesh", one.case.reference):
            assert secret not in answer.content.decode()


def test_a_doctors_name_never_runs_as_a_formula(
    talk: Callable[..., Consultation], cast: Cast, browser_of: BrowserOf, days: Days
) -> None:
    Officer.objects.filter(pk=cast.doctor.pk).update(first_name="=1+1", last_name="")
    talk(5)
    file = browser_of(cast.collector).get(f"/consult/report.csv?first={days.first.isoformat()}")
    assert "'=1+1" in file.content.decode()


def test_who_reads_the_report(cast: Cast, browser_of: BrowserOf) -> None:
    answers = {name: browser_of(one).get("/consult/report/").status_code for name, one in vars(cast).items()}
    readers = {name for name, status in answers.items() if status == 200}
    assert readers == {"sunita", "collector", "other_collector", "state_admin", "auditor"}


@pytest.mark.parametrize("query", ["first=yesterday", "last=2999-01-01", "first=2021-01-01", "first=2026-02-30"])
def test_a_span_that_cannot_be_is_said_beside_its_field(query: str, cast: Cast, browser_of: BrowserOf) -> None:
    for path in ("/consult/report/", "/consult/report.csv"):
        answer = browser_of(cast.collector).get(f"{path}?{query}")
        assert answer.status_code == 400
        assert "field--wrong" in answer.content.decode()


def test_the_report_costs_the_same_queries_for_many(
    talk: Callable[..., Consultation], cast: Cast, days: Days, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for _ in range(15):
        talk(5)
    with django_assert_max_num_queries(9):  # type: ignore[attr-defined]
        report_of(cast.state_admin, days, timezone.now())
