"""The helpline in a browser: whole calls by keyboard alone, the caller's earlier cases, and missed calls."""

import re
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from cases import missed_calls
from cases.missed_calls import Ring
from cases.models import Case, Message, MissedCall
from tests.conftest import CaseMaker, Cast, Map
from tests.live import LIVE, Live, violations

pytestmark = LIVE
NUMBER = "9812345678"
SCREEN, MISSED = reverse("telephone"), reverse("missed_calls")
LOOKS = [("phone", "hi", False), ("wide", "en", True)]
HALF_A_MINUTE = 30
MOST_KEYS_BESIDE_WORDS = 12  # Tab between fields, a key for need and urgency, Enter for the place, Ctrl+Enter


class Hands:
    """An operator's: keys only, counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys = 0

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name || document.activeElement.id"))


def take_a_call(hands: Hands, number: str, place: str, words: str) -> None:
    """Number, need, urgency, place, what is said, save."""
    page = hands.page
    hands.type(number)
    hands.press("Tab")
    assert focused(page) == "need"
    hands.press("1", "Tab")
    assert focused(page) == "urgency_choice"
    hands.press("1", "Tab")
    assert focused(page) == "place_text"
    hands.type(place)
    expect(page.locator("[role=option]").first).to_be_visible()
    hands.press("Enter")
    expect(page.locator("#place-said")).not_to_be_empty()
    hands.press("Tab")
    assert focused(page) == "text"
    hands.type(words)
    hands.press("Control+Enter")
    page.wait_for_url(re.compile(r"/telephone/\d+/$"))


@pytest.mark.parametrize(
    ("language", "number", "place", "words"),
    [
        ("en", "+91 98123 45678", "tiphra", "Mother cannot breathe"),
        ("hi", "९८१२३४५६७८", "तीफरा", "माँ को साँस नहीं आ रही"),
    ],
)
def test_a_whole_call_by_keyboard_alone(
    live: Live, cast: Cast, small_map: Map, language: str, number: str, place: str, words: str
) -> None:
    page = live.open(cast.operator, SCREEN, size="wide", language=language)
    expect(page.locator("#id_phone")).to_be_focused()
    hands, began = Hands(page), time.monotonic()
    take_a_call(hands, number, place, words)
    assert time.monotonic() - began < HALF_A_MINUTE
    assert hands.keys <= MOST_KEYS_BESIDE_WORDS
    case = Case.objects.get()
    assert (case.need_id, case.urgency) == ("oxygen", "critical")
    assert (case.block, case.place) == (small_map.bilha, small_map.tifra)
    assert case.requester.phones.get().number == NUMBER
    reference = page.locator(".told__reference")
    expect(reference).to_have_text(case.reference)
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('.told__reference')).fontSize)") >= 48
    expect(page.locator(".told__words")).to_have_count(2)
    assert violations(page) == []
    page.keyboard.press("Enter")  # the next call
    page.wait_for_url(f"**{SCREEN}")
    expect(page.locator("#id_phone")).to_have_value("")
    expect(page.locator("#id_text")).to_have_value("")


def test_the_caller_has_a_case_and_the_place_of_last_time_is_taken_by_a_key(
    live: Live, cast: Cast, make_case: CaseMaker, small_map: Map
) -> None:
    case = make_case(phone=NUMBER, officer=cast.meena, place=small_map.tifra)
    page = live.open(cast.operator, SCREEN, size="wide")
    page.keyboard.type("09812345678")
    expect(page.locator("#earlier")).to_contain_text(case.reference)
    expect(page.locator("#who")).to_contain_text("1 earlier case")
    page.keyboard.press("Alt+p")
    expect(page.locator("#id_place_choice")).to_have_value("place:locality:tifra")
    assert violations(page) == []
    with page.context.expect_page() as opened:
        page.keyboard.press("Alt+1")
    opened.value.wait_for_url(f"**/cases/{case.reference}/")
    page.keyboard.press("Alt+Shift+1")
    page.wait_for_url(re.compile(r"/telephone/\d+/$"))
    assert Message.objects.get().case == case


def test_nothing_typed_is_lost_until_it_is_cleared(live: Live, cast: Cast) -> None:
    page = live.open(cast.operator, SCREEN, size="wide")
    page.keyboard.type("98123")
    page.keyboard.press("Tab")
    page.keyboard.press("2")
    expect(page.locator("#call-timer")).to_be_visible()
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)  # the session has ended
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/sign-in/**")
    page.locator("input[name=username], input[name=login]").first.fill("operator")
    page.locator("input[name=password]").fill("sahayata-test")
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(f"**{SCREEN}")
    expect(page.locator("#id_phone")).to_have_value("98123")
    expect(page.locator("#id_need [data-key='2']")).to_be_checked()
    page.locator("#id_phone").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#clear-call")).to_be_visible()
    page.keyboard.press("Escape")  # asked, and thought better of
    expect(page.locator("#id_phone")).to_have_value("98123")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#id_phone")).to_have_value("")


@pytest.mark.parametrize(("size", "language", "dark"), LOOKS)
def test_the_pages_have_no_fault(
    live: Live, cast: Cast, make_case: CaseMaker, size: str, language: str, dark: bool
) -> None:
    make_case(phone=NUMBER, officer=cast.meena)
    now = timezone.now()
    rings = [Ring(NUMBER, now - timedelta(minutes=9)), Ring("9898989898", now - timedelta(minutes=3))]
    missed_calls.record(rings, officer=cast.operator)
    page = live.open(cast.operator, SCREEN, size=size, language=language, dark=dark)
    page.locator("#id_phone").fill(NUMBER)
    expect(page.locator(".earlier__one")).to_have_count(1)
    assert violations(page) == []
    page.locator("[data-save]").click()  # with everything missing
    expect(page.locator(".field--wrong").first).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page = live.open(cast.operator, MISSED, size=size, language=language, dark=dark)
    page.locator("summary", has=page.locator("span")).last.click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_missed_call_is_called_back_and_settled(live: Live, cast: Cast) -> None:
    missed_calls.record([Ring(NUMBER, timezone.now() - timedelta(minutes=9))], officer=cast.operator)
    page = live.open(cast.operator, MISSED)
    expect(page.locator(".missed__number")).to_have_text("•••••••678")
    page.get_by_role("button", name="Call back").click()
    expect(page.locator(".missed__number")).to_have_attribute("href", f"tel:+91{NUMBER}")
    assert violations(page) == []
    page.get_by_role("button", name="Reached: enter the call").click()
    expect(page.locator("#id_phone")).to_have_value(NUMBER)
    page.locator("#id_need [data-key='1']").check(force=True)
    page.locator("#id_text").fill("Oxygen for my father")
    page.locator("[data-save]").click()
    expect(page.get_by_text("The missed call of this number is settled.")).to_be_visible()
    assert MissedCall.objects.get().done_by == cast.operator
