"""Journey 4b: the doctors' desk: who waits, live, and "next patient"."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases import consulting
from cases.access import Act
from cases.consult.gate import OfficerRequest, for_those_who
from cases.consult.queue import desk_of, figures_of
from helpdesk.throttle import client_address


@require_GET
@for_those_who(Act.ADVISE)
def desk(request: OfficerRequest) -> HttpResponse:
    """Who waits, by urgency and waiting time; one big button takes the next."""
    return render(request, "consult/desk.html", {"desk": desk_of(request.user, timezone.now())})


@require_GET
@for_those_who(Act.ADVISE)
def changes(request: OfficerRequest) -> HttpResponse:
    """204 as long as the queue still looks as `seen` says; else the queue anew."""
    now = timezone.now()
    if figures_of(request.user, now).token == request.GET.get("seen", ""):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return render(request, "consult/_changes.html", {"desk": desk_of(request.user, now)})


@require_POST
@for_those_who(Act.ADVISE)
def claim(request: OfficerRequest) -> HttpResponse:
    """The next patient, who is then nobody else's; back to the one the doctor has, if there is one."""
    one = consulting.claim_next(doctor=request.user, at=timezone.now(), address=client_address(request))
    if one is None:
        messages.info(request, _("Nobody waits now. Somebody else may just have taken the last patient."))
        return redirect("consult_desk")
    return redirect("consultation", consultation_id=one.pk)
