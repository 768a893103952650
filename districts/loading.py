"""Where: loading the geography over what is there, in one transaction; a second load changes nothing."""

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from districts.gazetteer_source import bump_version
from districts.geography_files import Geography, checksum, read_geography
from districts.geography_files import Table as FileRows
from districts.models import (
    Block,
    BlockDistrict,
    District,
    GazetteerVersion,
    PinCode,
    Place,
    PlaceName,
    State,
    SubDistrict,
)
from districts.populations import OWN, UNKNOWN, summed

_NAMED = ("name", "name_hi")
_VALID = ("valid_from", "valid_to")
_PEOPLE = ("population", "population_source")
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Change:
    """What a load did to one table, in rows."""

    table: str
    added: int
    changed: int
    ended: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class _Shape:
    """A table: the columns that name a row, and the others the files fill; `ends` when rows end instead of going."""

    model: type[models.Model]
    key: tuple[str, ...]
    columns: tuple[str, ...]
    ends: Callable[[models.QuerySet[Any]], int] | None = None

    @property
    def title(self) -> str:
        return str(self.model._meta.verbose_name_plural)


def _end(rows: models.QuerySet[Any]) -> int:
    """Codes the files no longer have stay, because cases point at them, and end yesterday."""
    return rows.filter(valid_to=None).update(valid_to=timezone.localdate() - timedelta(days=1))


def _abolish(rows: models.QuerySet[Any]) -> int:
    _end(rows)
    return rows.filter(is_active=True).update(is_active=False)


TABLES = (
    _Shape(State, ("code",), (*_NAMED, "abbreviation", *_VALID), _end),
    _Shape(
        District,
        ("code",),
        (*_NAMED, "state_id", "is_active", "carved_from", "latitude", "longitude", *_VALID, *_PEOPLE),
        _abolish,
    ),
    _Shape(SubDistrict, ("code",), (*_NAMED, "state_id", "district_id", *_VALID), _end),
    _Shape(Block, ("code",), (*_NAMED, "district_id", *_VALID, *_PEOPLE), _end),
    _Shape(BlockDistrict, ("block_id", "district_id"), ("is_primary",)),
    _Shape(
        Place,
        ("key",),
        (*_NAMED, "kind", "state_id", "district_id", "block_id", "pincode")
        + ("latitude", "longitude", "source", "valid_to"),
        _end,
    ),
    _Shape(PlaceName, ("level", "key", "spelling"), ("language", "source")),
    _Shape(PinCode, ("pincode", "district_id"), ("state_id", "block_id", "share", "main_office")),
)


def load(folder: Path, *, if_changed: bool = False) -> list[Change]:
    """Load a folder of CSV files over the tables; what changed, table by table.

    New codes are added, changed names updated; areas and places that are missing end, spellings and PIN codes
    that are missing go. What officers added, counted or switched off stays. With `if_changed`, files that were loaded
    last are not read again, and the answer is an empty list.
    Raises GeographyRefused, and loads nothing, when any line of any file is bad.
    """
    stamp = checksum(folder)
    if if_changed and GazetteerVersion.objects.filter(checksum=stamp).exists():
        return []
    return _write(read_geography(folder), stamp)


@transaction.atomic
def _write(geography: Geography, stamp: str) -> list[Change]:
    _count_people(geography)
    rows = (getattr(geography, field.name) for field in dataclasses.fields(geography))
    changes = [_lay_over(shape, wanted) for shape, wanted in zip(TABLES, rows, strict=True)]
    if any(change.added or change.changed or change.ended for change in changes):
        bump_version()
    GazetteerVersion.objects.update_or_create(pk=1, defaults={"checksum": stamp})
    return changes


def _count_people(geography: Geography) -> None:
    """Give districts the sum of their blocks, and leave every number that an officer wrote."""
    _keep_own_counts(Block, geography.blocks)
    of_blocks = summed((block[2], *block[-2:]) for block in geography.blocks.values())
    for code, district in geography.districts.items():
        geography.districts[code] = (*district, *of_blocks.get(code, UNKNOWN))
    _keep_own_counts(District, geography.districts)


def _keep_own_counts(model: type[Block | District], wanted: FileRows) -> None:
    own = model._default_manager.filter(population_source__startswith=OWN).order_by().values_list("pk", *_PEOPLE)
    for code, people, source in own:
        if code in wanted:
            wanted[code] = (*wanted[code][:-2], people, source)


def _lay_over(shape: _Shape, wanted: FileRows) -> Change:
    """Make one table say what the file says, touching only the rows that differ."""
    there = _there(shape)
    missing = [pk for key, (pk, _fields) in there.items() if key not in wanted]
    changed = [(there[key][0], key, fields) for key, fields in wanted.items() if key in there]
    changed = [(pk, key, fields) for pk, key, fields in changed if there[key][1] != fields]
    added = [(None, key, fields) for key, fields in wanted.items() if key not in there]
    kept = _own_spellings(shape, [pk for pk, _key, _fields in changed])
    changed = [row for row in changed if row[0] not in kept]
    ended = _take_away(shape, missing)
    _save(shape, changed)
    _save(shape, added)
    return Change(shape.title, len(added), len(changed), ended, len(wanted) - len(added) - len(changed))


def _there(shape: _Shape) -> dict[Any, tuple[Any, tuple[Any, ...]]]:
    """The rows in the table: key -> (primary key, columns)."""
    width = len(shape.key)
    rows = shape.model._default_manager.order_by().values_list("pk", *shape.key, *shape.columns).iterator(_BATCH)
    if width == 1:
        return {row[1]: (row[0], row[2:]) for row in rows}
    return {row[1 : 1 + width]: (row[0], row[1 + width :]) for row in rows}


def _own_spellings(shape: _Shape, primary_keys: list[Any]) -> set[Any]:
    """Of these rows, those that are an officer's own spellings: the file does not overwrite them."""
    if shape.model is not PlaceName:
        return set()
    return {pk for some in _some(primary_keys) for pk in _own().filter(pk__in=some).values_list("pk", flat=True)}


def _own() -> models.QuerySet[PlaceName]:
    return PlaceName.objects.filter(models.Q(source="") | models.Q(source__startswith=OWN))


def _take_away(shape: _Shape, missing: list[Any]) -> int:
    """End or delete what the files no longer have, except what officers added; how many rows that were."""
    gone = 0
    for some in _some(missing):
        rows: models.QuerySet[Any] = shape.model._default_manager.filter(pk__in=some)
        if shape.model is Place:
            rows = rows.exclude(key__startswith=f"{OWN}:")
        if shape.model is PlaceName:
            rows = rows.exclude(pk__in=_own())
        gone += shape.ends(rows) if shape.ends else rows.delete()[0]
    return gone


def _save(shape: _Shape, rows: list[tuple[Any, Any, tuple[Any, ...]]]) -> None:
    """Upsert in bulk. A block's old primary district is written before its new one: it may have only one at a time."""
    if shape.model is BlockDistrict:
        rows = sorted(rows, key=lambda row: bool(row[2][0]))
    names = (*shape.key, *shape.columns)
    objects = []
    for pk, key, fields in rows:
        values = (key, *fields) if len(shape.key) == 1 else (*key, *fields)
        objects.append(shape.model(**dict(zip(names, values, strict=True)), **_pk(shape, pk)))
    identity = shape.model._meta.pk.name
    columns = [column.removesuffix("_id") for column in shape.columns]
    shape.model._default_manager.bulk_create(
        objects, _BATCH, update_conflicts=True, unique_fields=[identity], update_fields=columns
    )


def _pk(shape: _Shape, pk: Any) -> dict[str, Any]:
    return {} if pk is None or shape.key == (shape.model._meta.pk.name,) else {"pk": pk}


def _some(primary_keys: list[Any]) -> Iterable[list[Any]]:
    """In handfuls: a statement takes only so many parameters."""
    for start in range(0, len(primary_keys), 500):
        yield primary_keys[start : start + 500]
