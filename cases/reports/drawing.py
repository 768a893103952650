"""Journey 6, maps before they are maps: boundaries in TopoJSON become small outlines in a plane, as SVG paths."""

import heapq
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

Point = tuple[float, float]
Ring = list[Point]
Json = dict[str, Any]
# A shape as it is kept: path, its box (left, top, right, bottom), where its name stands, how wide and high
# it may be there.
Outline = list[str | int]

KM_PER_DEGREE = 111.2
GRID = 18  # so many places across a shape are tried for its name


@dataclass(frozen=True, slots=True)
class Detail:
    """How fine: the unit of the plane in km, and how small (km2) a corner or an island may be to be left out."""

    unit_km: float
    smallest_km2: float


def outlines(topology: Json, name: str, code: Callable[[Json], str], detail: Detail) -> dict[str, Outline]:
    """The outline of every geometry of one object that has a code, all in one plane (north is up, y grows south)."""
    shapes = {
        found: geometry
        for geometry in topology["objects"][name]["geometries"]
        if (found := code(geometry["properties"]))
    }
    if not shapes:
        return {}
    arcs = [list(_decoded(arc, topology["transform"])) for arc in topology["arcs"]]
    used = [arcs[_index(number)] for shape in shapes.values() for ring in _rings(shape) for number in ring]
    project = _plane([point for arc in used for point in arc], detail.unit_km)
    smallest = detail.smallest_km2 / detail.unit_km**2

    @cache
    def thinned(number: int) -> Ring:
        return simplified([project(point) for point in arcs[number]], smallest)

    drawn = {found: _joined(shape, thinned) for found, shape in shapes.items()}
    return {found: _outline(rings, smallest) for found, rings in sorted(drawn.items())}


def _decoded(arc: list[list[int]], transform: Json) -> Iterator[Point]:
    """Longitude and latitude of an arc's points, which are written as steps."""
    (scale_x, scale_y), (left, bottom) = transform["scale"], transform["translate"]
    x = y = 0
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        yield x * scale_x + left, y * scale_y + bottom


def _index(number: int) -> int:
    """A negative number is the same arc read backwards."""
    return ~number if number < 0 else number


def _rings(geometry: Json) -> list[list[int]]:
    """All rings, outer and inner ones alike: the map fills by the even-odd rule."""
    if geometry["type"] == "Polygon":
        return list(geometry["arcs"])
    return [ring for polygon in geometry["arcs"] for ring in polygon]


def _plane(points: list[Point], unit_km: float) -> Callable[[Point], Point]:
    """Equirectangular: true to scale along the middle latitude, a few percent off at the ends of a state."""
    left, top = min(x for x, _ in points), max(y for _, y in points)
    middle = (top + min(y for _, y in points)) / 2
    down = KM_PER_DEGREE / unit_km
    across = down * math.cos(math.radians(middle))
    return lambda point: ((point[0] - left) * across, (top - point[1]) * down)


def simplified(line: Ring, smallest: float) -> Ring:
    """Visvalingam and Whyatt: the corner with the smallest triangle goes first, until all are large. Ends stay."""
    before, after = list(range(-1, len(line) - 1)), list(range(1, len(line) + 1))
    area = [_triangle(line[i - 1], line[i], line[i + 1]) for i in range(1, len(line) - 1)]
    areas = [math.inf, *area, math.inf]
    queue = [(size, i) for i, size in enumerate(areas) if size < smallest]
    heapq.heapify(queue)
    gone: set[int] = set()
    while queue:
        size, i = heapq.heappop(queue)
        if i in gone or size != areas[i]:
            continue
        gone.add(i)
        left, right = before[i], after[i]
        after[left], before[right] = right, left
        for j in (left, right):
            if 0 < j < len(line) - 1:
                # Never less than what has gone: else a row of small corners is eaten up from one end.
                areas[j] = max(size, _triangle(line[before[j]], line[j], line[after[j]]))
                if areas[j] < smallest:
                    heapq.heappush(queue, (areas[j], j))
    return [point for i, point in enumerate(line) if i not in gone]


def _triangle(a: Point, b: Point, c: Point) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2


def _joined(geometry: Json, thinned: Callable[[int], Ring]) -> list[Ring]:
    """The rings of a shape from its arcs, in whole units, each without its last point, which is its first."""
    found = []
    for ring in _rings(geometry):
        line: Ring = []
        for number in ring:
            arc = thinned(_index(number))
            line += (arc[::-1] if number < 0 else arc)[:-1]
        found.append(list(_whole(line)))
    return found


def _whole(line: Ring) -> Iterator[Point]:
    last = None
    for x, y in line:
        if (point := (round(x), round(y))) != last:
            yield point
        last = point


def _outline(rings: list[Ring], smallest: float) -> Outline:
    """Islands and holes too small to be seen are left out, but never the largest part: at worst it is a dot."""
    dot = [(x + dx, y + dy) for x, y in rings[0][:1] for dx, dy in ((-2, 0), (0, -2), (2, 0), (0, 2))]
    rings = sorted((ring for ring in rings if len(ring) > 2), key=_size, reverse=True) or [dot]
    rings = [ring for i, ring in enumerate(rings) if not i or _size(ring) >= smallest]
    xs, ys = [x for ring in rings for x, _ in ring], [y for ring in rings for _, y in ring]
    box = [int(edge) for edge in (min(xs), min(ys), max(xs), max(ys))]
    return ["".join(map(_path, rings)), *box, *_place_of_name(rings)]


def _size(ring: Ring) -> float:
    corners = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in corners)) / 2


def _path(ring: Ring) -> str:
    """A closed ring in the fewest letters: one absolute point, then steps; a minus parts numbers by itself."""
    text = f"M{ring[0][0]:.0f} {ring[0][1]:.0f}l"
    for (x0, y0), (x1, y1) in pairwise(ring):
        for step in (x1 - x0, y1 - y0):
            text += f"{step:.0f}" if step < 0 or text[-1] == "l" else f" {step:.0f}"
    return text + "z"


def _place_of_name(rings: list[Ring]) -> list[int]:
    """Where a name and a figure below it have most room inside the shape: x, y, and how wide and high they may be."""
    xs, ys = [x for x, _ in rings[0]], [y for _, y in rings[0]]
    left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
    best: tuple[float, ...] = (-1.0, 0.0, (left + right) / 2, (top + bottom) / 2, 0.0, 0.0)
    for i in range(1, GRID):
        x = left + (right - left) * i / GRID
        for j in range(1, GRID):
            y = top + (bottom - top) * j / GRID
            wide, high = _room(rings, x, y, 0), _room(rings, y, x, 1)
            # The two lines are about twice as wide as they are high.
            best = max(best, (min(wide / 2, high), wide / 2 + high, x, y, wide, high))
    return [round(number) for number in best[2:]]


def _room(rings: Iterable[Ring], along: float, across: float, axis: int) -> float:
    """How wide the shape is on both sides of a point, the narrower side twice; 0 outside."""
    cuts = sorted(_cuts(rings, across, axis))
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        if start <= along <= end:
            return 2 * min(along - start, end - along)
    return 0.0


def _cuts(rings: Iterable[Ring], across: float, axis: int) -> Iterator[float]:
    for ring in rings:
        for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
            if (a[1 - axis] > across) != (b[1 - axis] > across):
                yield a[axis] + (across - a[1 - axis]) * (b[axis] - a[axis]) / (b[1 - axis] - a[1 - axis])
