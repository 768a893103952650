"""Charts, each defined once as Vega-Lite, drawn on the server as SVG for page, sheet and e-mail (vl-convert).

Every chart stands beside the table it is drawn from. Colours are told apart by lightness as well as by hue, and
series by shape, so that neither a colour-blind reader nor a grey print loses anything.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import vl_convert

VERSION = "5.21"  # of Vega-Lite
FONT = "Noto Sans, Noto Sans Devanagari, Nirmala UI, sans-serif"
LIGHT, DARK = "light", "dark"
LABEL_SIZE, LETTER = 13, 0.6  # px, and the width of a letter by it
Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by role, as in `static/css/tokens.css`."""

    ink: str
    soft: str
    line: str
    first: str
    second: str
    third: str
    many: tuple[str, ...]  # told apart by lightness too, after Okabe and Ito (jfly.uni-koeln.de/color)


_MANY_ON_LIGHT = ("#1b4f91", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#7c8c8b")
_MANY_ON_DARK = ("#8fb8f0", "#e69f00", "#2fc59b", "#e3a6c6", "#d5f0ff", "#8c9b9a")
THEMES = {
    LIGHT: Theme("#13201f", "#4a5a59", "#d0d9d8", "#1b4f91", "#b97400", "#7c8c8b", _MANY_ON_LIGHT),
    DARK: Theme("#e6eeed", "#a9b8b7", "#35423f", "#8fb8f0", "#f0b24a", "#8c9b9a", _MANY_ON_DARK),
}


# How wide a chart is as a whole where it stands on a page, so that its words are as large as the page's: (px, how many
# names of a legend side by side).
SIZES = {"phone": (328, 2), "half": (560, 3), "wide": (1120, 6)}


def drawn(spec: Spec, theme: str) -> str:
    """The chart as SVG; some 40 ms, the first of a process half a second."""
    return str(vl_convert.vegalite_to_svg(_dressed(spec, THEMES[theme]), vl_version=VERSION))


def fitted(spec: Spec, size: str) -> Spec:
    """The same chart, made for one of `SIZES`."""
    width, columns = SIZES[size]
    fit = {"width": width, "autosize": {"type": "fit-x", "contains": "padding"}}
    return {**spec, **fit, "config": {"legend": {"columns": columns}}}


def inflow(rows: Sequence[tuple[str, int, int]], received: str, solved: str, theme: str) -> Spec:
    """What came (bars) against what was solved (line with points), by hour or day: (label, received, solved)."""
    colours, order = THEMES[theme], [label for label, _, _ in rows]
    values = [{"at": label, received: came, solved: went} for label, came, went in rows]
    x = {"field": "at", "type": "ordinal", "sort": order, "title": None, "axis": _sparse(order)}
    told = _legend({received: colours.first, solved: colours.second})
    bars = {"mark": "bar", "encoding": {"x": x, "y": _count(received), "color": {"datum": received, **told}}}
    mark = {"type": "line", "strokeWidth": 2.5, "point": {"size": 40}}
    line = {"mark": mark, "encoding": {"x": x, "y": _count(solved), "color": {"datum": solved, **told}}}
    return _sized({"data": {"values": values}, "layer": [bars, line]}, 640, 200)


def stacked(ticks: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]], theme: str) -> Spec:
    """Counts of a few kinds over time, one upon the other: (name, count at each tick), the first at the foot."""
    names = [name for name, _ in rows]
    values = [
        {"at": tick, "kind": name, "count": count, "order": number}
        for number, (name, counts) in enumerate(rows)
        for tick, count in zip(ticks, counts, strict=True)
    ]
    colours = dict(zip(names, THEMES[theme].many, strict=False))
    colour = {"field": "kind", "type": "nominal", "sort": names, **_legend(colours)}
    encoding = {
        "x": {"field": "at", "type": "ordinal", "sort": list(ticks), "title": None, "axis": _sparse(ticks)},
        "y": _count("count"),
        "color": colour,
        "order": {"field": "order"},
    }
    return _sized({"data": {"values": values}, "mark": "bar", "encoding": encoding}, 640, 200)


def stages(rows: Sequence[tuple[str, float, float]], half: str, most: str, unit: str, theme: str) -> Spec:
    """Minutes of each stage: a bar up to the median, a tick where nine of ten had ended: (label, median, p90)."""
    colours, order = THEMES[theme], [label for label, _, _ in rows]
    values = [{"stage": label, "median": half, "p90": most} for label, half, most in rows]
    y = {"field": "stage", "type": "ordinal", "sort": order, "title": None, "axis": _names(order)}
    # A stage of seconds and one of days on one axis: the square root shows both, and begins at nought.
    scale: Spec = {"type": "sqrt"}
    if not any(most for _label, _half, most in rows):
        scale["domain"] = [0, 1]  # nought alone would stand in the middle
    x = {"type": "quantitative", "title": unit, "scale": scale, "axis": {"tickCount": 5, "labelOverlap": True}}
    # One below the other: beside the names of the stages a phone has no room for two.
    told = {**_legend({half: colours.first, most: colours.second}), "legend": {"columns": 1}}
    bars = {"y": y, "x": {**x, "field": "median"}, "color": {"datum": half, **told}}
    ticks = {"y": y, "x": {**x, "field": "p90"}, "color": {"datum": most, **told}}
    tick = {"type": "tick", "thickness": 4, "size": 20}
    layers = [{"mark": "bar", "encoding": bars}, {"mark": tick, "encoding": ticks}]
    return _sized({"data": {"values": values}, "layer": layers}, 480, 28 * len(rows))


def bars(rows: Sequence[tuple[str, int]], theme: str, across: bool = False) -> Spec:
    """Plain counts: (label, count); `across` lays long names on their side."""
    order = [label for label, _ in rows]
    values = [{"of": label, "count": count} for label, count in rows]
    names = {"field": "of", "type": "ordinal", "sort": order, "title": None}
    counts = {"field": "count", "type": "quantitative", "title": None, "axis": {"tickMinStep": 1, "format": "d"}}
    mark = {"type": "bar", "color": THEMES[theme].first}
    if across:
        encoding = {"y": {**names, "axis": _names(order)}, "x": counts}
        return _sized({"data": {"values": values}, "mark": mark, "encoding": encoding}, 480, 28 * len(rows))
    encoding = {"x": {**names, "axis": _sparse(order)}, "y": counts}
    return _sized({"data": {"values": values}, "mark": mark, "encoding": encoding}, 640, 180)


def _count(name: str) -> Spec:
    return {"field": name, "type": "quantitative", "title": None, "axis": {"tickMinStep": 1, "format": "d"}}


def _sparse(labels: Sequence[str]) -> Spec:
    """As many labels as can be read: every second, third ... where there are many."""
    every = max(1, -(-len(labels) // 12))
    return {"labelAngle": 0, "values": list(labels[::every]), "labelOverlap": True, "labelSeparation": 6}


def _names(labels: Sequence[str]) -> Spec:
    """Names at the side. Their room is reckoned here: the measure of the renderer cuts the beginning off Devanagari."""
    letters = max(
        (sum(not unicodedata.category(sign).startswith("M") for sign in label) for label in labels), default=0
    )
    return {"labelLimit": 260, "minExtent": min(260, round(letters * LETTER * LABEL_SIZE) + 8)}


def _legend(colours: dict[str, str]) -> Spec:
    """Which colour means what, in words below the chart."""
    return {"title": None, "scale": {"domain": list(colours), "range": list(colours.values())}}


def _sized(spec: Spec, width: int, height: int) -> Spec:
    return {"width": width, "height": max(height, 60), "padding": 4, **spec}


def _dressed(spec: Spec, theme: Theme) -> Spec:
    axis = {"labelColor": theme.soft, "domainColor": theme.line, "tickColor": theme.line, "gridColor": theme.line}
    config: Spec = {
        "font": FONT,
        "background": "transparent",
        "view": {"stroke": None},
        "axis": {**axis, "labelFontSize": LABEL_SIZE, "titleFontSize": LABEL_SIZE, "titleColor": theme.soft},
        "bar": {"binSpacing": 2},
    }
    legend = {"orient": "bottom", "columns": 3, "symbolOpacity": 1, "symbolType": "square"}
    legend |= {"labelColor": theme.ink, "labelFontSize": LABEL_SIZE, "labelLimit": 260}
    config["legend"] = legend | spec.get("config", {}).get("legend", {})
    return {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", **spec, "config": config}
