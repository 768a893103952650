"""Asking back: what a plea lacks, what the citizen's answer fills, and what happens when none comes.

The clock never stops for any of it (law 3); see docs/decisions/0031-asking-back.md.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from cases.drafts import Draft
from cases.models import Case, Event, Phone, ReplyTemplate
from cases.replies import can_answer
from cases.routing.choice import Wanted, choose
from cases.step import give_to
from cases.tuning import Tuning
from cases.understanding import Reading
from cases.workflow import UNANSWERED, Status
from districts.duty import Where

PLACE, PHONE = "place", "phone"
KEYS = {
    (): ReplyTemplate.Key.RECEIVED,
    (PLACE,): ReplyTemplate.Key.ASK_PLACE,
    (PHONE,): ReplyTemplate.Key.ASK_PHONE,
    (PLACE, PHONE): ReplyTemplate.Key.ASK_BOTH,
}
# Why a case waits for review, when the doubt is its district: an answer can end it.
NO_PLACE = frozenset({"unknown_place", "ambiguous_place", "silent"})
SILENT = "silent"
_AT_ONCE = 500


def lacking(draft: Draft) -> tuple[str, ...]:
    """What to ask the author for: the place, the phone, both or nothing.

    Only in a thread where we can reply, and only where it is sure that help is asked for. Who called or filled in a
    form was asked already.
    """
    if draft.given or draft.review == "kind" or not can_answer(draft.message):
        return ()
    place = (PLACE,) if draft.review in NO_PLACE else ()
    phone = (PHONE,) if not draft.phones else ()
    return (*place, *phone)


@dataclass(slots=True)
class Filled:
    """What one message added to a case; `placed` tells that it named the district, or a block within it."""

    draft: Draft
    case: Case
    phones: tuple[str, ...] = ()
    placed: bool = False
    words: list[str] = field(default_factory=list)


def fill(draft: Draft, case: Case, answer: Reading | None, known: set[str], tuning: Tuning) -> Filled:
    """Put what the message tells into the case where the case knows nothing; a person's word is never overwritten.

    `answer` is the reading of plea and answer together, for a case without a district; `known` the phones we have.
    """
    filled = Filled(draft, case)
    reading = draft.reading
    filled.phones = tuple(phone for phone in draft.phones if phone not in known)
    if filled.phones:
        filled.words.append("☎")
    for name, value in (("patient_age", reading.patient_age), ("blood_group", reading.blood_group)):
        if value not in (None, "") and getattr(case, name) in (None, ""):
            setattr(case, name, value)
            filled.words.append(str(value))
    if reading.spo2 is not None and (case.spo2 is None or reading.spo2 < case.spo2):
        case.spo2 = reading.spo2
        filled.words.append(f"SpO2 {reading.spo2}")
    _fill_place(filled, answer, tuning)
    return filled


def _fill_place(filled: Filled, answer: Reading | None, tuning: Tuning) -> None:
    case, draft = filled.case, filled.draft
    if case.district_id is None:
        told = answer or draft.reading
        if told.district is not None and told.confidence.get("place", 0.0) >= tuning.sure_of_place:
            case.state_id, case.district_id, case.block_id = told.state, told.district, told.block
            case.place_id, case.place_text = told.place, (told.place_text or case.place_text)[:200]
            case.candidates, case.review_reason = [], ""
            filled.placed = True
    elif draft.district == case.district_id and draft.block and case.block_id is None and not case.review_reason:
        case.block_id, case.place_id = draft.block, draft.place
        case.place_text = case.place_text or draft.place_text
        filled.placed = True
    if filled.placed:
        filled.words.append(draft.place_text or case.place_text)


@dataclass(slots=True)
class Answers:
    """What the messages of a batch filled in; written with the book."""

    at: datetime
    tuning: Tuning
    filled: list[Filled] = field(default_factory=list)

    def add(self, one: Filled) -> None:
        """Remember it if it told anything new."""
        if one.words:
            self.filled.append(one)

    @property
    def placed(self) -> list[Filled]:
        """Those that named the place of a case that is in the tables already, each case once."""
        last = {one.case.reference: one for one in self.filled if one.placed and one.case.pk}
        return list(last.values())

    def write(self) -> list[Event]:
        """Route what was placed, update the cases in one statement, add the phones; returns the events to insert."""
        known = {one.case.reference: one.case for one in self.filled if one.case.pk}
        before = {reference: case.status for reference, case in known.items()}
        routed = self._route()
        changed = [
            *(
                "state",
                "district",
                "block",
                "place",
                "place_text",
                "candidates",
                "review_reason",
                "patient_age",
                "spo2",
            ),
            *("blood_group", "status", "officer", "level", "assigned_at", "next_due_at", "answer_by"),
        ]
        Case.objects.bulk_update(known.values(), changed)
        Phone.objects.bulk_create(
            [Phone(person_id=one.case.requester_id, number=phone) for one in self.filled for phone in one.phones],
            ignore_conflicts=True,
        )
        events = [
            Event(
                case=one.case,
                at=self.at,
                kind=Event.Kind.ANSWERED,
                message=one.draft.message,
                note=", ".join(one.words),
            )
            for one in self.filled
        ]
        events += [
            Event(
                case=case,
                at=self.at,
                kind=Event.Kind.ASSIGNED,
                from_status=before[case.reference],
                to_status=case.status,
                to_officer_id=case.officer_id,
                is_public=True,
            )
            for case in routed
            if case.officer_id
        ]
        return events

    def _route(self) -> list[Case]:
        """Anew for the place now known, unless an officer has taken the case already."""
        cases = [one.case for one in self.placed if one.case.status in UNANSWERED]
        wanted = [Wanted(Where(c.state_id, c.district_id, c.block_id, c.need_id), urgency=c.urgency) for c in cases]
        for case, choice in zip(cases, choose(wanted, self.at), strict=True):
            give_to(case, choice, self.at)
            case.answer_by = None
        return cases


def given_up(at: datetime) -> QuerySet[Case]:
    """Cases whose citizen was asked and has not answered in time, from the partial index."""
    return Case.objects.filter(answer_by__lt=at).order_by("answer_by")


def give_up_waiting(at: datetime) -> int:
    """Put to an operator, for a call, what nobody has answered; returns how many. Safe to run twice."""
    with transaction.atomic():
        late = list(given_up(at).select_for_update(of=("self",)).only("pk", "status")[:_AT_ONCE])
        waiting = Case.objects.filter(pk__in=[case.pk for case in late], status=Status.AWAITING_INFO)
        waiting.update(status=Status.NEEDS_REVIEW, review_reason=SILENT, answer_by=None, updated_at=at)
        Event.objects.bulk_create(
            Event(
                case=case,
                at=at,
                kind=Event.Kind.SILENT,
                from_status=Status.AWAITING_INFO,
                to_status=Status.NEEDS_REVIEW,
            )
            for case in late
        )
    return len(late)
