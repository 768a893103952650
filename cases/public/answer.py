"""Journey 7: has help come? The requester's yes or no, by the link that was sent or the last digits of the phone."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST

from cases import feedback
from cases.models import Case, Feedback
from cases.public import whitelist
from cases.public.forms import DigitsForm, LookUpForm, YesNoForm
from cases.public.views import case_page, too_many, unlisted
from helpdesk.throttle import Throttle

ANSWERS = Throttle("answer", per_minute=20)
_FALSE_LINK_COSTS = 4
_KEPT_PRIVATE = cache_control(private=True, no_store=True)


@require_http_methods(["GET", "POST"])
@_KEPT_PRIVATE
def by_link(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """Two big buttons for who was sent the link; looking at them changes nothing."""
    if ANSWERS.is_spent(request):
        return too_many(request, request.path)
    case = feedback.case_called(reference) if feedback.is_true(reference, token) else None
    if case is None:
        ANSWERS.spend(request, _FALSE_LINK_COSTS)
        return _no_such_link(request)
    ANSWERS.spend(request)
    form = YesNoForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        code = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return unlisted(render(request, "public/answer.html", _page(case, form), status=code))
    _take(case, form, Feedback.Way.LINK)
    return unlisted(redirect(request.path))


def _page(case: Case, form: YesNoForm) -> dict[str, Any]:
    shown = whitelist.public_case(case)
    return {"case": shown, "form": form, "question": feedback.question(case, timezone.now())}


def _take(case: Case, form: YesNoForm, way: Feedback.Way) -> None:
    """What cannot be answered any more is shown as it stands, with the helpline."""
    answers = form.cleaned_data
    try:
        feedback.answer(case, answers["helped"] == "yes", way, timezone.now(), answers["note"])
    except feedback.NotAsked:
        return


def _no_such_link(request: HttpRequest) -> HttpResponse:
    page = {"form": LookUpForm(), "missing": "", "old_link": True}
    return unlisted(render(request, "public/status.html", page, status=HTTPStatus.NOT_FOUND))


@require_POST
@_KEPT_PRIVATE
def by_digits(request: HttpRequest, reference: str) -> HttpResponse:
    """From the status page, for who knows the number that was given; then the same page as by the link."""
    if ANSWERS.is_spent(request):
        return too_many(request, request.path.removesuffix("answer/"))
    ANSWERS.spend(request)
    look_up = LookUpForm({"reference": reference})
    case = feedback.case_called(look_up.cleaned_data["reference"]) if look_up.is_valid() else None
    if case is None:
        page = {"form": LookUpForm(), "missing": reference[:80], "old_link": False}
        return unlisted(render(request, "public/status.html", page, status=HTTPStatus.NOT_FOUND))
    form = DigitsForm(request.POST)
    if form.is_valid() and _is_theirs(case, form):
        _take(case, form, Feedback.Way.PAGE)
        return unlisted(redirect("answer_by_link", reference=case.reference, token=feedback.token(case.reference)))
    page = case_page(whitelist.public_case(case), is_new=False) | {"answer_form": form}
    return unlisted(render(request, "public/case.html", page, status=HTTPStatus.UNPROCESSABLE_ENTITY))


def _is_theirs(case: Case, form: DigitsForm) -> bool:
    """Whether the digits are those of a number given; what is wrong is said beside the field."""
    tried = feedback.try_digits(case, form.cleaned_data["digits"])
    if tried == feedback.Tried.WRONG:
        form.add_error("digits", _("These are not the last digits of the number we have. Check them."))
    elif tried == feedback.Tried.LOCKED:
        form.add_error("digits", _("Too many wrong tries. Use the link in our SMS, or call us."))
    elif tried == feedback.Tried.LOCKED_TODAY:
        form.add_error(
            "digits",
            _("Ten tries in a day are all that we take. Try again tomorrow, use the link in our SMS, or call us."),
        )
    return tried == feedback.Tried.RIGHT
