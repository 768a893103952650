"""Understanding, step 2f: how likely the district that was chosen is the right one, from how the post names places.

The weights stand in `words/place_trust.csv`. They are learnt from labelled posts read with a fifth of all names taken
away at a time (see `training`), because what goes wrong on a new post is above all a name that no list has.
"""

import math
from functools import cache

from cases.understanding.evidence import Evidence, Mention, Option
from cases.understanding.lexicon import Hit, rows

_PRESENT = frozenset({"lies", "here", "in", "hospital"})
_PASSING = frozenset({"home", "away"})
_SPOKEN = frozenset({"text", "pin"})
# A place named so far by the way, so light, or so heavy that more says no more.
_PASSED_OVER, _SMALL, _ENOUGH_WEIGHT = 0.3, 0.5, 2.0


def findings(district: int, weight: float, second: float, evidence: Evidence) -> dict[str, float]:
    """What speaks for and against the chosen district, each finding a number; `second` is the next one's weight."""
    mine: list[Mention] = []
    others: list[Mention] = []
    meant: list[Option] = []
    for mention in evidence.mentions:
        here = [option for option in mention.options if option.district == district]
        meant += here
        if here:
            mine.append(mention)
        elif mention.source in _SPOKEN and mention.factor > _PASSED_OVER:
            others.append(mention)
    sources, roles = {m.source for m in mine}, {m.role for m in mine}
    return {
        "weight": min(weight, _ENOUGH_WEIGHT),
        "lead": 1 - second / weight,
        "named twice": len(mine) > 1 and sum(m.source in _SPOKEN for m in mine) > 1,
        "only heard": sources == {"heard"},
        "only in handles or tags": sources <= {"handle", "tag"},
        "small places only": all(option.weight < _SMALL for option in meant),
        "homonym": all(len(m.options) > 1 for m in mine),
        "help is wanted there": not _PRESENT.isdisjoint(roles),
        "only passing": roles <= _PASSING,
        "another district": bool(others),
        "help is wanted in another": bool(others) and any(m.role in _PRESENT for m in others),
        "pin code": "pin" in sources,
        "state": bool(evidence.states) and any(option.state in evidence.states for option in meant),
    }


def circumstances(evidence: Evidence, cues: list[Hit]) -> dict[str, float]:
    """What the rest of the post says of the place; `cues` are the hits of the list `place_words`."""
    placed = {at for m in evidence.mentions for at in (m.start, m.end)}
    unknown = any(cue.tag == "hospital" and placed.isdisjoint((cue.start, cue.end)) for cue in cues)
    return {"always": 1.0, "a hospital no list has": unknown}


# A plea to a district's own account that names no place: like one that names it in a handle alone.
ADDRESSED_ONLY = {"always": 1.0, "lead": 1.0, "only in handles or tags": 1.0, "weight": 0.55}


@cache
def _weights() -> dict[str, float]:
    return {row["finding"]: float(row["weight"]) for row in rows("place_trust")}


def trust(found: dict[str, float]) -> float:
    """The probability, between 0 and 1, that the district is right."""
    weights = _weights()
    total = sum([weights.get(name, 0.0) * value for name, value in found.items() if value])
    return round(1 / (1 + math.exp(-total)), 3)
