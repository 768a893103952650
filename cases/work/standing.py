"""Journey 4: where a case stands on the ladder, who had it before, and what the clock does next, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Case, Event
from cases.routing.ladder import Due, ahead
from cases.workflow import Clock, Rung


@dataclass(frozen=True, slots=True)
class Standing:
    """`rung` is '' in the field; `before` names who had it, the latest first; `next` is '' when no limit is ahead."""

    rung: str
    before: tuple[str, ...]
    next: str


def standing_of(case: Case, events: Iterable[Event], at: datetime) -> Standing:
    """Reads nothing: limits stand on the case, who had it stands in the events the page has."""
    highest = max(case.rung, case.resolve_rung)
    rung = str(Rung(highest).label) if highest and case.is_open else ""
    before = [event.from_officer.label for event in events if _took_away(event) and event.from_officer]
    due = min(ahead(case), key=lambda one: one.at, default=None)
    return Standing(rung, tuple(dict.fromkeys(before)), _next(due, at) if due else "")


def _took_away(event: Event) -> bool:
    return event.from_officer_id is not None and event.from_officer_id != event.to_officer_id


def _next(due: Due, at: datetime) -> str:
    """'Goes to: district nodal officer, in 4 min, if not acknowledged.'"""
    who, minutes = Rung(due.limit.rung).label, int((due.at - at).total_seconds() // 60)
    unless = _("if not acknowledged") if due.limit.clock == Clock.RESPOND else _("if not resolved")
    when = ngettext("in %(n)d min", "in %(n)d min", minutes) % {"n": minutes} if minutes > 0 else _("any moment")
    if minutes >= 120:
        when = _("in %(n)d h") % {"n": minutes // 60}
    return _("Goes to: %(who)s, %(when)s, %(unless)s.") % {"who": who, "when": when, "unless": unless}
