"""Which place and which time figures are asked for."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.reports.dashboard import SHOWN
from cases.reports.periods import LABELS, RANGE, TODAY, Period, period_from
from cases.reports.scopes import Scope, scope_from
from districts.models import Officer

EARLIEST = date(2000, 1, 1)


def written(day: date) -> str:
    """The day as the form and the office write it."""
    return day.strftime("%d-%m-%Y")


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%d-%m-%Y", "%Y-%m-%d"],
        # Plain text: the office's own way of writing a day, and a wrong one stays there to be corrected.
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": "22-11-2026"}),
        error_messages={"invalid": _("This is not a date. Write it like 22-11-2026 or 2026-11-22.")},
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, understood and allowed."""

    scope: Scope
    period: Period
    at: datetime
    map: str = "late"

    def query(self, **changed: str) -> str:
        """The same question as a query string, with something changed."""
        asked = {"place": self.scope.text} | ({} if "period" in changed else self.period.params) | changed
        return urlencode({name: value for name, value in asked.items() if value})


class AskForm(forms.Form):
    """`place` as "s22", "d375" or "b3604" (empty: the reader's own), `period` by name, and `from`/`to` of a range, both
    days in it, as DD-MM-YYYY or ISO."""

    place = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)
    map = forms.ChoiceField(required=False, choices=[(name, shown.label) for name, shown in SHOWN.items()])
    period = forms.ChoiceField(label=_("Period"), required=False, choices=list(LABELS.items()))

    def __init__(self, reader: Officer, *args: Any, at: datetime | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reader, self.at = reader, at or timezone.now()
        self.fields["from"] = _day(_("from"))
        self.fields["to"] = _day(_("until"))

    def clean_place(self) -> Scope:
        """The place, when the reader may see its figures."""
        scope = scope_from(self.reader, self.cleaned_data["place"])
        if scope is None:
            raise forms.ValidationError(_("There is no such place among yours."))
        return scope

    def clean(self) -> dict[str, Any]:
        """A range needs its days, in order, and none that has not come."""
        given = super().clean() or self.cleaned_data
        for name in ("from", "to"):
            if (day := given.get(name)) and day > timezone.localdate(self.at):
                self.add_error(name, _("This day has not come yet."))
            elif day and day < EARLIEST:
                self.add_error(name, _("There are no cases from before the year 2000."))
        first, last = given.get("from"), given.get("to")
        if first and last and first > last:
            self.add_error("to", _("The last day lies before the first."))
        return given

    @property
    def asked(self) -> Asked:
        """Of a valid form. A range with one day is that day alone; days without a period mean a range."""
        given = self.cleaned_data
        first, last = given["from"] or given["to"], given["to"] or given["from"]
        name = given["period"] or (RANGE if first else TODAY)
        if name == RANGE and not first:
            name = TODAY
        return Asked(given["place"], period_from(name, self.at, first, last), self.at, given["map"] or "late")
