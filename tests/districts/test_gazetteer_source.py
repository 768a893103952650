"""The gazetteer follows the tables."""

import threading
from datetime import date, timedelta

import pytest
from django.utils import timezone

from districts import gazetteer_source
from districts.gazetteer import AreaRow, NameRow, PinRow
from districts.models import Block, District, GazetteerVersion, PinCode, Place, PlaceName, SubDistrict

pytestmark = pytest.mark.django_db


def names(word: str) -> set[tuple[str, str]]:
    gazetteer = gazetteer_source.current()
    return {(gazetteer.areas[n].level, gazetteer.areas[n].key) for n in gazetteer.names.get(word, ())}


def test_areas_are_found_in_both_scripts(small_map):
    assert names("bilaspur") == names("बिलासपुर") == {("district", "375")}
    assert names("tifra") == {("place", "locality:tifra")}


def test_every_area_comes_with_what_it_lies_in(small_map):
    rows = set(gazetteer_source.area_rows())
    assert AreaRow("state", "22", "Chhattisgarh", "छत्तीसगढ़", "", 22, None, None, "") in rows
    assert AreaRow("district", "375", "Bilaspur", "बिलासपुर", "", 22, 375, None, "") in rows
    assert AreaRow("block", "3604", "Bilha", "बिल्हा", "", 22, 375, 3604, "") in rows
    assert AreaRow("place", "locality:tifra", "Tifra", "तिफरा", "locality", 22, 375, 3604, "") in rows


def test_what_is_no_longer_there_is_left_out(small_map):
    yesterday = timezone.localdate() - timedelta(days=1)
    Block.objects.filter(pk=3607).update(valid_to=yesterday)
    Block.objects.filter(pk=3610).update(valid_to=timezone.localdate())
    Place.objects.update(is_active=False)
    SubDistrict.objects.create(code=1, name="Ratanpur", state=small_map.cg, valid_to=date(2020, 1, 1))
    keys = {(row.level, row.key) for row in gazetteer_source.area_rows()}
    assert not {("block", "3607"), ("place", "locality:tifra"), ("subdistrict", "1")} & keys
    assert {("block", "3610"), ("block", "3604")} <= keys


def test_what_lay_in_an_abolished_district_has_no_district(small_map):
    District.objects.filter(pk=375).update(is_active=False)
    rows = {(row.level, row.key): row for row in gazetteer_source.area_rows()}
    assert ("district", "375") not in rows
    assert rows["block", "3604"].state == 22
    assert rows["block", "3604"].district is None
    assert rows["place", "locality:tifra"].district is None


def test_a_spelling_that_is_switched_off_is_left_out(small_map):
    PlaceName.objects.create(level="block", key="3604", spelling="Belha", language="en", is_active=False)
    PlaceName.objects.create(level="block", key="3604", spelling="Bilaha", language="en")
    spellings = set(gazetteer_source.name_rows())
    assert NameRow("block", "3604", "Bilaha", "en") in spellings
    assert NameRow("block", "3604", "Belha", "en") not in spellings


def test_pin_codes_come_with_district_block_and_share(small_map):
    PinCode.objects.create(
        pincode="495001", state=small_map.cg, district=small_map.bilaspur, block=small_map.bilha, share=0.9
    )
    assert list(gazetteer_source.pin_rows()) == [PinRow("495001", 22, 375, 3604, 0.9)]


def test_an_unchanged_gazetteer_costs_one_query(small_map, django_assert_num_queries):
    first = gazetteer_source.current()
    with django_assert_num_queries(1):
        assert gazetteer_source.current() is first


def test_a_new_version_is_noticed_by_the_next_call(small_map):
    gazetteer_source.current()
    PlaceName.objects.create(level="block", key="3604", spelling="Bilaha", language="en")
    assert names("bilaha") == set()
    gazetteer_source.bump_version()
    assert names("bilaha") == {("block", "3604")}


def test_every_bump_is_another_number(db):
    gazetteer_source.bump_version()
    gazetteer_source.bump_version()
    assert GazetteerVersion.objects.get().number == 2


def test_while_it_is_rebuilt_the_others_go_on_with_the_old_one(small_map, monkeypatch):
    old = gazetteer_source.current()
    gazetteer_source.bump_version()
    assert gazetteer_source._building.acquire(blocking=False)
    try:
        assert gazetteer_source.current() is old
    finally:
        gazetteer_source._building.release()
    assert gazetteer_source.current() is not old


def test_two_first_callers_build_it_once(monkeypatch):
    built, started, go_on = [], threading.Event(), threading.Event()

    def build(*rows):
        built.append(1)
        started.set()
        go_on.wait(5)
        return real()

    real = gazetteer_source.Gazetteer
    monkeypatch.setattr(gazetteer_source, "_version", lambda: 0)
    monkeypatch.setattr(gazetteer_source.Gazetteer, "build", build)
    for name in ("area_rows", "name_rows", "pin_rows"):
        monkeypatch.setattr(gazetteer_source, name, lambda: ())
    found = []
    callers = [threading.Thread(target=lambda: found.append(gazetteer_source.current())) for _ in range(2)]
    callers[0].start()
    assert started.wait(5)
    callers[1].start()
    go_on.set()
    for caller in callers:
        caller.join(5)
    assert len(built) == 1
    assert found[0] is found[1]
