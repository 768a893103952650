"""The roster as a sheet a clerk can fill in: out as CSV or XLSX, in again with every row judged first."""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export import fields, resources
from import_export.instance_loaders import BaseInstanceLoader
from import_export.results import Result
from tablib import Dataset

from districts.duty import Hours
from districts.models import Officer, Posting, Shift
from districts.models.people import EVERY_DAY
from districts.roster import RosterDesk, Turn, hours_of
from districts.roster_changes import Span, assign, guest

LARGEST_FILE, MOST_ROWS, LARGEST_UNPACKED = 500_000, 2_000, 10_000_000
DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
COLUMNS = (
    *("place", "place name", "role", "officer", "officer name", "weekdays", "from", "to"),
    *("start date", "end date", "stand-in"),
)
_YES, _NO = {"yes", "y", "1", "true", "हाँ"}, {"", "no", "n", "0", "false", "नहीं"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class SheetRefused(Exception):
    """The file as a whole cannot be read; the message says why, in the reader's language."""


@dataclass(slots=True)
class Line:
    """One row of the sheet as it is written, then as it is understood."""

    place: str = ""
    place_name: str = ""
    role: str = ""
    officer: str = ""
    officer_name: str = ""
    weekdays: str = ""
    starts: str = ""
    ends: str = ""
    start_date: str = ""
    end_date: str = ""
    stand_in: str = ""


class RosterResource(resources.Resource):
    """Turns of the rows that a keeper keeps; officers who may sit there."""

    place = fields.Field("place", "place")
    place_name = fields.Field("place_name", "place name")
    role = fields.Field("role", "role")
    officer = fields.Field("officer", "officer")
    officer_name = fields.Field("officer_name", "officer name")
    weekdays = fields.Field("weekdays", "weekdays")
    starts = fields.Field("starts", "from")
    ends = fields.Field("ends", "to")
    start_date = fields.Field("start_date", "start date")
    end_date = fields.Field("end_date", "end date")
    stand_in = fields.Field("stand_in", "stand-in")

    class Meta:
        use_transactions = True
        import_id_fields: Sequence[str] = ()
        store_row_values = True
        instance_loader_class = BaseInstanceLoader

    def __init__(self, desks: Iterable[RosterDesk], may_sit: Mapping[str, set[int]]) -> None:
        super().__init__()
        self.desks = {desk.key: desk for desk in desks}
        self.may_sit = may_sit
        self.officers = {one.username: one for one in Officer.objects.filter(pk__in=set().union(*may_sit.values()))}

    def init_instance(self, row: Any = None) -> Line:  # noqa: ARG002 - the library names it
        """A row to be filled."""
        return Line()

    def get_or_init_instance(self, _loader: Any, row: Any) -> tuple[Line, bool]:
        """What is there already is looked up when the row is understood."""
        return self.init_instance(row), True

    def validate_instance(
        self,
        instance: Line,
        import_validation_errors: Any = None,  # noqa: ARG002 - the library names them
        validate_unique: bool = True,  # noqa: ARG002
    ) -> None:
        """Raise ValidationError in words a clerk understands."""
        self._read(instance)

    def skip_row(self, instance: Line, original: Any, row: Any, import_validation_errors: Any = None) -> bool:  # noqa: ARG002
        """A row that says what is so already changes nothing."""
        try:
            return self._there(self._read(instance)) is True
        except ValidationError:
            return False

    def save_instance(self, instance: Line, is_create: bool, row: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Write it; the dry run is taken back by the library."""
        self._write(self._read(instance))

    def _read(self, line: Line) -> "Wish":
        desk = self.desks.get(line.place)
        if desk is None:
            raise ValidationError(_("There is no place “%(place)s” that you keep.") % {"place": line.place[:40]})
        officer = self.officers.get(line.officer)
        if officer is None or officer.pk not in self.may_sit[desk.key]:
            raise ValidationError(_("“%(officer)s” cannot be put there.") % {"officer": line.officer[:40]})
        first, last = _day(line.start_date) or timezone.localdate(), _day(line.end_date)
        if last and last < first:
            raise ValidationError(_("The last day is before the first."))
        if not (line.weekdays or line.starts or line.ends):
            return Wish(desk, officer, None, first, last, is_yes(line.stand_in))
        hours = Hours(
            *(weekdays_of(line.weekdays), _time(line.starts), _time(line.ends)),
            *(is_yes(line.stand_in), first, last),
        )
        wish = Wish(desk, officer, hours, first, last, hours.is_stand_in)
        if first < timezone.localdate() and not self._there(wish):
            raise ValidationError(_("The first day is over; what is past is not changed."))
        return wish

    def _there(self, wish: "Wish") -> Shift | bool:
        """True if it is so already; the shift that differs in its end or stand-in only; False for a new one."""
        held = Posting.objects.filter(wish.desk.wanted(), officer=wish.officer)
        if wish.hours is None:
            return held.exclude(ends_on__lt=wish.first).exists()
        same = {"weekdays": wish.hours.weekdays, "starts": wish.hours.starts, "ends": wish.hours.ends}
        shifts = Shift.objects.filter(posting__in=held, from_date=wish.first, **same)
        found = next(iter(shifts.select_related("posting").order_by("pk")), None)
        return found is not None and (_as_shown(found) == wish.hours or found)

    def _write(self, wish: "Wish") -> None:
        found = self._there(wish)
        if isinstance(found, Shift) and wish.hours:
            found.until_date, found.is_stand_in = wish.hours.until_date, wish.hours.is_stand_in
            found.save()
        elif wish.hours:
            turn, span = Turn(wish.hours.starts, wish.hours.ends), Span(wish.first, wish.last)
            assign(wish.desk, wish.officer, [turn], wish.hours.weekdays, span, is_stand_in=wish.is_stand_in)
        elif not found:
            guest(wish.desk, wish.officer, Span(wish.first, wish.last))


@dataclass(frozen=True, slots=True)
class Wish:
    """What a row asks for; without hours, to be posted there."""

    desk: RosterDesk
    officer: Officer
    hours: Hours | None
    first: date
    last: date | None
    is_stand_in: bool


def rows_of(desks: Iterable[RosterDesk], on: date) -> Dataset:
    """The sheet of what is in force on that day or comes later."""
    sheet = Dataset(headers=COLUMNS)
    for desk in desks:
        held = Posting.objects.filter(desk.wanted(), officer__is_active=True).exclude(ends_on__lt=on)
        for posting in held.select_related("officer").prefetch_related("shifts").order_by("pk"):
            rows = [hours_of(shift) for shift in posting.shifts.all()]
            coming = [row for row in rows if row.until_date is None or row.until_date >= on]
            wanted: list[Hours | None] = [*coming] or [None]
            for row in wanted:
                sheet.append([harmless(cell) for cell in _cells(desk, posting, row)])
    return sheet


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def read_sheet(content: bytes, name: str) -> Dataset:
    """The file as a table of texts. Raises SheetRefused for anything that is no such sheet."""
    if len(content) > LARGEST_FILE:
        raise SheetRefused(_("The file is too large."))
    is_xlsx = name.lower().endswith(".xlsx")
    try:
        if is_xlsx:
            _refuse_bombs(content)
        text = content if is_xlsx else content.decode("utf-8-sig")
        raw = Dataset().load(BytesIO(text) if isinstance(text, bytes) else text, format="xlsx" if is_xlsx else "csv")
    except SheetRefused:
        raise
    except Exception as bad:  # whatever a broken file makes the readers raise
        raise SheetRefused(_("This is no CSV or XLSX file of the roster.")) from bad
    return _plain(raw)


def faults_of(result: Result) -> list[tuple[int, str]]:
    """(row of the sheet, what is wrong); the heading is row 1."""
    wrong = [(row.number + 1, " ".join(row.error.messages)) for row in result.invalid_rows]
    broken = [(number + 1, str(error.error)) for number, errors in result.row_errors() for error in errors]
    return sorted(wrong + broken)


def _refuse_bombs(content: bytes) -> None:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > LARGEST_UNPACKED:
            raise SheetRefused(_("The file is too large."))


def _plain(raw: Dataset) -> Dataset:
    headers = [str(name or "").strip().lower() for name in raw.headers or []]
    if missing := [name for name in COLUMNS if name not in headers and not name.endswith(" name")]:
        raise SheetRefused(_("The sheet lacks the columns: %(columns)s") % {"columns": ", ".join(missing)})
    if len(raw) > MOST_ROWS:
        raise SheetRefused(_("The sheet has more than %(most)d rows.") % {"most": MOST_ROWS})
    sheet = Dataset(headers=COLUMNS)
    for row in raw:
        cells = dict(zip(headers, row, strict=False))
        if any(cell not in {None, ""} for cell in cells.values()):
            sheet.append([_text(cells.get(name)) for name in COLUMNS])
    return sheet


def _text(cell: Any) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%d-%m-%Y}"
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    return "" if cell is None else str(cell).strip().removeprefix("'").replace("\0", "")[:200]


def _cells(desk: RosterDesk, posting: Posting, row: Hours | None) -> list[str]:
    first, last = (row.from_date, row.until_date) if row else (posting.starts_on, posting.ends_on)
    days = ",".join(name for n, name in enumerate(DAYS) if row and row.weekdays & (1 << n))
    is_stand_in = posting.is_stand_in or bool(row and row.is_stand_in)
    return [
        *(desk.key, f"{desk.area.label}: {desk.label}", desk.role, posting.officer.username, posting.officer.label),
        *(days, f"{row.starts:%H:%M}" if row else "", f"{row.ends:%H:%M}" if row else ""),
        *(f"{first:%d-%m-%Y}", f"{last:%d-%m-%Y}" if last else "", "yes" if is_stand_in else "no"),
    ]


def _as_shown(shift: Shift) -> Hours:
    """As the sheet shows it: all turns of a stand-in are a stand-in's."""
    return replace(hours_of(shift), is_stand_in=shift.is_stand_in or shift.posting.is_stand_in)


def weekdays_of(text: str) -> int:
    """The sum of days written as 'mo,tu'; every day for none. Raises ValidationError."""
    names = [name.strip().lower()[:2] for name in text.split(",") if name.strip()]
    if not names:
        return EVERY_DAY
    if unknown := [name for name in names if name not in DAYS]:
        raise ValidationError(_("“%(day)s” is no weekday; write mo,tu,we,th,fr,sa,su.") % {"day": unknown[0]})
    return sum({1 << DAYS.index(name) for name in names})


def _time(text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()
    except ValueError:
        raise ValidationError(_("“%(time)s” is no time like 06:00.") % {"time": text[:20]}) from None


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%d-%m-%Y").date() if text else None
    except ValueError:
        raise ValidationError(_("“%(date)s” is no date like 23-11-2026.") % {"date": text[:20]}) from None


def is_yes(text: str) -> bool:
    """What the column stand-in says. Raises ValidationError."""
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    raise ValidationError(_("Write yes or no for stand-in."))
