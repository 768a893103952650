"""Where and who: the gazetteer of this process, read from the tables and rebuilt when names have changed."""

import threading
from collections.abc import Iterator
from itertools import starmap
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from districts.gazetteer import AreaRow, Gazetteer, NameRow, PinRow
from districts.models import Block, District, GazetteerVersion, PinCode, Place, PlaceName, State, SubDistrict

_CHUNK = 5_000
_building = threading.Lock()
_kept: Gazetteer | None = None


def current() -> Gazetteer:
    """The gazetteer of the names as they are now; one cheap query unless they have changed.

    While one thread rebuilds it, the others go on with the one they have.
    """
    kept = _kept
    if kept is None:
        with _building:
            return _rebuilt()
    if kept.version != _version() and _building.acquire(blocking=False):
        try:
            return _rebuilt()
        finally:
            _building.release()
    return kept


def bump_version() -> None:
    """Tell every worker that names have changed; call it in the transaction that changes them."""
    GazetteerVersion.objects.get_or_create(pk=1)
    GazetteerVersion.objects.filter(pk=1).update(number=F("number") + 1, changed_at=timezone.now())


def forget() -> None:
    """Drop this process's gazetteer (for tests, whose tables change without a new version)."""
    global _kept
    _kept = None


def _version() -> int:
    return GazetteerVersion.objects.values_list("number", flat=True).first() or 0


def _rebuilt() -> Gazetteer:
    """Build and keep it. The version is read before the rows, so that a change in between is noticed next time."""
    global _kept
    version, kept = _version(), _kept
    if kept is None or kept.version != version:
        kept = Gazetteer.build(area_rows(), name_rows(), pin_rows(), version)
        _kept = kept
    return kept


def in_force() -> Q:
    """Areas that have not been abolished by today."""
    return Q(valid_to=None) | Q(valid_to__gte=timezone.localdate())


def active_districts() -> QuerySet[District]:
    """The districts cases can be sent to."""
    return District.objects.filter(in_force(), is_active=True)


def _rows(query: QuerySet[Any], *columns: str) -> Iterator[tuple[Any, ...]]:
    return query.order_by("pk").values_list(*columns).iterator(_CHUNK)


def area_rows() -> Iterator[AreaRow]:
    """Every area in force. What lay in an abolished district has no district until the next file says where it went."""
    state_of = dict(District.objects.order_by().values_list("pk", "state_id"))
    active = set(active_districts().order_by().values_list("pk", flat=True))
    home = {code: code for code in active}
    for code, name, name_hi in _rows(State.objects.filter(in_force()), "pk", "name", "name_hi"):
        yield AreaRow("state", str(code), name, name_hi, "", code, None, None, "")
    for code, name, name_hi in _rows(active_districts(), "pk", "name", "name_hi"):
        yield AreaRow("district", str(code), name, name_hi, "", state_of[code], code, None, "")
    for code, name, name_hi, district in _rows(
        Block.objects.filter(in_force()), "pk", "name", "name_hi", "district_id"
    ):
        yield AreaRow("block", str(code), name, name_hi, "", state_of[district], home.get(district), code, "")
    sub_districts = SubDistrict.objects.filter(in_force())
    for code, name, name_hi, state, district in _rows(
        sub_districts, "pk", "name", "name_hi", "state_id", "district_id"
    ):
        yield AreaRow("subdistrict", str(code), name, name_hi, "", state, home.get(district), None, "")
    yield from _place_rows(home)


def _place_rows(home: dict[int, int]) -> Iterator[AreaRow]:
    columns = ("pk", "name", "name_hi", "kind", "state_id", "district_id", "block_id", "pincode")
    for key, name, name_hi, kind, state, district, block, pincode in _rows(
        Place.objects.filter(in_force(), is_active=True), *columns
    ):
        yield AreaRow("place", key, name, name_hi, kind, state, home.get(district), block, pincode)


def name_rows() -> Iterator[NameRow]:
    """Every spelling that is not switched off."""
    return starmap(NameRow, _rows(PlaceName.objects.filter(is_active=True), "level", "key", "spelling", "language"))


def pin_rows() -> Iterator[PinRow]:
    """Every postal code's part in every district."""
    return starmap(PinRow, _rows(PinCode.objects.all(), "pincode", "state_id", "district_id", "block_id", "share"))
