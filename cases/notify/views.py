"""Journey 5: an officer's own page: notices on the desk, channels, quiet hours, a test."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.models import Channel
from cases.notify import inbox
from cases.notify.forms import ChannelsForm
from cases.notify.gate import officer_only
from districts.models import Officer


@require_http_methods(["GET", "POST"])
@officer_only
def my_notices(request: HttpRequest, *, officer: Officer) -> HttpResponse:
    """What the officer was told, unseen first; below it by which channels, and when not."""
    served = inbox.channels_served(officer)
    form = ChannelsForm(request.POST or None, officer=officer, served=served)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("my_notices")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "notify/my_notices.html", _page(officer, form), status=status)


@require_POST
@officer_only
def see_all(_request: HttpRequest, *, officer: Officer) -> HttpResponse:
    """Nothing on the list is new any more."""
    inbox.see_all(officer, timezone.now())
    return redirect("my_notices")


@require_GET
@officer_only
def open_notice(_request: HttpRequest, *, officer: Officer, notice_id: int) -> HttpResponse:
    """On to what it is about; it is seen with that."""
    notice = get_object_or_404(inbox.on_desk(officer).select_related("case"), pk=notice_id)
    inbox.on_desk(officer).filter(pk=notice_id, seen_at=None).update(seen_at=timezone.now())
    if notice.case is not None:
        return redirect("case", reference=notice.case.reference)
    return redirect(inbox.without_link(notice)[1] or "my_notices")


@require_POST
@officer_only
def send_test(request: HttpRequest, *, officer: Officer, channel: str) -> HttpResponse:
    """Try one channel; what came of it stands on the page a moment later."""
    if channel != Channel.PUSH and channel not in inbox.channels_served(officer):
        raise Http404
    if inbox.send_test(officer, channel, timezone.now()):
        messages.success(request, _("A test is on its way."))
    else:
        messages.warning(request, _("A test was sent a moment ago. Wait a minute."))
    return redirect("my_notices")


def _page(officer: Officer, form: ChannelsForm) -> dict[str, Any]:
    latest = inbox.latest(officer)
    return {
        "form": form,
        "notices": [(notice, inbox.without_link(notice)[0]) for notice in latest],
        "unseen": sum(notice.seen_at is None for notice in latest),
        "browsers": inbox.browsers(officer),
        "test": inbox.last_test(officer),
    }
