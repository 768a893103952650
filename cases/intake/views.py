"""Journey 1: the control room's pages: a call, a pasted post, the handles' health, and what could not be read."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases import access, missed_calls
from cases.intake import callers, entry, failed
from cases.intake.forms import CalledAgainForm, PasteForm, TelephoneForm
from cases.intake.health import handles_health
from cases.models import Case, Message, MissedCall
from cases.references import in_address
from districts.models import Officer
from districts.search import PlaceSuggestion, suggest_places

PLACES = 8


def takes_calls(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only for officers who enter calls and pasted posts; passes the officer on as a keyword."""

    @never_cache  # numbers stand on these pages
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
    """Number first, then the plea; 'look_up' shows who that is and saves nothing, 'about' adds to an earlier case."""
    if request.method != "POST":
        return _called_back(request, officer)
    if "look_up" in request.POST or "use_place" in request.POST:
        return _looked_up(request, officer)
    if "about" in request.POST:
        return _about(request, officer)
    form = TelephoneForm(request.POST, own=_own_district(officer))
    if not form.is_valid():
        return _screen(request, officer, form, request.POST.get("phone", ""), HTTPStatus.UNPROCESSABLE_ENTITY)
    message = entry.from_telephone(
        text=form.plea(), given=form.given(), officer=officer, token=form.idempotency_token()
    )
    return redirect("telephone_saved", message_id=message.pk)


def _own_district(officer: Officer) -> int | None:
    held = access.places_of(officer, access.Act.TAKE_CALLS)
    return next((posting.district_id for posting in held if posting.district_id), None)


def _screen(
    request: HttpRequest, officer: Officer, form: TelephoneForm, number: str, status: int = HTTPStatus.OK
) -> HttpResponse:
    page = {"form": form, "caller": callers.caller(officer, number, timezone.now()), "officer": officer}
    return render(request, "intake/telephone.html", page, status=status)


def _called_back(request: HttpRequest, officer: Officer) -> HttpResponse:
    """An empty screen, or one for the missed call that the officer has claimed; no number stands in an address."""
    asked = request.GET.get("missed", "")
    key = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
    held = missed_calls.held_by(officer, key, timezone.now()) if key else None
    number = held.number if held else ""
    return _screen(request, officer, TelephoneForm(own=_own_district(officer), initial={"phone": number}), number)


def _looked_up(request: HttpRequest, officer: Officer) -> HttpResponse:
    """Without scripts the whole page comes back with what was typed; htmx takes what is known of the caller alone."""
    number = request.POST.get("phone", "")
    if request.htmx:  # type: ignore[attr-defined]
        page = {"caller": callers.caller(officer, number, timezone.now()), "officer": officer, "alone": True}
        return render(request, "intake/_earlier.html", page)
    typed: dict[str, Any] = {
        name: value for name, value in request.POST.items() if name not in ("look_up", "use_place")
    }
    if "use_place" in request.POST:
        known = callers.caller(officer, number, timezone.now())
        last = known.last_place if known else None
        typed |= {"place_text": last.text, "place_choice": last.choice, "district": last.district} if last else {}
    return _screen(request, officer, TelephoneForm(initial=typed, own=_own_district(officer)), number)


def _about(request: HttpRequest, officer: Officer) -> HttpResponse:
    """The caller has a case: what was said is added to it."""
    case = get_object_or_404(Case.objects.visible_to(officer), reference=in_address(request.POST["about"]))
    form = CalledAgainForm(request.POST)
    if form.is_valid():
        try:
            said = {"text": form.cleaned_data["text"], "given": form.given()}
            token = form.idempotency_token(case.reference)
            message = entry.called_again(case=case, officer=officer, token=token, **said)
            return redirect("telephone_saved", message_id=message.pk)
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
    whole = TelephoneForm(request.POST, own=_own_district(officer))
    return _screen(request, officer, whole, request.POST.get("phone", ""), HTTPStatus.UNPROCESSABLE_ENTITY)


@require_GET
@takes_calls
def telephone_places(request: HttpRequest, *, officer: Officer) -> JsonResponse:
    """Places whose name begins like ?q= or comes near it, those of the own district first, each with its block."""
    typed = request.GET.get("q", "").replace("\x00", "").strip()
    found = suggest_places(typed, limit=PLACES, near=_own_district(officer)) if len(typed) > 1 else []
    return JsonResponse({"results": [_suggestion(place) for place in found]})


def _suggestion(place: PlaceSuggestion) -> dict[str, Any]:
    hindi = get_language() == "hi"
    block = _("Block %(block)s") % {"block": place.block_name} if place.block_name and place.level != "block" else ""
    kind = _("block") if place.level == "block" else block
    return {
        "choice": f"{place.level}:{place.key}",
        "label": place.label_hi if hindi and place.label_hi else place.label,
        "within": ", ".join(filter(None, [kind, place.district_name])),
        "district": place.district_id,
    }


@require_GET
@takes_calls
def telephone_saved(request: HttpRequest, *, officer: Officer, message_id: int) -> HttpResponse:
    """The reference, large, and what to say to the caller."""
    taken = Message.objects.filter(channel=Message.Channel.PHONE, taken_by=officer)
    cases = ("case__need", "case__state", "case__district", "case__block", "case__place", "case__officer")
    message = taken.select_related(*cases, "case__joined_to").filter(pk=message_id).first()
    if message is None:
        raise Http404
    told = callers.to_tell(message.case, timezone.now()) if message.case else []
    settled = MissedCall.objects.filter(message=message).exists()
    page = {"message": message, "case": message.case, "told": told, "settled": settled}
    page["about"] = "case" in (message.raw.get("given") or {})
    return render(request, "intake/saved.html", page)


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
