"""Journey 4: names that pleas taught: offered on the case page, accepted or declined on a page of their own."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases import access, aliases
from cases.actions import MoveRefused
from cases.models import AliasOffer, Case
from cases.references import in_address
from cases.work.case_page import for_page, page_of
from cases.work.gate import OfficerRequest, officer_page

_DECIDED_SHOWN = 50


@officer_page
@require_GET
def names(request: OfficerRequest) -> HttpResponse:
    """What waits for a decision, then what was decided lately."""
    if not access.may_take_calls(request.user):
        raise PermissionDenied
    reach = aliases.in_reach(request.user)
    waiting = aliases.listed(reach.filter(decided_at=None))
    decided = aliases.listed(reach.filter(decided_at__isnull=False).order_by("-decided_at")[:_DECIDED_SHOWN])
    return render(request, "work/names.html", {"waiting": waiting, "decided": decided})


@officer_page
@require_POST
def decide_name(request: OfficerRequest, offer_id: int, answer: str) -> HttpResponse:
    """Accept or decline; the latter also takes an accepted name back."""
    if answer not in ("accept", "decline"):
        raise Http404
    try:
        offer = aliases.decide(offer_id=offer_id, accept=answer == "accept", officer=request.user, at=timezone.now())
    except AliasOffer.DoesNotExist as gone:
        raise Http404 from gone
    except MoveRefused as refused:
        raise PermissionDenied from refused
    said = _("Learnt: “%(name)s”.") if answer == "accept" else _("“%(name)s” is not used as a name.")
    messages.success(request, said % {"name": offer.spelling})
    return redirect("names")


@officer_page
@require_POST
def teach_name(request: OfficerRequest, reference: str) -> HttpResponse:
    """Words of this plea become (or are offered as) a name of the case's place."""
    case = get_object_or_404(for_page(Case.objects.visible_to(request.user)), reference=in_address(reference))
    try:
        offer = aliases.offer(
            case=case, spelling=request.POST.get("spelling", ""), officer=request.user, at=timezone.now()
        )
    except MoveRefused as refused:
        if refused.code == "not_permitted":
            raise PermissionDenied from refused
        page = page_of(case, request.user)
        page.teaching.error, page.teaching.typed = refused.message, request.POST.get("spelling", "")
        return render(
            request,
            "work/_case.html" if request.htmx else "work/case.html",
            {"page": page, "case": case},
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
        )
    if not request.htmx:
        learnt = offer.state == AliasOffer.State.ACCEPTED
        said = _("Learnt: “%(name)s”.") if learnt else _("Offered: “%(name)s”. The control room decides.")
        messages.success(request, said % {"name": offer.spelling})
        return redirect("case", reference=case.reference)
    return render(request, "work/_case.html", {"page": page_of(case, request.user), "case": case})
