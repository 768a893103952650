"""Exports: the report of a place and a period as PDF by typst: A4 pages, in the language that is active."""

import json
import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.reports import charts, pictures, tables, words
from cases.reports.dashboard import Card, Dashboard
from cases.reports.exports import lettering
from cases.reports.exports.selection import Refused
from cases.reports.figures import COUNT, MINUTES, Measure
from cases.reports.periods import Period
from cases.reports.review import fonts
from cases.reports.tables import Line, Table
from cases.reports.templatetags.report_words import minutes

logger = logging.getLogger(__name__)
LAYOUT = Path(__file__).parent / "report.typ"
MOST_LINES = 60  # of one table on paper; all of them stand in the workbook
_WHEN = "%d-%m-%Y %H:%M"


def made(board: Dashboard) -> bytes:
    """The PDF. Raises Refused when the system has no font for it."""
    try:
        place = fonts.folder()
    except fonts.NoFont as error:
        logger.error("A report could not be set: %s", error)  # which files, where: for who runs the server
        raise Refused(_no_font()) from error
    told = json.dumps(told_of(board), ensure_ascii=False)
    compiler = typst.Compiler(
        LAYOUT.read_bytes(), font_paths=fonts.loaded(place), ignore_system_fonts=True, sys_inputs={"report": told}
    )
    body = compiler.compile(format="pdf", timestamp=int(board.at.timestamp()))
    if not isinstance(body, bytes):
        raise TypeError("typst gave no PDF.")
    return body


def _no_font() -> str:
    return _(
        "The PDF cannot be made: the server has no font for Hindi. Ask whoever runs it to install the package"
        " fonts-noto-core, then ask for the report again."
    )


def told_of(board: Dashboard) -> dict[str, Any]:
    """Everything on the paper, in words: the layout adds none."""
    period = period_in_words(board.period)
    above = ", ".join(scope.label for scope in reversed(board.scope.above))
    title = _("Report for %(period)s") % {"period": period}
    return {
        "lang": get_language(),
        "fonts": [fonts.LATIN, fonts.DEVANAGARI],
        "office": settings.OFFICE_NAME_HI if get_language() == "hi" else settings.OFFICE_NAME,
        "title": title,
        "place": board.scope.label,
        "above": above,
        "only": _("Only of these cases: %(chosen)s") % {"chosen": board.scope.only} if board.scope.only else "",
        "document": f"{board.scope.label}: {title}",
        "as_of": _as_of(board),
        "cards": [_card(card) for card in (*board.first, *board.second)],
        "charts": list(_charts(board)),
        "tables": [_stages(board), *(_table(one) for one in _tables(board))],
        "ends": _ends(board),
        "notes": [_definition_note(), tables.rank_from()],
    }


def period_in_words(period: Period) -> str:
    """'October 2026' for a whole month, else '01-10-2026 to 15-10-2026'."""
    first, last = timezone.localdate(period.start), timezone.localdate(period.end - timedelta(microseconds=1))
    whole = (
        first.day == 1 and (last + timedelta(days=1)).day == 1 and (first.year, first.month) == (last.year, last.month)
    )
    if whole and not period.runs:
        return date_format(first, "F Y")
    days = {"first": f"{first:%d-%m-%Y}", "last": f"{last:%d-%m-%Y}"}
    return days["first"] if first == last else _("%(first)s to %(last)s") % days


def _as_of(board: Dashboard) -> str:
    drawn = _("Drawn up %(moment)s.") % {"moment": _moment(board.at)}
    of_when = _("What is open or late is of that moment, all else of the period.")
    return f"{drawn} {of_when}"


def _moment(at: datetime) -> str:
    return timezone.localtime(at).strftime(_WHEN)


def _written(measure: Measure, value: float | None) -> str:
    if value is None:
        return "–"
    if measure.unit == COUNT:
        return f"{value:.0f}"
    return minutes(value) if measure.unit == MINUTES else f"{value:.0f}%"


def _card(card: Card) -> dict[str, str]:
    """A number, of how many cases it is, and what it was in the period before."""
    notes = []
    if card.measure.unit != COUNT and card.size:
        notes.append(f"n={card.size}")
    if card.before is not None:
        notes.append(_("before: %(value)s") % {"value": _written(card.measure, card.before)})
    late = card.measure.name == "late_now" and bool(card.value)
    value = _written(card.measure, card.value)
    return {"label": str(card.measure.label), "value": value, "note": ", ".join(notes), "state": "late" if late else ""}


def _charts(board: Dashboard) -> Any:
    told = {"inflow": words.inflow(board.series, board.period), "stages": words.stages(board.whole)}
    specs = {
        "inflow": pictures.inflow(board.series, board.period, charts.LIGHT),
        "stages": pictures.stages(board.whole, charts.LIGHT),
    }
    for name, sentence in told.items():
        drawn = lettering.parted(charts.drawn(specs[name], charts.LIGHT))
        yield {"title": str(pictures.PICTURES[name].title), "sentence": sentence} | drawn


def _tables(board: Dashboard) -> list[Table]:
    return [*([board.places] if board.places else []), *board.tables]


def _table(table: Table) -> dict[str, Any]:
    """One of the dashboard's tables; the longest is cut, and says so."""
    shown, more = table.lines[:MOST_LINES], len(table.lines) - MOST_LINES
    more_words = _("%(count)d more lines stand in the Excel file.") % {"count": more} if more > 0 else ""
    heads = [str(measure.label) for measure in table.columns]
    return _laid(str(table.title), str(table.sentence), heads, [_line(table, line) for line in shown], more_words)


def _line(table: Table, line: Line) -> list[dict[str, str]]:
    cells = [{"text": line.label, "note": ""}]
    for measure in table.columns:
        size = measure.size(line.tally)
        note = f"n={size}" if measure.unit != COUNT and size else ""
        cells.append({"text": _written(measure, measure.of(line.tally)), "note": note})
    return cells


def _stages(board: Dashboard) -> dict[str, Any]:
    """From the plea to the requester's yes: half and nine of ten of the cases of each stage."""
    rows = []
    for median, p90 in board.stages:
        values = [minutes(median.of(board.whole)), minutes(p90.of(board.whole)), str(median.size(board.whole))]
        rows.append([{"text": str(median.label), "note": ""}, *({"text": value, "note": ""} for value in values)])
    heads = [_("Half took at most"), _("Nine of ten took at most"), _("Cases")]
    return _laid("", "", heads, rows, "")


def _ends(board: Dashboard) -> list[dict[str, Any]]:
    """How cases ended, and how far late ones climbed."""
    parts = ((_("How cases ended"), board.endings), (_("Promises broken, by who had to take over"), board.misses))
    return [
        _laid(
            title,
            "",
            [_("Cases"), _("Before")],
            [[{"text": text, "note": ""} for text in _ending(card)] for card in cards],
            "",
        )
        for title, cards in parts
    ]


def _ending(card: Card) -> tuple[str, str, str]:
    return str(card.measure.label).capitalize(), _written(card.measure, card.value), _written(card.measure, card.before)


def _laid(title: str, sentence: str, heads: list[str], rows: list[Any], more: str) -> dict[str, Any]:
    empty = "" if rows else _("No case came, none was solved and none is open.")
    return {"title": title, "sentence": sentence, "heads": heads, "rows": rows, "more": more, "empty": empty}


def _definition_note() -> str:
    return _(
        "Times run from the citizen's own post or call, not from when we read it, day and night. They are medians: half"
        " of the cases took less, half took more."
    )
