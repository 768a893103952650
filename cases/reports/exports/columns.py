"""Exports: the columns of a list of cases: what it is, where, every time of its life, how it ended, who held it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast

from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cases import access
from cases.filters import HELP
from cases.models import Feedback, Message, Need, Phone
from cases.plain import without_numbers
from cases.workflow import Closing, Move, Outcome, Rung, Status, Urgency
from districts.models import Block, District, Officer, State

Cell = str | int | float | datetime | None
TEXT, NUMBER, MINUTES, TIME = "text", "number", "minutes", "time"
_HELP = frozenset(outcome.value for outcome in HELP)


class Row(NamedTuple):
    """A case as it is read: these names are columns of `Case` or lead from it."""

    pk: int
    reference: str
    status: str
    need_id: str
    other_needs: list[str]
    urgency: str
    channel: str
    state_id: int | None
    district_id: int | None
    block_id: int | None
    place__name: str | None
    place__name_hi: str | None
    place_text: str
    opened_at: datetime
    received_at: datetime
    assigned_at: datetime | None
    acknowledged_at: datetime | None
    started_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    respond_by: datetime
    resolve_by: datetime
    minutes_received: float | None
    minutes_assigned: float | None
    minutes_acknowledged: float | None
    minutes_resolved: float | None
    minutes_confirmed: float | None
    outcome: str
    closing: str
    reopened_count: int
    turn: int
    rung: int
    resolve_rung: int
    officer_id: int | None
    message_count: int
    joined_to__reference: str | None


class Persons(NamedTuple):
    """What is read beside it when names and numbers are asked for and allowed."""

    requester_id: int
    requester__name: str
    requester__x_username: str
    patient_id: int | None
    patient__name: str | None
    patient_age: int | None
    spo2: int | None
    excerpt: str
    resolution: str


class Words:
    """The names of places, needs and officers in the active language, read once and not once a line."""

    def __init__(self, asker: Officer, at: datetime) -> None:
        self.asker, self.at = asker, at
        self.needs = {need.code: need.label for need in Need.objects.all()}
        self.states, self.districts, self.blocks = (_labels(table) for table in (State, District, Block))
        self.officers: dict[int, str] = {}
        self.answers: dict[int, tuple[datetime, bool]] = {}
        self.phones: dict[int, str] = {}
        self.is_hindi = get_language() == "hi"
        self.of = {kind: {one.value: capfirst(str(one.label)) for one in kind} for kind in _KINDS}
        self.kept, self.broken, self.yes, self.no = gettext("Kept"), gettext("Broken"), gettext("Yes"), gettext("No")

    def look_up(self, rows: Sequence[Row], persons: Sequence[Persons]) -> None:
        """What these lines need: new officers, the requesters' last answers, telephone numbers."""
        new = {row.officer_id for row in rows if row.officer_id} - self.officers.keys()
        if new:
            people = Officer.objects.only("username", "first_name", "last_name", "name_hi").in_bulk(new)
            self.officers |= {pk: officer.label for pk, officer in people.items()}
        ended = [row.pk for row in rows if row.resolved_at]
        given = Feedback.objects.filter(case__in=ended).order_by("at", "pk").values_list("case_id", "at", "helped")
        self.answers = {case: (at, helped) for case, at, helped in given}
        who = {pk for one in persons for pk in (one.requester_id, one.patient_id) if pk}
        self.phones = _joined(Phone.objects.filter(person__in=who).order_by("pk").values_list("person_id", "number"))


_KINDS: tuple[Any, ...] = (Status, Urgency, Message.Channel, Outcome, Closing, Rung)


def _labels(table: Any) -> dict[int, str]:
    return {area.pk: area.label for area in table.objects.only("pk", "name", "name_hi")}


def _joined(pairs: Iterable[tuple[int, str]]) -> dict[int, str]:
    found: dict[int, str] = {}
    for person, number in pairs:
        found[person] = f"{found[person]}, {number}" if person in found else number
    return found


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what kind of cell it has, and the cell of a line."""

    heading: Any
    kind: str
    of: Callable[[Row, Words], Cell]


@dataclass(frozen=True, slots=True)
class PersonsColumn:
    """A column with what is personal; empty where the officer does not work such cases."""

    heading: Any
    kind: str
    of: Callable[[Persons, Words], Cell]


def _row(name: str) -> Callable[[Row, Words], Cell]:
    """The cell is the value itself."""
    number = Row._fields.index(name)
    return lambda row, _words: cast(Cell, row[number])


def _person(name: str) -> Callable[[Persons, Words], Cell]:
    number = Persons._fields.index(name)
    return lambda one, _words: one[number]


def _place(row: Row, words: Words) -> str:
    """As on the list (`Case.place_label`), but never shortened: a file has a column for each."""
    if row.place__name and row.place_text in ("", row.place__name, row.place__name_hi):
        return (row.place__name_hi if words.is_hindi else "") or row.place__name
    return without_numbers(row.place_text)


def _minutes(start: datetime, end: datetime | None) -> float | None:
    return max((end - start).total_seconds() / 60, 0.0) if end else None


def _promise(row: Row, words: Words) -> str:
    """Kept or broken as `filters.PROMISES` says; '' while there is nothing to say."""
    if row.resolved_at and row.outcome in _HELP and row.resolved_at <= row.resolve_by:
        return words.kept
    is_open = row.resolved_at is None and row.closed_at is None
    return words.broken if row.resolved_at or (is_open and row.resolve_by < words.at) else ""


def _answer(row: Row, words: Words) -> str:
    answer = words.answers.get(row.pk)
    return "" if answer is None else words.yes if answer[1] else words.no


def _answered_at(row: Row, words: Words) -> datetime | None:
    return words.answers[row.pk][0] if row.pk in words.answers else None


COLUMNS: tuple[Column, ...] = (
    Column(_("reference"), TEXT, _row("reference")),
    Column(_("status"), TEXT, lambda row, words: words.of[Status][row.status]),
    Column(_("need (code)"), TEXT, _row("need_id")),
    Column(_("need"), TEXT, lambda row, words: words.needs.get(row.need_id, row.need_id)),
    Column(_("also needed"), TEXT, lambda row, words: ", ".join(words.needs.get(one, one) for one in row.other_needs)),
    Column(_("urgency"), TEXT, lambda row, words: words.of[Urgency][row.urgency]),
    Column(_("channel"), TEXT, lambda row, words: words.of[Message.Channel].get(row.channel, row.channel)),
    Column(_("state (LGD code)"), NUMBER, _row("state_id")),
    Column(_("state"), TEXT, lambda row, words: words.states.get(row.state_id or 0, "")),
    Column(_("district (LGD code)"), NUMBER, _row("district_id")),
    Column(_("district"), TEXT, lambda row, words: words.districts.get(row.district_id or 0, "")),
    Column(_("block (LGD code)"), NUMBER, _row("block_id")),
    Column(_("block"), TEXT, lambda row, words: words.blocks.get(row.block_id or 0, "")),
    Column(_("place"), TEXT, _place),
    Column(_("asked for help"), TIME, _row("opened_at")),
    Column(_("received here"), TIME, _row("received_at")),
    Column(_("assigned"), TIME, _row("assigned_at")),
    Column(_("acknowledged"), TIME, _row("acknowledged_at")),
    Column(_("work started"), TIME, _row("started_at")),
    Column(_("solved"), TIME, _row("resolved_at")),
    Column(_("closed"), TIME, _row("closed_at")),
    Column(_("answer promised by"), TIME, _row("respond_by")),
    Column(_("help promised by"), TIME, _row("resolve_by")),
    Column(
        _("minutes: plea to acknowledged"), MINUTES, lambda row, _words: _minutes(row.opened_at, row.acknowledged_at)
    ),
    Column(_("minutes: plea to solved"), MINUTES, lambda row, _words: _minutes(row.opened_at, row.resolved_at)),
    Column(_("minutes: plea to received"), MINUTES, _row("minutes_received")),
    Column(_("minutes: received to assigned"), MINUTES, _row("minutes_assigned")),
    Column(_("minutes: assigned to acknowledged"), MINUTES, _row("minutes_acknowledged")),
    Column(_("minutes: acknowledged to solved"), MINUTES, _row("minutes_resolved")),
    Column(_("minutes: solved to closed"), MINUTES, _row("minutes_confirmed")),
    Column(_("promise of help"), TEXT, _promise),
    Column(_("outcome"), TEXT, lambda row, words: words.of[Outcome].get(row.outcome, "")),
    Column(_("closed how"), TEXT, lambda row, words: words.of[Closing].get(row.closing, "")),
    Column(_("requester says: help has come"), TEXT, _answer),
    Column(_("requester answered"), TIME, _answered_at),
    Column(_("times reopened"), NUMBER, _row("reopened_count")),
    Column(_("times given to somebody else"), NUMBER, _row("turn")),
    Column(_("highest rung reached"), TEXT, lambda row, words: words.of[Rung][max(row.rung, row.resolve_rung)]),
    Column(_("officer"), TEXT, lambda row, words: words.officers.get(row.officer_id or 0, "")),
    Column(_("messages"), NUMBER, _row("message_count")),
    Column(pgettext_lazy("column", "joined to"), TEXT, _row("joined_to__reference")),
)
PERSONS: tuple[PersonsColumn, ...] = (
    PersonsColumn(_("requester"), TEXT, _person("requester__name")),
    PersonsColumn(_("requester's phone"), TEXT, lambda one, words: words.phones.get(one.requester_id, "")),
    PersonsColumn(_("name on X"), TEXT, _person("requester__x_username")),
    PersonsColumn(_("patient"), TEXT, _person("patient__name")),
    PersonsColumn(_("patient's phone"), TEXT, lambda one, words: words.phones.get(one.patient_id or 0, "")),
    PersonsColumn(_("age"), NUMBER, _person("patient_age")),
    PersonsColumn(_("oxygen level"), NUMBER, _person("spo2")),
    PersonsColumn(_("plea"), TEXT, _person("excerpt")),
    PersonsColumn(_("what was done"), TEXT, _person("resolution")),
)


def columns(with_persons: bool) -> tuple[Column | PersonsColumn, ...]:
    """The columns of a file."""
    return (*COLUMNS, *PERSONS) if with_persons else COLUMNS


def read(cases: Any, with_persons: bool) -> tuple[list[Row], list[Persons]]:
    """The lines of these cases, in one query."""
    fields = (*Row._fields, *(Persons._fields if with_persons else ()))
    found = list(cases.values_list(*fields))
    split = len(Row._fields)
    rows = [Row._make(one[:split]) for one in found]
    return rows, [Persons._make(one[split:]) for one in found] if with_persons else []


def cells(rows: Sequence[Row], persons: Sequence[Persons], words: Words) -> Iterable[list[Cell]]:
    """The lines as cells."""
    words.look_up(rows, persons)
    for number, row in enumerate(rows):
        line = [column.of(row, words) for column in COLUMNS]
        if persons:
            shown = access.may(words.asker, Move.NOTE, cast(access.Located, row))
            line += [column.of(persons[number], words) for column in PERSONS] if shown else [None] * len(PERSONS)
        yield line
