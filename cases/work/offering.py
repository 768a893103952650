"""Journey 4: what is offered in the officer's reach: to be verified by telephone, and marked when it is used up."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases import disclosures, offers
from cases.actions import MoveRefused
from cases.models import Need, Offer
from cases.work.gate import OfficerRequest, officer_page
from cases.work.offered import offered
from helpdesk.throttle import client_address


@officer_page
@require_GET
def offer_list(request: OfficerRequest) -> HttpResponse:
    """What stands on offer now, newest first; of one need where the address names it."""
    needs = list(Need.objects.filter(is_active=True))
    need = next((one for one in needs if one.pk == request.GET.get("need")), None)
    now = timezone.now()
    found = offers.standing(request.user, now, need.pk if need else "")
    page = {"offers": offered(found, needs, request.user, now), "needs": needs, "chosen": need}
    return render(request, "work/offers.html", page | {"back": request.get_full_path()})


@officer_page
@require_POST
def reveal_offer(request: OfficerRequest, offer_id: int) -> HttpResponse:
    """Who offers, for some hours; that it was shown is written down first."""
    now, back = timezone.now(), _back(request)
    found = offers.find(request.user, offer_id, now)
    if found is None:
        raise Http404
    if not disclosures.reveal_offer(found, request.user, now, client_address(request)):
        raise PermissionDenied
    if not request.htmx:
        return redirect(f"{back}#offer-{found.pk}", permanent=False)
    needs = list(Need.objects.filter(pk__in=found.needs))
    (one,) = offered([found], needs, request.user, now)
    return render(request, "work/_offer.html", {"one": one, "back": back})


@officer_page
@require_POST
def settle_offer(request: OfficerRequest, offer_id: int, standing: str) -> HttpResponse:
    """Verified, used up, or not true; back to the page the button stood on."""
    try:
        offers.settle(offer_id=offer_id, to=standing, officer=request.user, at=timezone.now())
    except Offer.DoesNotExist as gone:
        raise Http404 from gone
    except MoveRefused as refused:
        if refused.code == "not_permitted":
            raise PermissionDenied from refused
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Saved."))
    return redirect(_back(request), permanent=False)


def _back(request: OfficerRequest) -> str:
    """The page the button stood on; never another site's."""
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if safe else reverse("offers")
