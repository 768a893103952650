"""Journey 4: what an officer may narrow a queue or a list by, with the choices of the officer's own places."""

from collections.abc import Iterable

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import access
from cases.models import Need
from cases.workflow import OPEN, Urgency
from districts.models import Block, District, Officer

Choices = list[tuple[str, str]]


class NarrowForm(forms.Form):
    """The fields of the queue's filter; it only draws them: what they mean stands in `cases.filters`."""

    need = forms.ChoiceField(label=gettext_lazy("need"), required=False)
    status = forms.ChoiceField(label=gettext_lazy("status"), required=False)
    urgency = forms.ChoiceField(label=gettext_lazy("urgency"), required=False)
    district = forms.ChoiceField(label=gettext_lazy("district"), required=False)
    block = forms.ChoiceField(label=gettext_lazy("block"), required=False)

    def fill(self, choices: dict[str, Choices]) -> list[BoundField]:
        """The fields that have something to choose from."""
        for name, found in choices.items():
            self.fields[name].widget.choices = [("", _("All")), *found]
        return [self[name] for name, found in choices.items() if len(found) > 1]


def queue_fields(officer: Officer, narrowed: dict[str, str]) -> list[BoundField]:
    """Need, status, urgency, and the areas under the officer's own."""
    needs = Need.objects.filter(is_active=True)
    choices: dict[str, Choices] = {
        "need": [(need.pk, need.label) for need in needs],
        "status": [(status.value, str(status.label)) for status in OPEN],
        "urgency": [(urgency.value, str(urgency.label).capitalize()) for urgency in Urgency],
    }
    form = NarrowForm(initial=narrowed)
    return form.fill(choices | area_choices(officer, narrowed.get("district", "")))


def area_choices(officer: Officer, district: str = "") -> dict[str, Choices]:
    """Districts for who serves a state, with the blocks of the chosen one; blocks for who serves a district."""
    held = access.postings(officer)
    states = {posting.state_id for posting in held if posting.district_id is None}
    own = {posting.district_id for posting in held if posting.district_id and posting.block_id is None}
    if states or officer.is_superuser:
        districts = District.objects.filter(is_active=True)
        chosen = {int(district)} if district.isascii() and district.isdigit() and len(district) < 10 else set()
        found = _labels(districts if officer.is_superuser else districts.filter(state__in=states))
        return {"district": found} | ({"block": _blocks(chosen)} if chosen else {})
    if own:
        return {"block": _blocks(own)}
    return {"block": [(str(posting.block.pk), posting.block.label) for posting in held if posting.block]}


def _blocks(districts: Iterable[int | None]) -> Choices:
    return _labels(Block.objects.filter(districts__in=districts).distinct())


def _labels(areas: Iterable[District] | Iterable[Block]) -> Choices:
    """As the reader sorts them."""
    return sorted(((str(area.pk), area.label) for area in areas), key=lambda choice: choice[1])
