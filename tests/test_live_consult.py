"""The doctors' desk in a browser: two doctors press "next" at once, a red flag reaches the officer, a call is due."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from cases import consulting
from cases.models import Case, Consultation
from districts.models import Officer, Posting, Role
from tests.conftest import CaseMaker, Cast, Map
from tests.live import LIVE, Live, violations

pytestmark = LIVE
LOOKS = [("phone", "hi", False), ("wide", "en", True)]
NOW = datetime.fromisoformat("2031-11-26T10:40+05:30")
PRESS = "document.querySelector('form[action=\"/consult/next/\"]').submit()"


@pytest.fixture
def second_doctor(cast: Cast, small_map: Map) -> Officer:
    """Another doctor of Bilaspur."""
    officer = Officer.objects.create_user("doctor_two", first_name="Imran", language="en")
    Posting.objects.create(officer=officer, role=Role.DOCTOR, state=small_map.cg, district=small_map.bilaspur)
    return officer


def ask(make_case: CaseMaker, cast: Cast, at: datetime, **given: str) -> Consultation:
    fields = {"need_code": "doctor", "urgency": "high"} | given
    case = make_case(at=at, officer=cast.meena, **fields)
    area = {"state": case.state, "district": case.district}
    return Consultation.objects.create(case=case, urgency=case.urgency, asked_at=at, due_at=at, **area)


def press_together(pages: list[Page]) -> None:
    """Both buttons before either answer; then both answers."""
    for page in pages:
        page.evaluate(f"setTimeout(() => {{ {PRESS} }}, 300)")
    for page in pages:
        page.wait_for_timeout(800)
        page.wait_for_load_state("load")


def test_two_doctors_who_press_next_at_once_get_two_patients_and_of_one_only_one_gets_it(
    live: Live, cast: Cast, make_case: CaseMaker, second_doctor: Officer
) -> None:
    with live.at(NOW):
        for minutes in (9, 5):
            ask(make_case, cast, NOW - timedelta(minutes=minutes))
        pages = [live.open(doctor, "/consult/") for doctor in (cast.doctor, second_doctor)]
        press_together(pages)
        assert len({page.url for page in pages}) == 2
        assert all("/consult/next" not in page.url and page.locator("#note").count() == 1 for page in pages)
        taken = Consultation.objects.filter(standing="claimed").values_list("doctor", flat=True)
        assert set(taken) == {cast.doctor.pk, second_doctor.pk}

        Consultation.objects.update(standing="done", ended_at=NOW)
        last = ask(make_case, cast, NOW - timedelta(minutes=3))
        for page in pages:
            page.goto(f"{live.url}/consult/")
        press_together(pages)
        last.refresh_from_db()
        assert last.standing == "claimed"
        got = [page for page in pages if page.url.endswith(f"/consult/{last.pk}/")]
        told = [page for page in pages if page not in got]
        assert len(got) == len(told) == 1
        expect(told[0].get_by_text("Nobody waits now.")).to_be_visible()


def test_words_save_themselves_and_a_red_flag_brings_a_case_to_the_officers_desk(
    live: Live, cast: Cast, make_case: CaseMaker
) -> None:
    with live.at(NOW):
        one = ask(make_case, cast, NOW - timedelta(minutes=5), phone="9812345678")
        consulting.claim_next(doctor=cast.doctor, at=NOW)
        page = live.open(cast.doctor, f"/consult/{one.pk}/")
        page.get_by_label("Symptoms").fill("Fever since Monday")
        expect(page.locator("#saved")).to_contain_text("Saved")
        page.get_by_label("Temperature").fill("101.3")
        page.get_by_label("Temperature").blur()
        expect(page.locator("#saved")).to_contain_text("38.5 °C = 101.3 °F")
        page.get_by_label("Blue lips or face").check()
        expect(page.locator("#saved")).to_contain_text("A critical case has its officer")
        one.refresh_from_db()
        assert (one.symptoms, one.flags) == ("Fever since Monday", ["blue"])
        raised = Case.objects.get(need="oxygen")
        desk = live.open(cast.meena, "/desk/?tab=mine")
        expect(desk.get_by_text(raised.reference)).to_be_visible()


def test_words_typed_without_a_network_come_back_and_are_saved(live: Live, cast: Cast, make_case: CaseMaker) -> None:
    with live.at(NOW):
        one = ask(make_case, cast, NOW - timedelta(minutes=5))
        consulting.claim_next(doctor=cast.doctor, at=NOW)
        page = live.open(cast.doctor, f"/consult/{one.pk}/")
        page.context.set_offline(True)
        page.get_by_label("Advice").fill("Drink much, rest")
        page.wait_for_timeout(1500)
        page.context.set_offline(False)
        page.reload()
        expect(page.get_by_label("Advice")).to_have_value("Drink much, rest")
        expect(page.locator("#saved")).to_contain_text("Saved")
        one.refresh_from_db()
        assert one.advice == "Drink much, rest"


def test_a_follow_up_call_comes_due_by_itself(live: Live, cast: Cast, make_case: CaseMaker) -> None:
    with live.at(NOW) as clock:
        one = ask(make_case, cast, NOW - timedelta(minutes=5))
        consulting.claim_next(doctor=cast.doctor, at=NOW)
        page = live.open(cast.doctor, f"/consult/{one.pk}/")
        page.get_by_label("Advice").fill("Rest")
        page.get_by_label("In 2 hours").check()
        page.get_by_role("button", name="Finish").click()
        expect(page.get_by_text("Calls that fall due later")).to_be_visible()
        expect(page.get_by_text("Nobody waits for a doctor")).to_be_visible()
        clock.shift(timedelta(hours=2, minutes=1))
        page = live.open(cast.doctor, "/consult/")
        expect(page.locator(".consult-card")).to_contain_text("to call again, Farah Khan")
        page.get_by_role("button", name="Next patient").click()
        page.wait_for_url("**/consult/*/")
        assert Consultation.objects.get(standing="claimed").follows == one


@pytest.mark.parametrize(("size", "language", "dark"), LOOKS)
def test_the_doctors_pages_have_no_fault(
    live: Live, cast: Cast, make_case: CaseMaker, size: str, language: str, dark: bool
) -> None:
    with live.at(NOW):
        for minutes in (12, 9):
            ask(make_case, cast, NOW - timedelta(minutes=minutes), urgency="critical")
        one = consulting.claim_next(doctor=cast.doctor, at=NOW)
        assert one is not None
        consulting.log_call(consultation_id=one.pk, doctor=cast.doctor, result="busy", number="", at=NOW)
        case = make_case(officer=cast.meena)
        pages = [(cast.doctor, "/consult/"), (cast.doctor, f"/consult/{one.pk}/")]
        pages += [(cast.meena, f"/consult/ask/{case.reference}/"), (cast.collector, "/consult/report/")]
        for officer, path in pages:
            page = live.open(officer, path, size=size, language=language, dark=dark)
            assert violations(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        later = {"advice": "Rest", "temperature": "38.5", "follow_up_at": NOW + timedelta(hours=2)}
        consulting.finish(consultation_id=one.pk, doctor=cast.doctor, at=NOW, **later)
        page = live.open(cast.meena, f"/consult/{one.pk}/", size=size, language=language, dark=dark)
        assert violations(page) == []
