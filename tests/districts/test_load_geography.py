"""Loading the geography: all of it or nothing, once or twice, this year's over last year's."""

import csv
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.utils import timezone

from districts import gazetteer_source
from districts.gazetteer import rows_from_csv
from districts.likely_blocks import GUESSED
from districts.loading import TABLES, load
from districts.management.commands.load_geography import FOLDER
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
from districts.sheets import GeographyRefused

pytestmark = pytest.mark.django_db

SMALL = {
    "states.csv": "state_code,state_name,state_name_hi\n22,Chhattisgarh,छत्तीसगढ़\n8,Rajasthan,राजस्थान\n",
    "districts.csv": (
        "district_code,district_name,display_name,district_name_hi,state_code,status,valid_from,valid_to,carved_from,lat,lon\n"
        "375,Bilaspur,Bilaspur,बिलासपुर,22,active,,,,22.385,82.07\n"
        "734,Gaurela Pendra Marwahi,GPM,,22,active,2020-02-10,,375,,\n"
        "769,Dudu,,दूदू,8,abolished,2023-08-07,2024-12-28,102,,\n"
    ),
    "subdistricts.csv": (
        "subdistrict_code,subdistrict_name,subdistrict_name_hi,state_code,district_code\n"
        "7239,Ratanpur,रतनपुर,22,375\n7240,Nowhere,,22,\n"
    ),
    "blocks.csv": (
        "block_code,block_name,display_name,block_name_hi,display_name_hi,district_code\n"
        "3604,Belha,Bilha,बेल्हा,बिल्हा,375\n3605,Gourella-1,,गौरेल्ला-1,,734\n"
    ),
    "block_districts.csv": "block_code,district_code,is_primary\n3604,375,1\n3605,734,1\n3605,375,0\n",
    "places.csv": (
        "place_id,kind,name,name_hi,state_code,district_code,block_code,pincode,lat,lon,source\n"
        "ulb:250000,town,Bilha,बिल्हा,22,375,3604,,,,LGD\n"
        ",post office locality,Tifra,,22,375,,495223,22.05,82.14,India Post\n"
    ),
    "aliases.csv": (
        "level,code,alias,lang,source\n"
        "block,3604,Belha,en,LGD\nulb,250000,Bilha Nagar,en,LGD\nblock,3604,बिलहा,hi/mr (Devanagari),GeoNames\n"
        "block,3604,Belha,te,LGD\n"
    ),
    "pincodes.csv": (
        "pincode,state_code,district_code,district_code_current,post_offices,main_office,block_code,block_share\n"
        "495001,22,375,375,3,Bilaspur,3604,1.0\n495001,22,734,,1,Bilaspur BO,3604,1.0\n"
        "495117,22,375,734,2,Pendra,3605,0.4\n495118,22,,,1,Unknown,,\n"
    ),
    "populations.csv": "block_code,population,source\n3604,309780,PMGSY 2022\n",
}


@pytest.fixture
def folder(tmp_path):
    for name, text in SMALL.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def rewrite(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def faults(folder: Path) -> list[str]:
    with pytest.raises(GeographyRefused) as refused:
        load(folder)
    assert not State.objects.exists(), "half loaded"
    assert not GazetteerVersion.objects.exists()
    return [str(fault) for fault in refused.value.faults]


def counts(changes) -> dict[str, tuple[int, int, int, int]]:
    return {change.table: (change.added, change.changed, change.ended, change.unchanged) for change in changes}


def test_names_shown_fall_back_to_the_directorys_own(folder):
    load(folder)
    assert list(Block.objects.order_by("pk").values_list("name", "name_hi")) == [
        ("Bilha", "बिल्हा"),
        ("Gourella-1", "गौरेल्ला-1"),
    ]
    assert list(District.objects.order_by("pk").values_list("name", flat=True)) == ["Bilaspur", "GPM", "Dudu"]


def test_states_get_the_letters_officers_write(folder):
    load(folder)
    assert dict(State.objects.values_list("code", "abbreviation")) == {22: "CG", 8: "RJ"}


def test_an_abolished_district_is_kept_and_inactive(folder):
    load(folder)
    dudu = District.objects.get(code=769)
    assert (dudu.is_active, dudu.valid_to, dudu.carved_from) == (False, date(2024, 12, 28), "102")


def test_a_block_may_touch_two_districts_and_has_one_primary(folder):
    load(folder)
    touched = BlockDistrict.objects.filter(block=3605).order_by("district")
    assert list(touched.values_list("district", "is_primary")) == [(375, False), (734, True)]


def test_a_pin_codes_share_is_that_of_its_post_offices_and_a_weak_block_is_dropped(folder):
    load(folder)
    found = PinCode.objects.order_by("pincode", "district").values_list("pincode", "district", "block", "share")
    assert sorted(found, key=str) == [
        ("495001", 375, 3604, 0.75),
        ("495001", 734, None, 0.25),  # Bilha does not touch district 734
        ("495117", 734, None, 1.0),
        ("495118", None, None, 1.0),
    ]


def test_two_old_parts_that_now_lie_in_one_district_are_one(folder):
    rewrite(folder, "pincodes.csv", "495001,22,734,,", "495001,22,734,375,")
    load(folder)
    assert list(PinCode.objects.filter(pincode="495001").values_list("district", "block", "share", "main_office")) == [
        (375, 3604, 1.0, "Bilaspur")
    ]


def test_post_offices_get_a_key_that_stays(folder):
    load(folder)
    assert Place.objects.get(kind="post office locality").key == "po:495223:375:tifra"


def test_spellings_are_kept_once_with_a_short_language(folder):
    load(folder)
    assert list(PlaceName.objects.order_by("pk").values_list("level", "key", "spelling", "language")) == [
        ("block", "3604", "Belha", "en"),
        ("place", "ulb:250000", "Bilha Nagar", "en"),
        ("block", "3604", "बिलहा", "hi"),
    ]


def test_loading_twice_changes_nothing_and_says_so(folder):
    load(folder)
    second = counts(load(folder))
    assert second["districts"] == (0, 0, 0, 3)
    assert {added + changed + ended for added, changed, ended, _ in second.values()} == {0}
    assert GazetteerVersion.objects.get().number == 1


def test_loading_makes_workers_rebuild_their_gazetteer(folder):
    gazetteer_source.current()
    load(folder)
    assert gazetteer_source.current().area("block", 3604).name == "Bilha"


def test_files_that_were_loaded_last_are_not_read_again(folder, django_assert_num_queries):
    load(folder)
    with django_assert_num_queries(1):
        assert load(folder, if_changed=True) == []
    rewrite(folder, "states.csv", "राजस्थान", "राजस्थान राज्य")
    assert counts(load(folder, if_changed=True))["states"] == (0, 1, 0, 1)


def test_next_years_files_add_rename_and_end(folder):
    load(folder)
    (folder / "blocks.csv").write_text(
        "block_code,block_name,display_name,block_name_hi,display_name_hi,district_code\n"
        "3604,Bilha Rural,,बिल्हा,,375\n9999,Seepat,Seepat,सीपत,सीपत,375\n",
        encoding="utf-8",
    )
    (folder / "block_districts.csv").write_text(
        "block_code,district_code,is_primary\n3604,375,1\n9999,375,1\n", encoding="utf-8"
    )
    rewrite(folder, "pincodes.csv", "495117,22,375,734,2,Pendra,3605,0.4\n", "")
    found = counts(load(folder))
    assert found["blocks"] == (1, 1, 1, 0)
    assert found["block districts"] == (1, 0, 2, 1)
    assert found["PIN codes"] == (0, 0, 1, 3)
    assert Block.objects.get(code=3604).name == "Bilha Rural"
    assert Block.objects.get(code=3605).valid_to == timezone.localdate() - timedelta(days=1)
    assert counts(load(folder))["blocks"] == (0, 0, 0, 2)


def test_a_district_that_is_missing_is_inactive_and_comes_back_with_its_file(folder):
    load(folder)
    whole = (folder / "districts.csv").read_text(encoding="utf-8")
    rewrite(
        folder, "districts.csv", "769,Dudu,,दूदू,8,abolished,2023-08-07,2024-12-28,102,,\n", "769,Dudu,,,8,active,,,,,\n"
    )
    load(folder)
    rewrite(folder, "districts.csv", "769,Dudu,,,8,active,,,,,\n", "")
    assert counts(load(folder))["districts"] == (0, 0, 1, 2)
    assert not District.objects.get(code=769).is_active
    (folder / "districts.csv").write_text(whole.replace("abolished", "active"), encoding="utf-8")
    load(folder)
    assert District.objects.get(code=769).is_active


def test_a_blocks_primary_district_can_move(folder):
    load(folder)
    rewrite(folder, "blocks.csv", "गौरेल्ला-1,,734", "गौरेल्ला-1,,375")
    rewrite(folder, "block_districts.csv", "3605,734,1\n3605,375,0", "3605,734,0\n3605,375,1")
    assert counts(load(folder))["block districts"] == (0, 2, 0, 1)
    assert BlockDistrict.objects.get(block=3605, is_primary=True).district_id == 375


def test_what_officers_added_or_switched_off_stays(folder):
    load(folder)
    PlaceName.objects.create(level="block", key="3604", spelling="Bilaha", language="en", source="officer meena")
    PlaceName.objects.create(level="block", key="3604", spelling="Billa", language="en")
    PlaceName.objects.filter(spelling="Bilha Nagar").update(source="officer meena", language="hi")
    PlaceName.objects.filter(spelling="Belha").update(is_active=False)
    Place.objects.filter(key="ulb:250000").update(is_active=False)
    Place.objects.create(key="officer:1", kind="locality", name="Camp", state_id=22)
    rewrite(folder, "aliases.csv", "block,3604,बिलहा,hi/mr (Devanagari),GeoNames\n", "")
    found = counts(load(folder))
    assert found["spellings"] == (0, 0, 1, 2)
    assert found["places"] == (0, 0, 0, 2)
    assert set(PlaceName.objects.values_list("spelling", "source", "language", "is_active")) == {
        ("Bilaha", "officer meena", "en", True),
        ("Billa", "", "en", True),
        ("Bilha Nagar", "officer meena", "hi", True),
        ("Belha", "LGD", "en", False),
    }
    assert not Place.objects.get(key="ulb:250000").is_active
    assert Place.objects.get(key="officer:1").valid_to is None


def people_of(model) -> dict[int, tuple[int | None, str]]:
    rows = model.objects.values_list("code", "population", "population_source")
    return {code: (people, source) for code, people, source in rows}


def test_a_block_has_its_people_and_a_district_the_sum_of_its_blocks_where_known(folder):
    rewrite(folder, "blocks.csv", "गौरेल्ला-1,,734", "गौरेल्ला-1,,375")
    rewrite(folder, "block_districts.csv", "3605,734,1\n3605,375,0", "3605,734,0\n3605,375,1")
    load(folder)
    assert people_of(Block) == {3604: (309780, "PMGSY 2022"), 3605: (None, "")}
    assert people_of(District) == {375: (309780, "PMGSY 2022"), 734: (None, ""), 769: (None, "")}
    rewrite(folder, "populations.csv", "3604,309780", "3605,220,Census\n3604,309780")
    load(folder)
    assert people_of(District)[375] == (310000, "sum of its blocks")


def test_a_number_an_officer_wrote_stays_and_counts_in_the_districts(folder):
    load(folder)
    Block.objects.filter(code=3604).update(population=650000, population_source="officer meena")
    District.objects.filter(code=734).update(population=1000, population_source="officer root")
    rewrite(folder, "populations.csv", "309780", "309781")
    found = counts(load(folder))
    assert people_of(Block)[3604] == (650000, "officer meena")
    assert people_of(District) == {375: (650000, "sum of its blocks"), 734: (1000, "officer root"), 769: (None, "")}
    assert (found["blocks"], found["districts"]) == ((0, 0, 0, 2), (0, 1, 0, 2))


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("districts.csv", "बिलासपुर,22,", "बिलासपुर,99,", "districts.csv, line 2: state_code 99 is not known"),
        ("districts.csv", "375,Bilaspur", ",Bilaspur", "districts.csv, line 2: district_code is empty"),
        ("districts.csv", "375,Bilaspur", "-5,Bilaspur", "districts.csv, line 2: district_code is not a number: '-5'"),
        (
            "districts.csv",
            "375,Bilaspur",
            "३७५,Bilaspur",
            "districts.csv, line 2: district_code is not a number: '३७५'",
        ),
        ("districts.csv", "375,Bil", "9" * 5000 + ",Bil", "districts.csv, line 2: district_code is not a number"),
        ("districts.csv", "22.385", "nan", "districts.csv, line 2: lat is not a number: 'nan'"),
        ("districts.csv", "2020-02-10", "10-02-2020", "districts.csv, line 3: valid_from is not a date"),
        ("districts.csv", "22,active,2020", "22,alive,2020", "districts.csv, line 3: status is neither"),
        ("districts.csv", "769,Dudu", "375,Dudu", "districts.csv, line 4: 375 comes twice"),
        ("districts.csv", "769,Dudu,", "769,Dudu,,", "districts.csv, line 4: 12 cells where the heading has 11"),
        ("states.csv", "Rajasthan", "", "states.csv, line 3: state_name is empty"),
        ("states.csv", "Rajasthan", "R" * 161, "states.csv, line 3: state_name is longer than 160 characters"),
        ("states.csv", "Rajasthan", "Raj\0asthan", "states.csv, line 3: state_name contains a zero byte"),
        ("states.csv", "state_name_hi", "hindi", "states.csv, line 1: no column state_name_hi"),
        ("blocks.csv", "बिल्हा,375", "बिल्हा,1", "blocks.csv, line 2: district_code 1 is not known"),
        ("block_districts.csv", "3605,375,0", "3605,375,2", "block_districts.csv, line 4: is_primary is neither"),
        ("block_districts.csv", "3605,375,0", "3605,375,1", "block_districts.csv, line 4: block 3605 has district 734"),
        ("block_districts.csv", "3605,734,1\n", "", "block_districts.csv, line 0: block 3605 has no primary district"),
        ("places.csv", "ulb:250000", "", "places.csv, line 2: place_id is empty"),
        ("places.csv", "495223", "49522", "places.csv, line 3: pincode is not a PIN code of six digits: '49522'"),
        ("aliases.csv", "ulb,250000", "ulb,1", "aliases.csv, line 3: place ulb:1 is not known"),
        ("aliases.csv", "ulb,250000", "moon,1", "aliases.csv, line 3: level is not known: 'moon'"),
        ("populations.csv", "3604,309780", "3604,", "populations.csv, line 2: population is empty"),
        ("populations.csv", "3604", "36040", "populations.csv, line 2: block_code 36040 is not known"),
        ("pincodes.csv", "495001,22,375,375,3", ",22,375,375,3", "pincodes.csv, line 2: pincode is empty"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_loaded(folder, name, old, new, fault):
    rewrite(folder, name, old, new)
    assert any(found.startswith(fault) for found in faults(folder)), faults(folder)


def test_every_bad_line_is_named_not_just_the_first(folder):
    rewrite(folder, "states.csv", "8,Rajasthan", "x,Rajasthan")
    rewrite(folder, "places.csv", "495223", "49522")
    found = faults(folder)
    assert found[0].startswith("states.csv, line 3")
    assert found[1].startswith("districts.csv, line 4: state_code 8 is not known")
    assert found[2].startswith("places.csv, line 3")


def test_lines_that_are_not_utf8_are_named(folder):
    content = (folder / "blocks.csv").read_bytes()
    (folder / "blocks.csv").write_bytes(content.replace(b"3605,Gourella", b"3605,Gour\xe9lla"))
    assert "blocks.csv, line 3: not UTF-8" in faults(folder)


def test_a_missing_file_is_named(folder):
    (folder / "places.csv").unlink()
    assert any(found.startswith("places.csv, line 0: No such file") for found in faults(folder))


def test_files_from_a_spreadsheet_with_a_mark_at_the_start_are_read(folder):
    content = (folder / "states.csv").read_bytes()
    (folder / "states.csv").write_bytes(b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"))
    load(folder)
    assert State.objects.count() == 2


def test_the_command_prints_a_line_for_every_table(folder):
    out = StringIO()
    call_command("load_geography", folder=folder, stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[1].split() == ["states", "2", "0", "0", "0"]
    assert len(lines) == 1 + len(TABLES) + 1
    out = StringIO()
    call_command("load_geography", folder=folder, if_changed=True, stdout=out)
    assert out.getvalue().startswith("Geography unchanged")


def test_the_command_fails_with_the_bad_lines_and_shows_no_more_than_fifty(folder):
    with (folder / "states.csv").open("a", encoding="utf-8") as file:
        csv.writer(file).writerows([["x", "Name", ""]] * 70)
    with pytest.raises(CommandError) as failed:
        call_command("load_geography", folder=folder)
    message = str(failed.value)
    assert "states.csv, line 4: state_code is not a number: 'x'" in message
    assert "... and 20 more." in message
    assert "70 bad lines" in message
    assert failed.value.returncode == 1


def test_all_india_loads_twice_and_reads_as_the_files_do():
    load(FOLDER)
    tables = (State, District, SubDistrict, Block, BlockDistrict, Place, PlaceName, PinCode)
    assert [table.objects.count() for table in tables] == [36, 796, 7151, 7233, 7251, 33264, 31865, 21043]
    blocks = Block.objects.filter(district=375).order_by("name")
    assert [(block.name, block.name_hi) for block in blocks] == [
        ("Bilha", "बिल्हा"),
        ("Kota", "कोटा"),
        ("Masturi", "मस्तूरी"),
        ("Takhatpur", "तखतपुर"),
    ]
    assert list(PinCode.objects.filter(pincode="495001").values_list("district__name", "block__name")) == [
        ("Bilaspur", "Bilha")
    ]
    assert District.objects.filter(is_active=True).count() == 784
    assert not District.objects.filter(is_active=True, name_hi="").exists()
    assert not Block.objects.filter(district__state__in=[22, 8], name_hi="").exists()
    assert not State.objects.filter(abbreviation="").exists()
    assert State.objects.values("abbreviation").distinct().count() == 36
    assert Block.objects.get(code=3604).population == 309_780
    assert Block.objects.exclude(population=None).count() == 394
    assert District.objects.filter(state=22).aggregate(people=Sum("population"))["people"] == 18_129_857
    _same_as_the_files()
    assert {(c.added, c.changed, c.ended) for c in load(FOLDER)} == {(0, 0, 0)}


def _same_as_the_files() -> None:
    """The tables give the gazetteer the same areas as reading the files would; only post offices get keys, and
    towns and quarters without a block the likely one."""
    areas, _names, _pins = rows_from_csv(FOLDER)
    offices = "post office locality"
    stripped = (row._replace(name=row.name.strip(), name_hi=row.name_hi.strip()) for row in areas)
    from_files = {row for row in stripped if row.kind != offices}
    from_tables = {row for row in gazetteer_source.area_rows() if row.kind != offices}
    guessed = {row for row in from_tables - from_files if row.kind in GUESSED}
    assert {row._replace(block=None) for row in guessed} | (from_tables - guessed) == from_files
    assert len(guessed) > 4000
