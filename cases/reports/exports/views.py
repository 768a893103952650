"""Exports: the page where an officer asks for files, sees how far they are, takes them and lets them go."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from cases import disclosures
from cases.models import Export
from cases.reports.exports import asking, selection, storage
from cases.reports.exports.forms import CasesForm, ReportForm
from cases.reports.exports.naming import Shown, all_shown, detail_of, file_name
from cases.reports.exports.selection import CASES, REPORT, FilterAt, Refused
from districts.models import Officer
from helpdesk.throttle import client_address

View = Callable[..., HttpResponseBase]
COUNTED = 1000  # counting stops here, as on the list of cases
LISTED = 30
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


class ExporterRequest(HttpRequest):
    """A request that has passed `for_exporters`."""

    user: Officer


def for_exporters(view: View) -> View:
    """Only for those who may take lists out of the system; others get the 403 page. Nothing of it is kept anywhere."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if not selection.may_take(request.user):
            raise PermissionDenied(_("Files are for those who oversee a district or the state."))
        return view(request, *args, **kwargs)

    return never_cache(checked)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """And back to the page; htmx would draw the sign-in page into the list."""
    answer = redirect_to_login(reverse("exports") if request.method != "GET" else request.get_full_path())
    return HttpResponseClientRedirect(reverse("exports")) if request.headers.get("HX-Request") else answer


@require_GET
@for_exporters
def page(request: ExporterRequest) -> HttpResponse:
    """What may be asked for, of the cases that the address narrows, and the files that are there."""
    return _page(request)


def _page(request: ExporterRequest, **forms: Any) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if forms else HTTPStatus.OK
    asked = selection.asked_of(request.GET)
    for form, field in (("cases", "cases-query"), ("report", "report-chosen")):
        if form in forms:
            asked = forms[form].data.get(field, "")
    shown = _drawn(request, asked) | {"is_asking": bool(asked or forms or request.GET)} | forms
    return render(request, "reports/exports/page.html", shown, status=status)


def _drawn(request: ExporterRequest, query: str) -> dict[str, Any]:
    chosen = FilterAt(query, request.user, timezone.now())
    is_understood = chosen.is_valid()
    return {
        "is_understood": is_understood,
        "chosen": chosen.in_words if is_understood else [],
        "counted": _counted(query, request.user) if is_understood else "",
        "list_query": query,
        "cases": CasesForm(request.user, initial={"query": query}),
        "report": ReportForm(request.user, asked_place=_place_asked(request.GET), initial={"chosen": query}),
    } | _files(request.user)


def _place_asked(given: QueryDict) -> str:
    """The place of the page one comes from: a report's, or what a list of cases is narrowed to."""
    narrowest = next((name for name in ("block", "district", "state") if given.get(name, "").isdecimal()), "")
    return given.get("place", "") or (f"{narrowest[0]}{given[narrowest]}" if narrowest else "")


def _counted(query: str, officer: Officer) -> str:
    count = selection.count_up_to(query, officer, COUNTED + 1)
    if count > COUNTED:
        return _("more than %(count)d cases") % {"count": COUNTED}
    return ngettext("%(count)d case", "%(count)d cases", count) % {"count": count}


@dataclass(frozen=True, slots=True)
class _Mine:
    exports: list[Shown]

    @property
    def is_waiting(self) -> bool:
        """Whether anything will look different soon."""
        return any(one.is_under_way for one in self.exports)


def _files(officer: Officer) -> dict[str, Any]:
    return {"mine": _Mine(all_shown(officer, Export.objects.filter(officer=officer)[:LISTED]))}


@require_GET
@for_exporters
def mine(request: ExporterRequest) -> HttpResponse:
    """How far the files are: what the page asks for every few seconds while one is under way."""
    if not request.headers.get("HX-Request"):
        return redirect("exports")
    return render(request, "reports/exports/_mine.html", _files(request.user))


@require_POST
@for_exporters
def ask_cases(request: ExporterRequest) -> HttpResponse:
    """Put a list of cases into the queue."""
    form = CasesForm(request.user, request.POST)
    if not form.is_valid():
        return _page(request, cases=form)
    given = form.cleaned_data
    return _asked(request, form, "cases", CASES, given["query"], given.get("with_persons", False))


@require_POST
@for_exporters
def ask_report(request: ExporterRequest) -> HttpResponse:
    """Put a report into the queue."""
    form = ReportForm(request.user, request.POST)
    if not form.is_valid():
        return _page(request, report=form)
    return _asked(request, form, "report", REPORT, form.query)


def _asked(
    request: ExporterRequest, form: Any, name: str, kind: str, query: str, with_persons: bool = False
) -> HttpResponse:
    given, address = form.cleaned_data, client_address(request)
    try:
        asking.ask(
            request.user, kind=kind, form=given["form"], query=query, language=given["language"], at=timezone.now(),
            with_persons=with_persons, address=address,
        )  # fmt: skip
    except Refused as refused:
        form.add_error(None, refused.message)
        return _page(request, **{name: form})
    return redirect("exports")


@require_GET
@for_exporters
def file(request: ExporterRequest, export_id: int) -> HttpResponseBase:
    """The file, for who asked for it and is still posted where it was made for; written down before it is given."""
    export = get_object_or_404(Export, pk=export_id, officer=request.user)
    at = timezone.now()
    why_not = _why_not(export, request.user)
    if not why_not and (export.expires_at is None or export.expires_at > at):
        try:
            opened = storage.place_of(export).open("rb")
        except FileNotFoundError:
            why_not = _("This file is not there any more. Ask for it again.")
        else:
            disclosures.exported(request.user, detail_of(export), export.written, at, client_address(request))
            return _given(export, opened)
    messages.error(request, why_not or _("This file is not there any more. Ask for it again."))
    return redirect("exports")


def _given(export: Export, opened: Any) -> FileResponse:
    """Never kept by browser or proxy. What is packed already is not packed again on the way."""
    answer = FileResponse(opened, as_attachment=True, filename=file_name(export), content_type=_TYPES[export.form])
    answer["Cache-Control"] = "no-store, private"
    if export.form != Export.Form.CSV:
        answer["Content-Encoding"] = "identity"
    return answer


def _why_not(export: Export, officer: Officer) -> str:
    """Why the officer is not given the file; '' when nothing speaks against it."""
    if export.state != Export.State.DONE:
        return _("This file is not ready.")
    if storage.mark_in(export.path) != selection.mark_of(officer):
        return _("Your postings have changed meanwhile. Ask for it again.")
    if export.with_persons and not selection.may_take_persons(officer):
        return _("Your posting does not allow this.")
    return ""


@require_POST
@for_exporters
def delete(request: ExporterRequest, export_id: int) -> HttpResponse:
    """Let a file go, ready or not."""
    asking.let_go(get_object_or_404(Export, pk=export_id, officer=request.user))
    if request.headers.get("HX-Request"):
        return render(request, "reports/exports/_mine.html", _files(request.user))
    return redirect("exports")
