"""Journey 1: what a citizen or an operator fills in, turned into the facts a person stated."""

import hashlib
import re
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from cases.intake.fields import DistrictChoice, IndianPhone, NeedChoice, PlainText, SmallNumber, Words, ten_digits
from cases.intake.where import Stated, district_choices, stated_place
from cases.models import Handle, Need
from cases.workflow import Urgency
from districts.models import District

LONGEST_TEXT = 4000
LARGEST_LIST = 1024 * 1024
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
        """Names this very answer: sending it twice is one plea, sending it changed (Back, edit, Send) is another."""
        return _named(self.cleaned_data)


class KeyedRadio(forms.RadioSelect):
    """Radio buttons that each show the key that chooses them (telephone.js)."""

    def __init__(self, *, keys: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.keys = keys

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Django's option with its key."""
        option: dict[str, Any] = super().create_option(name, value, label, *args, **kwargs)
        at = int(option["index"])
        if at < len(self.keys):
            option["attrs"] |= {"data-key": self.keys[at]}
            option["label"] = format_html('<kbd class="key">{}</kbd> {}', self.keys[at].upper(), label)
        return option


class TelephoneForm(PleaForm):
    """The same while the caller is on the line; the operator may set the urgency."""

    urgency_choice = forms.ChoiceField(
        label=_("How urgent?"),
        choices=[("", _("As the words say")), *((value, capfirst(word)) for value, word in Urgency.choices)],
        required=False,
        widget=KeyedRadio(keys="0123"),
    )
    field_order = ["phone", "need", "urgency_choice", "place_text", "text", "requester_name", "district"]

    def __init__(self, *args: Any, own: int | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = {"district": own} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        words = {
            "need": _("What is needed?"),
            "text": _("What the caller says"),
            "requester_name": _("Caller's name"),
            "phone": _("Caller's number"),
        }
        for name, label in words.items():
            self.fields[name].label = label
        self.fields["phone"].help_text = _("Or the number of a case the caller asks about.")
        self.fields["place_text"].help_text = ""
        self.fields["text"].help_text = ""
        self.fields["text"].widget.attrs["rows"] = 3
        self.fields["need"].widget = self._needs()
        self._set_ways_of_typing(own)

    def _needs(self) -> KeyedRadio:
        """One query for all of them, each with its key."""
        label = NeedChoice.label_from_instance
        field: Any = self.fields["need"]
        return KeyedRadio(
            keys="123456789abcdefghij", choices=[(need.pk, label(field, need)) for need in field.queryset]
        )

    def _set_ways_of_typing(self, own: int | None) -> None:
        """The browser remembers nothing of a caller; places of the own district come first."""
        for name in ("phone", "requester_name", "place_text"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        number, place = self.fields["phone"].widget.attrs, self.fields["place_text"].widget.attrs
        number["autofocus"] = not self.is_bound and not self.initial.get("phone")  # an operator types while listening
        number["inputmode"] = "text" if self.is_bound and self.errors.get("phone") else "tel"
        place |= {"data-place-suggest": reverse_lazy("telephone_places"), "data-place-first": "1"}
        place["data-place-near"] = str(own or "")

    def urgency(self) -> str:
        """What the operator chose outranks the SpO2."""
        return str(self.cleaned_data["urgency_choice"]) or super().urgency()


class CalledAgainForm(forms.Form):
    """What a caller adds to a case we have; of the whole screen only this is taken, and nothing of it is a must."""

    phone = PlainText(required=False)
    text = PlainText(required=False)
    urgency_choice = forms.ChoiceField(choices=[("", ""), *Urgency.choices], required=False)
    patient_age = SmallNumber(least=0, most=120, required=False)
    spo2 = SmallNumber(least=30, most=100, required=False)
    token = PlainText(required=False)

    def given(self) -> dict[str, Any]:
        """As PleaForm's; a number that is none (the case's own number stood in the field) is left out."""
        answers = self.cleaned_data
        try:
            phones = [ten_digits(answers["phone"])]
        except ValidationError:
            phones = []
        severe = answers["spo2"] is not None and answers["spo2"] < SEVERE_SPO2
        urgency = answers["urgency_choice"] or (Urgency.CRITICAL.value if severe else "")
        facts = {"phones": phones, "urgency": urgency, "patient_age": answers["patient_age"], "spo2": answers["spo2"]}
        return {name: fact for name, fact in facts.items() if fact not in (None, "", [])}

    def idempotency_token(self, reference: str) -> str:
        """As PleaForm's, for this case."""
        return _named(self.cleaned_data, reference)


class MissedListForm(forms.Form):
    """An exchange's list of missed calls, pasted or as a file."""

    pasted = forms.CharField(  # as it is: cells copied out of a table are parted by tabs
        label=_("Missed calls, one a line"),
        help_text=_("The number and when it rang, for example: 98123 45678, 22-11-2026 18:40"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
    )
    file = forms.FileField(label=_("Or a file (CSV or text)"), required=False, allow_empty_file=True)

    def clean(self) -> dict[str, Any]:
        """Either is enough."""
        answers = super().clean() or self.cleaned_data
        upload = answers.get("file")
        if upload and upload.size > LARGEST_LIST:
            raise ValidationError({"file": _("This file is too large: at most 1 MB.")})
        answers["list"] = "\n".join(filter(None, [answers.get("pasted", ""), _decoded(upload) if upload else ""]))
        if not answers["list"].strip() and not self.errors:
            self.add_error("pasted", _("Paste a list or choose a file."))
        return answers


def _decoded(upload: Any) -> str:
    """As programs write CSV: UTF-8 with or without a mark, UTF-16 with one, else Latin."""
    raw: bytes = upload.read()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _named(answers: dict[str, Any], about: str = "") -> str:
    """Names this very answer; a form whose own token is missing or tampered with goes in as one of its own."""
    own = answers["token"] if _TOKEN.fullmatch(answers["token"]) else fresh_token()
    said = sorted((name, str(value)) for name, value in answers.items() if name != "token")
    return hashlib.sha256(f"{own}{about}{said}".encode()).hexdigest()[:32]


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
