"""The collector's pages: the figures of a day, as a page and as CSV."""

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases import access, disclosures
from cases.reports.export import lines_of
from cases.reports.figures import Day
from cases.reports.forms import DayForm, written
from cases.reports.sheet import RANK_FROM, draw_up
from districts.models import Officer
from helpdesk.throttle import client_address

View = Callable[[HttpRequest], HttpResponseBase]


def for_report_readers(view: View) -> View:
    """Only for those who read the collector's figures; others get the 403 page."""

    @wraps(view)
    def checked(request: HttpRequest) -> HttpResponseBase:
        if not access.may_read_reports(cast(Officer, request.user)):
            raise PermissionDenied(_("The figures are for the collector's office."))
        return view(request)

    return checked


@require_safe
@login_required
@for_report_readers
def today(request: HttpRequest) -> HttpResponse:
    """The sheet of today, or of ?day=; a day that cannot be read is said so beside the field."""
    form = DayForm(request.GET)
    if not form.is_valid():
        return render(request, "reports/today.html", {"form": form, "sheet": None}, status=400)
    day, at = Day(form.cleaned_data["day"]), timezone.now()
    sheet = draw_up(cast(Officer, request.user), day, at)
    shown = {
        "form": DayForm({"day": written(day.on)}),
        "sheet": sheet,
        "is_today": day == Day.today(),
        "rank_from": RANK_FROM,
    }
    return render(request, "reports/today.html", shown)


@require_safe
@login_required
@for_report_readers
def today_csv(request: HttpRequest) -> HttpResponseBase:
    """The same sheet as CSV; a day that cannot be read is answered with the page that says so."""
    form = DayForm(request.GET)
    if not form.is_valid():
        return render(request, "reports/today.html", {"form": form, "sheet": None}, status=400)
    day = Day(form.cleaned_data["day"])
    officer, at = cast(Officer, request.user), timezone.now()
    sheet = draw_up(officer, day, at)
    name = f"sahayata-{day.on.isoformat()}.csv"
    disclosures.exported(officer, name, sheet.whole.tally.received, at, client_address(request))
    return StreamingHttpResponse(
        lines_of(sheet),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
