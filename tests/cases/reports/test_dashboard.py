"""/reports/, its charts and its CSV: golden_today.csv holds the answers worked out by hand from golden_history.csv."""

import csv
import io
import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils.translation import override

from cases.filters import CaseFilter
from cases.models import Case, Review
from cases.reports import charts, dashboard, handles, rollups
from cases.reports.dashboard import Dashboard
from cases.reports.export import BOM, defused
from cases.reports.figures import MEASURES, RANK_FROM
from cases.reports.periods import LABELS, period_from
from cases.reports.pictures import PICTURES
from cases.reports.review import content
from cases.reports.scopes import scope_from, scopes_of
from cases.reports.tables import Line
from cases.workflow import Status
from districts.models import Block, Officer
from tests.cases.reports.conftest import NOW
from tests.conftest import CaseMaker, Cast

PAGE, CSV, CHART = "/reports/", "/reports/figures.csv", "/reports/charts/inflow.light.svg"
ADDRESSES = [PAGE, CSV]
GOLDEN = Path(__file__).parent / "golden_today.csv"
COUNTED_LINK = re.compile(r'href="(/cases/\?[^"]+)" data-cases="(\d+)"')
COLUMNS = ["received", "open_now", "late_now", "resolved", "median_wait", "median_help", "kept", "kept_percent"]


@pytest.fixture
def collector(evening: None, client: Client, cast: Cast) -> Client:
    """The collector's browser."""
    client.force_login(cast.collector)
    return client


def board_of(officer: Officer, name: str = "today") -> Dashboard:
    rollups.catch_up(NOW)
    return dashboard.draw_up(scopes_of(officer)[0], period_from(name, NOW, NOW.date(), NOW.date()), NOW)


def all_lines(board: Dashboard) -> list[tuple[str, Line]]:
    drawn = [board.places, *board.tables] if board.places else board.tables
    kept = [(table.name, line) for table in drawn for line in table.lines]
    return [("whole", board.line), *kept]


def as_written(cut: str, line: Line) -> list[str]:
    value = {name: MEASURES[name].of(line.tally) for name in COLUMNS}
    size = {name: MEASURES[name].size(line.tally) for name in COLUMNS}
    median = lambda name: "" if value[name] is None else f"{value[name]:.1f}"  # noqa: E731
    numbers = [value["received"], value["open_now"], value["late_now"], value["resolved"]]
    told = [median("median_wait"), size["median_wait"], median("median_help"), size["median_help"]]
    return [cut, line.label, *map(str, numbers), *map(str, told), str(value["kept"]), str(size["kept_percent"])]


def test_the_figures_are_those_worked_out_by_hand(golden_day: list[Case], cast: Cast) -> None:
    with GOLDEN.open(encoding="utf-8") as lines:
        expected = list(csv.reader(lines))[1:]
    cuts = {"whole": "whole", "places": "block", "needs": "need", "officers": "officer"}
    drawn = [(cuts[name], line) for name, line in all_lines(board_of(cast.collector)) if name in cuts]
    found = [["whole", "All", *row[2:]] if row[0] == "whole" else row for row in (as_written(*one) for one in drawn)]
    assert found == expected


@pytest.mark.parametrize("who", ["collector", "state_admin", "other_collector"])
@pytest.mark.parametrize("name", [*LABELS, "block"])
def test_every_link_of_the_page_leads_to_as_many_cases_as_it_says(
    client: Client, golden_day: list[Case], cast: Cast, who: str, name: str
) -> None:
    rollups.catch_up(NOW)
    officer = getattr(cast, who)
    client.force_login(officer)
    query = "?place=b3604" if name == "block" else f"?period={name}&from=20-11-2026&to=22-11-2026"
    if name == "block" and who == "other_collector":
        return
    page = client.get(PAGE + query).content.decode()
    links = [(unescape(address), int(cases)) for address, cases in COUNTED_LINK.findall(page)]
    assert len(links) == page.count('href="/cases/?') >= 3
    for address, cases in links:
        found = CaseFilter(QueryDict(address.partition("?")[2]), queryset=Case.objects.visible_to(officer))
        assert found.is_valid()
        assert found.found.count() == cases, address


def test_a_link_of_the_page_is_what_the_list_shows(collector: Client, golden_day: list[Case]) -> None:
    rollups.catch_up(NOW)
    page = collector.get(PAGE).content.decode()
    address, cases = COUNTED_LINK.findall(page)[0]
    answer = collector.get(unescape(address))
    assert answer.context["counted"] == cases
    assert len(answer.context["cases"]) == int(cases)


def test_the_first_row_answers_whether_the_promise_is_kept(collector: Client, golden_day: list[Case]) -> None:
    rollups.catch_up(NOW)
    page = " ".join(collector.get(PAGE).content.decode().split())
    for words in ("Open now", "Late now", "Plea to help", "30 min", "median of 3 cases", "20%", "1 of 5 promises"):
        assert words in page


@pytest.mark.parametrize(("place", "more"), [("d375", 2), ("b3604", 1)])
def test_open_and_late_are_compared_with_the_last_reviews_sheet(
    collector: Client, golden_day: list[Case], cast: Cast, place: str, more: int
) -> None:
    rollups.catch_up(NOW)
    scope = scope_from(cast.collector, place)
    assert scope
    board = dashboard.draw_up(scope, period_from("today", NOW), NOW)
    assert [card.before for card in board.first[:2]] == [None, None]
    open_now, late_now = (card.size for card in board.first[:2])
    figures = {"open_now": [open_now - more, 0, None], "late_now": [late_now, 0, None]}
    content = {"figures": figures, "below": [{"key": 3604, "figures": figures}]}
    sheet: dict[str, Any] = {"state_id": 22, "district_id": 375, "issued_at": NOW, "content": content}
    for hours in (5, 29):  # only the last one counts
        held = NOW - timedelta(hours=hours)
        Review.objects.create(held_at=held, since=held - timedelta(hours=4), **sheet)
        sheet["content"] = {"figures": {}, "below": []}
    page = collector.get(f"{PAGE}?place={place}").content.decode()
    assert f"{more} more than at the last review" in page
    assert "as at the last review" in page


def test_a_sheet_older_than_a_day_is_no_comparison(collector: Client, golden_day: list[Case]) -> None:
    held = NOW - timedelta(hours=25)
    content = {"figures": {"open_now": [0, 0, None]}, "below": []}
    Review.objects.create(
        state_id=22, district_id=375, held_at=held, since=held - timedelta(hours=4), issued_at=held, content=content
    )
    assert "at the last review" not in collector.get(PAGE).content.decode()


def test_a_figure_the_reader_may_not_know_is_on_no_page(collector: Client, golden_day: list[Case]) -> None:
    rollups.catch_up(NOW)
    assert "Dharsiwa" not in collector.get(PAGE).content.decode()
    assert collector.get(f"{PAGE}?place=d387").status_code == 400
    assert collector.get(f"{CHART}?place=d387").status_code == 404


@pytest.mark.parametrize("place", ["b3604", "d375", "", "s22", "banana", "d99999999999", "x1", "b0"])
def test_a_district_is_read_down_to_its_blocks_and_no_further_up(
    collector: Client, golden_day: list[Case], place: str
) -> None:
    assert collector.get(f"{PAGE}?place={place}").status_code == (200 if place in ("b3604", "d375", "") else 400)


@pytest.mark.parametrize("address", [*ADDRESSES, CHART])
@pytest.mark.parametrize("who", ["meena", "operator", "doctor", "state_operator"])
def test_the_figures_are_for_the_collectors_office(client: Client, cast: Cast, who: str, address: str) -> None:
    client.force_login(getattr(cast, who))
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("address", [*ADDRESSES, CHART])
@pytest.mark.django_db
def test_who_is_not_signed_in_is_asked_to(client: Client, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={address}")


@pytest.mark.parametrize("address", [*ADDRESSES, CHART])
def test_figures_are_read_and_never_posted(collector: Client, address: str) -> None:
    assert collector.post(address).status_code == 405


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("from=banana", "This is not a date"),
        ("from=31-02-2026", "This is not a date"),
        ("from=23-11-2026", "has not come yet"),
        ("from=01-01-0001", "before the year 2000"),
        ("to=9999-12-31", "has not come yet"),
        ("from=20-11-2026&to=19-11-2026", "lies before the first"),
    ],
)
def test_a_day_that_cannot_be_is_said_so_beside_the_field(
    collector: Client, evening: None, address: str, typed: str, message: str
) -> None:
    answer = collector.get(f"{address}?{typed}")
    assert answer.status_code == 400
    assert message in answer.content.decode()
    assert "field__error" in answer.content.decode()


@pytest.mark.parametrize("typed", ["21-11-2026", "2026-11-21"])
def test_a_day_is_written_as_people_or_as_machines_do(collector: Client, golden_day: list[Case], typed: str) -> None:
    rollups.catch_up(NOW)
    whole = collector.get(f"{PAGE}?from={typed}").context["board"].whole
    assert (whole["received"], whole["resolved"]) == (2, 1)


def test_an_empty_day_says_so(collector: Client, evening: None) -> None:
    rollups.catch_up(NOW)
    assert "No case came in this time" in collector.get(PAGE).content.decode()


def rows(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8")
    assert text.startswith(BOM)
    return list(csv.reader(io.StringIO(text.removeprefix(BOM))))


def test_the_csv_says_what_the_page_says(collector: Client, golden_day: list[Case], cast: Cast) -> None:
    Case.objects.filter(block=3604).update(minutes_received=7, minutes_assigned=3)
    rollups.catch_up(NOW)
    heading, *lines = rows(collector.get(CSV))
    names = [text.partition(":")[0] for text in heading]
    assert names[6] == "Only / केवल"
    assert names[7:] == [*MEASURES, *(f"handle_{measure.name}" for measure in handles.MEASURES)]
    whole = dict(zip(names, lines[0], strict=True))
    assert [whole[name] for name in COLUMNS] == ["9", "5", "3", "5", "3.5", "30.0", "1", "20.0"]
    kota = next(line for line in lines if line[3:5] == ["places", "3607"])
    assert kota[:6] == ["Bilaspur", "22-11-2026 00:00", "22-11-2026 18:00", "places", "3607", "Kota"]
    board = board_of(cast.collector)
    assert len(lines) == len(all_lines(board)) + 24 + len(board.handles)
    # What the page leaves out of its tables the file has, and nothing that the hours of a day do not know.
    bilha = dict(zip(names, next(line for line in lines if line[3:5] == ["places", "3604"]), strict=True))
    assert (bilha["p90_wait"], bilha["median_received"], bilha["p90_assigned"]) == ("10.0", "7.0", "3.0")
    [eight] = [line for line in lines if line[3:5] == ["hours", "08"]]
    hour = dict(zip(names[7:], eight[7:], strict=True))
    assert {name for name, cell in hour.items() if cell} == {"received", "median_wait", "p90_wait"}


def test_the_csv_comes_as_a_file_for_excel_and_is_written_down(
    collector: Client, golden_day: list[Case], cast: Cast
) -> None:
    rollups.catch_up(NOW)
    answer = collector.get(CSV)
    assert answer.streaming
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="sahayata-d375-today-2026-11-22')
    assert cast.collector.disclosures.get().count == 9


def test_a_name_that_is_a_formula_does_nothing_in_a_spreadsheet(collector: Client, golden_day: list[Case]) -> None:
    rollups.catch_up(NOW)
    Block.objects.filter(code=3604).update(name='=HYPERLINK("http://x","y")')
    names = [line[5] for line in rows(collector.get(CSV))]
    assert '\'=HYPERLINK("http://x","y")' in names


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1"])
def test_formulas_are_defused(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Kota", "कोटा", "", "A-1", "1=1"])
def test_plain_names_stay_as_they_are(text: str) -> None:
    assert defused(text) == text


@pytest.mark.parametrize("who", ["collector", "state_admin"])
@pytest.mark.parametrize("cases", [0, 25])
def test_the_page_takes_a_fixed_number_of_queries(
    client: Client, golden_day: list[Case], cast: Cast, who: str, cases: int, make_case: CaseMaker,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    for number in range(cases):
        make_case(at=NOW - timedelta(minutes=number), officer=[cast.anil, cast.ravi, cast.meena][number % 3])
    rollups.catch_up(NOW)
    client.force_login(getattr(cast, who))
    # session, officer, postings, bell; whole, cuts, before, places, heat, series, needs over time, ages; open ones as a
    # whole and by five cuts; names of places (thrice), needs (twice), officers; how far the figures are;
    # handles, their days, their messages; the last review's sheet
    with django_assert_max_num_queries(29):
        assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("theme", charts.THEMES)
@pytest.mark.parametrize("period", ["today", "7d"])
def test_each_chart_is_drawn_in_the_readers_language(
    collector: Client, golden_day: list[Case], name: str, theme: str, period: str
) -> None:
    rollups.catch_up(NOW)
    collector.cookies["django_language"] = "hi"
    with override("en"):  # and back again
        answer = collector.get(f"/reports/charts/{name}.{theme}.svg?period={period}")
    assert answer["Content-Type"].startswith("image/svg+xml")
    root = ElementTree.fromstring(answer.content)
    assert root.tag.endswith("svg")
    colours = charts.THEMES[theme]
    assert colours.first in answer.content.decode()
    if name == "needs":
        assert "ऑक्सीजन" in answer.content.decode()


@pytest.mark.parametrize("address", ["/reports/charts/none.light.svg", "/reports/charts/inflow.pink.svg"])
def test_there_are_no_other_charts(collector: Client, address: str) -> None:
    assert collector.get(address).status_code == 404


def test_an_empty_chart_is_drawn(collector: Client, evening: None) -> None:
    rollups.catch_up(NOW)
    for name in PICTURES:
        assert collector.get(f"/reports/charts/{name}.light.svg").status_code == 200


def solved(make_case: CaseMaker, officer: Officer, took: int) -> Case:
    at = NOW - timedelta(minutes=took)
    return make_case(
        at=at, officer=officer, status=Status.RESOLVED, acknowledged_at=at, resolved_at=NOW, outcome="helped",
        next_due_at=None,
    )  # fmt: skip


def officers(cast: Cast) -> dict[str, Line]:
    table = next(table for table in board_of(cast.collector).tables if table.name == "officers")
    return {line.label: line for line in table.lines}


def test_medians_are_ranked_from_ten_cases_on(evening: None, make_case: CaseMaker, cast: Cast) -> None:
    for officer, took, cases in [(cast.meena, 40, 10), (cast.anil, 20, 12), (cast.ravi, 5, RANK_FROM - 1)]:
        for _ in range(cases):
            solved(make_case, officer, took)
    ranks = {name: (line.rank, line.tally.median("help")) for name, line in officers(cast).items()}
    assert ranks == {"Anil Verma": (1, 20.0), "Meena Sahu": (2, 40.0), "Ravi Tiwari": (None, 5.0)}


def test_places_needs_and_officers_each_add_up_to_the_whole(golden_day: list[Case], cast: Cast) -> None:
    board = board_of(cast.collector)
    assert board.places
    for table in [board.places, *(table for table in board.tables if table.name in ("needs", "officers", "urgencies"))]:
        for name in ("received", "open", "late", "resolved", "kept", "settled", "silent", "forced"):
            assert sum(line.tally[name] for line in table.lines) == board.whole[name], (table.name, name)


@pytest.mark.parametrize("period", ["today", "24h", "7d"])
def test_a_place_says_the_same_among_others_as_alone(golden_day: list[Case], cast: Cast, period: str) -> None:
    board = board_of(cast.state_admin, period)
    assert board.places
    assert any(line.tally.median("help") for line in board.places.lines)
    for line in board.places.lines:
        if not line.place:  # of no known district
            continue
        place = scope_from(cast.state_admin, line.place)
        assert place
        alone = dashboard.draw_up(place, board.period, NOW).whole
        for measure in (*board.places.columns, *(MEASURES[name] for name in content.BELOW)):
            told = measure.of(line.tally), measure.size(line.tally)
            assert told == (measure.of(alone), measure.size(alone)), (line.label, measure.name)


def test_a_plea_from_the_future_takes_no_negative_time(evening: None, make_case: CaseMaker, cast: Cast) -> None:
    case = solved(make_case, cast.meena, 0)
    Case.objects.filter(pk=case.pk).update(opened_at=NOW + timedelta(minutes=3), acknowledged_at=NOW)
    assert board_of(cast.collector).whole.median("help") == 0


def test_closed_without_an_answer_and_by_force_are_counted_for_each_officer(
    evening: None, make_case: CaseMaker, cast: Cast
) -> None:
    yesterday = NOW - timedelta(days=1)
    ended: dict[str, Any] = {"status": Status.CLOSED, "next_due_at": None, "at": yesterday, "resolved_at": yesterday}
    ended |= {"closed_at": NOW, "acknowledged_at": yesterday}
    make_case(officer=cast.meena, closing="silence", outcome="helped", **ended)
    make_case(officer=cast.meena, closing="forced", outcome="helped", **ended)
    make_case(officer=cast.meena, closing="yes", outcome="helped", **ended)
    make_case(officer=cast.meena, closing="silence", outcome="died", **ended)  # nobody was asked
    make_case(officer=cast.anil, closing="silence", outcome="helped", **(ended | {"closed_at": yesterday}))
    found = {name: (line.tally["silent"], line.tally["forced"]) for name, line in officers(cast).items()}
    assert found == {"Meena Sahu": (1, 1)}
