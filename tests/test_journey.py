"""The main job in a real browser: from a plea on (a simulated) X to "solved" on the public status page."""

import re

from playwright.sync_api import Browser, expect

from tests.browsing import (
    IN_A_BROWSER,
    REFERENCE,
    SECONDS,
    hindi,
    open_page,
    reference_in,
    said_in,
    sign_in,
    write_on_x,
)
from tests.stack import Stack

pytestmark = IN_A_BROWSER
PLEA = "@BilaspurDist मेरी माँ को ऑक्सीजन सिलेंडर चाहिए, SpO2 82, तिफरा, बिलासपुर। 9826012345"


def test_from_a_plea_on_x_to_solved(browser: Browser, stack: Stack) -> None:
    thread = write_on_x(browser, stack, "Rakesh Yadav", "BilaspurDist", PLEA)

    # The officer on duty sees it within seconds, without touching the page.
    desk = sign_in(browser, stack, "bilha")
    card = desk.locator(".case-card", has_text="तिफरा")
    expect(card).to_have_count(1, timeout=30 * SECONDS)
    expect(card).to_contain_text("ऑक्सीजन")
    reference = card.get_attribute("data-case") or ""
    assert REFERENCE.fullmatch(reference)

    # X shows the receipt in the thread, with the reference and nothing personal.
    receipt = said_in(thread).first
    expect(receipt).to_contain_text(reference)
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
    # Not before the minute in which she could have taken it back.
    answers = thread.locator("article.official .text")
    expect(answers).to_have_count(2, timeout=100 * SECONDS)
    expect(answers.last).to_contain_text("हल हुआ")
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
    thread = write_on_x(browser, stack, "Mohan Sahu", "CGStateHelp", plea)
    asked = said_in(thread).first
    expect(asked).to_contain_text("ज़िला और ब्लॉक")
    reference = reference_in(asked.inner_text())

    # It waits in the state's control room, on the clock, and the page says for what.
    control = sign_in(browser, stack, "cg.control")
    control.goto(f"{stack.url}/cases/{reference}/")
    expect(control.locator("#case")).to_contain_text(hindi("Waiting for details", "status"))
    expect(control.locator("#review ~ p").last).to_contain_text(hindi("the place"))

    # The citizen answers in the thread: the officer of the block has the case, and the thread says thanks.
    thread.locator("summary").click()
    thread.locator("textarea").fill("बिल्हा ब्लॉक, ज़िला बिलासपुर")
    thread.locator("form button").click()
    expect(said_in(thread, 2).last).to_contain_text("धन्यवाद")
    desk = sign_in(browser, stack, "bilha")
    expect(desk.locator(f".case-card[data-case='{reference}']")).to_be_visible(timeout=30 * SECONDS)
