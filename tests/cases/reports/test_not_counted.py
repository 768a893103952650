"""Until the figures are counted, for the first time or in another way, nothing shows noughts in their stead."""

import re
from typing import Any

import pytest
from django.test import Client

from cases.models import Case, FigureState
from cases.reports import dashboard, reading, rollups, wall
from cases.reports.periods import period_from
from cases.reports.pictures import PICTURES
from cases.reports.scopes import scopes_of
from tests.cases.api.conftest import Api
from tests.cases.reports.conftest import NOW
from tests.conftest import Cast

PAGE, CSV, CHART = "/reports/", "/reports/figures.csv", "/reports/charts/inflow.light.svg"


@pytest.fixture
def collector(evening: None, client: Client, cast: Cast) -> Client:
    """Signed in."""
    client.force_login(cast.collector)
    return client


@pytest.mark.parametrize("version", [None, 0])
@pytest.mark.parametrize("address", [PAGE, CSV])
def test_until_they_are_counted_the_page_says_so_and_shows_what_is_open(
    collector: Client, golden_day: list[Case], version: int | None, address: str
) -> None:
    if version is not None:  # the way of counting is another since
        rollups.catch_up(NOW)
        FigureState.objects.update(version=version)
    answer = collector.get(address)
    page = answer.content.decode()
    assert "The figures are being counted." in page
    labels = [label.strip() for label in re.findall(r'stat__label">(?:<svg.*?</svg>)?([^<]*)', page, re.DOTALL)]
    assert labels == ["Open now", "Late now"]
    assert "Received" not in page
    assert set(re.findall(r"charts/(\w+)\.light", page)) == {"ages"}
    assert answer.status_code == (503 if address == CSV else 200)
    charts = {name: collector.get(CHART.replace("inflow", name)).status_code for name in PICTURES}
    assert charts == dict.fromkeys(PICTURES, 503) | {"ages": 200}


def test_figures_counted_while_the_page_is_read_are_not_there_yet(
    golden_day: list[Case], cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = reading.happened

    def counted_just_then(*given: Any) -> Any:
        found = read(*given)
        rollups.catch_up(NOW)
        return found

    monkeypatch.setattr(reading, "happened", counted_just_then)
    board = dashboard.draw_up(scopes_of(cast.collector)[0], period_from("today", NOW), NOW)
    assert board.whole["received"] == 0
    assert board.counted_until is None


def test_until_they_are_counted_the_wall_tells_no_share_of_kept_promises(golden_day: list[Case], cast: Cast) -> None:
    rollups.catch_up(NOW)
    assert [value for _measure, value in wall.draw_up(scopes_of(cast.collector)[0], NOW).figures] == [30, 20]
    FigureState.objects.update(version=0)
    assert [value for _measure, value in wall.draw_up(scopes_of(cast.collector)[0], NOW).figures] == [None, None]


def test_the_api_says_when_to_ask_again(evening: None, api: Api, cast: Cast) -> None:
    answer = api(cast.collector).get("/api/v1/figures/")
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "not_counted", "60")
    assert api(cast.collector).get("/api/v1/figures/", by="handle").json()["counted_until"] is None
