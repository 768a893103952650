"""The collector's office, pages around the reviews: my decisions, what is in store, who gets the sheets."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import access
from cases.access import Act
from cases.escalation.doors import for_who_may
from cases.models import Decision, ReviewRecipient, Stock, SupplyKind
from cases.reports.review import decisions
from cases.reports.review.forms import DoneForm, RecipientForm, StockForm
from cases.reports.review.places import districts_below, held_by, here, keys_of, place_of
from cases.reports.review.views import held_place, reader_of
from cases.reports.scopes import Level, Scope
from cases.workflow import Move


@never_cache
@login_required
@require_safe
def my_decisions(request: HttpRequest) -> HttpResponse:
    """What reviews gave the officer to do, the soonest due first; what was done stays a while."""
    undone, done = decisions.mine(reader_of(request))
    shown = {"undone": undone, "done": done, "now": timezone.now(), "done_form": DoneForm(auto_id=False)}
    shown |= {"may_tick": access.may_somewhere(reader_of(request), Move.NOTE)}
    return render(request, "reports/review/mine.html", shown)


@never_cache
@login_required
@require_POST
def decision_done(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Tick it off, with a word on what was done."""
    officer = reader_of(request)
    if not access.may_somewhere(officer, Move.NOTE):  # auditors, and who is posted nowhere any more
        raise PermissionDenied(_("Your posting does not allow this."))
    found = get_object_or_404(Decision.objects.filter(decisions.may_tick(officer)), pk=decision_id)
    form = DoneForm(request.POST, auto_id=False)
    if not form.is_valid():
        return _one(request, found, form)
    if decisions.tick_off(found, form.cleaned_data["note"], by=officer, at=timezone.now()):
        messages.success(request, _("Done. It stands so on the next sheet."))
    else:
        messages.warning(request, _("It was ticked off already."))
    return _back(request, found)


def _one(request: HttpRequest, found: Decision, form: DoneForm) -> HttpResponse:
    """The decision by itself, with what was wrong beside the field."""
    shown = {"decision": found, "done_form": form, "now": timezone.now(), "back": request.POST.get("back", "")}
    return render(request, "reports/review/decision.html", shown, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_POST
@for_who_may(Act.HOLD_REVIEW)
def decision_reopen(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Not done after all: it is open again and stands on the next sheet."""
    rows = Decision.objects.filter(held_by(reader_of(request)), officer__isnull=False)
    found = get_object_or_404(rows, pk=decision_id)
    if decisions.take_back(found):
        messages.success(request, _("It is open again."))
    return _back(request, found)


def _back(request: HttpRequest, found: Decision) -> HttpResponse:
    """To the page it came from, if it is one of ours; a word alone would be taken for the name of a view."""
    back = request.POST.get("back", "")
    if not back.startswith("/") or not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("my_decisions")
    return HttpResponseRedirect(f"{back}#decision-{found.pk}")


@require_http_methods(["GET", "HEAD", "POST"])
@for_who_may(Act.HOLD_REVIEW)
def stock(request: HttpRequest) -> HttpResponse:
    """What is in store in a district: the last counts, and a form for new ones."""
    place = held_place(request)
    if place.level == Level.STATE:
        return render(request, "reports/review/stock.html", {"place": place, "districts": districts_below(place)})
    form = StockForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        count = _count(request, place, form)
        messages.success(request, ngettext("%(n)d number kept.", "%(n)d numbers kept.", count) % {"n": count})
        return redirect(f"{reverse('review_stock')}?place={place.text}")
    shown = {"place": place, "districts": None, "form": form, "lines": _lines(form, place)}
    return render(
        request, "reports/review/stock.html", shown, status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else 200
    )


def _count(request: HttpRequest, place: Scope, form: StockForm) -> int:
    at, keys = timezone.now(), keys_of(place)
    rows = [Stock(**keys, kind=kind, quantity=n, at=at, officer=reader_of(request)) for kind, n in form.counted()]
    return len(Stock.objects.bulk_create(rows))


def _lines(form: StockForm, place: Scope) -> list[tuple[Any, Stock | None]]:
    """Each field with what was counted last; one query by the index of district and kind."""
    of_kind = Stock.objects.filter(district=place.area, kind=OuterRef("pk")).order_by("-at", "-pk")
    newest = SupplyKind.objects.annotate(last=Subquery(of_kind.values("pk")[:1])).order_by().values("last")
    last = {row.kind_id: row for row in Stock.objects.filter(pk__in=newest).select_related("officer")}
    return [(form[kind.code], last.get(kind.code)) for kind in form.kinds]


@require_http_methods(["GET", "HEAD", "POST"])
@for_who_may(Act.HOLD_REVIEW)
def recipients(request: HttpRequest) -> HttpResponse:
    """Who gets the sheets of a place by e-mail."""
    place = held_place(request)
    form = RecipientForm(request.POST or None, place=place)
    if request.method == "POST" and form.is_valid():
        messages.success(request, _("%(address)s gets the next sheet.") % {"address": form.keep().address})
        return redirect(f"{reverse('review_recipients')}?place={place.text}")
    listed = ReviewRecipient.objects.filter(here(place), is_active=True).order_by("address")
    shown = {"place": place, "form": form, "listed": list(listed)}
    return render(
        request, "reports/review/recipients.html", shown, status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else 200
    )


@require_POST
@for_who_may(Act.HOLD_REVIEW)
def recipient_off(request: HttpRequest, recipient_id: int) -> HttpResponse:
    """Off the list; entering the address again puts it back."""
    found = get_object_or_404(ReviewRecipient.objects.filter(held_by(reader_of(request))), pk=recipient_id)
    found.is_active = False
    found.save()
    messages.success(request, _("%(address)s gets no more sheets.") % {"address": found.address})
    return redirect(f"{reverse('review_recipients')}?place={place_of(found).text}")
