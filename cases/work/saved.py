"""Journey 4: choices of cases that an officer names and keeps, for oneself or for all who are posted in an area."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from cases import access
from cases.filters import CaseFilter
from cases.intake.fields import PlainText
from cases.models import SavedFilter
from cases.work.gate import OfficerRequest, officer_page
from cases.work.private_search import is_private
from cases.work.queue import Tab
from districts.models import Officer

MOST = 30
_LONGEST_QUERY = 500


@dataclass(frozen=True, slots=True)
class Saved:
    """What the desk and the list show: the choices to use, and the present one, ready to be named."""

    mine: list[SavedFilter]
    shared: list[SavedFilter]
    query: str


class SaveForm(forms.Form):
    """A name for the present choice, and who else sees it."""

    name = PlainText(
        label=gettext_lazy("Name"),
        max_length=60,
        error_messages={"required": gettext_lazy("Give it a name.")},
    )
    share = forms.ChoiceField(label=gettext_lazy("Who sees it?"), required=False)
    query = forms.CharField(max_length=_LONGEST_QUERY, widget=forms.HiddenInput)

    def __init__(self, *args: Any, officer: Officer, kept: SavedFilter | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.officer, self.kept = officer, kept
        self.fields["share"].choices = share_choices(officer)  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        """Each name once, so that nobody picks the wrong one."""
        name = str(self.cleaned_data["name"])
        others = SavedFilter.objects.filter(officer=self.officer)
        if self.kept is not None:
            others = others.exclude(pk=self.kept.pk)
        if others.filter(name=name).exists():
            raise forms.ValidationError(_("You have a choice with this name already."))
        if self.kept is None and others.count() >= MOST:
            raise forms.ValidationError(_("You keep %(count)d already. Delete one first.") % {"count": MOST})
        return name

    def clean_query(self) -> str:
        """Only what narrows a queue or a list; where it stood on a page is no part of it."""
        return kept_query(self.cleaned_data["query"])

    def save(self) -> SavedFilter:
        """Make or change the row."""
        answers = self.cleaned_data
        kind, _dash, key = answers["share"].partition("-")
        shared = {f"shared_{area}_id": int(key) if kind == area else None for area in ("state", "district")}
        kept = self.kept or SavedFilter(officer=self.officer)
        for field, value in {"name": answers["name"], "query": answers["query"], **shared}.items():
            setattr(kept, field, value)
        kept.save()
        return kept


def kept_query(text: str) -> str:
    """The parts of a query string that choose cases."""
    names = {*CaseFilter.base_filters, "tab"}
    kept = QueryDict(mutable=True)
    for name, value in QueryDict(text).items():
        if name == "q" and is_private(str(value)):
            continue  # a number stands in no address, and its key means nothing in another session
        if name in names and value and (name != "tab" or value in Tab.values):
            kept[name] = str(value)
    return kept.urlencode()


def href_of(kept: SavedFilter) -> str:
    """Where it is used: on the desk when it names a tab, else on the list of all cases."""
    page = reverse("desk" if "tab" in QueryDict(kept.query) else "case_list")
    return f"{page}?{kept_query(kept.query)}"


def share_choices(officer: Officer) -> list[tuple[str, str]]:
    """Only oneself, the districts of posting, and the state of who serves a whole state."""
    choices = [("", _("Only me"))]
    for posting in access.postings(officer):
        area, kind = (posting.district, "district") if posting.district else (posting.state, "state")
        choice = (f"{kind}-{area.pk}", _("All who are posted in %(place)s") % {"place": area.label})
        choices += [] if choice in choices else [choice]
    return choices


def visible(officer: Officer) -> QuerySet[SavedFilter]:
    """One's own, and those shared with a place of posting."""
    held = access.postings(officer)
    shared = Q(shared_state__in={posting.state_id for posting in held})
    shared |= Q(shared_district__in={posting.district_id for posting in held if posting.district_id})
    return SavedFilter.objects.filter(Q(officer=officer) | shared).select_related("officer")


def saved_for(officer: Officer, query: str) -> Saved:
    """One query: what the officer may use, and the present choice as it would be kept."""
    mine, shared = _parted(visible(officer)[: 4 * MOST], officer)
    return Saved(mine, shared, kept_query(query))


def _parted(found: Iterable[SavedFilter], officer: Officer) -> tuple[list[SavedFilter], list[SavedFilter]]:
    everything = list(found)
    return (
        [one for one in everything if one.officer_id == officer.pk],
        [one for one in everything if one.officer_id != officer.pk],
    )


@officer_page
@require_GET
def saved_list(request: OfficerRequest) -> HttpResponse:
    """Name the present choice (`?query=...`), and keep order among those there are."""
    form = SaveForm(officer=request.user, initial={"query": kept_query(request.GET.get("query", ""))})
    return _page(request, form if request.GET.get("query") else None)


@officer_page
@require_POST
def save_filter(request: OfficerRequest) -> HttpResponse:
    """Keep the present choice under a name, and use it."""
    form = SaveForm(request.POST, officer=request.user)
    if not form.is_valid():
        return _page(request, form, status=422)
    messages.success(request, _("Saved."))
    return redirect(href_of(form.save()))


@officer_page
@require_POST
def change_filter(request: OfficerRequest, saved_id: int) -> HttpResponse:
    """Another name, other readers, or gone; only one's own."""
    kept = get_object_or_404(SavedFilter, pk=saved_id, officer=request.user)
    if "delete" in request.POST:
        kept.delete()
        messages.success(request, _("Deleted: %(name)s.") % {"name": kept.name})
        return redirect("saved_filters")
    answers = request.POST.dict() | {"query": kept.query}
    form = SaveForm(answers, officer=request.user, kept=kept)
    if not form.is_valid():
        return _page(request, None, wrong=form, status=422)
    form.save()
    messages.success(request, _("Saved."))
    return redirect("saved_filters")


def _page(
    request: OfficerRequest, form: SaveForm | None, wrong: SaveForm | None = None, status: int = 200
) -> HttpResponse:
    mine, shared = _parted(visible(request.user), request.user)
    page = {"form": form, "mine": [(one, _form_of(one, request.user, wrong)) for one in mine], "shared": shared}
    return render(request, "work/saved.html", page, status=status)


def _form_of(kept: SavedFilter, officer: Officer, wrong: SaveForm | None) -> SaveForm:
    if wrong is not None and wrong.kept == kept:
        wrong.auto_id = f"saved_{kept.pk}_%s"
        return wrong
    area = "district" if kept.shared_district_id else "state" if kept.shared_state_id else ""
    share = f"{area}-{kept.shared_district_id or kept.shared_state_id}" if area else ""
    initial = {"name": kept.name, "share": share, "query": kept.query}
    return SaveForm(officer=officer, kept=kept, initial=initial, auto_id=f"saved_{kept.pk}_%s")
