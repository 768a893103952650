"""Asking back: what a plea lacks, what the citizen's answer fills, and what happens when none comes.

The clock never stops for any of it (law 3); see docs/decisions/0032-asking-back.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from cases import stages
from cases.drafts import Draft, possible_places
from cases.models import Case, Event, Notice, Phone, ReplyTemplate
from cases.replies import can_answer
from cases.routing.choice import Wanted, choose
from cases.routing.ladder import set_alarm
from cases.step import give_to, new_turn
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
# By these a person has said who is to help; an answer that comes later fills gaps and moves nothing.
_BY_HAND = (Event.Kind.PLACED, Event.Kind.TRANSFERRED, Event.Kind.HANDED_OVER)
_FILLED = (
    *("state", "district", "block", "place", "place_text", "candidates", "review_reason", "patient_age", "spo2"),
    *("blood_group", "status", "officer", "level", "assigned_at", "next_due_at", "answer_by"),
    *("turn", "rung", "waits_from", "alarm_at", "minutes_assigned"),
)


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
    """What one message added to a case; `placed` tells that it named the district, or a block within it.

    `was_there`: the case is older than the batch. `in_thread`: its author answers, where others wrote of their own.
    """

    draft: Draft
    case: Case
    in_thread: bool
    was_there: bool
    phones: tuple[str, ...] = ()
    placed: bool = False
    words: list[str] = field(default_factory=list)

    @property
    def answers_all(self) -> bool:
        """Whether with it nothing that was asked for is missing any more."""
        asked = set(self.case.asked_for)
        told = self.placed or bool(self.phones and PHONE in asked)
        return bool(asked and told and (PLACE not in asked or self.case.district_id))


def fill(draft: Draft, case: Case, whole: Draft | None, known: set[str], *, in_thread: bool) -> Filled:
    """Put what the message tells into the case where the case knows nothing; a person's word is never overwritten.

    `whole` is plea and answer read together, for a case without a district; `known` the phones we have. A number
    from another author is taken only where there is none: volunteers' numbers stand in many pleas.
    """
    filled = Filled(draft, case, in_thread, was_there=case.pk is not None)
    if in_thread or not known:
        filled.phones = tuple(phone for phone in draft.phones if phone not in known)
    _fill_patient(filled)
    if case.district_id is None:
        _fill_district(filled, whole)
    elif draft.district == case.district_id and draft.place_is_sure and not case.review_reason:
        _fill_block(filled)
    if filled.placed:
        filled.words.append(case.place_text or draft.place_text)
    return filled


def _fill_patient(filled: Filled) -> None:
    case, reading, given = filled.case, filled.draft.reading, filled.draft.given
    told = {"patient_age": given.get("patient_age") or reading.patient_age, "blood_group": reading.blood_group}
    if filled.phones:
        filled.words.append("☎")
    for name, value in told.items():
        if value and getattr(case, name) in (None, ""):
            setattr(case, name, value)
            filled.words.append(str(value))
    spo2 = given.get("spo2") or reading.spo2
    if spo2 and (case.spo2 is None or spo2 < case.spo2):
        case.spo2 = spo2
        filled.words.append(f"SpO2 {spo2}")


def _fill_district(filled: Filled, whole: Draft | None) -> None:
    """From the answer alone, or from plea and answer together; two that differ leave it open (law 5)."""
    case, draft = filled.case, filled.draft
    sure = [one for one in (draft, whole) if one and one.district and one.place_is_sure]
    if len({one.district for one in sure}) != 1:
        _narrow(filled, whole or draft)
        return
    told = next((one for one in sure if one.block), sure[0])
    case.state_id, case.district_id, case.block_id = told.state, told.district, told.block
    case.place_id, case.place_text = told.place, told.place_text or case.place_text
    case.candidates = []
    if case.review_reason in NO_PLACE:
        case.review_reason = ""
    filled.placed = True


def _fill_block(filled: Filled) -> None:
    case, draft = filled.case, filled.draft
    if draft.block and case.block_id is None:
        case.block_id, case.place_id = draft.block, draft.place or case.place_id
        case.place_text = draft.place_text or case.place_text
        filled.placed = True


def _narrow(filled: Filled, read: Draft) -> None:
    """Fewer places fit the words now, or some do where none did: the reviewer chooses among these."""
    case, found = filled.case, possible_places(read.reading)
    if case.candidates:
        districts = {one["district"] for one in found}
        found = [one for one in case.candidates if one.get("district") in districts]
    if not found or len(found) == len(case.candidates):
        return
    case.candidates = found
    case.review_reason = "ambiguous_place" if case.review_reason == "unknown_place" else case.review_reason
    filled.words.append(" / ".join(str(one["label"]) for one in found))


@dataclass(slots=True)
class Answers:
    """What the messages of a batch filled in; written with the book."""

    at: datetime
    filled: list[Filled] = field(default_factory=list)

    def add(self, one: Filled) -> None:
        """Remember it if it told anything new."""
        if one.words:
            self.filled.append(one)

    def write(self) -> list[Event]:
        """Route what was placed, update the cases in one statement, add the phones; returns the events to insert."""
        older = [one for one in self.filled if one.was_there]
        before = {one.case.reference: (one.case.status, one.case.officer_id) for one in older}
        moved = self._route(_once(one for one in older if one.placed))
        Case.objects.bulk_update(_once(older), _FILLED)
        Phone.objects.bulk_create(
            [Phone(person_id=one.case.requester_id, number=phone) for one in self.filled for phone in one.phones],
            ignore_conflicts=True,
        )
        return [*map(self._answered, self.filled), *(self._moved(case, *before[case.reference]) for case in moved)]

    def _answered(self, one: Filled) -> Event:
        words = ", ".join(one.words)
        return Event(case=one.case, at=self.at, kind=Event.Kind.ANSWERED, message=one.draft.message, note=words)

    def _moved(self, case: Case, status: str, officer_id: int | None) -> Event:
        return Event(
            case=case,
            at=self.at,
            kind=Event.Kind.ASSIGNED if case.officer_id else Event.Kind.PLACED,
            from_status=status,
            to_status=case.status,
            from_officer_id=officer_id,
            to_officer_id=case.officer_id,
            is_public=True,
        )

    def _route(self, placed: list[Case]) -> list[Case]:
        """Anew for the place now known, unless an officer works the case or a person chose its owner.

        Where it is not certain that help is asked for, the control room of that place has to look first.
        """
        by_hand = _chosen_by_hand(placed)
        moving = [case for case in placed if case.status in UNANSWERED and case.pk not in by_hand]
        wanted = [
            Wanted(
                Where(case.state_id, case.district_id, case.block_id, case.need_id),
                control_room=bool(case.review_reason),
                urgency=case.urgency,
            )
            for case in moving
        ]
        for case, choice in zip(moving, choose(wanted, self.at), strict=True):
            doubtful = case.status if case.review_reason else ""
            give_to(case, choice, self.at)
            new_turn(case, self.at)
            stages.stamp(case)
            set_alarm(case, self.at)
            case.status = doubtful or case.status
            case.answer_by = None
        return moving

    def thanked(self) -> list[Filled]:
        """The answers that complete what was asked for, whose authors hear so, once in a case's life; one query."""
        complete = [one for one in self.filled if one.was_there and one.in_thread and one.answers_all]
        if not complete:
            return []
        key = ReplyTemplate.Key.COMPLETED
        told = Notice.objects.filter(case__in=_once(complete), template=key).values_list("case_id", flat=True)
        first = {one.case.pk: one for one in reversed(complete)}
        return [first[pk] for pk in first.keys() - set(told)]


def _once(filled: Iterable[Filled]) -> list[Case]:
    return list({one.case.reference: one.case for one in filled}.values())


def _chosen_by_hand(cases: list[Case]) -> set[int]:
    assigned = [case.pk for case in cases if case.status == Status.ASSIGNED and case.officer_id]
    if not assigned:
        return set()
    chosen = Event.objects.filter(case__in=assigned, kind__in=_BY_HAND, actor__isnull=False)
    return set(chosen.order_by().values_list("case_id", flat=True))


def given_up(at: datetime) -> QuerySet[Case]:
    """Cases whose citizen was asked and has not answered in time, from the partial index."""
    return Case.objects.filter(answer_by__lt=at).order_by("answer_by")


def give_up_waiting(at: datetime) -> int:
    """Put to an operator, for a call, what nobody has answered; returns how many. Safe to run twice."""
    with transaction.atomic():
        free = given_up(at).select_for_update(of=("self",), skip_locked=True)  # others come with the next run
        late = list(free.only("pk", "status")[:_AT_ONCE])
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
