"""Journey 4: the history of a case, each event in the reader's words."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import event_notes
from cases.consult_words import consulted_words
from cases.models import Call, Case, Event, SupplyKind
from cases.work.case_words import asked_words
from cases.work.marking import hide_numbers
from cases.workflow import Clock, Rung

FIRST_SHOWN = 8
MOST_SHOWN = 500
_PAIR = re.compile(r"(\w+)=(\w+)")


@dataclass(frozen=True, slots=True)
class Line:
    """One event: what it says, and the other case it leads to ('' for none)."""

    event: Event
    words: str = ""
    other: str = ""


def events_of(case: Case, most: int = FIRST_SHOWN) -> list[Event]:
    """The latest, newest first, and one more so that the page knows there are others; one query."""
    events = case.events.select_related("actor", "from_officer", "to_officer").order_by("-at", "-pk")
    return list(events[: most + 1])


def lines(events: Iterable[Event], *, revealed: bool) -> list[Line]:
    """With numbers hidden until they may be seen; one query more where supplies were counted."""
    shown = list(events)
    kinds = SupplyKind.objects.in_bulk() if any(event.kind == Event.Kind.SUPPLIED for event in shown) else {}
    return [_line(event, kinds, revealed=revealed) for event in shown]


def _line(event: Event, kinds: dict[str, SupplyKind], *, revealed: bool) -> Line:
    if event.kind in _WITH_OTHER:
        other, _line_end, words = event.note.partition("\n")
        return Line(event, words if revealed else hide_numbers(words), other)
    if event.kind == Event.Kind.SUPPLIED:
        words = "\n".join(_supplied(line, kinds) for line in event.note.splitlines())
    else:
        words = _WORDS[event.kind](event.note) if event.kind in _WORDS else event.note
    return Line(event, words if revealed else hide_numbers(words))


def _asked(note: str) -> str:
    return asked_words(note.split(", "))


def _called(note: str) -> str:
    result, _line_end, words = note.partition("\n")
    label = str(Call.Result(result).label) if result in Call.Result.values else result
    return "\n".join(part for part in (label, words) if part)


def _supplied(line: str, kinds: dict[str, SupplyKind]) -> str:
    code, _space, counts = line.partition(" ")
    asked, _space, given = counts.partition(" ")
    if code not in kinds or not (asked.isdecimal() and given.isdecimal()):
        return line
    words = {"kind": kinds[code].label, "asked": asked, "given": given}
    return _("%(kind)s: asked %(asked)s, given %(given)s") % words


def _photos(note: str) -> str:
    count, _line_end, words = note.partition("\n")
    if not count.isdecimal():
        return note
    said = ngettext("%(n)d photo", "%(n)d photos", int(count)) % {"n": int(count)}
    return "\n".join(part for part in (said, words) if part)


def _undone(note: str) -> str:
    return str(Event.Kind(note).label) if note in Event.Kind.values else note


def climbed(note: str) -> str:
    """'rung=2 clock=respond turn=0 late=3' as people say it; as it is where it was written otherwise."""
    told = dict(_PAIR.findall(note))
    rung, clock, late, left = (told.get(name, "") for name in ("rung", "clock", "late", "left"))
    parts = []
    if clock in Clock.values:
        parts.append(str(Clock(clock).label))
    if late.isdecimal():
        parts.append(ngettext("%(n)d min late", "%(n)d min late", int(late)) % {"n": int(late)})
    if left.isdecimal():
        parts.append(ngettext("%(n)d min left", "%(n)d min left", int(left)) % {"n": int(left)})
    if rung.isdecimal() and int(rung) in Rung.values:
        parts.append(f"→ {Rung(int(rung)).label}")
    return ", ".join(parts) or note


_WITH_OTHER = frozenset({Event.Kind.SPLIT, Event.Kind.JOINED, Event.Kind.ADOPTED, Event.Kind.UNJOINED})
_WORDS: dict[str, Callable[[str], str]] = {
    Event.Kind.ASKED: _asked,
    Event.Kind.CALLED: _called,
    Event.Kind.CONSULTED: consulted_words,
    Event.Kind.PHOTO: _photos,
    Event.Kind.UNDONE: _undone,
    Event.Kind.ESCALATED: climbed,
    Event.Kind.WARNED: climbed,
    Event.Kind.FEEDBACK: event_notes.feedback_words,
}
