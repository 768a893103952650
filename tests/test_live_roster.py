"""A gap in the roster in the browser: seen on a phone, filled, gone; by keyboard alone; every page accessible."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from districts.models import Leave, Posting, Shift
from districts.roster import monday_of
from tests.conftest import Cast, Map
from tests.live import LIVE, Live, violations

pytestmark = LIVE


@pytest.fixture
def next_week(cast: Cast, small_map: Map) -> str:
    """Kota has nobody at night, Masturi and Takhatpur nobody at all."""
    posting = Posting.objects.get(officer=cast.anil)
    Shift.objects.create(posting=posting, starts=time(6), ends=time(22), from_date=date(2021, 1, 1))
    return (monday_of(timezone.localdate()) + timedelta(days=7)).isoformat()


def test_a_gap_is_seen_on_a_phone_filled_and_gone(live: Live, cast: Cast, next_week: str) -> None:
    page = live.open(cast.sunita, f"/roster/?week={next_week}&place=block-3607", language="hi")
    kota = page.locator("#block-3607")
    assert kota.is_visible()
    assert not page.locator("#block-3604").is_visible()
    assert kota.locator(".roster-turn__gap").count() == 7
    assert violations(page) == []
    kota.locator(".roster-turn.is-gap .button").first.click()
    assert violations(page) == []
    page.select_option("select[name=officer]", str(cast.ravi.pk))
    for box in page.locator("input[name=weekdays]").all():
        box.check()
    page.locator("#assign button.button--primary").click()
    page.wait_for_url("**/roster/?**")
    assert page.locator("#block-3607 .roster-turn__gap").count() == 0
    assert "22:00–06:00" not in page.locator(".notice--late").first.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_same_by_keyboard_alone(live: Live, cast: Cast, next_week: str) -> None:
    page = live.open(cast.sunita, f"/roster/?week={next_week}", size="wide", dark=True)
    assert violations(page) == []
    page.get_by_role("link", name="Fill Kota block").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/roster/place/**")
    page.locator("select[name=officer]").focus()
    page.keyboard.type("Ravi")
    page.locator("#assign button.button--primary").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/roster/?**")
    assert page.locator("#block-3607 .roster-turn__gap").count() == 6
    assert page.locator("#block-3607").get_by_text("Ravi Tiwari").count() == 1


def test_leave_sheet_copy_and_note_are_accessible(live: Live, cast: Cast, next_week: str, make_case: Any) -> None:
    make_case(officer=cast.meena)
    today = timezone.localdate()
    leave = Leave.objects.create(officer=cast.meena, replacement=cast.ravi, from_date=today, until_date=today)
    paths = ("/roster/leave/", f"/roster/leave/{leave.pk}/", "/roster/sheet/", f"/roster/copy/?week={next_week}")
    for size, language, dark in (("phone", "hi", False), ("wide", "en", True)):
        for officer, path in [*((cast.sunita, path) for path in paths), (cast.meena, "/roster/handover/")]:
            page = live.open(officer, path, size=size, language=language, dark=dark)
            assert violations(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
            page.context.close()
