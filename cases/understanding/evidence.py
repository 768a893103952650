"""Understanding, step 2: what a post may say about where: mentions with their meanings, states, handles, PIN code."""

from dataclasses import dataclass, field
from typing import NamedTuple

from cases.understanding.text import Handle
from districts.gazetteer import AreaRow

DELHI = 7
# No district: what is outside India.
ABROAD = -1000
# Mumbai is two districts on paper and one to everybody who writes.
_SAME_CITY = {483: 482}


class Option(NamedTuple):
    """One meaning of a mention: its district (all Delhi is one, see `district_of`), state, weight, row, name, block."""

    district: int
    state: int | None
    weight: float
    area: AreaRow | None
    name: str
    block: int | None = None


@dataclass(slots=True)
class Mention:
    """A place named by words [start, end) (both -1 for a handle), its possible meanings and the part it plays.

    `state` is the one named right beside it; `small` tells a word in small letters, `short` a short one.
    """

    start: int
    end: int
    options: list[Option]
    source: str = "text"
    role: str = "plain"
    factor: float = 1.0
    short: bool = False
    small: bool = False
    state: int | None = None

    @property
    def is_hospital(self) -> bool:
        """What the name means first is a hospital."""
        return self.options[0].area is not None and self.options[0].area.kind == "hospital"


@dataclass(slots=True)
class Evidence:
    """All that a post says about where; `states` has the words [start, end) that name each state.

    `not_states` are the ones it rules out.
    """

    mentions: list[Mention] = field(default_factory=list)
    states: dict[int, tuple[int, int]] = field(default_factory=dict)
    not_states: set[int] = field(default_factory=set)
    handle_states: dict[int, Handle] = field(default_factory=dict)
    pincode: str = ""
    pin_at: int = -1


def district_of(area: AreaRow) -> int:
    """The district an area counts for: Delhi's eleven are one (minus its state code), since nobody names them."""
    if area.state == DELHI:
        return -DELHI
    return _SAME_CITY.get(area.district or 0, area.district or 0)
