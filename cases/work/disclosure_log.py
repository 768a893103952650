"""Journey 4: the book of disclosures: who was shown whose number and name, who exported how much, when, from where."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from cases import access
from cases.models import Disclosure
from cases.work.gate import OfficerRequest, officer_page
from districts.models import Officer, Posting

PAGE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DisclosureFilter(forms.Form):
    """What the book can be searched for."""

    officer = forms.ModelChoiceField(Officer.objects.none(), label=_("Officer"), required=False, empty_label=_("All"))
    kind = forms.ChoiceField(label=_("What"), required=False)
    day = forms.DateField(
        label=_("Day"),
        required=False,
        input_formats=["%d-%m-%Y", "%Y-%m-%d"],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": "22-11-2026"}),
        error_messages={"invalid": _("This is not a date. Write it like 22-11-2026 or 2026-11-22.")},
    )

    def __init__(self, *args: Any, reader: Officer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].queryset = officers_of(reader)  # type: ignore[attr-defined]
        self.fields["officer"].label_from_instance = lambda officer: officer.label  # type: ignore[attr-defined]
        self.fields["kind"].choices = [("", _("All")), *Disclosure.Kind.choices]  # type: ignore[attr-defined]


@officer_page
@require_GET
def disclosures(request: OfficerRequest) -> HttpResponse:
    """Newest first, fifty at a time; a filter that makes no sense is said so and finds everything."""
    if not access.does(request.user, access.Act.SEE_DISCLOSURES):
        raise PermissionDenied
    form = DisclosureFilter(request.GET, reader=request.user)
    form.is_valid()
    found = _found(visible_to(request.user), getattr(form, "cleaned_data", {}))
    rows = list(_before(found, request.GET.get("before", "")).select_related("officer", "case")[: PAGE + 1])
    page = {
        "form": form,
        "rows": rows[:PAGE],
        "next_url": _address(request, before=_mark(rows[PAGE - 1])) if len(rows) > PAGE else "",
        "newer_url": _address(request) if request.GET.get("before") else "",
    }
    return render(request, "work/disclosures.html", page)


def visible_to(reader: Officer) -> QuerySet[Disclosure]:
    """Those of cases in one's area, and those of officers who were posted there on the day."""
    if reader.is_superuser:
        return Disclosure.objects.all()
    seen = Q(pk__in=[])
    for posting in access.places_of(reader, access.Act.SEE_DISCLOSURES):
        there = Posting.objects.filter(
            access.within(posting),
            Q(ends_on=None) | Q(ends_on__gte=OuterRef("at__date")),
            officer=OuterRef("officer"),
            starts_on__lte=OuterRef("at__date"),
        )
        seen |= access.within(posting, "case__") | Q(Exists(there))
    return Disclosure.objects.filter(seen)


def officers_of(reader: Officer) -> QuerySet[Officer]:
    """Whom the book may be asked for: officers ever posted in one's area."""
    named = Officer.objects.order_by("first_name", "last_name", "pk")
    if reader.is_superuser:
        return named.filter(pk__in=Posting.objects.values("officer"))
    area = Q(pk__in=[])
    for posting in access.places_of(reader, access.Act.SEE_DISCLOSURES):
        area |= access.within(posting)
    return named.filter(pk__in=Posting.objects.filter(area).values("officer"))


def _found(seen: QuerySet[Disclosure], wanted: dict[str, Any]) -> QuerySet[Disclosure]:
    if wanted.get("officer"):
        seen = seen.filter(officer=wanted["officer"])
    if wanted.get("kind"):
        seen = seen.filter(kind=wanted["kind"])
    if wanted.get("day"):
        seen = seen.filter(at__date=wanted["day"])
    return seen.order_by("-at", "-pk")


def _before(found: QuerySet[Disclosure], before: str) -> QuerySet[Disclosure]:
    """Those older than the mark: page 200 costs what page 1 costs."""
    micros, _dot, pk = before.partition(".")
    if not (micros.isascii() and micros.isdigit() and pk.isascii() and pk.isdigit()) or len(before) > 40:
        return found
    at = _EPOCH + timedelta(microseconds=min(int(micros), 10**16))
    return found.filter(Q(at__lt=at) | Q(at=at, pk__lt=min(int(pk), 2**62)), at__lte=at)


def _mark(row: Disclosure) -> str:
    return f"{(row.at - _EPOCH) // timedelta(microseconds=1)}.{row.pk}"


def _address(request: OfficerRequest, **given: str) -> str:
    kept = {name: request.GET[name] for name in ("officer", "kind", "day") if request.GET.get(name)}
    return f"?{urlencode(kept | given)}"
