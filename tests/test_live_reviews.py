"""The reviews in a browser: a sheet on a phone in Hindi and on a dark wide screen, a decision made and ticked off."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cases.models import Decision, Miss, ReviewRecipient, Stock
from cases.reports.review import files, issuing
from cases.workflow import Status
from districts.models import Posting, Shift
from districts.models.people import EVERY_DAY
from tests.conftest import CaseMaker, Cast, Map
from tests.live import LIVE, Live, violations

pytestmark = LIVE
EVENING = datetime(2026, 11, 22, 18, 0, tzinfo=ZoneInfo("Asia/Kolkata"))


def a_day(cast: Cast, small_map: Map, make_case: CaseMaker) -> None:
    """Some cases, a broken promise, a gap, stock, somebody on the list."""
    Posting.objects.update(starts_on="2026-01-01")
    Shift.objects.create(
        posting=cast.anil.postings.get(), weekdays=EVERY_DAY, starts=time(6), ends=time(22), from_date=EVENING.date()
    )
    for minutes in (20, 45, 90, 200, 400):
        make_case(at=EVENING - timedelta(minutes=minutes), officer=cast.meena if minutes % 20 else cast.anil)
    solved = make_case(at=EVENING - timedelta(hours=2), officer=cast.meena)
    times = {"acknowledged_at": EVENING - timedelta(minutes=110), "resolved_at": EVENING - timedelta(minutes=80)}
    type(solved).objects.filter(pk=solved.pk).update(
        status=Status.RESOLVED, outcome="helped", next_due_at=None, alarm_at=None, **times
    )
    late = make_case(at=EVENING - timedelta(hours=3), officer=cast.meena)
    place = {"state": small_map.cg, "district": small_map.bilaspur}
    seen = {"limit_at": EVENING - timedelta(hours=2), "at": EVENING - timedelta(hours=2), "from_officer": cast.meena}
    Miss.objects.create(
        case=late, turn=0, rung=2, clock="respond", urgency="critical", block=small_map.bilha, reason="Bridge", **place,
        **seen,
    )  # fmt: skip
    Stock.objects.create(kind_id="cylinder_d", quantity=40, at=EVENING, officer=cast.sunita, **place)
    ReviewRecipient.objects.create(address="cmo@example.gov.in", name="CMO", **place)


@pytest.fixture
def sheet(cast: Cast, small_map: Map, make_case: CaseMaker, live: Live) -> Any:
    """The evening's sheet of that day, with its files."""
    with live.at(EVENING):
        a_day(cast, small_map, make_case)
        due = issuing.last_due(EVENING)
        assert due
        found = issuing.issue("d375", EVENING, due.of.pk, EVENING)
        assert found
        files.make(found.pk)
    return found


def test_a_review_is_held_in_the_browser(sheet: Any, cast: Cast, live: Live) -> None:
    with live.at(EVENING):
        page = live.open(cast.collector, f"/reports/reviews/{sheet.pk}/", size="wide", dark=True)
        assert violations(page) == []
        page.get_by_label("What was decided or remarked?").fill("Two vehicles for the night")
        page.get_by_label("Who does it?").select_option(label="Anil Verma")
        page.get_by_label("Until when?").fill("2026-11-22T21:00")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Kept. Anil Verma is told.").wait_for()
        assert violations(page) == []

        phone = live.open(cast.anil, "/reports/decisions/")
        phone.get_by_label("What was done?").fill("Both are there.")
        assert violations(phone) == []
        phone.get_by_role("button", name="Done").click()
        phone.get_by_text("Done lately").wait_for()
    assert Decision.objects.get().done_note == "Both are there."


@pytest.mark.parametrize(
    "path", ["/reports/reviews/{pk}/", "/reports/reviews/", "/reports/reviews/stock/", "/reports/reviews/recipients/"]
)
def test_pages_fit_a_phone_in_hindi(sheet: Any, cast: Cast, live: Live, path: str) -> None:
    with live.at(EVENING):
        page = live.open(cast.collector, path.format(pk=sheet.pk), language="hi")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
