"""Understanding, step 4a: figures in words ("seventy two", पैंसठ, "assi") or in pieces ("level 7 5"), as if in digits."""

from collections.abc import Container, Iterator
from functools import cache

from cases.understanding.ages import of_bystander, of_infant, to_be_kept
from cases.understanding.lexicon import Hit, rows
from cases.understanding.marks import Marks, capital, counted, marks_of, near, word
from cases.understanding.text import Post
from districts.spelling import fold

# A figure in words: its value, its first word, the word after it.
Spelt = tuple[int, int, int]
# Words that may stand between a label and its figure: "age is around sixty", "level ab assi".
_BETWEEN = frozenset(
    "is around about approx hai ab abhi ka ki at of just only lagbhag says now in the low mid high".split()
    + "है अब अभी का की करीब से se".split()
)
_FARTHEST = 3
# With (ke saath) or sixty, people in their sixties or a level in the sixties: a figure only beside a label or a unit.
_UNSURE = frozenset({"saath", "sath", "sixties", "seventies", "eighties", "nineties"})
_ONES = frozenset({"one", "two", "three", "four", "five", "six", "seven", "eight", "nine"})
# Smaller figures count things ("do din", "ek bed") and are words for much else.
_READ_FROM = 11
_ENGLISH_TENS = frozenset({"twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"})
# "Level 7 5": no saturation begins lower.
_FIRST_DIGITS = frozenset("456789")
# "Delivered a newborn", "with her newborn": the mother is the patient.
_MOTHERS = frozenset({"with", "and", "delivered", "has", "have", "her", "of"})


@cache
def _values() -> dict[str, int]:
    return {fold(row["word"]): int(row["value"]) for row in rows("number_words")}


@cache
def _spellings() -> frozenset[str]:
    return frozenset(_values())


class InDigits(Post):
    """A post whose figures in words or pieces stand as digits; `origin[i]` is the place of word i in the post."""

    def __init__(self, post: Post, spelt: list[Spelt]) -> None:
        """`spelt`: the figures, in order."""
        inner = {at for _, start, end in spelt for at in range(start + 1, end)}
        self.origin = kept = [at for at in range(len(post.words)) if at not in inner]
        self.original, self.folded, self._offsets = post.original, post.folded, post._offsets
        self.words, self.ends = list(post.words), list(post.ends)
        for value, start, end in spelt:
            self.words[start], self.ends[start] = str(value), post.ends[end - 1]
        self.words, self.ends = [self.words[at] for at in kept], [self.ends[at] for at in kept]
        self.starts, self.before = [post.starts[at] for at in kept], [post.before[at] for at in kept]
        self.clauses, self.phrases = [post.clauses[at] for at in kept], [post.phrases[at] for at in kept]
        self.tagged = [post.tagged[at] for at in kept]
        self._places = {at: place for place, at in enumerate(kept)}
        for _, start, end in spelt:
            self._places |= dict.fromkeys(range(start, end), self._places[start])

    def hits(self, hits: list[Hit]) -> list[Hit]:
        """Hits of the post, by their places here."""
        return [Hit(self._places[start], self._places[end - 1] + 1, tag) for start, end, tag in hits]

    def numbers(self, numbers: list[int], spelt: list[Spelt]) -> list[int]:
        """The places of all figures, in order."""
        return sorted({self._places[at] for at in (*numbers, *(start for _, start, _ in spelt))})


def not_in_digits(
    post: Post, numbers: list[int], spoken: list[Spelt], cues: list[Hit], taken: Container[int]
) -> list[Spelt]:
    """The figures in words (`spoken`) or pieces that may be an age or a saturation; none of the words of `taken`."""
    pieces = [at for at in numbers if post.words[at] in _FIRST_DIGITS and word(post, at + 1).isdecimal()]
    large = [one for one in spoken if one[0] >= _READ_FROM] if spoken else spoken
    if not pieces and not large:
        return []
    marks = marks_of(cues, [])
    found = [one for one in large if _sure(post, one, marks, taken)]
    found += _pieces(post, pieces, marks, taken)
    return sorted(found, key=lambda one: one[1])


def _sure(post: Post, spelt: Spelt, marks: Marks, taken: Container[int]) -> bool:
    """No word of a phone number, none of a name (Abdul Sattar), no "saath" for with."""
    _, start, end = spelt
    said = post.words[start]
    if start in taken or post.tagged[start]:
        return False
    if said in _UNSURE:
        labelled = after_label(post, start, marks.age_ends) or after_label(post, start, marks.label_ends)
        return end in marks.years or labelled
    named = said.isascii() and start > 0 and not post.before[start] and said not in _ENGLISH_TENS
    return not (
        named and capital(post, start) and capital(post, start - 1) and post.original_words(start, end).istitle()
    )


def _pieces(post: Post, pieces: list[int], marks: Marks, taken: Container[int]) -> Iterator[Spelt]:
    """ "Level 7 5", "sat room air me 6 9": two digits with a gap between, soon after a label."""
    for at in pieces:
        after = at + 1
        if len(post.words[after]) > 1 or after in taken or post.before[after] or word(post, at + 2).isdecimal():
            continue
        spots = [end for end in range(max(1, at - _FARTHEST), at + 1) if end in marks.label_ends]
        if any(post.clauses[end - 1] == post.clauses[at] for end in spots) and not counted(post, after, marks):
            yield int(post.words[at] + post.words[after]), at, at + 2


def figures_in_words(post: Post) -> list[Spelt]:
    """Each figure from 1 to 99 as (value, first word, word after it); tens and ones of English are one figure."""
    words = post.words
    found: list[Spelt] = []
    if _spellings().isdisjoint(words):
        return found
    values, at = _values(), 0
    while at < len(words):
        value = values.get(words[at])
        end = at + 1
        if value is not None:
            if words[at] in _ENGLISH_TENS and word(post, end) in _ONES and post.before[end] in ("", "-"):
                value, end = value + values[words[end]], end + 1
            found.append((value, at, end))
        at = end
    return found


def after_label(post: Post, at: int, labels: Container[int]) -> bool:
    """Whether one of the labels (given by the word after each) stands right before, or a few small words before."""
    for back in range(_FARTHEST + 1):
        spot = at - back
        if spot in labels:
            return True
        if spot <= 0 or post.words[spot - 1] not in _BETWEEN or post.clauses[spot - 1] != post.clauses[at]:
            return False
    return False


def age_in_words(post: Post, spoken: list[Spelt], marks: Marks) -> Spelt | None:
    """The first figure in words that is an age, as in `figures_in_words`: "do saal ki beti", "teen din ka bachcha"."""
    days, weeks = near()["days"], near()["weeks"]
    for value, start, end in spoken:
        if after_label(post, start, marks.age_ends):
            return value, start, end
        if end in marks.years and post.words[end] != "y" and _of_somebody(post, value, start, marks.years[end]):
            return value, start, end
        unit = word(post, end)
        told = end in marks.months or unit in days or unit in weeks
        if told and of_infant(post, end - 1, end + 1) and not of_bystander(post, start):
            return None if to_be_kept(post) else (value // 12 if end in marks.months else 0, start, end)
    return None


def _of_somebody(post: Post, value: int, start: int, end: int) -> bool:
    """ "do saal ki beti", "saath saal"; not "do saal se", "for thirty years"."""
    if word(post, end) in near()["since"] or word(post, end) in ("ho", "हो") or word(post, start - 1) in near()["span"]:
        return False
    return value > 2 or any(said in near()["child"] for said in post.words[end : end + 3])


def newborn(post: Post, marks: Marks) -> int | None:
    """Where a newborn is the patient (age 0), not somebody that the mother "delivered"."""
    for at in marks.newborns:
        if word(post, at - 1) not in _MOTHERS:
            return at
    return None
