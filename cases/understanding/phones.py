"""Understanding, step 3: the telephone numbers of a post, however Indians write them, and no other numbers."""

import re

from cases.understanding.reading import Span
from cases.understanding.text import Post

# What may stand between the groups of one number: spaces, dashes, dots, brackets; a slash or comma parts two numbers.
_LIGHT = re.compile(r"[ \t\u00a0.\-\u2010-\u2015()+_]{0,4}\Z")
# The national numbering plan: ten digits, mobile numbers begin with 6 to 9; before them 0, 91, 091 or 0091.
_PREFIXES = ("", "0", "91", "091", "0091")
_OTHER_NUMBERS = frozenset(
    "aadhar aadhaar adhar uid uhid srf icmr cowin buid bu regd reg registration regn id आधार पंजीयन beneficiary".split()
)
_MOST_GROUPS = 11


def _mobile(digits: str) -> str | None:
    """The ten digits of an Indian number written with any usual prefix, or None."""
    bare = digits[-10:]
    if len(bare) == 10 and bare[0] in "6789" and digits[:-10] in _PREFIXES and len(set(bare)) > 2:
        return bare
    return None


def _numbers_in(digits: str) -> list[str]:
    """One number, or two run together without a sign between them."""
    one = _mobile(digits)
    if one:
        return [one]
    if 20 <= len(digits) <= 24:
        for cut in (10, 11, 12):
            first, second = _mobile(digits[:cut]), _mobile(digits[cut:])
            if first and second:
                return [first, second]
    return []


def read_phones(post: Post) -> tuple[tuple[str, ...], list[Span], frozenset[int]]:
    """The ten-digit numbers of a post in order of appearance, each once; where they stand; the words they take up."""
    found: dict[str, None] = {}
    spans: list[Span] = []
    covered: set[int] = set()
    end = 0
    for at in post.figures:
        if at < end or post.tagged[at]:
            continue
        end, numbers = _at(post, at)
        if numbers:
            covered.update(range(at, end))
        if numbers and not _is_other(post, at):
            found.update(dict.fromkeys(numbers))
            spans.append(post.span(at, end, "phone", "number"))
    return tuple(found), spans, frozenset(covered)


def _at(post: Post, at: int) -> tuple[int, list[str]]:
    """The number that begins with this group of digits, and the word after it."""
    digits = post.words[at]
    numbers = _numbers_in(digits)
    if numbers:
        return at + 1, numbers
    end = at + 1
    while end < len(post.words) and end - at < _MOST_GROUPS and len(digits) < 14 and _joined(post, end):
        digits += post.words[end]
        end += 1
        one = _mobile(digits)
        if one and not _goes_on(post, end):
            return end, [one]
    return at + 1, []


def _joined(post: Post, at: int) -> bool:
    """Whether this word continues the number before it."""
    if not post.words[at].isdecimal() or (len(post.words[at]) > 9 and len(post.words[at - 1]) > 3):
        return False
    return _LIGHT.match(post.folded[post.ends[at - 1] : post.starts[at]]) is not None


def _goes_on(post: Post, end: int) -> bool:
    """More short groups of digits follow directly: a longer number of another kind."""
    glued = end < len(post.words) and post.starts[end] == post.ends[end - 1]
    return glued and post.words[end].isdecimal()


def _is_other(post: Post, at: int) -> bool:
    """A registration, Aadhaar or laboratory number."""
    same = [post.words[k] for k in range(max(0, at - 2), at) if post.clauses[k] == post.clauses[at]]
    return any(word in _OTHER_NUMBERS for word in same)
