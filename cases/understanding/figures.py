"""Understanding, step 4a: ages and saturations written in words ("seventy two", पैंसठ, "assi")."""

from functools import cache

from cases.understanding.lexicon import Hit, rows
from cases.understanding.text import Post
from districts.spelling import fold

# Words that may stand between a label and its figure: "age is around sixty", "level ab assi".
_BETWEEN = frozenset(
    "is around about approx hai ab abhi ka ki at of just only lagbhag says now है अब का की करीब".split()
)
_FARTHEST = 3


@cache
def _values() -> dict[str, int]:
    return {fold(row["word"]): int(row["value"]) for row in rows("number_words")}


def figures_in_words(post: Post) -> list[tuple[int, int, int]]:
    """Each figure from 1 to 99 as (value, first word, word after it); tens and ones of English are one figure."""
    values, words = _values(), post.words
    found: list[tuple[int, int, int]] = []
    if values.keys().isdisjoint(words):
        return found
    at = 0
    while at < len(words):
        value = values.get(words[at])
        end = at + 1
        if value is not None:
            ones = values.get(words[end], 0) if end < len(words) else 0
            if value >= 20 and value % 10 == 0 and 0 < ones < 10 and words[at].isascii() and _is_english(words[end]):
                value, end = value + ones, end + 1
            found.append((value, at, end))
        at = end
    return found


def _is_english(word: str) -> bool:
    return word in {"one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}


def after_label(post: Post, at: int, labels: set[int]) -> bool:
    """Whether one of the labels (given by the word after each) stands right before, or a few small words before."""
    for back in range(_FARTHEST + 1):
        spot = at - back
        if spot in labels:
            return True
        if spot <= 0 or post.words[spot - 1] not in _BETWEEN or post.clauses[spot - 1] != post.clauses[at]:
            return False
    return False


def age_in_words(post: Post, cues: list[Hit]) -> tuple[int, int, int] | None:
    """The first figure in words that is an age, as in `figures_in_words`."""
    labels = {hit.end for hit in cues if hit.tag == "age"}
    years = {hit.start for hit in cues if hit.tag == "years"}
    for value, start, end in figures_in_words(post):
        if after_label(post, start, labels) or (end in years and post.words[end] != "y" and value > 2):
            return value, start, end
    return None


def saturation_in_words(post: Post, cues: list[Hit]) -> tuple[int, int, int] | None:
    """The lowest figure in words that is a saturation, as in `figures_in_words`."""
    labels = {hit.end for hit in cues if hit.tag == "spo2"}
    units = {hit.start for hit in cues if hit.tag in ("unit", "years", "months")}
    found = [
        (value, start, end)
        for value, start, end in figures_in_words(post)
        if value >= 40 and end not in units and after_label(post, start, labels)
    ]
    return min(found, default=None)
