"""Journey 6, the map: places coloured by a figure in five steps (`_map.html` shows it, `map_prints` prints it).

Pure: names, figures and links come from the caller, outlines from `outlines/` (read once, kept in memory). A map is
never the only way to a figure: every place stands in the table under it too, also those without an outline.
"""

import json
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

FOLDER = Path(__file__).parent / "outlines"
STEPS = 5
NO_FIGURE = 0  # the step of a place without one: hatched
# The map is 1000 units wide, whatever its width on the screen; a tall one is drawn narrower.
WIDE, TALLEST, MARGIN = 1000, 1400, 8
TALL = 1150
# The size of a name in these units where it is some 15 px: on a telephone, and on a wide screen (see report_map.css).
ON_PHONE, ON_DESK = 46, 27
SCREENS = {"phone": ON_PHONE, "desk": ON_DESK}
LETTER, LINE_HEIGHT = 0.58, 1.15  # the width of a letter and the height of a line, by the size

# Path, box (left, top, right, bottom), where its name stands, how wide and high it may be there, district of a block.
Box = tuple[float, float, float, float]
Outline = tuple[str, int, int, int, int, int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Place:
    """A place to be shown: LGD code, name in the reader's language, its figure if there is one, where a tap leads."""

    code: int
    name: str
    value: float | None = None
    href: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown: a name for addresses, a label, how a value is told, and the tone: "plain", or "late" for red."""

    name: str
    label: str | Promise
    tell: Callable[[float], str] = "{:.0f}".format
    tone: str = "plain"

    def told(self, value: float | None) -> str:
        """The value as it is written; words for none."""
        return _("no figure") if value is None else self.tell(value)


@dataclass(slots=True)
class Drawn:
    """A place on the map: its path, its step, its words, and where its name and figure stand."""

    place: Place
    path: str
    step: int
    title: str
    told: str
    x: int = 0
    y: int = 0
    room: tuple[float, float] = (0.0, 0.0)
    name_from: str = ""  # "phone", "desk": the smallest screen on which the name fits; "" when on none
    told_from: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A line of the legend: a step, the range of its values in words, how many places have it."""

    step: int
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: the same figure in words."""

    name: str
    told: str
    href: str


@dataclass(slots=True)
class Map:
    """All a template needs. `missing` are places that have a figure and no outline; `ground` is what lies around."""

    key: str
    shown: Shown
    height: int = 0
    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    drawn: list[Drawn] = field(default_factory=list)
    ground: list[str] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    missing: list[Row] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    @property
    def is_tall(self) -> bool:
        """Drawn in a narrower frame, so that it fits a screen."""
        return self.height > TALL

    @property
    def hatch_scale(self) -> str:
        """The hatching lies in the plane of the outlines: as wide there as it is to be on the map."""
        return f"{1 / self.scale:.4f}"

    @property
    def transform(self) -> str:
        """From the plane of the outlines to the map."""
        return f"translate({self.shift[0]:.1f} {self.shift[1]:.1f}) scale({self.scale:.4f})"


def choropleth(
    level: str, parent: int, places: Iterable[Place], shown: Shown, *, breaks: Sequence[float] | None = None
) -> Map:
    """The map of the states ("s"), of a state's districts ("d") or a district's blocks ("b").

    Without `breaks` (the lowest value of the second step and so on, at most four) each step holds a like number of
    places, and nought has a step of its own.
    """
    chosen = list(places)
    outlines, ground = _found(level, parent, [place.code for place in chosen])
    classes = Classes([place.value for place in chosen if place.value is not None], breaks)
    made = Map(f"map-{level}{parent}-{shown.name}", shown)
    _fit(made, [*outlines.values(), *ground])
    made.ground = [outline[0] for outline in ground]
    made.drawn = [
        _drawn(made, place, outlines[place.code], classes.step(place.value))
        for place in chosen
        if place.code in outlines
    ]
    _name(made.drawn)
    made.rows = [Row(place.name, shown.told(place.value), place.href) for place in chosen]
    made.missing = [row for row, place in zip(made.rows, chosen, strict=True) if place.code not in outlines]
    made.bands = _legend(chosen, classes, shown)
    return made


def per_100k(count: float, people: int | None) -> float | None:
    """So many for each 100,000 people; None where nobody counted the people."""
    return count * 100_000 / people if people else None


class Classes:
    """Which step a value has."""

    def __init__(self, values: list[float], breaks: Sequence[float] | None = None) -> None:
        self.fixed = breaks is not None
        self.tops = _tops(values) if breaks is None else []
        self.breaks = sorted(breaks or ())[: STEPS - 1]
        self.count = len(self.breaks) + 1 if self.fixed else len(self.tops)

    def place(self, value: float) -> int:
        """Its class, from 0 up."""
        if self.fixed:
            return sum(value >= lowest for lowest in self.breaks)
        return bisect_left(self.tops, value)

    def step(self, value: float | None) -> int:
        """Its colour, 1 to 5; few classes are spread over all five, the highest is always the strongest."""
        if value is None:
            return NO_FIGURE
        if self.count == 1:
            return 1 if value == 0 else 3
        return 1 + round(self.place(value) * (STEPS - 1) / (self.count - 1))


def _tops(values: list[float]) -> list[float]:
    """The highest value of each class: nought by itself, the others in classes of a like number of places."""
    ordered = sorted(values)
    above = [value for value in ordered if value > 0]
    nought = [0.0] if len(above) < len(ordered) else []
    classes = STEPS - len(nought)
    if len(set(above)) <= classes:
        return [*nought, *sorted(set(above))]
    return [*nought, *sorted({above[-(-len(above) * i // classes) - 1] for i in range(1, classes + 1)})]


def _legend(places: list[Place], classes: Classes, shown: Shown) -> list[Band]:
    """The range each step really holds, the highest first; last those without a figure."""
    held: dict[int, list[float]] = {}
    for place in places:
        if place.value is not None:
            held.setdefault(classes.step(place.value), []).append(place.value)
    bands = [Band(step, _range(held[step], shown), len(held[step])) for step in sorted(held, reverse=True)]
    without = sum(place.value is None for place in places)
    return [*bands, Band(NO_FIGURE, _("no figure"), without)] if without else bands


def _range(values: list[float], shown: Shown) -> str:
    low, high = shown.tell(min(values)), shown.tell(max(values))
    return low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}


# Outlines


@cache
def _planes(level: str) -> dict[str, dict[int, Outline]]:
    """The outlines of a level by the state in whose plane they lie ("0": all of India)."""
    read = json.loads((FOLDER / f"{level}.json").read_text(encoding="utf-8"))
    return {state: {int(code): _read(row) for code, row in rows.items()} for state, rows in read.items()}


def _read(row: Any) -> Outline:
    path, *numbers = row
    left, top, right, bottom, x, y, wide, high, *above = numbers
    return path, left, top, right, bottom, x, y, wide, high, above[0] if above else 0


@cache
def _states_of(level: str) -> dict[int, str]:
    return {code: state for state, rows in _planes(level).items() for code in rows}


def _found(level: str, parent: int, codes: list[int]) -> tuple[dict[int, Outline], list[Outline]]:
    """Outlines of these places, all of one plane; and of what else lies in the place above, so that none floats."""
    states = _states_of(level)
    counted = Counter(states[code] for code in codes if code in states)
    if not counted:
        return {}, []
    plane = _planes(level)[counted.most_common(1)[0][0]]
    others = [outline for code, outline in plane.items() if code not in codes]
    around = [outline for outline in others if level != "b" or outline[-1] == parent]
    return {code: plane[code] for code in codes if code in plane}, around


def _fit(made: Map, outlines: list[Outline]) -> None:
    """Scale and height, so that all of it is seen."""
    if not outlines:
        return
    left, top = min(o[1] for o in outlines), min(o[2] for o in outlines)
    width, height = max(o[3] for o in outlines) - left, max(o[4] for o in outlines) - top
    made.scale = min((WIDE - 2 * MARGIN) / max(width, 1), (TALLEST - 2 * MARGIN) / max(height, 1))
    made.height = round(height * made.scale + 2 * MARGIN)
    made.shift = ((WIDE - width * made.scale) / 2 - left * made.scale, MARGIN - top * made.scale)


def _drawn(made: Map, place: Place, outline: Outline, step: int) -> Drawn:
    path, *_box, x, y, wide, high, _district = outline
    told = "" if place.value is None else made.shown.tell(place.value)
    title = f"{place.name} – {made.shown.label}: {made.shown.told(place.value)}"
    at = round(x * made.scale + made.shift[0]), round(y * made.scale + made.shift[1])
    return Drawn(place, path, step, title, told, *at, room=(wide * made.scale, high * made.scale))


def _name(drawn: list[Drawn]) -> None:
    """Write name and figure, or the figure alone, where there is room on a screen and nothing stands there yet."""
    roomiest = sorted(drawn, key=lambda one: min(one.room[0] / 2, one.room[1]), reverse=True)
    for screen, size in SCREENS.items():
        taken: list[Box] = []
        for one in roomiest:
            known = [words for words in (one.place.name, one.told) if words]
            for words in (known, [one.told]):
                box = _box(one, words, size)
                if words[-1] and box is not None and not any(_meet(box, other) for other in taken):
                    taken.append(box)
                    one.told_from = one.told_from or (screen if one.told else "")
                    one.name_from = one.name_from or (screen if words[0] == one.place.name else "")
                    break


def _box(one: Drawn, lines: list[str], size: int) -> Box | None:
    """What these lines cover; None when that is more than their place has."""
    wide, high = max(map(_letters, lines)) * LETTER * size, len(lines) * LINE_HEIGHT * size
    if wide > one.room[0] or high > one.room[1] * 1.25:
        return None
    return one.x - wide / 2, one.y - high / 2, one.x + wide / 2, one.y + high / 2


def _letters(words: str) -> int:
    """How many letters are side by side: the vowel signs of Devanagari stand above and below."""
    return sum(not unicodedata.category(letter).startswith("M") for letter in words)


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
