"""Exports: writing them: a slice at a time, in turn, going on where a worker that died had come to."""

import errno
import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.models import CaseQuerySet, Export
from cases.reports.exports import columns, figures_file, selection, storage, writing
from cases.reports.exports.columns import Persons, Row, Words
from cases.reports.exports.selection import CASES, REPORT, Refused
from cases.reports.reading import NotCounted
from districts.models import Officer

logger = logging.getLogger(__name__)
State, Form = Export.State, Export.Form
CHUNK = 2000  # lines read, written and made sure at once
SLICE_SECONDS = 8.0  # then others have their turn; a task of 8 s is well within the broker's patience of 60 s
# Nobody holds a claim for so long without a word: the worker is dead.
DEAD_AFTER = timedelta(seconds=60)
MOST_TRIES = 5  # without a line written
CASES_KEPT, REPORTS_KEPT = timedelta(days=settings.EXPORT_DAYS), timedelta(days=35)


class Lost(Exception):
    """The export was taken away meanwhile: deleted by its officer, or given to another worker."""


def run(at: datetime) -> bool:
    """Write a slice of the export whose turn it is; whether there is more to do. Safe to start at any time."""
    with storage.only_one() as is_mine:
        export = _claim(at) if is_mine else None
        if export is None:
            return False
        with override(export.language):
            _write(export)
    return _due(timezone.now()).exists()


def _due(at: datetime) -> "QuerySet[Export]":
    """What waits, and what a dead worker left; from the partial index."""
    dead = Q(state=State.RUNNING, claimed_at__lt=at - DEAD_AFTER)
    return Export.objects.filter(Q(state=State.QUEUED) | dead)


def _claim(at: datetime) -> Export | None:
    """The one that waits longest for its turn, claimed."""
    turn = F("claimed_at").asc(nulls_first=True)
    for pk in _due(at).order_by(turn, "asked_at", "pk").values_list("pk", flat=True)[:10]:
        if _due(at).filter(pk=pk).update(state=State.RUNNING, claimed_at=at, tries=F("tries") + 1):
            return Export.objects.get(pk=pk)
    return None


def _write(export: Export) -> None:
    """Write on; whatever comes, the export's row says how it stands."""
    try:
        if export.tries > MOST_TRIES:  # each try took its worker along
            raise Refused(_broken())
        officer = _asker(export)
        if export.kind == REPORT:
            _write_report(export, officer)
        elif export.form == Form.CSV:
            _write_csv(export, officer)
        else:
            _write_xlsx(export, officer)
    except Refused as refused:
        _fail(export, refused.message)
    except NotCounted:
        with suppress(Lost):
            _keep(export, tries=0)  # the claim stands for a minute; then it is looked at again
    except Lost:
        logger.info("Export %d was taken away while it was written.", export.pk)
        if not Export.objects.filter(pk=export.pk).exists():
            storage.remove(export.path)
    except Exception as error:
        # The claim stands for a minute, so that a database that is away has time to come back.
        logger.exception("Export %d, try %d of %d.", export.pk, export.tries, MOST_TRIES)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            _fail(export, _("The server's disk is full. Ask for it again later, or for fewer cases."))
        elif export.tries >= MOST_TRIES:
            _fail(export, _broken())


def _broken() -> str:
    return _("It could not be written. Ask for it again; if it fails again, tell the administrator.")


def _asker(export: Export) -> Officer:
    """Who asked, as posted today; the places must be those of the first slice."""
    officer = Officer.objects.get(pk=export.officer_id)
    persons = not export.with_persons or selection.may_take_persons(officer)
    if not officer.is_active or not selection.may_take(officer) or not persons:
        raise Refused(_("Your posting does not allow this."))
    mark = selection.mark_of(officer)
    if not export.path:
        _keep(export, path=storage.new_name(export.form, mark))
    elif storage.mark_in(export.path) != mark:
        raise Refused(_("Your postings have changed meanwhile. Ask for it again."))
    return officer


def _write_csv(export: Export, officer: Officer) -> None:
    source = _Source(export, officer)
    began = time.monotonic()
    with writing.csv_file(storage.place_of(export), export.offset) as file:
        if not file.offset:
            file.head(source.columns)
            _keep(export, offset=file.offset, after=None, written=0)
        while source.read():
            file.add(source.lines())
            written = export.written + len(source.rows)
            _keep(export, offset=file.offset, after=source.last, written=written, tries=0)
            if time.monotonic() - began > SLICE_SECONDS:
                _keep(export, state=State.QUEUED)
                return
    _done(export)


def _write_xlsx(export: Export, officer: Officer) -> None:
    """In one go, from the beginning: a workbook cannot be gone on with."""
    source = _Source(export, officer)
    if source.total > writing.SHEET_HOLDS:
        raise Refused(
            _("A sheet of Excel holds %(most)s lines and these are %(count)s cases. Ask for CSV, or for fewer cases.")
            % {"most": f"{writing.SHEET_HOLDS:,}", "count": f"{source.total:,}"}
        )
    _keep(export, written=0, after=None)
    workshop = storage.workshop_of(export)
    with writing.workbook(storage.place_of(export), workshop, _("Cases"), export.asked_at) as book:
        sheet = writing.XlsxSheet(book, source.columns)
        while source.read() and sheet.line + len(source.rows) <= writing.SHEET_HOLDS:
            sheet.add(source.lines())
            _keep(export, after=source.last, written=export.written + len(source.rows))
    storage.clear(workshop)
    _done(export)


def _write_report(export: Export, officer: Officer) -> None:
    def said(_count: int) -> None:
        _keep(export)

    count = figures_file.write(export, officer, storage.place_of(export), said)
    _keep(export, total=count, written=count)
    _done(export)


@dataclass
class _Source:
    """The cases of an export, a chunk at a time by key: what is read does not grow with how far it is."""

    export: Export
    officer: Officer

    def __post_init__(self) -> None:
        export = self.export
        self.cases: CaseQuerySet = selection.cases_of(export.query, self.officer, export.asked_at)
        if export.total is None:
            _keep(export, total=self.cases.order_by().count())
        self.total = export.total or 0
        self.columns = columns.columns(export.with_persons)
        self.words = Words(self.officer, export.asked_at)
        self.rows: list[Row] = []
        self.persons: list[Persons] = []

    def read(self) -> bool:
        """The next chunk; False when there is none."""
        after = self.export.after
        chunk = self.cases.filter(pk__gt=after) if after is not None else self.cases
        self.rows, self.persons = columns.read(chunk[:CHUNK], self.export.with_persons)
        return bool(self.rows)

    def lines(self) -> Any:
        """The chunk as cells."""
        return columns.cells(self.rows, self.persons, self.words)

    @property
    def last(self) -> int:
        """The key of the chunk's last case."""
        return self.rows[-1].pk


def _keep(export: Export, **changed: Any) -> None:
    """Write down how far it is, if it is still ours; a claim that is spoken for again is a live one.

    Raises Lost.
    """
    now = timezone.now()
    ours = Export.objects.filter(pk=export.pk, state=State.RUNNING, claimed_at=export.claimed_at)
    if not ours.update(claimed_at=now, **changed):
        raise Lost
    for name, value in {"claimed_at": now, **changed}.items():
        setattr(export, name, value)


def _done(export: Export) -> None:
    """Ready, and for how long."""
    now = timezone.now()
    _keep(
        export,
        state=State.DONE,
        size=storage.place_of(export).stat().st_size,
        finished_at=now,
        expires_at=now + (CASES_KEPT if export.kind == CASES else REPORTS_KEPT),
    )
    logger.info("Export %d is ready: %d cases, %d bytes.", export.pk, export.written, export.size)


def _fail(export: Export, why: str) -> None:
    """No half of a file stays behind."""
    ours = Export.objects.filter(pk=export.pk, state=State.RUNNING, claimed_at=export.claimed_at)
    ours.update(state=State.FAILED, error=why[:300], finished_at=timezone.now(), path="", offset=0, after=None)
    storage.remove(export.path)
    logger.warning("Export %d failed.", export.pk)
