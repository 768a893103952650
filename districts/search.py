"""Where: type-ahead for places in either script, for desk, telephone entry, public form and API."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import get_language
from rapidfuzz import fuzz, process

from districts import gazetteer_source
from districts.gazetteer import AreaRow, Gazetteer
from districts.spelling import fold, name_words, sound_key

_LONGEST = 80
_SHORTEST_INSIDE = 3  # letters from which names are also searched for a later word that begins so
_SHORTEST_MISSPELT = 4  # letters from which a name that nothing begins with is looked for by its sound and its letters
_ALIKE = 72  # percent of letters in common
_ELSEWHERE = 3  # suggestions kept for other districts when the own one alone would fill the list
_MORE = 4  # rows fetched per row shown: a town often comes as town, populated place, post office and tehsil
_ORDER = {"state": 0, "district": 1, "block": 2, "place": 3, "subdistrict": 4}
_PIN = re.compile(r"[1-9][0-9]{5}")


@dataclass(frozen=True, slots=True)
class PlaceSuggestion:
    """One place to choose; `key` is its LGD code as text, or the place's key. `label_hi` may be empty.

    `district_name` and `block_name` are in the reader's language, empty where there is none.
    """

    level: str
    key: str
    label: str
    label_hi: str
    state_id: int | None
    district_id: int | None
    block_id: int | None
    district_name: str
    block_name: str = ""


def suggest_places(
    text: str, *, limit: int = 10, state_id: int | None = None, district_id: int | None = None, near: int | None = None
) -> list[PlaceSuggestion]:
    """Places whose name begins like the text, larger ones first, then those with a later word that does.

    A whole PIN code gives its blocks and districts. `state_id` and `district_id` (LGD codes) narrow the search; `near`
    puts that district's places first, also those that only sound or look like the text, without hiding the others.
    From memory, with one cheap query; only areas in force. Empty text gives nothing.
    """
    gazetteer = gazetteer_source.current()
    typed = text[:_LONGEST]
    rows = _once(_found(gazetteer, typed, limit, state_id, district_id))
    if near is not None and district_id is None:
        own = _once(_found(gazetteer, typed, limit, state_id, near) or _misspelt(gazetteer, typed, near, limit))
        others = [row for row in rows if row not in own]
        kept = max(limit - min(len(others), _ELSEWHERE), 0)
        rows = [*own[:kept], *others, *own[kept:]]
    if not rows and district_id is not None:
        rows = _once(_misspelt(gazetteer, typed, district_id, limit))
    return [_suggestion(gazetteer, row) for row in rows[:limit]]


def _found(gazetteer: Gazetteer, typed: str, limit: int, state: int | None, district: int | None) -> list[AreaRow]:
    rows = list(_of_pin(gazetteer, fold(typed).strip(), state, district))
    if not rows:
        rows = gazetteer.suggest(typed, limit * _MORE, state, district)
        if len(rows) < limit:
            rows += _later_words(gazetteer, typed, limit * _MORE, state, district)
    return rows


def _misspelt(gazetteer: Gazetteer, typed: str, district: int, limit: int) -> list[AreaRow]:
    """Names of one district that begin with the same sounds, in either script, else those with most letters alike."""
    wanted = " ".join(name_words(typed))
    if len(wanted) < _SHORTEST_MISSPELT or wanted.isdecimal():
        return []
    names, sounds = _names_of(gazetteer, district)
    heard = "".join(map(sound_key, wanted.split(" ")))
    near = [at for at, sound in enumerate(sounds) if len(heard) > 2 and sound.startswith(heard)][: limit * _MORE]
    if not near:
        found = process.extract(wanted, names, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=limit * _MORE)
        near = [at for _name, _score, at in found]
    numbers = dict.fromkeys(number for at in near for number in gazetteer.names[names[at]])
    return [row for number in numbers if _inside(row := gazetteer.areas[number], None, district)]


def _names_of(gazetteer: Gazetteer, district: int) -> tuple[list[str], list[str]]:
    """A district's names and how they sound, worked out once per gazetteer."""
    key = ("names of", district)
    if key not in gazetteer.memo:
        inside = (name for name, found in gazetteer.names.items() if any(_is_in(gazetteer, n, district) for n in found))
        names = sorted(inside)
        gazetteer.memo[key] = names, ["".join(map(sound_key, name.split(" "))) for name in names]
    found: tuple[list[str], list[str]] = gazetteer.memo[key]
    return found


def _is_in(gazetteer: Gazetteer, number: int, district: int) -> bool:
    return gazetteer.areas[number].district == district


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
    block = gazetteer.area("block", row.block) if row.block else None
    where = row.state, row.district, row.block, _label(district), _label(block)
    return PlaceSuggestion(row.level, row.key, row.name, row.name_hi, *where)


def _label(row: AreaRow | None) -> str:
    """In the reader's language; '' for none."""
    if row is None:
        return ""
    return row.name_hi if row.name_hi and get_language() == "hi" else row.name
