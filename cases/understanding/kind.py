"""Understanding, step 7: plea, offer, good news, thanks, press news or chat, from named features and hashed words."""

import math
from collections.abc import Collection
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
_LAUGHING = ("😂", "🤣", "😆", "😜", "😝", "🤪")
_KIND_TAGS = ("plea", "patient", "mine", "offer", "news", "thanks", "thanksahead", "politics", "chat", "ad")
_ASK_TAGS = ("ask", "lack", "got", "have")


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
    counts = dict.fromkeys((*_KIND_TAGS, *_ASK_TAGS), 0)
    for hit in (*signals.kinds, *signals.asks):
        counts[hit.tag] = counts.get(hit.tag, 0) + 1
    for hit in signals.urgency:
        counts[hit.tag] = counts.get(hit.tag, 0) + 1
    counts.pop("weak", None)
    found = {name: min(count, _MOST) / _MOST for name, count in counts.items() if count}
    found |= {f"any {name}": 1.0 for name, count in counts.items() if count}
    found |= _shape(post, signals)
    found |= _together(counts, signals)
    found["always"] = 1.0
    return found


def _shape(post: Post, signals: Signals) -> dict[str, float]:
    vitals, asked, folded = signals.vitals, signals.asked, post.folded
    length = len(post.words)
    shape: dict[str, float] = {
        f"need {asked.status}": 1.0,
        "one phone": signals.phones == 1,
        "two phones": signals.phones == 2,
        "many phones": signals.phones > 2,
        "age": vitals.age is not None,
        "saturation": vitals.spo2 is not None,
        "blood group": bool(vitals.blood_group),
        "place": signals.place_known,
        "link": post.links > 0,
        "handles": min(len(post.handles), 3) / 3,
        "question": "?" in folded,
        "laughing": not folded.isascii() and any(face in folded for face in _LAUGHING),
        "exclamation": "!" in folded,
        "colon opening": any(":" in sign for sign in post.before[1:4]),
        "tags": min(sum(post.tagged), 10) / 10,
        "short": length < 12,
        "long": length > 45,
        "needs asked": min(len(asked.needs), 3) / 3,
        "had": min(asked.had, 2) / 2,
        "given": min(asked.given, 2) / 2,
        "percent or rupee": "₹" in folded or " rs" in folded,
        "big number": any(len(post.words[at]) in (4, 5) for at in post.figures),
    }
    return {name: float(value) for name, value in shape.items() if value}


def _together(counts: dict[str, int], signals: Signals) -> dict[str, float]:
    """What only two findings together tell."""
    asks = signals.asked.status in ("ask", "lack")
    personal = bool(counts["patient"] or counts["mine"])
    vital = signals.vitals.age is not None or signals.vitals.spo2 is not None
    pairs = {
        "asks, personal": asks and personal,
        "asks, phone": asks and signals.phones > 0,
        "asks, place": asks and signals.place_known,
        "asks, no phone, no patient": asks and not signals.phones and not counts["patient"],
        "need named, phone": signals.asked.status in ("bare", "tagged") and signals.phones > 0 and not counts["have"],
        "offer, phone": bool(counts["offer"] and signals.phones),
        "offer, no patient": bool(counts["offer"] and not counts["patient"]),
        "has, no patient": bool(counts["have"] and not counts["patient"]),
        "got, asks nothing": bool(counts["got"] and signals.asked.status not in ("ask", "lack")),
        "got, thanks": bool(counts["got"] and counts["thanks"]),
        "got, asks": bool(counts["got"] and signals.asked.status == "ask"),
        "thanks, asks nothing": bool(counts["thanks"] and signals.asked.status not in ("ask", "lack")),
        "news, nobody": bool(counts["news"] and not personal and not signals.phones),
        "much news": counts["news"] >= 3,
        "politics, nobody": bool(counts["politics"] and not personal and not signals.phones),
        "chat, no need": bool(counts["chat"] and signals.asked.status == "none"),
        "vital": vital,
        "vital, need": vital and signals.asked.status != "none",
        "nobody": not personal and not signals.phones and not vital,
        "plea, personal": bool(counts["plea"] and personal),
    }
    return {name: 1.0 for name, value in pairs.items() if value}


@cache
def _weights() -> dict[str, tuple[float, ...]]:
    by_name: dict[str, list[float]] = {}
    for row in rows("kind_weights"):
        by_name[row["feature"]] = [float(row[kind]) for kind in KINDS]
    return {name: tuple(values) for name, values in by_name.items()}


@cache
def _word_weights() -> dict[int, tuple[float, ...]]:
    return {int(row["bucket"]): tuple(int(row[kind]) / 100 for kind in KINDS) for row in rows("kind_words")}


@lru_cache(maxsize=50_000)
def _bucket(word: str) -> int:
    """Figures count by their length."""
    return crc32(("0" * len(word) if word.isdecimal() else word).encode()) % _BUCKETS


def word_buckets(post: Post) -> set[int]:
    """The words of a post as numbers, from which no word can be had back."""
    return set(map(_bucket, post.words[:_MOST_WORDS]))


def read_kind(found: dict[str, float], buckets: Collection[int]) -> tuple[str, float]:
    """The likeliest kind and its probability, from the features and the hashed words of a post."""
    weights, words = _weights(), _word_weights()
    whole = [weights[name] for name, value in found.items() if value == 1.0 and name in weights]
    whole.extend(filter(None, map(words.get, buckets)))
    scores = [sum(column) for column in zip(*whole)]
    for name, value in found.items():
        if value != 1.0 and name in weights:
            scores = [score + value * weight for score, weight in zip(scores, weights[name])]
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
