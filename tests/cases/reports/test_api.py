"""/api/v1/measures/ and /api/v1/figures/: the page's figures for programs, each with the list of exactly its cases."""

from typing import Any
from urllib.parse import urlparse

import pytest
from django.utils import translation

from cases.models import Case, Handle, HandleDay
from cases.reports import dashboard, rollups
from cases.reports.figures import MEASURES
from cases.reports.handles import MEASURES as OF_HANDLES
from cases.reports.meanings import MEANINGS_HI
from cases.reports.periods import period_from
from cases.reports.scopes import scopes_of
from tests.cases.api.conftest import Api
from tests.cases.reports.conftest import NOW
from tests.conftest import Cast, Map

FIGURES, MEASURES_AT = "/api/v1/figures/", "/api/v1/measures/"
pytestmark = pytest.mark.usefixtures("golden_day")


@pytest.fixture(autouse=True)
def _counted(golden_day: list[Case]) -> None:
    rollups.catch_up(NOW)


def values(line: Any) -> dict[str, Any]:
    return {name: figure["value"] for name, figure in line["figures"].items()}


def test_the_whole_is_the_day_a_clerk_counts(api: Api, cast: Cast) -> None:
    answer = api(cast.collector).get(FIGURES, measures="received,open_now,late_now,resolved,median_wait,median_help")
    told = answer.json()
    assert answer.status_code == 200
    assert (told["place"], told["label"], told["period"]) == ("d375", "Bilaspur", "today")
    assert (told["start"], told["end"]) == ("2026-11-22T00:00:00+05:30", "2026-11-22T18:00:00+05:30")
    [line] = told["lines"]
    assert values(line) == {
        "received": 9, "open_now": 5, "late_now": 3, "resolved": 5, "median_wait": 3.5, "median_help": 30,
    }  # fmt: skip
    assert [line["figures"][name]["cases"] for name in ("received", "median_wait", "median_help")] == [9, 6, 3]


@pytest.mark.parametrize("by", ["", "place", "need", "urgency", "channel", "officer", "hours", "time"])
@pytest.mark.parametrize("period", ["today", "review", "24h", "7d", "range"])
def test_every_figure_is_the_count_of_the_list_it_names(api: Api, cast: Cast, by: str, period: str) -> None:
    client = api(cast.collector)
    days = {"from": "01-06-2026", "to": "22-11-2026"} if period == "range" else {}
    lines = client.get(FIGURES, by=by, period=period, **days).json()["lines"]
    assert lines
    for line in lines:
        for name, figure in line["figures"].items():
            if name.startswith("missed_"):
                assert figure["list"] is None
            elif figure["cases"] or (name in ("received", "open_now") and by not in ("hours", "time")):
                listed = urlparse(figure["list"])
                answer = client.get(f"{listed.path}?{listed.query}&limit=100")
                assert len(answer.json()["results"]) == figure["cases"], (line["label"], name)


@pytest.mark.parametrize("by", ["place", "need", "urgency", "channel", "officer", "hours"])
def test_a_part_says_what_the_page_says(api: Api, cast: Cast, by: str) -> None:
    board = dashboard.draw_up(scopes_of(cast.collector)[0], period_from("7d", NOW), NOW)
    names = {"place": "places", "need": "needs", "urgency": "urgencies", "channel": "channels", "officer": "officers"}
    [table] = [table for table in board.all_tables if table.name == names.get(by, by)]
    told = api(cast.collector).get(FIGURES, by=by, period="7d").json()["lines"]
    assert [(line["key"], line["label"], line["rank"]) for line in told] == [
        (str(line.key), line.label, line.rank) for line in table.lines
    ]
    for line, theirs in zip(table.lines, told, strict=True):
        for measure in table.columns:
            assert theirs["figures"][measure.name]["value"] == pytest.approx(measure.of(line.tally) or 0, abs=0.06) or (
                measure.of(line.tally) is None and theirs["figures"][measure.name]["value"] is None
            )


def test_every_stage_is_told_of_every_part(api: Api, cast: Cast) -> None:
    Case.objects.filter(block=3604).update(minutes_received=7, minutes_assigned=3)
    rollups.recount(NOW.replace(day=1), NOW)
    lines = api(cast.collector).get(FIGURES, by="place", measures="median_received,p90_assigned").json()["lines"]
    [bilha] = [line for line in lines if line["key"] == "3604"]
    assert values(bilha) == {"median_received": 7, "p90_assigned": 3}


def test_by_time_there_are_counts_of_each_hour_with_their_lists(api: Api, cast: Cast) -> None:
    client = api(cast.collector)
    lines = client.get(FIGURES, by="time", measures="received,resolved").json()["lines"]
    assert len(lines) == 18
    assert {line["key"][11:16]: values(line) for line in lines if any(values(line).values())} == {
        "00:00": {"received": 0, "resolved": 1}, "08:00": {"received": 1, "resolved": 1},
        "09:00": {"received": 1, "resolved": 1}, "10:00": {"received": 1, "resolved": 1},
        "12:00": {"received": 1, "resolved": 0}, "13:00": {"received": 1, "resolved": 1},
        "17:00": {"received": 4, "resolved": 0},
    }  # fmt: skip
    listed = urlparse(lines[17]["figures"]["received"]["list"])
    assert len(client.get(f"{listed.path}?{listed.query}").json()["results"]) == 4


def test_a_range_is_told_by_days(api: Api, cast: Cast) -> None:
    asked = {"from": "19-11-2026", "to": "2026-11-22", "period": "range", "by": "time", "measures": "received"}
    told = api(cast.collector).get(FIGURES, **asked).json()
    assert [(line["key"][:10], values(line)["received"]) for line in told["lines"]] == [
        ("2026-11-19", 0), ("2026-11-20", 1), ("2026-11-21", 2), ("2026-11-22", 9),
    ]  # fmt: skip


def test_a_handles_figures_count_messages(api: Api, cast: Cast, small_map: Map) -> None:
    handle = Handle.objects.create(username="BilaspurDist", district=small_map.bilaspur, state=small_map.cg)
    for day, followers in ((16, 1000), (22, 1250)):
        on = NOW.date().replace(day=day)
        HandleDay.objects.create(handle=handle, on=on, taken_at=NOW, followers=followers, posts=5)
    [line] = api(cast.collector).get(FIGURES, by="handle", period="7d").json()["lines"]
    assert (line["label"], values(line)["gained"], set(line["figures"])) == (
        "@BilaspurDist", 250, {measure.name for measure in OF_HANDLES},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"period": "yesterday"}, "period"),
        ({"place": "d387"}, "place"),
        ({"place": "\x00"}, "place"),
        ({"by": "tehsil"}, "by"),
        ({"measures": "received,happiness"}, "measures"),
        ({"by": "time", "measures": "late_now"}, "measures"),
        ({"by": "hours", "measures": "resolved"}, "measures"),
        ({"from": "31-02-2026"}, "from"),
        ({"from": "22-11-2026", "to": "21-11-2026"}, "to"),
        ({"perod": "today"}, "perod"),
        ({"period": "range"}, "from"),
        ({"period": "today", "from": "01-11-2026"}, "period"),
    ],
)
def test_what_is_not_understood_is_named(api: Api, cast: Cast, query: dict[str, str], field: str) -> None:
    answer = api(cast.collector).get(FIGURES, **query)
    assert answer.status_code == 400
    assert (answer.json()["code"], list(answer.json()["fields"])) == ("invalid", [field])


def test_a_block_is_not_parted_by_officer(api: Api, cast: Cast) -> None:
    answer = api(cast.collector).get(FIGURES, place="b3604", by="officer")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["by"])
    assert api(cast.collector).get(FIGURES, place="b3604", by="need").json()["lines"]


@pytest.mark.parametrize("who", ["operator", "doctor"])
def test_who_reads_no_reports_reads_none_here(api: Api, cast: Cast, who: str) -> None:
    for address in (FIGURES, MEASURES_AT):
        answer = api(getattr(cast, who)).get(address)
        assert (answer.status_code, answer.json()["message"]) == (403, "The figures are for the collector's office.")


@pytest.mark.parametrize("by", ["", "place", "officer"])
def test_the_answer_takes_a_fixed_number_of_queries(
    api: Api, cast: Cast, by: str, django_assert_max_num_queries: Any
) -> None:
    client = api(cast.collector)
    with django_assert_max_num_queries(14):
        assert client.get(FIGURES, by=by).status_code == 200


def test_the_catalogue_says_what_each_figure_counts(api: Api, cast: Cast) -> None:
    rows = api(cast.collector).get(MEASURES_AT).json()
    assert [(row["counts"], row["name"]) for row in rows] == [
        *(("cases", name) for name in MEASURES), *(("handle", measure.name) for measure in OF_HANDLES),
    ]  # fmt: skip
    assert rows[0] == {
        "name": "received", "counts": "cases", "label": "Received", "unit": "count", "clock": "opened", "better": 0,
        "meaning": MEASURES["received"].definition,
    }  # fmt: skip


def test_every_figure_has_a_meaning_in_both_languages() -> None:
    assert set(MEANINGS_HI) == set(MEASURES)
    assert all(measure.definition for measure in MEASURES.values())
    assert len({measure.title for measure in MEASURES.values()}) == len(MEASURES)
    with translation.override("hi"):
        assert MEASURES["received"].meaning == MEANINGS_HI["received"]
        assert all(any("ऀ" <= letter <= "ॿ" for letter in measure.meaning) for measure in MEASURES.values())
