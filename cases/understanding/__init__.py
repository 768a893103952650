"""Text -> Reading: kind, needs, place, phones, urgency, language, each with confidence and evidence. Pure.

The steps, in order: `text` cuts the post into words, `lexicon` finds the listed ones, then `places`, `phones`,
`vitals`, `language`, `needs`, `kind` and `urgency` each answer one question.
"""

from collections.abc import Sequence

from cases.understanding.hospitals import read_hospital
from cases.understanding.kind import Signals, features, kind_spans, read_kind
from cases.understanding.language import read_language
from cases.understanding.lexicon import Hit, lexicon, ordinary_words
from cases.understanding.needs import read_needs, without_denied
from cases.understanding.phones import read_phones
from cases.understanding.places import read_place
from cases.understanding.reading import Candidate, Plea, Reading, Span
from cases.understanding.text import Post
from cases.understanding.urgency import read_urgency
from cases.understanding.vitals import Vitals, patient_sex, read_vitals
from districts.gazetteer import Gazetteer

__all__ = ["Candidate", "Plea", "Reading", "Span", "look_at", "understand"]


def understand(texts: Sequence[str | Plea], gazetteer: Gazetteer) -> list[Reading]:
    """One reading per text, in order; each depends on its own text alone. Never raises, whatever the text."""
    return [_read(text if isinstance(text, Plea) else Plea(text), gazetteer) for text in texts]


def look_at(plea: Plea, gazetteer: Gazetteer) -> tuple[Post, Signals, Reading]:
    """All that is found before the kind is judged: what `understand` and the training of the weights share."""
    post = Post(plea.text)
    hits = lexicon().find(post.words)
    matches = gazetteer.find(post.words, ordinary_words())
    place = read_place(post, plea, gazetteer, matches, hits)
    hospital, hospital_spans = read_hospital(post, gazetteer, matches, hits["place_words"])
    phones, phone_spans, phone_words = read_phones(post)
    hits["asks"] = without_denied(post, hits["asks"])
    vitals = read_vitals(post, hits["vitals"], [hit for hit in hits["kinds"] if hit.tag == "patient"], phone_words)
    asked = read_needs(post, _needs_meant(hits["needs"], vitals), hits["medicines"], hits["asks"], hits["urgency"])
    asked.needs = asked.needs or _implied_needs(post, vitals, hits["urgency"])
    urgency, sure, urgency_spans = read_urgency(post, asked, vitals, hits["urgency"])
    known = place.state is not None or bool(place.candidates)
    signals = Signals(hits["kinds"], hits["asks"], hits["urgency"], asked, vitals, len(phones), known)
    spans = (*place.spans, *hospital_spans, *phone_spans, *vitals.spans, *asked.spans, *urgency_spans)
    reading = Reading(
        needs=asked.needs, medicine=asked.medicine, phones=phones,
        state=place.state, district=place.district, block=place.block, place=place.place, place_text=place.place_text,
        hospital=hospital, pincode=place.pincode, candidates=place.candidates,
        patient_age=vitals.age, patient_sex=patient_sex(post), spo2=vitals.spo2, blood_group=vitals.blood_group,
        urgency=urgency, language=read_language(post), spans=spans,
        confidence={"place": place.confidence, "phone": 0.98 if phones else 0.0, "urgency": sure, "need": 0.0},
    )  # fmt: skip
    return post, signals, reading


_HOSPITALS = frozenset("hospital hosp hospitals nursing अस्पताल हॉस्पिटल aspatal".split())
_REFUSED = frozenset("refused refusing refuse refuses denied turned rejected mana mna मना इनकार इंकार".split())
_BODY = frozenset("body deadbody shav lash laash शव लाश पार्थिव".split())


def _implied_needs(post: Post, vitals: Vitals, urgency: list[Hit]) -> tuple[str, ...]:
    """What a plea wants that names nothing: blood by its group, else by the danger it tells of."""
    tags = {hit.tag for hit in urgency}
    words = set(post.words)
    if vitals.blood_group and words & {"unit", "units", "donor", "donors", "यूनिट"}:
        return ("blood",)
    if "trapped" in tags:
        return ("transport",)
    if words & _REFUSED and (words & _HOSPITALS or "fragile" in tags):
        return ("bed",)
    if words & _BODY:
        return ("funeral",)
    if words & (_HOSPITALS | {"full", "फुल"}) and ("critical" in tags or vitals.spo2 is not None):
        return ("bed",)
    if vitals.spo2 is not None and vitals.spo2 <= _LOW_SPO2:
        return ("oxygen",)
    return ("ambulance",) if "critical" in tags else ()


# Below this saturation doctors give oxygen (WHO: under 94; the home-isolation rules of 2021: under 93).
_LOW_SPO2 = 93


def _needs_meant(hits: list[Hit], vitals: Vitals) -> list[Hit]:
    """Needs without the words that only label a figure: "oxygen 80", "HRCT 18/25"."""
    return [hit for hit in hits if not (hit.end - hit.start == 1 and hit.start in vitals.labels)]


def _read(plea: Plea, gazetteer: Gazetteer) -> Reading:
    post, signals, found = look_at(plea, gazetteer)
    kind, sure = read_kind(features(post, signals))
    return _finish(post, signals, found, kind, sure)


_KEPT = tuple(
    name
    for name in Reading.__dataclass_fields__
    if name not in ("kind", "needs", "offered", "medicine", "urgency", "confidence", "spans")
)
_NEED_CONFIDENCE = {"ask": 0.92, "lack": 0.8, "bare": 0.6, "tagged": 0.5, "none": 0.0}


def _finish(post: Post, signals: Signals, found: Reading, kind: str, sure: float) -> Reading:
    """The reading once the kind is known: only a request has needs, medicine and an urgency."""
    request = kind == "request"
    confidence = found.confidence | {"kind": sure, "need": _NEED_CONFIDENCE[signals.asked.status] if request else 0.0}
    spans = sorted((*found.spans, *kind_spans(post, signals, kind)), key=lambda s: (s.start, s.end, s.field))
    # By hand: dataclasses.replace looks at every field of the class anew, a tenth of the time of a reading.
    return Reading(
        kind=kind,
        needs=found.needs if request else (),
        offered=signals.asked.named if kind == "offer" else (),
        medicine=found.medicine if request else (),
        urgency=found.urgency if request else None,
        confidence=confidence,
        spans=tuple(spans),
        **{name: getattr(found, name) for name in _KEPT},
    )
