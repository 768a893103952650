"""The collector's office: what a review sheet says, drawn up once and frozen as JSON.

Names stand in both scripts, times as ISO with their zone, so that page, PDF and workbook in either language need
nothing but this. No patient and no requester is in it: references, needs and places to the block.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from cases.models import Review, ReviewTime
from cases.reports import reading
from cases.reports.facts import Cut
from cases.reports.figures import MEASURES, Measure
from cases.reports.periods import REVIEW, Period, hour_of, last_review
from cases.reports.reading import Tally
from cases.reports.review import matters
from cases.reports.review.naming import Named, iso, named, officer_named
from cases.reports.review.places import here
from cases.reports.scopes import Level, Scope, names_below
from districts.models import Officer, Posting

VERSION = 1
TOP = (
    *("open_now", "late_now", "median_help", "kept_percent", "received", "resolved", "helped", "median_wait"),
    *("reopened", "joined", "silent", "satisfied_percent"),
)
BELOW = ("received", "open_now", "late_now", "resolved", "median_help", "kept_percent")
OF_OFFICER = ("open_now", "late_now", "received", "resolved", "median_wait", "kept_percent", "silent")
Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """What a sheet is of: a place, from the review before until this one, and the moment it is drawn up."""

    place: Scope
    since: datetime
    held_at: datetime
    at: datetime
    last: Content  # of the sheet before; {} for the first

    @property
    def period(self) -> Period:
        """From the review before up to this one."""
        return Period(REVIEW, self.since, self.held_at, runs=False)


def span_of(place: Scope, held_at: datetime, at: datetime) -> Span:
    """Counted from the last sheet of a due time: one issued in between for a meeting does not cut the day short."""
    rows = Review.objects.filter(here(place), held_at__lt=held_at, content__time__isnull=False)
    row = rows.order_by("-held_at").values_list("held_at", "content").first()
    since, last = row or (last_review(held_at), {})
    return Span(place, since, held_at, at, last)


def draw_up(span: Span, of: ReviewTime | None) -> Content:
    """All of it; `of` is the time of the day it is due at, None for one asked for in between."""
    place = span.place
    content: Content = {
        "version": VERSION,
        "office": {"name": settings.OFFICE_NAME, "name_hi": settings.OFFICE_NAME_HI},
        "place": {"level": place.level, "code": place.area} | named(place),
        "above": named(place.above[0]) if place.above else None,
        "held_at": iso(span.held_at),
        "since": iso(span.since),
        "drawn_up_at": iso(span.at),
        "figures_until": iso(reading.counted_until() or span.at),
        # PostgreSQL keeps no order of keys, and what is a figure of the sheet today may not be one next year.
        "shown": {"figures": TOP, "below": BELOW, "officers": OF_OFFICER},
        "figures": _whole(span),
        "below": _below(span),
        "officers": _officers(span) if place.level == Level.DISTRICT else [],
        "came_late": _came_late(span),
        "waiting": matters.waiting(place, span.at),
        "misses": matters.misses(place, span.since, span.held_at),
        "gaps": matters.gaps(place, span.at),
        "stock": matters.stock(place, span.last.get("stock", [])),
        "decisions": matters.decisions(place, span.since, span.at),
        "remarks": matters.remarks(place, span.since, span.at),
    }
    return content | ({"time": named(of)} if of else {})


def _came_late(span: Span) -> int:
    """How many pleas of before the span are on no sheet: they reached us when the one before had been counted. The last
    part of an hour is read from the cases themselves, up to the moment the sheet was drawn up."""
    counted, drawn_up = (
        max(span.since, datetime.fromisoformat(told)) if (told := span.last.get(name)) else span.since
        for name in ("figures_until", "drawn_up_at")
    )
    hour = hour_of(span.since)
    late = matters.came_late(span.place, hour - matters.LATE_WITHIN, hour, counted, span.at)
    return late + matters.came_late(span.place, hour, span.since, drawn_up, span.at)


def _whole(span: Span) -> dict[str, Any]:
    now, before = (
        _with_live(reading.own(span.place, period, detailed=()), span, period, "", ("", ""))
        for period in (span.period, span.period.before)
    )
    return _figures(TOP, now["", ""], before["", ""], span.last.get("figures", {}))


def _below(span: Span) -> list[dict[str, Any]]:
    """A line for each block (of a state: district) with any figure; where most are late first."""
    column = span.place.column_below
    now, before = (
        _with_live(reading.below(span.place, period), span, period, column)
        for period in (span.period, span.period.before)
    )
    names = names_below(span.place, [area for area in now if area])
    lines = [
        {"key": area, **(named(names[area]) if area in names else {"name": "", "name_hi": ""})}
        | {"figures": _figures(BELOW, tally, before.get(area, Tally()), _last(span, "below", area))}
        for area, tally in now.items()
    ]
    return _in_order(lines)


def _officers(span: Span) -> list[dict[str, Any]]:
    """A line for each officer with any figure, and one for what nobody holds (key 0, no name)."""
    now, before = (
        _with_live(
            {
                int(key or 0): tally
                for (cut, key), tally in reading.own(span.place, period, (Cut.OFFICER.value,)).items()
                if cut == Cut.OFFICER.value
            },
            span,
            period,
            "officer_id",
        )
        for period in (span.period, span.period.before)
    )
    names: dict[int, Any] = {pk: officer_named(officer) for pk, officer in Officer.objects.in_bulk(list(now)).items()}
    posted = _posted(span.place, list(names))
    lines = [
        {"key": pk, **(names.get(pk) or {"name": "", "name_hi": ""}), "of": posted.get(pk)}
        | {"figures": _figures(OF_OFFICER, tally, before.get(pk, Tally()), _last(span, "officers", pk))}
        for pk, tally in now.items()
    ]
    return _in_order(lines)


def _posted(place: Scope, officers: list[int]) -> dict[int, Named]:
    """In which block of the place they are posted; nothing for who has the whole district."""
    rows = Posting.objects.current().filter(place.inside, officer__in=officers, block__isnull=False)
    return {row.officer_id: named(row.block) for row in rows.select_related("block").order_by("-pk")}


def _with_live(
    tallies: dict[Any, Tally], span: Span, period: Period, column: str, whole: Any = None
) -> dict[Any, Tally]:
    """The same with what is open, late and broken now."""
    for key, live in reading.live(span.place, period, span.at, column).items():
        tally = tallies.setdefault(key if column else whole, Tally())
        for name, count in live.counts.items():
            tally.add(name, count)
    if column and None in tallies:  # not known: the rollups say 0
        unknown, into = tallies.pop(None), tallies.setdefault(0, Tally())
        for name, count in unknown.counts.items():
            into.add(name, count)
    return {key: tally for key, tally in tallies.items() if any(tally.counts.values()) or key == whole}


def _figures(names: tuple[str, ...], now: Tally, before: Tally, last: dict[str, Any]) -> dict[str, Any]:
    return {name: _figure(MEASURES[name], now, before, last.get(name)) for name in names}


def _figure(measure: Measure, now: Tally, before: Tally, last: list[Any] | None) -> list[Any]:
    """[value, of how many cases, value before]: what has a clock against as long a time before, the rest against the
    sheet before."""
    earlier = measure.of(before) if measure.clock else (last[0] if last else None)
    return [_rounded(measure.of(now)), measure.size(now), _rounded(earlier)]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _last(span: Span, part: str, key: int) -> dict[str, Any]:
    """The figures of a line of the sheet before; one without open cases had none."""
    for line in span.last.get(part, []):
        if line["key"] == key:
            found: dict[str, Any] = line["figures"]
            return found
    return {"open_now": [0], "late_now": [0]} if part in span.last else {}


def _in_order(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    def pressure(line: dict[str, Any]) -> tuple[float, float, float, str]:
        figures = line["figures"]
        return (-figures["late_now"][0], -figures["open_now"][0], -figures["received"][0], line["name"])

    return sorted(lines, key=pressure)
