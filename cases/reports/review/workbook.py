"""The collector's office: a sheet as XLSX, every line of every part, numbers as numbers; the same bytes each time."""

import re
from datetime import datetime
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from xlsxwriter import Workbook

from cases.reports.export import defused
from cases.reports.review.content import Content
from cases.reports.review.laying import Cell, Sheet, Table, laid_out, title_of

WIDEST, NARROWEST = 60, 9
# What nobody typed stays what it is: no cell becomes a formula, a link or a number by itself.
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
LANGUAGES = ("hi", "en")
_CHANGE = re.compile(r"[+-][0-9]+\Z")  # how a count changed: our own words


def made(content: Content) -> bytes:
    """One workbook for both languages: the figures and each part on pages of their own, Hindi first."""
    body = BytesIO()
    book = Workbook(body, OPTIONS)
    book.set_properties({"created": datetime.fromisoformat(content["drawn_up_at"]).replace(tzinfo=None)})
    styles = {"bold": book.add_format({"bold": True}), "head": book.add_format(_HEAD), "text": book.add_format(_TEXT)}
    used: set[str] = set()
    for language in LANGUAGES:
        with override(language):
            sheet = laid_out(content)
            _front(book, styles, _page_name(_("Figures"), used), sheet, title_of(content))
            for table in sheet.tables:
                _page(book, styles, _page_name(table.title, used), table)
    book.close()
    return body.getvalue()


_HEAD = {"bold": True, "bottom": 1, "bg_color": "#E9EEEE", "text_wrap": True, "valign": "top"}
_TEXT = {"text_wrap": True, "valign": "top"}


def _page_name(title: str, used: set[str]) -> str:
    """Excel takes 31 letters, none of []:*?/\\ and no name twice."""
    clean = "".join(sign for sign in title if sign not in "[]:*?/\\'")[:28].strip()
    name, number = clean, 2
    while name.lower() in used:
        name, number = f"{clean} {number}", number + 1
    used.add(name.lower())
    return name


def _front(book: Workbook, styles: dict[str, Any], name: str, sheet: Sheet, title: str) -> None:
    page = book.add_worksheet(name)
    page.set_column(0, 0, 34)
    page.set_column(1, 3, 16)
    page.write_string(0, 0, defused(title), styles["bold"])
    page.write_string(1, 0, defused(f"{sheet.span} {sheet.drawn_up}"))
    for column, word in enumerate([_("Figure"), _("Value"), _("Before"), _("Note")]):
        page.write_string(3, column, word, styles["head"])
    for row, stat in enumerate([*sheet.stats, *sheet.more_stats], 4):
        page.write_string(row, 0, stat.label)
        for column, number in ((1, stat.number), (2, stat.before)):
            _number(page, row, column, number)
        page.write_string(row, 3, defused(stat.note))


def _page(book: Workbook, styles: dict[str, Any], name: str, table: Table) -> None:
    """Each column; one that says what its note is has a column beside it for the note."""
    page = book.add_worksheet(name)
    page.freeze_panes(1, 0)
    noted = [any(row[index].note for row in table.rows) for index in range(len(table.heads))]
    column = 0
    for index, head in enumerate(table.heads):
        page.write_string(0, column, head.label, styles["head"])
        page.set_column(column, column, _width([row[index].text for row in table.rows], head.label))
        if noted[index]:
            page.write_string(0, column + 1, "", styles["head"])
            page.set_column(column + 1, column + 1, _width([row[index].note for row in table.rows], ""))
        for line, row in enumerate(table.rows, 1):
            _cell(page, styles, line, column, row[index])
            if noted[index]:
                _note(page, styles, line, column + 1, row[index].note)
        column += 1 + noted[index]
    if not table.rows:
        page.write_string(1, 0, table.empty)
    elif table.more:
        page.write_string(len(table.rows) + 1, 0, table.more_words)


def _cell(page: Any, styles: dict[str, Any], row: int, column: int, cell: Cell) -> None:
    if cell.number is not None:
        _number(page, row, column, cell.number)
    else:
        page.write_string(row, column, defused(cell.text), styles["text"])


def _note(page: Any, styles: dict[str, Any], row: int, column: int, note: str) -> None:
    if _CHANGE.match(note):
        page.write_number(row, column, int(note))
    else:
        page.write_string(row, column, defused(note), styles["text"])


def _number(page: Any, row: int, column: int, number: float | None) -> None:
    if number is not None:
        page.write_number(row, column, number)


def _width(texts: list[str], head: str) -> int:
    longest = max((len(text) for text in [*texts, head]), default=NARROWEST)
    return min(max(longest + 2, NARROWEST), WIDEST)
