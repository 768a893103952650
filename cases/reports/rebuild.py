"""Counts every case anew, a third of a month at a time, so that memory hardly grows with history."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Max, Min
from psycopg import IsolationLevel
from psycopg.errors import SerializationFailure

from cases.models import Case, CaseQuerySet, Counted, Feedback, Figure, FigureState, Miss
from cases.reports import facts
from cases.reports.cells import COLUMNS, VERSION, figure_of, spreads_of
from cases.reports.facts import COUNTERS, Cell, Cells, Fact, Sums
from cases.reports.periods import floor, following, hours_from

MOST_TRIES = 20  # to find a moment in which nobody counts
LONGER = facts.WIDE[2:]  # than a third of a month
_ROWS = 2000
_TABLE = Figure._meta.db_table


def rebuild(at: datetime, said: Callable[[], Any] = lambda: None) -> int:
    """Throw the rollups away and count all cases; how many. What is read meanwhile is the state before. `said` hears of
    every third of a month that is done."""
    for _again in range(MOST_TRIES):
        try:
            return _rebuilt(at, said)
        except OperationalError as error:
            # Who counted at that moment has changed the row we waited for: this view of the cases is over.
            if not isinstance(error.__cause__, SerializationFailure):
                raise
    return _rebuilt(at, said)


def _rebuilt(at: datetime, said: Callable[[], Any]) -> int:
    with _one_view(), transaction.atomic():
        state, _ = FigureState.objects.update_or_create(
            defaults={"version": VERSION, "counted_until": at, "rebuilt_at": at}, pk=1
        )
        FigureState.objects.select_for_update().get(pk=state.pk)
        Figure.objects.all()._raw_delete(using=connection.alias)
        Counted.objects.all()._raw_delete(using=connection.alias)
        counted = _take_down()
        wide: Cells = {}
        for start, end in _thirds():
            said()
            cells = _cells_between(start, end, hours_from(at))
            for cell in [cell for cell in cells if cell.grain in LONGER]:
                facts.put(wide, cell, cells.pop(cell))
            _store(cells)
            over = [grain for grain in LONGER if end == floor(end, grain)]
            _store({cell: wide.pop(cell) for cell in list(wide) if cell.grain in over})
        _store(wide)
        Miss.objects.filter(counted=False).update(counted=True)
    return counted


@contextmanager
def _one_view() -> Iterator[None]:
    """What is taken down and what is counted are the cases at one moment, though officers work on."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    before = connection.connection.isolation_level
    connection.connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        yield
    finally:
        connection.connection.isolation_level = before


def _take_down() -> int:
    """The facts of all cases into `Counted`, by the database alone."""
    last = "SELECT {} FROM {} f WHERE f.case_id = c.id ORDER BY f.at DESC, f.id DESC LIMIT 1"
    answers = (last.format(column, Feedback._meta.db_table) for column in ("f.at", "f.helped"))
    named = [f"c.{name}" for name in Fact._fields[1:-2]]
    chosen = ", ".join(["c.id", *named, *(f"({answer})" for answer in answers)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Counted._meta.db_table} ({', '.join(Fact._fields)})"  # noqa: S608 - names of our own columns
            f" SELECT {chosen} FROM {Case._meta.db_table} c"
        )
        return int(cursor.rowcount)


def _thirds() -> Iterator[tuple[datetime, datetime]]:
    """Every third of a month (Asia/Kolkata) from the first plea to the last thing that happened."""
    ends = Case.objects.aggregate(
        first=Min("opened_at"), opened=Max("opened_at"), solved=Max("resolved_at"), end=Max("closed_at")
    )
    others = [Feedback.objects.aggregate(last=Max("at"))["last"], Miss.objects.aggregate(last=Max("at"))["last"]]
    known = [moment for moment in (*ends.values(), *others) if moment]
    if not known:
        return
    start = floor(min(known), facts.THIRD)
    while start <= max(known):
        end = following(start, facts.THIRD)
        yield start, end
        start = end


def _cells_between(start: datetime, end: datetime, hours: datetime) -> Cells:
    into: Cells = {}
    for clock, moment_of in facts.CLOCKS.items():
        for fact in facts.facts_of(_between(clock, start, end)):
            if start <= (at := getattr(fact, clock)) < end:
                facts.gather(into, fact, [moment_of(fact, at)], hours)
    for miss in Miss.objects.filter(at__gte=start, at__lt=end).iterator(_ROWS):
        fact, moment = facts.missed(miss)
        facts.gather(into, fact, [moment], hours)
    facts.add_wider(into)
    return into


def _between(clock: str, start: datetime, end: datetime) -> CaseQuerySet:
    if clock == "answered_at":  # an earlier answer of theirs may be the one in the month: the last one counts
        answered = Feedback.objects.filter(at__gte=start, at__lt=end)
        return Case.objects.filter(pk__in=answered.values("case"))
    return Case.objects.filter(**{f"{clock}__gte": start, f"{clock}__lt": end})


def _store(cells: Cells) -> None:
    if connection.vendor == "postgresql":
        _copy(cells)
    else:
        rows = (figure_of(cell, sums) for cell, sums in cells.items() if sums.tidy())
        Figure.objects.bulk_create(rows, batch_size=_ROWS)


def _copy(cells: Cells) -> None:
    """PostgreSQL takes rows by COPY some eight times as fast as by INSERT, and lines faster than values."""
    columns = ("id", *Cell._fields, *COLUMNS)
    with connection.cursor() as cursor, cursor.copy(f"COPY {_TABLE} ({', '.join(columns)}) FROM STDIN") as copy:
        lines: list[str] = []
        for cell, sums in cells.items():
            if sums.tidy():
                lines.append(_line(cell, sums))
            if len(lines) == _ROWS:
                copy.write("".join(lines))
                lines = []
        copy.write("".join(lines))


def _line(cell: Cell, sums: Sums) -> str:
    """A row in COPY's text form. No key holds a tab or a backslash: they are codes and numbers."""
    counts = "\t".join(str(sums.counts.get(name, 0)) for name in COUNTERS)
    start = datetime.fromtimestamp(cell.start, UTC)
    named = "\t".join(map(str, (cell.number, *cell[:5], start, cell.key)))
    spreads = "\t".join(map(json.dumps, spreads_of(sums)))
    return f"{named}\t{counts}\t{spreads}\n"
