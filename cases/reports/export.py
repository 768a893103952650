"""The sheet of a day as CSV for Excel: one line per block, need and officer, labels in both languages."""

import csv
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from cases.reports.forms import written
from cases.reports.sheet import Line, Sheet

BOM = "\ufeff"  # Excel takes a file without it for the local code page and garbles Devanagari
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
HEADINGS = (
    _("Day"), _("Table"), _("Code"), _("Name"), _("Name in Hindi"), _("District"), _("Received"), _("Open now"),
    _("Late now"), _("Solved"), _("Median minutes to acknowledge"), _("Cases acknowledged"),
    _("Median minutes to help"), _("Cases helped"), _("Promises kept"), _("Promises kept or broken"),
    _("Closed without an answer"), _("Closed by a supervisor"),
)  # fmt: skip


class _Echo:
    """A file that gives back what is written, so that the response can stream it."""

    def write(self, text: str) -> str:
        return text


def defused(text: str) -> str:
    """The text so that a spreadsheet shows it and never runs it as a formula (OWASP, "CSV injection")."""
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS_FORMULA) or text.startswith(_STARTS_FORMULA) else text


def lines_of(sheet: Sheet) -> Iterator[str]:
    """The file, line by line."""
    writer = csv.writer(_Echo())
    yield BOM + str(writer.writerow([_in_both(heading) for heading in HEADINGS]))
    yield writer.writerow(_cells(sheet, "whole", sheet.whole))
    for table in sheet.tables:
        for line in table.lines:
            yield writer.writerow(_cells(sheet, table.cut, line))


def _in_both(heading: Any) -> str:
    with override("en"):
        english = str(heading)
    with override("hi"):
        hindi = str(heading)
    return english if hindi == english else f"{english} / {hindi}"


def _cells(sheet: Sheet, cut: str, line: Line) -> list[Any]:
    tally, name = line.tally, line.name
    texts = [name.name, name.name_hi, name.below]
    return [
        written(sheet.day.on), cut, "" if line.key is None else line.key, *map(defused, texts),
        tally.received, tally.open, tally.late, tally.resolved, _tenths(tally.wait), len(tally.waits),
        _tenths(tally.help), len(tally.helps), tally.kept, tally.decided,
        tally.silent, tally.forced,
    ]  # fmt: skip


def _tenths(minutes: float | None) -> str:
    return "" if minutes is None else f"{minutes:.1f}"
