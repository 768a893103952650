"""Where and who: what the office may write into the tables of places, spellings, postings and shifts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from districts.models import (
    Block,
    BlockDistrict,
    District,
    Leave,
    Place,
    PlaceName,
    Posting,
    Role,
    Shift,
    State,
    SubDistrict,
)
from districts.models.people import EVERY_DAY
from districts.weekdays import WeekdaysField

_AREAS: dict[str, type[State | District | SubDistrict | Block | Place]] = {
    PlaceName.Level.STATE: State,
    PlaceName.Level.DISTRICT: District,
    PlaceName.Level.SUBDISTRICT: SubDistrict,
    PlaceName.Level.BLOCK: Block,
    PlaceName.Level.PLACE: Place,
}
# Where each role sits, so that the roster finds it: a nodal officer without a block would never be on duty.
_NEEDS_BLOCK = frozenset({Role.NODAL_OFFICER})
_NEEDS_DISTRICT = frozenset({Role.NODAL_OFFICER, Role.DISTRICT_NODAL, Role.COLLECTOR})
_MAY_HAVE_BLOCK = frozenset({Role.NODAL_OFFICER, Role.DOCTOR, Role.AUDITOR})
_WHOLE_STATE = frozenset({Role.STATE_ADMIN})


class PlaceNameForm(forms.ModelForm):  # type: ignore[type-arg]
    """A spelling must be one of an area that exists."""

    class Meta:
        model = PlaceName
        fields = ("level", "key", "spelling", "language", "is_active")

    def clean(self) -> dict[str, Any]:
        """The area exists."""
        answers = super().clean() or self.cleaned_data
        level, key = answers.get("level"), answers.get("key", "")
        if level and key and not _exists(level, key):
            self.add_error("key", _("There is no such area."))
        return answers


def _exists(level: str, key: str) -> bool:
    area = _AREAS[level]
    if area is not Place and not (key.isascii() and key.isdecimal() and len(key) <= 9):
        return False
    return area.objects.filter(pk=key).exists()


class PlaceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A place lies in its block, the block in the district, the district in the state."""

    class Meta:
        model = Place
        fields = (
            *("name", "name_hi", "kind", "state", "district", "block", "pincode", "latitude", "longitude"),
            *("valid_to", "is_active"),
        )

    def clean(self) -> dict[str, Any]:
        """They lie in each other."""
        answers = super().clean() or self.cleaned_data
        check_areas(self, answers)
        return answers


class PostingForm(forms.ModelForm):  # type: ignore[type-arg]
    """A posting the roster can find: the right kind of area for the role, areas that lie in each other."""

    class Meta:
        model = Posting
        fields = ("officer", "role", "state", "district", "block", "is_stand_in", "starts_on", "ends_on")

    def clean(self) -> dict[str, Any]:
        """The areas fit the role and each other."""
        answers = super().clean() or self.cleaned_data
        role, district, block = answers.get("role"), answers.get("district"), answers.get("block")
        check_areas(self, answers)
        if role in _NEEDS_DISTRICT and not district:
            self.add_error("district", _("This role is held in a district."))
        if role in _NEEDS_BLOCK and not block:
            self.add_error("block", _("This role is held in a block."))
        if role and block and role not in _MAY_HAVE_BLOCK:
            self.add_error("block", _("This role is not held in a single block."))
        if role in _WHOLE_STATE and district:
            self.add_error("district", _("This role is held for the whole state."))
        return answers


def check_areas(form: forms.ModelForm, answers: dict[str, Any]) -> None:  # type: ignore[type-arg]
    """Add an error where the district is in another state or the block in another district."""
    state, district, block = answers.get("state"), answers.get("district"), answers.get("block")
    if state and district and district.state_id != state.pk:
        form.add_error("district", _("This district is in another state."))
    if block and district is None:
        form.add_error("district", _("Which district is the block in?"))
    elif block and district and not _touches(block, district):
        form.add_error("block", _("This block is in another district."))


def _touches(block: Block, district: District) -> bool:
    """A block may lie in two districts."""
    return block.district_id == district.pk or BlockDistrict.objects.filter(block=block, district=district).exists()


class ShiftForm(forms.ModelForm):  # type: ignore[type-arg]
    """Hours of duty, with the days as words."""

    weekdays = WeekdaysField(label=_("weekdays"), initial=EVERY_DAY)

    class Meta:
        model = Shift
        fields = ("posting", "weekdays", "starts", "ends", "is_stand_in", "from_date", "until_date")


class LeaveForm(forms.ModelForm):  # type: ignore[type-arg]
    """Leave that the roster can follow."""

    class Meta:
        model = Leave
        fields = ("officer", "from_date", "until_date", "replacement", "reason")

    def clean(self) -> dict[str, Any]:
        """Days in order, and a replacement who is there."""
        answers = super().clean() or self.cleaned_data
        check_leave(self, answers)
        return answers


def check_leave(form: forms.ModelForm, answers: dict[str, Any]) -> None:  # type: ignore[type-arg]
    """Add an error where the days are out of order or taken, or where a replacement would be away as well.

    Chains are refused here, so that whoever replaces is there: on duty, a replacement on leave does not answer.
    """
    officer, other = answers.get("officer"), answers.get("replacement")
    first, last = answers.get("from_date"), answers.get("until_date")
    if not (officer and first and last):
        return
    if last < first:
        form.add_error("until_date", _("The last day is before the first."))
        return
    near = Leave.objects.between(first, last).exclude(pk=form.instance.pk).select_related("officer")
    if near.filter(officer=officer).exists():
        form.add_error("from_date", _("The officer is already on leave on some of these days."))
    if replaced := near.filter(replacement=officer).first():
        words = _("The officer replaces %(officer)s on some of these days. Choose another replacement there first.")
        form.add_error("officer", words % {"officer": replaced.officer.label})
    if other and other.pk == officer.pk:
        form.add_error("replacement", _("Choose somebody else."))
    elif other and (not other.is_active or near.filter(officer=other).exists()):
        form.add_error("replacement", _("This officer is away on some of these days too."))
