"""Journey 4b: the doctor's note, and what an officer asks a doctor."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from cases.consulting import LONGEST
from cases.intake.fields import PlainText, SmallNumber
from cases.models import Consultation
from cases.workflow import Urgency

FARTHEST = timedelta(days=14)
MORNING = 8  # o'clock: who was told "tomorrow morning" expects the call before the day's work
_NUMBER = re.compile(r"(\d{2,3}(?:[.,]\d{1,2})?)\s*°?\s*[CcFf]?")
_MOMENT = re.compile(r"(?:(\d{1,2})[-./](\d{1,2})[-./](\d{4})\s+)?(\d{1,2})[:.](\d{2})")


class When(models.TextChoices):
    """When to call again."""

    NEVER = "", _("No further call")
    TWO_HOURS = "2h", _("In 2 hours")
    SIX_HOURS = "6h", _("In 6 hours")
    MORNING = "morning", _("Tomorrow morning")
    OWN = "own", _("At another time")


class Temperature(PlainText):
    """In °C from 30 to 45, or in °F from 86 to 113; the two never overlap, so the number alone tells which."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 6}), max_length=12, **kwargs)

    def clean(self, value: Any) -> Any:
        """°C as a Decimal, or None."""
        text = str(super().clean(value))
        if not text:
            return None
        found = _NUMBER.fullmatch(text)
        number = Decimal("".join(str(int(sign)) if sign.isdecimal() else "." for sign in found[1])) if found else None
        if number is not None and 86 <= number <= 113:
            number = (number - 32) * 5 / 9
        if number is None or not 30 <= number <= 45:
            raise ValidationError(_("Write 30 to 45 for °C, or 86 to 113 for °F."), code="bounds")
        return number.quantize(Decimal("0.1"))


def fahrenheit(celsius: Decimal) -> Decimal:
    """The same temperature as thermometers with °F show it."""
    return (celsius * 9 / 5 + 32).quantize(Decimal("0.1"))


class NoteForm(forms.Form):
    """The structured note. Whatever part of it is right can be saved: see `said`."""

    flags = forms.MultipleChoiceField(
        label=_("Red flags"),
        help_text=_("A tick opens a critical case at once, or makes this one critical."),
        choices=[(value, capfirst(word)) for value, word in Consultation.Flag.choices],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose from the list.")},
    )
    spo2 = SmallNumber(label=_("Oxygen level (SpO2)"), least=30, most=100, required=False)
    temperature = Temperature(label=_("Temperature"), help_text=_("In °C or °F."), required=False)
    symptoms = PlainText(
        label=_("Symptoms"), max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    advice = PlainText(label=_("Advice"), max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    follow_up = forms.ChoiceField(
        label=_("Call again?"),
        choices=When.choices,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose from the list.")},
    )
    follow_up_own = PlainText(
        label=_("At which time?"),
        help_text=_("Like 18:40, or 22-11-2026 18:40."),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    @classmethod
    def of(cls, one: Consultation) -> "NoteForm":
        """As it was last saved."""
        own = timezone.localtime(one.follow_up_at).strftime("%d-%m-%Y %H:%M") if one.follow_up_at else ""
        kept = {name: getattr(one, name) for name in ("flags", "spo2", "temperature", "symptoms", "advice")}
        return cls(initial=kept | {"follow_up": When.OWN if own else When.NEVER, "follow_up_own": own})

    def said(self, at: datetime) -> dict[str, Any]:
        """What is right of what was sent, for `consulting.save_note`; call it before looking at the errors."""
        self.is_valid()
        names = ("symptoms", "spo2", "temperature", "advice", "flags")
        found = {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        try:
            found["follow_up_at"] = self._follow_up_at(at)
        except ValidationError as wrong:
            self.add_error("follow_up_own", wrong)
        return found

    def _follow_up_at(self, at: datetime) -> datetime | None:
        match self.cleaned_data.get("follow_up", ""):
            case When.TWO_HOURS:
                return at + timedelta(hours=2)
            case When.SIX_HOURS:
                return at + timedelta(hours=6)
            case When.MORNING:
                return _at_clock(at, MORNING, 0) + timedelta(days=1)
            case When.OWN:
                return _moment(self.cleaned_data.get("follow_up_own", ""), at)
            case _:
                return None


def _at_clock(day: datetime, hour: int, minute: int) -> datetime:
    return timezone.localtime(day).replace(hour=hour, minute=minute, second=0, microsecond=0)


def _moment(text: str, at: datetime) -> datetime:
    """A clock time alone is the next one that comes."""
    found = _MOMENT.fullmatch(text)
    problem = ValidationError(_("Write a time that is still to come, like 18:40 or 22-11-2026 18:40."), code="time")
    if not found:
        raise problem
    try:
        moment = _at_clock(at, int(found[4]), int(found[5]))
        if found[1]:
            moment = moment.replace(day=int(found[1]), month=int(found[2]), year=int(found[3]))
    except ValueError:
        raise problem from None
    if not found[1] and moment <= at:
        moment += timedelta(days=1)
    if moment <= at:
        raise problem
    if moment > at + FARTHEST:
        raise ValidationError(_("That is more than two weeks away."), code="time")
    return moment


class AskForm(forms.Form):
    """What a doctor should say to the patient, and how soon."""

    question = PlainText(
        label=_("What should the doctor look at?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Write in a few words what the doctor should look at."),
            "max_length": _("This is too long: please write at most %(limit_value)d letters."),
        },
    )
    urgency = forms.ChoiceField(
        label=_("How urgent?"),
        choices=[(value, capfirst(word)) for value, word in Urgency.choices],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose from the list."), "invalid_choice": _("Choose from the list.")},
    )
