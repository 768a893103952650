"""Journey 5: the page of what could not be sent."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases.models import Notice
from cases.notify import unsent
from cases.notify.gate import sees_outbox
from districts.models import Officer


@require_GET
@sees_outbox
def outbox(request: HttpRequest, *, officer: Officer) -> HttpResponse:
    """Failed and unsure notices with the reason, and the gateways' health for who keeps them."""
    gateways = unsent.gateways(officer)
    page: dict[str, Any] = {
        "lines": unsent.unsent(officer, timezone.now()),
        "overtaken": unsent.overtaken(officer, timezone.now()),
        "gateways": [(one, unsent.rests_now(one)) for one in gateways or []],
        "keeps_gateways": gateways is not None,
    }
    return render(request, "notify/outbox.html", page)


@require_POST
@sees_outbox
def settle_notice(request: HttpRequest, *, officer: Officer, notice_id: int, how: str) -> HttpResponse:
    """Try again, or note that it was told by telephone."""
    if how not in _WAYS:
        raise Http404
    notice = get_object_or_404(unsent.in_reach(officer), pk=notice_id)
    said, settle = _WAYS[how]
    if settle(notice, officer, timezone.now()):
        messages.success(request, said())
    else:
        messages.warning(request, _("Somebody was quicker, or it is too late for that."))
    return redirect("outbox")


def _again(notice: Notice, _officer: Officer, at: datetime) -> bool:
    return unsent.try_again(notice, at)


_WAYS: dict[str, tuple[Callable[[], str], Callable[[Notice, Officer, datetime], bool]]] = {
    "again": (lambda: _("It is sent once more."), _again),
    "told": (lambda: _("Noted: told by telephone."), unsent.told_by_telephone),
}
