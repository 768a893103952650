"""Understanding, after the reading: whether two pleas speak of the same patient. Pure rules, and a memory for files.

A wrong join is worse than a missed one: a volunteer's phone stands in many pleas, and two patients can share one.
"""

import re
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from cases.understanding.evidence import DELHI
from cases.understanding.reading import Reading
from districts.spelling import fold

_WORD = re.compile(r"[^\W_]+")
_NOISE = re.compile(r"https?://\S+|[@#]\S+")
_SHINGLE = 3
_LEAST_SHINGLES = 4
_MARKS = 5
# What `Setting` starts from: the share of the shorter text's word triples that stands in the other one, too; from
# how many different patients on a phone is taken for a volunteer's.
COPIED_SHARE, CROWDED_PHONE = 0.6, 3


@dataclass(frozen=True, slots=True)
class Facts:
    """What tells one patient from another; None, '' or empty where a plea does not say. Codes are LGD codes."""

    needs: frozenset[str]
    phones: frozenset[str]
    age: int | None
    blood_group: str
    district: int | None
    place: str = ""
    sex: str = ""

    @classmethod
    def of(cls, reading: Reading) -> "Facts":
        """Those of one reading."""
        needs, phones = frozenset(reading.needs), frozenset(reading.phones)
        district = reading.district if reading.state != DELHI else -DELHI
        place, sex = fold(reading.place_text), reading.patient_sex
        return cls(needs, phones, reading.patient_age, reading.blood_group, district, place, sex)


def differ(one: Facts, other: Facts, *, same_words: bool = False) -> bool:
    """Whether something speaks against the same patient: no need in common; another age, sex, blood group or district.

    Where the words are the same, a hashtag that names another district is an amplifier's, not the patient's.
    """
    if one.needs and other.needs and not one.needs & other.needs:
        return True
    pairs = [(one.age, other.age), (one.blood_group, other.blood_group), (one.sex, other.sex)]
    # A man of 71 in Makrana is one, whether Makrana is counted for Nagaur or for the district made out of it.
    at_home = bool(one.age and one.age == other.age and one.place and one.place == other.place)
    if not same_words and not at_home:
        pairs.append((one.district, other.district))
    return any(mine not in (None, "") and yours not in (None, "") and mine != yours for mine, yours in pairs)


def other_phones(one: Facts, other: Facts) -> bool:
    """Both name numbers, and none in common: a template copied for another patient."""
    return bool(one.phones and other.phones and not one.phones & other.phones)


def agree_on_patient(one: Facts, other: Facts) -> bool:
    """A figure of the patient's that both name alike: what a volunteer's phone needs besides."""
    return (one.age is not None and one.age == other.age) or bool(
        one.blood_group and one.blood_group == other.blood_group and one.district == other.district
    )


def same_home(one: Facts, other: Facts) -> bool:
    """Age, place and district alike, with nothing against it: a plea written anew by somebody else."""
    return bool(one.age and one.age == other.age and one.place and one.place == other.place) and (
        one.district is not None and one.district == other.district and not other_phones(one, other)
    )


def shingles(text: str) -> frozenset[str]:
    """The text's word triples, without links, handles and hashtags."""
    words = _WORD.findall(_NOISE.sub(" ", fold(text)))[:400]
    return frozenset(" ".join(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1))


def marks(of: Collection[str]) -> tuple[int, ...]:
    """The smallest hashes (63 bits) of a text's shingles: copies share some of them; none for a very short text."""
    if len(of) < _LEAST_SHINGLES:
        return ()
    hashes = (int.from_bytes(blake2b(one.encode(), digest_size=8).digest(), "big") >> 1 for one in of)
    return tuple(sorted(hashes)[:_MARKS])


def copied(one: frozenset[str], other: frozenset[str], share: float = COPIED_SHARE) -> bool:
    """Whether this share of the shorter text's shingles stands in the other one, too."""
    small = min(len(one), len(other))
    return small >= _LEAST_SHINGLES and len(one & other) >= share * small


@dataclass(frozen=True, slots=True)
class _Earlier:
    root: str
    at: datetime | None
    facts: Facts
    shingles: frozenset[str]


class Joiner:
    """Remembers the pleas of the last `window` and says which earlier one a new plea repeats."""

    def __init__(self, window: timedelta, most: int = 20_000) -> None:
        """`most` bounds the memory, oldest forgotten first."""
        self._window = window
        self._order: deque[_Earlier] = deque(maxlen=most)
        self._by_phone: dict[str, list[_Earlier]] = {}
        self._by_mark: dict[int, list[_Earlier]] = {}
        self._by_home: dict[tuple[int | None, str, int | None], list[_Earlier]] = {}

    def join(self, post_id: str, text: str, reading: Reading, at: datetime | None) -> str | None:
        """The id of the first post of the same case, or None; the post is remembered either way.

        Only pleas join. Same phone and need (or the same patient's figures), or text copied word for word.
        """
        if not reading.is_request:
            return None
        facts, own = Facts.of(reading), shingles(text)
        earlier = self._same_phone(facts, own, at) or self._copied(facts, own, at)
        earlier = earlier or self._same_home(facts, at)
        self._remember(_Earlier(earlier.root if earlier else post_id, at, facts, own))
        return earlier.root if earlier else None

    def _remember(self, mine: _Earlier) -> None:
        self._order.append(mine)
        for phone in mine.facts.phones:
            self._by_phone.setdefault(phone, []).append(mine)
        self._by_home.setdefault((mine.facts.district, mine.facts.place, mine.facts.age), []).append(mine)
        for mark in marks(mine.shingles):
            self._by_mark.setdefault(mark, []).append(mine)

    def _recent(self, earlier: _Earlier, at: datetime | None) -> bool:
        return at is None or earlier.at is None or abs(at - earlier.at) <= self._window

    def _same_phone(self, facts: Facts, own: frozenset[str], at: datetime | None) -> _Earlier | None:
        for phone in sorted(facts.phones):
            known = [earlier for earlier in self._by_phone.get(phone, ()) if self._recent(earlier, at)]
            crowded = len({earlier.root for earlier in known}) >= CROWDED_PHONE
            for earlier in known:
                words = copied(earlier.shingles, own)
                sure = not crowded or words or agree_on_patient(earlier.facts, facts)
                if sure and not differ(earlier.facts, facts, same_words=words):
                    return earlier
        return None

    def _same_home(self, facts: Facts, at: datetime | None) -> _Earlier | None:
        for earlier in self._by_home.get((facts.district, facts.place, facts.age), ()):
            if self._recent(earlier, at) and same_home(earlier.facts, facts) and not differ(earlier.facts, facts):
                return earlier
        return None

    def _copied(self, facts: Facts, own: frozenset[str], at: datetime | None) -> _Earlier | None:
        found = {id(earlier): earlier for mark in marks(own) for earlier in self._by_mark.get(mark, ())[:50]}
        for earlier in sorted(found.values(), key=lambda one: -len(one.shingles & own)):
            if not copied(earlier.shingles, own) or not self._recent(earlier, at):
                continue
            if not differ(earlier.facts, facts) and not other_phones(earlier.facts, facts):
                return earlier
        return None
