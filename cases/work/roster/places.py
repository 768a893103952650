"""Journey 4: which rows of the roster an officer sees, and which of them the officer keeps."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import Http404

from cases import access
from cases.access import Act
from districts.gazetteer_source import active_districts, in_force
from districts.models import Block, District, Officer, Posting, Role, State
from districts.roster import DISTRICT_DESKS, STATE_DESKS, RosterDesk

# Who may be put on turns beside those posted there already: whoever works cases near, and doctors for doctors' desks.
WORKERS = (Role.NODAL_OFFICER, Role.DISTRICT_NODAL, Role.OPERATOR)


@dataclass(frozen=True, slots=True)
class Area:
    """A district or a state whose week is looked at."""

    key: str
    state: State
    district: District | None

    @property
    def label(self) -> str:
        """Its name for the reader."""
        return (self.district or self.state).label


def areas(officer: Officer) -> list[Area]:
    """The districts and states whose roster the officer sees, those of the postings first."""
    held = access.places_of(officer, Act.SEE_ROSTER)
    wanted = Q(pk__in={posting.district_id for posting in held if posting.district_id})
    wanted |= Q(state__in={posting.state_id for posting in held if posting.district_id is None})
    districts = active_districts().filter(Q() if officer.is_superuser else wanted).select_related("state")
    found = [Area(str(one.pk), one.state, one) for one in districts.order_by("state__name", "name")]
    whole = {posting.state_id: posting.state for posting in held if posting.district_id is None}
    states = State.objects.order_by("name") if officer.is_superuser else whole.values()
    return [*(Area(f"state-{state.pk}", state, None) for state in states), *found]


def area_of(officer: Officer, key: str) -> Area:
    """The area of that key, or the first; Http404 where there is none."""
    seen = areas(officer)
    found = next((area for area in seen if area.key == key), None if key else next(iter(seen), None))
    if found is None:
        raise Http404
    return found


def desks_of(officer: Officer, area: Area) -> list[RosterDesk]:
    """The rows the officer sees of an area: blocks by name, then the district's desks; or the state's desks."""
    if area.district is None:
        return [RosterDesk(role, area.state, area.state.pk) for role in STATE_DESKS]
    district = area.district
    held = [one for one in access.places_of(officer, Act.SEE_ROSTER) if one.district_id in {None, district.pk}]
    whole = officer.is_superuser or any(posting.block_id is None for posting in held)
    blocks = Block.objects.filter(in_force(), district=district)
    if not whole:
        blocks = blocks.filter(pk__in=[posting.block_id for posting in held])
    desks = [
        RosterDesk(Role.NODAL_OFFICER, block, district.state_id, district.pk, block.pk)
        for block in blocks.order_by("name")
    ]
    if whole:
        desks += [RosterDesk(role, district, district.state_id, district.pk) for role in DISTRICT_DESKS]
    return desks


def seen_beside(officer: Officer, area: Area) -> Q:
    """The postings in which a double booking is looked for: of the same district, and wherever the officer may look."""
    if officer.is_superuser:
        return Q()
    seen = Q(district=area.district) if area.district else Q(state=area.state, district=None)
    for posting in access.places_of(officer, Act.SEE_ROSTER):
        seen |= access.within(posting)
    return seen


def keeps(officer: Officer, desk: RosterDesk) -> bool:
    """Whether the officer may change that row: it lies within a place of posting, and the posting stands above it."""
    if officer.is_superuser:
        return True
    held = access.places_of(officer, Act.KEEP_ROSTER)
    return any(_holds(posting, desk) and access.outranks(posting, desk.role) for posting in held)


def kept_desk(officer: Officer, area: Area, key: str) -> RosterDesk:
    """The row of that key, if the officer keeps it; Http404 otherwise."""
    for desk in desks_of(officer, area):
        if desk.key == key and keeps(officer, desk):
            return desk
    raise Http404


def kept_desks(officer: Officer, desks: Iterable[RosterDesk]) -> list[RosterDesk]:
    """Those of the rows that the officer may change."""
    return [desk for desk in desks if keeps(officer, desk)]


def candidates(desk: RosterDesk) -> QuerySet[Officer]:
    """Who may be put on turns there: those posted there, and the officers of the district or of the state's desks.

    Only doctors at a doctors' desk: it opens what patients told them.
    """
    near = Posting.objects.current().filter(state=desk.state_id)
    near = near.filter(district=desk.district_id) if desk.district_id else near
    roles = [Role.DOCTOR] if desk.role == Role.DOCTOR else WORKERS
    others = near.filter(role__in=roles) if desk.district_id else near.filter(role__in=roles, district=None)
    there = Posting.objects.current().filter(desk.wanted())
    found = Officer.objects.filter(Q(pk__in=there.values("officer")) | Q(pk__in=others.values("officer")))
    return found.order_by("first_name", "last_name", "pk")


def _holds(posting: Posting, desk: RosterDesk) -> bool:
    if posting.block_id:
        return posting.block_id == desk.block_id
    if posting.district_id:
        return posting.district_id == desk.district_id
    return posting.state_id == desk.state_id
