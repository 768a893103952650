"""Journey 7: the forms of the public door: ask for help, where is my case, has help come."""

import unicodedata
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from cases import references
from cases.intake.forms import PleaForm
from cases.plain import plain


class AskForm(PleaForm):
    """A plea by a citizen. `website` is a field that people never see and form-filling robots cannot resist."""

    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))

    def clean_website(self) -> str:
        """A browser may have filled it for a real person: ask to send again, never drop the plea (law 1)."""
        if self.cleaned_data["website"]:
            self.data = {**self.data, "website": ""}
            raise forms.ValidationError(_("Please press the button once more to send this."), code="again")
        return ""


class LookUpForm(forms.Form):
    """A reference as people type it."""

    reference = forms.CharField(
        label=_("Your case number"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "inputmode": "text"}
        ),
        error_messages={
            "required": _("Write your case number. It looks like BLS-7K3Q-9D."),
            "max_length": _("This is too long for a case number. It looks like BLS-7K3Q-9D."),
        },
    )

    def clean_reference(self) -> str:
        """The stored spelling; ValidationError where it cannot be a reference."""
        found = references.normalise(plain(str(self.cleaned_data["reference"])))
        if not found:
            raise forms.ValidationError(_("This is not a case number. It looks like BLS-7K3Q-9D."), code="shape")
        return found


class YesNoForm(forms.Form):
    """Has help come? The two buttons are its fields' values."""

    helped = forms.ChoiceField(
        choices=[("yes", _("Yes")), ("no", _("No"))], error_messages={"required": _("Please press Yes or No.")}
    )
    note = forms.CharField(
        label=_("What is still needed?"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_note(self) -> str:
        """Without what no screen shows."""
        return plain(str(self.cleaned_data["note"]))


class FourDigits(forms.CharField):
    """Digits of any script, however they are spaced."""

    default_validators = [RegexValidator(r"^[0-9]{4}\Z", _("Write four digits, like 4567."))]

    def to_python(self, value: Any) -> str:
        """As 0-9."""
        typed = super().to_python(value) or ""
        return "".join(str(unicodedata.digit(letter, letter)) for letter in typed if not letter.isspace())


class DigitsForm(YesNoForm):
    """The same from the status page, for who knows the number that was given."""

    digits = FourDigits(
        label=_("Last four digits of the phone number you gave"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "size": "6"}),
        error_messages={"required": _("Write the last four digits of the phone number you gave.")},
    )
