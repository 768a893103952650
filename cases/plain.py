"""People's text as screens and databases may meet it: without control and direction-turning characters."""

import unicodedata

from cases.numbers import replaced

# Overrides and isolates can turn a line round so that an officer reads another number than was typed.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff")

HIDDEN = "•••"


def plain(text: str) -> str:
    """The text without those characters, stripped; line ends and Devanagari's joiners stay."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign == "\n" or _is_plain(sign)).strip()


def _is_plain(sign: str) -> bool:
    # Cc control, Cs lone surrogate, Cn unassigned: no database or screen should meet them.
    return sign not in _TURNING and unicodedata.category(sign) not in {"Cc", "Cs", "Cn"}


def without_numbers(text: str) -> str:
    """The text with a sign in the place of each telephone number."""
    return replaced(text, lambda _number: HIDDEN)
