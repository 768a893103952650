"""One move on several cases: each is checked by itself, and every refusal is said by its case."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Case, Event
from cases.work.bulk import MOST
from cases.workflow import Status
from districts.models import Officer, Posting, Role
from tests.conftest import CaseMaker, Cast

Browser = Callable[[Officer], Client]


def send(browser: Client, cases: list[Case], move: str, **fields: str) -> tuple[int, str]:
    """Tick the cases, press the button, and read the page that follows."""
    ticked = [case.reference for case in cases]
    response = browser.post("/cases/bulk/", {"case": ticked, "move": move, **fields}, follow=True)
    return response.status_code, response.content.decode()


def ticked(page: str) -> list[str]:
    return [part.split('"')[0] for part in page.split('name="case" value="')[1:]]


def test_the_list_offers_the_moves_to_who_may_make_them(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    make_case()
    assert ticked(browser_of(cast.meena).get("/cases/").content.decode()) == ["BSP-TEST-001"]
    assert 'name="move" value="transfer"' in browser_of(cast.meena).get("/cases/").content.decode()
    assert ticked(browser_of(cast.auditor).get("/cases/").content.decode()) == []
    assert 'value="transfer"' not in browser_of(cast.doctor).get("/cases/").content.decode()


def test_acknowledging_several_moves_those_that_can_be_and_says_why_not_the_others(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    good = [make_case(officer=cast.meena), make_case(officer=cast.ravi)]
    now = timezone.now()
    ended = make_case(status=Status.WITHDRAWN, closed_at=now, next_due_at=None)
    status, page = send(browser_of(cast.meena), [*good, ended], "acknowledge")
    assert status == 200
    assert {case.status for case in Case.objects.filter(pk__in=[case.pk for case in good])} == {"acknowledged"}
    assert Event.objects.filter(kind="acknowledged", actor=cast.meena).count() == 2
    assert "Done for 2 cases." in page
    assert ticked(page) == [ended.reference]
    assert "This is not possible now: the case is “Withdrawn”." in page


def test_a_case_out_of_sight_is_neither_moved_nor_shown(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    far = make_case(block=make_case.map.dharsiwa, district=make_case.map.raipur)
    status, page = send(browser_of(cast.meena), [far], "acknowledge")
    assert status == 422
    assert far.reference not in page
    far.refresh_from_db()
    assert far.status == Status.NEW


def test_loading_the_result_again_moves_nothing(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    browser = browser_of(cast.meena)
    send(browser, [make_case(officer=cast.meena)], "note", sent="1", note="Called twice")
    assert "Done for 1 case." in browser.get("/cases/bulk/").content.decode()
    assert Event.objects.filter(kind="note").count() == 1


def test_a_move_that_needs_words_asks_for_them_first_and_keeps_them_when_one_is_missing(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    cases, browser = [make_case(officer=cast.meena) for _ in range(2)], browser_of(cast.meena)
    status, page = send(browser, cases, "transfer")
    assert status == 200
    assert 'name="district"' in page
    assert len(ticked(page)) == 2
    status, page = send(browser, cases, "transfer", sent="1", note="The address is in Raipur")
    assert status == 422
    assert "Choose a district from the list." in page
    assert "The address is in Raipur" in page
    status, page = send(browser, cases, "transfer", sent="1", note="The address is in Raipur", district="387")
    assert "Done for 2 cases." in page
    assert set(Case.objects.values_list("district", flat=True)) == {387}


def test_a_note_is_written_under_each_case(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    cases = [make_case(officer=cast.meena) for _ in range(3)]
    send(browser_of(cast.meena), cases, "note", sent="1", note="Camp from 4 pm")
    assert list(Event.objects.filter(kind="note").values_list("note", flat=True)) == ["Camp from 4 pm"] * 3


def test_handing_over_checks_the_officer_for_each_case(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    here = make_case(officer=cast.meena)
    there = make_case(officer=cast.state_operator, district=make_case.map.raipur, block=make_case.map.dharsiwa)
    browser = browser_of(cast.state_admin)
    _status, page = send(browser, [here, there], "hand_over")
    assert 'name="to"' in page
    _status, page = send(browser, [here, there], "hand_over", sent="1", to=str(cast.anil.pk), note="")
    assert "Done for 1 case." in page
    assert ticked(page) == [there.reference]
    assert "Choose an officer of this district." in page
    here.refresh_from_db()
    assert here.officer == cast.anil


def test_what_a_posting_does_not_allow_is_refused_case_by_case(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    here, there = make_case(officer=cast.ravi), make_case(officer=cast.anil, block=make_case.map.kota)
    Posting.objects.create(
        officer=cast.meena, role=Role.DOCTOR, state=make_case.map.cg, district=make_case.map.bilaspur
    )
    _status, page = send(browser_of(cast.meena), [here, there], "acknowledge")
    assert "Done for 1 case." in page
    assert "Your posting does not allow this." in page
    assert ticked(page) == [there.reference]
    there.refresh_from_db()
    assert there.status == Status.ASSIGNED


def test_a_move_that_ones_role_never_has_is_no_page(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    assert send(browser_of(cast.auditor), [case], "acknowledge")[0] == 403
    case.refresh_from_db()
    assert case.status == Status.ASSIGNED


@pytest.mark.parametrize(("count", "words"), [(0, "Tick one case at least."), (MOST + 1, "At most 100 cases at once.")])
def test_nothing_ticked_or_too_much_says_so(
    browser_of: Browser, cast: Cast, make_case: CaseMaker, count: int, words: str
) -> None:
    case = make_case(officer=cast.meena)
    status, page = send(browser_of(cast.meena), [case] * count, "acknowledge")
    assert status == 422
    assert words in page


@pytest.mark.parametrize("move", ["", "resolve", "<b>", "\x00"])
def test_another_move_than_those_offered_moves_nothing(
    browser_of: Browser, cast: Cast, make_case: CaseMaker, move: str
) -> None:
    case = make_case(officer=cast.meena)
    status, _page = send(browser_of(cast.meena), [case], move)
    assert status == 200
    case.refresh_from_db()
    assert case.status == Status.ASSIGNED


@pytest.mark.parametrize(
    ("back", "link"),
    [
        ("/cases/?status=open", "/cases/?status=open"),
        ("https://evil.example/", "/cases/"),
        ("//evil.example", "/cases/"),
    ],
)
def test_the_way_back_leads_to_the_list_and_nowhere_else(
    browser_of: Browser, cast: Cast, make_case: CaseMaker, back: str, link: str
) -> None:
    _status, page = send(browser_of(cast.meena), [make_case(officer=cast.meena)], "acknowledge", back=back)
    assert f'class="back" href="{link}"' in page


def test_without_a_result_the_page_leads_to_the_list(browser_of: Browser, cast: Cast) -> None:
    assert browser_of(cast.meena).get("/cases/bulk/").headers["Location"] == "/cases/"
