"""Journey 1: form fields that forgive what people type and say in plain words what is missing."""

from typing import TYPE_CHECKING, Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from cases.models import Need
from cases.plain import plain
from districts.models import District
from helpdesk.templatetags.needs import need_picture

if TYPE_CHECKING:  # Django's fields take no type parameter at run time
    _NeedField = forms.ModelChoiceField[Need]
    _DistrictField = forms.ModelChoiceField[District]
else:
    _NeedField = _DistrictField = forms.ModelChoiceField


class PlainText(forms.CharField):
    """Text in any script; control characters are dropped, not complained about."""

    def to_python(self, value: Any) -> str:
        """The cleaned text."""
        return plain(str(super().to_python(plain(str(value or "")))))


class Words(PlainText):
    """Text that must hold at least one letter or digit: signs and pictures alone tell nobody what is needed."""

    def validate(self, value: str) -> None:
        """Raise ValidationError in the reader's language."""
        super().validate(value)
        if value and not any(sign.isalnum() for sign in value):
            raise ValidationError(_("Please write a few words."), code="no_words")


class IndianPhone(PlainText):
    """A mobile or landline number of India in any usual writing, as 10 digits.

    The rules are those of the national numbering plan as kept in the `phonenumbers` package.
    """

    def to_python(self, value: Any) -> str:
        """Ten digits, or '' when left empty; ValidationError when it is no Indian number."""
        text = super().to_python(value)
        return ten_digits(text) if text else ""


def ten_digits(text: str) -> str:
    """'+91 98123-45678', '०९८१२३४५६७८', '07752 412345' -> 10 digits; ValidationError otherwise."""
    problem = ValidationError(_("This number is not right. Write all 10 digits, like 98123 45678."), code="phone")
    try:
        number = phonenumbers.parse(text, "IN")
    except phonenumbers.NumberParseException as error:
        raise problem from error
    digits = str(number.national_number)
    if number.country_code != 91 or len(digits) != 10 or not phonenumbers.is_valid_number(number):
        raise problem
    return digits


class SmallNumber(PlainText):
    """A whole number in Roman or Devanagari digits within bounds; None when left empty."""

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 5}), max_length=6, **kwargs)

    def clean(self, value: Any) -> Any:
        """The number or None; ValidationError out of bounds."""
        text = str(super().clean(value)).rstrip("%").strip()
        if not text:
            return None
        if not text.isdecimal() or not self.least <= int(text) <= self.most:
            raise ValidationError(
                _("Write a number from %(least)d to %(most)d, or leave it empty."),
                code="bounds",
                params={"least": self.least, "most": self.most},
            )
        return int(text)


class NeedChoice(_NeedField):
    """A need as a picture, which is not read aloud, and a word."""

    def label_from_instance(self, need: Need) -> str:
        """Both, safely escaped."""
        return format_html("{} <span>{}</span>", need_picture(need.code, need.icon), need.label)


class DistrictChoice(_DistrictField):
    """A district, or the plain answer that one does not know it: None (law 2: help starts without a place)."""

    UNKNOWN = "unknown"

    def clean(self, value: Any) -> District | None:
        """The district or None; ValidationError when the question was left open."""
        if value == self.UNKNOWN:
            return None
        found: District | None = super().clean(value)
        return found
