"""Figures as lines with names, order and ranks: by place, need, urgency, channel, officer, hour of the day."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from cases.filters import NONE
from cases.models import Message, Need
from cases.reports import reading, scopes
from cases.reports.figures import MEASURES, RANK_FROM, Measure
from cases.reports.periods import Period
from cases.reports.reading import Key, Tally
from cases.reports.scopes import Scope
from cases.workflow import Urgency
from districts.models import Officer

COLUMNS = ("received", "open_now", "late_now", "resolved", "median_wait", "median_help", "kept_percent")
RANKED = "median_help"
HOURS, OF_HOURS = "hours", ("received", "median_wait", "p90_wait")


@dataclass(slots=True)
class Line:
    """One line: its name, its figures, what narrows the list behind them, and where a tap on the name leads."""

    key: Any
    label: str
    tally: Tally
    also: dict[str, str] = field(default_factory=dict)
    place: str = ""
    rank: int | None = None
    people: int | None = None
    query: str = ""

    def __post_init__(self) -> None:
        """Its own part of the address of a list."""
        self.query = urlencode(self.also)


@dataclass(frozen=True, slots=True)
class Table:
    """Lines with the same columns, for one place and period."""

    name: str
    title: Any
    sentence: Any
    columns: tuple[Measure, ...]
    lines: list[Line]
    scope: Scope
    period: Period
    starts: dict[str, str] = field(default_factory=dict)

    @property
    def ranked(self) -> int:
        """How many lines have enough cases to be compared."""
        return sum(line.rank is not None for line in self.lines)

    def query(self, measure: Measure, line: Line) -> str:
        """The list behind one number."""
        return f"{self._start(measure)}&{line.query}"

    def _start(self, measure: Measure) -> str:
        """What the lists of a column share: a state's page has a thousand numbers, and writes this once for each."""
        if measure.name not in self.starts:
            self.starts[measure.name] = measure.query(self.scope, self.period)
        return self.starts[measure.name]


def whole_line(scope: Scope, tally: Tally) -> Line:
    """The place itself."""
    return Line("", scope.label, tally)


def places(scope: Scope, period: Period, tallies: dict[Any, Tally]) -> Table:
    """The places below, the one where most people wait in vain first; cases of no known place are a line as well."""
    named = scopes.names_below(scope, [area for area in tallies if area])
    lines = [
        Line(area, known.label, tallies[area], scope.params_below(area), known.text, people=known.people)
        for area, known in named.items()
    ]
    unknown = _merged(tally for area, tally in tallies.items() if area not in named)
    if unknown:
        lines.append(Line(0, scopes.unknown_below(scope).label, unknown, scope.params_below(0)))
    title, sentence = _PLACES[scope.below]
    return _table("places", title, sentence, COLUMNS, lines, scope, period)


def needs(scope: Scope, period: Period, found: dict[Key, Tally]) -> Table:
    """What people ask for."""
    labels = {need.code: need.label for need in Need.objects.all()}
    lines = _lines(found, "need", lambda key: labels.get(key, key))
    sentence = _("What people ask for and which kind of help takes longest.")
    return _table("needs", _("By need"), sentence, COLUMNS, lines, scope, period)


def urgencies(scope: Scope, period: Period, found: dict[Key, Tally]) -> Table:
    """How fast help must come, and came."""
    order = Urgency.values
    lines = _lines(found, "urgency", lambda key: str(Urgency(key).label).capitalize())
    lines.sort(key=lambda line: order.index(line.key))
    sentence = _("Whether the gravest are helped first.")
    return _table("urgencies", _("By urgency"), sentence, COLUMNS, lines, scope, period, in_order=True)


def channels(scope: Scope, period: Period, found: dict[Key, Tally]) -> Table:
    """Which way pleas come."""
    words = dict(Message.Channel.choices)
    lines = _lines(found, "channel", lambda key: str(words.get(key, key)).capitalize())
    sentence = _("Which way people reach this office.")
    return _table("channels", _("By channel"), sentence, ("received", *COLUMNS[4:]), lines, scope, period)


def officers(scope: Scope, period: Period, found: dict[Key, Tally]) -> Table:
    """Who holds how many, how soon people were answered and helped, and how cases were closed."""
    known = [int(key) for cut, key in found if cut == "officer" and key]
    people = Officer.objects.only("username", "first_name", "last_name", "name_hi").in_bulk(known)
    nobody = pgettext("officer", "Nobody yet")
    lines = _lines(found, "officer", lambda key: people[int(key)].label if key else nobody)
    sentence = _("Who holds how many cases now, and how soon people were answered and helped.")
    columns = (*COLUMNS, "silent", "forced")
    return _table("officers", _("By officer"), sentence, columns, lines, scope, period)


def hours(scope: Scope, period: Period, whole: Tally) -> Table:
    """When pleas are made, and how long they wait then."""
    tallies = enumerate(reading.by_hour(whole))
    lines = [Line(f"{hour:02}", f"{hour:02}:00", tally, {"hour": str(hour)}) for hour, tally in tallies]
    sentence = _("When help is asked for, and how long it waits at that hour.")
    columns = ("received", "median_wait")
    return _table(HOURS, _("By hour of the day"), sentence, columns, lines, scope, period, in_order=True)


def _table(
    name: str, title: Any, sentence: Any, columns: Iterable[str], lines: list[Line], scope: Scope, period: Period,
    in_order: bool = False,
) -> Table:  # fmt: skip
    _rank(lines)
    if not in_order:
        lines.sort(
            key=lambda line: (-line.tally["late"], -line.tally["open"], -line.tally["received"], line.label.lower())
        )
    return Table(name, title, sentence, tuple(MEASURES[column] for column in columns), lines, scope, period)


def _rank(lines: list[Line]) -> None:
    """The place by median minutes to help among lines with enough cases; equals share a place."""
    measure = MEASURES[RANKED]
    enough = [line for line in lines if measure.ranks(line.tally)]
    values = sorted(measure.of(line.tally) or 0 for line in enough)
    for line in enough:
        line.rank = values.index(measure.of(line.tally) or 0) + 1


def _lines(found: dict[Key, Tally], cut: str, label: Callable[[str], str]) -> list[Line]:
    return [Line(key, label(key), tally, {cut: key or NONE}) for (of, key), tally in found.items() if of == cut]


def _merged(tallies: Iterable[Tally]) -> Tally | None:
    merged: Tally | None = None
    for tally in tallies:
        merged = merged or Tally()
        reading.merge(merged, tally)
    return merged


_PLACES = {
    "s": (_("By state"), _("Where help is asked for and where it is late; the latest stand first.")),
    "d": (_("By district"), _("Where help is asked for and where it is late; the latest stand first.")),
    "b": (_("By block"), _("Where help is asked for and where it is late; the latest stand first.")),
}


def told(name: str) -> tuple[str, ...]:
    """The figures that the lines of a table know: of the hours of the day there are few."""
    return OF_HOURS if name == HOURS else tuple(MEASURES)


def rank_from() -> str:
    """Why some lines have no place."""
    words = gettext(
        "Places in order of time to help are given only from %(rank_from)d cases on; below that a median says more"
        " about chance."
    )
    return words % {"rank_from": RANK_FROM}
