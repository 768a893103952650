"""What understanding shows in a real browser: marks in a plea, names it is taught, pleas joined and taken apart."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from cases.work.case_words import LEGEND, REASONS
from tests.browsing import IN_A_BROWSER, SECONDS, hindi, reference_in, said_in, sign_in, write_on_x
from tests.stack import Stack

pytestmark = IN_A_BROWSER
# With the words that must be marked for each thing a reader looks for.
MARKED = {
    "hindi": (
        "मेरे पिताजी की साँस फूल रही है, ऑक्सीजन सिलेंडर चाहिए, तखतपुर, बिलासपुर। 9826044401",
        {"need": ["ऑक्सीजन सिलेंडर"], "place": ["तखतपुर", "बिलासपुर"], "phone": ["9826044401"], "urgency": ["साँस फूल"]},
    ),
    "mixed": (
        "Papa ki saans phool rahi hai, उनको ICU bed चाहिए, Takhatpur में, call 98260 44402",
        {"need": ["ICU bed"], "place": ["Takhatpur"], "phone": ["98260 44402"], "urgency": ["saans phool"]},
    ),
}


def case_page(desk: Page, stack: Stack, reference: str) -> Locator:
    """The case on a page of its own."""
    desk.goto(f"{stack.url}/cases/{reference}/")
    return desk.locator("#case")


@pytest.mark.parametrize("script", MARKED)
def test_what_was_understood_is_marked_in_the_plea(browser: Browser, stack: Stack, script: str) -> None:
    plea, marked = MARKED[script]
    thread = write_on_x(browser, stack, "Sunil Kaushik", "BilaspurDist", plea)
    reference = reference_in(said_in(thread).first.inner_text())
    case = case_page(sign_in(browser, stack, "takhatpur"), stack, reference)
    expect(case.locator("blockquote.plea")).to_have_text(f"@BilaspurDist {plea}")
    for field, words in marked.items():
        expect(case.locator(f"blockquote .mark--{field}")).to_have_text(words)
        expect(case.locator(f".legend .mark--{field}")).to_have_text(hindi(str(LEGEND[field])))
    expect(case.locator("blockquote mark")).to_have_count(sum(map(len, marked.values())))


def test_a_mark_is_reached_by_the_keyboard_and_tells_why(browser: Browser, stack: Stack) -> None:
    plea = "मेरे चाचा की साँस फूल रही है, ऑक्सीजन सिलेंडर चाहिए, तखतपुर। 9826044403"
    thread = write_on_x(browser, stack, "Deepak Kaushik", "BilaspurDist", plea)
    desk = sign_in(browser, stack, "takhatpur")
    case = case_page(desk, stack, reference_in(said_in(thread).first.inner_text()))
    why = {"urgency": "critical", "need": "ask", "place": "plain", "phone": "number"}
    first = case.locator("blockquote mark").first
    for _ in range(40):
        desk.keyboard.press("Tab")
        if first.evaluate("mark => mark === document.activeElement"):
            break
    for field, tag in why.items():  # in the order of the text
        mark = case.locator(f"blockquote .mark--{field}")
        expect(mark).to_be_focused()
        reason = hindi(str(REASONS[tag]))
        expect(mark).to_have_attribute("aria-description", reason)
        shown = mark.evaluate("mark => getComputedStyle(mark, '::after').content")
        assert reason in shown
        desk.keyboard.press("Tab")


def test_a_name_taught_by_one_correction_routes_the_next_plea(browser: Browser, stack: Stack) -> None:
    name = "Zorvandipara"  # no list has it
    thread = write_on_x(
        browser, stack, "Kamla Patle", "CGStateHelp", f"{name} me oxygen cylinder chahiye, papa ka SpO2 82, 9826055501"
    )
    asked = said_in(thread).first
    expect(asked).to_contain_text("ज़िला और ब्लॉक")
    control = sign_in(browser, stack, "cg.control")
    case = case_page(control, stack, reference_in(asked.inner_text()))
    expect(case).to_contain_text(hindi("Waiting for details", "status"))

    # The operator places the case by hand, and taps the word that named the place.
    case.locator("#move-place summary").click()
    case.locator("#move-place input[name=place_text]").press_sequentially("Masturi")
    case.locator("#move-place [role=option]", has_text="मस्तूरी").first.click()
    case.locator("#move-place button[type=submit]").click()
    expect(case.locator(".case__where")).to_contain_text("मस्तूरी")
    case.get_by_role("button", name=name, exact=True).click()
    taught = case.get_by_role("region", name=hindi("Teach a name"))
    expect(taught.locator(".chip")).to_have_text(hindi("accepted"))
    expect(taught.get_by_role("button", name=name, exact=True)).to_have_count(0)

    # Somebody else's plea, with nothing but that word for the place: it goes to the officer of the block by itself.
    thread = write_on_x(browser, stack, "Ganesh Patle", "CGStateHelp", f"{name} me khana chahiye, 9826055502")
    reference = reference_in(said_in(thread).first.inner_text())
    desk = sign_in(browser, stack, "masturi")
    card = desk.locator(f".case-card[data-case='{reference}']")
    expect(card).to_contain_text("मस्तूरी", timeout=30 * SECONDS)
    expect(case_page(desk, stack, reference).locator("blockquote .mark--place")).to_have_text(name)


def test_two_pleas_for_one_patient_are_joined_and_can_be_taken_apart(browser: Browser, stack: Stack) -> None:
    by_brother = "मेरे भाई को ऑक्सीजन सिलेंडर चाहिए, मस्तूरी, बिलासपुर। 9826066601"
    by_friend = "Masturi me oxygen cylinder chahiye, please help, call 9826066601"
    brother = write_on_x(browser, stack, "Anand Kurre", "BilaspurDist", by_brother)
    old = reference_in(said_in(brother).first.inner_text())
    friend = write_on_x(browser, stack, "Vinod Banjare", "BilaspurDist", by_friend)
    assert reference_in(said_in(friend).first.inner_text()) == old

    # One case, both pleas; only the one that joined can be taken out.
    desk = sign_in(browser, stack, "masturi")
    case = case_page(desk, stack, old)
    pleas, takes_out = case.locator(".plea__box"), hindi("Another patient: make it a case of its own")
    expect(pleas).to_have_count(2)
    expect(pleas.first).to_contain_text(by_brother)
    expect(pleas.last).to_contain_text(by_friend)
    case.get_by_role("button", name=takes_out).click()

    # One tap, and the friend's plea is a case of its own, answered like every other.
    desk.wait_for_url(lambda url: old not in url)
    expect(pleas).to_have_count(1)
    expect(pleas).to_contain_text(by_friend)
    new = desk.url.rstrip("/").rpartition("/")[2]
    assert reference_in(said_in(friend, 2).last.inner_text()) == new
    expect(brother.locator("article.official")).to_have_count(1)

    # Both histories name the other case.
    case.locator(".timeline").get_by_role("link", name=old).click()
    desk.wait_for_url(f"**/cases/{old}/")
    expect(pleas).to_have_count(1)
    expect(pleas).to_contain_text(by_brother)
    expect(case.locator(".timeline").get_by_role("link", name=new)).to_be_visible()
