"""In the browser: the map of the dashboard is looked at, tapped, and read as a table."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from cases.reports import rollups
from tests.conftest import CaseMaker, Cast, Map
from tests.live import LIVE, Live, violations

pytestmark = LIVE


@pytest.fixture
def pleas(make_case: CaseMaker, cast: Cast, small_map: Map) -> list[Case]:
    """Three open cases in Bilha, all late, and one in Kota in good time."""
    hour_ago, later = timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=1)
    bilha = [make_case(at=hour_ago, officer=cast.meena, next_due_at=hour_ago) for _number in range(3)]
    found = [*bilha, make_case(at=hour_ago, block=small_map.kota, next_due_at=later)]
    rollups.catch_up(timezone.now())
    return found


def test_a_tap_on_the_map_leads_to_the_block(live: Live, cast: Cast, pleas: list[Case]) -> None:
    page = live.open(cast.collector, reverse("dashboard"), language="hi")
    bilha = page.locator(".map__picture a").filter(has_text="बिल्हा")
    assert bilha.locator("title").text_content() == "बिल्हा – अभी देर में: 3"
    assert bilha.locator("path").evaluate("path => getComputedStyle(path).fill") == "rgb(143, 21, 16)"
    bilha.click()
    assert page.url.split("place=")[1].split("&")[0] == "b3604"
    assert page.locator("h1").inner_text().startswith("बिल्हा")


def test_who_does_not_see_the_map_reads_its_table(live: Live, cast: Cast, pleas: list[Case]) -> None:
    page = live.open(cast.collector, reverse("dashboard"), size="wide", language="en", dark=True)
    assert page.locator(".map__picture").get_attribute("aria-hidden") == "true"
    page.get_by_text("The map as a table").click()
    row = page.get_by_role("row").filter(has_text="Bilha").filter(has=page.locator(".map__row"))
    assert row.get_by_role("cell").inner_text() == "3"
    assert [fault for fault in violations(page) if "map" in fault] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
