"""The dashboard as CSV for Excel: a line per place, need, urgency, channel, officer and hour, every figure a column."""

import csv
from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from cases.reports import tables
from cases.reports.dashboard import Dashboard
from cases.reports.figures import COUNT, MEASURES, Measure
from cases.reports.handles import MEASURES as OF_HANDLES
from cases.reports.handles import HandleFigures, HandleMeasure
from cases.reports.tables import Line, whole_line

BOM = "\ufeff"  # Excel takes a file without it for the local code page and garbles Devanagari
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_WHEN = "%d-%m-%Y %H:%M"
HEADINGS = (_("Place"), _("from"), _("until"), _("Table"), _("Code"), _("Name"), _("Only"))


class _Echo:
    """A file that gives back what is written, so that the response can stream it."""

    def write(self, text: str) -> str:
        return text


def defused(text: str) -> str:
    """The text so that a spreadsheet shows it and never runs it as a formula (OWASP, "CSV injection")."""
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS_FORMULA) or text.startswith(_STARTS_FORMULA) else text


def lines_of(board: Dashboard) -> Iterator[str]:
    """The file, line by line."""
    writer = csv.writer(_Echo())
    yield BOM + str(writer.writerow([*map(in_both, HEADINGS), *map(_heading, MEASURES.values()), *_handle_headings()]))
    yield writer.writerow(_cells(board, "whole", whole_line(board.scope, board.whole)))
    for table in board.all_tables:
        for line in table.lines:
            yield writer.writerow(_cells(board, table.name, line))
    for one in board.handles:
        yield writer.writerow(_handle_cells(board, one))


def in_both(heading: Any) -> str:
    """A heading in English and Hindi."""
    with override("en"):
        english = str(heading)
    with override("hi"):
        hindi = str(heading)
    return english if hindi == english else f"{english} / {hindi}"


def _heading(measure: Measure) -> str:
    return f"{measure.name}: {in_both(measure.label)}"


def _handle_headings() -> list[str]:
    return [f"handle_{measure.name}: {in_both(measure.label)}" for measure in OF_HANDLES]


def _cells(board: Dashboard, table: str, line: Line) -> list[Any]:
    known = tables.told(table)
    numbers = (_number(measure, line) if name in known else "" for name, measure in MEASURES.items())
    return [*_named(board, table, line.key, line.label), *numbers, *("" for _one in OF_HANDLES)]


def _handle_cells(board: Dashboard, one: HandleFigures) -> list[Any]:
    """A handle's line: its figures stand in columns of their own, for they count messages and not cases."""
    named = _named(board, "handles", one.handle.pk, str(one.handle))
    return [*named, *("" for _one in MEASURES), *(_handle_number(measure, one) for measure in OF_HANDLES)]


def _named(board: Dashboard, table: str, key: Any, label: str) -> list[str]:
    """The first columns: `HEADINGS`."""
    asked = [board.scope.label, _written(board.period.start), _written(board.period.end), table]
    return [defused(text) for text in (*asked, str(key), label, str(board.scope.only or ""))]


def _written(moment: Any) -> str:
    return f"{timezone.localtime(moment):{_WHEN}}"


def _number(measure: Measure, line: Line) -> str:
    value = measure.of(line.tally)
    if value is None:
        return ""
    return str(int(value)) if measure.unit == COUNT else f"{value:.1f}"


def _handle_number(measure: HandleMeasure, one: HandleFigures) -> str:
    value = measure.of(one)
    if value is None:
        return ""
    return str(int(value)) if measure.unit == COUNT else f"{value:.1f}"
