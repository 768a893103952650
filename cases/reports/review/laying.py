"""The collector's office: a sheet's content as headings, numbers and tables of text, for page, PDF and workbook alike.

Pure: nothing is read but the content, so that an old sheet says for ever what it said. In the language that is active.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from cases.reports.figures import COUNT, MEASURES, MINUTES, RANK_FROM, Measure
from cases.reports.review.content import Content
from cases.reports.templatetags.report_words import minutes
from cases.workflow import Clock, Rung, Status
from districts.models import Role
from districts.roster import DESK_WORDS

LATE, DONE = "late", "solved"
# An open figure is of the moment the sheet was drawn up: said when that was not at the time of the review.
DRAWN_UP_LATE = timedelta(minutes=5)
FOUR = ("open_now", "late_now", "median_help", "kept_percent")


@dataclass(frozen=True, slots=True)
class Cell:
    """One text of a table; `number` as a workbook counts with it; `note` in small letters."""

    text: str
    number: float | None = None
    state: str = ""
    note: str = ""
    note_is_short: bool = False  # stands beside the text, not under it
    link: str = ""  # a case's reference


@dataclass(frozen=True, slots=True)
class Stat:
    """One figure of the whole, with how it changed."""

    label: str
    value: str
    note: str
    number: float | None
    before: float | None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column; `share` is its width on paper beside the others."""

    label: str
    is_number: bool = False
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """One part of the sheet. `more` lines are known and not shown here."""

    key: str
    title: str
    heads: list[Head]
    rows: list[list[Cell]]
    empty: str
    sentence: str = ""
    more: int = 0

    def cut(self, most: int) -> "Table":
        """Its first lines; the others are counted."""
        left_out = max(len(self.rows) - most, 0)
        return replace(self, rows=self.rows[:most], more=self.more + left_out)

    @property
    def more_words(self) -> str:
        """'and 12 more'; '' when all are there."""
        return ngettext("and %(n)d more", "and %(n)d more", self.more) % {"n": self.more} if self.more else ""

    @property
    def labelled(self) -> list[list[tuple[Head, Cell]]]:
        """Each cell with its head: a phone shows a line as a card."""
        return [list(zip(self.heads, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that is shown of a review."""

    title: str
    place: str
    above: str
    office: str
    span: str
    drawn_up: str
    stats: list[Stat] = field(default_factory=list)
    more_stats: list[Stat] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


def laid_out(content: Content) -> Sheet:
    """The sheet in the active language."""
    stats = [_stat(measure, content["figures"][measure.name]) for measure in _measures(content, "figures")]
    fours = [MEASURES[name].label for name in FOUR]
    return Sheet(
        title=_title(content),
        place=_name(content["place"]),
        above=_name(content["above"]),
        office=_name(content["office"]),
        span=_span(content),
        drawn_up=_drawn_up(content),
        stats=[stat for stat in stats if stat.label in fours],
        more_stats=[stat for stat in stats if stat.label not in fours],
        tables=_tables(content),
    )


def title_of(content: Content) -> str:
    """'Bilaspur: morning review of 22-11-2026 09:00', for lists, mails and the document's own title."""
    return f"{_name(content['place'])}: {_title(content)}"


def file_name(content: Content, ending: str) -> str:
    """'review-d375-22-11-2026-0900.pdf'."""
    place, held = content["place"], datetime.fromisoformat(content["held_at"])
    return f"review-{place['level']}{place['code']}-{held:%d-%m-%Y-%H%M}.{ending}"


def heading(time: dict[str, Any] | None, held_at: datetime) -> str:
    """'Morning review, 22-11-2026 09:00'; without a time of the day it was asked for in between."""
    moment = f"{timezone.localtime(held_at):%d-%m-%Y %H:%M}"
    if time is None:
        return _("Review in between, %(moment)s") % {"moment": moment}
    return _("%(name)s review, %(moment)s") % {"name": _name(time), "moment": moment}


def _title(content: Content) -> str:
    return heading(content.get("time"), datetime.fromisoformat(content["held_at"]))


def _drawn_up(content: Content) -> str:
    drawn, held = (datetime.fromisoformat(content[name]) for name in ("drawn_up_at", "held_at"))
    words = _("Drawn up %(moment)s.") % {"moment": _moment(content["drawn_up_at"])}
    if drawn - held < DRAWN_UP_LATE:
        return words
    of_when = _("Open and late cases, gaps and decisions are of that moment.")
    return f"{words} {of_when}"


# --- Figures ------------------------------------------------------------------------------------------------


def _measures(content: Content, part: str) -> list[Measure]:
    """The figures of that part in the order they were shown in."""
    return [MEASURES[name] for name in content["shown"][part] if name in MEASURES]


def _stat(measure: Measure, figure: list[Any]) -> Stat:
    value, size, before = figure
    notes = [_change(measure, value, before), _of_cases(measure, size)]
    state = LATE if measure.name == "late_now" and value else ""
    note = ", ".join(note for note in notes if note)
    return Stat(str(measure.label), _written(measure, value), note, value, before, state)


def _written(measure: Measure, value: float | None) -> str:
    if value is None:
        return "–"
    if measure.unit == COUNT:
        return str(round(value))
    return minutes(value) if measure.unit == MINUTES else f"{value:.0f}%"


def _change(measure: Measure, value: float | None, before: float | None) -> str:
    """'3 more', '12 min less', 'as before'."""
    if value is None or before is None:
        return ""
    by = value - before
    if abs(by) < 0.5:
        return _("as before")
    amount = _written(measure, abs(by))
    return _("%(amount)s more") % {"amount": amount} if by > 0 else _("%(amount)s less") % {"amount": amount}


def _of_cases(measure: Measure, size: int) -> str:
    if measure.unit == COUNT or not size:
        return ""
    return ngettext("of %(n)d case", "of %(n)d cases", size) % {"n": size}


def _figure_cell(measure: Measure, figure: list[Any]) -> Cell:
    value, size, before = figure
    state = LATE if measure.name == "late_now" and value else ""
    if measure.unit == COUNT:
        by = None if before is None or value is None else round(value - before)
        return Cell(_written(measure, value), value, state, f"{by:+d}" if by else "")
    note = f"n={size}" if size and size < RANK_FROM else ""
    return Cell(_written(measure, value), value, state, note)


# --- Tables -------------------------------------------------------------------------------------------------


def _tables(content: Content) -> list[Table]:
    found = [
        _decisions(content),
        _waiting(content["waiting"]),
        _lines(content, "below"),
        _misses(content["misses"]),
        _gaps(content["gaps"]),
        _stock(content["stock"]),
        _remarks(content["remarks"]),
    ]
    if content["place"]["level"] == "d":
        found.insert(3, _lines(content, "officers"))
    return found


def _decisions(content: Content) -> Table:
    heads = [
        Head(_("Decision"), share=5),
        Head(_("Who"), share=2),
        Head(_("Due by"), share=1.6),
        Head(_("Done?"), share=3),
    ]
    rows = [
        [Cell(row["text"]), Cell(_name(row["officer"])), Cell(_short(row["due_by"])), _done(row)]
        for row in content["decisions"]
    ]
    empty = _("No decision was open or newly made.")
    return Table("decisions", _("Decided last time, and whether it was done"), heads, rows, empty)


def _done(row: dict[str, Any]) -> Cell:
    if row["done_at"]:
        words = _("Done %(moment)s") % {"moment": _short(row["done_at"])}
        return Cell(words, state=DONE, note=row["done_note"])
    return Cell(_("Not done, overdue"), state=LATE) if row["late"] else Cell(_("Not done yet"))


def _waiting(rows: list[dict[str, Any]]) -> Table:
    heads = [
        *(Head(_("Case"), share=1.6), Head(_("Need"), share=1.6), Head(_("Place"), share=1.8)),
        *(Head(_("Waits"), is_number=True, share=1.7), Head(_("Late by"), is_number=True, share=2.1)),
        *(Head(_("Status"), share=1.8), Head(_("Officer"), share=1.8)),
    ]
    lines = [
        [
            Cell(row["reference"], link=row["reference"]),
            Cell(_name(row["need"])),
            Cell(_name(row["place"]) or _("Place not known")),
            Cell(minutes(row["minutes"]), row["minutes"]),
            Cell("–") if row["late"] is None else Cell(minutes(row["late"]), row["late"], LATE),
            Cell(str(Status(row["status"]).label)),
            Cell(_name(row["officer"]) or _("Nobody")),
        ]
        for row in rows
    ]
    return Table("waiting", _("Waiting longest"), heads, lines, _("No case is open here."))


def _lines(content: Content, part: str) -> Table:
    of_officers = part == "officers"
    is_state = content["place"]["level"] == "s"
    nobody = _("Nobody") if of_officers else _("Place not known")
    first = _("Officer") if of_officers else _("District") if is_state else _("Block")
    titles = {"officers": _("By officer"), "below": _("By district") if is_state else _("By block")}
    measures = _measures(content, part)
    heads = [Head(first, share=2.6), *(Head(str(measure.label), is_number=True) for measure in measures)]
    rows = [
        [Cell(_name(line) or nobody, note=_name(line.get("of")), note_is_short=True)]
        + [_figure_cell(measure, line["figures"][measure.name]) for measure in measures]
        for line in content[part]
    ]
    empty = _("No case came, none was solved and none is open.")
    return Table(part, titles[part], heads, rows, empty, _("In small figures the change."))


def _misses(content: dict[str, Any]) -> Table:
    heads = [
        *(Head(_("Case"), share=1.9), Head(_("Need and place"), share=3), Head(_("Not kept"), share=2)),
        *(Head(_("Officer"), share=2), Head(_("Why"), share=3)),
    ]
    rows = [
        [
            Cell(row["reference"], link=row["reference"], note=_short(row["limit_at"])),
            Cell(_name(row["need"]), note=_name(row["place"]) or _("Place not known")),
            Cell(str(Clock(row["clock"]).label).capitalize(), note=_rung_words(row["rung"])),
            Cell(_name(row["officer"]) or _("Nobody")),
            Cell(row["reason"], note=_name(row["reason_by"]))
            if row["reason"]
            else Cell(_("no reason given"), state=LATE),
        ]
        for row in content["rows"]
    ]
    count, explained = content["count"], content["explained"]
    sentence = _("%(count)d in all, %(explained)d with a reason.") % {"count": count, "explained": explained}
    title, empty = _("Promises broken since the last review"), _("No promise was broken.")
    return Table("misses", title, heads, rows, empty, sentence if count else "", more=count - len(rows))


def _rung_words(rung: int) -> str:
    return _("went to: %(who)s") % {"who": Rung(rung).label}


def _gaps(rows: list[dict[str, Any]]) -> Table:
    heads = [Head(_("Place"), share=3), Head(_("Nobody from"), share=2), Head(_("until"), share=2)]
    lines = [[_gap_cell(row), Cell(_short(row["from"])), Cell(_short(row["until"]))] for row in rows]
    title, empty = _("Nobody on duty in the next 24 hours"), _("Somebody is on duty everywhere, all the time.")
    return Table("gaps", title, heads, lines, empty)


def _gap_cell(row: dict[str, Any]) -> Cell:
    if "district" in row:
        count = ngettext("%(n)d gap, this is the first", "%(n)d gaps, this is the first", row["count"])
        return Cell(_name(row["district"]), note=count % {"n": row["count"]} if row["count"] > 1 else "")
    if row["place"]:
        return Cell(_("%(block)s block") % {"block": _name(row["place"])}, state=LATE)
    return Cell(_desk_words(row["role"]), state=LATE)


def _desk_words(role: str) -> str:
    return str(DESK_WORDS[Role(role)])


def _stock(rows: list[dict[str, Any]]) -> Table:
    heads = [Head(_("What"), share=3), Head(_("In store"), is_number=True), Head(_("Counted"), share=2)]
    lines = [
        [Cell(_name(row)), Cell(str(row["quantity"]), row["quantity"], note=_signed(row)), Cell(_short(row["at"]))]
        for row in rows
    ]
    return Table("stock", _("In store"), heads, lines, _("Nobody has entered what is in store."))


def _signed(row: dict[str, Any]) -> str:
    by = 0 if row["before"] is None else row["quantity"] - row["before"]
    return f"{by:+d}" if by else ""


def _remarks(rows: list[dict[str, Any]]) -> Table:
    heads = [Head(_("Remark"), share=5), Head(_("By whom"), share=1.5), Head(_("When"), share=1)]
    lines = [[Cell(row["text"]), Cell(_name(row["by"])), Cell(_short(row["made_at"]))] for row in rows]
    return Table("remarks", _("Remarks since the last review"), heads, lines, _("Nothing was remarked."))


# --- Words --------------------------------------------------------------------------------------------------


def _name(named: dict[str, Any] | None) -> str:
    if not named:
        return ""
    return str(named["name_hi"] if get_language() == "hi" else named["name"])


def _span(content: Content) -> str:
    """Since when, and what reached us too late for the sheet before."""
    since = _("Since the review of %(since)s.") % {"since": _moment(content["since"])}
    late = content.get("came_late")  # not on the first sheets
    if not late:
        return since
    words = ngettext(
        "%(n)d more plea of before it reached us only after it.",
        "%(n)d more pleas of before it reached us only after it.",
        late,
    )
    return f"{since} {words % {'n': late}}"


def _moment(text: str | None) -> str:
    return f"{datetime.fromisoformat(text):%d-%m-%Y %H:%M}" if text else ""


def _short(text: str | None) -> str:
    return f"{datetime.fromisoformat(text):%d-%m %H:%M}" if text else ""
