"""Journey 4c, the page of promised times and the ladder; a change holds for cases that open from then on."""

from http import HTTPStatus
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.access import Act
from cases.escalation import timetable
from cases.escalation.doors import for_who_may
from cases.escalation.timetable import Area, TimesForm
from cases.models import Need
from cases.workflow import Urgency
from districts.models import Officer


@require_safe
@for_who_may(Act.SET_CLOCK)
def clock(request: HttpRequest) -> HttpResponse:
    """The times of an area: ?district=, ?need=; without them those of the own district, or the defaults."""
    return _page(request, _area(request, request.GET))


@require_POST
@for_who_may(Act.SET_CLOCK)
def save(request: HttpRequest) -> HttpResponse:
    """The times of one urgency."""
    area, urgency = _area(request, request.POST), request.POST.get("urgency", "")
    form = TimesForm(urgency if urgency in Urgency.values else Urgency.CRITICAL, request.POST)
    if not form.is_valid():
        return _page(request, area, form)
    timetable.save(area, form)
    messages.success(request, _("Saved. Cases that are open keep the times they were promised."))
    return redirect(_address(area))


@require_POST
@for_who_may(Act.SET_CLOCK)
def inherit(request: HttpRequest) -> HttpResponse:
    """Give up the area's own times."""
    area = _area(request, request.POST)
    timetable.take_from_above(area)
    messages.success(request, _("Done. Cases that are open keep the times they were promised."))
    return redirect(_address(area))


def _area(request: HttpRequest, asked: QueryDict) -> Area:
    """What was asked for, if the officer may set it: nobody sees or sets another district's times."""
    officer = cast(Officer, request.user)
    own = timetable.districts_of(officer)
    code, need = asked.get("district", ""), Need.objects.filter(pk=asked.get("need", "")).first()
    if not code:
        may = timetable.sets_defaults(officer)
        if not may and not own:
            raise PermissionDenied
        return Area(None if may else own[0], need)
    for district in own:
        if str(district.pk) == code:
            return Area(district, need)
    raise PermissionDenied(_("Your posting does not allow this."))


def _address(area: Area) -> str:
    query = QueryDict(mutable=True)
    if area.district:
        query["district"] = str(area.district.pk)
    if area.need:
        query["need"] = area.need.pk
    return f"{reverse('clock')}?{query.urlencode()}"


def _page(request: HttpRequest, area: Area, wrong: TimesForm | None = None) -> HttpResponse:
    officer = cast(Officer, request.user)
    forms = [wrong if wrong and wrong.urgency == form.urgency else form for form in timetable.forms_of(area)]
    shown = {
        "area": area,
        "forms": forms,
        "has_own": area.has_own,
        "districts": timetable.districts_of(officer),
        "sets_defaults": timetable.sets_defaults(officer),
        "needs": Need.objects.filter(is_active=True),
        "changes": timetable.history(area),
    }
    return render(
        request, "escalation/clock.html", shown, status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    )
