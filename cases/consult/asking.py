"""Journey 4b: an officer asks for a doctor from a case, or says that no call is needed any more."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases import access, consulting
from cases.consult.forms import AskForm
from cases.consult.gate import OfficerRequest, officer_page
from cases.models import Case, Consultation
from cases.references import in_address
from cases.step import MoveRefused


@require_http_methods(["GET", "POST"])
@officer_page
def ask(request: OfficerRequest, reference: str) -> HttpResponse:
    """The question and how urgent it is; then back to the case."""
    case = get_object_or_404(Case.objects.visible_to(request.user).for_cards(), reference=in_address(reference))
    if not access.may_ask_doctor(request.user, case):
        raise PermissionDenied
    form = AskForm(request.POST or None, initial={"urgency": case.urgency})
    if form.is_valid() and _asked(request, form, case):
        return redirect("case", reference=case.reference)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "consult/ask.html", {"form": form, "case": case}, status=status)


def _asked(request: OfficerRequest, form: AskForm, case: Case) -> bool:
    try:
        consulting.ask(case_id=case.pk, actor=request.user, at=timezone.now(), **form.cleaned_data)
    except Case.DoesNotExist as gone:  # it left the officer's sight between two clicks
        raise Http404 from gone
    except MoveRefused as refused:
        form.add_error(None, refused.message)
        return False
    messages.success(request, _("Asked. A doctor will call the patient."))
    return True


@require_POST
@officer_page
def cancel(request: OfficerRequest, consultation_id: int) -> HttpResponse:
    """Nobody need call any more."""
    one = get_object_or_404(Consultation.objects.select_related("case"), pk=consultation_id)
    try:
        consulting.cancel(consultation_id=one.pk, actor=request.user, at=timezone.now())
    except Case.DoesNotExist as hidden:
        raise Http404 from hidden
    except MoveRefused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Taken out of the doctors' queue."))
    return redirect("case", reference=one.case.reference)
