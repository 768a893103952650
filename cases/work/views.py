"""Journey 4: the desk, live, and the case page with its moves."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRefresh, trigger_client_event

from cases import access
from cases.actions import MoveRefused, perform
from cases.models import Case, Message
from cases.references import in_address, normalise
from cases.splitting import split
from cases.work.case_page import CasePage, for_page, page_of
from cases.work.forms import FORMS, MoveForm
from cases.work.gate import OfficerRequest, officer_page, to_sign_in, who_polls
from cases.work.queue import chosen_count, chosen_tab, figures_of, queue_of, tab_counts
from cases.workflow import Move
from districts.models import Officer

QUEUE_CHANGED = "queue-changed"


@officer_page
@require_GET
def desk(request: OfficerRequest) -> HttpResponse:
    """My queue, ordered by the clock; on a wide screen the chosen case stands beside it."""
    officer = request.user
    tab = chosen_tab(request.GET.get("tab", ""), officer)
    queue = queue_of(tab, officer, timezone.now(), chosen_count(request.GET.get("show", "")))
    page = _queue_page(queue, officer) | {"counts": tab_counts(officer)}
    return render(request, "work/desk.html", page)


@require_GET
@never_cache
def desk_changes(request: HttpRequest) -> HttpResponse:
    """204 as long as the tab still looks as `seen` says (one query); else the queue anew."""
    officer = who_polls(request)
    if officer is None:
        return to_sign_in(request)
    tab = chosen_tab(request.GET.get("tab", ""), officer)
    now = timezone.now()
    if figures_of(tab, officer, now).token == request.GET.get("seen", ""):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return _renewed_queue(request)


@officer_page
def _renewed_queue(request: OfficerRequest) -> HttpResponse:
    officer = request.user
    tab = chosen_tab(request.GET.get("tab", ""), officer)
    queue = queue_of(tab, officer, timezone.now(), chosen_count(request.GET.get("show", "")))
    page = _queue_page(queue, officer) | {"counts": tab_counts(officer), "is_renewed": True}
    return render(request, "work/_queue.html", page)


def _queue_page(queue: object, officer: Officer) -> dict[str, object]:
    return {"queue": queue, "may_acknowledge": access.may_somewhere(officer, Move.ACKNOWLEDGE), "is_renewed": False}


@officer_page
@require_GET
@vary_on_headers("HX-Request")
def case(request: OfficerRequest, reference: str) -> HttpResponse:
    """The plea, the facts, the next move, the timeline; for htmx only the part beside the queue."""
    wanted = normalise(reference)
    if wanted and wanted != reference:
        return redirect("case", reference=wanted)
    found = get_object_or_404(for_page(Case.objects.visible_to(request.user)), reference=in_address(reference))
    return _case_answer(request, page_of(found, request.user))


@officer_page
def case_move(request: OfficerRequest, reference: str, move: str) -> HttpResponse:
    """Make one move; errors stand next to their field, with what was typed kept."""
    found = get_object_or_404(for_page(Case.objects.visible_to(request.user)), reference=in_address(reference))
    if request.method != "POST" or move not in Move.values:
        return redirect("case", reference=found.reference)
    form = FORMS[Move(move)](request.POST, case=found)
    refusal = _perform(form, request.user) if form.is_valid() else ""
    if refusal is None:
        return _moved(request, found.reference)
    if request.POST.get("from") == "desk":
        messages.error(request, refusal)
        return HttpResponseClientRefresh() if request.htmx else _to_desk(request)
    return _not_moved(request, found.pk, form, refusal)


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
    return trigger_client_event(_case_answer(request, page_of(found, request.user)), QUEUE_CHANGED)


def _gone(request: OfficerRequest, reference: str) -> HttpResponse:
    """The case went to where this officer sees no more."""
    if request.htmx:
        return trigger_client_event(render(request, "work/_gone.html", {"reference": reference}), QUEUE_CHANGED)
    messages.success(request, _("%(reference)s has a new owner and has left your area.") % {"reference": reference})
    return redirect("desk")


def _to_desk(request: OfficerRequest) -> HttpResponse:
    """To the queue, which renews itself where htmx sent the move."""
    if request.htmx:
        return trigger_client_event(HttpResponse(status=HTTPStatus.NO_CONTENT), QUEUE_CHANGED)
    return redirect(f"{reverse('desk')}?tab={chosen_tab(request.POST.get('tab', ''), request.user).value}")


def _not_moved(request: OfficerRequest, pk: int, form: MoveForm, refusal: str) -> HttpResponse:
    """The page as it is now, with the error, and the words that were typed."""
    found = for_page(Case.objects.visible_to(request.user)).get(pk=pk)
    page = page_of(found, request.user, wrong=form)
    page.refusal, page.typed = refusal, form.data.get("note", "") if refusal else ""
    return _case_answer(request, page, HTTPStatus.UNPROCESSABLE_ENTITY)


def _case_answer(request: OfficerRequest, page: CasePage, status: int = HTTPStatus.OK) -> HttpResponse:
    template = "work/_case.html" if request.htmx else "work/case.html"
    return render(request, template, {"page": page, "case": page.case}, status=status)
