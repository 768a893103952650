"""The collector's office: a sheet as PDF by typst, one to two A4 pages, the same bytes from the same content."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.reports.review import fonts
from cases.reports.review.content import Content
from cases.reports.review.laying import Cell, Sheet, Stat, Table, laid_out, title_of

LAYOUT = Path(__file__).parent / "sheet.typ"
MOST_PAGES = 2
# How many lines of each part, and how many letters of what people wrote, from the roomiest on: the first that fits on
# two pages is taken. What is left out is counted on the paper and stands in the workbook.
ROOM: tuple[tuple[dict[str, int], int, float], ...] = (
    ({"decisions": 14, "below": 40, "officers": 40, "misses": 14, "gaps": 14, "stock": 14, "remarks": 8}, 300, 8.5),
    ({"decisions": 10, "below": 18, "officers": 16, "misses": 10, "gaps": 10, "stock": 12, "remarks": 5}, 180, 8.5),
    ({"decisions": 10, "below": 16, "officers": 14, "misses": 9, "gaps": 9, "stock": 10, "remarks": 4}, 140, 8.2),
    ({"decisions": 8, "below": 14, "officers": 10, "misses": 8, "gaps": 8, "stock": 10, "remarks": 4}, 120, 8),
    ({"decisions": 6, "below": 10, "officers": 8, "misses": 6, "gaps": 6, "stock": 8, "remarks": 3}, 80, 7.5),
    ({"decisions": 4, "below": 6, "officers": 5, "misses": 4, "gaps": 4, "stock": 5, "remarks": 2}, 50, 7.5),
)
_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")


def made(content: Content, language: str) -> bytes:
    """The PDF in this language. Raises NoFont when the system has no font for it."""
    return _fitting(content, language, fonts.folder())[1]


def _fitting(content: Content, language: str, place: Path) -> tuple[dict[str, Any], bytes]:
    """The roomiest setting that fits on two pages: its words, and the PDF."""
    with override(language):
        sheet, title = laid_out(content), title_of(content)
        for most, letters, size in ROOM:
            words = _words(sheet, title, language, most, letters, size)
            body = _set(words, place, content)
            if pages(body) <= MOST_PAGES:
                break
    return words, body


def pages(body: bytes) -> int:
    """How many pages a PDF of ours has."""
    return len(_PAGE.findall(body))


def pictures(content: Content, language: str, dots: int) -> list[bytes]:
    """The same pages as PNG, for looking at them; so many dots to the inch."""
    place = fonts.folder()
    words, _body = _fitting(content, language, place)
    found = _compiler(words, place).compile(format="png", ppi=dots)
    return found if isinstance(found, list) else [found or b""]


def _set(words: dict[str, Any], place: Path, content: Content) -> bytes:
    """The moment in the file is the sheet's, not the machine's."""
    drawn = int(datetime.fromisoformat(content["drawn_up_at"]).timestamp())
    body = _compiler(words, place).compile(format="pdf", timestamp=drawn)
    if not isinstance(body, bytes):
        raise TypeError("typst gave no PDF.")
    return body


def _compiler(words: dict[str, Any], place: Path) -> typst.Compiler:
    text = json.dumps(words, ensure_ascii=False, sort_keys=True)
    return typst.Compiler(
        LAYOUT.read_bytes(), font_paths=fonts.loaded(place), ignore_system_fonts=True, sys_inputs={"sheet": text}
    )


def _words(sheet: Sheet, title: str, language: str, most: dict[str, int], letters: int, size: float) -> dict[str, Any]:
    return {
        "lang": language,
        "fonts": [fonts.LATIN, fonts.DEVANAGARI],
        "size": size,
        "document": title,
        "title": sheet.title,
        "place": sheet.place,
        "above": sheet.above,
        "office": sheet.office,
        "span": sheet.span,
        "drawn_up": sheet.drawn_up,
        "stats": [_stat(stat) for stat in sheet.stats],
        "more_stats": [_stat(stat) for stat in sheet.more_stats],
        "tables": list(_tables(sheet, most, letters)),
    }


def _stat(stat: Stat) -> dict[str, str]:
    return {"label": stat.label, "value": stat.value, "note": stat.note, "state": stat.state}


def _tables(sheet: Sheet, most: dict[str, int], letters: int) -> Iterator[dict[str, Any]]:
    for whole in sheet.tables:
        table = whole.cut(most.get(whole.key, len(whole.rows)))
        yield {
            "key": table.key,
            "title": table.title,
            "sentence": table.sentence,
            "empty": table.empty,
            "more": _more(table),
            "heads": [{"label": head.label, "number": head.is_number, "share": head.share} for head in table.heads],
            "rows": [[_cell(cell, head.is_number, letters) for head, cell in row] for row in table.labelled],
        }


def _more(table: Table) -> str:
    return _("%(more)s (see the Excel file)") % {"more": table.more_words} if table.more else ""


def _cell(cell: Cell, is_number: bool, letters: int) -> dict[str, Any]:
    return {
        "text": _shortened(cell.text, letters),
        "note": _shortened(cell.note, letters),
        "state": cell.state,
        "beside": is_number or cell.note_is_short,
    }


def _shortened(text: str, letters: int) -> str:
    """Cut between two words, so that no Devanagari letter is torn."""
    words = " ".join(text.split())
    if len(words) <= letters:
        return words
    kept = words[:letters].rpartition(" ")[0] or words[: letters - 1]
    return f"{kept.rstrip(' ,;:।.')}…"
