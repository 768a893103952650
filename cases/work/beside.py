"""Journey 4: what stands one tap behind the case page: a number shown, other cases, the whole thread and history."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from cases import disclosures
from cases.models import Case
from cases.references import in_address
from cases.splitting import may_split
from cases.work import kin, pleas, timeline
from cases.work.case_page import for_page, page_of
from cases.work.gate import OfficerRequest, officer_page
from districts.models import Officer
from helpdesk.throttle import client_address


@officer_page
@require_POST
def reveal(request: OfficerRequest, reference: str) -> HttpResponse:
    """Number and name, for some hours; that they were shown is written down first."""
    found = get_object_or_404(for_page(Case.objects.visible_to(request.user)), reference=in_address(reference))
    address = client_address(request)
    if not disclosures.reveal(found, request.user, timezone.now(), address):
        messages.error(request, _("Your posting does not allow this."))
    if not request.htmx:
        return redirect("case", reference=found.reference)
    page = page_of(found, request.user, address=address)
    return render(request, "work/_case.html", {"page": page, "case": found})


def _people(case: Case, officer: Officer, _revealed: bool) -> dict[str, Any]:
    return {"cases": kin.same_people(case, officer)}


def _near(case: Case, officer: Officer, _revealed: bool) -> dict[str, Any]:
    return {"cases": kin.nearby(case, officer)}


def _thread(case: Case, officer: Officer, revealed: bool) -> dict[str, Any]:
    splits = may_split(officer, case)
    return {"pleas": pleas.pleas_for(case, revealed=revealed, splits=splits, most=pleas.MOST_SHOWN)}


def _history(case: Case, _officer: Officer, revealed: bool) -> dict[str, Any]:
    return {"events": timeline.lines(timeline.events_of(case, timeline.MOST_SHOWN), revealed=revealed)}


_MORE: dict[str, tuple[Any, str, Callable[[Case, Officer, bool], dict[str, Any]]]] = {
    "people": (gettext_lazy("Other cases of this phone or account"), "work/_beside.html", _people),
    "near": (gettext_lazy("Open cases nearby"), "work/_beside.html", _near),
    "thread": (gettext_lazy("All messages"), "work/_thread.html", _thread),
    "history": (gettext_lazy("What happened so far"), "work/_timeline.html", _history),
}


@officer_page
@require_GET
@vary_on_headers("HX-Request")
def more(request: OfficerRequest, reference: str, name: str) -> HttpResponse:
    """One of the lists; by itself for htmx, as a page without a script."""
    if name not in _MORE:
        raise Http404
    found = get_object_or_404(for_page(Case.objects.visible_to(request.user)), reference=in_address(reference))
    title, template, gather = _MORE[name]
    revealed = disclosures.look(found, request.user, timezone.now(), client_address(request))
    shown = gather(found, request.user, revealed) | {"case": found, "title": title, "part": template, "name": name}
    return render(request, template if request.htmx else "work/more.html", shown)
