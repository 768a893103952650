"""The collector's office: which places get review sheets, and who may read, issue and decide over them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cases import access
from cases.access import Act
from cases.models import Case, Decision, Handle, Review, ReviewRecipient, Stock
from cases.reports.scopes import Level, Scope
from districts.gazetteer_source import active_districts, in_force
from districts.models import District, Officer, Posting, State

OfPlace = Review | Decision | ReviewRecipient | Stock


def place_from(text: str) -> Scope | None:
    """The district or state that "d375" or "s22" names; None when there is none."""
    level, code = text[:1], text[1:]
    if not (code.isascii() and code.isdigit() and len(code) < 10):
        return None
    if level == Level.STATE:
        state = State.objects.filter(pk=int(code)).first()
        return of_state(state) if state else None
    district = (
        District.objects.select_related("state").filter(pk=int(code)).first() if level == Level.DISTRICT else None
    )
    return of_district(district) if district else None


def of_state(state: State) -> Scope:
    """The place of a state's sheets."""
    return Scope(Level.STATE.value, state.pk, state.name, state.name_hi)


def of_district(district: District) -> Scope:
    """The place of a district's sheets."""
    above = (of_state(district.state),)
    return Scope(Level.DISTRICT.value, district.pk, district.name, district.name_hi, above)


def place_of(row: OfPlace) -> Scope:
    """Where a sheet, decision, recipient or count of stock belongs."""
    return of_district(row.district) if row.district else of_state(row.state)


def keys_of(place: Scope) -> dict[str, int | None]:
    """Its columns in those tables: state and district; a state's own rows have no district."""
    if place.level == Level.STATE:
        return {"state_id": place.area, "district_id": None}
    return {"state_id": place.above[0].area, "district_id": place.area}


def here(place: Scope) -> Q:
    """Rows of just this place; by the index of district or state."""
    if place.level == Level.STATE:
        return Q(state=place.area, district=None)
    return Q(district=place.area)


def without_a_sheet(held_at: datetime) -> list[Scope]:
    """The places that should have a sheet of this moment and have none.

    A district gets sheets as long as an officer is posted in it, an active handle stands for it, or a case is open in
    it; a state when that is so anywhere in it. The other districts of the country get none: nobody would read them.
    """
    day = timezone.localdate(held_at)
    lives: list[QuerySet[Any]] = [
        Posting.objects.current(day),
        Handle.objects.filter(is_active=True),
        Case.objects.open(),
    ]
    sheets = Review.objects.filter(held_at=held_at)
    districts = active_districts().filter(_any(lives, "district"), ~Exists(sheets.filter(district=OuterRef("pk"))))
    own = sheets.filter(state=OuterRef("pk"), district=None)
    states = State.objects.filter(in_force(), _any(lives, "state"), ~Exists(own))
    found = [of_district(one) for one in districts.select_related("state").order_by("pk")]
    return found + [of_state(one) for one in states.order_by("pk")]


def _any(lives: list[QuerySet[Any]], column: str) -> Q:
    found = Q()
    for rows in lives:
        found |= Q(Exists(rows.filter(**{column: OuterRef("pk")})))
    return found


def read_by(officer: Officer) -> Q:
    """The sheets, decisions and the like of the officer's places: a state's reader sees its districts too."""
    return _within(officer, Act.READ_REPORTS)


def held_by(officer: Officer) -> Q:
    """Those over which the officer may decide."""
    return _within(officer, Act.HOLD_REVIEW)


def _within(officer: Officer, act: Act) -> Q:
    if officer.is_superuser:
        return Q()
    seen = access.NOBODY
    for posting in access.places_of(officer, act):
        if posting.block_id is None:  # a block has no sheets
            seen |= Q(district=posting.district_id) if posting.district_id else Q(state=posting.state_id)
    return seen


def choices(officer: Officer) -> list[Scope]:
    """The places of whose sheets the officer may choose one, the widest first: a state's districts that have any."""
    found = {place.text: place for place in _own_places(officer)}
    states = [place.area for place in found.values() if place.level == Level.STATE]
    with_sheets = District.objects.filter(Exists(Review.objects.filter(district=OuterRef("pk"))), state__in=states)
    for district in with_sheets.select_related("state") if states else ():
        found.setdefault(f"d{district.pk}", of_district(district))
    return sorted(found.values(), key=lambda place: (place.level != Level.STATE, place.name))


def _own_places(officer: Officer) -> Iterable[Scope]:
    if officer.is_superuser:
        has_sheets = Exists(Review.objects.filter(state=OuterRef("pk")))
        yield from map(of_state, State.objects.filter(has_sheets | Q(pk=settings.HOME_STATE)))
    for posting in access.places_of(officer, Act.READ_REPORTS):
        if posting.block_id is None:
            yield of_district(posting.district) if posting.district else of_state(posting.state)


def districts_below(place: Scope) -> list[Scope]:
    """The districts of a state that are in force."""
    rows = active_districts().filter(state=place.area).select_related("state").order_by("name")
    return [of_district(one) for one in rows]


def may_read(officer: Officer, place: Scope) -> bool:
    """Whether the officer reads the sheets of this place."""
    return _covers(officer, place, Act.READ_REPORTS)


def may_hold(officer: Officer, place: Scope) -> bool:
    """Whether the officer issues sheets of this place and decides over them."""
    return _covers(officer, place, Act.HOLD_REVIEW)


def _covers(officer: Officer, place: Scope, act: Act) -> bool:
    keys = keys_of(place)
    return officer.is_superuser or any(
        posting.district_id == keys["district_id"] if posting.district_id else posting.state_id == keys["state_id"]
        for posting in access.places_of(officer, act)
        if posting.block_id is None
    )


def officers_of(place: Scope) -> QuerySet[Officer]:
    """Who can be given a decision: officers posted today in the place; for a state its own and its districts' heads."""
    posted = Posting.objects.current().filter(place.inside).exclude(role="auditor")
    if place.level == Level.STATE:
        posted = posted.filter(block=None).exclude(role__in=["doctor", "operator"])
    return Officer.objects.filter(pk__in=posted.values("officer")).order_by("first_name", "last_name", "pk")
