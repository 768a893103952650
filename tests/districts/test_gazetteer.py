"""Spelling -> places, in memory: both scripts, by sound, by prefix; no database."""

import time
from pathlib import Path

import pytest

from districts.gazetteer import AreaRow, Gazetteer, NameRow, PinRow, rows_from_csv
from districts.spelling import fold, fold_with_offsets, sound_key

AREAS = [
    AreaRow("state", "22", "Chhattisgarh", "छत्तीसगढ़", "", 22, None, None, ""),
    AreaRow("state", "2", "Himachal Pradesh", "हिमाचल प्रदेश", "", 2, None, None, ""),
    AreaRow("district", "375", "Bilaspur", "बिलासपुर", "", 22, 375, None, ""),
    AreaRow("district", "15", "Bilaspur", "बिलासपुर", "", 2, 15, None, ""),
    AreaRow("block", "3607", "Takhatpur", "तखतपुर", "", 22, 375, 3607, ""),
    AreaRow("place", "ulb:1", "Nagar Panchayat Ratanpur", "", "town", 22, 375, None, ""),
    AreaRow("place", "hosp:1", "CIMS Hospital Bilaspur", "", "hospital", 22, 375, None, ""),
    AreaRow("place", "fac:1", "PHC", "", "health facility", 22, 375, None, ""),
    AreaRow("block", "518", "Hayathnagar", "", "", 36, 518, 518, ""),
]
NAMES = [NameRow("district", "375", "BSP", "en"), NameRow("district", "999", "Nowhere", "en")]
PINS = [PinRow("495001", 22, 375, None, 0.2), PinRow("495001", 22, 380, None, 0.8)]


@pytest.fixture(scope="module")
def small():
    return Gazetteer.build(AREAS, NAMES, PINS, version=7)


def keys(gazetteer, text, ordinary=()):
    return [{gazetteer.areas[n].key for n in m.areas} for m in gazetteer.find(text.split(), ordinary)]


def test_one_name_of_two_districts_gives_both(small):
    assert keys(small, "bilaspur me") == [{"375", "15"}]
    assert keys(small, "बिलासपुर में") == [{"375", "15"}]


def test_further_spellings_belong_to_their_area_and_unknown_areas_are_left_out(small):
    assert keys(small, "bsp") == [{"375"}]
    assert keys(small, "nowhere") == []


@pytest.mark.parametrize("spelling", ["thakhatpur", "takhatpoor", "तखतपूर", "takatpur"])
def test_a_name_is_found_as_it_sounds(small, spelling):
    (match,) = small.find([spelling])
    assert match.heard
    assert small.areas[match.areas[0]].name == "Takhatpur"


def test_a_name_written_apart_is_found(small):
    assert keys(small, "near hayath nagar") == [{"518"}]


def test_the_office_in_a_towns_name_need_not_be_said(small):
    assert keys(small, "ratanpur") == [{"ulb:1"}]


def test_a_hospital_is_found_without_its_city_but_a_bare_phc_is_nothing(small):
    assert keys(small, "cims hospital") == [{"hosp:1"}]
    assert keys(small, "phc") == []


def test_the_longest_name_wins(small):
    assert keys(small, "cims hospital bilaspur") == [{"hosp:1"}]


def test_ordinary_words_are_no_names(small):
    assert keys(small, "bsp", ordinary={"bsp"}) == []


def test_pins_name_the_likelier_district_first(small):
    assert [row.district for row in small.pins["495001"]] == [380, 375]


def test_type_ahead_works_in_both_scripts_and_inside_a_state(small):
    assert [row.key for row in small.suggest("bil", 5, state=22)] == ["375"]
    assert {row.key for row in small.suggest("बिला", 5)} == {"375", "15"}
    assert [row.key for row in small.suggest("Takh", 5)] == ["3607"]
    assert small.suggest("") == []


def test_an_area_is_looked_up_by_level_and_key(small):
    assert small.area("district", 375) is AREAS[2]
    assert small.area("district", "1") is None
    assert small.version == 7


def test_folding_keeps_the_way_back_to_the_text():
    text = "क\u093cया \u200d９8️⃣ É"
    folded, offsets = fold_with_offsets(text)
    assert folded == "कया 98 e"
    assert [fold(text[at]) for at in offsets] == list(folded)
    assert fold_with_offsets("Plain") == ("plain", None)


@pytest.mark.parametrize(
    ("roman", "hindi"),
    [
        ("bilaspur", "बिलासपुर"),
        ("chittorgarh", "चित्तौड़गढ़"),
        ("utraula", "उतरौला"),
        ("lunkaransar", "लूणकरणसर"),
        ("jaipur", "जयपुर"),
    ],
)
def test_hindi_and_roman_sound_alike(roman, hindi):
    assert sound_key(fold(roman)) == sound_key(fold(hindi))


@pytest.fixture(scope="module")
def folder():
    root = Path(__file__).resolve().parents[2]
    for path in (root / "districts" / "data", root.parent / "shared" / "geo" / "clean"):
        if (path / "places.csv").exists():
            return path
    raise FileNotFoundError("no geography: neither districts/data nor ../shared/geo/clean has places.csv")


def test_all_india_is_read_from_the_csv_files(folder):
    areas, names, pins = rows_from_csv(folder)
    began = time.process_time()
    gazetteer = Gazetteer.build(areas, names, pins)
    print(f"\nbuilt from {len(areas)} areas and {len(names)} spellings in {time.process_time() - began:.2f} s")
    assert sum(area.level == "district" for area in areas) == 784
    assert len({(area.level, area.key) for area in areas}) > 47_000
    assert {area.district for area in areas if (area.name, area.level, area.state) == ("Dudu", "block", 8)} == {102}
    assert all(len(pin.pincode) == 6 and 0 < pin.share <= 1 for pin in pins)
    assert len(gazetteer.names) > 40_000


def test_abolished_districts_are_gone_with_their_names(folder):
    areas, names, pins = rows_from_csv(folder)
    gone = {769, 776, 771, 783, 778, 781, 773, 779, 780}
    assert not gone & {area.district for area in areas}
    assert not gone & {int(name.key) for name in names if name.level == "district"}
    assert not gone & {pin.district for pin in pins}
