"""Understanding, step 1: a post as folded words, each knowing where it stands in the text as it was given."""

import re
from collections.abc import Iterator
from functools import cached_property

from cases.understanding.reading import Span
from districts.spelling import DEVANAGARI_LETTER, fold, fold_with_offsets

# Longer texts are read to here: X allows 25,000 characters, nobody asks for help in the last 15,000 of them.
READ_TO = 10_000

_TOKEN = re.compile(
    r"https?://\S+"
    r"|&(?:amp|lt|gt|quot|nbsp|#\d{1,4});"
    r"|(?<![\w.])[@#][\w" + DEVANAGARI_LETTER + "]+"
    r"|[a-z]+|[" + DEVANAGARI_LETTER + r"]+|\d+|[^\s\w]|[^\W\d_]+|\S"
)
_LETTER_FOR_ZERO = re.compile(r"(?<=\d)o(?=\d|\b)")
_HARD_STOPS = frozenset(".!?।॥;|\n•●■✅❌❗‼✔➡👉🔴")
_SOFT_STOPS = frozenset(",،，")
_TAG_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[" + DEVANAGARI_LETTER + "\u093c]+")
_MOST_SIGNS = 8
_ABBREVIATIONS = frozenset(
    "hosp dr mr mrs ms smt sh no nos mob ph pt inj dist distt st nr opp reqd yrs yr govt adm prof rs sr jr".split()
)


class Handle:
    """An @mention: its lower-case name and the pieces that capitals and digits cut it into."""

    __slots__ = ("end", "name", "pieces", "start")

    def __init__(self, written: str, start: int, end: int) -> None:
        """`written` without the @, `start` and `end` in the folded text."""
        self.name = fold(written)
        self.pieces = [fold(piece) for piece in _TAG_PIECE.findall(written)]
        self.start, self.end = start, end


class Post:
    """One post, cut into words.

    `words[i]` is folded; it stands at folded offsets `starts[i]:ends[i]`, in clause `clauses[i]` (cut at full stops,
    new lines ...) and phrase `phrases[i]` (cut at commas too); `tagged[i]` tells a hashtag's word; `before[i]` is the
    punctuation in front of it; `figures` are the places of words made of digits. Handles and links are no words.
    """

    def __init__(self, text: str) -> None:
        """Cut the text; whatever it holds, this does not fail."""
        self.original = text
        folded, self._offsets = fold_with_offsets(text[:READ_TO])
        # 8o for 80, 98O65 for 98065: the letter is next to the digit on every keyboard. The length stays.
        self.folded = _LETTER_FOR_ZERO.sub("0", folded)
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.clauses: list[int] = []
        self.phrases: list[int] = []
        self.before: list[str] = []
        self.tagged: list[bool] = []
        self.figures: list[int] = []
        self.handles: list[Handle] = []
        self.links = 0
        self._cut()

    def _cut(self) -> None:
        words, starts, ends, before = self.words, self.starts, self.ends, self.before
        clauses, phrases, tagged, figures = self.clauses, self.phrases, self.tagged, self.figures
        clause = phrase = last = 0
        signs = ""
        folded = self.folded
        lines = "\n" in folded
        for found in _TOKEN.finditer(folded):
            start, end = found.span()
            if lines and start > last and "\n" in folded[last:start]:
                clause, phrase, signs = clause + 1, phrase + 1, signs + "\n"
            last = end
            token = folded[start:end]
            first = token[0]
            if first in "@#" and len(token) > 1:
                self._mark(token, start, last, clause, phrase, signs)
            elif first == "h" and token.startswith(("http://", "https://")):
                self.links += 1
            elif first.isalnum() or ("\u0900" <= first <= "\u097f" and first not in _HARD_STOPS):
                if first <= "9":
                    figures.append(len(words))
                words.append(token)
                starts.append(start)
                ends.append(last)
                clauses.append(clause)
                phrases.append(phrase)
                before.append(signs)
                tagged.append(False)
                signs = ""
            else:
                # A row of signs tells no more than its first few.
                signs = signs + token if len(signs) < _MOST_SIGNS else signs
                if first in _HARD_STOPS and not self._inside_number(start, last):
                    clause, phrase = clause + 1, phrase + 1
                elif first in _SOFT_STOPS:
                    phrase += 1

    def _inside_number(self, start: int, end: int) -> bool:
        """A dot in 99.5, C.G. or Dr. ends no clause."""
        if self.folded[start] != ".":
            return False
        if self.folded[end : end + 1].isalnum():
            return True
        return (
            bool(self.words)
            and self.ends[-1] == start
            and (len(self.words[-1]) == 1 or self.words[-1] in _ABBREVIATIONS)
        )

    def _mark(self, token: str, start: int, end: int, clause: int, phrase: int, signs: str) -> None:
        bare = token.lstrip("@#")
        if token[0] == "@":
            first = self.at(end - len(bare))
            self.handles.append(Handle(self.original[first : first + len(bare)], start, end))
            return
        begin = end - len(bare)
        for piece_start, piece_end in self._pieces(begin, end):
            if self.folded[piece_start] <= "9":
                self.figures.append(len(self.words))
            self.words.append(self.folded[piece_start:piece_end])
            self.starts.append(piece_start)
            self.ends.append(piece_end)
            self.clauses.append(clause)
            self.phrases.append(phrase)
            self.before.append(signs + "#")
            self.tagged.append(True)
            signs = ""

    def _pieces(self, begin: int, end: int) -> Iterator[tuple[int, int]]:
        """Where the words of a hashtag stand: #SOSDelhi -> SOS, Delhi (in the folded text)."""
        if self._offsets is None:
            for piece in _TAG_PIECE.finditer(self.original, begin, end):
                yield piece.span()
        else:
            for piece in re.finditer(rf"[^\W_]+|[{DEVANAGARI_LETTER}]+", self.folded[begin:end]):
                yield begin + piece.start(), begin + piece.end()

    def at(self, offset: int) -> int:
        """A folded offset's place in the original text."""
        if self._offsets is None:
            return offset
        return self._offsets[offset] if offset < len(self._offsets) else min(len(self.original), READ_TO)

    def span(self, start: int, end: int, field: str, reason: str) -> Span:
        """Evidence: words [start, end), as a span of the original text."""
        if self._offsets is None:
            return Span(self.starts[start], self.ends[end - 1], field, reason)
        first = self.at(self.starts[start])
        return Span(first, max(first, self.at(self.ends[end - 1] - 1) + 1), field, reason)

    def original_words(self, start: int, end: int) -> str:
        """Words [start, end) as the citizen wrote them."""
        if self._offsets is None:
            return self.original[self.starts[start] : self.ends[end - 1]]
        return self.original[self.at(self.starts[start]) : self.at(self.ends[end - 1] - 1) + 1]

    @cached_property
    def letters(self) -> tuple[int, int]:
        """How many words are in Devanagari and in other letters."""
        hindi = 0 if self.folded.isascii() else len([word for word in self.words if "\u0900" <= word[0] <= "\u097f"])
        return hindi, len(self.words) - len(self.figures) - hindi
