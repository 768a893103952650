"""Text -> Reading: kind, needs, place, phones, urgency, language, each with confidence and evidence. Pure.

The steps, in order: `text` cuts the post into words, `lexicon` finds the listed ones, then `places`, `phones`,
`vitals`, `language`, `needs`, `kind` and `urgency` each answer one question.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cases.understanding.asks import without_denied
from cases.understanding.evidence import Evidence
from cases.understanding.hospitals import read_hospital
from cases.understanding.implied import implied_needs, needs_meant
from cases.understanding.kind import Signals, features, kind_spans, read_kind, telling_words
from cases.understanding.language import read_language
from cases.understanding.lexicon import Hit, lexicon, ordinary_words
from cases.understanding.mentions import gather
from cases.understanding.needs import Asked, read_needs
from cases.understanding.phones import read_phones
from cases.understanding.places import Place, read_place
from cases.understanding.reading import Candidate, Plea, Reading, Span
from cases.understanding.text import Post
from cases.understanding.urgency import read_urgency
from cases.understanding.vitals import Vitals, patient_sex, read_vitals
from districts.gazetteer import Gazetteer, Match

__all__ = ["Candidate", "Plea", "Reading", "Span", "look_at", "understand"]


# So many posts take one step together before the next step: what a step needs stays in the processor's cache, which
# saves a sixth of the time.
_TOGETHER = 100


def understand(texts: Sequence[str | Plea], gazetteer: Gazetteer) -> list[Reading]:
    """One reading per text, in order; each depends on its own text alone. Never raises, whatever the text."""
    pleas = [text if isinstance(text, Plea) else Plea(text) for text in texts]
    readings: list[Reading] = []
    for at in range(0, len(pleas), _TOGETHER):
        with _no_collector():
            readings += _read(pleas[at : at + _TOGETHER], gazetteer)
    return readings


@contextmanager
def _no_collector() -> Iterator[None]:
    """Nothing here makes cycles; looking for them took a fifteenth of the time. Who finds it off leaves it off."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Findings:
    """What is found in a post before its kind is judged; each step fills in its own."""

    post: Post
    hits: dict[str, list[Hit]]
    looked_up: tuple[list[Match], list[int]]
    evidence: Evidence
    place: Place
    hospital: str
    phones: tuple[str, ...]
    phone_words: frozenset[int]
    vitals: Vitals
    asked: Asked
    urgency: str
    sure_of_urgency: float
    signals: Signals
    spans: list[Span]
    __slots__ = tuple(__annotations__)


def look_at(pleas: Sequence[Plea], gazetteer: Gazetteer) -> list[Findings]:
    """What `understand` and the training of the weights share."""
    all_found = [Findings() for _ in pleas]
    words, ordinary = lexicon(), ordinary_words()
    for found, plea in zip(all_found, pleas):
        found.post = Post(plea.text)
    for found in all_found:
        found.hits = words.find(found.post.words)
    for found in all_found:
        found.looked_up = gazetteer.look_up(found.post.words, ordinary)
    for found in all_found:
        found.evidence = gather(found.post, gazetteer, found.looked_up, found.hits)
    for found, plea in zip(all_found, pleas):
        found.place = read_place(found.post, plea, gazetteer, found.evidence, found.hits)
        found.spans = found.place.spans
    for found in all_found:
        _look_for_names(found, gazetteer)
    for found in all_found:
        _look_for_vitals(found)
    for found in all_found:
        _look_for_needs(found)
    return all_found


def _look_for_names(found: Findings, gazetteer: Gazetteer) -> None:
    found.hospital, spans = read_hospital(found.post, gazetteer, found.looked_up[0], found.hits)
    found.phones, phone_spans, found.phone_words = read_phones(found.post)
    found.spans += spans
    found.spans += phone_spans


def _look_for_vitals(found: Findings) -> None:
    relations = [hit for hit in found.hits["kinds"] if hit.tag == "patient"]
    found.vitals = read_vitals(found.post, found.hits["vitals"], relations, found.phone_words)
    found.spans += found.vitals.spans


def _look_for_needs(found: Findings) -> None:
    post, hits, vitals = found.post, found.hits, found.vitals
    hits["asks"] = without_denied(post, hits["asks"])
    meant = needs_meant(post, hits["needs"], hits["asks"], vitals)
    asked = found.asked = read_needs(post, meant, hits["medicines"], hits["asks"], hits["urgency"])
    asked.needs = asked.needs or implied_needs(post, vitals, hits["urgency"])
    found.urgency, found.sure_of_urgency, spans = read_urgency(post, asked, vitals, hits["urgency"])
    found.spans += asked.spans
    found.spans += spans
    known = found.place.state is not None or bool(found.place.candidates)
    found.signals = Signals(hits["kinds"], hits["asks"], hits["urgency"], asked, vitals, len(found.phones), known)


def _read(pleas: Sequence[Plea], gazetteer: Gazetteer) -> list[Reading]:
    all_found = look_at(pleas, gazetteer)
    kinds = [read_kind(features(found.post, found.signals), telling_words(found.post)) for found in all_found]
    languages = [read_language(found.post) for found in all_found]
    return [_reading(found, *kind, language) for found, kind, language in zip(all_found, kinds, languages)]


_NEED_CONFIDENCE = {"ask": 0.92, "lack": 0.8, "bare": 0.6, "tagged": 0.5, "none": 0.0}


def _reading(found: Findings, kind: str, sure: float, language: str) -> Reading:
    """Only a request has needs, medicine and an urgency."""
    post, place, vitals, asked = found.post, found.place, found.vitals, found.asked
    request = kind == "request"
    confidence = {
        "kind": sure,
        "need": _NEED_CONFIDENCE[asked.status] if request else 0.0,
        "place": place.confidence,
        "phone": 0.98 if found.phones else 0.0,
        "urgency": found.sure_of_urgency,
    }
    return Reading(
        kind=kind, needs=asked.needs if request else (), offered=asked.named if kind == "offer" else (),
        medicine=asked.medicine if request else (), phones=found.phones,
        state=place.state, district=place.district, block=place.block, place=place.place, place_text=place.place_text,
        hospital=found.hospital, pincode=place.pincode, candidates=place.candidates,
        patient_age=vitals.age, patient_sex=patient_sex(post), spo2=vitals.spo2, blood_group=vitals.blood_group,
        urgency=found.urgency if request else None, language=language,
        confidence=confidence, spans=tuple(sorted(found.spans + kind_spans(post, found.signals, kind))),
    )  # fmt: skip
