"""Journey 4: every case an officer may see, filtered; each number of a report links here."""

from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from django.forms.boundfield import BoundField
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.access import Act, does
from cases.filters import ME, NONE, CaseFilter
from cases.models import Case, CaseQuerySet
from cases.references import normalise
from cases.search import LONGEST
from cases.work.bulk import moves_for
from cases.work.gate import OfficerRequest, officer_page
from cases.work.paging import mark, older
from cases.work.private_search import as_typed, is_private, without_number
from cases.work.saved import saved_for
from districts.models import Block, District, Officer, State

PAGE = 50
COUNTED = 1000  # counting stops here: nobody reads further, and a count of history must not scan it
SHOWN_FILTERS = ("status", "need", "urgency", "channel")
_NAMED: dict[str, Any] = {"state": State, "district": District, "block": Block, "officer": Officer}


@dataclass(frozen=True, slots=True)
class Chosen:
    """One filter that came with a link: its name, what it says, and the address of the list without it."""

    name: str
    value: str
    word: str
    label: str
    without: str


@officer_page
@require_http_methods(["GET", "POST"])
def case_list(request: OfficerRequest) -> HttpResponse:
    """Newest first, fifty at a time; a whole reference leads straight to its case."""
    asked = request.POST if request.method == "POST" else request.GET
    told = without_number(request, asked)
    if request.method == "POST" or told.get("q", "") != asked.get("q", ""):
        return redirect(f"{request.path}{_address(told)}")
    seen, typed = Case.objects.visible_to(request.user), as_typed(request, request.GET)
    wanted = normalise(typed.get("q", ""))
    if wanted and seen.filter(reference=wanted).exists():
        return redirect("case", reference=wanted)
    chosen = CaseFilter(typed, queryset=seen, request=request)
    page = _page(chosen, request.GET) | {
        "moves": moves_for(request.user),
        "saved": saved_for(request.user, request.GET.urlencode()),
        "back": request.get_full_path(),
        "may_export": does(request.user, Act.EXPORT) and not is_private(request.GET.get("q", "")),
        "asked": typed.get("q", "")[:LONGEST],
        "asked_query": _address(request.GET).removeprefix("?"),
    }
    return render(request, "work/case_list.html", page)


def _page(chosen: CaseFilter, given: QueryDict) -> dict[str, Any]:
    """One page of what was found, and the filters as they stand."""
    found = chosen.found
    cases = list(older(found, given.get("before", "")).for_cards()[: PAGE + 1])
    last = cases[PAGE - 1] if len(cases) > PAGE else None
    return {
        "form": chosen.form,
        "fields": [_field(chosen, name) for name in SHOWN_FILTERS],
        "chosen": _chosen(given, chosen),
        "cases": cases[:PAGE],
        "counted": _count(found),
        "next_url": _address(given, before=mark(last.opened_at, last.pk)) if last else "",
        "newer_url": _address(given) if given.get("before") else "",
    }


def _field(chosen: CaseFilter, name: str) -> BoundField:
    """A filter to choose from; its empty choice says what it means."""
    field = chosen.form.fields[name]
    field.widget.choices = [("", _("All")), *islice(field.choices, 1, None)]
    return cast(BoundField, chosen.form[name])


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
