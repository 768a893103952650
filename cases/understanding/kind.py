"""Understanding, step 7: plea, offer, good news, thanks, press news or chat, from named features and hashed words."""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from zlib import crc32

from cases.understanding.lexicon import Hit, rows
from cases.understanding.needs import Asked
from cases.understanding.reading import KINDS, Span
from cases.understanding.text import Post
from cases.understanding.vitals import Vitals

_MOST = 3
# Words beyond these tell no more of the kind. Two of 8,192 buckets rarely mean words that both matter.
_MOST_WORDS, _BUCKETS = 80, 8192
_LAUGHING = frozenset("😂🤣😆😜😝🤪")
_KIND_TAGS = ("plea", "patient", "mine", "offer", "news", "thanks", "thanksahead", "politics", "chat", "ad")
_COUNTED = (*_KIND_TAGS, "ask", "lack", "got", "have")


@dataclass(slots=True)
class Signals:
    """What the earlier steps found, as far as the kind depends on it."""

    kinds: list[Hit]
    asks: list[Hit]
    urgency: list[Hit]
    asked: Asked
    vitals: Vitals
    phones: int
    place_known: bool


def features(post: Post, signals: Signals) -> dict[str, float]:
    """The post as a few dozen named numbers, each between 0 and 1 or so."""
    counts = dict.fromkeys(_COUNTED, 0)
    for hits in (signals.kinds, signals.asks, signals.urgency):
        for hit in hits:
            counts[hit.tag] = counts.get(hit.tag, 0) + 1
    counts.pop("weak", None)
    found = {"always": 1.0, f"need {signals.asked.status}": 1.0}
    for name, count in counts.items():
        if count:
            found[name] = min(count, _MOST) / _MOST
            found[f"any {name}"] = 1.0
    for name, value in _shape(post, signals):
        if value:
            found[name] = float(value)
    for name, holds in _together(counts, signals):
        if holds:
            found[name] = 1.0
    return found


def _shape(post: Post, signals: Signals) -> tuple[tuple[str, float], ...]:
    vitals, asked, folded = signals.vitals, signals.asked, post.folded
    length = len(post.words)
    return (
        ("one phone", signals.phones == 1),
        ("two phones", signals.phones == 2),
        ("many phones", signals.phones > 2),
        ("age", vitals.age is not None),
        ("saturation", vitals.spo2 is not None),
        ("blood group", bool(vitals.blood_group)),
        ("place", signals.place_known),
        ("link", post.links > 0),
        ("handles", min(len(post.handles), 3) / 3),
        ("question", "?" in folded),
        ("laughing", not folded.isascii() and not _LAUGHING.isdisjoint(folded)),
        ("exclamation", "!" in folded),
        ("colon opening", ":" in "".join(post.before[1:4])),
        ("tags", min(post.tagged.count(True), 10) / 10),
        ("short", length < 12),
        ("long", length > 45),
        ("needs asked", min(len(asked.needs), 3) / 3),
        ("had", min(asked.had, 2) / 2),
        ("given", min(asked.given, 2) / 2),
        ("percent or rupee", "₹" in folded or " rs" in folded),
        ("big number", bool(post.figures) and any(len(post.words[at]) in (4, 5) for at in post.figures)),
    )


def _together(counts: dict[str, int], signals: Signals) -> tuple[tuple[str, object], ...]:
    """What only two findings together tell."""
    asks = signals.asked.status in ("ask", "lack")
    personal = bool(counts["patient"] or counts["mine"])
    vital = signals.vitals.age is not None or signals.vitals.spo2 is not None
    return (
        ("asks, personal", asks and personal),
        ("asks, phone", asks and signals.phones > 0),
        ("asks, place", asks and signals.place_known),
        ("asks, no phone, no patient", asks and not signals.phones and not counts["patient"]),
        ("need named, phone", signals.asked.status in ("bare", "tagged") and signals.phones > 0 and not counts["have"]),
        ("offer, phone", bool(counts["offer"] and signals.phones)),
        ("offer, no patient", bool(counts["offer"] and not counts["patient"])),
        ("has, no patient", bool(counts["have"] and not counts["patient"])),
        ("got, asks nothing", bool(counts["got"] and signals.asked.status not in ("ask", "lack"))),
        ("got, thanks", bool(counts["got"] and counts["thanks"])),
        ("got, asks", bool(counts["got"] and signals.asked.status == "ask")),
        ("thanks, asks nothing", bool(counts["thanks"] and signals.asked.status not in ("ask", "lack"))),
        ("news, nobody", bool(counts["news"] and not personal and not signals.phones)),
        ("much news", counts["news"] >= 3),
        ("politics, nobody", bool(counts["politics"] and not personal and not signals.phones)),
        ("chat, no need", bool(counts["chat"] and signals.asked.status == "none")),
        ("vital", vital),
        ("vital, need", vital and signals.asked.status != "none"),
        ("nobody", not personal and not signals.phones and not vital),
        ("plea, personal", bool(counts["plea"] and personal)),
    )


# A row of weights is one whole number, in hundredths, 24 bits for each kind: a hundred rows are added up at once, in a
# tenth of the time that as many lists of six numbers take.
_FIELD = 24
_HALF, _FULL = 1 << (_FIELD - 1), 1 << _FIELD


def _packed(weights: Iterable[float]) -> int:
    return sum(round(weight) << (_FIELD * at) for at, weight in enumerate(weights))


def _unpacked(total: int) -> list[float]:
    found = []
    for _ in KINDS:
        low = total & (_FULL - 1)
        low -= _FULL if low >= _HALF else 0
        found.append(low / 100)
        total = (total - low) >> _FIELD
    return found


@cache
def _weights() -> dict[str, list[float]]:
    return {row["feature"]: [float(row[kind]) for kind in KINDS] for row in rows("kind_weights")}


@cache
def _word_weights() -> dict[int, int]:
    return {int(row["bucket"]): _packed(float(row[kind]) for kind in KINDS) for row in rows("kind_words")}


@lru_cache(maxsize=10_000)
def _feature(found: tuple[str, float]) -> int:
    """What a feature of this value adds; values are counts by thirds and tenths, so that there are few."""
    name, value = found
    return _packed(100 * value * weight for weight in _weights().get(name, ()))


def bucket(word: str) -> int:
    """A word as a number from which it cannot be had back; figures count by their length."""
    return crc32(("0" * len(word) if word.isdecimal() else word).encode()) % _BUCKETS


@lru_cache(maxsize=50_000)
def _word(word: str) -> int:
    return _word_weights().get(bucket(word), 0)


def telling_words(post: Post) -> set[str]:
    """The words that are weighed."""
    return set(post.words[:_MOST_WORDS])


def read_kind(found: dict[str, float], words: Collection[str]) -> tuple[str, float]:
    """The likeliest kind and its probability, from the features and the words of a post."""
    scores = _unpacked(sum(map(_feature, found.items())) + sum(map(_word, words)))
    top = max(scores)
    shares = [math.exp(score - top) for score in scores]
    best = shares.index(max(shares))
    return KINDS[best], round(shares[best] / sum(shares), 3)


def kind_spans(post: Post, signals: Signals, kind: str) -> list[Span]:
    """The words that speak for the kind."""
    telling = {
        "request": ("plea", "ask"),
        "update_resolved": ("got",),
        "offer": ("offer", "have"),
        "other": ("politics",),
    }
    tags = telling.get(kind, (kind,))
    hits = [hit for hit in (*signals.kinds, *signals.asks) if hit.tag in tags]
    return [post.span(hit.start, hit.end, "kind", hit.tag) for hit in hits[:6]]
