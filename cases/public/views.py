"""Journey 7: the pages of the public door: home, ask for help, where is my case, and the type-ahead of places."""

import re
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods

from cases import feedback
from cases.intake import entry
from cases.models import Message
from cases.public import figures, steps, whitelist
from cases.public.forms import AskForm, DigitsForm, LookUpForm
from districts.search import PlaceSuggestion, suggest_places
from helpdesk.throttle import Throttle

# Many phones of one mobile operator share an address, so these are generous for people and hopeless for guessing.
LOOK_UPS = Throttle("status", per_minute=30)
PLEAS = Throttle("ask", per_minute=20)
SUGGESTIONS = Throttle("places", per_minute=240)
_UNKNOWN_COSTS = 2
_LONGEST_TYPED = 80
_STOP_ASKING = 286
_KEPT_PRIVATE = cache_control(private=True, no_store=True)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Two doors, the helpline, live figures and the handles to write to; no query while the cache is warm."""
    page = {"figures": figures.figures(), "listeners": figures.listeners()}
    return render(request, "public/home.html", page)


@require_GET
@_KEPT_PRIVATE
def status(request: HttpRequest) -> HttpResponse:
    """Ask for the reference; ?reference=... leads to its page."""
    if "reference" not in request.GET:
        return unlisted(render(request, "public/status.html", {"form": LookUpForm(), "missing": "", "old_link": False}))
    form = LookUpForm(request.GET)
    if form.is_valid():
        return redirect("status_of", reference=form.cleaned_data["reference"])
    return unlisted(render(request, "public/status.html", {"form": form, "missing": "", "old_link": False}))


@require_GET
@_KEPT_PRIVATE
def status_of(request: HttpRequest, reference: str) -> HttpResponse:
    """Where one case stands, built from the whitelist only; htmx asks again for the part that moves."""
    if LOOK_UPS.is_spent(request):
        return too_many(request, reverse("status"))
    form = LookUpForm({"reference": reference})
    case = whitelist.find(form.cleaned_data["reference"]) if form.is_valid() else None
    if case is None:
        LOOK_UPS.spend(request, _UNKNOWN_COSTS)
        page = {"form": LookUpForm(initial={"reference": reference}), "missing": reference[:_LONGEST_TYPED]}
        page["old_link"] = False
        return unlisted(render(request, "public/status.html", page, status=HTTPStatus.NOT_FOUND))
    is_refresh = bool(request.htmx)  # type: ignore[attr-defined]
    if not is_refresh:  # a page left open asks twice a minute; that guesses nothing
        LOOK_UPS.spend(request)
    template = "public/_progress.html" if is_refresh else "public/case.html"
    # An answer of 286 tells htmx that there is nothing more to ask for.
    code = _STOP_ASKING if is_refresh and case.ended else HTTPStatus.OK
    return unlisted(render(request, template, case_page(case, is_new="new" in request.GET), status=code))


def case_page(case: whitelist.PublicCase, *, is_new: bool) -> dict[str, Any]:
    """What the page of one case shows; the question is asked of who can show that they gave a number."""
    now = timezone.now()
    asks = case.asks and case.ended_at is not None and now - case.ended_at <= feedback.LINK_HOLDS
    return {
        "answer_form": DigitsForm() if asks and feedback.has_number(case.reference) else None,
        "case": case,
        "said": whitelist.said(case.reference),
        "steps": steps.steps(case),
        "headline": steps.headline(case),
        "holder": whitelist.Holder(case.holder).label,
        "what_next": steps.what_next(case),
        "is_late": case.is_late(now),
        "is_new": is_new,
        "now": now,
    }


@require_GET
@_KEPT_PRIVATE
def status_json(request: HttpRequest, reference: str) -> HttpResponse:
    """The same whitelist for machines."""
    if LOOK_UPS.is_spent(request):
        return unlisted(JsonResponse({"error": "too_many"}, status=HTTPStatus.TOO_MANY_REQUESTS))
    form = LookUpForm({"reference": reference})
    case = whitelist.find(form.cleaned_data["reference"]) if form.is_valid() else None
    LOOK_UPS.spend(request, 1 if case else _UNKNOWN_COSTS)
    if case is None:
        return unlisted(JsonResponse({"error": "unknown"}, status=HTTPStatus.NOT_FOUND))
    return unlisted(JsonResponse(case.as_json()))


@require_http_methods(["GET", "POST"])
@_KEPT_PRIVATE
def ask(request: HttpRequest) -> HttpResponse:
    """The request form; sent twice it opens one case, and what was typed is never lost to an error."""
    form = AskForm(request.POST or None)
    if request.method != "POST":
        return render(request, "public/ask.html", {"form": form, "trouble": ""})
    if PLEAS.is_spent(request):
        page = {"form": form, "trouble": "spent"}
        return render(request, "public/ask.html", page, status=HTTPStatus.TOO_MANY_REQUESTS)
    if not form.is_valid():
        page = {"form": form, "trouble": "fields"}
        return render(request, "public/ask.html", page, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    PLEAS.spend(request)
    language = (get_language() or "hi")[:2]
    message = entry.from_web(text=form.plea(), given=form.given(), language=language, token=form.idempotency_token())
    return _thanks(message)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  Django passes it by name
    """Django's CSRF failure view: a form from an old page or without cookies. A plea's words come back, to be
    sent with one more press; `reason` is for the log, which Django writes itself."""
    page: dict[str, Any] = {"trouble": "stale", "back": request.path}
    if request.path != reverse("ask"):
        return render(request, "public/stale.html", page, status=HTTPStatus.FORBIDDEN)
    page["form"] = AskForm(request.POST)
    return render(request, "public/ask.html", page, status=HTTPStatus.FORBIDDEN)


def _thanks(message: Message) -> HttpResponseRedirect:
    """To the case's own page; where reading it has to wait, to a page that says so."""
    if message.case is None:
        return redirect("ask_sent", token=message.external_id)
    return redirect(reverse("status_of", args=[message.case.reference]) + "?new=1")


@require_GET
@_KEPT_PRIVATE
def ask_sent(request: HttpRequest, token: str) -> HttpResponse:
    """A plea that is stored and not read yet: no number so far, this page brings it as soon as there is one."""
    if LOOK_UPS.is_spent(request):
        return too_many(request, reverse("home"))
    message = Message.objects.filter(channel=Message.Channel.WEB, external_id=token).select_related("case").first()
    if message is None:
        LOOK_UPS.spend(request, _UNKNOWN_COSTS)
        page = {"form": LookUpForm(), "missing": "", "old_link": False}
        return unlisted(render(request, "public/status.html", page, status=HTTPStatus.NOT_FOUND))
    return _thanks(message) if message.case else unlisted(render(request, "public/sent.html"))


@require_GET
def place_suggest(request: HttpRequest) -> HttpResponse:
    """Places whose name begins like ?q=, JSON or (for htmx) a list; ?district= narrows it to one LGD code."""
    if not request.user.is_authenticated:  # a control room types through one address
        if SUGGESTIONS.is_spent(request):
            return JsonResponse({"results": []}, status=HTTPStatus.TOO_MANY_REQUESTS)
        SUGGESTIONS.spend(request)
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:_LONGEST_TYPED]
    code = request.GET.get("district", "")
    district = int(code) if re.fullmatch(r"[0-9]{1,9}", code) else None
    found = suggest_places(typed, limit=8, district_id=district) if len(typed) > 1 else []
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "public/_places.html", {"places": found})
    hindi = get_language() == "hi"
    return JsonResponse({"results": [_suggestion(place, hindi) for place in found]})


def _suggestion(place: PlaceSuggestion, hindi: bool) -> dict[str, Any]:
    return {
        "choice": f"{place.level}:{place.key}",
        "label": place.label_hi if hindi and place.label_hi else place.label,
        "within": place.district_name,
        "district": place.district_id,
    }


def unlisted(response: HttpResponse) -> HttpResponse:
    """Keep it out of search engines."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def too_many(request: HttpRequest, back: str) -> HttpResponse:
    """Politely to wait a minute; `back` is where to try again."""
    page = {"back": back}
    response = render(request, "public/too_many.html", page, status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = "60"
    return unlisted(response)
