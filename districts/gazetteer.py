"""Where and who: every spelling of every place, in memory; what understanding looks names up in."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from districts.gazetteer_rows import AreaRow, NameRow, PinRow, rows_from_csv
from districts.spelling import fold, name_words, sound_key

__all__ = ["AreaRow", "Gazetteer", "Match", "NameRow", "PinRow", "rows_from_csv"]

_LEVEL_ORDER = {"state": 0, "district": 1, "block": 2, "subdistrict": 3, "place": 4}
_KIND_ORDER = {"town": 0, "populated place": 1, "locality": 2, "hospital": 3, "post office locality": 4}
# Offices and words of kind that stand around a name in the directories and are never spoken.
_DRESS = frozenset(
    "district zila जिला nagar palika panchayat parishad nigam municipal municipality council committee corporation "
    "board cantonment cantt town notified area m c np tehsil block rural gramin city".split()
)
# "District Hospital Bilaspur" may not be found as "district hospital": every district has one.
_GENERIC = frozenset(
    "district zila jila sadar aspatal civil government govt general hospital medical college chc phc community primary "
    "health centre center "
    "जिला शासकीय अस्पताल चिकित्सालय मेडिकल कॉलेज सामुदायिक प्राथमिक स्वास्थ्य केंद्र railway".split()
)
# Endings that people write apart from the name: "hayath nagar", "baloda bazar".
_ENDINGS = frozenset(
    "nagar pur pura ganj garh gaon abad bad bazar bazaar mandi city nagari palli pally puri para wada kheda khedi "
    "नगर पुर पुरा गंज गढ गांव गाव बाजार मंडी पारा वाडा खेडा".split()
)
_UNNAMED_KINDS = frozenset({"health facility"})
_HEARD_KINDS = frozenset({"", "town", "locality", "post office locality"})
_LONGEST_NAME = 6


class Match(NamedTuple):
    """A name found in a list of words: words [start, end), the areas it may mean, heard (not spelt) or not."""

    start: int
    end: int
    areas: tuple[int, ...]
    heard: bool


class Gazetteer:
    """Spelling -> areas, PIN -> districts; built once in a worker and never changed.

    Areas are numbered; `areas[number]` is the row. Look-ups cost the same however many names there are.
    """

    def __init__(self, version: int = 0) -> None:
        """An empty gazetteer; use `build`."""
        self.version = version
        self.areas: list[AreaRow] = []
        self.names: dict[str, tuple[int, ...]] = {}
        self.sounds: dict[str, tuple[int, ...]] = {}
        self.first_words: dict[str, int] = {}
        self.second_words: set[str] = set()
        self.pins: dict[str, tuple[PinRow, ...]] = {}
        self.numbers: dict[tuple[str, str], int] = {}
        self.district_names: dict[str, set[int]] = {}
        # What readers have worked out of it, by their own keys: as many entries as it has names, gone with it.
        self.memo: dict[Any, Any] = {}
        self._spellings: list[tuple[str, int]] = []

    @classmethod
    def build(
        cls, areas: Iterable[AreaRow], names: Iterable[NameRow], pins: Iterable[PinRow], version: int = 0
    ) -> "Gazetteer":
        """Index every name and spelling. Names of unknown areas are left out; rows are taken as they come."""
        self = cls(version)
        self.areas = list(areas)
        self.numbers = {(row.level, row.key): at for at, row in enumerate(self.areas)}
        for row in self.areas:
            if row.level == "district" and row.district is not None:
                for name in (row.name, row.name_hi):
                    self.district_names.setdefault(" ".join(name_words(name)), set()).add(row.district)
        self._index(self._all_spellings(names))
        grouped = defaultdict(list)
        for pin in pins:
            grouped[pin.pincode].append(pin)
        self.pins = {code: tuple(sorted(rows, key=lambda r: -r.share)) for code, rows in grouped.items()}
        return self

    def _all_spellings(self, names: Iterable[NameRow]) -> Iterator[tuple[int, str]]:
        for at, row in enumerate(self.areas):
            if row.kind not in _UNNAMED_KINDS:
                yield at, row.name
                if row.name_hi:
                    yield at, row.name_hi
        for name in names:
            number = self.numbers.get((name.level, name.key))
            if number is not None:
                yield number, name.spelling

    def _index(self, spellings: Iterable[tuple[int, str]]) -> None:
        exact: dict[str, dict[int, None]] = defaultdict(dict)
        for number, spelling in spellings:
            for words in self._variants(number, name_words(spelling)):
                exact[" ".join(words)][number] = None
                if 1 < len(words) <= 3:
                    exact["".join(words)][number] = None
        self.names = {name: self._ranked(numbers) for name, numbers in exact.items()}
        self._index_first_words()
        self._index_sounds()
        self._spellings = sorted((name, numbers[0]) for name, numbers in self.names.items())

    def _ranked(self, numbers: Collection[int]) -> tuple[int, ...]:
        return tuple(sorted(numbers, key=self._rank)) if len(numbers) > 1 else tuple(numbers)

    def _rank(self, number: int) -> tuple[int, int, int]:
        row = self.areas[number]
        return _LEVEL_ORDER[row.level], _KIND_ORDER.get(row.kind, 5), number

    def _variants(self, number: int, words: list[str]) -> Iterator[list[str]]:
        """The name as written, without its office ('Nagar Panchayat Arang'), without the district at its end."""
        words = words[:_LONGEST_NAME]
        if not words:
            return
        row = self.areas[number]
        if row.kind in ("post office locality", "town") and self._in_another_district(row, words):
            return
        yield words
        if len(words) > 1 and row.kind in ("town", ""):
            bare = [w for w in words if w not in _DRESS]
            if bare and len(bare) < len(words) and len(bare[0]) > 2:
                yield bare if words[0] in _DRESS or words[-1] not in _ENDINGS else words
        home = self.numbers.get(("district", str(row.district))) if row.kind in ("hospital", "locality") else None
        if home is not None:
            ends = name_words(self.areas[home].name), name_words(self.areas[home].name_hi)
            for end in ends:
                if end and len(words) > len(end) and words[-len(end) :] == end and set(words[: -len(end)]) - _GENERIC:
                    yield words[: -len(end)]

    def _in_another_district(self, row: AreaRow, words: list[str]) -> bool:
        """The post office "Rajgarh (Alwar)" that the directory puts into Churu: one of the two is wrong."""
        named = self.district_names.get(words[-1], ()) if len(words) > 1 else ()
        return bool(named) and row.district not in named

    def _index_first_words(self) -> None:
        for name in self.names:
            first, _, rest = name.partition(" ")
            length = 1 + rest.count(" ") + 1 if rest else 1
            if length > self.first_words.get(first, 0):
                self.first_words[first] = length
            if rest:
                self.second_words.add(rest.partition(" ")[0])

    def _index_sounds(self) -> None:
        heard: dict[str, dict[int, None]] = defaultdict(dict)
        for name, numbers in self.names.items():
            kept = [n for n in numbers if self.areas[n].kind in _HEARD_KINDS]
            key = "".join(map(sound_key, name.split(" "))) if kept else ""
            if len(key) >= 4:
                heard[key].update(dict.fromkeys(kept))
        self.sounds = {key: self._ranked(numbers) for key, numbers in heard.items()}

    def find(self, words: Sequence[str], ordinary: Collection[str] = ()) -> list[Match]:
        """Every name in a list of folded words, the longest first at each place; `ordinary` words are no names.

        A name written apart or as it sounds is found too (`heard`), but never an ordinary word by its sound.
        """
        return self.look_up(words, ordinary)[0]

    def look_up(self, words: Sequence[str], ordinary: Collection[str]) -> tuple[list[Match], list[int]]:
        """As `find`; and the places of the words that are neither ordinary nor spelt like a name."""
        found: list[Match] = []
        unknown: list[int] = []
        at, count, known = 0, len(words), self.first_words
        while at < count:
            word = words[at]
            match = self._spelt(words, at, min(known[word], count - at), ordinary) if word in known else None
            if match is None and word not in ordinary and len(word) > 2:
                unknown.append(at)
                if at + 1 < count and words[at + 1] in _ENDINGS:
                    match = self._written_apart(words, at)
                match = match or self._heard(words, at)
            if match is not None:
                found.append(match)
                unknown.extend(range(at + 1, match.end) if match.heard else ())
                at = match.end
            else:
                at += 1
        return found, unknown

    def _spelt(self, words: Sequence[str], at: int, longest: int, ordinary: Collection[str]) -> Match | None:
        if longest > 1 and words[at + 1] not in self.second_words:
            longest = 1
        for length in range(longest, 1, -1):
            areas = self.names.get(" ".join(words[at : at + length]))
            if areas:
                return Match(at, at + length, areas, False)
        areas = self.names.get(words[at])
        if areas is None or words[at] in ordinary:
            return None
        return Match(at, at + 1, areas, False)

    def _written_apart(self, words: Sequence[str], at: int) -> Match | None:
        joined = words[at] + words[at + 1]
        areas = self.names.get(joined) or self.sounds.get(sound_key(joined))
        return Match(at, at + 2, areas, True) if areas else None

    def _heard(self, words: Sequence[str], at: int) -> Match | None:
        word = words[at]
        # Short Roman words sound like some place in any language; a Devanagari sign says more than a letter.
        least = 6 if word.isascii() else 4
        if len(word) < least or word.isdecimal():
            return None
        key = sound_key(word)
        areas = self.sounds.get(key) if len(key) >= min(least, 5) else None
        return Match(at, at + 1, areas, True) if areas else None

    def suggest(
        self, prefix: str, limit: int = 10, state: int | None = None, district: int | None = None
    ) -> list[AreaRow]:
        """Type-ahead: areas whose name in either script begins with the prefix, larger areas first.

        `state` and `district` are LGD codes that narrow the search. An empty prefix gives nothing.
        """
        wanted = " ".join(name_words(prefix))
        if not wanted:
            return []
        hits: dict[int, None] = {}
        for at in range(bisect_left(self._spellings, (wanted, -1)), len(self._spellings)):
            name = self._spellings[at][0]
            if not name.startswith(wanted) or len(hits) > 50 * limit:
                break
            hits.update(dict.fromkeys(n for n in self.names[name] if self._inside(n, state, district)))
        best = sorted(hits, key=lambda n: (fold(self.areas[n].name) != wanted, *self._rank(n)))
        return [self.areas[n] for n in best[:limit]]

    def _inside(self, number: int, state: int | None, district: int | None) -> bool:
        row = self.areas[number]
        return state in (None, row.state) and district in (None, row.district)

    def area(self, level: str, key: str | int) -> AreaRow | None:
        """The row of one area, or None."""
        number = self.numbers.get((level, str(key)))
        return None if number is None else self.areas[number]
