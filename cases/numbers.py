"""Where telephone numbers stand in people's text: the one rule of all that masks them, whatever they put there."""

import re
from collections.abc import Callable, Iterator

_LONG = 10  # with a country's or a district's code: a number however it is grouped
_DAY = r"(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|1[0-2])[-/.](?:(?:19|20)\d\d|\d\d)"
_DATE = rf"(?:{_DAY}|(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?![-/.]?\d)"
_TIME = r"(?:[ ,T]{1,3}(?:[01]?\d|2[0-3])[:.][0-5]\d(?:[:.][0-5]\d)?(?![-. ]?\d))?"
# What has as many digits and is none: a date with its time, a reference, a reading, a PIN code beside an age.
_OTHER = (
    rf"(?<!\d)(?<!\d[-/.]){_DATE}{_TIME}",
    r"\b[A-Z]{3}-\d{4}-\d{2}(?![ .-]?\d)",
    r"(?i:\bsp\s?o\s?2)[\s:=-]{0,3}\d{2,3}(?!\d)",
    r"(?<!\d)(?<!\d[ .-])[1-9]\d{5} \d{1,2}(?![\s.()-]{0,3}\d)",
    r"(?<!\d)(?<!\d[ .-])\d{1,2} [1-9]\d{5}(?![\s.()-]{0,3}\d)",
)
_BETWEEN = r"[\s.()\-\u2010-\u2014]{0,3}"
_RUN = rf"\d(?:(?!\s{{1,3}}{_DATE}){_BETWEEN}\d){{6,}}"
_RULE = re.compile(rf"(?P<other>{'|'.join(_OTHER)})|(?P<number>{_RUN})")
# Levels of oxygen one after the other: 82 80 78 75.
_READINGS = re.compile(r"\d\d(?:\s+\d\d)+")


def numbers_in(text: str) -> Iterator[tuple[int, int]]:
    """Where each begins and ends: seven digits and more of any script, with spaces, dots, hyphens, brackets."""
    for found in _RULE.finditer(in_ascii(text)):
        if found["number"] and not _is_readings(found["number"]):
            yield found.span()


def replaced(text: str, by: Callable[[str], str]) -> str:
    """The text with something else in the place of each number."""
    pieces, last = [], 0
    for start, end in numbers_in(text):
        pieces += [text[last:start], by(text[start:end])]
        last = end
    return "".join(pieces) + text[last:]


def in_ascii(text: str) -> str:
    """With ASCII digits, sign for sign: numbers are written in either script."""
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)


def digits_of(text: str) -> str:
    """Its digits alone, in ASCII."""
    return "".join(sign for sign in in_ascii(text) if sign.isdecimal())


def _is_readings(text: str) -> bool:
    return len(digits_of(text)) < _LONG and bool(_READINGS.fullmatch(text))
