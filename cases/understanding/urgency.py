"""Understanding, step 8: critical, high or normal, from words, vitals and what is asked."""

from cases.understanding.lexicon import Hit
from cases.understanding.needs import Asked
from cases.understanding.reading import Span
from cases.understanding.text import Post
from cases.understanding.vitals import Vitals

# The label guide of the control room: at or below this saturation a patient may die within the hour.
CRITICAL_SPO2 = 85
_LIFE = frozenset({"oxygen", "bed", "plasma", "blood", "ambulance", "funeral", "icu", "ventilator"})


def read_urgency(post: Post, asked: Asked, vitals: Vitals, hits: list[Hit]) -> tuple[str, float, list[Span]]:
    """The urgency, how sure it is, and the words it rests on. `hits` are those of the list `urgency`."""
    by_tag: dict[str, list[Hit]] = {}
    for hit in hits:
        by_tag.setdefault(hit.tag, []).append(hit)
    reasons = _critical(asked, vitals, by_tag)
    if reasons is not None:
        spans = [post.span(hit.start, hit.end, "urgency", hit.tag) for hit in reasons]
        return "critical", 0.9, spans
    if "leisure" in by_tag:
        return "normal", 0.8, [post.span(hit.start, hit.end, "urgency", "leisure") for hit in by_tag["leisure"]]
    hurry = by_tag.get("hurry", [])
    spans = [post.span(hit.start, hit.end, "urgency", "hurry") for hit in hurry]
    hungry = "food" in asked.needs and not by_tag.get("calm")
    named_medicine = bool(asked.medicine) or any(
        word in post.words for word in ("injection", "injections", "vial", "inj")
    )
    if hurry or hungry or _LIFE & set(asked.needs) or ("medicine" in asked.needs and named_medicine):
        return "high", 0.75, spans
    return "normal", 0.7, []


def _critical(asked: Asked, vitals: Vitals, by_tag: dict[str, list[Hit]]) -> list[Hit] | None:
    """The words that make it critical, perhaps none; None if it is not."""
    if vitals.spo2 is not None and vitals.spo2 <= CRITICAL_SPO2:
        return by_tag.get("critical", [])
    if {"icu", "ventilator"} & set(asked.needs):
        return by_tag.get("critical", [])
    for tag in ("critical", "falling", "trapped"):
        if tag in by_tag:
            return by_tag[tag]
    if "finishing" in by_tag and "oxygen" in asked.needs:
        return by_tag["finishing"]
    if "fragile" in by_tag and {"ambulance", "bed", "oxygen", "ventilator"} & set(asked.needs):
        return by_tag["fragile"]
    return None
