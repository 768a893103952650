"""The collector's figures of one day: what each number counts, by which clock, from which filter.

All of them start at `Case.objects.visible_to(officer)` and narrow it with `cases.filters.CaseFilter`, so that
the list behind a number is the number. A day is a calendar day in Asia/Kolkata.

received   cases whose plea was made on the day: `opened_at`, the citizen's own time, not ours.
open       owing help now, whenever they came: a moment's figure, the same on every day's sheet.
late       open and past the promised time that runs now (`next_due_at`).
resolved   cases marked solved on the day (`resolved_at`), with any outcome; a reopened case no longer counts.
waits      minutes from the plea (`opened_at`) to the acknowledgement, of the day's received that have one.
helps      minutes from the plea to `resolved_at`, of the day's resolved where help came through this office.
decided    of the day's received: resolved in any way, or still open past the promised time of help.
silent     cases closed on the day (`closed_at`) because the requester never answered; whose patient died was not asked.
forced     cases closed on the day by a supervisor, without the requester's yes.
kept       of the decided: help came through this office within the promised time.

Medians, because one forgotten case would own an average; unacknowledged cases are in no median and are
therefore shown beside it, as late. "Not possible", "died" and "found it themselves" neither shorten a
median nor keep a promise, so that closing quickly does not look like helping.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median

from django.db.models import BooleanField, Count, ExpressionWrapper, Q
from django.utils import timezone

from cases.filters import IS_HELPED, CaseFilter, is_decided, is_kept, is_late
from cases.models import Case, CaseQuerySet
from cases.workflow import Closing
from districts.models import Officer

Key = int | str | None
Params = dict[str, str]
WHOLE, BLOCK, NEED, OFFICER = "whole", "block", "need", "officer"


@dataclass(frozen=True, slots=True)
class Day:
    """One calendar day in Asia/Kolkata."""

    on: date

    @classmethod
    def today(cls) -> "Day":
        """The day it is in Asia/Kolkata."""
        return cls(timezone.localdate())

    @property
    def start(self) -> datetime:
        """Midnight at its beginning."""
        return timezone.make_aware(datetime.combine(self.on, time.min))

    @property
    def before(self) -> date:
        """The day before."""
        return self.on - timedelta(days=1)

    def between(self, column: str) -> Params:
        """The filter's parameters for a column's time on this day; the end is left out of it."""
        return {
            f"{column}_after": self.on.isoformat(),
            f"{column}_before": (self.on + timedelta(days=1)).isoformat(),
        }


def filters_of(day: Day) -> dict[str, Params]:
    """Each figure's name -> the parameters of `CaseFilter` that find its cases."""
    received, resolved, closed = day.between("opened"), day.between("resolved"), day.between("closed")
    return {
        "received": received,
        "open": {"status": "open"},
        "late": {"status": "late"},
        "resolved": resolved,
        "waits": received | {"acknowledged": "yes"},
        "helps": resolved | {"outcome": "help"},
        "kept": received | {"promise": "kept"},
        "decided": received | {"promise": "decided"},
        "silent": closed | {"closing": Closing.SILENCE.value},
        "forced": closed | {"closing": Closing.FORCED.value},
    }


@dataclass(slots=True)
class Tally:
    """The figures of the whole, or of one block, need or officer. Times in minutes."""

    received: int = 0
    open: int = 0
    late: int = 0
    resolved: int = 0
    kept: int = 0
    decided: int = 0
    silent: int = 0
    forced: int = 0
    waits: list[float] = field(default_factory=list)
    helps: list[float] = field(default_factory=list)

    @property
    def wait(self) -> float | None:
        """Median minutes to acknowledge; None without a case."""
        return median(self.waits) if self.waits else None

    @property
    def help(self) -> float | None:
        """Median minutes to help; None without a case."""
        return median(self.helps) if self.helps else None

    @property
    def kept_percent(self) -> int | None:
        """Share of promises kept, in percent; None when none is decided."""
        return round(100 * self.kept / self.decided) if self.decided else None


class Tallies(defaultdict[tuple[str, Key], Tally]):
    """(cut, key) -> Tally, e.g. ("block", 3604)."""

    def __init__(self) -> None:
        super().__init__(Tally)

    def touched_by(self, block: Key, need: Key, officer: Key) -> Iterator[Tally]:
        """The tallies one case counts in: the whole, its block, its need, its officer."""
        for cut, key in ((WHOLE, None), (BLOCK, block), (NEED, need), (OFFICER, officer)):
            yield self[cut, key]

    def keys_of(self, cut: str) -> list[Key]:
        """The blocks, needs or officers that have any figure."""
        return [key for of, key in self if of == cut]


def count(officer: Officer, day: Day, at: datetime) -> Tallies:
    """All figures of a day for an officer, in five queries: the day's received, resolved and closed (bounded by the
    day), and the open ones grouped by the database."""
    cases = Case.objects.visible_to(officer)
    tallies = Tallies()
    _count_received(tallies, _found(cases, filters_of(day)["received"]), at)
    _count_resolved(tallies, _found(cases, filters_of(day)["resolved"]))
    _count_open(tallies, _found(cases, filters_of(day)["open"]), at)
    for figure in ("silent", "forced"):
        _count_closed(tallies, _found(cases, filters_of(day)[figure]), figure)
    return tallies


def _found(cases: CaseQuerySet, params: Mapping[str, str]) -> CaseQuerySet:
    return CaseFilter(params, queryset=cases).found


def _flag(condition: Q) -> "ExpressionWrapper[Q]":
    return ExpressionWrapper(condition, BooleanField())


def _minutes(start: datetime, end: datetime) -> float:
    return max((end - start).total_seconds() / 60, 0.0)


def _count_received(tallies: Tallies, received: CaseQuerySet, at: datetime) -> None:
    rows = received.values_list(
        "block", "need", "officer", "opened_at", "acknowledged_at", _flag(is_kept(at)), _flag(is_decided(at))
    )
    for block, need, officer, opened_at, acknowledged_at, kept, decided in rows.iterator():
        for tally in tallies.touched_by(block, need, officer):
            tally.received += 1
            tally.kept += bool(kept)
            tally.decided += bool(decided)
            if acknowledged_at:
                tally.waits.append(_minutes(opened_at, acknowledged_at))


def _count_resolved(tallies: Tallies, resolved: CaseQuerySet) -> None:
    rows = resolved.values_list("block", "need", "officer", "opened_at", "resolved_at", _flag(IS_HELPED))
    for block, need, officer, opened_at, resolved_at, helped in rows.iterator():
        for tally in tallies.touched_by(block, need, officer):
            tally.resolved += 1
            if helped:
                tally.helps.append(_minutes(opened_at, resolved_at))


def _count_open(tallies: Tallies, still_open: CaseQuerySet, at: datetime) -> None:
    rows = still_open.order_by().values_list("block", "need", "officer")
    counted = rows.annotate(owing=Count("pk"), past_due=Count("pk", filter=is_late(at)))
    for block, need, officer, owing, past_due in counted:
        for tally in tallies.touched_by(block, need, officer):
            tally.open += owing
            tally.late += past_due


def _count_closed(tallies: Tallies, closed: CaseQuerySet, figure: str) -> None:
    counted = closed.order_by().values_list("block", "need", "officer").annotate(ended=Count("pk"))
    for block, need, officer, ended in counted:
        for tally in tallies.touched_by(block, need, officer):
            setattr(tally, figure, getattr(tally, figure) + ended)
