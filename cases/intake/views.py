"""Journey 1: the control room's pages: a call, a pasted post, the handles' health, and what could not be read."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases import access
from cases.intake import entry, failed
from cases.intake.fields import ten_digits
from cases.intake.forms import PasteForm, TelephoneForm
from cases.intake.health import handles_health
from cases.models import Case, Message
from districts.models import Officer

EARLIER_SHOWN = 5


def takes_calls(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only for officers who enter calls and pasted posts; passes the officer on as a keyword."""

    @login_required
    @wraps(view)
    def checked(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        officer = request.user
        if not isinstance(officer, Officer) or not access.may_take_calls(officer):
            raise PermissionDenied
        return view(request, officer=officer, **kwargs)

    return checked


@require_http_methods(["GET", "POST"])
@takes_calls
def telephone(request: HttpRequest, *, officer: Officer) -> HttpResponse:
    """Number first, then the plea; 'look_up' shows the number's earlier cases and saves nothing."""
    if request.method != "POST":
        own = next((posting.district_id for posting in access.postings(officer) if posting.district_id), None)
        return render(
            request, "intake/telephone.html", {"form": TelephoneForm(initial={"district": own}), "earlier": None}
        )
    if "look_up" in request.POST:
        return _looked_up(request, officer)
    form = TelephoneForm(request.POST)
    if not form.is_valid():
        earlier = _earlier_cases(officer, request.POST.get("phone", ""))
        page = {"form": form, "earlier": earlier}
        return render(request, "intake/telephone.html", page, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    message = entry.from_telephone(
        text=form.plea(), given=form.given(), officer=officer, token=form.idempotency_token()
    )
    return redirect("telephone_saved", message_id=message.pk)


def _looked_up(request: HttpRequest, officer: Officer) -> HttpResponse:
    """Without scripts the whole page comes back with what was typed; htmx takes the list alone."""
    earlier = _earlier_cases(officer, request.POST.get("phone", ""))
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "intake/_earlier.html", {"earlier": earlier})
    typed = {name: value for name, value in request.POST.items() if name != "look_up"}
    return render(request, "intake/telephone.html", {"form": TelephoneForm(initial=typed), "earlier": earlier})


def _earlier_cases(officer: Officer, typed: str) -> list[Case] | None:
    """The newest cases of a number that the officer may see; None while it is no number."""
    try:
        number = ten_digits(typed)
    except ValidationError:
        return None
    known = Case.objects.visible_to(officer).filter(requester__phones__number=number)
    return list(known.for_cards().order_by("-pk")[:EARLIER_SHOWN])


@require_GET
@takes_calls
def telephone_saved(request: HttpRequest, *, officer: Officer, message_id: int) -> HttpResponse:
    """The reference, large, to be read to the caller."""
    taken = Message.objects.filter(channel=Message.Channel.PHONE, taken_by=officer)
    message = taken.select_related("case__need", "case__district", "case__block").filter(pk=message_id).first()
    if message is None:
        raise Http404
    return render(request, "intake/saved.html", {"message": message, "case": message.case})


@require_http_methods(["GET", "POST"])
@takes_calls
def paste(request: HttpRequest, *, officer: Officer) -> HttpResponse:
    """A post's address or a forwarded text becomes a message like any other."""
    form = PasteForm(request.POST or None, handles=failed.handles_of(officer).filter(is_active=True))
    if request.method != "POST":
        return render(request, "intake/paste.html", {"form": form})
    if form.is_valid():
        message = _taken_over(form, officer)
        if message is not None:
            return _tell(request, message, "paste")
    return render(request, "intake/paste.html", {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _taken_over(form: PasteForm, officer: Officer) -> Message | None:
    """The message, or None with the reason at the field (no such post, X does not answer)."""
    answers = form.cleaned_data
    try:
        return entry.from_paste(
            text_or_url=answers["pasted"], officer=officer, handle=answers["handle"], token=form.idempotency_token()
        )
    except ValidationError as refusal:
        form.add_error("pasted", refusal)
        return None


def _tell(request: HttpRequest, message: Message, back: str) -> HttpResponse:
    """To the case it opened or joined; else back, with what became of it."""
    if message.case is not None:
        messages.success(request, _("Saved. Case number %(reference)s.") % {"reference": message.case.reference})
        return redirect("case", reference=message.case.reference)
    said = {
        Message.State.FAILED: _("Saved, but it could not be read. It waits under “Not read”."),
        Message.State.STORED: _("Saved. It will be read in a moment."),
    }
    messages.warning(request, said.get(Message.State(message.state), _("Saved, and taken for no request for help.")))
    return redirect(back)


@require_GET
@takes_calls
def handles(request: HttpRequest, *, officer: Officer) -> HttpResponse:
    """Each handle: does it answer, when did it last, what was spent today."""
    seen = set(failed.handles_of(officer).values_list("pk", flat=True))
    known = [one for one in handles_health(timezone.now()) if one.handle.pk in seen]
    return render(request, "intake/handles.html", {"handles": known, "alarms": sum(one.alarm for one in known)})


@require_GET
@takes_calls
def unread(request: HttpRequest, *, officer: Officer) -> HttpResponse:
    """What could not be read, and what was taken for no request."""
    page = {"failed": failed.failed(officer), "not_requests": failed.not_requests(officer)}
    return render(request, "intake/failed.html", page)


@require_POST
@takes_calls
def try_again(request: HttpRequest, *, officer: Officer, message_id: int) -> HttpResponse:
    """Read a failed message once more."""
    return _done(request, failed.try_again, message_id, officer)


@require_POST
@takes_calls
def open_after_all(request: HttpRequest, *, officer: Officer, message_id: int) -> HttpResponse:
    """Open a case from what was taken for no request."""
    return _done(request, failed.open_after_all, message_id, officer)


def _done(
    request: HttpRequest, act: Callable[[int, Officer], Message], message_id: int, officer: Officer
) -> HttpResponse:
    try:
        message = act(message_id, officer)
    except Message.DoesNotExist as error:
        raise Http404 from error
    return _tell(request, message, "failed_messages")
