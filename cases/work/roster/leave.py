"""Journey 4: leave with a replacement, and what becomes of the open cases the officer holds."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cases import access
from cases.access import Act
from cases.actions import MoveRefused, perform
from cases.models import Case
from cases.work.gate import OfficerRequest, officer_page
from cases.work.roster.forms import LeaveForm, open_cases_of
from cases.workflow import Move
from districts.models import Leave, Officer


def _keeper(request: OfficerRequest) -> Officer:
    if not access.does(request.user, Act.KEEP_ROSTER):
        raise PermissionDenied
    return request.user


def kept_leaves(keeper: Officer) -> QuerySet[Leave]:
    """Leave of the officers below, from a month ago on."""
    below = access.officers_below(keeper).order_by().values("pk")
    return Leave.objects.filter(Q(officer__in=below)).select_related("officer", "replacement")


@officer_page
def leaves(request: OfficerRequest) -> HttpResponse:
    """Whoever is or will be on leave, and the form for one more."""
    keeper = _keeper(request)
    form = LeaveForm(request.POST or None, keeper=keeper)
    if request.method == "POST" and form.is_valid():
        leave = form.save()
        messages.success(request, _("Saved."))
        return redirect("roster_leave", leave_id=leave.pk)
    found = kept_leaves(keeper).filter(until_date__gte=timezone.localdate())[:200]
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "roster/leaves.html", {"form": form, "leaves": found}, status=status)


@officer_page
def leave(request: OfficerRequest, leave_id: int) -> HttpResponse:
    """One leave: change it; the open cases the officer holds, to be handed over."""
    keeper = _keeper(request)
    found = get_object_or_404(kept_leaves(keeper), pk=leave_id)
    cases = open_cases_of(found.officer, keeper)
    form = LeaveForm(request.POST or None, instance=found, keeper=keeper)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("roster_leave", leave_id=found.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    shown = get_object_or_404(kept_leaves(keeper), pk=leave_id)  # as it is kept, whatever was typed
    return render(request, "roster/leave.html", {"form": form, "leave": shown, "cases": cases}, status=status)


@officer_page
@require_POST
def hand_over(request: OfficerRequest, leave_id: int) -> HttpResponse:
    """The officer's open cases to the replacement, each checked and recorded as a hand-over."""
    keeper = _keeper(request)
    found = get_object_or_404(kept_leaves(keeper).exclude(replacement=None), pk=leave_id)
    cases = open_cases_of(found.officer, keeper)
    refused = [case.reference for case in cases if not _handed_over(case, found, keeper)]
    done = len(cases) - len(refused)
    if done:
        words = ngettext("%(n)d case handed over.", "%(n)d cases handed over.", done)
        messages.success(request, words % {"n": done})
    if refused:
        messages.error(request, _("Not handed over: %(cases)s") % {"cases": ", ".join(refused)})
    return redirect("roster_leave", leave_id=found.pk)


def _handed_over(case: Case, leave: Leave, keeper: Officer) -> bool:
    try:
        perform(Move.HAND_OVER, case_id=case.pk, actor=keeper, note=_("On leave."), to=leave.replacement)
    except (MoveRefused, Case.DoesNotExist):
        return False
    return True


@officer_page
@require_POST
def cancel(request: OfficerRequest, leave_id: int) -> HttpResponse:
    """The officer is there after all; the row's history stays."""
    get_object_or_404(kept_leaves(_keeper(request)), pk=leave_id).delete()
    messages.success(request, _("The leave is cancelled."))
    return redirect("roster_leaves")
