"""Signing in as a person does it: the code from the page, a recovery code, another device ended, locked out."""

import time
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page

from cases.models import Disclosure
from districts.models import Officer
from tests.cases.work.test_two_step import code_of
from tests.conftest import CaseMaker, Cast
from tests.live import LIVE, Live, violations

pytestmark = LIVE
LOOKS = [("phone", "hi", False), ("wide", "en", True)]


def type_in(page: Page, officer: Officer, password: str = "sahayata-test") -> None:
    """Name and password on the sign-in page."""
    page.fill("#id_username", officer.username)
    page.fill("#id_password", password)
    page.click(".sign-in button.button--primary")


def sound(page: Page) -> None:
    """Nothing that axe-core finds fault with, nothing that the page's policy refused, nothing wider than the screen."""
    assert violations(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


@pytest.mark.parametrize(("size", "language", "dark"), LOOKS)
def test_a_collector_sets_the_code_up_and_signs_in_with_it(
    live: Live, cast: Cast, settings: Any, size: str, language: str, dark: bool
) -> None:
    settings.TWO_STEP_ROLES = ["collector"]
    Officer.objects.filter(pk=cast.collector.pk).update(language=language)
    page = live.open(None, "/sign-in/", size=size, language=language, dark=dark)
    refused: list[str] = []
    page.on("console", lambda line: refused.append(line.text) if "Content Security" in line.text else None)
    sound(page)
    type_in(page, cast.collector)
    page.wait_for_url("**/me/security/code/")
    assert page.evaluate("document.querySelector('img.qr').naturalWidth") > 0
    sound(page)
    secret = page.inner_text("[data-secret]").replace(" ", "")
    page.fill("#id_code", code_of(secret))
    page.click(".steps button.button--primary")
    page.wait_for_url("**/me/security/recovery-codes/")
    sound(page)
    codes = page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10
    assert refused == []
    again = live.open(None, "/sign-in/?next=/me/security/", size=size, language=language, dark=dark)
    type_in(again, cast.collector)
    again.wait_for_url("**/sign-in/code/")
    sound(again)
    with time_machine.travel(time.time() + 60):
        again.fill("#id_code", code_of(secret))
        again.click(".sign-in button.button--primary")
        again.wait_for_url("**/me/security/")
    sound(again)
    third = live.open(None, "/sign-in/?next=/me/security/", size=size, language=language, dark=dark)
    type_in(third, cast.collector)
    third.wait_for_url("**/sign-in/code/")
    third.fill("#id_code", codes[0])
    third.click(".sign-in button.button--primary")
    third.wait_for_url("**/me/security/")


def test_the_other_device_is_ended_from_this_one(live: Live, cast: Cast) -> None:
    lost, mine = live.open(None, "/sign-in/"), live.open(None, "/sign-in/?next=/me/security/")
    type_in(lost, cast.meena)
    lost.wait_for_url("**/desk/")
    type_in(mine, cast.meena)
    mine.wait_for_url("**/me/security/")
    assert mine.locator("[data-session]").count() == 2
    mine.click("[data-session] button")
    mine.wait_for_selector(".toast")
    assert mine.locator("[data-session]").count() == 1
    lost.goto(f"{live.url}/cases/")
    assert "/sign-in/" in lost.url


@pytest.mark.parametrize(("size", "language", "dark"), LOOKS)
def test_a_guesser_is_told_until_when(live: Live, cast: Cast, size: str, language: str, dark: bool) -> None:
    page = live.open(None, "/sign-in/", size=size, language=language, dark=dark)
    for number in range(10):
        type_in(page, cast.meena, f"guess-{number}")
        page.wait_for_load_state()
    assert page.locator('a[href="tel:104"]').count() >= 1
    assert page.locator("#id_password").count() == 0
    sound(page)


@pytest.mark.parametrize(("size", "language", "dark"), LOOKS)
def test_the_other_pages_have_no_fault(
    live: Live, cast: Cast, make_case: CaseMaker, size: str, language: str, dark: bool
) -> None:
    case = make_case()
    Disclosure.objects.create(officer=cast.meena, case=case, kind="revealed", at=case.opened_at, detail=case.reference)
    for path in ("/officers/sign-ins/", "/disclosures/", "/me/security/password/"):
        sound(live.open(cast.collector, path, size=size, language=language, dark=dark))
