"""What the browser tests share: one running copy, Debian's Chromium, and how citizens and officers use them."""

import re
import shutil
from collections.abc import Iterator

import pytest
from django.utils.translation import gettext, override, pgettext
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from helpdesk.demo.writing import PASSWORD
from tests.ground import Ground
from tests.stack import Stack

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
IN_A_BROWSER = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine: apt-get install chromium"),
]
PHONE = {"width": 360, "height": 740}
REFERENCE = re.compile(r"\b[A-Z]{3}-[0-9A-Z]{4}-[0-9A-Z]{2}\b")
SECONDS = 1000.0


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A whole running copy with India's geography and the demo's officers; nobody has written but these tests."""
    with (
        Ground(tmp_path_factory.mktemp("journey")) as ground,
        Stack(ground.folder, env=ground.env | {"X_POLL_SECONDS": "2"}) as running,
    ):
        yield running


# Not for the session, as the stack is: while Playwright's loop runs, Django refuses other tests the database.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=BROWSER)
        yield chromium
        chromium.close()


def open_page(browser: Browser, url: str, language: str = "en-IN") -> Page:
    """A page in a phone's browser of its own: no cookies of anybody else's. A script's error fails the test."""
    page = browser.new_context(viewport=PHONE, locale=language).new_page()
    page.on("pageerror", lambda error: pytest.fail(f"{page.url}: {error}"))
    page.goto(url)
    return page


def write_on_x(browser: Browser, stack: Stack, name: str, to: str, text: str) -> Locator:
    """The citizen on X writes to a handle; the thread, which shows what is answered."""
    page = open_page(browser, stack.simulator_url)
    page.locator("#name").fill(name)
    page.locator("#to").select_option(to)
    page.locator("#text").fill(text)
    page.locator("form[action='/post'] button").click()
    thread = page.locator("li.thread", has_text=text)
    expect(thread.locator("article.plain .text")).to_contain_text(text)
    return thread


def said_in(thread: Locator, count: int = 1) -> Locator:
    """The handle's answers in the thread, as soon as there are that many."""
    said = thread.locator("article.official .text")
    expect(said).to_have_count(count, timeout=30 * SECONDS)
    return said


def reference_in(text: str) -> str:
    """The one reference that a reply names."""
    [reference] = REFERENCE.findall(text)
    return reference


def sign_in(browser: Browser, stack: Stack, login: str) -> Page:
    """An officer in the field."""
    page = open_page(browser, f"{stack.url}/sign-in/")
    page.locator("input[name=username]").fill(login)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button:not([type=button])").last.click()
    page.wait_for_url("**/desk/")
    return page


def hindi(english: str, context: str = "") -> str:
    """How an officer's page says it: officers read Hindi unless they choose otherwise."""
    with override("hi"):
        return pgettext(context, english) if context else gettext(english)
