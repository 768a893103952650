"""Journey 7: the two forms of the public door, 'ask for help' and 'where is my case'."""

from django import forms
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
