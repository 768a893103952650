"""Who: days of duty kept as bits (Monday 1 ... Sunday 64), shown and chosen as words."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from districts.models.people import EVERY_DAY


def in_words(weekdays: int) -> str:
    """'every day', or the short names of the days."""
    if weekdays == EVERY_DAY:
        return _("every day")
    return ", ".join(str(WEEKDAYS_ABBR[day]) for day in range(7) if weekdays & (1 << day))


class WeekdaysField(forms.TypedMultipleChoiceField):
    """Seven boxes to tick; its value is the sum of their bits. At least one is needed."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        choices = [(1 << day, WEEKDAYS[day]) for day in range(7)]
        super().__init__(choices=choices, coerce=int, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The bits of a sum, as the boxes are called."""
        if isinstance(value, int):
            return [str(1 << day) for day in range(7) if value & (1 << day)]
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare boxes with boxes: what is kept is a sum, what is sent is a list."""
        return set(self.prepare_value(initial) or []) != {str(bit) for bit in data or []}

    def clean(self, value: Any) -> int:
        """The sum. Raises ValidationError for none or for what is no day."""
        return sum(set(super().clean(value)))
