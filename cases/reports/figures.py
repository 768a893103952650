"""The closed catalogue of figures: each defined once, in its docstring: what counts, by which clock, which filter.

Pages, sheets, exports and the API show these and nothing else. `query` is the address of the list behind a number:
`/cases/?` with it shows exactly the cases counted, because both read their conditions from `cases.filters`.

Clocks: "opened" is the citizen's own time (`opened_at`), "resolved" and "closed" the case's (`resolved_at`,
`closed_at`), "answered" the requester's last yes or no, "missed" the ledger of broken promises; a figure without a
clock is of this moment; the promised time of help is `resolve_by`, the one that runs now `next_due_at`.
A day, hour or month is one in Asia/Kolkata. Medians, because one forgotten case would own an average; the times are
known to the minute up to two hours and to 2 % above (`histogram`). Rankings need `RANK_FROM` cases.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.reports.meanings import MEANINGS_HI
from cases.reports.periods import Period
from cases.reports.reading import Tally
from cases.reports.scopes import Scope
from cases.workflow import Closing, Rung, Status

# Below this a median says more about chance than about an office: it is shown with its n and never ranked.
RANK_FROM = 10
COUNT, MINUTES, PERCENT = "count", "minutes", "percent"
Value = Callable[[Tally], float | None]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: its value of a tally, how many cases it is of, and the filter that finds them.

    `better` is 1 where more is better, -1 where less is, 0 where it is neither.
    """

    name: str
    label: Any
    unit: str
    definition: str
    of: Value
    size: Callable[[Tally], int]
    clock: str
    where: dict[str, str]
    better: int = 0

    @property
    def title(self) -> str:
        """Its label, and which of the two of a stage it is, or what is counted."""
        kinds = {"median": _("median"), "p90": _("nine of ten"), "missed": _("broken promises")}
        kind = kinds.get(self.name.partition("_")[0], "")
        return f"{self.label}, {kind}" if kind else str(self.label)

    @property
    def meaning(self) -> str:
        """The definition in the reader's language."""
        return MEANINGS_HI[self.name] if get_language() == "hi" else self.definition

    def params(self, period: Period) -> dict[str, str]:
        """The parameters of `CaseFilter` for this figure in the period."""
        return (period.between(self.clock) if self.clock else {}) | self.where

    def query(self, scope: Scope, period: Period, also: dict[str, str] | None = None) -> str:
        """The query string of the list behind it; `also` narrows further, e.g. {"need": "oxygen"}."""
        return urlencode(scope.params | self.params(period) | (also or {}))

    def ranks(self, tally: Tally) -> bool:
        """Whether enough cases stand behind it to compare."""
        return self.size(tally) >= RANK_FROM


MEASURES: dict[str, Measure] = {}


def _figure(
    label: Any,
    clock: str = "",
    unit: str = COUNT,
    size: Callable[[Tally], int] | None = None,
    better: int = 0,
    **where: str,
) -> Callable[[Value], Value]:
    def enter(value: Value) -> Value:
        name = value.__name__
        counted = size or (lambda tally: int(value(tally) or 0))
        definition = " ".join((value.__doc__ or "").split())
        MEASURES[name] = Measure(name, label, unit, definition, value, counted, clock, where, better)
        return value

    return enter


@_figure(_("Received"), "opened")
def received(tally: Tally) -> float | None:
    """Pleas made in the period (the citizen's own time), whatever became of them; also joined ones."""
    return tally["received"]


@_figure(_("Open now"), better=-1, status="open")
def open_now(tally: Tally) -> float | None:
    """Cases that are still owed help at this moment, whenever they came."""
    return tally["open"]


@_figure(_("Late now"), better=-1, status="late")
def late_now(tally: Tally) -> float | None:
    """Open cases past the promised time that runs now."""
    return tally["late"]


@_figure(_("Solved"), "resolved")
def resolved(tally: Tally) -> float | None:
    """Cases marked solved in the period, with any outcome; a reopened one counts no longer."""
    return tally["resolved"]


@_figure(_("Helped"), "resolved", better=1, outcome="help")
def helped(tally: Tally) -> float | None:
    """Of the solved: help came through this office; not "found it themselves", "died" or "not possible"."""
    return tally["helped"]


@_figure(_("Reopened"), "opened", better=-1, reopened="yes")
def reopened(tally: Tally) -> float | None:
    """Of the received: opened again at least once after they had been marked solved."""
    return tally["reopened"]


@_figure(_("Joined to others"), "closed", status=Status.DUPLICATE.value)
def joined(tally: Tally) -> float | None:
    """Cases found in the period to be the same plea as another, and joined to it."""
    return tally["joined"]


@_figure(_("Withdrawn"), "closed", status=Status.WITHDRAWN.value)
def withdrawn(tally: Tally) -> float | None:
    """Cases withdrawn in the period, by the requester or because they were no plea."""
    return tally["withdrawn"]


@_figure(_("Could not be reached"), "closed", status=Status.UNREACHABLE.value)
def unreachable(tally: Tally) -> float | None:
    """Cases ended in the period after three logged calls that nobody took."""
    return tally["unreachable"]


@_figure(_("Closed with a yes"), "closed", better=1, closing=Closing.YES.value)
def confirmed(tally: Tally) -> float | None:
    """Cases closed in the period by the requester's own yes."""
    return tally["confirmed"]


@_figure(_("Closed without an answer"), "closed", better=-1, closing=Closing.SILENCE.value)
def silent(tally: Tally) -> float | None:
    """Cases closed in the period because the requester did not answer; whose patient died was not asked."""
    return tally["silent"]


@_figure(_("Closed by a supervisor"), "closed", better=-1, closing=Closing.FORCED.value)
def forced(tally: Tally) -> float | None:
    """Cases closed in the period by a supervisor, without the requester's yes."""
    return tally["forced"]


@_figure(
    _("Kept within promise"), "opened", PERCENT, lambda tally: tally["settled"] + tally["broken"], 1, promise="decided"
)
def kept_percent(tally: Tally) -> float | None:
    """Of the received whose promise is decided (solved in any way, or still open past it): the share where
    help came through this office by the promised time. Withdrawn, joined and unreachable ones are in neither."""
    return _share(tally["kept"], tally["settled"] + tally["broken"])


@_figure(_("Promises kept"), "opened", better=1, promise="kept")
def kept(tally: Tally) -> float | None:
    """Of the received: help came through this office by the promised time."""
    return tally["kept"]


@_figure(_("Satisfied"), "answered", PERCENT, lambda tally: tally["said_yes"] + tally["said_no"], 1)
def satisfied_percent(tally: Tally) -> float | None:
    """Of the cases whose requester's last answer came in the period: the share that said help has come."""
    return _share(tally["said_yes"], tally["said_yes"] + tally["said_no"])


@_figure(_("Said: help has come"), "answered", better=1, answer="yes")
def said_yes(tally: Tally) -> float | None:
    """Cases whose requester's last answer came in the period and was yes."""
    return tally["said_yes"]


@_figure(_("Said: no help came"), "answered", better=-1, answer="no")
def said_no(tally: Tally) -> float | None:
    """Cases whose requester's last answer came in the period and was no."""
    return tally["said_no"]


def _share(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


# Stage: name, clock, filter, from what to what.
_STAGES = (
    ("wait", _("Plea to acknowledged"), "opened", {"acknowledged": "yes"}, "the plea to its acknowledgement"),
    ("help", _("Plea to help"), "resolved", {"outcome": "help"}, "the plea to the help, where it came from here"),
    ("received", _("Plea to received"), "opened", {"measured": "received"}, "the plea to its receipt here"),
    ("assigned", _("Received to assigned"), "opened", {"measured": "assigned"}, "the receipt to the first assignment"),
    (
        "acknowledged",
        _("Assigned to acknowledged"),
        "opened",
        {"measured": "acknowledged"},
        "the first assignment to the acknowledgement",
    ),
    (
        "resolved",
        _("Acknowledged to solved"),
        "resolved",
        {"measured": "resolved"},
        "the acknowledgement to the last solution",
    ),
    ("confirmed", _("Solved to closed"), "closed", {"measured": "confirmed"}, "the solution to the closing"),
)


def _enter_stages() -> None:
    for stage, label, clock, where, span in _STAGES:
        for kind, of in (("median", Tally.median), ("p90", Tally.p90)):
            name = f"{kind}_{stage}"
            told = "Median minutes" if kind == "median" else "Nine of ten took at most so many minutes"
            definition = f"{told} from {span}, of those {clock} in the period that have ended this stage."

            def value(tally: Tally, of: Callable[[Tally, str], float | None] = of, stage: str = stage) -> float | None:
                return of(tally, stage)

            def size(tally: Tally, stage: str = stage) -> int:
                return tally.size(stage)

            MEASURES[name] = Measure(name, label, MINUTES, definition, value, size, clock, where, -1)


_MOVED_UP_TO = {
    Rung.STAND_IN: "the stand-in",
    Rung.DISTRICT: "the district nodal officer",
    Rung.COLLECTOR: "the collector",
    Rung.STATE: "the state",
}


def _enter_misses() -> None:
    for rung, whom in _MOVED_UP_TO.items():
        name = f"missed_{rung.name.lower()}"
        definition = f"Broken promises of the period that moved a case up to {whom}."

        def value(tally: Tally, name: str = name) -> float | None:
            return tally[name]

        def size(tally: Tally, name: str = name) -> int:
            return tally[name]

        MEASURES[name] = Measure(
            name, rung.label, COUNT, definition, value, size, "missed", {"rung": str(rung.value)}, -1
        )


_enter_stages()
_enter_misses()
