"""Journey 6, the map where no style sheet reaches: an SVG with its colours in it, for e-mail and for PDFs.

In PDFs typst must write the names itself: the library by which it (and vl-convert) draws SVG moves the vowel signs of
Devanagari on top of the letter before. `typeset` gives it the picture without words, and the words with their places.
"""

from typing import Any

from django.template.loader import render_to_string

from cases.reports.maps import MARGIN, ON_DESK, Map

# The colours of tokens.css by light; of the steps from 1 to 5.
PALETTE = {
    "plain": ("#e4f0f2", "#b4d6dd", "#7bb3c1", "#3f8799", "#0b5566"),
    "late": ("#fdeae4", "#f8c3b4", "#ea8f7c", "#cc4b3f", "#8f1510"),
}
INK, PAPER, GROUND, EDGE = "#13201f", "#ffffff", "#e9eeee", "#7c8c8b"
FONT = "Noto Sans, Noto Sans Devanagari, sans-serif"
LINE = 40  # a line of the legend, in units of the map


def standalone(made: Map, *, legend: bool = True, words: bool = True) -> str:
    """The map as an SVG document with its colours in it, without links; with its legend below when asked."""
    fills = [f"url(#{made.key}-hatch)", *PALETTE[made.shown.tone]]
    keys = [f"url(#{made.key}-hatch-key)", *fills[1:]]
    bands = made.bands if legend else []
    return render_to_string(
        "reports/map.svg",
        {
            "map": made,
            "filled": [(drawn, fills[drawn.step]) for drawn in made.drawn],
            "bands": [(band, keys[band.step], made.height + LINE * (i + 2)) for i, band in enumerate(bands)],
            "label_y": made.height + LINE,
            "height": made.height + (LINE * (len(bands) + 1) + MARGIN if legend else 0),
            "stroke": f"{1.1 / made.scale:.3f}",
            "size": ON_DESK,
            "legend": legend,
            "words": words,
            **{"ink": INK, "paper": PAPER, "ground": GROUND, "edge": EDGE, "font": FONT},
        },
    )


def typeset(made: Map) -> dict[str, Any]:
    """What `map.typ` needs to set the map: the picture, its height by its width, names with places, the legend."""
    return {
        "svg": standalone(made, legend=False, words=False),
        "height": made.height,
        "words": [
            {"x": one.x, "y": one.y, "name": one.place.name if one.name_from else "", "told": one.told}
            for one in made.drawn
            if one.name_from or one.told_from
        ],
        "label": str(made.shown.label),
        "bands": [
            {"fill": PALETTE[made.shown.tone][band.step - 1] if band.step else "", "words": band.words, "n": band.count}
            for band in made.bands
        ],
        "missing": [f"{row.name}: {row.told}" for row in made.missing],
    }
