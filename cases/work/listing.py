"""Journey 4: every case an officer may see, filtered; each number of a report links here."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, cast

from django.db.models import Q
from django.forms.boundfield import BoundField
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases.filters import ME, NONE, CaseFilter
from cases.models import Case, CaseQuerySet
from cases.references import normalise
from cases.work.gate import OfficerRequest, officer_page
from districts.models import Block, District, Officer, State

PAGE = 50
COUNTED = 1000  # counting stops here: nobody reads further, and a count of history must not scan it
SHOWN_FILTERS = ("status", "need", "urgency", "channel")
_NAMED: dict[str, Any] = {"state": State, "district": District, "block": Block, "officer": Officer}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Chosen:
    """One filter that came with a link: its name, what it says, and the address of the list without it."""

    name: str
    value: str
    word: str
    label: str
    without: str


@officer_page
@require_GET
def case_list(request: OfficerRequest) -> HttpResponse:
    """Newest first, fifty at a time; a whole reference leads straight to its case."""
    seen = Case.objects.visible_to(request.user)
    wanted = normalise(request.GET.get("q", ""))
    if wanted and seen.filter(reference=wanted).exists():
        return redirect("case", reference=wanted)
    chosen = CaseFilter(request.GET, queryset=seen, request=request)
    found = chosen.found
    cases = list(_page(found, request.GET.get("before", "")).for_cards()[: PAGE + 1])
    return render(
        request,
        "work/case_list.html",
        {
            "form": chosen.form,
            "fields": [_field(chosen, name) for name in SHOWN_FILTERS],
            "chosen": _chosen(request.GET, chosen),
            "cases": cases[:PAGE],
            "counted": _count(found),
            "next_url": _address(request.GET, before=_mark(cases[PAGE - 1])) if len(cases) > PAGE else "",
            "newer_url": _address(request.GET) if request.GET.get("before") else "",
        },
    )


def _field(chosen: CaseFilter, name: str) -> BoundField:
    """A filter to choose from; its empty choice says what it means."""
    field = chosen.form.fields[name]
    field.widget.choices = [("", _("All")), *islice(field.choices, 1, None)]
    return cast(BoundField, chosen.form[name])


def _page(found: CaseQuerySet, before: str) -> CaseQuerySet:
    """Those older than the mark; keyset paging: page 200 costs what page 1 costs."""
    ordered = found.order_by("-opened_at", "-pk")
    micros, _dot, pk = before.partition(".")
    if not (micros.isascii() and micros.isdigit() and pk.isascii() and pk.isdigit()) or len(before) > 40:
        return ordered
    at = _EPOCH + timedelta(microseconds=min(int(micros), 10**16))
    return ordered.filter(Q(opened_at__lt=at) | Q(opened_at=at, pk__lt=min(int(pk), 2**62)), opened_at__lte=at)


def _mark(case: Case) -> str:
    return f"{(case.opened_at - _EPOCH) // timedelta(microseconds=1)}.{case.pk}"


def _count(found: CaseQuerySet) -> str:
    """'37', or 'more than 1000'."""
    count = found.order_by().values("pk")[: COUNTED + 1].count()
    return str(count) if count <= COUNTED else _("more than %(count)d") % {"count": COUNTED}


def _address(given: QueryDict, *, leave_out: str = "", before: str = "") -> str:
    kept = given.copy()
    for name in ("before", leave_out):
        kept.pop(name, None)
    if before:
        kept["before"] = before
    for name in [name for name in kept if not kept[name]]:
        del kept[name]
    return f"?{kept.urlencode()}"


def _chosen(given: QueryDict, chosen: CaseFilter) -> list[Chosen]:
    """The filters in force that have no field of their own on the page."""
    names = [name for name in chosen.filters if name not in (*SHOWN_FILTERS, "q")]
    others = {name: str(given[name]) for name in names if given.get(name)}
    return [
        Chosen(
            name,
            value,
            str(chosen.filters[name].label),
            _value_word(name, value, chosen),
            _address(given, leave_out=name),
        )
        for name, value in others.items()
    ]


def _value_word(name: str, value: str, chosen: CaseFilter) -> str:
    """A filter's value for people: the area's or officer's name, the choice's word, else as given."""
    if value == NONE:
        return _("none")
    if value == ME:
        return _("me")
    if name in _NAMED:
        found = _NAMED[name].objects.filter(pk=int(value)).first() if value.isdecimal() and len(value) < 10 else None
        return str(found.label if found else value)
    choices = dict(getattr(chosen.form.fields[name], "choices", []))
    return str(choices.get(value, value))
