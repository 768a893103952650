"""Journey 1: a telephone exchange's list of missed calls, pasted or as a file: which numbers rang, and when."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from cases.intake.fields import ten_digits
from cases.missed_calls import OLDEST, Ring

MOST_LINES = 5000
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_TIME = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:\s*([ap])\.?m\.?)?", re.I)
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\S*?(?=[,;\s|\"']|$)")
_CELLS = re.compile(r"[,;\t|\"']+")


@dataclass(slots=True)
class ReadList:
    """The rings found, and the numbers of the lines without a telephone number, or too old, or in the future."""

    rings: list[Ring] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)


def read_list(text: str, now: datetime) -> ReadList:
    """One call a line, in whatever order its cells stand; dates day first, times in India's own time.

    A line that says no time rang now, as far as we know. Headings and blank lines are no calls and no fault.
    """
    found = ReadList()
    for number, line in enumerate(text.splitlines()[:MOST_LINES], 1):
        plain = "".join(_ascii_digit(sign) for sign in line)
        if not any(sign.isdigit() for sign in plain):
            continue
        ring = _ring(plain, now)
        if ring is None:
            found.left_out.append(number)
        else:
            found.rings.append(ring)
    return found


def _ascii_digit(sign: str) -> str:
    return str(unicodedata.decimal(sign)) if sign.isdecimal() and not sign.isascii() else sign


def _ring(line: str, now: datetime) -> Ring | None:
    """The call a line tells of; None when it names no number or no possible moment."""
    try:
        moment, is_timed = _moment(line, now)
    except ValueError:
        return None
    if not now - OLDEST <= moment <= now:
        return None
    rest = line
    for times in (_ISO, _YEAR_FIRST, _DAY_FIRST, _TIME):
        rest = times.sub(",", rest)
    number = next(filter(None, map(_number, _CELLS.split(rest))), "")
    return Ring(number, moment, is_timed) if number else None


def _number(cell: str) -> str:
    cell = cell.strip()
    try:
        return ten_digits(cell) if len(cell) >= 10 else ""
    except ValidationError:
        return ""


def _moment(line: str, now: datetime) -> tuple[datetime, bool]:
    """When, and whether the line says so; a time without a day was today's. ValueError for an impossible one."""
    if iso := _ISO.search(line):
        moment = datetime.fromisoformat(iso[0])
        return (moment if moment.tzinfo else timezone.make_aware(moment)), True
    time = _TIME.search(line)
    if time is None:
        return now, False
    hour, minute, second = int(time[1]), int(time[2]), int(time[3] or 0)
    if time[4]:
        hour = hour % 12 + (12 if time[4] in "pP" else 0)
    year, month, day = _date(line, timezone.localtime(now))
    here = timezone.get_current_timezone()
    return datetime(year, month, day, hour, minute, second, tzinfo=here), True


def _date(line: str, today: datetime) -> tuple[int, int, int]:
    if found := _YEAR_FIRST.search(line):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _DAY_FIRST.search(line):
        return int(found[3]), int(found[2]), int(found[1])
    return today.year, today.month, today.day
