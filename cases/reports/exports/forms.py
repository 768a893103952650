"""Exports: the two forms: a list of cases over any filter, and the report of a place and a period."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.models import Export
from cases.reports import scopes
from cases.reports.exports import selection
from cases.reports.exports.selection import FilterAt
from cases.reports.forms import AskForm, written
from cases.reports.periods import RANGE
from cases.reports.scopes import Scope, scope_from, scopes_of
from districts.models import Block, District, Officer, State

Form = Export.Form
MONTHS = 12
OTHER_DAYS = "other"
LANGUAGES = [("hi", "हिन्दी"), ("en", "English")]
_LONGEST_QUERY = 2000


def _language() -> str:
    return "hi" if get_language() == "hi" else "en"


class CasesForm(forms.Form):
    """`query` is what the list of cases was narrowed by; it must still be understood."""

    prefix = "cases"

    query = forms.CharField(required=False, max_length=_LONGEST_QUERY, widget=forms.HiddenInput)
    form = forms.ChoiceField(
        label=_("Kind of file"),
        choices=[
            (Form.CSV, _("CSV: for any number of cases, opens in every program")),
            (Form.XLSX, _("Excel: up to 1,048,575 cases, with dates and numbers")),
        ],
        initial=Form.CSV,
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    with_persons = forms.BooleanField(
        label=_("with names, phone numbers and the words of the plea"),
        required=False,
        help_text=_("Of the cases you may work. It is written down that you took them. Keep the file safe."),
    )

    def __init__(self, officer: Officer, *args: Any, at: datetime | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.officer, self.at = officer, at or timezone.now()
        self.fields["language"].initial = _language()
        if not selection.may_take_persons(officer):
            del self.fields["with_persons"]

    def clean_query(self) -> str:
        """Only what the filter knows, and only when it makes sense."""
        query = selection.asked_of(QueryDict(self.cleaned_data["query"]))
        if not FilterAt(query, self.officer, self.at).is_valid():
            raise forms.ValidationError(selection.NOT_UNDERSTOOD)
        return query


class ReportForm(forms.Form):
    """A place among one's own or right below, a month or days of one's choice, and only the cases of a list, if one
    comes from a list that was narrowed by more than a place (`chosen`)."""

    prefix = "report"

    chosen = forms.CharField(required=False, max_length=_LONGEST_QUERY, widget=forms.HiddenInput)
    only = forms.BooleanField(required=False)
    place = forms.ChoiceField(label=_("Place"), required=False)
    month = forms.ChoiceField(label=_("Month"))
    form = forms.ChoiceField(
        label=_("Kind of file"),
        choices=[
            (Form.PDF, _("PDF: to read and to print")),
            (Form.XLSX, _("Excel: every figure, a sheet for each table")),
            (Form.CSV, _("CSV: every figure in one table")),
        ],
        initial=Form.PDF,
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)

    def __init__(
        self, officer: Officer, *args: Any, at: datetime | None = None, asked_place: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.officer, self.at = officer, at or timezone.now()
        for name, label in (("from", _("from")), ("to", _("until"))):
            self.fields[name] = forms.CharField(
                label=label,
                required=False,
                max_length=10,
                widget=forms.TextInput(
                    attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": "22-11-2026"}
                ),
            )
        self.order_fields(["place", "month", "from", "to", "only", "form", "language"])
        self._offer_choice(self.data.get(self.add_prefix("chosen")) or self.initial.get("chosen") or "")
        self.fields["language"].initial = _language()
        self.fields["month"].choices = list(_months(self.at))  # type: ignore[attr-defined]
        asked = scope_from(officer, asked_place or self.data.get(self.add_prefix("place"), ""))
        self.fields["place"].choices = _places(officer, asked)  # type: ignore[attr-defined]
        self.fields["place"].initial = asked.text if asked else ""

    def _offer_choice(self, chosen: str) -> None:
        """Only of these cases, where they are understood and less than all of a place."""
        self.refused = ""
        choice = None
        try:
            choice = selection.choice_of(selection.asked_of(QueryDict(chosen)), self.officer, self.at)
        except selection.Refused as refused:
            self.refused = refused.message
        if choice is None:
            del self.fields["chosen"], self.fields["only"]
        else:
            self.fields["only"].label = _("Only of these cases: %(chosen)s") % {"chosen": choice}

    def clean(self) -> dict[str, Any]:
        """The days go through the form of the dashboard: the same place, period and words for what is wrong."""
        given = super().clean() or self.cleaned_data
        if self.refused and self.data.get(self.add_prefix("only")):
            self.add_error(None, self.refused)
        if not self.errors:
            self.asking = AskForm(self.officer, self._days(given), at=self.at)
            if given["month"] == OTHER_DAYS and not (given["from"] or given["to"]):
                self.add_error("from", _("Say from which day."))
            for name, errors in self.asking.errors.items():
                self.add_error(name if name in self.fields else None, errors.as_data())
        return given

    def _days(self, given: dict[str, Any]) -> dict[str, str]:
        asked = {"place": given["place"], "period": RANGE}
        if given["month"] == OTHER_DAYS:
            return asked | {"from": given["from"], "to": given["to"]}
        first = datetime.strptime(given["month"], "%Y-%m").date()
        last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        return asked | {"from": written(first), "to": written(min(last, timezone.localdate(self.at)))}

    @property
    def query(self) -> str:
        """Of a valid form: the question as the dashboard's address asks it, and what narrows it further."""
        given = self.cleaned_data
        narrowed = selection.narrowing_of(given["chosen"]) if given.get("only") else ""
        return "&".join(part for part in (self.asking.asked.query(), narrowed) if part)


def _months(at: datetime) -> Any:
    """The last full month first, then this one, then a year back; and any days."""
    first = timezone.localdate(at).replace(day=1)
    found = [first]
    for _number in range(MONTHS):
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    for day in (found[1], found[0], *found[2:]):
        yield f"{day:%Y-%m}", date_format(day, "F Y")
    yield OTHER_DAYS, _("Other days …")


def _places(officer: Officer, asked: Scope | None) -> list[tuple[str, str]]:
    """One's own places, those right below, and the one that was asked for."""
    found: dict[str, Scope] = {}
    for own in scopes_of(officer):
        found[own.text] = own
        below = scopes.names_below(own, _areas_below(own))
        found |= {scope.text: scope for scope in sorted(below.values(), key=lambda scope: scope.label)}
    if asked:
        found.setdefault(asked.text, asked)
    return [(text, scope.label) for text, scope in found.items()]


def _areas_below(scope: Scope) -> list[int]:
    rows: dict[str, Any] = {
        "s": State.objects.all(),
        "d": District.objects.filter(state=scope.area),
        "b": Block.objects.filter(district=scope.area),
    }
    return list(rows[scope.below].values_list("pk", flat=True)) if scope.below else []
