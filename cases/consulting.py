"""Every write to a Consultation: asked for, claimed, called, noted, given back, finished; locked, checked, with Events.

Locks are taken in one order everywhere, here, in red_flags.py, follow_ups.py and returning.py: the doctor, then the
case, then the consultation. A row that names a case (a Disclosure, an Event, a Notice) locks it too: nobody who holds a
consultation may write one before holding its case. So the doctors' desk, the pipeline and the moves of a case cannot
wait for each other in a circle.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from cases import access, disclosures, duty_doctors, red_flags
from cases.consult_words import Why
from cases.models import Call, Case, Consultation, Event, Message
from cases.plain import plain
from cases.step import MoveRefused
from cases.telling import Key, ToOfficer, tell_officers
from cases.workflow import OPEN, RANK, Outcome, Status
from districts.models import Officer

Standing = Consultation.Standing
CLAIM_STANDS = timedelta(minutes=15)  # a claim nobody works on: the doctor has been called away, the patient waits
TRY_AGAIN = timedelta(minutes=10)
TRY_LATER = timedelta(minutes=60)  # once the case's owner has been told, there is somebody else who looks
TRIES_OF_A_CLAIM = 2
UNREACHED_FROM = 3
OWN_DOCTOR_FIRST = timedelta(minutes=15)  # so long a follow-up is left to the doctor who knows the patient
NOT_AGAIN = timedelta(minutes=30)  # what a doctor gave back comes last to the same doctor
LONGEST = 4000
WENT_OVER = "went_over"  # the word in the history of a case whose call another took over
DOCTOR = "doctor"  # the need whose pleas are calls for the doctors' desk
_TRIES = 20
_AT_ONCE = 200
_LIVE = (Standing.WAITING, Standing.CLAIMED)
_GIVEN_UP = (Status.WITHDRAWN, Status.DUPLICATE, Status.UNREACHABLE)
_MOVED = (Event.Kind.PLACED, Event.Kind.TRANSFERRED, Event.Kind.CORRECTED, Event.Kind.UNDONE, Event.Kind.UNJOINED)
_NOTED = ("symptoms", "spo2", "temperature", "advice", "follow_up_at")


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save left: the consultation, and the plea of a red flag that is still to be processed."""

    consultation: Consultation
    message: Message | None


# --- Asked for --------------------------------------------------------------------------------------------


def ask(*, case_id: int, actor: Officer, question: str, urgency: str, at: datetime) -> Consultation:
    """An officer asks a doctor about a case. Raises MoveRefused, or Case.DoesNotExist out of the actor's sight."""
    with transaction.atomic():
        case = Case.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=case_id)
        if not access.may_ask_doctor(actor, case):
            raise MoveRefused("not_permitted", _("Your posting does not allow this."))
        if case.status not in (*OPEN, Status.RESOLVED):
            raise MoveRefused("not_allowed", _("This case has ended: nobody waits for a doctor's call."))
        if case.consultations.filter(standing__in=_LIVE).exists():
            raise MoveRefused("not_allowed", _("A doctor has been asked already and will call."))
        asked = _wanted(case, at, urgency, question=plain(question)[:LONGEST], asked_by=actor)
        asked.save(force_insert=True)
        _line(case, "asked", actor, at)
    return asked


def ask_for(cases: Iterable[Case], at: datetime) -> None:
    """Those of these open cases that plead for a doctor wait at the desk; no query where none does."""
    pleading = {case.pk: case for case in cases if case.need_id == DOCTOR and case.status in OPEN}
    if not pleading:
        return
    had = Consultation.objects.filter(case__in=pleading).exclude(standing=Standing.CANCELLED)
    known = set(had.values_list("case_id", flat=True))
    new = [case for pk, case in pleading.items() if pk not in known]
    Consultation.objects.bulk_create(_wanted(case, min(case.opened_at, at), case.urgency) for case in new)


def _wanted(case: Case, at: datetime, urgency: str, **given: Any) -> Consultation:
    area = {"state_id": case.state_id, "district_id": case.district_id}
    return Consultation(**({"case": case, "urgency": urgency, "asked_at": at, "due_at": at} | area | given))


def after_move(case: Case, event: Event) -> None:
    """What a move of the case means for its call: it ends with the case, or goes where the case goes."""
    if _nobody_waits(case):
        _end_waiting(case, event.at)
    elif event.kind in _MOVED:
        follow([case])
        ask_for([case], event.at)


def _nobody_waits(case: Case) -> bool:
    return case.status in _GIVEN_UP or case.outcome == Outcome.DIED


def wait_again(case: Case, undone: Event) -> None:
    """The move that ended the case is taken back: who waited for a doctor then waits on."""
    if not case.consultations.filter(standing__in=_LIVE).exists():
        ended = case.consultations.filter(standing=Standing.CANCELLED, ended_at=undone.at)
        ended.update(standing=Standing.WAITING, ended_at=None)


def follow(cases: Sequence[Case]) -> None:
    """Waiting and claimed calls take their case's place, and its urgency where that is graver."""
    by_pk = {case.pk: case for case in cases if case.pk}
    if not by_pk:
        return
    live = list(_free(Consultation.objects.filter(case__in=by_pk, standing__in=_LIVE)))
    for one in live:
        case = by_pk[one.case_id]
        one.state_id, one.district_id = case.state_id, case.district_id
        one.urgency = min(one.urgency, case.urgency, key=RANK.__getitem__)
    Consultation.objects.bulk_update(live, ["state", "district", "urgency"])


def _end_waiting(case: Case, at: datetime) -> None:
    """Nobody calls a family in vain; of two joined cases the other takes the call over, unless it has its own."""
    for one in _free(Consultation.objects.filter(case=case, standing=Standing.WAITING)):
        other = case.joined_to
        if other and other.is_open and not other.consultations.filter(standing__in=_LIVE).exists():
            one.case, one.state_id, one.district_id = other, other.state_id, other.district_id
            _line(case, f"{WENT_OVER} {other.reference}", None, at)
        else:
            one.standing, one.ended_at = Standing.CANCELLED, at
        one.save()


def cancel(*, consultation_id: int, actor: Officer, at: datetime) -> None:
    """An officer of the case says that no call is needed any more; what a doctor has begun goes on."""
    with transaction.atomic():
        seen = Case.objects.visible_to(actor).select_for_update(of=("self",))
        case = seen.get(consultations=consultation_id)
        if not access.may_ask_doctor(actor, case):
            raise MoveRefused("not_permitted", _("Your posting does not allow this."))
        waiting = Consultation.objects.filter(pk=consultation_id, case=case, standing=Standing.WAITING)
        if not waiting.update(standing=Standing.CANCELLED, ended_at=at):
            raise MoveRefused("not_allowed", _("A doctor has this call already."))
        _line(case, "not_needed", actor, at)


def _free(rows: "QuerySet[Consultation]") -> "QuerySet[Consultation]":
    """Locked, without waiting: SQLite has one writer at a time and needs no lock."""
    return rows.select_for_update(of=("self",), skip_locked=True)


# --- Claimed ----------------------------------------------------------------------------------------------


def claim_next(*, doctor: Officer, at: datetime, address: str | None = None) -> Consultation | None:
    """The patient the doctor has, else the next one that waits; None when nobody waits.

    A row that another doctor is just taking is passed over; the conditional update decides on any database.
    The number is shown with the claim, and that is logged.
    """
    passed = list[int]()
    for _attempt in range(_TRIES):
        with transaction.atomic():
            Officer.objects.select_for_update(no_key=True).get(pk=doctor.pk)  # one claim at a time, in two tabs too
            found = claimed_by(doctor) or queue_for(doctor, at).exclude(pk__in=passed).first()
            if found is None or found.standing == Standing.CLAIMED:
                return found
            one = _free_after_case(found)
            if one is not None and _take(one, doctor, at, address):
                return one
            passed.append(found.pk)
    return None


def _free_after_case(found: Consultation) -> Consultation | None:
    """Locked after its case; None where somebody was quicker."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=found.case_id)
    still = Consultation.objects.filter(pk=found.pk, case=case, standing=Standing.WAITING)
    return _free(still.select_related("case")).first()


def claim_again(*, consultation_id: int, doctor: Officer, at: datetime, address: str | None = None) -> None:
    """The doctor's own lapsed claim, if nobody has taken the patient meanwhile; a doctor has one patient at a time."""
    with transaction.atomic():
        Officer.objects.select_for_update(no_key=True).get(pk=doctor.pk)
        here = duty_doctors.within_reach(doctor, duty_doctors.on_duty(at))
        waiting = Consultation.objects.filter(here, standing=Standing.WAITING)
        found = waiting.filter(pk=consultation_id).first()
        one = _free_after_case(found) if found and claimed_by(doctor) is None else None
        if one is not None:
            _take(one, doctor, at, address)


def claimed_by(doctor: Officer) -> Consultation | None:
    """What the doctor is working on."""
    return doctor.consultations.filter(standing=Standing.CLAIMED).select_related("case").first()


def queue_for(doctor: Officer, at: datetime) -> "QuerySet[Consultation]":
    """Who waits now, in the order this doctor takes them: by urgency; own follow-ups first, those of another doctor
    on duty last; then by waiting. What the doctor gave back a moment ago stands behind all others."""
    present = duty_doctors.on_duty(at)
    others = [posting.officer_id for posting in present if posting.officer_id != doctor.pk]
    here = duty_doctors.within_reach(doctor, present)
    waiting = Consultation.objects.filter(here, standing=Standing.WAITING, due_at__lte=at)
    theirs = Q(follows__doctor__in=others, due_at__gt=at - OWN_DOCTOR_FIRST)
    preference = models.Case(models.When(follows__doctor=doctor, then=0), models.When(theirs, then=2), default=1)
    gave_back = Event.objects.filter(
        case=OuterRef("case"),
        kind=Event.Kind.CONSULTED,
        actor=doctor,
        note__startswith="given_back",
        at__gte=at - NOT_AGAIN,
    )
    ranked = waiting.annotate(preference=preference, was_mine=Exists(gave_back)).select_related("case")
    return ranked.order_by("was_mine", "urgency", "preference", "due_at", "pk")


def _take(one: Consultation, doctor: Officer, at: datetime, address: str | None) -> bool:
    mine = {"standing": Standing.CLAIMED, "doctor": doctor, "claimed_at": at, "due_at": at + CLAIM_STANDS}
    if not Consultation.objects.filter(pk=one.pk, standing=Standing.WAITING).update(**mine):
        return False
    for name, value in mine.items():
        setattr(one, name, value)
    disclosures.call_taken(one.case, doctor, at, address)
    return True


def lapse(at: datetime) -> int:
    """Claims that stood still go back to the queue, to where they stood in it; returns how many. Safe to run twice."""
    still = Consultation.objects.filter(standing=Standing.CLAIMED, due_at__lt=at)
    lapsed = 0
    for pk, case_id, doctor_id in list(still.values_list("pk", "case_id", "doctor_id")[:_AT_ONCE]):
        with transaction.atomic():
            case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
            one = still.select_for_update(of=("self",)).filter(pk=pk, case=case).first()
            if one is None:
                continue
            _put_back(case, one, None, at)
            Event.objects.create(
                case=case, at=at, kind=Event.Kind.CONSULTED, from_officer_id=doctor_id, note="returned"
            )
            lapsed += 1
    return lapsed


def _put_back(case: Case, one: Consultation, due_at: datetime | None, at: datetime) -> None:
    """To the queue with all that was written; None: to the place it had there. It ends if its case has meanwhile."""
    one.standing, one.doctor, one.claimed_at = Standing.WAITING, None, None
    one.due_at = due_at or (one.follows.follow_up_at if one.follows else None) or one.asked_at
    one.told_due_at = one.told_due_at if due_at is None else None
    one.save()
    if _nobody_waits(case):
        _end_waiting(case, at)


def give_back(*, consultation_id: int, doctor: Officer, why: str, at: datetime) -> Consultation:
    """Another doctor should take it. Raises MoveRefused."""
    if why not in Why.values:
        raise MoveRefused("invalid", _("Choose why."))
    with transaction.atomic():
        case, one = _mine(consultation_id, doctor)
        _put_back(case, one, None, at)
        _line(case, f"given_back {why}", doctor, at)
    return one


# --- Worked on --------------------------------------------------------------------------------------------


def _mine(consultation_id: int, doctor: Officer) -> tuple[Case, Consultation]:
    """The case and the consultation, locked in this order, if the doctor has it; else MoveRefused "lapsed"."""
    case = Case.objects.select_for_update(of=("self",)).select_related("need").get(consultations=consultation_id)
    locked = Consultation.objects.select_for_update(of=("self",)).select_related("raised_case", "follows")
    one = locked.get(pk=consultation_id)
    if one.case_id != case.pk:  # two joined cases parted meanwhile
        raise MoveRefused("not_allowed", _("This was changed meanwhile. Look again, then save."))
    if one.standing != Standing.CLAIMED or one.doctor_id != doctor.pk:
        raise MoveRefused("lapsed", _("You no longer have this call: it went back to the queue or is finished."))
    one.case = case
    return case, one


def save_note(*, consultation_id: int, doctor: Officer, at: datetime, **said: Any) -> Saved:
    """Keep what was written so far; what is not in `said` stays. A new red flag acts at once, before anything else.

    said: symptoms, spo2, temperature (°C), advice, follow_up_at, flags. Raises MoveRefused.
    """
    with transaction.atomic():
        case, one = _mine(consultation_id, doctor)
        return Saved(one, _write(case, one, doctor, at, said))


def _write(case: Case, one: Consultation, doctor: Officer, at: datetime, said: dict[str, Any]) -> Message | None:
    for name in _NOTED:
        if name in said:
            setattr(one, name, said[name])
    before = set(one.flags)
    one.flags = red_flags.heard(said.get("flags", one.flags), one.spo2)
    one.due_at = at + CLAIM_STANDS
    message = red_flags.act_on(one, case, [flag for flag in one.flags if flag not in before], doctor, at)
    one.save()
    return message


def log_call(*, consultation_id: int, doctor: Officer, result: str, number: str, at: datetime) -> Consultation:
    """One attempt. After two in vain the call goes back for ten minutes; from three on the case's owner hears of it,
    once for each three, and it rests for an hour. Raises MoveRefused."""
    if result not in Call.Result.values:
        raise MoveRefused("invalid", _("Choose how the call went."))
    with transaction.atomic():
        case, one = _mine(consultation_id, doctor)
        known = case.requester.phones.filter(number=number).exists()
        _called(case, one, doctor, result, number if known else "", at)
        one.due_at = at + CLAIM_STANDS
        one.save(update_fields=["due_at"])
        if result != Call.Result.REACHED:
            _unreached(case, one, at)
    return one


def _called(case: Case, one: Consultation, doctor: Officer, result: str, number: str, at: datetime) -> None:
    Call.objects.create(case=case, consultation=one, officer=doctor, at=at, number=number, result=result)
    Event.objects.create(case=case, at=at, kind=Event.Kind.CALLED, actor=doctor, note=result)


def failures(results: Sequence[str]) -> int:
    """Attempts in vain since the last that was answered."""
    vain = 0
    for result in results:
        vain = 0 if result == Call.Result.REACHED else vain + 1
    return vain


def _unreached(case: Case, one: Consultation, at: datetime) -> None:
    calls = list(one.calls.order_by("at", "pk").values_list("result", "at"))
    vain = failures([result for result, _when in calls])
    mine = failures([result for result, when in calls if one.claimed_at and when >= one.claimed_at])
    if vain and vain % UNREACHED_FROM == 0:
        event = _line(case, "unreached", None, at)
        if case.officer_id is not None:
            tell_officers([ToOfficer(Key.TO_UNREACHED, case, case.officer_id, f"unreached{event.pk}", event)], at)
        _put_back(case, one, at + TRY_LATER, at)
    elif mine >= TRIES_OF_A_CLAIM:
        _put_back(case, one, at + TRY_AGAIN, at)


def finish(*, consultation_id: int, doctor: Officer, at: datetime, **said: Any) -> Saved:
    """The talk is over; a follow-up becomes the next call by itself. Raises MoveRefused."""
    with transaction.atomic():
        case, one = _mine(consultation_id, doctor)
        message = _write(case, one, doctor, at, said)
        if not one.advice:
            raise MoveRefused("note_required", _("Write what you advised."))
        if one.follow_up_at and one.follow_up_at <= at:
            raise MoveRefused("invalid", _("The time to call again has passed. Choose a later one."))
        if not one.calls.filter(result=Call.Result.REACHED).exists():  # they have talked, whoever forgot to say so
            _called(case, one, doctor, Call.Result.REACHED, "", at)
        one.standing, one.ended_at, one.due_at = Standing.DONE, at, _due_from(one)
        one.save()
        _line(case, "talked", doctor, at)
        if one.follow_up_at:
            later = {"due_at": one.follow_up_at, "follows": one, "asked_by": doctor, "question": one.question}
            _wanted(case, at, one.urgency, **later).save(force_insert=True)
    return Saved(one, message)


def _due_from(one: Consultation) -> datetime:
    """When the patient was to be called, for the figures of waiting."""
    return (one.follows.follow_up_at if one.follows else None) or one.asked_at


# --- Read -------------------------------------------------------------------------------------------------


def read(*, consultation: Consultation, reader: Officer, at: datetime, address: str | None = None) -> bool:
    """Whether the reader may read the note; if so and it is not the reader's own, that is logged."""
    if not access.reads_consultation(reader, consultation):
        return False
    if reader.pk != consultation.doctor_id:
        disclosures.note_read(consultation.case, reader, at, address)
    return True


def _line(case: Case, note: str, actor: Officer | None, at: datetime) -> Event:
    """One line of the case's history: what happened, in a word that the timeline translates; never the note."""
    return Event.objects.create(case=case, at=at, kind=Event.Kind.CONSULTED, actor=actor, note=note)
