"""Beside the journey: what the clock and the requester leave in an Event's note, the same in every language.

Of a warning and of a move up the ladder "rung=1 clock=respond turn=0 late=2" (or left=2, in minutes); of the
requester's answer "yes" or "no" and the way it came, with the requester's own words below.
"""

from django.utils.translation import gettext as _

from cases.models import Feedback


def limit_note(clock: str, rung: int, turn: int, **minutes: int) -> str:
    """`minutes`: late=, or left=; the one thing that differs between two notes about one limit of one turn."""
    ((how, count),) = minutes.items()
    return f"rung={int(rung)} clock={clock} turn={turn} {how}={count}"


def limit_and_turn(note: str) -> str:
    """What of the note names the limit."""
    return note.rpartition(" ")[0]


def feedback_note(helped: bool, way: str, words: str = "") -> str:
    """The note of a requester's answer."""
    return f"{'yes' if helped else 'no'} {way}\n{words}".strip()


def feedback_words(note: str) -> str:
    """The same for the reader; as it stands where it is no such note."""
    first, _line, words = note.partition("\n")
    helped, _space, way = first.partition(" ")
    if helped not in ("yes", "no") or way not in Feedback.Way.values:
        return note
    answer = _("Help has come") if helped == "yes" else _("Help has not come")
    return f"{answer} ({Feedback.Way(way).label})\n{words}".strip()
