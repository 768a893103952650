"""A message with its reading and what a person stated, as one set of facts a case can be opened from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.models import Message
from cases.tuning import Tuning
from cases.understanding import Reading
from cases.workflow import Urgency

# Places a case carries as choices for the reviewer; more would not fit a phone's screen.
MOST_CANDIDATES = 9


@dataclass(slots=True)
class Draft:
    """What one message asks for; codes are LGD codes, phones 10 digits, ages in years, SpO2 in percent.

    `review` says why a person must look before an officer is sent: '' when nobody must. `place_is_sure` tells that
    the district was stated, or read with enough confidence to send an officer.
    """

    message: Message
    reading: Reading
    is_request: bool
    needs: tuple[str, ...]
    urgency: str
    phones: tuple[str, ...]
    state: int | None
    district: int | None
    block: int | None
    place: str | None
    place_text: str
    place_is_sure: bool
    review: str
    given: dict[str, Any]

    @property
    def need(self) -> str:
        """The main need."""
        return self.needs[0]

    @property
    def opened_at(self) -> datetime:
        """The citizen's own time (law 3); a clock set in the future does not postpone the promise."""
        return min(self.message.posted_at, self.message.received_at)


def draft(message: Message, reading: Reading, tuning: Tuning) -> Draft:
    """The facts a person stated in a form outrank what was read out of the text.

    Below the confidences of `tuning` the control room looks first; that of the place counts only where a district
    was read at all.
    """
    given: dict[str, Any] = (message.raw or {}).get("given") or {}
    stated_place = given.get("district") is not None
    doubtful_kind = not given and reading.is_request and reading.confidence.get("kind", 1.0) < tuning.sure_of_kind
    state, district, block = _area(message, reading, given)
    sure = district is not None and reading.confidence.get("place", 1.0) >= tuning.sure_of_place
    return Draft(
        message=message,
        reading=reading,
        is_request=bool(given.get("is_request", reading.is_request)),
        needs=tuple(given.get("needs") or reading.needs) or ("other",),
        urgency=given.get("urgency") or reading.urgency or Urgency.HIGH,
        phones=tuple(dict.fromkeys([*given.get("phones", ()), *reading.phones])),
        state=state,
        district=district,
        block=block,
        place=given.get("place") or (reading.place if not stated_place or reading.district == district else None),
        place_text=(given.get("place_text") or reading.place_text or "")[:200],
        place_is_sure=stated_place or sure,
        review=_review(reading, district, doubtful_kind, stated_place or sure),
        given=given,
    )


def _area(message: Message, reading: Reading, given: dict[str, Any]) -> tuple[int | None, int | None, int | None]:
    """(state, district, block): stated, else read, else at least the state of the channel it came by."""
    if given.get("district") is not None:
        block = reading.block if reading.district == given["district"] else None
        return given.get("state"), given["district"], given.get("block") or block
    scope = message.scope_state_id or (message.handle.state_id if message.handle else None)
    return reading.state or given.get("state") or scope, reading.district, reading.block


def _review(reading: Reading, district: int | None, doubtful_kind: bool, place_is_sure: bool) -> str:
    if doubtful_kind:
        return "kind"
    if district is None:
        return "ambiguous_place" if reading.candidates else "unknown_place"
    return "" if place_is_sure else "doubtful_place"


def possible_places(reading: Reading) -> list[dict[str, object]]:
    """The candidates as a case carries them, for a reviewer to choose from."""
    fields = ("state", "district", "block", "place", "label", "label_hi", "reason", "reason_hi", "reason_kind")
    return [{name: getattr(one, name) for name in fields} for one in reading.candidates[:MOST_CANDIDATES]]
