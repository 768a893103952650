"""Journey 4: the case page with its moves."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRefresh, trigger_client_event

from cases.actions import MoveRefused, allowed_moves, perform
from cases.models import Case, Message
from cases.references import in_address, normalise
from cases.splitting import split
from cases.undoing import undoable
from cases.work.case_page import CasePage, for_page, page_of
from cases.work.forms import FORMS
from cases.work.gate import OfficerRequest, officer_page
from cases.work.move_form import MoveForm
from cases.work.queue import chosen_tab
from cases.workflow import Move
from districts.models import Officer
from helpdesk.throttle import client_address

QUEUE_CHANGED = "queue-changed"


@officer_page
@require_GET
@vary_on_headers("HX-Request")
def case(request: OfficerRequest, reference: str) -> HttpResponse:
    """Who, what, where, how long left, the next move; for htmx only the part beside the queue."""
    wanted = normalise(reference)
    if wanted and wanted != reference:
        return redirect("case", reference=wanted)
    found = get_object_or_404(for_page(Case.objects.visible_to(request.user)), reference=in_address(reference))
    return case_answer(request, page_of(found, request.user, address=client_address(request)))


@officer_page
@vary_on_headers("HX-Request")
def case_move(request: OfficerRequest, reference: str, move: str) -> HttpResponse:
    """GET opens the move's form; POST makes the move: errors stand next to their field, what was typed is kept."""
    found = _case_to_move(request, reference, move)
    if request.method != "POST" or move not in Move.values:
        return _form_of(request, found, move)
    form = FORMS[Move(move)](request.POST, case=found)
    refusal = _perform(form, request.user) if form.is_valid() else ""
    if refusal is None:
        return _moved(request, found.reference)
    if request.POST.get("from") == "desk":
        messages.error(request, refusal or _("Not done yet: something is missing below."))
        return HttpResponseClientRefresh() if request.htmx else _to_desk(request)
    return _not_moved(request, found.pk, form, refusal)


def _case_to_move(request: OfficerRequest, reference: str, move: str) -> Case:
    """What was moved out of sight a moment ago may be taken back: whether it may, `perform` decides."""
    gives_back = move == Move.UNDO and request.method == "POST"
    seen = Case.objects.all() if gives_back else Case.objects.visible_to(request.user)
    return get_object_or_404(for_page(seen), reference=in_address(reference))


def _form_of(request: OfficerRequest, found: Case, move: str) -> HttpResponse:
    """The form by itself for htmx; without a script the page with that form open."""
    known = move in Move.values and not FORMS[Move(move)].is_one_tap
    if not known or Move(move) not in allowed_moves(found, request.user):
        return redirect("case", reference=found.reference)
    if request.htmx:
        form = FORMS[Move(move)](case=found)
        return render(request, "work/_move_form.html", {"form": form, "case": found, "page": None})
    return case_answer(request, page_of(found, request.user, opened=move, address=client_address(request)))


def _perform(form: MoveForm, officer: Officer) -> str | None:
    """None when the move was made; '' when a field is to blame (it says so); else the refusal in words."""
    try:
        perform(form.move, case_id=form.case.pk, actor=officer, **form.chosen())
    except Case.DoesNotExist as gone:  # it left the officer's sight between two clicks
        raise Http404 from gone
    except MoveRefused as refused:
        if refused.code == "note_required":
            form.add_error("note", refused.message)
        elif refused.code == "invalid":
            form.add_error(form.blames, refused.message)
        else:
            return refused.message
        return ""
    return None


@officer_page
@require_POST
def split_case(request: OfficerRequest, reference: str, message_id: int) -> HttpResponse:
    """One joined plea becomes a case of its own; on to that case."""
    found = get_object_or_404(Case.objects.visible_to(request.user), reference=in_address(reference))
    try:
        new = split(case_id=found.pk, message_id=message_id, actor=request.user, at=timezone.now())
    except Message.DoesNotExist as gone:
        raise Http404 from gone
    except MoveRefused as refused:
        messages.error(request, refused.message)
        return redirect("case", reference=found.reference)
    messages.success(
        request, _("Taken out of %(old)s: this is case %(new)s.") % {"old": found.reference, "new": new.reference}
    )
    seen = Case.objects.visible_to(request.user).filter(pk=new.pk).exists()
    return redirect("case", reference=new.reference if seen else found.reference)


def _moved(request: OfficerRequest, reference: str) -> HttpResponse:
    if request.POST.get("from") == "desk":
        return _to_desk(request)
    found = for_page(Case.objects.visible_to(request.user)).filter(reference=reference).first()
    if found is None:
        return _gone(request, reference)
    if not request.htmx:
        return redirect("case", reference=reference)
    page = page_of(found, request.user, address=client_address(request))
    return trigger_client_event(case_answer(request, page), QUEUE_CHANGED)


def _gone(request: OfficerRequest, reference: str) -> HttpResponse:
    """The case went to where this officer sees no more; for a minute it may be taken back."""
    found = Case.objects.get(reference=reference)
    page = {"reference": reference, "undo": undoable(found, request.user, timezone.now())}
    template = "work/_gone.html" if request.htmx else "work/gone.html"
    return trigger_client_event(render(request, template, page), QUEUE_CHANGED)


def _to_desk(request: OfficerRequest) -> HttpResponse:
    """To the queue, which renews itself where htmx sent the move."""
    if request.htmx:
        return trigger_client_event(HttpResponse(status=HTTPStatus.NO_CONTENT), QUEUE_CHANGED)
    return redirect(f"{reverse('desk')}?tab={chosen_tab(request.POST.get('tab', ''), request.user).value}")


def _not_moved(request: OfficerRequest, pk: int, form: MoveForm, refusal: str) -> HttpResponse:
    """The page as it is now, with the error, and what was typed; what the case has become meanwhile is shown first."""
    found = for_page(Case.objects.visible_to(request.user)).filter(pk=pk).first()
    if found is None:
        raise Http404
    form.case = found
    if refusal:
        form.look_again()
    page = page_of(found, request.user, wrong=form, address=client_address(request))
    page.refusal, page.typed = refusal, form.data.get("note", "") if refusal and not page.opened else ""
    return case_answer(request, page, HTTPStatus.UNPROCESSABLE_ENTITY)


def case_answer(request: OfficerRequest, page: CasePage, status: int = HTTPStatus.OK) -> HttpResponse:
    """The whole page, or for htmx the case alone."""
    template = "work/_case.html" if request.htmx else "work/case.html"
    return render(request, template, {"page": page, "case": page.case}, status=status)
