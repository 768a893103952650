"""Journey 1: the place a person states in a form, from a list of districts and a type-ahead, or just typed."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from cases.intake.fields import DistrictChoice
from cases.models import Handle
from districts.models import Block, District, Place, SubDistrict
from districts.search import suggest_places


@dataclass(frozen=True, slots=True)
class Stated:
    """LGD codes and the place's key as far as they were stated."""

    state: int | None = None
    district: int | None = None
    block: int | None = None
    place: str | None = None


def served_districts() -> list[District]:
    """The districts a form offers: those of the home state and of every state with an active handle."""
    states = {settings.HOME_STATE, *Handle.objects.filter(is_active=True).values_list("state_id", flat=True)}
    return list(District.objects.filter(is_active=True, state__in=states).select_related("state"))


def district_choices() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """Grouped by state, the home state first, sorted as the reader reads; then the answer 'I do not know'."""
    by_state: dict[tuple[bool, str], list[tuple[str, str]]] = {}
    for district in served_districts():
        group = (district.state_id != settings.HOME_STATE, district.state.label)
        by_state.setdefault(group, []).append((str(district.pk), district.label))
    groups: list[tuple[str, str | list[tuple[str, str]]]] = [("", _("Choose a district"))]
    for (_elsewhere, label), districts in sorted(by_state.items()):
        groups.append((label, sorted(districts, key=lambda choice: choice[1])))
    groups.append((DistrictChoice.UNKNOWN, _("I do not know the district")))
    return groups


def stated_place(district: District | None, choice: str, typed: str) -> Stated:
    """What the form's three answers say together; a choice in another district than the chosen one is dropped."""
    chosen = _chosen(choice)
    if district and chosen.district not in (None, district.pk):
        chosen = Stated()  # law 5: a wrong place is worse than none
    if chosen.district:
        return chosen
    if district:
        return Stated(district.state_id, district.pk, *_typed_in(district, typed))
    return chosen


def _chosen(choice: str) -> Stated:
    """'level:key' from the type-ahead; an unknown one is no place at all."""
    level, _separator, key = choice.partition(":")
    if level == "place":
        place = Place.objects.filter(key=key).first()
        return Stated(place.state_id, place.district_id, place.block_id, place.key) if place else Stated()
    if not key.isdecimal() or len(key) > 9:
        return Stated()
    if level == "block":
        block = Block.objects.select_related("district").filter(pk=int(key)).first()
        return Stated(block.district.state_id, block.district_id, block.pk) if block else Stated()
    if level == "subdistrict":
        tehsil = SubDistrict.objects.filter(pk=int(key)).first()
        return Stated(tehsil.state_id, tehsil.district_id) if tehsil else Stated()
    district = District.objects.filter(pk=int(key)).first() if level == "district" else None
    return Stated(district.state_id, district.pk) if district else Stated()


def _typed_in(district: District, typed: str) -> tuple[int | None, str | None]:
    """(block, place) when what was typed without the type-ahead is exactly one name in the district."""
    if not typed:
        return None, None
    wanted = typed.casefold()
    same = [
        found
        for found in suggest_places(typed, limit=10, district_id=district.pk)
        if found.district_id == district.pk and wanted in (found.label.casefold(), found.label_hi.casefold())
    ]
    blocks = {found.block_id for found in same if found.block_id}
    places = [found.key for found in same if found.level == "place"]
    if len(blocks) != 1:
        return None, None
    return blocks.pop(), places[0] if len(places) == 1 else None
