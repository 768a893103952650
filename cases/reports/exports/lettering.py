"""Exports: takes the letters out of a chart, so that typst sets them: what draws SVG for it cannot shape Devanagari.

Measured with typst 0.15 and vl-convert 1.9 (both usvg): vowel signs are set over the letter before, as in a typewriter.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

_SVG = "http://www.w3.org/2000/svg"
_MOVE = re.compile(r"translate\(\s*(-?[\d.eE+-]+)[\s,]+(-?[\d.eE+-]+)\s*\)")
_TURN = re.compile(r"rotate\(\s*(-?[\d.eE+-]+)")


@dataclass(frozen=True, slots=True)
class Letters:
    """A text of a chart: where its baseline stands, in the chart's own units."""

    x: float
    y: float
    turn: float
    anchor: str
    size: float
    fill: str
    text: str


def parted(svg: str) -> dict[str, Any]:
    """The chart without its letters, its size, and the letters."""
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(svg)  # noqa: S314 - drawn by ourselves
    found = list(_taken(root, 0.0, 0.0))
    size = [float(number) for number in root.attrib["viewBox"].split()]
    texts = [
        {
            "x": one.x,
            "y": one.y,
            "turn": one.turn,
            "anchor": one.anchor,
            "size": one.size,
            "fill": one.fill,
            "text": one.text,
        }
        for one in found
    ]
    return {"svg": ElementTree.tostring(root, "unicode"), "width": size[2], "height": size[3], "texts": texts}


def _taken(node: Element, x: float, y: float) -> Iterator[Letters]:
    """The letters below a node, taken away from it."""
    for child in list(node):
        placed = child.attrib.get("transform", "")
        move = _MOVE.search(placed)
        at = (x + float(move[1]), y + float(move[2])) if move else (x, y)
        if child.tag == f"{{{_SVG}}}text":
            node.remove(child)
            yield from _letters(child, *at, placed)
        else:
            yield from _taken(child, *at)


def _letters(text: Element, x: float, y: float, placed: str) -> Iterator[Letters]:
    words = "".join(text.itertext()).replace("\u200b", "").strip()
    if not words or text.attrib.get("opacity") == "0":
        return
    turn = _TURN.search(placed)
    size = float(text.attrib.get("font-size", "11px").removesuffix("px"))
    fill, anchor = text.attrib.get("fill", "#000000"), text.attrib.get("text-anchor", "start")
    yield Letters(x, y, float(turn[1]) if turn else 0.0, anchor, size, fill, words)
