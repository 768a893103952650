"""Exports: the report of a place and a period as a file: the dashboard's figures, as CSV, workbook or PDF."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from xlsxwriter import Workbook

from cases.models import Export
from cases.reports import dashboard, one_by_one, reading
from cases.reports.dashboard import Dashboard
from cases.reports.export import in_both, lines_of
from cases.reports.exports import paper
from cases.reports.exports.selection import Refused, choice_of
from cases.reports.exports.writing import EXCEL_TIME, local
from cases.reports.figures import COUNT, MEASURES, MINUTES, Measure
from cases.reports.forms import AskForm
from cases.reports.reading import NotCounted
from cases.reports.tables import Table, told, whole_line
from districts.models import Officer

_CODE, _NAME = gettext_lazy("Code"), gettext_lazy("Name")
_LONGEST_SHEET_NAME = 31
_NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def write(export: Export, officer: Officer, path: Path, said: Callable[[int], None]) -> int:
    """Make the whole file; of how many pleas it speaks. `said` hears how many moments have been counted, where the
    cases must be counted one by one. Raises Refused, and NotCounted."""
    form = AskForm(officer, QueryDict(export.query), at=export.asked_at)
    if not form.is_valid():
        raise Refused(_("There is no such place among yours."))
    asked = form.asked
    scope = replace(asked.scope, only=choice_of(export.query, officer, export.asked_at))
    if scope.only:
        happened = one_by_one.happened(scope, asked.period, said)
    elif reading.counted_until():
        happened = reading.happened(scope, asked.period, detailed=True)
    else:
        raise NotCounted
    board = dashboard.draw_up(scope, asked.period, asked.at, happened=happened)
    _WRITERS[export.form](board, path)
    path.chmod(0o600)
    return board.whole["received"]


def _csv(board: Dashboard, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(lines_of(board))


def _pdf(board: Dashboard, path: Path) -> None:
    path.write_bytes(paper.made(board))


def _xlsx(board: Dashboard, path: Path) -> None:
    """A sheet with every figure of the place and what it counts, and one for each way to part it."""
    with Workbook(str(path), {"strings_to_urls": False}) as book:
        book.set_properties({"title": board.scope.label, "created": local(board.at)})
        formats = _formats(book)
        _whole(book, formats, board)
        for table in board.all_tables:
            _table(book, formats, table)


def _whole(book: Workbook, formats: dict[str, Any], board: Dashboard) -> None:
    sheet = book.add_worksheet(_sheet_name(board.scope.label))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 2, 18)
    sheet.set_column(3, 3, 100)
    said: list[tuple[Any, str | datetime]] = [
        (_("Place"), board.scope.label),
        (_("from"), board.period.start),
        (_("until"), board.period.end),
        (_("As of"), board.at),
    ]
    if board.scope.only:
        said.insert(1, (_("Only"), str(board.scope.only)))
    for row, (label, value) in enumerate(said):
        sheet.write_string(row, 0, capfirst(str(label)), formats["heading"])
        _put(sheet, formats, row, 1, value)
    top = len(said) + 1
    for column, heading in enumerate((_("Figure"), _("Value"), _("Cases"), _("What it counts"))):
        sheet.write_string(top, column, heading, formats["heading"])
    line = whole_line(board.scope, board.whole)
    for row, measure in enumerate(MEASURES.values(), top + 1):
        sheet.write_string(row, 0, measure.title)
        _put(sheet, formats, row, 1, measure.of(line.tally), measure.unit)
        sheet.write_number(row, 2, measure.size(line.tally))
        sheet.write_string(row, 3, measure.meaning)


def _table(book: Workbook, formats: dict[str, Any], table: Table) -> None:
    sheet = book.add_worksheet(_sheet_name(str(table.title)))
    measures = [MEASURES[name] for name in told(table.name)]
    sheet.freeze_panes(1, 2)
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 28)
    sheet.set_column(2, 1 + len(measures), 14)
    headings = [in_both(_CODE), in_both(_NAME), *(f"{one.title} ({_unit(one)})" for one in measures)]
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, formats["heading"])
    for row, line in enumerate(table.lines, 1):
        sheet.write_string(row, 0, str(line.key or ""))
        sheet.write_string(row, 1, line.label)
        for column, measure in enumerate(measures, 2):
            _put(sheet, formats, row, column, measure.of(line.tally), measure.unit)


def _put(sheet: Any, formats: dict[str, Any], row: int, column: int, value: Any, unit: str = "") -> None:
    """A text, a time or a number; nothing where there is no value."""
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, local(value), formats["time"])
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    elif value is not None:
        sheet.write_number(row, column, value, formats["count" if unit == COUNT else "tenth"])


def _unit(measure: Measure) -> str:
    return {COUNT: _("count"), MINUTES: _("minutes")}.get(measure.unit, "%")


def _sheet_name(title: str) -> str:
    """As Excel allows it."""
    return title.translate(_NOT_IN_SHEET_NAMES)[:_LONGEST_SHEET_NAME].strip("' ")


def _formats(book: Workbook) -> dict[str, Any]:
    return {
        "heading": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        "time": book.add_format({"num_format": EXCEL_TIME}),
        "tenth": book.add_format({"num_format": "0.0"}),
        "count": book.add_format({"num_format": "0"}),
    }


_WRITERS: dict[str, Callable[[Dashboard, Path], None]] = {
    Export.Form.CSV: _csv,
    Export.Form.XLSX: _xlsx,
    Export.Form.PDF: _pdf,
}
