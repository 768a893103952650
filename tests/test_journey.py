"""The main job in a real browser: from a plea on (a simulated) X to "solved" on the public status page."""

import re
import shutil
from collections.abc import Iterator

import pytest
from django.utils.translation import gettext, override, pgettext
from playwright.sync_api import Browser, Page, expect, sync_playwright

from helpdesk.demo.writing import PASSWORD
from tests.stack import Ground, Stack

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine: apt-get install chromium"),
]
PHONE = {"width": 360, "height": 740}
PLEA = "@BilaspurDist मेरी माँ को ऑक्सीजन सिलेंडर चाहिए, SpO2 82, तिफरा, बिलासपुर। 9826012345"
REFERENCE = re.compile(r"\b[A-Z]{3}-[0-9A-Z]{4}-[0-9A-Z]{2}\b")
SECONDS = 1000.0


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A whole running copy with India's geography and the demo's officers; nobody has written yet."""
    with (
        Ground(tmp_path_factory.mktemp("journey")) as ground,
        Stack(ground.folder, env=ground.env | {"X_POLL_SECONDS": "2"}) as running,
    ):
        yield running


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


def write_a_plea(browser: Browser, stack: Stack) -> Page:
    """The citizen on X."""
    page = open_page(browser, stack.simulator_url)
    page.locator("#name").fill("Rakesh Yadav")
    page.locator("#to").select_option("BilaspurDist")
    page.locator("#text").fill(PLEA)
    page.locator("form[action='/post'] button").click()
    expect(page.locator("article.plain .text")).to_have_text(PLEA)
    return page


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


def test_from_a_plea_on_x_to_solved(browser: Browser, stack: Stack) -> None:
    x = write_a_plea(browser, stack)

    # The officer on duty sees it within seconds, without touching the page.
    desk = sign_in(browser, stack, "bilha")
    card = desk.locator(".case-card")
    expect(card).to_have_count(1, timeout=30 * SECONDS)
    expect(card).to_contain_text("ऑक्सीजन")
    expect(card).to_contain_text("तिफरा")
    reference = card.get_attribute("data-case") or ""
    assert REFERENCE.fullmatch(reference)

    # X shows the receipt in the thread, with the reference and nothing personal.
    receipt = x.locator("article.official .text").first
    expect(receipt).to_contain_text(reference, timeout=30 * SECONDS)
    assert "98260" not in receipt.inner_text()

    # She acknowledges on the case's page, calls, and resolves.
    card.locator(".case-card__link").click()
    desk.wait_for_url(f"**/cases/{reference}/")
    expect(desk.locator("#case")).to_contain_text("9826012345")
    desk.locator("form[action$='/acknowledge/'] button:visible").first.click()
    expect(desk.locator("#case")).to_contain_text(hindi("Acknowledged", "status"))
    desk.locator("#move-resolve summary").click()
    resolve = desk.locator("#move-resolve form")
    resolve.get_by_text(hindi("Help reached them")).click()
    resolve.locator("textarea").fill("Cylinder delivered to Yadav Mohalla.")
    resolve.locator("button[type=submit]").click()
    expect(desk.locator("#case")).to_contain_text(hindi("Solved", "status"))

    # The citizen is told in the thread and finds it on the status page, in Hindi and without a trace of who.
    expect(x.locator("article.official")).to_have_count(2, timeout=30 * SECONDS)
    expect(x.locator("article.official .text").last).to_contain_text("हल हुआ")
    status = open_page(browser, f"{stack.url}/status/", "hi-IN")
    status.locator("input[name=reference]").fill(reference.lower())
    status.locator("main form button").last.click()
    expect(status.locator("main")).to_contain_text(reference)
    shown = status.locator("body").inner_text()
    assert not re.search(r"98260|12345|Rakesh|Yadav", shown)
    english = open_page(browser, f"{stack.url}/status/{reference}/", "en-IN")
    expect(english.locator("main")).to_contain_text("Solved")


def test_what_is_missing_is_asked_back_and_the_answer_completes_the_case(browser: Browser, stack: Stack) -> None:
    plea = "मेरे पिताजी को तुरंत ऑक्सीजन सिलेंडर चाहिए, SpO2 81, 9826054321"
    x = open_page(browser, stack.simulator_url)
    x.locator("#name").fill("Mohan Sahu")
    x.locator("#to").select_option("CGStateHelp")
    x.locator("#text").fill(plea)
    x.locator("form[action='/post'] button").click()
    thread = x.locator("li.thread", has_text=plea)
    said = thread.locator("article.official .text")
    expect(said).to_have_count(1, timeout=30 * SECONDS)
    expect(said.first).to_contain_text("ज़िला और ब्लॉक")
    [reference] = REFERENCE.findall(said.first.inner_text())

    # It waits in the state's control room, on the clock, and the page says for what.
    control = sign_in(browser, stack, "cg.control")
    control.goto(f"{stack.url}/cases/{reference}/")
    expect(control.locator("#case")).to_contain_text(hindi("Waiting for details", "status"))
    expect(control.locator("#review ~ p").last).to_contain_text(hindi("the place"))

    # The citizen answers in the thread: the officer of the block has the case, and the thread says thanks.
    thread.locator("summary").click()
    thread.locator("textarea").fill("बिल्हा ब्लॉक, ज़िला बिलासपुर")
    thread.locator("form button").click()
    expect(said).to_have_count(2, timeout=30 * SECONDS)
    expect(said.last).to_contain_text("धन्यवाद")
    desk = sign_in(browser, stack, "bilha")
    expect(desk.locator(f".case-card[data-case='{reference}']")).to_be_visible(timeout=30 * SECONDS)
