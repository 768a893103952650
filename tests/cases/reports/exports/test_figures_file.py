"""The report of a place and its days: the dashboard's figures, in each of the three forms."""

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import QueryDict
from django.utils import translation
from openpyxl import load_workbook

from cases.models import Case, Export, FigureState
from cases.reports import dashboard, one_by_one, rollups
from cases.reports.exports import figures_file, job, lettering, naming, paper, selection, storage
from cases.reports.figures import MEASURES
from cases.reports.forms import AskForm
from cases.reports.periods import Period
from districts.models import Officer
from tests.cases.reports.conftest import IST, NOW
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
Made = Callable[..., Export]
NOVEMBER = "period=range&from=01-11-2026&to=22-11-2026"


@pytest.fixture
def counted(golden_day: list[Case]) -> None:
    rollups.catch_up(NOW)


@pytest.fixture
def report(counted: None, made: Made) -> Made:
    """Asks for a report of this month and writes it."""

    def write(officer: Officer, form: str, query: str = NOVEMBER, **given: Any) -> Export:
        return made(officer, kind="report", form=form, query=query, **given)

    return write


def board_of(officer: Officer, query: str = NOVEMBER) -> dashboard.Dashboard:
    form = AskForm(officer, QueryDict(query), at=NOW)
    assert form.is_valid()
    return dashboard.draw_up(form.asked.scope, form.asked.period, NOW)


def test_the_workbook_tells_every_figure_as_the_dashboard_does(report: Made, cast: Cast) -> None:
    export = report(cast.collector, "xlsx")
    assert (export.state, export.error) == (Export.State.DONE, "")
    book, board = load_workbook(storage.place_of(export)), board_of(cast.collector)
    whole = {row[0]: row[1:] for row in book.worksheets[0].iter_rows(min_row=7, values_only=True)}
    assert len(whole) == len(MEASURES)
    for name in ("received", "open_now", "late_now", "resolved"):
        measure = MEASURES[name]
        assert whole[str(measure.label)][0] == measure.of(board.whole), name
    assert whole["Kept within promise"][0] == pytest.approx(MEASURES["kept_percent"].of(board.whole))
    titles = [str(table.title) for table in board.all_tables]
    assert book.sheetnames == ["Bilaspur", *titles]
    blocks = {row[1]: row[2] for row in book["By block"].iter_rows(min_row=2, values_only=True)}
    assert board.places
    assert blocks == {line.label: line.tally["received"] for line in board.places.lines}


def test_a_report_waits_while_the_figures_are_counted(counted: None, ask: Made, cast: Cast, clock: Any) -> None:
    FigureState.objects.update(version=0)
    export = ask(cast.collector, kind="report", form="csv", query=NOVEMBER)
    for minute in range(job.MOST_TRIES + 2):
        assert not job.run(NOW + timedelta(minutes=2 * minute))
        assert not job.run(NOW + timedelta(minutes=2 * minute))  # its claim stands for a minute
        clock.shift(timedelta(minutes=2))
        export.refresh_from_db()
        assert (export.state, export.error) == (Export.State.RUNNING, "")
        [shown] = naming.all_shown(cast.collector, [export])
        assert (shown.word, shown.is_moving) == ("waits until the figures are counted", False)
    rollups.catch_up(NOW)
    [shown] = naming.all_shown(cast.collector, [export])
    assert (shown.word, shown.is_moving) == ("is being written", True)
    job.run(NOW + timedelta(hours=1))
    export.refresh_from_db()
    assert export.state == Export.State.DONE


def test_one_that_is_let_go_while_it_waits_is_gone(
    counted: None, ask: Made, cast: Cast, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    FigureState.objects.update(version=0)
    ask(cast.collector, kind="report", form="csv", query=NOVEMBER)
    monkeypatch.setattr(figures_file.reading, "counted_until", lambda: Export.objects.all().delete() and None)
    assert not job.run(NOW)
    assert not Export.objects.exists()


def test_the_csv_is_the_dashboards(report: Made, cast: Cast) -> None:
    export = report(cast.collector, "csv")
    rows = list(csv.reader(StringIO(storage.place_of(export).read_text(encoding="utf-8"))))
    assert rows[1][:4] == ["Bilaspur", "01-11-2026 00:00", "22-11-2026 18:00", "whole"]
    assert export.total == board_of(cast.collector).whole["received"]


@pytest.mark.parametrize("language", ["hi", "en"])
def test_the_paper_is_a_pdf_and_says_everything_in_the_readers_language(
    report: Made, cast: Cast, language: str
) -> None:
    export = report(cast.collector, "pdf", language=language)
    assert (export.state, export.error) == (Export.State.DONE, "")
    assert storage.place_of(export).read_bytes().startswith(b"%PDF-")
    with translation.override(language):
        told = paper.told_of(board_of(cast.collector))
    assert told["place"] == {"hi": "बिलासपुर", "en": "Bilaspur"}[language]
    assert {"Bilha", "बिल्हा"} & {row[0]["text"] for table in told["tables"] for row in table["rows"]}


def test_the_letters_of_a_chart_are_set_by_typst_which_shapes_devanagari() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 583 224"><g transform="translate(99,4)"><path d="M0,0"/>'
        '<g transform="translate(0.5,-6)"><text text-anchor="end" transform="translate(-7,17.5) rotate(-90)"'
        ' font-size="13px" fill="#4a5a59">स्वीकार​</text><text opacity="0">x</text></g></g></svg>'
    )
    found = lettering.parted(svg)
    assert "text" not in found["svg"]
    assert 'd="M0,0"' in found["svg"]
    assert (found["width"], found["height"]) == (583, 224)
    assert found["texts"] == [
        {"x": 92.5, "y": 15.5, "turn": -90.0, "anchor": "end", "size": 13.0, "fill": "#4a5a59", "text": "स्वीकार"}
    ]


def test_what_the_marks_of_a_chart_mean_is_said_once_in_its_legend(counted: None, cast: Cast) -> None:
    with translation.override("en"):
        inflow, stages = paper.told_of(board_of(cast.collector))["charts"]
    assert {str(MEASURES[name].label) for name in ("received", "resolved")} <= {one["text"] for one in inflow["texts"]}
    assert {"half of all", "9 of 10"} <= {one["text"] for one in stages["texts"]}
    assert set(inflow) == set(stages) == {"title", "sentence", "svg", "width", "height", "texts"}


def test_hostile_names_are_words_and_no_markup(counted: None, cast: Cast) -> None:
    Officer.objects.filter(pk=cast.meena.pk).update(first_name='#panic("x") *a* $1$ `', last_name="<b>")
    assert paper.made(board_of(cast.collector)).startswith(b"%PDF-")


def test_without_a_font_it_says_in_the_readers_language_which_package_brings_it(
    report: Made, cast: Cast, settings: LazySettings, tmp_path: Path
) -> None:
    settings.FONTS_DIR = str(tmp_path)
    export = report(cast.collector, "pdf", language="hi")
    assert export.state == Export.State.FAILED
    with translation.override("hi"):
        assert export.error == paper._no_font()
    assert "fonts-noto-core" in export.error
    assert "NotoSans" not in export.error  # names of files are for the log
    assert not list(storage.folder().glob("*.pdf"))


def test_another_ones_place_is_refused(report: Made, cast: Cast) -> None:
    export = report(cast.collector, "csv", query=f"place=d387&{NOVEMBER}")
    assert (export.state, export.error) == (Export.State.FAILED, "There is no such place among yours.")


def _midnight(day: int, month: int) -> datetime:
    return datetime(2026, month, day, tzinfo=IST)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ((1, 10), (1, 11), "October 2026"),
        ((1, 10), (31, 10), "01-10-2026 to 30-10-2026"),
        ((5, 10), (6, 10), "05-10-2026"),
        ((1, 9), (1, 11), "01-09-2026 to 31-10-2026"),
    ],
)
def test_a_whole_month_has_a_name(start: tuple[int, int], end: tuple[int, int], words: str) -> None:
    assert paper.period_in_words(Period("range", _midnight(*start), _midnight(*end), runs=False)) == words


def test_a_report_is_kept_for_longer_than_a_list(report: Made, cast: Cast) -> None:
    export = report(cast.collector, "csv")
    assert export.expires_at == NOW + job.REPORTS_KEPT


def test_a_report_over_a_choice_of_cases_counts_only_these_and_says_so(report: Made, cast: Cast) -> None:
    files = {form: report(cast.collector, form, f"{NOVEMBER}&need=oxygen") for form in ("csv", "xlsx", "pdf")}
    assert {(export.state, export.error) for export in files.values()} == {(Export.State.DONE, "")}
    assert files["csv"].total == 6
    heads, whole, *rows = csv.reader(StringIO(storage.place_of(files["csv"]).read_text(encoding="utf-8")))
    assert whole[6] == "Need: Oxygen"
    told = dict(zip([head.partition(":")[0] for head in heads], whole, strict=True))
    assert (told["received"], told["resolved"], told["open_now"]) == ("6", "3", "3")
    assert [row[4] for row in rows if row[3] == "needs"] == ["oxygen"]
    sheet = load_workbook(storage.place_of(files["xlsx"])).worksheets[0]
    assert [cell.value for cell in sheet[2][:2]] == ["Only", "Need: Oxygen"]
    assert disclosed(files["pdf"]) == "report.pdf ?period=range&from=01-11-2026&to=22-11-2026&need=oxygen"


def disclosed(export: Export) -> str:
    return naming.detail_of(export)


def test_the_paper_of_a_choice_names_it(report: Made, cast: Cast) -> None:
    board = board_of(cast.collector)
    with translation.override("hi"):
        only = selection.choice_of("need=oxygen&urgency=critical", cast.collector, NOW)
        told = paper.told_of(replace(board, scope=replace(board.scope, only=only)))
    assert told["only"].startswith("केवल ये मामले: ")
    assert "ऑक्सीजन" in told["only"]
    assert paper.told_of(board)["only"] == ""


def test_a_choice_that_is_not_understood_any_more_fails_in_words(report: Made, cast: Cast) -> None:
    export = report(cast.collector, "csv", f"{NOVEMBER}&need=gone")
    assert export.state == Export.State.FAILED
    assert export.error.startswith("This choice of cases was not understood")


def test_a_report_that_is_let_go_while_it_counts_is_not_counted_to_its_end(
    counted: None, ask: Made, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(cast.collector, kind="report", form="csv", query=f"{NOVEMBER}&need=oxygen")
    monkeypatch.setattr(one_by_one, "SAID_EVERY", 1)
    taken: list[str] = []
    take = one_by_one.reading.take

    def deleted(*given: Any, **named: Any) -> None:
        taken.append("")
        Export.objects.all().delete()
        take(*given, **named)

    monkeypatch.setattr(one_by_one.reading, "take", deleted)
    assert not job.run(NOW)
    assert 0 < len(taken) < 10
    assert not list(storage.folder().glob("*.csv"))
