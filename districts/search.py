"""Where: type-ahead for places in either script, for desk, telephone entry, public form and API."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import get_language

from districts import gazetteer_source
from districts.gazetteer import AreaRow, Gazetteer
from districts.spelling import fold, name_words

_LONGEST = 80
_SHORTEST_INSIDE = 3  # letters from which names are also searched for a later word that begins so
_MORE = 4  # rows fetched per row shown: a town often comes as town, populated place, post office and tehsil
_ORDER = {"state": 0, "district": 1, "block": 2, "place": 3, "subdistrict": 4}
_PIN = re.compile(r"[1-9][0-9]{5}")


@dataclass(frozen=True, slots=True)
class PlaceSuggestion:
    """One place to choose; `key` is its LGD code as text, or the place's key. `label_hi` may be empty.

    `district_name` is in the reader's language, empty for states and where the district is not known.
    """

    level: str
    key: str
    label: str
    label_hi: str
    state_id: int | None
    district_id: int | None
    block_id: int | None
    district_name: str


def suggest_places(
    text: str, *, limit: int = 10, state_id: int | None = None, district_id: int | None = None
) -> list[PlaceSuggestion]:
    """Places whose name begins like the text, larger ones first, then those with a later word that does.

    A whole PIN code gives its blocks and districts. `state_id` and `district_id` (LGD codes) narrow the search.
    From memory, with one cheap query; only areas in force. Empty text gives nothing.
    """
    gazetteer = gazetteer_source.current()
    typed = text[:_LONGEST]
    rows = list(_of_pin(gazetteer, fold(typed).strip(), state_id, district_id))
    if not rows:
        rows = gazetteer.suggest(typed, limit * _MORE, state_id, district_id)
        if len(rows) < limit:
            rows += _later_words(gazetteer, typed, limit * _MORE, state_id, district_id)
    return [_suggestion(gazetteer, row) for row in _once(rows)[:limit]]


def _of_pin(gazetteer: Gazetteer, pincode: str, state: int | None, district: int | None) -> Iterator[AreaRow]:
    """The blocks of a PIN code, or its districts where the block is not known, the largest share first."""
    for pin in gazetteer.pins.get(pincode, ()) if _PIN.fullmatch(pincode) else ():
        level, code = ("block", pin.block) if pin.block else ("district", pin.district)
        row = gazetteer.area(level, code) if code else None
        if row and _inside(row, state, district):
            yield row


def _later_words(
    gazetteer: Gazetteer, typed: str, limit: int, state: int | None, district: int | None
) -> list[AreaRow]:
    wanted = " ".join(name_words(typed))
    if len(wanted) < _SHORTEST_INSIDE:
        return []
    numbers = (number for name, found in gazetteer.names.items() if f" {wanted}" in name for number in found)
    rows = (gazetteer.areas[number] for number in dict.fromkeys(numbers))
    inside = [row for row in rows if _inside(row, state, district)]
    return sorted(inside, key=lambda row: (_ORDER[row.level], row.name))[:limit]


def _inside(row: AreaRow, state: int | None, district: int | None) -> bool:
    return state in (None, row.state) and district in (None, row.district)


def _once(rows: Iterable[AreaRow]) -> list[AreaRow]:
    """A name once per district: the row that knows its block, with the Hindi name of any of them.

    Block, tehsil, town and post office of one name mean the same to who types it.
    """
    groups: dict[tuple[object, ...], list[AreaRow]] = {}
    for row in rows:
        small = row.level not in ("state", "district") and row.district is not None
        same = (fold(row.name), row.district) if small else (row.level, row.key)
        groups.setdefault(same, []).append(row)
    return [_best(group) for group in groups.values()]


def _best(group: list[AreaRow]) -> AreaRow:
    best = min(group, key=lambda row: (row.block is None, _ORDER[row.level]))
    return best._replace(name_hi=best.name_hi or next((row.name_hi for row in group if row.name_hi), ""))


def _suggestion(gazetteer: Gazetteer, row: AreaRow) -> PlaceSuggestion:
    district = gazetteer.area("district", row.district) if row.district else None
    name = "" if district is None else district.name
    if district is not None and district.name_hi and get_language() == "hi":
        name = district.name_hi
    return PlaceSuggestion(row.level, row.key, row.name, row.name_hi, row.state, row.district, row.block, name)
