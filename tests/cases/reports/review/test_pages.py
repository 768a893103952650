"""The pages of the reviews: who sees which sheet, decisions made and ticked off, stock, who gets the sheets."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from cases.models import Case, Decision, Notice, Review, ReviewMail, ReviewRecipient, Stock
from cases.reports import tasks
from cases.reports.review import files, fonts
from cases.workflow import Status
from districts.models import Officer
from tests.cases.reports.conftest import NOW
from tests.cases.reports.review.conftest import Issue
from tests.conftest import Cast, Map

Browser = Callable[[Officer], Client]
DUE = "2026-11-22T21:00"
READERS, OTHERS = ("sunita", "collector", "state_admin", "auditor"), ("other_collector",)


@pytest.fixture
def review(issue: Issue) -> Review:
    """The evening's sheet of Bilaspur, with its files."""
    found = issue()
    files.make(found.pk)
    return found


def pages(review: Review) -> list[str]:
    own = f"/reports/reviews/{review.pk}/"
    pdfs = [] if fonts.problem() else [f"{own}hi.pdf", f"{own}en.pdf"]
    return ["/reports/reviews/?place=d375", own, f"{own}files/", f"{own}review.xlsx", *pdfs]


def decide(browser: Client, review: Review, **given: Any) -> Any:
    return browser.post(f"/reports/reviews/{review.pk}/decide/", {"text": "Two vehicles for the night", **given})


@pytest.fixture
def decision(review: Review, cast: Cast, browser_of: Browser) -> Decision:
    """Given to Anil by the collector, until 21:00."""
    decide(browser_of(cast.collector), review, officer=cast.anil.pk, due_by=DUE)
    return Decision.objects.get()


# --- Who sees what ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", READERS)
def test_readers_of_the_district_and_of_its_state_see_it(
    review: Review, cast: Cast, browser_of: Browser, who: str
) -> None:
    browser = browser_of(getattr(cast, who))
    assert {path: browser.get(path).status_code for path in pages(review)} == dict.fromkeys(pages(review), 200)


def test_another_districts_collector_finds_nothing(review: Review, cast: Cast, browser_of: Browser) -> None:
    browser = browser_of(cast.other_collector)
    assert {browser.get(path).status_code for path in pages(review)} == {404}
    assert decide(browser, review).status_code == 404
    assert browser.post(f"/reports/reviews/{review.pk}/send/").status_code == 404
    assert browser.post("/reports/reviews/issue/", {"place": "d375"}).status_code == 404


@pytest.mark.parametrize("who", ["meena", "operator", "doctor"])
def test_who_reads_no_figures_is_told_so(review: Review, cast: Cast, browser_of: Browser, who: str) -> None:
    browser = browser_of(getattr(cast, who))
    assert {browser.get(path).status_code for path in pages(review)} == {403}
    assert decide(browser, review).status_code == 403


def test_nobody_signed_in_is_sent_to_sign_in(review: Review, client: Client) -> None:
    assert {client.get(path).status_code for path in [*pages(review), "/reports/decisions/"]} == {302}


def test_an_auditor_reads_and_changes_nothing(review: Review, cast: Cast, browser_of: Browser) -> None:
    browser = browser_of(cast.auditor)
    assert decide(browser, review).status_code == 403
    for path in ("issue/", "stock/", "recipients/", f"{review.pk}/send/"):
        assert browser.post(f"/reports/reviews/{path}", {"place": "d375"}).status_code == 403
    page = browser.get(f"/reports/reviews/{review.pk}/").content.decode()
    assert "What was decided or remarked?" not in page


def test_a_district_does_not_read_the_states_sheet(issue: Issue, cast: Cast, browser_of: Browser) -> None:
    state = issue("s22")
    assert browser_of(cast.collector).get(f"/reports/reviews/{state.pk}/").status_code == 404
    assert browser_of(cast.state_admin).get(f"/reports/reviews/{state.pk}/").status_code == 200
    assert browser_of(cast.collector).get("/reports/reviews/?place=s22").status_code == 404


@pytest.mark.parametrize("place", ["d9999", "b3604", "x", "s8", "d", "d375 or 1"])
def test_a_place_that_is_not_ones_own_is_not_found(review: Review, cast: Cast, browser_of: Browser, place: str) -> None:
    assert browser_of(cast.collector).get("/reports/reviews/", {"place": place}).status_code == 404


# --- The sheet ----------------------------------------------------------------------------------------------


def test_the_page_says_what_the_sheet_said_whatever_has_changed(
    review: Review, cast: Cast, browser_of: Browser
) -> None:
    browser = browser_of(cast.collector)
    before = browser.get(f"/reports/reviews/{review.pk}/").content.decode().split("review-live")[0]
    Case.objects.filter(status=Status.ASSIGNED).update(opened_at=NOW)
    Officer.objects.filter(pk=cast.anil.pk).update(first_name="Changed")
    after = browser.get(f"/reports/reviews/{review.pk}/").content.decode().split("review-live")[0]
    assert "Anil Verma" in after
    assert after.split("<h1")[1] == before.split("<h1")[1]


def test_a_hindi_reader_reads_hindi(review: Review, cast: Cast, browser_of: Browser) -> None:
    browser = browser_of(cast.collector)
    page = browser.get(f"/reports/reviews/{review.pk}/", headers={"Accept-Language": "hi"}).content.decode()
    assert "बिलासपुर" in page
    assert "बिल्हा" in page


def test_files_come_byte_for_byte_as_they_were_made(review: Review, cast: Cast, browser_of: Browser) -> None:
    stored = Review.objects.get(pk=review.pk)
    answer = browser_of(cast.collector).get(f"/reports/reviews/{review.pk}/review.xlsx")
    assert answer.content == bytes(stored.xlsx or b"")
    assert answer["Content-Disposition"] == 'attachment; filename="review-d375-22-11-2026-1800.xlsx"'


def test_files_that_are_being_made_are_said_and_asked_for_again(
    issue: Issue, cast: Cast, browser_of: Browser, settings: Any, tmp_path: Any
) -> None:
    found = issue()
    browser = browser_of(cast.collector)
    assert "The files are being made." in browser.get(f"/reports/reviews/{found.pk}/").content.decode()
    assert browser.get(f"/reports/reviews/{found.pk}/review.xlsx").status_code == 404
    settings.FONTS_DIR = str(tmp_path)
    assert "fonts-noto-core" in browser.get(f"/reports/reviews/{found.pk}/files/").content.decode()


def test_pages_cost_a_fixed_number_of_queries(
    review: Review, issue: Issue, cast: Cast, browser_of: Browser, django_assert_max_num_queries: Any
) -> None:
    browser = browser_of(cast.collector)
    for day in range(1, 25):
        issue(held_at=NOW + timedelta(days=day), at=NOW + timedelta(days=day))
    browser.get("/reports/reviews/")
    with django_assert_max_num_queries(14):
        page = browser.get("/reports/reviews/").content.decode()
    assert page.count("review-row__what") == 20
    with django_assert_max_num_queries(18):
        browser.get(f"/reports/reviews/{review.pk}/")
    following = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert browser.get(f"/reports/reviews/{following}").content.decode().count("review-row__what") == 5


def test_files_that_do_not_come_are_said_and_not_asked_for_again(
    issue: Issue, cast: Cast, browser_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "problem", str)
    found, browser = issue(), browser_of(cast.collector)
    path = f"/reports/reviews/{found.pk}/files/"
    assert "hx-get" in browser.get(path).content.decode()
    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        page = browser.get(path).content.decode()
    assert "Not every file could be made." in page
    assert "hx-get" not in page


NONSENSE = ["x", "1", "1.", ".1", "9" * 39, "9999999999999999999.9999999999999999999", "१.१"]
NEVER = ["0001-01-01T00:00:00+05:30", "9999-12-31T23:59:59-05:30", "0001-01-01T00:00:00", "2026-02-31T00:00:00+05:30"]


@pytest.mark.parametrize("mark", NONSENSE + NEVER)
def test_nonsense_in_the_address_shows_the_newest(review: Review, cast: Cast, browser_of: Browser, mark: str) -> None:
    assert browser_of(cast.collector).get("/reports/reviews/", {"before": mark, "wait": mark}).status_code == 200


def test_a_sheet_in_between_is_drawn_up_by_a_task_and_waited_for(
    golden_day: list[Case], cast: Cast, browser_of: Browser, django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    started: list[tuple[Any, ...]] = []
    monkeypatch.setattr("helpdesk.enqueue.app.send_task", lambda task, args, **_more: started.append((task, *args)))
    browser = browser_of(cast.collector)
    with time_machine.travel(NOW + timedelta(minutes=7), tick=False):  # at 18:00 it would be the evening's
        with django_capture_on_commit_callbacks(execute=True):
            answer = browser.post("/reports/reviews/issue/", {"place": "d375"})
        waiting = browser.get(answer["Location"])
        assert "data-look-again" in waiting.content.decode()
        ((task, place, held_at, time_id),) = started
        assert (task, place, time_id) == ("cases.reports.tasks.issue_review", "d375", None)
        tasks.issue_review(place, held_at, time_id)
        found = Review.objects.get()
        assert browser.get(answer["Location"])["Location"] == f"/reports/reviews/{found.pk}/"
        assert "Review in between" in browser.get(f"/reports/reviews/{found.pk}/").content.decode()


def test_a_sheet_that_does_not_come_is_said(golden_day: list[Case], cast: Cast, browser_of: Browser) -> None:
    page = browser_of(cast.collector).get("/reports/reviews/", {"wait": (NOW - timedelta(minutes=3)).isoformat()})
    assert "The sheet has not come." in page.content.decode()


# --- Decisions ----------------------------------------------------------------------------------------------


def test_a_decision_is_kept_and_told(decision: Decision, review: Review, cast: Cast, browser_of: Browser) -> None:
    assert (decision.officer, decision.made_by, decision.district_id) == (cast.anil, cast.collector, 375)
    assert timezone.localtime(decision.due_by).strftime("%H:%M") == "21:00"
    notice = Notice.objects.get(officer=cast.anil)
    assert "Two vehicles for the night" in notice.text
    assert "/reports/decisions/" in notice.text
    page = browser_of(cast.sunita).get(f"/reports/reviews/{review.pk}/").content.decode()
    assert "Two vehicles for the night" in page


def test_a_notice_of_a_decision_carries_no_telephone_number(review: Review, cast: Cast, browser_of: Browser) -> None:
    text = "Ring the plant, 98261 12345, before 21:00"
    decide(browser_of(cast.collector), review, text=text, officer=cast.anil.pk, due_by=DUE)
    told = Notice.objects.get(officer=cast.anil).text
    assert "Ring the plant, •••, before 21:00" in told
    assert "98261" not in told
    assert Decision.objects.get().text == text


def test_a_double_tap_is_one_decision(decision: Decision, review: Review, cast: Cast, browser_of: Browser) -> None:
    decide(browser_of(cast.collector), review, officer=cast.anil.pk, due_by=DUE)
    assert Decision.objects.count() == Notice.objects.count() == 1


def test_a_remark_needs_nobody_and_tells_nobody(review: Review, cast: Cast, browser_of: Browser) -> None:
    assert decide(browser_of(cast.collector), review, due_by=DUE).status_code == 302
    kept = Decision.objects.get()
    assert (kept.officer, kept.due_by) == (None, None)
    assert Notice.objects.count() == 0


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(review: Review, cast: Cast, browser_of: Browser) -> None:
    browser = browser_of(cast.collector)
    for given, words in (
        ({"officer": cast.anil.pk}, "Say until when it is to be done."),
        ({"officer": cast.anil.pk, "due_by": "2026-11-22T17:00"}, "This time is over already."),
        ({"officer": cast.anil.pk, "due_by": "soon"}, "Write day and time like"),
        ({"officer": cast.other_collector.pk, "due_by": DUE}, "Choose an officer."),
        ({"text": "…"}, "Please write a few words."),
    ):
        answer = decide(browser, review, **given)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert given.get("text", "Two vehicles for the night") in answer.content.decode()
    assert Decision.objects.count() == 0


def test_who_has_to_do_it_sees_it_and_ticks_it_off(decision: Decision, cast: Cast, browser_of: Browser) -> None:
    browser = browser_of(cast.anil)
    assert "Two vehicles for the night" in browser.get("/reports/decisions/").content.decode()
    empty = browser.post(f"/reports/decisions/{decision.pk}/done/", {"note": " ", "back": "/reports/decisions/"})
    assert (empty.status_code, "Please write a few words." in empty.content.decode()) == (422, True)
    answer = browser.post(
        f"/reports/decisions/{decision.pk}/done/", {"note": "Both are there.", "back": "/reports/decisions/"}
    )
    assert answer["Location"] == f"/reports/decisions/#decision-{decision.pk}"
    decision.refresh_from_db()
    assert (decision.done_by, decision.done_note, decision.done_at) == (cast.anil, "Both are there.", NOW)
    browser.post(f"/reports/decisions/{decision.pk}/done/", {"note": "Again."})
    decision.refresh_from_db()
    assert decision.done_note == "Both are there."


@pytest.mark.parametrize(
    ("who", "code"),
    [("collector", 302), ("sunita", 302), ("state_admin", 302), ("meena", 404), ("other_collector", 404)],
)
def test_those_in_charge_may_tick_it_off_and_nobody_else(
    decision: Decision, cast: Cast, browser_of: Browser, who: str, code: int
) -> None:
    browser = browser_of(getattr(cast, who))
    answer = browser.post(f"/reports/decisions/{decision.pk}/done/", {"note": "Done.", "back": "https://evil.example/"})
    assert answer.status_code == code
    if code == 302:
        assert answer["Location"].startswith("/reports/decisions/#")


@pytest.mark.parametrize(
    "back", ["reviews", "review", "x", "decisions/../x", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_page_to_go_back_to_that_is_none_of_ours_is_not_gone_to(
    decision: Decision, cast: Cast, browser_of: Browser, back: str
) -> None:
    browser = browser_of(cast.collector)
    for move, given in (("done", {"note": "Both are there."}), ("reopen", {})):
        answer = browser.post(f"/reports/decisions/{decision.pk}/{move}/", {"back": back, **given})
        assert answer.headers["Location"] == f"/reports/decisions/#decision-{decision.pk}"


def test_ones_own_decisions_cost_a_fixed_number_of_queries(
    review: Review, cast: Cast, browser_of: Browser, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        decide(browser_of(cast.collector), review, text=f"Number {number}", officer=cast.anil.pk, due_by=DUE)
    Decision.objects.filter(text__in=["Number 1", "Number 2"]).update(
        done_at=NOW, done_by=cast.sunita, done_note="Yes."
    )
    browser = browser_of(cast.anil)
    with django_assert_max_num_queries(8):
        page = browser.get("/reports/decisions/").content.decode()
    assert page.count('class="decision__text"') == 12


def test_what_was_not_done_after_all_is_open_again_and_keeps_its_history(
    decision: Decision, cast: Cast, browser_of: Browser
) -> None:
    browser_of(cast.anil).post(f"/reports/decisions/{decision.pk}/done/", {"note": "Both are there."})
    assert browser_of(cast.anil).post(f"/reports/decisions/{decision.pk}/reopen/").status_code == 403
    assert browser_of(cast.collector).post(f"/reports/decisions/{decision.pk}/reopen/").status_code == 302
    decision.refresh_from_db()
    assert (decision.done_at, decision.done_note) == (None, "")
    assert "Both are there." in decision.history.values_list("done_note", flat=True)


def test_overdue_decisions_stand_first_and_say_so(
    decision: Decision, review: Review, cast: Cast, browser_of: Browser
) -> None:
    decide(browser_of(cast.collector), review, text="Later", officer=cast.meena.pk, due_by="2026-11-25T09:00")
    with time_machine.travel(NOW + timedelta(hours=10), tick=False):
        page = browser_of(cast.collector).get("/reports/reviews/").content.decode()
    assert "Overdue" in page
    assert page.index("Two vehicles for the night") < page.index("Later")


def test_what_officers_write_is_escaped(review: Review, cast: Cast, browser_of: Browser) -> None:
    browser = browser_of(cast.collector)
    decide(browser, review, text="<script>alert(1)</script> now", officer=cast.anil.pk, due_by=DUE)
    assert "<script>alert" not in browser.get(f"/reports/reviews/{review.pk}/").content.decode()


# --- Stock and the list ----------------------------------------------------------------------------------------


def test_stock_is_entered_kind_by_kind(review: Review, cast: Cast, browser_of: Browser) -> None:
    browser = browser_of(cast.sunita)
    path = "/reports/reviews/stock/?place=d375"
    assert browser.post(path, {"place": "d375", "cylinder_d": "४०", "vial": ""}).status_code == 302
    kept = Stock.objects.get()
    assert (kept.kind_id, kept.quantity, kept.officer) == ("cylinder_d", 40, cast.sunita)
    assert "Last: 40" in browser.get(path).content.decode()
    for wrong, words in (({"vial": "many"}, "Write a number from 0"), ({}, "Fill in at least one number.")):
        answer = browser.post(path, {"place": "d375", **wrong})
        assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_a_state_chooses_a_district_for_its_stock(review: Review, cast: Cast, browser_of: Browser) -> None:
    page = browser_of(cast.state_admin).get("/reports/reviews/stock/?place=s22").content.decode()
    assert "?place=d375" in page
    assert browser_of(cast.other_collector).get("/reports/reviews/stock/?place=d375").status_code == 404


def test_the_list_of_recipients_is_kept_in_the_browser(review: Review, cast: Cast, browser_of: Browser) -> None:
    browser = browser_of(cast.collector)
    path = "/reports/reviews/recipients/?place=d375"
    given = {"place": "d375", "address": "cmo@example.gov.in", "name": "CMO", "language": "hi"}
    browser.post(path, given)
    one = ReviewRecipient.objects.get()
    assert (one.district_id, one.is_active) == (375, True)
    assert "cmo@example.gov.in" in browser.get(path).content.decode()
    assert browser_of(cast.other_collector).post(f"/reports/reviews/recipients/{one.pk}/off/").status_code == 404
    browser.post(f"/reports/reviews/recipients/{one.pk}/off/")
    one.refresh_from_db()
    assert not one.is_active
    browser.post(path, given | {"address": "CMO@example.gov.in", "language": "en"})
    one.refresh_from_db()
    assert (one.is_active, one.language, ReviewRecipient.objects.count()) == (True, "en", 1)
    wrong = browser.post(path, given | {"address": "cmo at example"})
    assert (wrong.status_code, "cmo at example" in wrong.content.decode()) == (422, True)


def test_a_sheet_is_sent_again_by_hand(review: Review, cast: Cast, small_map: Map, browser_of: Browser) -> None:
    ReviewRecipient.objects.create(state=small_map.cg, district=small_map.bilaspur, address="cmo@example.gov.in")
    browser = browser_of(cast.collector)
    assert "Not sent" in browser.get(f"/reports/reviews/{review.pk}/").content.decode()
    browser.post(f"/reports/reviews/{review.pk}/send/", {"to": "cmo@example.gov.in"})
    assert ReviewMail.objects.get().next_try_at == NOW
    assert "Waiting to be sent" in browser.get(f"/reports/reviews/{review.pk}/").content.decode()
    browser.post(f"/reports/reviews/{review.pk}/send/", {"to": "stranger@example.com"})
    assert ReviewMail.objects.count() == 1
