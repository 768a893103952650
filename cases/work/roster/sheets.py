"""Journey 4: the roster out as a sheet and in again: first what would change, then, on a second click, the change."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET
from import_export.results import Result
from tablib import Dataset

from cases.work.gate import OfficerRequest, officer_page
from cases.work.roster.places import Area, candidates, desks_of, kept_desks
from cases.work.roster.views import seen_area
from cases.work.roster.week import week_query
from districts.models import Officer
from districts.roster import RosterDesk
from districts.roster_sheets import (
    LARGEST_FILE,
    RosterResource,
    SheetRefused,
    faults_of,
    is_yes,
    read_sheet,
    rows_of,
    weekdays_of,
)
from districts.weekdays import in_words

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@officer_page
@require_GET
def download(request: OfficerRequest, kind: str) -> HttpResponse:
    """What is in force or comes, of the rows the officer sees."""
    area, _monday = seen_area(request)
    if kind not in TYPES:
        raise Http404
    sheet = rows_of(desks_of(request.user, area), timezone.localdate())
    body = sheet.export(kind)
    if isinstance(body, str):
        body = b"\xef\xbb\xbf" + body.encode()  # without the mark Excel does not read Hindi
    answer = HttpResponse(body, content_type=TYPES[kind])
    name = f"roster-{area.key}-{timezone.localdate():%d-%m-%Y}.{kind}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@officer_page
def sheet(request: OfficerRequest) -> HttpResponse:
    """Choose a file; see row by row what it would change; say yes."""
    area, monday = seen_area(request)
    desks = kept_desks(request.user, desks_of(request.user, area))
    if not desks:
        raise PermissionDenied
    page: dict[str, Any] = {"area": area, "query": week_query(area, monday), "result": None, "refusal": "", "text": ""}
    if request.method != "POST":
        return render(request, "roster/sheet.html", page)
    try:
        rows = _sent(request)
    except SheetRefused as refused:
        page["refusal"] = str(refused)
        return render(request, "roster/sheet.html", page, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    resource = RosterResource(desks, {desk.key: set(_ids(candidates(desk))) for desk in desks})
    result = resource.import_data(rows, dry_run=True)
    faults = faults_of(result)
    if _is_confirmed(request, bool(faults)):
        return _write(request, area, resource, rows)
    page |= {"result": result, "faults": faults, "changes": _changes(result, desks)}
    page |= {"same": result.totals["skip"], "text": rows.export("csv")}
    return render(request, "roster/sheet.html", page)


def _ids(officers: Any) -> list[int]:
    return list(officers.values_list("pk", flat=True))


def _is_confirmed(request: OfficerRequest, is_faulty: bool) -> bool:
    """All rows are right, or whoever confirms has chosen to write the right ones only."""
    wanted = request.POST.get("confirm", "")
    return wanted == "right" or (wanted == "all" and not is_faulty)


def _sent(request: OfficerRequest) -> Dataset:
    """The file, or on the second click what was shown; it is judged anew, so that nothing need be kept between."""
    if "confirm" in request.POST:
        return read_sheet(request.POST.get("text", "").encode(), "roster.csv")
    file = request.FILES.get("file")
    if file is None:
        raise SheetRefused(_("Choose a file."))
    if (file.size or 0) > LARGEST_FILE:
        raise SheetRefused(_("The file is too large."))
    return read_sheet(file.read(), file.name or "")


def _write(request: OfficerRequest, area: Area, resource: RosterResource, rows: Dataset) -> HttpResponse:
    result = resource.import_data(rows, dry_run=False)
    count = result.totals["new"]
    messages.success(request, ngettext("%(n)d row written.", "%(n)d rows written.", count) % {"n": count})
    return redirect(f"{reverse('roster')}?area={area.key}")


def _changes(result: Result, desks: Iterable[RosterDesk]) -> list[tuple[int | str, ...]]:
    """(row of the sheet, its cells as they read on the roster) of what would be written."""
    places = {desk.key: desk.label for desk in desks}
    names = {one.username: one.label for one in Officer.objects.filter(username__in=_logins(result))}
    new = [(number, row.row_values) for number, row in enumerate(result.rows, 2) if row.import_type == "new"]
    return [(number, *_shown(cells, places, names)) for number, cells in new]


def _shown(cells: dict[str, str], places: dict[str, str], names: dict[str, str]) -> list[str]:
    has_hours = bool(cells["weekdays"] or cells["from"])
    officer = names.get(cells["officer"], cells["officer"])
    stand_in = _("stand-in")
    return [
        places[cells["place"]],
        f"{officer} ({stand_in})" if is_yes(cells["stand-in"]) else officer,
        in_words(weekdays_of(cells["weekdays"])) if has_hours else _("every day"),
        f"{cells['from']}–{cells['to']}" if has_hours else _("round the clock"),
        cells["start date"],
        cells["end date"],
    ]


def _logins(result: Result) -> set[str]:
    return {row.row_values["officer"] for row in result.rows if row.row_values}
