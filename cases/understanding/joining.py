"""Understanding, after the reading: whether a post speaks of a case that an earlier post in the file opened."""

import re
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.understanding.reading import Reading
from districts.spelling import fold

_WORD = re.compile(r"[^\W_]+")
_NOISE = re.compile(r"https?://\S+|[@#]\S+")
_SHINGLE = 3
# Copied text: this share of the shorter post's word triples stands in the other one too.
_COPIED = 0.6


@dataclass(frozen=True, slots=True)
class _Earlier:
    root: str
    at: datetime | None
    reading: Reading
    shingles: frozenset[str]


def _shingles(text: str) -> frozenset[str]:
    words = _WORD.findall(_NOISE.sub(" ", fold(text)))[:400]
    return frozenset(" ".join(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1))


class Joiner:
    """Remembers the pleas of the last `window` and says which earlier one a new plea repeats."""

    def __init__(self, window: timedelta, most: int = 20_000) -> None:
        """`most` bounds the memory, oldest forgotten first."""
        self._window = window
        self._order: deque[_Earlier] = deque(maxlen=most)
        self._by_phone: dict[str, list[_Earlier]] = {}
        self._by_shingle: dict[str, list[_Earlier]] = {}

    def join(self, post_id: str, text: str, reading: Reading, at: datetime | None) -> str | None:
        """The id of the first post of the same case, or None; the post is remembered either way.

        Only pleas join. Same phone and need (or the same patient's figures), or text copied word for word.
        """
        if not reading.is_request:
            return None
        shingles = _shingles(text)
        earlier = self._same_phone(reading, at) or self._copied(reading, shingles, at)
        mine = _Earlier(earlier.root if earlier else post_id, at, reading, shingles)
        self._remember(mine)
        return earlier.root if earlier else None

    def _remember(self, mine: _Earlier) -> None:
        self._order.append(mine)
        for phone in mine.reading.phones:
            self._by_phone.setdefault(phone, []).append(mine)
        for shingle in mine.shingles:
            self._by_shingle.setdefault(shingle, []).append(mine)

    def _recent(self, earlier: _Earlier, at: datetime | None) -> bool:
        return at is None or earlier.at is None or abs(at - earlier.at) <= self._window

    def _same_phone(self, reading: Reading, at: datetime | None) -> _Earlier | None:
        for phone in reading.phones:
            for earlier in self._by_phone.get(phone, ()):
                if self._recent(earlier, at) and _agree(earlier.reading, reading):
                    return earlier
        return None

    def _copied(self, reading: Reading, shingles: frozenset[str], at: datetime | None) -> _Earlier | None:
        if len(shingles) < 4:
            return None
        shared: dict[int, tuple[int, _Earlier]] = {}
        for shingle in shingles:
            for earlier in self._by_shingle.get(shingle, ())[:50]:
                shared[id(earlier)] = (shared.get(id(earlier), (0, earlier))[0] + 1, earlier)
        for count, earlier in sorted(shared.values(), key=lambda pair: -pair[0]):
            small = min(len(shingles), len(earlier.shingles))
            if count < _COPIED * small or small < 4:
                continue
            if (
                self._recent(earlier, at)
                and _agree(earlier.reading, reading)
                and _no_other_phone(earlier.reading, reading)
            ):
                return earlier
        return None


def _agree(one: Reading, other: Reading) -> bool:
    """Nothing speaks against the same patient: a need in common, no other district, no other age or blood group."""
    if one.needs and other.needs and not set(one.needs) & set(other.needs):
        return False
    if one.patient_age and other.patient_age and one.patient_age != other.patient_age:
        return False
    return not (one.blood_group and other.blood_group and one.blood_group != other.blood_group)


def _no_other_phone(one: Reading, other: Reading) -> bool:
    return not one.phones or not other.phones or bool(set(one.phones) & set(other.phones))
