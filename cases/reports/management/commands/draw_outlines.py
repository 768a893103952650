"""Journey 6: `manage.py draw_outlines FOLDER` makes the outlines of maps anew from a folder of boundaries."""

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from cases.reports.drawing import Detail, Outline, outlines
from cases.reports.maps import FOLDER

Json = dict[str, Any]
STATE, DISTRICT, BLOCK = Detail(2, 60), Detail(0.4, 5), Detail(0.2, 1)
# The states whose blocks have outlines: LGD code and the letters of their files.
WITH_BLOCKS = {"22": "cg", "8": "rj"}
INDIA = "india_districts_2021.topo.json"
# The outlines number the states as the census does; these have another code in the LGD.
_STATE_CODES = {"26": "38", "37": "28", "38": "37"}


class Command(BaseCommand):
    """Prints what it wrote."""

    help = "Draw the outlines of states, districts and blocks from a folder of TopoJSON boundaries."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where the boundaries are, and where the outlines go."""
        parser.add_argument("folder", type=Path, help="folder of TopoJSON files (see outlines/README.md)")
        parser.add_argument("--into", type=Path, default=FOLDER, help="where to write")

    def handle(self, *_args: Any, folder: Path, into: Path, **_options: Any) -> None:
        """Draw the three files."""
        india = _read(folder / INDIA)
        self._write(into / "s.json", {"0": outlines(india, "states", _state, STATE)})
        self._write(into / "d.json", _districts(folder, india))
        self._write(into / "b.json", dict(_of(folder, "blocks", "block_code", BLOCK, parent="district_code")))

    def _write(self, path: Path, planes: dict[str, dict[str, Outline]]) -> None:
        text = json.dumps(planes, separators=(",", ":"), sort_keys=True)
        path.write_text(text.replace('},"', '},\n"').replace('],"', '],\n"') + "\n", encoding="utf-8")
        self.stdout.write(f"{path.name}: {sum(map(len, planes.values()))} outlines, {len(text) // 1000} kB")


def _districts(folder: Path, india: Json) -> dict[str, dict[str, Outline]]:
    """Every state's, as they were in 2021; of the states with blocks as they are now."""
    states = {geometry["properties"]["state_code"] for geometry in india["objects"]["districts"]["geometries"]}
    old = ((state, outlines(india, "districts", _in(state), DISTRICT)) for state in sorted(states - WITH_BLOCKS.keys()))
    drawn = dict(old) | dict(_of(folder, "districts_current", "district_code", DISTRICT))
    return {state: shapes for state, shapes in drawn.items() if shapes}


def _of(
    folder: Path, what: str, code: str, detail: Detail, parent: str = ""
) -> Iterable[tuple[str, dict[str, Outline]]]:
    for state, letters in WITH_BLOCKS.items():
        topology, name = _read(folder / f"{letters}_{what}.topo.json"), f"{letters}_blocks_p"
        drawn = outlines(topology, name, lambda found: str(found[code]), detail)
        for geometry in topology["objects"][name]["geometries"] if parent else ():
            drawn[str(geometry["properties"][code])].append(int(geometry["properties"][parent]))
        yield state, drawn


def _state(properties: Json) -> str:
    number = str(int(properties["st_code"]))
    return _STATE_CODES.get(number, number)


def _in(state: str) -> Any:
    return lambda properties: properties["district_code"] if properties["state_code"] == state else ""


def _read(path: Path) -> Json:
    read: Json = json.loads(path.read_text(encoding="utf-8"))
    return read
