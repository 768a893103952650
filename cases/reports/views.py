"""The collector's pages: the dashboard, its charts, and the same figures as CSV."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from http import HTTPStatus
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from cases import access, disclosures
from cases.reports import charts, dashboard, handles, reading, tables
from cases.reports.export import lines_of
from cases.reports.figures import MEASURES
from cases.reports.forms import AskForm
from cases.reports.periods import LABELS, RANGE
from cases.reports.pictures import LIVE, PICTURES
from cases.reports.scopes import scope_from, scopes_of
from districts.models import Officer
from helpdesk.throttle import client_address

View = Callable[..., HttpResponseBase]
_CHART_KEPT_SECONDS = 3600


def for_report_readers(view: View) -> View:
    """Only for those who read the collector's figures; others get the 403 page."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not access.may_read_reports(cast(Officer, request.user)):
            raise PermissionDenied(_("The figures are for the collector's office."))
        return view(request, *args, **kwargs)

    return checked


@require_safe
@login_required
@for_report_readers
def overview(request: HttpRequest) -> HttpResponse:
    """The dashboard of a place and a period; what cannot be read is said beside its field."""
    reader = cast(Officer, request.user)
    form = AskForm(reader, request.GET)
    shown: dict[str, Any] = {"form": form, "board": None, "range": RANGE}
    if not form.is_valid():
        return render(request, "reports/dashboard.html", shown, status=HTTPStatus.BAD_REQUEST)
    asked = form.asked
    above = [place.text for place in asked.scope.above]
    shown |= {
        "asked": asked,
        "board": dashboard.draw_up(asked.scope, asked.period, asked.at, asked.map),
        "maps": [(name, shown.label, asked.query(map=name)) for name, shown in dashboard.SHOWN.items()],
        "pictures": PICTURES,
        "periods": [(name, word, asked.query(period=name)) for name, word in LABELS.items() if name != RANGE],
        "own_places": [place for place in scopes_of(reader) if place.text not in above],
        "allowed": [text for text in above if scope_from(reader, text)],
        "rank_from": tables.rank_from(),
    }
    return render(request, "reports/dashboard.html", shown)


@require_safe
@login_required
@for_report_readers
def meanings(request: HttpRequest) -> HttpResponse:
    """Every figure there is, and what it counts."""
    shown = {"measures": MEASURES.values(), "of_handles": handles.MEASURES, "rank_from": tables.rank_from()}
    return render(request, "reports/meanings.html", shown)


def _later(answer: HttpResponseBase) -> HttpResponseBase:
    """503: the figures are being counted."""
    answer.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    answer["Retry-After"] = "60"
    return answer


@require_safe
@login_required
@for_report_readers
@vary_on_cookie
def chart(request: HttpRequest, picture: str, theme: str) -> HttpResponseBase:
    """One chart as SVG, in the reader's language."""
    form = AskForm(cast(Officer, request.user), request.GET)
    if picture not in PICTURES or theme not in charts.THEMES or not form.is_valid():
        raise Http404
    if picture != LIVE and not reading.counted_until():
        return _later(HttpResponse())
    asked = form.asked
    spec = PICTURES[picture].spec(asked.scope, asked.period, asked.at, theme)
    if (size := request.GET.get("size")) in charts.SIZES:
        spec = charts.fitted(spec, size)
    key = "chart:" + sha256(repr((charts.VERSION, theme, spec)).encode()).hexdigest()
    svg = cache.get_or_set(key, lambda: charts.drawn(spec, theme), _CHART_KEPT_SECONDS)
    return HttpResponse(
        svg, content_type="image/svg+xml; charset=utf-8", headers={"Cache-Control": "private, max-age=30"}
    )


@require_safe
@login_required
@for_report_readers
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """The same figures as CSV; a question that is not understood is answered with the page that says so, and so are
    figures that are not counted yet."""
    reader = cast(Officer, request.user)
    form = AskForm(reader, request.GET)
    if not form.is_valid():
        return overview(request)
    if not reading.counted_until():
        return _later(overview(request))
    asked = form.asked
    happened = reading.happened(asked.scope, asked.period, detailed=True)
    board = dashboard.draw_up(asked.scope, asked.period, asked.at, happened=happened)
    name = f"sahayata-{asked.scope.text or 'all'}-{asked.period.name}-{asked.at:%Y-%m-%d-%H%M}.csv"
    disclosures.exported(reader, name, board.whole["received"], asked.at, client_address(request))
    return StreamingHttpResponse(
        lines_of(board),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
