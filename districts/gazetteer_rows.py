"""Where and who: the rows a gazetteer is built from, and how the CSV files of the geography become such rows."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class AreaRow(NamedTuple):
    """One area; `level` is state, district, block, subdistrict or place, `key` its LGD code or place key.

    `kind` says what a place is (town, hospital, locality, post office locality ...), else it is empty. `state`,
    `district` and `block` are the LGD codes of what it lies in, itself included; None where not known.
    """

    level: str
    key: str
    name: str
    name_hi: str
    kind: str
    state: int | None
    district: int | None
    block: int | None
    pincode: str


class NameRow(NamedTuple):
    """One more spelling of an area."""

    level: str
    key: str
    spelling: str
    language: str


class PinRow(NamedTuple):
    """A PIN code's district and, where known, block; `share` of its post offices that lie there (0 to 1)."""

    pincode: str
    state: int | None
    district: int | None
    block: int | None
    share: float


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _code(text: str, known: frozenset[int] | None = None) -> int | None:
    """An LGD code, or None where the cell is empty or the area is no longer there."""
    code = int(text) if text else None
    return code if known is None or code in known else None


def rows_from_csv(folder: Path) -> tuple[list[AreaRow], list[NameRow], list[PinRow]]:
    """The geography's CSV files as rows. Abolished districts are left out, and what lay in them has no district.

    Raises FileNotFoundError for a missing file and KeyError or ValueError for one of another shape.
    """
    active = frozenset(int(r["district_code"]) for r in _rows(folder / "districts.csv") if r["status"] == "active")
    areas = [*_state_rows(folder), *_district_rows(folder), *_block_rows(folder, active)]
    areas += [*_subdistrict_rows(folder, active), *_place_rows(folder, active)]
    return areas, list(_name_rows(folder, active)), list(_pin_rows(folder, active))


def _state_rows(folder: Path) -> Iterator[AreaRow]:
    for r in _rows(folder / "states.csv"):
        yield AreaRow(
            "state", r["state_code"], r["state_name"], r["state_name_hi"], "", int(r["state_code"]), None, None, ""
        )


def _district_rows(folder: Path) -> Iterator[AreaRow]:
    for r in _rows(folder / "districts.csv"):
        if r["status"] == "active":
            state, code = int(r["state_code"]), int(r["district_code"])
            yield AreaRow(
                "district", r["district_code"], r["display_name"], r["district_name_hi"], "", state, code, None, ""
            )


def _block_rows(folder: Path, active: frozenset[int]) -> Iterator[AreaRow]:
    for r in _rows(folder / "blocks.csv"):
        code, district = int(r["block_code"]), _code(r["district_code"], active)
        state = _code(r["state_code"])
        yield AreaRow("block", r["block_code"], r["display_name"], r["display_name_hi"], "", state, district, code, "")


def _subdistrict_rows(folder: Path, active: frozenset[int]) -> Iterator[AreaRow]:
    for r in _rows(folder / "subdistricts.csv"):
        state, district = _code(r["state_code"]), _code(r["district_code"], active)
        name, hindi = r["subdistrict_name"], r["subdistrict_name_hi"]
        yield AreaRow("subdistrict", r["subdistrict_code"], name, hindi, "", state, district, None, "")


def _place_rows(folder: Path, active: frozenset[int]) -> Iterator[AreaRow]:
    for r in _rows(folder / "places.csv"):
        state, district, block = _code(r["state_code"]), _code(r["district_code"], active), _code(r["block_code"])
        # India Post numbers no post offices: the PIN code and the name make the key.
        key = r["place_id"] or f"po:{r['pincode']}:{r['name'].casefold().replace(' ', '-')}"
        yield AreaRow("place", key, r["name"], r["name_hi"], r["kind"], state, district, block, r["pincode"])


def _name_rows(folder: Path, active: frozenset[int]) -> Iterator[NameRow]:
    for r in _rows(folder / "aliases.csv"):
        level, key = ("place", f"ulb:{r['code']}") if r["level"] == "ulb" else (r["level"], r["code"])
        if level != "district" or int(key) in active:
            yield NameRow(level, key, r["alias"], r["lang"])


def _pin_rows(folder: Path, active: frozenset[int]) -> Iterator[PinRow]:
    rows = list(_rows(folder / "pincodes.csv"))
    offices: dict[str, int] = {}
    for r in rows:
        offices[r["pincode"]] = offices.get(r["pincode"], 0) + int(r["post_offices"] or 1)
    for r in rows:
        share = int(r["post_offices"] or 1) / offices[r["pincode"]]
        district = _code(r["district_code_current"] or r["district_code"], active)
        yield PinRow(r["pincode"], _code(r["state_code"]), district, _code(r["block_code"]), round(share, 3))
