"""/reports/today/ and its CSV: who reads it, which day, and that every link leads to just the cases it counts."""

import csv
import io
import re
from html import unescape
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from cases.filters import CaseFilter
from cases.models import Case
from cases.reports.export import BOM, defused
from cases.reports.templatetags.report_words import minutes
from districts.models import Block
from tests.cases.reports.test_figures import sheet_of
from tests.conftest import Cast

TODAY, CSV = "/reports/today/", "/reports/today.csv"
COUNTED_LINK = re.compile(r'href="/cases/\?([^"]+)" data-cases="(\d+)"')


@pytest.fixture
def collector(evening: None, client: Client, cast: Cast) -> Client:
    """The collector's browser."""
    client.force_login(cast.collector)
    return client


def rows(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8")
    assert text.startswith(BOM)
    return list(csv.reader(io.StringIO(text.removeprefix(BOM))))


@pytest.mark.parametrize("who", ["collector", "state_admin", "other_collector"])
@pytest.mark.parametrize("day", ["", "?day=21-11-2026"])
def test_every_link_of_the_page_leads_to_as_many_cases_as_it_says(
    client: Client, golden_day: list[Case], cast: Cast, who: str, day: str
) -> None:
    officer = getattr(cast, who)
    client.force_login(officer)
    page = client.get(TODAY + day).content.decode()
    links = [(unescape(query), int(cases)) for query, cases in COUNTED_LINK.findall(page)]
    assert len(links) == page.count('href="/cases/?') >= 5
    for query, cases in links:
        answer = client.get(f"/cases/?{query}")
        assert answer.context["counted"] == str(cases), query
        assert len(answer.context["cases"]) == cases
        found = CaseFilter(QueryDict(query), queryset=Case.objects.visible_to(officer)).found
        assert {case.pk for case in answer.context["cases"]} == set(found.values_list("pk", flat=True))


def test_the_first_row_answers_whether_the_promise_is_kept(collector: Client, golden_day: list[Case]) -> None:
    page = " ".join(collector.get(TODAY).content.decode().split())
    for words in ("Open now", "Late now", "Time to help", "30 min", "median of 3 cases", "20%", "1 of 5 promises"):
        assert words in page
    assert "22-11-2026" in page


def test_a_figure_the_reader_may_not_know_is_on_no_page(collector: Client, golden_day: list[Case]) -> None:
    assert "Dharsiwa" not in collector.get(TODAY).content.decode()


@pytest.mark.parametrize("address", [TODAY, CSV])
@pytest.mark.parametrize("who", ["meena", "operator", "doctor", "state_operator"])
def test_the_figures_are_for_the_collectors_office(client: Client, cast: Cast, who: str, address: str) -> None:
    client.force_login(getattr(cast, who))
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("address", [TODAY, CSV])
@pytest.mark.django_db
def test_who_is_not_signed_in_is_asked_to(client: Client, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={address}")


@pytest.mark.parametrize("address", [TODAY, CSV])
def test_figures_are_read_and_never_posted(collector: Client, address: str) -> None:
    assert collector.post(address).status_code == 405


@pytest.mark.parametrize("address", [TODAY, CSV])
@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("banana", "This is not a date"),
        ("31-02-2026", "This is not a date"),
        ("%00", "Null characters"),
        ("2026-13-01", "This is not a date"),
        ("23-11-2026", "has not come yet"),
        ("01-01-0001", "before the year 2000"),
        ("9999-12-31", "has not come yet"),
    ],
)
def test_a_day_that_cannot_be_is_said_so_beside_the_field(
    collector: Client, evening: None, address: str, typed: str, message: str
) -> None:
    answer = collector.get(f"{address}?day={typed}")
    assert answer.status_code == 400
    assert message in answer.content.decode() or typed == "%00"
    assert "field__error" in answer.content.decode()


@pytest.mark.parametrize("typed", ["21-11-2026", "2026-11-21"])
def test_a_day_is_written_as_people_or_as_machines_do(collector: Client, golden_day: list[Case], typed: str) -> None:
    sheet = collector.get(f"{TODAY}?day={typed}").context["sheet"]
    assert (sheet.whole.tally.received, sheet.whole.tally.resolved) == (2, 1)


def test_an_empty_day_says_so(collector: Client, evening: None) -> None:
    page = collector.get(TODAY).content.decode()
    assert "No case came on this day" in page


def test_the_csv_says_what_the_page_says(collector: Client, golden_day: list[Case], cast: Cast) -> None:
    heading, *lines = rows(collector.get(CSV))
    sheet = sheet_of(cast.collector)
    assert len(heading) == 18
    assert lines[0][1:2] + lines[0][6:] == ["whole", "9", "5", "3", "5", "3.5", "6", "30.0", "3", "1", "5", "1", "0"]
    kota = next(line for line in lines if line[1:3] == ["block", "3607"])
    assert kota[:6] == ["22-11-2026", "block", "3607", "Kota", "कोटा", "Bilaspur"]
    assert kota[6:] == ["2", "3", "2", "1", "", "0", "30.0", "1", "0", "0", "0", "0"]
    assert len(lines) == 1 + sum(len(table.lines) for table in sheet.tables)


def test_the_csv_comes_as_a_file_for_excel(collector: Client, golden_day: list[Case]) -> None:
    answer = collector.get(CSV)
    assert answer.streaming
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="sahayata-2026-11-22.csv"'


def test_a_name_that_is_a_formula_does_nothing_in_a_spreadsheet(collector: Client, golden_day: list[Case]) -> None:
    Block.objects.filter(code=3604).update(name='=HYPERLINK("http://x","y")')
    names = [line[3] for line in rows(collector.get(CSV))]
    assert '\'=HYPERLINK("http://x","y")' in names


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1"])
def test_formulas_are_defused(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Kota", "कोटा", "", "A-1", "1=1"])
def test_plain_names_stay_as_they_are(text: str) -> None:
    assert defused(text) == text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        (0, "0 min"),
        (0.4, "0 min"),
        (3.5, "4 min"),
        (119.4, "119 min"),
        (119.6, "2 h 0 min"),
        (200, "3 h 20 min"),
    ],
)
def test_lengths_of_time_are_written_in_words(value: float | None, words: str) -> None:
    assert minutes(value) == words


def test_the_page_takes_a_fixed_number_of_queries(
    collector: Client, golden_day: list[Case], django_assert_max_num_queries: Any
) -> None:
    # session, officer, postings; received, resolved, open; blocks, needs, officers; the frame's own
    with django_assert_max_num_queries(12):
        collector.get(TODAY)
