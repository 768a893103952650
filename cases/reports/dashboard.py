"""The collector's page: are we keeping the half hour, where not, since when; everything it shows, in a few queries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Need
from cases.reports import handles, last_sheet, maps, reading, scopes, tables, words
from cases.reports.figures import MEASURES, Measure
from cases.reports.handles import HandleFigures, HandleMeasure
from cases.reports.maps import Map, Shown
from cases.reports.periods import Period
from cases.reports.reading import Happened, Key, Tally
from cases.reports.scopes import Scope
from cases.reports.tables import Line, Table

FIRST = ("open_now", "late_now", "median_help", "kept_percent")
SECOND = ("received", "resolved", "median_wait", "satisfied_percent")
STAGES = ("wait", "received", "assigned", "acknowledged", "resolved", "confirmed", "help")
ENDINGS = ("confirmed", "silent", "forced", "joined", "withdrawn", "unreachable", "reopened")
MISSES = ("missed_stand_in", "missed_district", "missed_collector", "missed_state")
MOST_NEEDS = 5
MICROSECOND = timedelta(microseconds=1)
_CUTS = {"": "", "need": "need_id", "urgency": "urgency", "channel": "channel", "officer": "officer_id"}


@dataclass(frozen=True, slots=True)
class Card:
    """A number of the first rows, and what it was in the period before; None where that says nothing."""

    measure: Measure
    value: float | None
    size: int
    query: str
    before: float | None
    note: str = ""
    since_review: bool = False  # `before` is of the last review's sheet

    @property
    def is_late(self) -> bool:
        """Whether somebody waits in vain."""
        return self.measure.name == "late_now" and self.size > 0


@dataclass(frozen=True, slots=True)
class Heat:
    """Needs by places: how many pleas, shaded in five steps (0: none) by the share of the largest."""

    needs: list[tuple[str, str]]
    rows: list[tuple[str, str, list[tuple[int, int, str]]]]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All of it."""

    scope: Scope
    period: Period
    at: datetime
    counted_until: datetime | None
    whole: Tally
    first: list[Card]
    second: list[Card]
    stages: list[tuple[Measure, Measure]]
    endings: list[Card]
    misses: list[Card]
    series: list[tuple[datetime, Tally]]
    ages: list[int]
    places: Table | None
    tables: list[Table]
    handles: list[HandleFigures]
    heat: Heat | None
    over_time: list[tuple[str, list[int]]]
    map: Map | None

    @property
    def line(self) -> Line:
        """The place as a table's line."""
        return tables.whole_line(self.scope, self.whole)

    @property
    def columns(self) -> tuple[Measure, ...]:
        """Of the table of stages."""
        return self.stages[0]

    @property
    def handle_columns(self) -> list[HandleMeasure]:
        """Of the table of handles; how many were answered stands as the n of the times."""
        return [measure for measure in handles.MEASURES if measure.name != "answered"]

    @property
    def ranked(self) -> int:
        """A place alone is not ranked."""
        return 0

    @property
    def flow(self) -> list[tuple[datetime, int, int]]:
        """What came and what was solved, by hour or day."""
        return [(at, tally["received"], tally["resolved"]) for at, tally in self.series]

    @property
    def says(self) -> dict[str, str]:
        """Each chart's sentence."""
        return {
            "inflow": words.inflow(self.series, self.period),
            "ages": words.ages(self.ages),
            "stages": words.stages(self.whole),
            "needs": words.needs(self.over_time),
            "hours": words.hours(self.by_hour),
        }

    @property
    def by_hour(self) -> Table:
        """The table of the hours of the day; it stands under its chart."""
        return tables.hours(self.scope, self.period, self.whole)

    @property
    def all_tables(self) -> list[Table]:
        """Every table, for files."""
        return [*([self.places] if self.places else []), *self.tables, self.by_hour]

    @property
    def needs_at(self) -> list[tuple[datetime, list[int]]]:
        """The needs over time, a line for each hour or day."""
        return [(at, [counts[number] for _, counts in self.over_time]) for number, (at, _) in enumerate(self.series)]

    @property
    def open_by_age(self) -> list[tuple[str, int, str]]:
        """The open cases by how long they have waited: (in words, how many, the query of their list)."""
        return [(words.age(number), count, self._aged(number)) for number, count in enumerate(self.ages)]

    def _aged(self, number: int) -> str:
        youngest, oldest = reading.AGES[number]
        bounds = {"opened_before": (self.at - youngest + MICROSECOND).isoformat()} if youngest else {}
        bounds |= {"opened_after": (self.at - oldest + MICROSECOND).isoformat()} if oldest else {}
        return urlencode(self.scope.params | {"status": "open"} | bounds)

    def query(self, measure: Measure, line: Line) -> str:
        """The list behind one number of the place."""
        return measure.query(self.scope, self.period, line.also)


def draw_up(
    scope: Scope, period: Period, at: datetime, coloured_by: str = "late", happened: Happened | None = None
) -> Dashboard:
    """The page for a place and a period, at this moment; the number of queries does not depend on either. `happened`
    where the caller has read it already, or counted it another way."""
    counted_until = reading.counted_until()  # before the figures: they are at least of then
    happened = happened or reading.happened(scope, period)
    found, before = happened.own, happened.before
    for cut in reading.CUTS_AT[scope.level]:
        _add_live(found, scope, period, at, cut)
    whole = found["", ""]
    before.add("broken", whole[reading.BROKEN_BEFORE])
    places = tables.places(scope, period, _with_live(happened.below, scope, period, at)) if scope.below else None
    last = {} if scope.only else last_sheet.figures(scope, at)
    return Dashboard(
        scope, period, at, counted_until, whole,
        first=[_card(name, scope, period, whole, before, last.get(name)) for name in FIRST],
        second=[_card(name, scope, period, whole, before) for name in SECOND],
        stages=[(MEASURES[f"median_{stage}"], MEASURES[f"p90_{stage}"]) for stage in STAGES],
        endings=[_card(name, scope, period, whole, before) for name in ENDINGS],
        misses=[_card(name, scope, period, whole, before) for name in MISSES],
        series=happened.series,
        ages=reading.ages(scope, at),
        places=places,
        tables=[_DRAWN[cut](scope, period, found) for cut in reading.CUTS_AT[scope.level] if cut],
        handles=[] if scope.only else handles.figures(scope, period),
        heat=heat(scope, period, happened.pleas),
        over_time=needs_over_time(happened.needs),
        map=drawn_map(scope, places, coloured_by) if places else None,
    )  # fmt: skip


_DRAWN = {"need": tables.needs, "urgency": tables.urgencies, "channel": tables.channels, "officer": tables.officers}
PLACE = "place"
BY = (PLACE, *_DRAWN, tables.HOURS)


def table(scope: Scope, period: Period, at: datetime, by: str) -> Table | None:
    """One of the page's tables (`BY`), with the minutes of every stage; None where this place is not parted so."""
    if by == PLACE and scope.below:
        return tables.places(scope, period, _with_live(reading.below(scope, period, detailed=True), scope, period, at))
    if by == tables.HOURS:
        return tables.hours(scope, period, reading.own(scope, period)["", ""])
    if by not in reading.CUTS_AT[scope.level]:
        return None
    found = reading.own(scope, period, (by,), detailed=(by,))
    _add_live(found, scope, period, at, by)
    return _DRAWN[by](scope, period, found)


def whole(scope: Scope, period: Period, at: datetime) -> Line:
    """The place itself, with the minutes of every stage."""
    found = reading.own(scope, period)
    _add_live(found, scope, period, at, "")
    return tables.whole_line(scope, found["", ""])


def _add_live(found: dict[Key, Tally], scope: Scope, period: Period, at: datetime, cut: str) -> None:
    for key, tally in reading.live(scope, period, at, _CUTS[cut]).items():
        reading.merge(found.setdefault((cut, str(key or "")), Tally()), tally)


def _with_live(found: dict[int, Tally], scope: Scope, period: Period, at: datetime) -> dict[int, Tally]:
    for area, tally in reading.live(scope, period, at, scope.column_below).items():
        reading.merge(found.setdefault(area or 0, Tally()), tally)
    return found


def _card(name: str, scope: Scope, period: Period, tally: Tally, before: Tally, last: float | None = None) -> Card:
    measure = MEASURES[name]
    # What was open then is known from the last review's sheet only.
    then = measure.of(before) if measure.clock and measure.size(before) else None
    note = words.note(name, measure.size(tally), tally)
    value, query = measure.of(tally), measure.query(scope, period)
    if measure.clock:
        return Card(measure, value, measure.size(tally), query, then, note)
    return Card(measure, value, measure.size(tally), query, last, note, since_review=True)


SHOWN = {
    "late": Shown("late", _("Late now"), tone="late"),
    "open": Shown("open", _("Open now")),
    "per_100k": Shown("per_100k", _("Received, for each 100,000 people"), "{:.1f}".format),
}


def drawn_map(scope: Scope, places: Table, coloured_by: str) -> Map:
    """The places below, quiet ones too, coloured by what is late, what is open, or how many pleas came for each
    100,000 people."""
    tallies = {line.key: line.tally for line in places.lines}

    def value(place: Scope) -> float | None:
        tally = tallies.get(place.area, Tally())
        return maps.per_100k(tally["received"], place.people) if coloured_by == "per_100k" else tally[coloured_by]

    def shown(place: Scope) -> maps.Place:
        href = f"?{urlencode({'place': place.text} | places.period.params)}"
        return maps.Place(place.area, place.label, value(place), href)

    known = scopes.all_below(scope).values()
    return maps.choropleth(scope.below, scope.area, [shown(place) for place in known], SHOWN[coloured_by])


def needs_over_time(found: dict[str, list[int]]) -> list[tuple[str, list[int]]]:
    """The needs most asked for, and all others as one, at each tick of the series: (name, counts)."""
    labels = {need.code: need.label for need in Need.objects.all()}
    ordered = sorted(found.items(), key=lambda one: (-sum(one[1]), one[0]))
    kept = [(labels.get(need, need), counts) for need, counts in ordered[:MOST_NEEDS]]
    if others := [counts for _need, counts in ordered[MOST_NEEDS:]]:
        kept.append((gettext("Others"), [sum(at) for at in zip(*others, strict=True)]))
    return kept


def heat(scope: Scope, period: Period, counts: dict[tuple[int, str], int]) -> Heat | None:
    """Pleas by need in each place below; None for a block, and where nobody asked."""
    if not counts:
        return None
    by_place = tables.places(scope, period, {area: Tally() for area, _need in counts})
    by_need = tables.needs(scope, period, {("need", need): Tally() for _area, need in counts})
    needs = sorted(by_need.lines, key=lambda line: -sum(n for (_, need), n in counts.items() if need == line.key))
    most = max(counts.values(), default=0)
    start = MEASURES["received"].query(scope, period)

    def cell(place: Line, need: Line) -> tuple[int, int, str]:
        count = counts.get((place.key, need.key), 0)
        shade = -(-4 * count // most) if most else 0
        return count, shade, f"{start}&{place.query}&{need.query}"

    ordered = sorted(by_place.lines, key=lambda line: -sum(n for (area, _), n in counts.items() if area == line.key))
    rows = [(place.label, place.place, [cell(place, need) for need in needs]) for place in ordered]
    return Heat([(need.key, need.label) for need in needs], rows)
