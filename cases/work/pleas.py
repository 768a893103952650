"""Journey 4: the pleas of a case as its page shows them: marked, and masked until the numbers may be seen."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cases.deskwork import pleas_of
from cases.models import Case, Message
from cases.work.case_words import REASONS
from cases.work.marking import Segment, hide_numbers, segments

FIRST_SHOWN = 4
MOST_SHOWN = 300
_NAME_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Plea:
    """One message of the case, cut where something was understood; `joined_from` names the joined case it came with."""

    message: Message
    segments: list[Segment]
    author: str
    splits: bool = False
    joined_from: str = ""


def masked_name(name: str) -> str:
    """'Rakesh Yadav' -> 'R••• Y•••': enough to tell two people apart, not to know one."""
    return " ".join(f"{word[0]}•••" for word in _NAME_WORD.findall(name))


def pleas_for(case: Case, *, revealed: bool, splits: bool, most: int = FIRST_SHOWN) -> list[Plea]:
    """At most so many, and one more so that the page knows there are others; one query."""
    messages = Message.objects.filter(pleas_of(case)).select_related("handle", "case").order_by("posted_at", "pk")
    return _shown(case, messages[: most + 1], revealed=revealed, splits=splits)


def _shown(case: Case, messages: Iterable[Message], *, revealed: bool, splits: bool) -> list[Plea]:
    """In the order of the citizens' clock; whatever joined the first may be taken out again."""
    shown: list[Plea] = []
    rests_on = False  # the first that is no repost is what the case rests on
    for message in messages:
        own = message.case_id == case.pk
        joined = own and rests_on and message.result != Message.Result.ECHO
        rests_on = rests_on or (own and message.result != Message.Result.ECHO)
        text = message.text if revealed else hide_numbers(message.text)
        other = "" if own or message.case is None else message.case.reference
        cut = segments(text, _spans(message))
        shown.append(Plea(message, cut, _author(message, revealed=revealed), splits and joined, other))
    return shown


def _author(message: Message, *, revealed: bool) -> str:
    name, handle = message.author_name, message.author_username
    if not revealed:
        name, handle = masked_name(name), handle and f"{handle[0]}•••"
    return " ".join([name] * bool(name) + [f"@{handle}"] * bool(handle))


def _spans(message: Message) -> list[dict[str, object]]:
    spans = (message.reading or {}).get("spans") or []
    return [span | {"reason": _reason(span.get("reason", ""))} for span in spans if isinstance(span, dict)]


def _reason(tag: object) -> str:
    return str(REASONS.get(str(tag), tag))


def fields_marked(pleas: Sequence[Plea]) -> set[str]:
    """The kinds of marks that the pleas really have."""
    return {segment.field for plea in pleas for segment in plea.segments}
