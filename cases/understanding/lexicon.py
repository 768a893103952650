"""Understanding: the word lists of `words/`, which an officer may extend, compiled once into one tree of words."""

import csv
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from districts.spelling import fold, name_words

WORDS = Path(__file__).with_name("words")
# One list per file, with the column that says what the word stands for.
LISTS = {
    "needs": "need",
    "medicines": "medicine",
    "asks": "cue",
    "kinds": "cue",
    "urgency": "cue",
    "vitals": "cue",
    "place_words": "cue",
}


class Hit(NamedTuple):
    """Words [start, end) that stand in a list, with what they stand for there."""

    start: int
    end: int
    tag: str


class _Node:
    """A word in the tree: what may follow it; what the phrase that ends here stands for, by list and list number."""

    __slots__ = ("children", "numbered", "tags")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.tags: dict[str, str] = {}
        self.numbered: tuple[tuple[int, str], ...] = ()


class Lexicon:
    """All word lists in one tree. In each list the longest entry wins; lists do not hide one another."""

    def __init__(self, entries: Collection[tuple[str, str, str]]) -> None:
        """`entries` are (list, word or phrase, tag)."""
        self._roots: dict[str, _Node] = {}
        self.lists = tuple(dict.fromkeys(name for name, _, _ in entries))
        for name, phrase, tag in entries:
            self._add(name, name_words(phrase), tag)

    def _add(self, name: str, words: Sequence[str], tag: str) -> None:
        children = self._roots
        node = None
        for word in words:
            node = children.setdefault(word, _Node())
            children = node.children
        if node is not None:
            node.tags[name] = tag
            node.numbered = tuple((self.lists.index(listed), said) for listed, said in node.tags.items())

    def tag(self, name: str, word: str) -> str:
        """What one word stands for in one list, or ''."""
        node = self._roots.get(word)
        return node.tags.get(name, "") if node is not None else ""

    def tag_of(self, name: str, words: Sequence[str]) -> str:
        """What a whole phrase stands for in one list, or ''."""
        children, node = self._roots, None
        for word in words:
            node = children.get(word)
            if node is None:
                return ""
            children = node.children
        return node.tags.get(name, "") if node is not None else ""

    def find(self, words: Sequence[str]) -> dict[str, list[Hit]]:
        """Every entry found in the folded words, by list."""
        found: list[list[Hit]] = [[] for _ in self.lists]
        free_from = [0] * len(self.lists)
        roots, count, make = self._roots, len(words), tuple.__new__  # a Hit's own __new__ takes twice as long
        for start, word in enumerate(words):
            node = roots.get(word)
            if node is None:
                continue
            end = start + 1
            following = node.children.get(words[end]) if end < count and node.children else None
            if following is None:  # most entries are one word
                for number, tag in node.numbered:
                    if start >= free_from[number]:
                        found[number].append(make(Hit, (start, end, tag)))
                        free_from[number] = end
                continue
            best = {number: (end, tag) for number, tag in node.numbered}
            while following is not None:
                end += 1
                for number, tag in following.numbered:
                    best[number] = (end, tag)
                following = following.children.get(words[end]) if end < count else None
            for number, (last, tag) in best.items():
                if start >= free_from[number]:
                    found[number].append(make(Hit, (start, last, tag)))
                    free_from[number] = last
        return dict(zip(self.lists, found))


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one word list file; lines that begin with # are remarks."""
    with (WORDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def column(name: str, heading: str) -> frozenset[str]:
    """One column of a word list, folded word by word."""
    return frozenset(" ".join(name_words(row[heading])) for row in rows(name))


@cache
def lexicon() -> Lexicon:
    """The word lists as they stand in the files, city quarters and the words for states; read once."""
    entries = [(name, row["word"], row[heading]) for name, heading in LISTS.items() for row in rows(name)]
    return Lexicon([*entries, *_located("localities"), *_located("hospitals"), *_states(), *_abroad()])


def _located(name: str) -> Iterator[tuple[str, str, str]]:
    """A list of places: "375=Tifra" for each city that has the quarter, "|" between them, "~" before common names."""
    named: dict[str, list[str]] = {}
    for row in rows(name):
        mark = "~" if row["alone"] == "no" else ""
        named.setdefault(fold(row["word"]), []).append(f"{mark}{row['district']}={row['called']}")
    return ((name, word, "|".join(tags)) for word, tags in named.items())


def _abroad() -> Iterator[tuple[str, str, str]]:
    """List `abroad`: the country where the list says it."""
    return (("abroad", row["word"], row["comment"]) for row in rows("abroad"))


def _states() -> Iterator[tuple[str, str, str]]:
    """List `states`: the LGD code, with "!" where the word counts in capitals only."""
    return (("states", row["word"], row["state"] + ("!" if row["capitals"] else "")) for row in rows("state_words"))


@cache
def ordinary_words() -> frozenset[str]:
    """Words that are no place names, whatever place may carry them: everything listed but the place words."""
    told = frozenset(w for name in LISTS if name != "place_words" for r in rows(name) for w in name_words(r["word"]))
    return told | column("ordinary_words", "word") | column("language_words", "word")
