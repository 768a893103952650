"""Exports: the report of a place and a period as a file: the dashboard's figures, as CSV, workbook or PDF."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from xlsxwriter import Workbook

from cases.models import Export
from cases.reports import dashboard
from cases.reports.dashboard import Dashboard
from cases.reports.export import in_both, lines_of
from cases.reports.exports import paper
from cases.reports.exports.selection import Refused
from cases.reports.exports.writing import EXCEL_TIME, local
from cases.reports.figures import COUNT, MEASURES, MINUTES, Measure
from cases.reports.forms import AskForm
from cases.reports.tables import Line, whole_line
from districts.models import Officer

_CODE, _NAME = gettext_lazy("Code"), gettext_lazy("Name")
_LONGEST_SHEET_NAME = 31
_NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def write(export: Export, officer: Officer, path: Path) -> int:
    """Make the whole file; of how many pleas it speaks. Raises Refused."""
    form = AskForm(officer, QueryDict(export.query), at=export.asked_at)
    if not form.is_valid():
        raise Refused(_("There is no such place among yours."))
    asked = form.asked
    board = dashboard.draw_up(asked.scope, asked.period, asked.at)
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
        for table in [*([board.places] if board.places else []), *board.tables]:
            _table(book, formats, str(table.title), table.lines)


def _whole(book: Workbook, formats: dict[str, Any], board: Dashboard) -> None:
    sheet = book.add_worksheet(_sheet_name(board.scope.label))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 2, 18)
    sheet.set_column(3, 3, 100)
    told: list[tuple[Any, str | datetime]] = [
        (_("Place"), board.scope.label),
        (_("from"), board.period.start),
        (_("until"), board.period.end),
        (_("As of"), board.at),
    ]
    for row, (label, value) in enumerate(told):
        sheet.write_string(row, 0, capfirst(str(label)), formats["heading"])
        _put(sheet, formats, row, 1, value)
    top = len(told) + 1
    for column, heading in enumerate((_("Figure"), _("Value"), _("Cases"), _("What it counts"))):
        sheet.write_string(top, column, heading, formats["heading"])
    line = whole_line(board.scope, board.whole)
    for row, measure in enumerate(MEASURES.values(), top + 1):
        sheet.write_string(row, 0, _label(measure))
        _put(sheet, formats, row, 1, measure.of(line.tally), measure.unit)
        sheet.write_number(row, 2, measure.size(line.tally))
        sheet.write_string(row, 3, measure.definition)


def _table(book: Workbook, formats: dict[str, Any], title: str, lines: list[Line]) -> None:
    sheet = book.add_worksheet(_sheet_name(title))
    sheet.freeze_panes(1, 2)
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 28)
    sheet.set_column(2, 1 + len(MEASURES), 14)
    headings = [in_both(_CODE), in_both(_NAME), *(f"{_label(one)} ({_unit(one)})" for one in MEASURES.values())]
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, formats["heading"])
    for row, line in enumerate(lines, 1):
        sheet.write_string(row, 0, str(line.key or ""))
        sheet.write_string(row, 1, line.label)
        for column, measure in enumerate(MEASURES.values(), 2):
            _put(sheet, formats, row, column, measure.of(line.tally), measure.unit)


def _put(sheet: Any, formats: dict[str, Any], row: int, column: int, value: Any, unit: str = "") -> None:
    """A text, a time or a number; nothing where there is no value."""
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, local(value), formats["time"])
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    elif value is not None:
        sheet.write_number(row, column, value, formats["count" if unit == COUNT else "tenth"])


def _label(measure: Measure) -> str:
    kind = {"median": _("median"), "p90": _("nine of ten")}.get(measure.name.partition("_")[0], "")
    return f"{measure.label}, {kind}" if kind else str(measure.label)


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
