"""Exports: lists of cases as files: CSV that grows and can be gone on with, and workbooks for Excel."""

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from cases.reports.export import BOM, defused, in_both
from cases.reports.exports.columns import TEXT, Cell, Column, PersonsColumn

SHEET_HOLDS = 1_048_576 - 1  # Excel's lines, the headings apart
EXCEL_TIME, EXCEL_DAY = "dd-mm-yyyy hh:mm", "dd-mm-yyyy"
_CELL_HOLDS = 32_767  # characters
_WIDTHS = {"text": 18, "number": 10, "minutes": 12, "time": 17}
Columns = Sequence[Column | PersonsColumn]


def headings(columns: Columns) -> list[str]:
    """In English and Hindi, so that a file is understood wherever it is sent on to."""
    return [capfirst(in_both(column.heading)) for column in columns]


def written(cell: Cell) -> str:
    """A cell of CSV: times as the office writes them (Asia/Kolkata), minutes with a tenth, texts defused."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return defused(cell)
    if isinstance(cell, datetime):
        here = cell.astimezone(timezone.get_default_timezone())  # a worker has no other; half the price of localtime
        return f"{here.day:02}-{here.month:02}-{here.year} {here.hour:02}:{here.minute:02}"
    return str(cell) if isinstance(cell, int) else f"{cell:.1f}"


class CsvFile:
    """A file that is written on from a byte that is sure; what stands behind it is cut off."""

    def __init__(self, path: Path, offset: int) -> None:
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self.is_whole = os.fstat(self.descriptor).st_size >= offset
        self.offset = offset if self.is_whole else 0
        os.ftruncate(self.descriptor, self.offset)
        os.lseek(self.descriptor, self.offset, os.SEEK_SET)

    def head(self, columns: Columns) -> None:
        """The mark that Excel knows UTF-8 by, and the headings."""
        self._append(BOM + _lines([headings(columns)]))

    def add(self, lines: Iterable[Iterable[Cell]]) -> None:
        """Some lines."""
        self._append(_lines([written(cell) for cell in line] for line in lines))

    def _append(self, text: str) -> None:
        """On the disk before the database is told: a lost machine loses no line that was counted."""
        rest = memoryview(text.encode())
        self.offset += len(rest)
        while rest:
            rest = rest[os.write(self.descriptor, rest) :]
        os.fsync(self.descriptor)


def _lines(rows: Iterable[list[str]]) -> str:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


@contextmanager
def csv_file(path: Path, offset: int) -> Iterator[CsvFile]:
    """Open from `offset` on; from the beginning when the file is shorter than that."""
    file = CsvFile(path, offset)
    try:
        yield file
    finally:
        os.close(file.descriptor)


class XlsxSheet:
    """One sheet, written line by line; nothing but the line at hand is kept in memory."""

    def __init__(self, book: Workbook, columns: Columns) -> None:
        self.sheet: Worksheet = book.add_worksheet(_("Cases"))
        self.formats = _formats(book)
        self.line = 0
        self.kinds = [column.kind for column in columns]
        self.sheet.freeze_panes(1, 1)
        for number, kind in enumerate(self.kinds):
            self.sheet.set_column(number, number, _WIDTHS[kind])
        for number, heading in enumerate(headings(columns)):
            self.sheet.write_string(0, number, heading, self.formats["heading"])

    def add(self, lines: Iterable[Sequence[Cell]]) -> None:
        """Some lines. Texts are written as texts: nothing in them is a formula, a link or a number."""
        for line in lines:
            self.line += 1
            for number, cell in enumerate(line):
                if cell is None or cell == "":
                    continue
                kind = self.kinds[number]
                if kind == TEXT:
                    self.sheet.write_string(self.line, number, str(cell)[:_CELL_HOLDS])
                elif isinstance(cell, datetime):
                    self.sheet.write_datetime(self.line, number, local(cell), self.formats["time"])
                else:
                    self.sheet.write_number(self.line, number, float(cell), self.formats[kind])


def local(moment: datetime) -> datetime:
    """As Excel counts: no zone, the office's clock, whole minutes."""
    here = moment.astimezone(timezone.get_default_timezone())
    return here.replace(tzinfo=None, second=0, microsecond=0)


def _formats(book: Workbook) -> dict[str, Format]:
    return {
        "heading": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "time": book.add_format({"num_format": EXCEL_TIME}),
        "minutes": book.add_format({"num_format": "0.0"}),
        "number": book.add_format({"num_format": "0"}),
    }


@contextmanager
def workbook(path: Path, workshop: Path, title: str, made_at: datetime) -> Iterator[Workbook]:
    """A workbook whose lines go to the disk as they come; closing it packs them. The file is there before, so that
    it is never anybody else's to read."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    options: dict[str, Any] = {"constant_memory": True, "tmpdir": str(workshop), "strings_to_urls": False}
    book = Workbook(str(path), options)
    book.use_zip64()
    book.set_properties({"title": title, "created": local(made_at)})
    try:
        yield book
        book.close()
    finally:
        for sheet in book.worksheets():
            sheet.row_data_fh.close()  # where it was not written to the end, nobody else does
