"""Type-ahead for places."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from districts.models import Block, District, PinCode, Place, PlaceName, SubDistrict
from districts.search import PlaceSuggestion, suggest_places

pytestmark = pytest.mark.django_db


def place(small_map, key: str, name: str, name_hi: str = "", **fields) -> Place:
    fields = {"kind": "locality", "state": small_map.cg, "district": small_map.bilaspur} | fields
    return Place.objects.create(key=key, name=name, name_hi=name_hi, **fields)


def labels(text: str, **kwargs) -> list[str]:
    return [found.label for found in suggest_places(text, **kwargs)]


def test_a_suggestion_says_where_it_lies(small_map):
    assert suggest_places("tif") == [
        PlaceSuggestion("place", "locality:tifra", "Tifra", "तिफरा", 22, 375, 3604, "Bilaspur", "Bilha")
    ]
    with translation.override("hi"):
        assert suggest_places("tif")[0].district_name == "बिलासपुर"
    assert suggest_places("chhatt") == [PlaceSuggestion("state", "22", "Chhattisgarh", "छत्तीसगढ़", 22, None, None, "")]


@pytest.mark.parametrize("typed", ["tif", "TIFRA", " tifra ", "तिफ", "तिफरा"])
def test_both_scripts_find_the_same(small_map, typed):
    assert labels(typed) == ["Tifra"]


def test_another_spelling_finds_the_place_under_its_own_name(small_map):
    PlaceName.objects.create(level="block", key="3604", spelling="Belha", language="en")
    assert labels("belh") == ["Bilha"]


def test_larger_areas_come_first_and_names_that_begin_so_before_later_words(small_map):
    place(small_map, "1", "Bilaspur Kutchery")
    place(small_map, "2", "Old Bilaspur")
    assert labels("bil") == ["Bilaspur", "Bilha", "Bilaspur Kutchery", "Old Bilaspur"]


def test_a_later_word_needs_three_letters(small_map):
    place(small_map, "1", "Vyapar Vihar")
    assert labels("vih") == ["Vyapar Vihar"]
    assert labels("vi") == []


def test_a_state_or_district_narrows_the_search(small_map):
    place(small_map, "1", "Bilara", state=small_map.rj, district=small_map.jaipur)
    place(small_map, "2", "Upper Bilara", state=small_map.rj, district=small_map.jaipur)
    assert labels("bil", state_id=8) == labels("bil", district_id=97) == ["Bilara", "Upper Bilara"]
    assert labels("bil", state_id=22) == labels("bil", district_id=375) == ["Bilaspur", "Bilha"]


def test_one_name_in_one_district_comes_once_as_the_row_that_knows_its_block(small_map):
    SubDistrict.objects.create(code=1, name="Ratanpur", state=small_map.cg, district=small_map.bilaspur)
    place(small_map, "town", "Ratanpur", "रतनपुर", kind="town")
    place(small_map, "gn", "Ratanpur", kind="populated place", block=small_map.kota)
    place(small_map, "elsewhere", "Ratanpur", district=small_map.raipur)
    found = suggest_places("ratan")
    assert [(one.key, one.label_hi, one.block_id) for one in found] == [("gn", "रतनपुर", 3607), ("elsewhere", "", None)]


def test_a_pin_code_gives_its_blocks_and_districts_the_largest_share_first(small_map):
    def pin(district, block, share):
        PinCode.objects.create(pincode="495001", state=small_map.cg, district=district, block=block, share=share)

    pin(small_map.raipur, None, 0.2)
    pin(small_map.bilaspur, small_map.bilha, 0.8)
    assert [(one.level, one.label) for one in suggest_places("495001")] == [("block", "Bilha"), ("district", "Raipur")]
    assert labels("४९५००१", district_id=387) == ["Raipur"]
    assert labels("495002") == []


def test_what_is_no_longer_there_is_not_suggested(small_map):
    yesterday = timezone.localdate() - timedelta(days=1)
    Block.objects.filter(pk=small_map.bilha.pk).update(valid_to=yesterday)
    District.objects.filter(pk=375).update(is_active=False)
    Place.objects.update(is_active=False)
    assert labels("bil") == labels("tif") == []


@pytest.mark.parametrize("typed", ["", "   ", "!!", "zzz", "x" * 10_000])
def test_nothing_and_nonsense_give_nothing(small_map, typed):
    assert suggest_places(typed) == []


def test_no_more_than_the_limit(small_map):
    for number in range(30):
        place(small_map, str(number), f"Camp {chr(97 + number % 26)}{number}")
    assert len(suggest_places("camp")) == 10
    assert len(suggest_places("camp", limit=3)) == 3


def test_a_search_costs_one_query(small_map, django_assert_num_queries):
    suggest_places("bil")
    with django_assert_num_queries(1):
        suggest_places("bil")


# --- An operator types while listening -----------------------------------------------------------------------


def test_the_own_district_comes_first_and_hides_no_other(small_map):
    place(small_map, "1", "Dharsiwa Para")
    place(small_map, "2", "Kota", district=small_map.raipur)
    assert labels("dhars") == ["Dharsiwa", "Dharsiwa Para"]
    assert labels("dhars", near=375) == ["Dharsiwa Para", "Dharsiwa"]
    assert [found.district_id for found in suggest_places("kota", near=387)] == [387, 375]


def test_a_full_own_district_leaves_room_for_others(small_map):
    for number in range(12):
        place(small_map, str(number), f"Dharsiwa {'abcdefghijkl'[number] * 3}")
    assert "Dharsiwa" in labels("dharsiwa", limit=8, near=375)


@pytest.mark.parametrize("typed", ["tiphra", "tifraa", "teefra", "tifhra", "तीफरा", "तिफड़ा", "टिफरा", "tifda"])
def test_a_misspelt_name_of_the_own_district_is_found(small_map, typed):
    assert labels(typed, near=375)[:1] == ["Tifra"]
    assert labels(typed, district_id=375)[:1] == ["Tifra"]


@pytest.mark.parametrize("typed", ["zzzz", "1234", "तक", "x" * 500, "oxygen"])
def test_what_is_like_no_name_finds_nothing(small_map, typed):
    assert labels(typed, near=375) == []
