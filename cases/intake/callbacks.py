"""Journey 1: the page of missed calls: who waits to be called back, claimed by one operator at a time."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from zlib import crc32

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from cases import missed_calls
from cases.intake.forms import MissedListForm
from cases.intake.missed_list import read_list
from cases.intake.views import takes_calls
from districts.models import Officer
from helpdesk.throttle import client_address

_MOST_NAMED = 20  # lines of a list that are named as left out


@require_GET
@takes_calls
def missed(request: HttpRequest, *, officer: Officer) -> HttpResponse:
    """The list; asked by htmx with ?seen= it answers only when something changed."""
    page = _page(officer, request.GET.get("newest", ""))
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "intake/missed_calls.html", page | {"form": MissedListForm()})
    if request.GET.get("seen") == page["seen"]:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return render(request, "intake/_missed.html", page | {"alone": True})


def _page(officer: Officer, newest: str = "") -> dict[str, Any]:
    """`seen` differs as soon as the list would look different; `arrived` are those after the newest seen before."""
    lines = missed_calls.lines(officer, timezone.now())
    total = missed_calls.waiting_for(officer).count() if len(lines) == missed_calls.SHOWN else len(lines)
    looks = [(line.call.pk, line.call.rings, line.call.tries, line.stand, line.open_cases) for line in lines]
    last = int(newest) if newest.isascii() and newest.isdigit() and len(newest) < 19 else None
    return {
        "lines": lines,
        "total": total,
        "seen": f"{crc32(repr((total, looks)).encode()):x}",
        "newest": max((line.call.pk for line in lines), default=last or 0),
        "arrived": 0 if last is None else sum(line.call.pk > last for line in lines),
    }


@require_POST
@takes_calls
def claim(request: HttpRequest, *, officer: Officer, call_id: int) -> HttpResponse:
    """From now on this officer calls, and nobody else; the number is shown, which is logged."""
    claimed = missed_calls.claim(call_id, officer=officer, at=timezone.now(), address=client_address(request))
    if claimed is None:
        messages.warning(request, _("Another operator is calling this number, or it is settled already."))
        return redirect("missed_calls")
    return redirect(f"{reverse('missed_calls')}#call-{call_id}")


def _reached(call_id: int, officer: Officer) -> str:
    """The claim stays until the call is saved."""
    if missed_calls.held_by(officer, call_id, timezone.now()) is None:
        return ""
    return f"{reverse('telephone')}?missed={call_id}"


def _no_answer(call_id: int, officer: Officer) -> str:
    return reverse("missed_calls") if missed_calls.no_answer(call_id, officer=officer, at=timezone.now()) else ""


def _finish(call_id: int, officer: Officer) -> str:
    return reverse("missed_calls") if missed_calls.finish(call_id, officer=officer, at=timezone.now()) else ""


def _give_back(call_id: int, officer: Officer) -> str:
    return reverse("missed_calls") if missed_calls.give_back(call_id, officer=officer) else ""


# Each leads to the next page, or to '' when the officer does not hold the call any more.
OUTCOMES: dict[str, Callable[[int, Officer], str]] = {
    "reached": _reached,
    "no-answer": _no_answer,
    "wrong-number": _finish,
    "nothing-needed": _finish,
    "give-back": _give_back,
}


@require_POST
@takes_calls
def settle(request: HttpRequest, *, officer: Officer, call_id: int, outcome: str) -> HttpResponse:
    """How the call-back went."""
    if outcome not in OUTCOMES:
        raise Http404
    following = OUTCOMES[outcome](call_id, officer)
    if not following:
        messages.warning(request, _("You did not hold this call any more: nothing was changed."))
    return redirect(following or "missed_calls")


@require_POST
@takes_calls
def take_list(request: HttpRequest, *, officer: Officer) -> HttpResponse:
    """An exchange's list, pasted or as a file; the same list twice changes nothing."""
    form = MissedListForm(request.POST, request.FILES)
    if form.is_valid():
        found = read_list(form.cleaned_data["list"], timezone.now())
        done = missed_calls.record(found.rings, officer=officer)
        if found.rings:
            new = ngettext("%(count)d number now waits.", "%(count)d numbers now wait.", done.new) % {"count": done.new}
            told = {"again": done.again, "known": done.known}
            known = _("Rang again: %(again)d. Known already: %(known)d.") % told
            messages.success(request, f"{new} {known}")
        if not found.left_out:
            return redirect("missed_calls")
        form.add_error("pasted", _left_out(found.left_out))
    page = _page(officer) | {"form": form}
    return render(request, "intake/missed_calls.html", page, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _left_out(numbers: list[int]) -> str:
    named = ", ".join(map(str, numbers[:_MOST_NAMED])) + (" …" if len(numbers) > _MOST_NAMED else "")
    return _("Left out, because no number can be read or the time is not of the last week: line %(lines)s.") % {
        "lines": named
    }
