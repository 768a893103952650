"""The map: steps that can be told apart, every place in words, nothing that runs or escapes in its SVG."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from cases.reports import maps
from cases.reports.map_prints import PALETTE, standalone, typeset
from cases.reports.maps import NO_FIGURE, Classes, Map, Place, Shown, choropleth, per_100k
from districts.management.commands.load_geography import FOLDER
from districts.sheets import Folder
from helpdesk.settings import BASE_DIR

SHOWN = Shown("open", "Open now")
BILASPUR = {3604: "Bilha", 3607: "Kota", 3610: "Masturi", 3613: "Takhatpur"}
SVG = "{http://www.w3.org/2000/svg}"


def codes(name: str, key: str, **where: str) -> list[int]:
    """The codes in a file of the geography whose cells are these."""
    rows = Folder(FOLDER).table(name, (key,), lambda row: (int(row.cells[key]), row.cells))
    return [code for code, cells in rows.items() if where.items() <= cells.items()]


def districts_of(state: int) -> list[int]:
    return codes("districts.csv", "district_code", state_code=str(state), status="active")


def blocks_of(state: int) -> list[int]:
    return codes("blocks.csv", "block_code", state_code=str(state))


def of_bilaspur(**values: float | None) -> Map:
    places = [Place(code, name, values.get(name, 0), f"?place=b{code}") for code, name in BILASPUR.items()]
    return choropleth("b", 375, places, SHOWN)


def bands(made: Map) -> list[tuple[int, str, int]]:
    return [(band.step, band.words, band.count) for band in made.bands]


class TestSteps:
    def test_nought_has_a_step_of_its_own_and_the_others_hold_a_like_number_of_places(self) -> None:
        made = choropleth("d", 22, [Place(n, str(n), float(n)) for n in [0, 0, *range(1, 13)]], SHOWN)
        assert bands(made) == [(5, "10 to 12", 3), (4, "7 to 9", 3), (3, "4 to 6", 3), (2, "1 to 3", 3), (1, "0", 2)]

    def test_few_values_are_spread_over_all_steps_and_the_highest_is_the_strongest(self) -> None:
        assert bands(of_bilaspur(Bilha=2, Kota=7)) == [(5, "7", 1), (3, "2", 1), (1, "0", 2)]

    def test_equal_values_never_stand_in_two_steps(self) -> None:
        values = [3.0] * 20 + [4.0, 5.0, 6.0, 7.0, 8.0, 9.0]
        classes = Classes(values)
        assert len({classes.step(3.0)}) == 1
        assert [classes.step(value) for value in sorted(values)] == sorted(classes.step(value) for value in values)
        assert classes.step(9.0) == 5

    def test_all_places_at_nought_are_the_palest_and_all_at_one_value_in_the_middle(self) -> None:
        assert {drawn.step for drawn in of_bilaspur().drawn} == {1}
        assert {drawn.step for drawn in of_bilaspur(Bilha=4, Kota=4, Masturi=4, Takhatpur=4).drawn} == {3}

    def test_breaks_that_are_given_hold_whatever_the_values_are(self) -> None:
        places = [Place(3604, "Bilha", 9), Place(3607, "Kota", 10), Place(3610, "Masturi", 400)]
        made = choropleth("b", 375, places, SHOWN, breaks=(1, 10, 25, 50))
        assert bands(made) == [(5, "400", 1), (3, "10", 1), (2, "9", 1)]

    def test_a_place_without_a_figure_is_hatched_and_never_the_palest_step(self) -> None:
        made = of_bilaspur(Kota=None, Bilha=3)
        assert {drawn.place.name: drawn.step for drawn in made.drawn}["Kota"] == NO_FIGURE
        assert bands(made)[-1] == (NO_FIGURE, "no figure", 1)
        assert f'fill="url(#{made.key}-hatch)"' in render_to_string("reports/_map.html", {"map": made})

    def test_so_many_for_each_hundred_thousand_people(self) -> None:
        assert per_100k(31, 309_780) == pytest.approx(10.007, abs=0.001)
        assert per_100k(31, None) is None
        assert per_100k(31, 0) is None


class TestOutlines:
    def test_every_block_of_chhattisgarh_has_one_and_of_rajasthan_those_before_the_new_ones(self) -> None:
        known = maps._states_of("b")
        assert [code for code in blocks_of(22) if code not in known] == []
        assert len([code for code in blocks_of(8) if code not in known]) == 114

    def test_every_district_of_the_two_states_has_one(self) -> None:
        known = maps._states_of("d")
        assert [code for state in (22, 8) for code in districts_of(state) if code not in known] == []

    def test_every_state_has_one_under_its_own_code(self) -> None:
        assert sorted(maps._states_of("s")) == sorted(codes("states.csv", "state_code"))
        planes = maps._planes("s")["0"]
        down, across = planes[33], planes[8]  # Tamil Nadu in the south, Rajasthan in the west
        assert down[2] > across[2]
        assert planes[18][1] > across[3]  # Assam lies east of all of Rajasthan

    def test_all_of_them_take_less_than_300_kb(self) -> None:
        assert sum(path.stat().st_size for path in maps.FOLDER.glob("*.json")) < 300_000

    @pytest.mark.parametrize("level", ["s", "d", "b"])
    def test_paths_are_closed_rings_inside_their_box(self, level: str) -> None:
        for plane in maps._planes(level).values():
            for path, left, top, right, bottom, x, y, *_room in plane.values():
                assert re.fullmatch(r"(M-?\d+ -?\d+l[\d -]+z)+", path)
                assert left <= x <= right
                assert top <= y <= bottom

    def test_the_four_blocks_of_bilaspur_lie_where_they_do(self) -> None:
        plane = maps._planes("b")["22"]
        kota, masturi, takhatpur = plane[3607], plane[3610], plane[3613]
        assert kota[2] < masturi[2], "Kota reaches furthest north"
        assert takhatpur[1] < masturi[1], "Takhatpur lies west of Masturi"

    def test_places_without_one_are_told_in_words(self) -> None:
        made = choropleth("b", 375, [Place(3604, "Bilha", 3), Place(9_999_999, "New Block", 12, "?place=b1")], SHOWN)
        assert [(row.name, row.told) for row in made.missing] == [("New Block", "12")]
        page = render_to_string("reports/_map.html", {"map": made})
        assert "No outline of these places is known" in page
        assert '<a href="?place=b1">New Block</a>: 12' in page

    def test_a_map_of_places_without_any_outline_is_its_table(self) -> None:
        made = choropleth("b", 1, [Place(9_999_999, "New Block", 12)], SHOWN)
        page = render_to_string("reports/_map.html", {"map": made})
        assert "map__picture" not in page
        assert "New Block" in page

    def test_neighbours_that_were_not_asked_for_lie_around_so_that_no_place_floats(self) -> None:
        of_district = choropleth("b", 375, [Place(3604, "Bilha", 3)], SHOWN)
        assert (len(of_district.drawn), len(of_district.ground)) == (1, 3)
        of_state = choropleth("d", 22, [Place(375, "Bilaspur", 3)], SHOWN)
        assert (len(of_state.drawn), len(of_state.ground)) == (1, 32)
        assert of_bilaspur().ground == []

    def test_the_rest_of_india_lies_around_the_states(self) -> None:
        made = choropleth("s", 0, [Place(22, "Chhattisgarh", 3), Place(8, "Rajasthan", 4)], SHOWN)
        assert (len(made.drawn), len(made.ground)) == (2, 34)


class TestPage:
    def test_each_place_is_a_link_with_its_name_and_figure(self) -> None:
        page = render_to_string("reports/_map.html", {"map": of_bilaspur(Bilha=31)})
        assert '<a href="?place=b3604" tabindex="-1">' in page
        assert "<title>Bilha – Open now: 31</title>" in page

    def test_who_does_not_see_it_reads_the_table(self) -> None:
        page = render_to_string("reports/_map.html", {"map": of_bilaspur(Bilha=31, Kota=None)})
        assert 'aria-hidden="true"' in page
        rows = re.findall(
            r'<th scope="row"><a class="map__row" href="(.+?)">(.+?)</a></th><td class="number">(.+?)<', page
        )
        assert rows == [
            ("?place=b3604", "Bilha", "31"),
            ("?place=b3607", "Kota", "no figure"),
            ("?place=b3610", "Masturi", "0"),
            ("?place=b3613", "Takhatpur", "0"),
        ]

    def test_it_carries_no_style_of_its_own(self) -> None:
        page = render_to_string("reports/_map.html", {"map": of_bilaspur(Bilha=31)})
        assert not re.search(r"\sstyle=|<style|<script|\son\w+=", page)

    def test_a_hostile_name_stays_text(self) -> None:
        made = choropleth("b", 375, [Place(3604, "<script>alert(1)</script>", 1, '"><script>')], SHOWN)
        for page in (render_to_string("reports/_map.html", {"map": made}), standalone(made)):
            assert "<script" not in page

    def test_names_that_do_not_fit_are_left_to_title_and_table_and_none_stands_on_another(self) -> None:
        made = choropleth("d", 8, [Place(code, "श्रीगंगानगर", 10) for code in districts_of(8)], SHOWN)
        written = [drawn for drawn in made.drawn if drawn.name_from]
        assert 0 < len(written) < len(made.drawn)
        boxes = [
            maps._box(drawn, [drawn.place.name, drawn.told], maps.ON_PHONE)
            for drawn in written
            if drawn.name_from == "phone"
        ]
        met = [1 for i, one in enumerate(boxes) for other in boxes[:i] if one and other and maps._meet(one, other)]
        assert met == []


class TestPrints:
    def test_it_is_a_document_of_its_own_with_its_colours_and_legend(self) -> None:
        made = of_bilaspur(Bilha=31, Kota=7)
        document = ElementTree.fromstring(standalone(made))
        assert document.tag == f"{SVG}svg"
        fills = {path.get("fill") for path in document.iter(f"{SVG}path")}
        assert {PALETTE["plain"][4], PALETTE["plain"][2], PALETTE["plain"][0]} <= fills
        words = [text.text for text in document.iter(f"{SVG}text")]
        assert "31 (1 place)" in words
        assert "Bilha" in words
        assert not list(document.iter(f"{SVG}a"))

    def test_for_a_pdf_the_words_are_apart_from_the_picture(self) -> None:
        found = typeset(of_bilaspur(Bilha=31, Kota=None))
        assert "<text" not in found["svg"]
        assert {"Bilha", "Masturi"} <= {word["name"] for word in found["words"]}
        assert found["bands"][0] == {"fill": PALETTE["plain"][4], "words": "31", "n": 1}
        assert found["bands"][-1] == {"fill": "", "words": "no figure", "n": 1}

    def test_its_colours_are_those_of_the_style_sheet(self) -> None:
        tokens = (BASE_DIR / "helpdesk" / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
        for tone, colours in PALETTE.items():
            told = [re.search(rf"--map-{tone}-{step}: (#\w+);", tokens) for step in range(1, 6)]
            assert tuple(match[1] for match in told if match) == colours

    @pytest.mark.parametrize("tone", ["plain", "late"])
    def test_each_step_is_told_apart_by_lightness_alone_in_light_and_dark(self, tone: str) -> None:
        tokens = (BASE_DIR / "helpdesk" / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
        found = [_lightness(colour) for colour in re.findall(rf"--map-{tone}-\d: (#\w+);", tokens)]
        light, dark, same_dark = found[:5], found[5:10], found[10:]
        assert dark == same_dark
        assert all(brighter - darker > 0.07 for brighter, darker in pairwise(light))
        assert all(brighter - darker > 0.07 for darker, brighter in pairwise(dark))


def _lightness(colour: str) -> float:
    """CIE L*, from 0 to 1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return float(1.16 * light ** (1 / 3) - 0.16)
