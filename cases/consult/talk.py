"""Journey 4b: one patient on the telephone: the plea, the call, the note; every button saves what was typed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases import consulting, pipeline
from cases.access import Act
from cases.consult.forms import NoteForm, fahrenheit
from cases.consult.gate import OfficerRequest, for_those_who, officer_page
from cases.consult_words import Why
from cases.models import Call, Case, Consultation, Event, Message, Need
from cases.step import MoveRefused
from districts.models import Officer
from helpdesk.templatetags.clock import moment
from helpdesk.throttle import client_address

logger = logging.getLogger(__name__)
Standing = Consultation.Standing
_SHOWN = (
    *("case__need", "case__state", "case__district", "case__block", "case__place", "case__requester"),
    *("case__patient", "case__officer", "doctor", "asked_by", "follows", "raised_case"),
)
PLEAS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Talk:
    """What the page shows besides the note."""

    one: Consultation
    pleas: list[Message]
    needs: list[Need]
    phones: list[str]
    calls: list[Call]
    earlier: list[Consultation]
    given_back: str

    @property
    def case(self) -> Case:
        """The patient's case."""
        return self.one.case

    @property
    def fahrenheit(self) -> object:
        """The temperature once more, for thermometers with °F."""
        return fahrenheit(self.one.temperature) if self.one.temperature is not None else None

    @property
    def flag_words(self) -> list[str]:
        """The red flags for the reader."""
        return [str(Consultation.Flag(flag).label) for flag in self.one.flags if flag in Consultation.Flag.values]

    @property
    def reached(self) -> bool:
        """They have talked: what is left is to finish."""
        return any(call.result == Call.Result.REACHED for call in self.calls)

    @property
    def vain(self) -> int:
        """Calls in vain since the last that was answered."""
        return consulting.failures([call.result for call in self.calls])


def talk_of(one: Consultation) -> Talk:
    """A fixed number of queries."""
    case = one.case
    before = case.consultations.filter(standing=Standing.DONE).exclude(pk=one.pk).select_related("doctor")
    notes = case.events.filter(kind=Event.Kind.CONSULTED, note__startswith="given_back ")
    last = notes.order_by("-at", "-pk").values_list("note", flat=True).first()
    return Talk(
        one=one,
        pleas=list(case.messages.order_by("posted_at", "pk")[:PLEAS_SHOWN]),
        needs=list(Need.objects.filter(pk__in=case.other_needs)) if case.other_needs else [],
        phones=list(case.requester.phones.order_by("pk").values_list("number", flat=True)),
        calls=list(one.calls.select_related("officer").order_by("at", "pk")),
        earlier=list(before.order_by("-ended_at")),
        given_back=last.removeprefix("given_back ") if last else "",
    )


@require_GET
@officer_page
def consultation(request: OfficerRequest, consultation_id: int) -> HttpResponse:
    """The doctor's work, or the note to read; whoever may not read it is told only that there was a talk."""
    one = Consultation.objects.select_related(*_SHOWN).filter(pk=consultation_id).first()
    if one is None:
        raise Http404
    if _is_mine(one, request.user):
        return _page(request, one, NoteForm.of(one))
    address = client_address(request)
    reads = consulting.read(consultation=one, reader=request.user, at=timezone.now(), address=address)
    if not reads and not Case.objects.visible_to(request.user).filter(pk=one.case_id).exists():
        raise Http404
    shown = {"talk": talk_of(one) if reads else None, "one": one, "case": one.case}
    return render(request, "consult/note.html", shown)


def _is_mine(one: Consultation, officer: Officer) -> bool:
    return one.standing == Standing.CLAIMED and one.doctor_id == officer.pk


def _page(request: OfficerRequest, one: Consultation, form: NoteForm, status: int = HTTPStatus.OK) -> HttpResponse:
    shown = {"talk": talk_of(one), "one": one, "case": one.case, "form": form}
    choices = {"results": Call.Result.choices, "whys": Why.choices}
    return render(request, "consult/talk.html", shown | choices, status=status)


Done = Callable[[NoteForm], HttpResponse | None]


def _saved_first(request: OfficerRequest, consultation_id: int, then: Done) -> HttpResponse:
    """Keep what is right of the note, act on its red flags, then do what the button says.

    None from `then`: the page again, with what is wrong beside its field.
    """
    now, form = timezone.now(), NoteForm(request.POST)
    said = form.said(now)
    try:
        if "again" in request.POST:
            address = client_address(request)
            consulting.claim_again(consultation_id=consultation_id, doctor=request.user, at=now, address=address)
        saved = consulting.save_note(consultation_id=consultation_id, doctor=request.user, at=now, **said)
        _open(saved.message)
        answer = then(form)
    except Consultation.DoesNotExist as gone:
        raise Http404 from gone
    except Case.DoesNotExist as gone:
        raise Http404 from gone
    except MoveRefused as refused:
        return _refused(request, consultation_id, form, refused)
    if answer is not None:
        return answer
    one = Consultation.objects.select_related(*_SHOWN).get(pk=consultation_id)
    return _page(request, one, form, HTTPStatus.UNPROCESSABLE_ENTITY)


def _open(message: Message | None) -> None:
    """The red flag's case, at once; should that fail, the plea is stored and the sweeper opens it within seconds."""
    if message is None or message.state != Message.State.STORED:
        return
    try:
        pipeline.process([message.pk])
    except Exception:
        logger.exception("Message %d is stored and waits for the sweeper.", message.pk)


def _refused(request: OfficerRequest, consultation_id: int, form: NoteForm, refused: MoveRefused) -> HttpResponse:
    """Gone back to the queue meanwhile, or something is missing: nothing that was typed is lost."""
    one = Consultation.objects.select_related(*_SHOWN).get(pk=consultation_id)
    if _is_mine(one, request.user):
        form.add_error("advice" if refused.code == "note_required" else None, refused.message)
        return _page(request, one, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    if not Case.objects.visible_to(request.user).filter(pk=one.case_id).exists():
        raise Http404  # never the doctor's: not even its reference is told
    shown = {"one": one, "case": one.case, "form": form, "refusal": refused.message}
    if request.htmx:
        return render(request, "consult/_lapsed.html", shown)
    return render(request, "consult/lapsed.html", shown, status=HTTPStatus.CONFLICT)


@require_POST
@for_those_who(Act.ADVISE)
def save(request: OfficerRequest, consultation_id: int) -> HttpResponse:
    """Save the note; the page does so by itself while the doctor types."""

    def then(form: NoteForm) -> HttpResponse | None:
        if request.htmx:
            return _kept(request, consultation_id, form)
        if form.errors:
            return None
        messages.success(request, _("Saved."))
        return redirect("consultation", consultation_id=consultation_id)

    return _saved_first(request, consultation_id, then)


def _kept(request: OfficerRequest, consultation_id: int, form: NoteForm) -> HttpResponse:
    one = Consultation.objects.select_related("raised_case").get(pk=consultation_id)
    wrong = [(form.fields[name].label, errors[0]) for name, errors in form.errors.items() if name in form.fields]
    shown = {"one": one, "wrong": wrong, "now": timezone.now(), "fahrenheit": None}
    if one.temperature is not None:
        shown["fahrenheit"] = fahrenheit(one.temperature)
    return render(request, "consult/_saved.html", shown)


@require_POST
@for_those_who(Act.ADVISE)
def call(request: OfficerRequest, consultation_id: int) -> HttpResponse:
    """Log one attempt; after too many in vain the patient is called again later."""

    def then(form: NoteForm) -> HttpResponse | None:
        result, number = request.POST.get("result", ""), request.POST.get("number", "")
        one = consulting.log_call(
            consultation_id=consultation_id, doctor=request.user, result=result, number=number, at=timezone.now()
        )
        if one.standing == Standing.CLAIMED:
            return None if form.errors else redirect("consultation", consultation_id=one.pk)
        messages.info(request, _("Not reached. This call comes again at %(time)s.") % {"time": moment(one.due_at)})
        return redirect("consult_desk")

    return _saved_first(request, consultation_id, then)


@require_POST
@for_those_who(Act.ADVISE)
def give_back(request: OfficerRequest, consultation_id: int) -> HttpResponse:
    """To another doctor, with the reason and all that was written."""

    def then(_form: NoteForm) -> HttpResponse:
        why = request.POST.get("why", "")
        consulting.give_back(consultation_id=consultation_id, doctor=request.user, why=why, at=timezone.now())
        messages.info(request, _("Given back. Your words stay with the patient for the next doctor."))
        return redirect("consult_desk")

    return _saved_first(request, consultation_id, then)


@require_POST
@for_those_who(Act.ADVISE)
def finish(request: OfficerRequest, consultation_id: int) -> HttpResponse:
    """The talk is over; the next patient is one tap away."""

    def then(form: NoteForm) -> HttpResponse | None:
        if form.errors:
            return None
        saved = consulting.finish(consultation_id=consultation_id, doctor=request.user, at=timezone.now())
        messages.success(request, _("Done: %(reference)s.") % {"reference": saved.consultation.case.reference})
        return redirect("consult_desk")

    return _saved_first(request, consultation_id, then)
