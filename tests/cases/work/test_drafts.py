"""Words typed into a move, in a real browser: they outlive an ended session and are forgotten once they are sent."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import django_htmx
import pytest
from playwright.sync_api import Page, Route, sync_playwright

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
SCRIPTS = [
    Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js",
    Path(__file__).parents[3] / "helpdesk/static/js/drafts.js",
]
WORDS = "फ़ोन किया, सिलेंडर शाम तक"
CASE = """<!doctype html><body><form data-sign-out action="/out/"><button id="out">Out</button></form>
<details class="move" open><summary>Note</summary><form action="/note/" hx-post="/note/" hx-swap="none">
<textarea name="note"></textarea><button id="send">Send</button></form></details>"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine: apt-get install chromium"),
]


@pytest.fixture
def page() -> Iterator[Page]:
    """The case page of an office whose every address is the case again."""
    body = CASE + "".join(f"<script>{script.read_text(encoding='utf-8')}</script>" for script in SCRIPTS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER)
        page = browser.new_page()
        page.route("**/*", lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=body))
        page.goto("http://office.example/")
        yield page
        browser.close()


def send(page: Page, status: int, headers: dict[str, str]) -> None:
    def answer(route: Route) -> None:
        route.fulfill(status=status, headers=headers)

    page.route("**/note/", answer)
    page.fill("textarea", WORDS)
    with page.expect_response("**/note/"):
        page.click("#send")
    page.wait_for_timeout(100)


def typed_after_return(page: Page) -> str:
    page.goto("http://office.example/again/")
    page.wait_for_timeout(100)
    return page.input_value("textarea")


def test_words_come_back_after_the_session_ended(page: Page) -> None:
    send(page, 200, {"HX-Redirect": "/sign-in/"})
    assert typed_after_return(page) == WORDS


def test_words_come_back_after_a_reload(page: Page) -> None:
    page.fill("textarea", WORDS)
    assert typed_after_return(page) == WORDS


def test_words_that_were_refused_are_kept(page: Page) -> None:
    send(page, 422, {})
    assert typed_after_return(page) == WORDS


def test_words_that_were_sent_are_forgotten(page: Page) -> None:
    send(page, 204, {})
    assert typed_after_return(page) == ""


def test_nothing_is_left_for_the_next_officer_after_signing_out(page: Page) -> None:
    page.fill("textarea", WORDS)
    with page.expect_navigation():
        page.click("#out")
    assert typed_after_return(page) == ""
