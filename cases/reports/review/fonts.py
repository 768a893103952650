"""The collector's office: the fonts that PDFs are set in: a system package, looked for where the system keeps fonts."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.core.checks import CheckMessage, Warning

PACKAGE = "fonts-noto-core"
LATIN, DEVANAGARI = "Noto Sans", "Noto Sans Devanagari"
NEEDED = ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSansDevanagari-Regular.ttf", "NotoSansDevanagari-Bold.ttf")
ERROR = (
    f"No PDF can be made: {', '.join(NEEDED)} are not all in one folder below %(folder)s. "
    f"Install the package {PACKAGE} (Debian, Ubuntu: apt-get install {PACKAGE}) or set FONTS_DIR."
)


class NoFont(Exception):
    """The words say which package brings it."""


def folder() -> Path:
    """Where the four files lie. Raises NoFont with the name of the package."""
    root = Path(settings.FONTS_DIR)
    for found in sorted(root.rglob(NEEDED[2])):
        if all((found.parent / name).is_file() for name in NEEDED):
            return found.parent
    raise NoFont(ERROR % {"folder": root})


def problem() -> str:
    """What keeps PDFs from being made, '' if nothing does."""
    try:
        folder()
    except NoFont as error:
        return str(error)
    return ""


@cache
def loaded(place: Path) -> typst.Fonts:
    """The fonts of that folder and no others: the same on every machine with the same package."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[place])


@cache
def made_with(place: Path) -> str:
    """What the bytes of a PDF hang on beside its content: the typesetter's version and the fonts' own bytes."""
    digest = hashlib.sha256(b"".join((place / name).read_bytes() for name in NEEDED)).hexdigest()
    return f"typst {version('typst')}, {LATIN} + {DEVANAGARI} sha256 {digest[:12]}"


def check_fonts(**_given: Any) -> list[CheckMessage]:
    """`manage.py check` says so before the first review comes."""
    found = problem()
    return [Warning(found, id="reports.W001")] if found else []
