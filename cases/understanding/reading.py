"""Understanding: what goes in (a plea) and what comes out (a reading with its evidence)."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

KINDS = ("request", "offer", "update_resolved", "thanks", "news", "other")
NEEDS = (
    *("oxygen", "bed", "icu", "ventilator", "medicine", "plasma", "blood", "ambulance"),
    *("food", "doctor", "testing", "vaccine", "funeral", "transport", "other"),
)
URGENCIES = ("critical", "high", "normal")
LANGUAGES = ("hi", "en", "hi-Latn", "mixed")


@dataclass(frozen=True, slots=True)
class Plea:
    """A text to understand, with the scope (LGD codes) of the handle it was sent to, if any."""

    text: str
    scope_state: int | None = None
    scope_district: int | None = None
    handle: str = ""


class Span(NamedTuple):
    """Evidence: characters [start, end) of the original text, the field they speak for, and why."""

    start: int
    end: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of several places a text may mean; codes are LGD codes, `score` is between 0 and 1.

    `reason` is the name in the text that speaks for it, `reason_kind` what bears that name there: block, town ...
    """

    state: int | None
    district: int | None
    block: int | None
    place: str | None
    label: str
    label_hi: str
    reason: str
    score: float
    reason_hi: str = ""
    reason_kind: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a careful officer would note down after reading the post once.

    `needs` has the main need first; `offered` is what an offer names, in the same words. `phones` are 10 digits each.
    `state`, `district` and `block` are LGD codes, `place` a place key, `place_text` the most local name, for people.
    With more than one possible district, `district` is None and `candidates` says which. `patient_sex` is f, m or ''.
    `confidence` is between 0 and 1 for kind, need, place, phone and urgency.
    """

    kind: str = "other"
    needs: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    medicine: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    state: int | None = None
    district: int | None = None
    block: int | None = None
    place: str | None = None
    place_text: str = ""
    hospital: str = ""
    pincode: str = ""
    candidates: tuple[Candidate, ...] = ()
    patient_age: int | None = None
    patient_sex: str = ""
    spo2: int | None = None
    blood_group: str = ""
    urgency: str | None = None
    language: str = "en"
    confidence: dict[str, float] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()

    @property
    def is_request(self) -> bool:
        """Whether somebody in need is behind the post, so that a case should be opened."""
        return self.kind == "request"

    def to_json(self) -> dict[str, Any]:
        """Plain lists and dicts, as stored with the message; by hand, because `asdict` copies all of it deeply."""
        plain: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        for name in ("needs", "offered", "medicine", "phones"):
            plain[name] = list(plain[name])
        plain["spans"] = [span._asdict() for span in self.spans]
        plain["candidates"] = [{part: getattr(one, part) for part in one.__slots__} for one in self.candidates]
        return plain

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Reading":
        """The reading that `to_json` wrote; raises TypeError for fields that no reading has."""
        lists: dict[str, Any] = {
            "candidates": tuple(Candidate(**c) for c in stored.get("candidates", ())),
            "spans": tuple(Span(**s) for s in stored.get("spans", ())),
        }
        lists |= {name: tuple(stored.get(name, ())) for name in ("needs", "offered", "medicine", "phones")}
        return cls(**(stored | lists))
