"""Journey 4: what is offered in the officer's reach: to be verified by telephone, and marked when it is used up."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases import access, offers
from cases.actions import MoveRefused
from cases.models import Need, Offer
from cases.work.case_page import offered
from cases.work.gate import OfficerRequest, officer_page


@officer_page
@require_GET
def offer_list(request: OfficerRequest) -> HttpResponse:
    """What stands on offer now, newest first; of one need where the address names it."""
    needs = list(Need.objects.filter(is_active=True))
    need = next((one for one in needs if one.pk == request.GET.get("need")), None)
    found = offers.standing(request.user, timezone.now(), need.pk if need else "")
    page = {"offers": [offered(one, needs, request.user) for one in found], "needs": needs, "chosen": need}
    return render(request, "work/offers.html", page | {"settles": access.may_settle_offers(request.user)})


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
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else "offers", permanent=False)
