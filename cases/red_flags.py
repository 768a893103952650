"""What a doctor hears that cannot wait: the patient's case made critical at once, or a new one through the normal door.

The new plea is a stored Message like any other (law 1), named by its consultation, so that a flag saved twice opens
one case; the pipeline ties the case to the consultation in the transaction that opens it.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from cases.models import Case, Consultation, Event, Message
from cases.routing.ladder import Ladders
from cases.routing.promises import Promises
from cases.step import make_graver
from cases.telling import Key, ToOfficer, tell_officers
from cases.workflow import Urgency
from districts.models import Officer

Flag = Consultation.Flag
# Severe by the Union health ministry's clinical guidance for adults (AIIMS/ICMR, 17-05-2021): SpO2 below 90 %.
SEVERE_SPO2 = 90
SERIOUS = frozenset({"oxygen", "bed", "icu", "ventilator"})
WANT_OXYGEN = frozenset({Flag.LOW_SPO2.value, Flag.BREATHLESS.value, Flag.BLUE.value})
_NAME = "consultation:"
_RAISED = (
    *("urgency", "respond_by", "resolve_by", "next_due_at", "waits_from", "limits", "alarm_at", "spo2"),
    "updated_at",
)


def heard(flags: Iterable[str], spo2: int | None) -> list[str]:
    """The flags in their own order; a severe SpO2 is one, whether it was ticked or not."""
    found = {*flags, *([Flag.LOW_SPO2.value] if spo2 is not None and spo2 < SEVERE_SPO2 else [])}
    return [flag for flag in Flag.values if flag in found]


def act_on(one: Consultation, case: Case, new: Iterable[str], doctor: Officer, at: datetime) -> Message | None:
    """Raise the patient's own case, or store the plea that opens another; None when there is nothing to process.

    The caller holds both rows locked and saves the consultation. Said again, it only tells the owner again.
    """
    flags = list(new)
    if not flags:
        return None
    event = _noted(case, doctor, at)
    if one.raised_case is not None:
        _tell(one.raised_case, f"{one.pk}:{','.join(flags)}", event, at)
        return None
    if case.is_open and SERIOUS & {case.need_id, *case.other_needs}:
        _raise(case, one, doctor, at)
        one.raised_case = case
        _tell(case, str(one.pk), event, at)
        return None
    return _plea(one, case, doctor, at)


def tie(opened: Iterable[tuple[Message, Case]], joined: Iterable[tuple[Message, Case]], at: datetime) -> None:
    """In the pipeline's transaction: the consultation, and both histories, name the case that its plea opened or
    joined; no query where no message of the batch came from a consultation. Who got a new case is told of it anyway.

    Cases are locked before their consultations, as everywhere (see consulting.py).
    """
    news = {_number(message): (message, case, True) for message, case in opened if _is_ours(message)}
    news |= {_number(message): (message, case, False) for message, case in joined if _is_ours(message)}
    if not news:
        return
    named = Case.objects.filter(consultations__in=news).order_by("pk").select_for_update(of=("self",))
    cases = {case.pk: case for case in named}
    rows = Consultation.objects.filter(pk__in=news, case__in=cases, raised_case=None).order_by("pk")
    for one in rows.select_for_update(of=("self",)):
        message, case, is_new = news[one.pk]
        Consultation.objects.filter(pk=one.pk).update(raised_case=case)
        own = cases[one.case_id]
        _line(own, message.taken_by_id, at, f"raised {case.reference}")
        event = _line(case, message.taken_by_id, at, f"raised_by {own.reference}")
        if not is_new:
            _tell(case, str(one.pk), event, at)


def _number(message: Message) -> int:
    return int(message.external_id.removeprefix(_NAME))


def _is_ours(message: Message) -> bool:
    return message.channel == Message.Channel.PHONE and message.external_id.startswith(_NAME)


def _raise(case: Case, one: Consultation, doctor: Officer, at: datetime) -> None:
    """By the rules of a graver message: promised times count from now and never move back."""
    if one.spo2 is not None:
        case.spo2 = min(one.spo2, case.spo2 or one.spo2)
    if case.urgency != Urgency.CRITICAL:
        make_graver(case, Urgency.CRITICAL, at, at, Promises.load(), Ladders.load())
        Event.objects.create(case=case, at=at, kind=Event.Kind.RAISED, actor=doctor)
    case.save(update_fields=_RAISED)


def _plea(one: Consultation, case: Case, doctor: Officer, at: datetime) -> Message:
    """The doctor's word as a call that was taken, once per consultation."""
    need = "oxygen" if WANT_OXYGEN & set(one.flags) else "bed"
    message, _new = Message.objects.get_or_create(
        channel=Message.Channel.PHONE,
        external_id=f"{_NAME}{one.pk}",
        defaults={
            "text": _words(one),
            "author_name": case.requester.name,
            "raw": {"given": _given(one, case, need)},
            "scope_state_id": case.state_id,
            "scope_district_id": case.district_id,
            "taken_by": doctor,
            "posted_at": at,
            "received_at": at,
        },
    )
    return message


def _words(one: Consultation) -> str:
    """What the officer must know to help; nothing else of the talk."""
    flags = ", ".join(str(Flag(flag).label) for flag in one.flags)
    said = _("Heard by the doctor on the telephone: %(flags)s.") % {"flags": flags}
    return f"{said} SpO2 {one.spo2}" if one.spo2 is not None else said


def _given(one: Consultation, case: Case, need: str) -> dict[str, object]:
    """What is known of the patient, stated, so that it outranks what is read out of the words."""
    facts: dict[str, object] = {
        "needs": [need],
        "urgency": Urgency.CRITICAL.value,
        "state": case.state_id,
        "district": case.district_id,
        "block": case.block_id,
        "place": case.place_id,
        "place_text": case.place_text,
        "phones": list(case.requester.phones.order_by("pk").values_list("number", flat=True)),
        "requester_name": case.requester.name,
        "patient_name": case.patient.name if case.patient else "",
        "patient_age": case.patient_age,
        "spo2": one.spo2 if one.spo2 is not None else case.spo2,
        "language": case.language,
    }
    return {"is_request": True} | {name: fact for name, fact in facts.items() if fact not in (None, "", [])}


def _noted(case: Case, doctor: Officer, at: datetime) -> Event:
    return _line(case, doctor.pk, at, "red_flag")


def _line(case: Case, actor_id: int | None, at: datetime, note: str) -> Event:
    return Event.objects.create(case=case, at=at, kind=Event.Kind.CONSULTED, actor_id=actor_id, note=note)


def _tell(case: Case, cause: str, event: Event, at: datetime) -> None:
    """Whoever holds it hears at once."""
    if case.officer_id is not None:
        tell_officers([ToOfficer(Key.TO_RED_FLAG, case, case.officer_id, f"flag{cause}", event)], at)
