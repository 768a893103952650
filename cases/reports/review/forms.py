"""The collector's office: what is entered around a review: decisions, what was done, stock, who gets the sheets."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.intake.fields import PlainText, SmallNumber, Words
from cases.models import ReviewRecipient, SupplyKind
from cases.reports.review.places import keys_of, officers_of
from cases.reports.scopes import Scope
from districts.models import Officer

MOMENT = "%Y-%m-%dT%H:%M"
MOST_IN_STORE = 999_999


class DecisionForm(forms.Form):
    """A decision with an officer and a time, or without an officer a remark."""

    text = Words(
        label=_("What was decided or remarked?"),
        help_text=_("It stands on the next sheet. Telephone numbers are not shown there."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Please write a few words.")},
    )
    officer = forms.ModelChoiceField(
        Officer.objects.none(),
        label=_("Who does it?"),
        required=False,
        empty_label=_("Nobody: it is a remark"),
        error_messages={"invalid_choice": _("Choose an officer.")},
    )
    due_by = forms.DateTimeField(
        label=_("Until when?"),
        required=False,
        input_formats=[MOMENT, "%d-%m-%Y %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        error_messages={"invalid": _("Write day and time like 23-11-2026 18:00.")},
    )

    def __init__(self, *args: Any, place: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["officer"]
        field.queryset = officers_of(place)
        field.label_from_instance = lambda one: one.label

    def clean(self) -> dict[str, Any]:
        """Who has something to do has a time for it, and it is not over yet."""
        answers = super().clean() or self.cleaned_data
        due_by: datetime | None = answers.get("due_by")
        if answers.get("officer") and "due_by" not in self.errors:
            if due_by is None:
                self.add_error("due_by", _("Say until when it is to be done."))
            elif due_by <= timezone.now():
                self.add_error("due_by", _("This time is over already."))
        return answers


class DoneForm(forms.Form):
    """What was done, in one line."""

    note = PlainText(
        label=_("What was done?"), max_length=500, error_messages={"required": _("Please write a few words.")}
    )


class StockForm(forms.Form):
    """How many of each kind are in store; what is left empty was not counted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = list(SupplyKind.objects.filter(is_active=True))
        for kind in self.kinds:
            self.fields[kind.code] = SmallNumber(label=kind.label, least=0, most=MOST_IN_STORE, required=False)

    def counted(self) -> list[tuple[SupplyKind, int]]:
        """After `is_valid()`: what was filled in."""
        answers = [(kind, self.cleaned_data[kind.code]) for kind in self.kinds]
        return [(kind, quantity) for kind, quantity in answers if quantity is not None]

    def clean(self) -> dict[str, Any]:
        """At least one number."""
        answers = super().clean() or self.cleaned_data
        if not self.errors and not self.counted():
            raise forms.ValidationError(_("Fill in at least one number."))
        return answers


class RecipientForm(forms.ModelForm):  # type: ignore[type-arg]
    """An address of a place's list; one that was taken off it comes back."""

    class Meta:
        model = ReviewRecipient
        fields = ("address", "name", "language")

    def __init__(self, *args: Any, place: Scope, **kwargs: Any) -> None:
        self.place = place
        super().__init__(*args, **kwargs)
        self.fields["address"].error_messages |= {
            "required": _("Write an e-mail address."),
            "invalid": _("Write an address like name@example.gov.in."),
        }

    def keep(self) -> ReviewRecipient:
        """On the list, active."""
        keys = keys_of(self.place)
        answers = self.cleaned_data
        row = ReviewRecipient.objects.filter(**keys, address__iexact=answers["address"]).first()
        row = row or ReviewRecipient(**keys, address=answers["address"])
        row.name, row.language, row.is_active = answers["name"], answers["language"], True
        row.save()
        return row
