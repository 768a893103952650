"""Outlines from boundaries: neighbours keep their common edge, small corners go, no place is lost."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from cases.reports.drawing import Detail, Outline, outlines, simplified

FINE = Detail(unit_km=0.1, smallest_km2=0.001)
# Two squares of a tenth of a degree side by side, as steps of a thousandth; arc 0 is their common edge.
EDGE, LEFT = [[100, 0], [0, 50], [0, 50]], [[100, 100], [-100, 0], [0, -100], [100, 0]]
TRANSFORM = {"scale": [0.001, 0.001], "translate": [82.0, 22.0]}


def topology(*more: Any) -> dict[str, Any]:
    right = [[100, 0], [100, 0], [0, 100], [-100, 0]]
    islet = [[150, 150], [1, 0], [0, 1], [-1, -1]]
    shapes = [
        {"type": "Polygon", "arcs": [[0, 1]], "properties": {"code": "1"}},
        {"type": "MultiPolygon", "arcs": [[[2, -1]], [[3]]], "properties": {"code": "2"}},
        {"type": "Polygon", "arcs": [[2, -1]], "properties": {"code": ""}},
        *more,
    ]
    return {"arcs": [EDGE, LEFT, right, islet], "transform": TRANSFORM, "objects": {"blocks": {"geometries": shapes}}}


def drawn(detail: Detail = FINE, *more: Any) -> dict[str, Outline]:
    return outlines(topology(*more), "blocks", lambda properties: str(properties["code"]), detail)


def corners(path: str) -> list[tuple[int, int]]:
    """The first ring of a path as absolute points."""
    start, steps = path[1:].split("z")[0].split("l")
    x, y = map(int, start.split())
    found = [(x, y)]
    numbers = [int(number) for number in steps.replace("-", " -").split()]
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        x, y = x + dx, y + dy
        found.append((x, y))
    return found


def test_a_square_is_a_square_true_to_scale_with_north_up() -> None:
    path, left, top, right, bottom, *_name = drawn()["1"]
    high = 0.1 * 111.2 / 0.1
    assert bottom - top == pytest.approx(high, abs=1)
    assert right - left == pytest.approx(high * 0.926, abs=1.5), "a degree of longitude is shorter at 22 degrees north"
    assert len(corners(str(path))) == 4
    assert {y for _x, y in corners(str(path))} == {top, bottom}


def test_neighbours_keep_their_common_edge() -> None:
    found = drawn()
    assert set(corners(str(found["1"][0]))) & set(corners(str(found["2"][0]))) >= {
        (found["1"][3], found["1"][2]),
        (found["1"][3], found["1"][4]),
    }


def test_an_island_too_small_to_be_seen_is_left_out() -> None:
    assert str(drawn(Detail(0.1, 1))["2"][0]).count("M") == 1
    assert str(drawn(Detail(0.01, 0.0001))["2"][0]).count("M") == 2


def test_what_is_all_too_small_is_a_dot_and_not_lost() -> None:
    islet = {"type": "Polygon", "arcs": [[3]], "properties": {"code": "3"}}
    path, left, _top, right, *_name = drawn(Detail(2, 60), islet)["3"]
    assert str(path).startswith("M")
    assert int(right) - int(left) == 4


def test_what_has_no_code_is_not_drawn() -> None:
    assert set(drawn()) == {"1", "2"}


def test_the_name_stands_in_the_middle_of_the_room_there_is() -> None:
    _path, left, top, right, bottom, x, y, wide, high = drawn()["1"]
    assert (int(x), int(y)) == pytest.approx(((int(left) + int(right)) / 2, (int(top) + int(bottom)) / 2), abs=3)
    assert int(wide) == pytest.approx(int(right) - int(left), abs=4)
    assert int(high) == pytest.approx(int(bottom) - int(top), abs=4)


def test_small_corners_go_and_the_ends_stay() -> None:
    line = [(0.0, 0.0), (10.0, 0.4), (20.0, 0.0), (30.0, 9.0), (40.0, 0.0)]
    assert simplified(line, 10) == [(0.0, 0.0), (20.0, 0.0), (30.0, 9.0), (40.0, 0.0)]
    assert simplified(line, 10_000) == [line[0], line[-1]]
    assert simplified(line, 0) == line


def test_the_command_writes_three_files_that_maps_can_read(tmp_path: Path) -> None:
    states = {"type": "Polygon", "arcs": [[0, 1]], "properties": {"st_code": "37"}}
    district = {"type": "Polygon", "arcs": [[0, 1]], "properties": {"district_code": "9", "state_code": "28"}}
    of_block = {"type": "Polygon", "arcs": [[0, 1]], "properties": {"block_code": "77", "district_code": "7"}}
    files = {"india_districts_2021": {"states": [states], "districts": [district]}}
    for letters in ("cg", "rj"):
        for kind in ("blocks", "districts_current"):
            files[f"{letters}_{kind}"] = {f"{letters}_blocks_p": [of_block]}
    for name, objects in files.items():
        made = topology() | {"objects": {key: {"geometries": rows} for key, rows in objects.items()}}
        (tmp_path / f"{name}.topo.json").write_text(json.dumps(made), encoding="utf-8")
    out = StringIO()
    call_command("draw_outlines", tmp_path, into=tmp_path, stdout=out)
    assert "b.json: 2 outlines" in out.getvalue()
    read = {level: json.loads((tmp_path / f"{level}.json").read_text(encoding="utf-8")) for level in "sdb"}
    assert list(read["s"]["0"]) == ["28"], "the LGD's code of Andhra Pradesh"
    assert {state: list(rows) for state, rows in read["d"].items()} == {"28": ["9"], "22": ["7"], "8": ["7"]}
    assert list(read["b"]["8"]) == ["77"]
