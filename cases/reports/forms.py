"""Which day a sheet is asked for."""

from datetime import date

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

EARLIEST = date(2000, 1, 1)


def written(day: date) -> str:
    """The day as the form and the office write it."""
    return day.strftime("%d-%m-%Y")


class DayForm(forms.Form):
    """`day` as DD-MM-YYYY or ISO; empty means today in Asia/Kolkata. A day that has not come is refused."""

    day = forms.DateField(
        label=_("Day"),
        required=False,
        input_formats=["%d-%m-%Y", "%Y-%m-%d"],
        # Plain text: the office's own way of writing a day, and a wrong one stays there to be corrected.
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": "22-11-2026"}),
        error_messages={"invalid": _("This is not a date. Write it like 22-11-2026 or 2026-11-22.")},
    )

    def clean_day(self) -> date:
        """The day, today when none is given."""
        today = timezone.localdate()
        day: date = self.cleaned_data["day"] or today
        if day > today:
            raise forms.ValidationError(_("This day has not come yet."))
        if day < EARLIEST:
            raise forms.ValidationError(_("There are no cases from before the year 2000."))
        return day
