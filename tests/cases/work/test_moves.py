"""Moves made through the browser's forms, with and without a script."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import CannedText, Case
from cases.workflow import Status
from districts.models import Officer
from tests.cases.work.conftest import HTMX
from tests.conftest import CaseMaker, Cast

Browser = Callable[[Officer], Client]


def send(browser: Client, case: Case, move: str, headers: dict[str, str] | None = None, **typed: Any):  # type: ignore[no-untyped-def]
    return browser.post(f"/cases/{case.reference}/{move}/", typed, headers=headers or {})


def worked(make_case: CaseMaker, officer: Officer) -> Case:
    return make_case(officer=officer, status=Status.ACKNOWLEDGED, acknowledged_at=timezone.now())


def test_one_tap_acknowledges_and_leads_back_to_the_case(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    response = send(browser_of(cast.meena), case, "acknowledge")
    assert response.url == f"/cases/{case.reference}/"
    case.refresh_from_db()
    assert (case.status, case.officer) == (Status.ACKNOWLEDGED, cast.meena)


def test_acknowledging_from_the_queue_leads_back_to_the_queue(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    case = make_case(officer=cast.meena)
    assert send(browser_of(cast.meena), case, "acknowledge", **{"from": "desk", "tab": "area"}).url == "/desk/?tab=area"


def test_with_htmx_the_queue_is_told_to_renew_itself(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    case, other = make_case(officer=cast.meena), make_case(officer=cast.meena)
    browser = browser_of(cast.meena)
    from_queue = send(browser, case, "acknowledge", HTMX, **{"from": "desk"})
    assert (from_queue.status_code, from_queue.headers["HX-Trigger"]) == (204, '{"queue-changed": {}}')
    from_page = send(browser, other, "acknowledge", HTMX)
    assert from_page.headers["HX-Trigger"] == '{"queue-changed": {}}'
    assert from_page.content.decode().startswith('<article class="case')


def test_resolving_asks_for_outcome_and_words_and_keeps_what_was_typed(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    case = worked(make_case, cast.meena)
    response = send(browser_of(cast.meena), case, "resolve", note="Cylinder delivered <at> 18:40")
    shown = response.content.decode()
    assert response.status_code == 422
    assert "Choose how it ended." in shown
    assert "Cylinder delivered &lt;at&gt; 18:40" in shown
    assert 'id="move-resolve" open' in shown
    case.refresh_from_db()
    assert case.status == Status.ACKNOWLEDGED


def test_resolving_with_outcome_and_words(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    case = worked(make_case, cast.meena)
    assert send(browser_of(cast.meena), case, "resolve", outcome="helped", note="Delivered").status_code == 302
    case.refresh_from_db()
    assert (case.status, case.outcome, case.resolution) == (Status.RESOLVED, "helped", "Delivered")


def test_a_note_is_required_in_words_next_to_the_field(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    for blank in ("", "   "):
        shown = send(browser_of(cast.meena), case, "note", note=blank).content.decode()
        assert 'id="note_note_error"' in shown
        assert "Please write what happened." in shown


def test_a_note_is_added_and_leaves_the_clock_alone(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    due = case.next_due_at
    send(browser_of(cast.doctor), case, "note", note="Prone position advised")
    case.refresh_from_db()
    assert case.next_due_at == due
    assert case.events.get().note == "Prone position advised"


def test_handing_over_gives_the_case_to_the_other(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    send(browser_of(cast.meena), case, "hand_over", to=cast.ravi.pk)
    case.refresh_from_db()
    assert (case.officer, case.status) == (cast.ravi, Status.ASSIGNED)


@pytest.mark.parametrize("to", ["", "0", "abc", "999999"])
def test_handing_over_to_nobody_is_refused_at_the_field(
    browser_of: Browser, cast: Cast, make_case: CaseMaker, to: str
) -> None:
    case = make_case(officer=cast.meena)
    response = send(browser_of(cast.meena), case, "hand_over", to=to, note="my shift ends")
    assert response.status_code == 422
    assert 'id="hand_over_to_error"' in response.content.decode()
    assert "my shift ends" in response.content.decode()


def test_handing_over_to_another_districts_officer_is_refused(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    case = make_case(officer=cast.meena)
    assert send(browser_of(cast.meena), case, "hand_over", to=cast.other_collector.pk).status_code == 422


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_transfer_leaves_my_area_and_says_so(
    browser_of: Browser, cast: Cast, make_case: CaseMaker, headers: dict[str, str]
) -> None:
    case = make_case(officer=cast.sunita, block=None)
    browser = browser_of(cast.sunita)
    response = send(browser, case, "transfer", headers, district=387, note="They live in Raipur")
    case.refresh_from_db()
    assert case.district_id == 387
    assert case.is_open
    assert "new owner" in response.content.decode()
    back = {"event": case.events.get(kind="transferred").pk}
    assert send(browser, case, "undo", **back).url == f"/cases/{case.reference}/"
    case.refresh_from_db()
    assert (case.district_id, case.officer) == (375, cast.sunita)


def test_a_possible_place_is_set_with_one_tap(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(status=Status.NEEDS_REVIEW, officer=cast.operator, block=None, review_reason="ambiguous_place")
    send(browser_of(cast.operator), case, "place", district=375, block=3607, place_choice="")
    case.refresh_from_db()
    assert (case.block, case.officer, case.status) == (make_case.map.kota, cast.anil, Status.ASSIGNED)
    assert case.review_reason == ""


def test_a_choice_of_the_type_ahead_brings_its_block(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.anil, block=make_case.map.kota, place_text="")
    send(
        browser_of(cast.sunita), case, "place",
        district=375, block=3607, place_choice="place:locality:tifra", place_text="Tifra",
    )  # fmt: skip
    case.refresh_from_db()
    assert (case.block, case.place, case.place_text) == (make_case.map.bilha, make_case.map.tifra, "Tifra")


def test_another_district_alone_drops_the_old_districts_block(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    case = make_case(officer=cast.sunita)
    send(browser_of(cast.state_admin), case, "place", district=387, block=3604)
    case.refresh_from_db()
    assert (case.district_id, case.block_id) == (387, None)


def test_a_move_that_comes_too_late_is_refused_in_words_and_the_text_is_not_lost(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    case = worked(make_case, cast.meena)
    send(browser_of(cast.meena), case, "resolve", outcome="helped", note="Delivered")
    response = send(browser_of(cast.ravi), case, "resolve", outcome="referred", note="Taken to CIMS")
    assert response.status_code == 422
    assert "This is not possible now" in response.content.decode()
    assert "Taken to CIMS" in response.content.decode()


def test_who_may_not_move_is_told_so(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    response = send(browser_of(cast.auditor), case, "acknowledge")
    assert response.status_code == 422
    assert "Your posting does not allow this." in response.content.decode()
    case.refresh_from_db()
    assert case.status == Status.ASSIGNED


def test_a_refusal_in_the_queue_is_shown_there(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    case = worked(make_case, cast.ravi)
    browser = browser_of(cast.meena)
    assert send(browser, case, "acknowledge", HTMX, **{"from": "desk"}).headers["HX-Refresh"] == "true"
    assert "This is not possible now" in browser.get("/desk/").content.decode()


def test_nobody_moves_a_case_they_cannot_see(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    assert send(browser_of(cast.anil), case, "acknowledge").status_code == 404
    assert send(Client(), case, "acknowledge").url.startswith("/sign-in/")
    case.refresh_from_db()
    assert case.status == Status.ASSIGNED


def test_after_an_ended_session_a_move_leads_back_to_its_case(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    assert send(Client(), case, "note", note="Called").url == f"/sign-in/?next=/cases/{case.reference}/"
    assert send(Client(), case, "note", HTMX, note="Called").headers["HX-Redirect"] == f"/cases/{case.reference}/"
    assert send(Client(), case, "acknowledge", HTMX, **{"from": "desk"}).headers["HX-Redirect"] == "/desk/"


def test_a_note_loses_signs_that_turn_lines_round(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    case = worked(make_case, cast.meena)
    send(browser_of(cast.meena), case, "note", note="Called \u202e54321\u202c\x00\nतिफरा")
    assert case.events.latest("pk").note == "Called 54321\nतिफरा"


def test_a_move_needs_a_form_and_a_known_name(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    browser = browser_of(cast.meena)
    assert browser.get(f"/cases/{case.reference}/acknowledge/").url == f"/cases/{case.reference}/"
    assert send(browser, case, "explode").url == f"/cases/{case.reference}/"
    case.refresh_from_db()
    assert case.status == Status.ASSIGNED


def test_a_move_without_the_forms_token_is_refused(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.meena)
    assert send(browser, case, "acknowledge").status_code == 403


def test_ready_words_that_were_ticked_are_added_without_a_script(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    case = worked(make_case, cast.meena)
    ready = CannedText.objects.filter(use="resolve", need="oxygen").first()
    assert ready is not None
    typed = {"outcome": "helped", "note": "At 18:40.", "canned": [ready.pk]}
    assert send(browser_of(cast.meena), case, "resolve", **typed).status_code == 302
    case.refresh_from_db()
    assert case.resolution == f"At 18:40.\n{ready.label}"


def test_a_public_note_with_a_number_is_refused_at_its_field_and_kept(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    case = worked(make_case, cast.meena)
    response = send(browser_of(cast.meena), case, "note", note="Call 98261 55412", is_public="on")
    assert response.status_code == 422
    assert 'id="note_note_error"' in response.content.decode()
    assert "Call 98261 55412" in response.content.decode()


def test_a_stale_form_shows_who_was_first_and_goes_through_when_sent_again(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    case = make_case(officer=cast.sunita)
    browser = browser_of(cast.sunita)
    stale = {"asked_cylinder_d": "3", "given_cylinder_d": "", "seen_cylinder_d": "0,0"}
    send(browser_of(cast.ravi), case, "supply", asked_cylinder_d="2", given_cylinder_d="1", seen_cylinder_d="0,0")
    refused = send(browser, case, "supply", **stale)
    assert refused.status_code == 422
    assert "Somebody else has changed the numbers" in refused.content.decode()
    assert 'value="2,1"' in refused.content.decode()
    assert 'value="3"' in refused.content.decode()
    assert send(browser, case, "supply", **(stale | {"seen_cylinder_d": "2,1"})).status_code == 302


def test_after_a_move_the_page_offers_to_take_it_back(browser_of: Browser, cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    browser = browser_of(cast.meena)
    send(browser, case, "acknowledge")
    shown = browser.get(f"/cases/{case.reference}/").content.decode()
    assert f'action="/cases/{case.reference}/undo/"' in shown
    assert "/undo/" not in browser_of(cast.ravi).get(f"/cases/{case.reference}/").content.decode()
    send(browser, case, "undo", event=case.events.get().pk)
    case.refresh_from_db()
    assert case.status == Status.ASSIGNED
