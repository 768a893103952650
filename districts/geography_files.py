"""Where: the geography as the CSV files tell it, checked against itself, in the shape of the tables."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from districts.likely_blocks import GUESSED, WITNESSES, LikelyBlocks
from districts.models import PlaceName
from districts.populations import UNKNOWN, Count
from districts.sheets import BadCell, Fault, Folder, Row

FILES = (
    *("states.csv", "districts.csv", "subdistricts.csv", "blocks.csv", "block_districts.csv"),
    *("places.csv", "aliases.csv", "pincodes.csv", "populations.csv"),
)
# How officers write the states (ISO 3166-2:IN, with CG and UK as the states themselves write).
ABBREVIATIONS = {
    **{1: "JK", 2: "HP", 3: "PB", 4: "CH", 5: "UK", 6: "HR", 7: "DL", 8: "RJ", 9: "UP", 10: "BR", 11: "SK", 12: "AR"},
    **{13: "NL", 14: "MN", 15: "MZ", 16: "TR", 17: "ML", 18: "AS", 19: "WB", 20: "JH", 21: "OD", 22: "CG", 23: "MP"},
    **{24: "GJ", 27: "MH", 28: "AP", 29: "KA", 30: "GA", 31: "LD", 32: "KL", 33: "TN", 34: "PY", 35: "AN", 36: "TG"},
    **{37: "LA", 38: "DH"},
}
_LIKELY = 0.5  # a block behind which less than half of a PIN's post offices stand is no guess to act on
_CHECKSUM_OF = b"5"  # changes when the same files are to be read in another way

Fields = tuple[Any, ...]
Table = dict[Any, Fields]


@dataclass(frozen=True, slots=True)
class Geography:
    """All tables, key -> the other columns, in the order of `districts.loading.TABLES`."""

    states: Table
    districts: Table
    sub_districts: Table
    blocks: Table
    block_districts: Table
    places: Table
    names: Table
    pincodes: Table


class _Pin(NamedTuple):
    """What one or more lines say of a PIN code in a district."""

    state: int
    block: int | None
    main_office: str
    offices: int


def checksum(folder: Path) -> str:
    """SHA-256 over all files, in hexadecimal; a missing file counts as empty."""
    digest = hashlib.sha256(_CHECKSUM_OF)
    for name in FILES:
        path = folder / name
        digest.update(path.read_bytes() if path.exists() else b"")
        digest.update(name.encode())
    return digest.hexdigest()


def read_geography(path: Path) -> Geography:
    """Read and check every file of the folder.

    Raises GeographyRefused, with every bad line of every file, when anything is wrong.
    """
    folder = Folder(path)
    states = folder.table("states.csv", ("state_code", "state_name", "state_name_hi"), _state)
    districts = folder.table("districts.csv", _DISTRICT, _district(states))
    sub_districts = folder.table("subdistricts.csv", _SUB_DISTRICT, _sub_district(states, districts))
    blocks = folder.table("blocks.csv", _BLOCK, _block(districts))
    touched = folder.table("block_districts.csv", _TOUCHES, _block_district(blocks, districts))
    _check_primary(folder, blocks, touched)
    _count_people(folder, blocks)
    tehsils: dict[str, int] = {}
    places = folder.table("places.csv", _PLACE, _place(states, districts, blocks, tehsils), _first)
    known: dict[str, Table] = {
        "state": states,
        "district": districts,
        "subdistrict": sub_districts,
        "block": blocks,
        "place": places,
    }
    names = folder.table("aliases.csv", ("level", "code", "alias", "lang", "source"), _name(known), _first)
    likely = LikelyBlocks()
    pins = folder.table("pincodes.csv", _PIN, _pin(states, districts, touched, likely), _both)
    folder.refuse_faults()
    likely.add_blocks((code, block[0], block[2]) for code, block in blocks.items())
    likely.add_tehsils((code, tehsil[0], tehsil[3]) for code, tehsil in sub_districts.items())
    _guess_blocks(places, tehsils, likely, touched)
    return Geography(states, districts, sub_districts, blocks, touched, places, names, _shares(pins))


def _guess_blocks(places: Table, tehsils: dict[str, int], likely: LikelyBlocks, touched: Table) -> None:
    """Give towns and quarters without a block the likely one, if it touches their district."""
    kind, district, block = 2, 4, 5
    for place in places.values():
        if place[kind] in WITNESSES and place[block]:
            likely.remember(place[district], place[0], place[block])
    for by_tehsil in (True, False):
        for key, place in places.items():
            if place[kind] not in GUESSED or place[block]:
                continue
            found = likely.of_tehsil(tehsils.get(key)) if by_tehsil else likely.of_name(place[district], place[0])
            if found and (found, place[district]) in touched:
                places[key] = (*place[:block], found, *place[block + 1 :])
                likely.remember(place[district], place[0], found)


def _first(old: Fields, _new: Fields) -> Fields:
    """The same spelling in a second language, the same post office twice: the first line stands."""
    return old


def _state(row: Row) -> tuple[int, Fields]:
    code = row.code("state_code")
    return code, (row.name("state_name"), row.text("state_name_hi"), ABBREVIATIONS.get(code, ""), None, None)


_DISTRICT = (
    *("district_code", "district_name", "display_name", "district_name_hi", "state_code", "status"),
    *("valid_from", "valid_to", "carved_from", "lat", "lon"),
)


def _district(states: Table) -> Callable[[Row], tuple[int, Fields]]:
    def parse(row: Row) -> tuple[int, Fields]:
        if row.cells["status"] not in ("active", "abolished"):
            raise BadCell("status is neither active nor abolished")
        return row.code("district_code"), (
            row.name("display_name", "district_name"),
            row.text("district_name_hi"),
            row.code("state_code", states),
            row.cells["status"] == "active",
            row.text("carved_from"),
            row.number_or_none("lat"),
            row.number_or_none("lon"),
            row.day_or_none("valid_from"),
            row.day_or_none("valid_to"),
        )

    return parse


_SUB_DISTRICT = ("subdistrict_code", "subdistrict_name", "subdistrict_name_hi", "state_code", "district_code")


def _sub_district(states: Table, districts: Table) -> Callable[[Row], tuple[int, Fields]]:
    def parse(row: Row) -> tuple[int, Fields]:
        name, name_hi = row.name("subdistrict_name"), row.text("subdistrict_name_hi")
        state, district = row.code("state_code", states), row.code_or_none("district_code", districts)
        return row.code("subdistrict_code"), (name, name_hi, state, district, None, None)

    return parse


_BLOCK = ("block_code", "block_name", "display_name", "block_name_hi", "display_name_hi", "district_code")


def _block(districts: Table) -> Callable[[Row], tuple[int, Fields]]:
    def parse(row: Row) -> tuple[int, Fields]:
        name = row.name("display_name", "block_name")
        name_hi = row.text("display_name_hi") or row.text("block_name_hi")
        return row.code("block_code"), (name, name_hi, row.code("district_code", districts), None, None)

    return parse


def _count_people(folder: Folder, blocks: Table) -> None:
    """Give each block its people and who counted them; most blocks of India have neither."""

    def parse(row: Row) -> tuple[int, Count]:
        people = row.code("population")
        return row.code("block_code", blocks), (people, row.name("source")[:100])

    counts = folder.table("populations.csv", ("block_code", "population", "source"), parse)
    for code, block in blocks.items():
        blocks[code] = (*block, *counts.get(code, UNKNOWN))


_TOUCHES = ("block_code", "district_code", "is_primary")


def _block_district(blocks: Table, districts: Table) -> Callable[[Row], tuple[tuple[int, int], Fields]]:
    def parse(row: Row) -> tuple[tuple[int, int], Fields]:
        if row.cells["is_primary"] not in ("0", "1"):
            raise BadCell("is_primary is neither 0 nor 1")
        block, district = row.code("block_code", blocks), row.code("district_code", districts)
        if row.cells["is_primary"] == "1" and blocks[block][2] != district:
            raise BadCell(f"block {block} has district {blocks[block][2]} in blocks.csv, here {district}")
        return (block, district), (row.cells["is_primary"] == "1",)

    return parse


def _check_primary(folder: Folder, blocks: Table, touched: Table) -> None:
    """Every block must say which of its districts is the primary one; that there are not two follows from the line."""
    primary = {block for (block, _district), (is_primary,) in touched.items() if is_primary}
    for block in blocks.keys() - primary:
        folder.faults.append(Fault("block_districts.csv", 0, f"block {block} has no primary district"))


_PLACE = (
    *("place_id", "kind", "name", "name_hi", "state_code", "district_code", "block_code", "pincode"),
    *("lat", "lon", "source"),
)


def _place(
    states: Table, districts: Table, blocks: Table, tehsils: dict[str, int]
) -> Callable[[Row], tuple[str, Fields]]:
    """`tehsils` is filled with the sub-district of each place that names one."""

    def parse(row: Row) -> tuple[str, Fields]:
        key = _place_key(row)
        if row.cells.get("subdistrict_code"):
            tehsils[key] = row.code("subdistrict_code")
        return key, (
            row.name("name"),
            row.text("name_hi"),
            row.name("kind")[:40],
            row.code("state_code", states),
            row.code_or_none("district_code", districts),
            row.code_or_none("block_code", blocks),
            row.pincode_or_empty("pincode"),
            row.number_or_none("lat"),
            row.number_or_none("lon"),
            row.text("source", 200),
            None,
        )

    return parse


def _place_key(row: Row) -> str:
    """The place's key; post offices have none in the file, and get one from PIN code, district and name."""
    key = row.text("place_id", 120)
    if key:
        return key
    if row.cells["kind"] != "post office locality" or not row.cells["pincode"]:
        raise BadCell("place_id is empty")
    slug = re.sub(r"[^a-z0-9]+", "-", row.name("name").lower()).strip("-")[:60]
    return f"po:{row.cells['pincode']}:{row.cells['district_code']}:{slug}"


def _name(known: dict[str, Table]) -> Callable[[Row], tuple[tuple[str, str, str], Fields]]:
    codes = {level: {str(key) for key in table} for level, table in known.items()}

    def parse(row: Row) -> tuple[tuple[str, str, str], Fields]:
        level, key = row.cells["level"], row.cells["code"]
        if level == "ulb":
            level, key = PlaceName.Level.PLACE.value, f"ulb:{key}"
        if level not in codes:
            raise BadCell(f"level is not known: {level[:40]!r}")
        if key not in codes[level]:
            raise BadCell(f"{level} {key[:120]} is not known" if key else "code is empty")
        return (level, key, row.name("alias")), (_language(row.cells["lang"]), row.text("source", 200))

    return parse


def _language(written: str) -> str:
    """Untagged names in Devanagari ('hi/mr (Devanagari)') are read by Hindi readers as well."""
    language = written.partition("/")[0].strip()
    if len(language) > 8:
        raise BadCell(f"lang is not a language code: {written[:40]!r}")
    return language


_PIN = (
    *("pincode", "state_code", "district_code", "district_code_current", "post_offices", "main_office"),
    *("block_code", "block_share"),
)


def _pin(
    states: Table, districts: Table, touched: Table, likely_blocks: LikelyBlocks
) -> Callable[[Row], tuple[tuple[str, int | None], _Pin]]:
    def parse(row: Row) -> tuple[tuple[str, int | None], _Pin]:
        pincode = row.pincode_or_empty("pincode")
        if not pincode:
            raise BadCell("pincode is empty")
        old = row.code_or_none("district_code", districts)
        district = row.code_or_none("district_code_current", districts) or old
        block = row.code_or_none("block_code")
        likely = (row.number_or_none("block_share") or 0) >= _LIKELY and (block, district) in touched
        offices = row.code_or_none("post_offices") or 1
        if block and row.cells.get("subdistrict_code"):
            share = row.number_or_none("block_share") or 0
            likely_blocks.add_offices(row.code("subdistrict_code"), block, offices * share)
        pin = _Pin(row.code("state_code", states), block if likely else None, row.text("main_office"), offices)
        return (pincode, district), pin

    return parse


def _both(old: _Pin, new: _Pin) -> _Pin:
    """Two old districts' parts of a PIN code that now lie in one: the larger one names block and main office."""
    larger = max(old, new, key=lambda pin: pin.offices)
    return larger._replace(offices=old.offices + new.offices)


def _shares(pins: dict[tuple[str, int | None], _Pin]) -> Table:
    offices: Counter[str] = Counter()
    for (pincode, _district), pin in pins.items():
        offices[pincode] += pin.offices
    return {
        key: (pin.state, pin.block, round(pin.offices / offices[key[0]], 3), pin.main_office)
        for key, pin in pins.items()
    }
