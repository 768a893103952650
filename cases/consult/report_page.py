"""Journey 4b: the report of consultations and waiting times, as a page and as CSV; nothing personal is in it."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from io import StringIO

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cases.access import Act
from cases.consult.figures import LEAST, Days, Line, Report, Tally, report_of, written
from cases.consult.gate import OfficerRequest, for_those_who

LONGEST_SPAN = 366
BOM = "\ufeff"  # Excel takes a file without it for the local code page and garbles Devanagari
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def _day(label: object) -> forms.DateField:
    return forms.DateField(
        label=label,  # type: ignore[arg-type]
        required=False,
        input_formats=["%d-%m-%Y", "%Y-%m-%d"],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": "22-11-2026"}),
        error_messages={"invalid": gettext_lazy("This is not a date. Write it like 22-11-2026 or 2026-11-22.")},
    )


class SpanForm(forms.Form):
    """The first and the last day; empty means today."""

    first = _day(gettext_lazy("From"))
    last = _day(gettext_lazy("Until"))

    def days(self) -> Days | None:
        """The span, or None with the reason at the field."""
        if not self.is_valid():
            return None
        today = timezone.localdate()
        last = self.cleaned_data["last"] or today
        first = self.cleaned_data["first"] or min(last, today)
        if last > today:
            self.add_error("last", _("This day has not come yet."))
        elif first > last:
            self.add_error("first", _("The first day comes after the last."))
        elif (last - first).days >= LONGEST_SPAN:
            self.add_error("first", _("Choose at most a year."))
        return None if self.errors else Days(first, last)


@require_safe
@for_those_who(Act.SEE_CONSULTATIONS)
def report(request: OfficerRequest) -> HttpResponse:
    """Today, seven days, or any span."""
    form = SpanForm(request.GET)
    days = form.days()
    if days is None:
        return _wrong(request, form)
    now = timezone.now()
    first, last = written([days.first, days.last])
    shown = {
        "form": SpanForm(initial={"first": first, "last": last}),
        "report": report_of(request.user, days, now),
        "at": now,
        "least": LEAST,
        "query": f"first={days.first.isoformat()}&last={days.last.isoformat()}",
        "week": (timezone.localdate() - timedelta(days=6)).isoformat(),
    }
    return render(request, "consult/report.html", shown)


def _wrong(request: OfficerRequest, form: SpanForm) -> HttpResponse:
    shown = {"form": form, "report": None}
    return render(request, "consult/report.html", shown, status=HTTPStatus.BAD_REQUEST)


@require_safe
@for_those_who(Act.SEE_CONSULTATIONS)
def report_csv(request: OfficerRequest) -> HttpResponse:
    """The same figures for Excel."""
    form = SpanForm(request.GET)
    days = form.days()
    if days is None:
        return _wrong(request, form)
    file = StringIO()
    csv.writer(file).writerows(_rows(report_of(request.user, days, timezone.now())))
    name = f"consultations-{days.first.isoformat()}-{days.last.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(BOM + file.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _rows(found: Report) -> Iterator[list[object]]:
    yield [
        *(_("Table"), _("Name"), _("Asked"), _("Talked"), _("Waiting now"), _("Red flags")),
        *(_("Median wait, min"), _("Wait of 9 in 10, min"), _("Median talk, min"), _("Talk of 9 in 10, min")),
    ]
    yield [_("All"), "", *_cells(found.whole, shown=True)]
    for title, lines in ((_("Doctor"), found.doctors), (_("District"), found.districts)):
        for line in lines:
            yield [title, _defused(line), *_cells(line.tally, shown=line.tally.enough)]
    yield [_("Called in vain, not talked with yet"), "", found.unreached]
    yield [_("Calls again that fell due"), "", found.follow_ups_due]
    yield [_("Calls again made"), "", found.follow_ups_done]


def _cells(tally: Tally, *, shown: bool) -> list[object]:
    times = (tally.wait(), tally.wait_p90(), tally.talk(), tally.talk_p90())
    minutes = ["" if one is None or not shown else f"{one:.1f}" for one in times]
    return [tally.asked, tally.talked, tally.waiting, tally.flags, *minutes]


def _defused(line: Line) -> str:
    """A spreadsheet shows the name and never runs it as a formula (OWASP, "CSV injection")."""
    name = line.name or _("Place not known")
    return f"'{name}" if name.lstrip(" ").startswith(_FORMULA) else name
