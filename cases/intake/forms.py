"""Journey 1: what a citizen or an operator fills in, turned into the facts a person stated."""

import hashlib
import re
import uuid
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from cases.intake.fields import DistrictChoice, IndianPhone, NeedChoice, PlainText, SmallNumber, Words
from cases.intake.where import Stated, district_choices, stated_place
from cases.models import Handle, Need
from cases.workflow import Urgency
from districts.models import District

LONGEST_TEXT = 4000
# Severe by the Union health ministry's clinical guidance for adults (AIIMS/ICMR, 17-05-2021): SpO2 below 90 %.
SEVERE_SPO2 = 90
_TOKEN = re.compile(r"[0-9a-f]{32}")


def fresh_token() -> str:
    """A new form's token."""
    return uuid.uuid4().hex


class PleaForm(forms.Form):
    """What is needed, what happened, where, and whom to call; `given()` is what the pipeline takes from it."""

    need = NeedChoice(
        Need.objects.none(),
        label=_("What do you need?"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose what is needed."), "invalid_choice": _("Choose what is needed.")},
    )
    text = Words(
        label=_("What happened?"),
        help_text=_("Who is ill, since when, what a doctor said."),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Write in a few words what happened."),
            "max_length": _("This is too long: please write at most %(limit_value)d letters."),
        },
    )
    district = DistrictChoice(
        District.objects.none(),
        label=_("District"),
        error_messages={
            "required": _("Choose the district. If you do not know it, choose that."),
            "invalid_choice": _("Choose a district from the list."),
        },
    )
    place_text = PlainText(
        label=_("Village, town or hospital"),
        help_text=_("Type a few letters and choose, or just write it."),
        max_length=200,
        required=False,
        widget=forms.TextInput(
            attrs={
                "data-place-suggest": reverse_lazy("place_suggest"),
                "data-place-choice": "id_place_choice",
                "data-place-district": "id_district",
                "autocomplete": "off",
            }
        ),
    )
    place_choice = PlainText(required=False, max_length=100, widget=forms.HiddenInput)
    phone = IndianPhone(
        label=_("Phone number"),
        help_text=_("The officer calls this number. Nobody else sees it."),
        max_length=24,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel-national"}),
        error_messages={"required": _("Write a phone number, so that the officer can call.")},
    )
    requester_name = PlainText(
        label=_("Your name"), max_length=160, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    patient_age = SmallNumber(label=_("Age of the patient"), least=0, most=120, required=False)
    spo2 = SmallNumber(
        label=_("Oxygen level (SpO2)"),
        help_text=_("The number on the finger meter."),
        least=30,
        most=100,
        required=False,
    )
    token = PlainText(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["need"].queryset = Need.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["district"].queryset = District.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["district"].widget.choices = district_choices()
        self.fields["token"].initial = fresh_token
        self.stated = Stated()

    def clean(self) -> dict[str, Any]:
        """The place as far as it was stated."""
        answers = super().clean() or self.cleaned_data
        if {"district", "place_text", "place_choice"} & set(self.errors):
            return answers
        self.stated = stated_place(answers["district"], answers["place_choice"], answers["place_text"])
        return answers

    def given(self) -> dict[str, Any]:
        """The facts stated, in the shape of Message.raw["given"]; what was left empty is left out."""
        answers = self.cleaned_data
        facts: dict[str, Any] = {
            "needs": [answers["need"].pk],
            "state": self.stated.state,
            "district": self.stated.district,
            "block": self.stated.block,
            "place": self.stated.place,
            "place_text": answers["place_text"],
            "phones": [answers["phone"]] if answers["phone"] else [],
            "requester_name": answers["requester_name"],
            "patient_age": answers["patient_age"],
            "spo2": answers["spo2"],
            "urgency": self.urgency(),
        }
        return {"is_request": True} | {name: fact for name, fact in facts.items() if fact not in (None, "", [])}

    def urgency(self) -> str:
        """Critical when the stated SpO2 is severe; '' leaves it to the reading of the text."""
        spo2 = self.cleaned_data["spo2"]
        return Urgency.CRITICAL.value if spo2 is not None and spo2 < SEVERE_SPO2 else ""

    def plea(self) -> str:
        """The text to be read; a place that no list knows is added, so that the reading can find it."""
        text, place = self.cleaned_data["text"], self.cleaned_data["place_text"]
        return f"{text}\n{place}" if place and not self.stated.district else str(text)

    def idempotency_token(self) -> str:
        """Names this very answer: sending it twice is one plea, sending it changed (Back, edit, Send) is another.

        A form whose own token is missing or tampered with still goes in, as a plea of its own.
        """
        own = self.cleaned_data["token"] if _TOKEN.fullmatch(self.cleaned_data["token"]) else fresh_token()
        answers = sorted((name, str(value)) for name, value in self.cleaned_data.items() if name != "token")
        return hashlib.sha256(f"{own}{answers}".encode()).hexdigest()[:32]


class TelephoneForm(PleaForm):
    """The same while the caller is on the line; the operator may set the urgency."""

    urgency_choice = forms.ChoiceField(
        label=_("How urgent?"),
        choices=[("", _("As the words say")), *((value, capfirst(word)) for value, word in Urgency.choices)],
        required=False,
        widget=forms.RadioSelect,
    )
    field_order = ["phone", "requester_name", "need", "urgency_choice", "text", "district", "place_text"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {
            "need": _("What is needed?"),
            "text": _("What the caller says"),
            "requester_name": _("Caller's name"),
            "phone": _("Caller's number"),
        }
        for name, label in words.items():
            self.fields[name].label = label
        self.fields["phone"].help_text = ""
        self.fields["phone"].widget.attrs["autocomplete"] = "off"
        self.fields["phone"].widget.attrs["autofocus"] = not self.is_bound  # an operator types while listening
        self.fields["requester_name"].widget.attrs["autocomplete"] = "off"

    def urgency(self) -> str:
        """What the operator chose outranks the SpO2."""
        return str(self.cleaned_data["urgency_choice"]) or super().urgency()


class PasteForm(forms.Form):
    """A post's address on X, or any text somebody forwarded."""

    pasted = Words(
        label=_("Address of the post, or its text"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "required": _("Paste an address or a text."),
            "max_length": _("This is too long: please paste at most %(limit_value)d letters."),
        },
    )
    handle = forms.ModelChoiceField(
        Handle.objects.none(),
        label=_("Which handle is it for?"),
        help_text=_("A text without a place is taken to be from this handle's area."),
        required=False,
    )
    token = PlainText(required=False, widget=forms.HiddenInput, initial=fresh_token)

    def __init__(self, *args: Any, handles: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["handle"].queryset = handles  # type: ignore[attr-defined]
        self.fields["handle"].empty_label = _("No handle")  # type: ignore[attr-defined]

    def idempotency_token(self) -> str:
        """As PleaForm's."""
        own = self.cleaned_data["token"] if _TOKEN.fullmatch(self.cleaned_data["token"]) else fresh_token()
        return hashlib.sha256(f"{own}{self.cleaned_data['pasted']}".encode()).hexdigest()[:32]
