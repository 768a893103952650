"""Journey 4: a plea with what was understood marked in it. Pure: text and spans in, segments out; templates escape."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from cases.numbers import replaced

# The four things a reader looks for, and the fields of a reading that speak for each.
_SHOWN = {
    "need": "need", "needs": "need", "medicine": "need", "blood_group": "need",
    "place": "place", "place_text": "place", "state": "place", "district": "place", "block": "place",
    "hospital": "place", "pincode": "place",
    "phone": "phone", "phones": "phone",
    "urgency": "urgency", "spo2": "urgency", "patient_age": "urgency",
}  # fmt: skip
_LINK = re.compile(r"(?:\b(?:https?://|www\.)|\b(?:t|wa)\.me/)\S+", re.IGNORECASE)
# "@rakesh" and "rakesh@example.org": both lead to a person.
_ACCOUNT = re.compile(r"(?<![\w.+-])([\w.+-])[\w.+-]*@[\w.-]+|(?<!\w)(@\w)\w*")


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of the text: `field` is need, place, phone, urgency or '' (nothing marked), `reason` why."""

    text: str
    field: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    field: str
    reason: str


def segments(text: str, spans: Iterable[Mapping[str, Any]]) -> list[Segment]:
    """Cut the text at the spans' edges; joined together the segments are the text again, sign by sign.

    Offsets count code points of the original text. Spans that are malformed, empty or outside the text are left
    out or cut to it. Where spans overlap, the shortest names the field and all reasons are given.
    """
    marks = [mark for span in spans if (mark := _mark(span, len(text)))]
    edges = sorted({0, len(text), *(mark.start for mark in marks), *(mark.end for mark in marks)})
    pieces = [_piece(text, start, end, marks) for start, end in pairwise(edges)]
    return _merged(pieces)


def _mark(span: Mapping[str, Any], length: int) -> _Mark | None:
    start, end = span.get("start"), span.get("end")
    field = _SHOWN.get(str(span.get("field", "")))
    if not isinstance(start, int) or not isinstance(end, int) or field is None:
        return None
    start, end = max(start, 0), min(end, length)
    return _Mark(start, end, field, str(span.get("reason", "")).strip()) if start < end else None


def _piece(text: str, start: int, end: int, marks: list[_Mark]) -> Segment:
    over = sorted(
        (mark for mark in marks if mark.start <= start and mark.end >= end), key=lambda mark: mark.end - mark.start
    )
    if not over:
        return Segment(text[start:end])
    reasons = dict.fromkeys(mark.reason for mark in over if mark.reason)
    return Segment(text[start:end], over[0].field, "; ".join(reasons))


def _merged(pieces: list[Segment]) -> list[Segment]:
    merged: list[Segment] = []
    for piece in pieces:
        if merged and (merged[-1].field, merged[-1].reason) == (piece.field, piece.reason):
            piece = Segment(merged.pop().text + piece.text, piece.field, piece.reason)
        merged.append(piece)
    return merged


def hide_numbers(text: str) -> str:
    """Telephone numbers with all but the last three digits hidden; the length stays, so spans still fit."""
    return replaced(text, _hidden)


def hide_contacts(text: str) -> str:
    """Numbers as `hide_numbers` hides them; accounts and e-mail addresses but for their first sign; links whole."""
    text = _LINK.sub("•••", hide_numbers(text))
    return _ACCOUNT.sub(lambda found: f"{found[1] or found[2]}•••", text)


def _hidden(number: str) -> str:
    shown = [index for index, sign in enumerate(number) if sign.isdigit()][-3:]
    return "".join("•" if sign.isdigit() and index not in shown else sign for index, sign in enumerate(number))
