"""Text -> Reading: kind, needs, place, phones, urgency, language, each with confidence and evidence. Pure.

The steps, in order: `text` cuts the post into words, `lexicon` finds the listed ones, then `places`, `phones`,
`vitals`, `language`, `needs`, `kind` and `urgency` each answer one question.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cases.understanding.hospitals import read_hospital
from cases.understanding.implied import implied_needs, needs_meant
from cases.understanding.kind import Signals, features, kind_spans, read_kind, word_buckets
from cases.understanding.language import read_language
from cases.understanding.lexicon import lexicon, ordinary_words
from cases.understanding.needs import Asked, read_needs, without_denied
from cases.understanding.phones import read_phones
from cases.understanding.places import Place, read_place
from cases.understanding.reading import Candidate, Plea, Reading, Span
from cases.understanding.text import Post
from cases.understanding.urgency import read_urgency
from cases.understanding.vitals import Vitals, patient_sex, read_vitals
from districts.gazetteer import Gazetteer

__all__ = ["Candidate", "Plea", "Reading", "Span", "look_at", "understand"]


def understand(texts: Sequence[str | Plea], gazetteer: Gazetteer) -> list[Reading]:
    """One reading per text, in order; each depends on its own text alone. Never raises, whatever the text."""
    return [_read(text if isinstance(text, Plea) else Plea(text), gazetteer) for text in texts]


@dataclass(slots=True)
class Findings:
    """All that is found in a post before its kind is judged."""

    post: Post
    place: Place
    hospital: str
    phones: tuple[str, ...]
    vitals: Vitals
    asked: Asked
    urgency: str
    sure_of_urgency: float
    signals: Signals
    spans: list[Span]


def look_at(plea: Plea, gazetteer: Gazetteer) -> Findings:
    """What `understand` and the training of the weights share."""
    post = Post(plea.text)
    hits = lexicon().find(post.words)
    matches = gazetteer.find(post.words, ordinary_words())
    place = read_place(post, plea, gazetteer, matches, hits)
    hospital, hospital_spans = read_hospital(post, gazetteer, matches, hits)
    phones, phone_spans, phone_words = read_phones(post)
    hits["asks"] = without_denied(post, hits["asks"])
    vitals = read_vitals(post, hits["vitals"], [hit for hit in hits["kinds"] if hit.tag == "patient"], phone_words)
    meant = needs_meant(post, hits["needs"], hits["asks"], vitals)
    asked = read_needs(post, meant, hits["medicines"], hits["asks"], hits["urgency"])
    asked.needs = asked.needs or implied_needs(post, vitals, hits["urgency"])
    urgency, sure, urgency_spans = read_urgency(post, asked, vitals, hits["urgency"])
    known = place.state is not None or bool(place.candidates)
    signals = Signals(hits["kinds"], hits["asks"], hits["urgency"], asked, vitals, len(phones), known)
    spans = [*place.spans, *hospital_spans, *phone_spans, *vitals.spans, *asked.spans, *urgency_spans]
    return Findings(post, place, hospital, phones, vitals, asked, urgency, sure, signals, spans)


_NEED_CONFIDENCE = {"ask": 0.92, "lack": 0.8, "bare": 0.6, "tagged": 0.5, "none": 0.0}


def _read(plea: Plea, gazetteer: Gazetteer) -> Reading:
    """Only a request has needs, medicine and an urgency."""
    found = look_at(plea, gazetteer)
    post, place, vitals, asked = found.post, found.place, found.vitals, found.asked
    kind, sure = read_kind(features(post, found.signals), word_buckets(post))
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
        urgency=found.urgency if request else None, language=read_language(post),
        confidence=confidence, spans=tuple(sorted(found.spans + kind_spans(post, found.signals, kind))),
    )  # fmt: skip
