"""Which doctors are on duty now: postings of doctors with their shifts and leave, for the desk and its calls."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Prefetch, Q

from cases import access
from cases.access import Act
from districts.duty import INDIA
from districts.models import Leave, Officer, Posting, Role, Shift


def on_duty(at: datetime, places: Q | None = None) -> list[Posting]:
    """The postings of doctors on duty at a moment (aware), primary ones first, each officer once; three queries.

    `places` narrows the postings. Who is on leave is left out, and the replacement stands in. A posting without a
    shift that holds that day is on duty round the clock, as in `districts.duty`.
    """
    moment = at.astimezone(INDIA)
    day = moment.date()
    shifts = Shift.objects.filter(Q(until_date=None) | Q(until_date__gte=day - timedelta(days=1)), from_date__lte=day)
    found = Posting.objects.current(day).filter(places or Q(), role=Role.DOCTOR)
    found = found.select_related("officer", "district", "state").prefetch_related(Prefetch("shifts", shifts))
    present = [posting for posting in found.order_by("is_stand_in", "pk") if _runs(posting, moment)]
    return list({posting.officer_id: posting for posting in reversed(_replaced(present, moment))}.values())[::-1]


def for_place(state_id: int | None, district_id: int | None, at: datetime) -> list[Officer]:
    """Those of the district; where none is on duty, those of the state as a whole; else any of the state's."""
    posted = on_duty(at, Q(state=state_id) if state_id else Q())
    return [posting.officer for posting in nearest(posted, state_id, district_id)]


def nearest(present: Iterable[Posting], state_id: int | None, district_id: int | None) -> list[Posting]:
    """The same of postings that are known already."""
    posted = [posting for posting in present if state_id is None or posting.state_id == state_id]
    near = [posting for posting in posted if posting.district_id == district_id] if district_id else []
    whole = [posting for posting in posted if posting.district_id is None]
    return near or whole or posted


def within_reach(doctor: Officer, present: Iterable[Posting]) -> Q:
    """The consultations a doctor may take: those of the own desk, and in the own states what no desk takes now.

    Where neither the district nor its state has a doctor on duty (`present`: all who are), any doctor of the state
    calls: nobody waits unseen (law 2).
    """
    own = access.consults_in(doctor)
    posted = {posting.state_id for posting in access.places_of(doctor, Act.ADVISE)}
    staffed = {posting.state_id for posting in present if posting.district_id is None}
    districts = {posting.district_id for posting in present if posting.district_id}
    alone = posted - staffed
    if not alone:
        return own
    left = Q(district=None) | ~Q(district__in=districts)
    unknown = Q(state=None) if not staffed else Q(pk__in=[])
    return own | Q(left, state__in=alone) | unknown


def _runs(posting: Posting, moment: datetime) -> bool:
    """Whether a turn that began today or yesterday runs at that local moment; its end is not in it."""
    shifts: Iterable[Shift] = posting.shifts.all()
    today = [shift for shift in shifts if _holds_on(shift, moment)]
    return not today or any(_covers(shift, moment) for shift in shifts)


def _holds_on(shift: Shift, moment: datetime) -> bool:
    day = moment.date()
    return shift.from_date <= day and (shift.until_date is None or day <= shift.until_date)


def _starts_on(shift: Shift, moment: datetime) -> bool:
    return _holds_on(shift, moment) and bool(shift.weekdays & (1 << moment.weekday()))


def _covers(shift: Shift, moment: datetime) -> bool:
    now, yesterday = moment.time(), moment - timedelta(days=1)
    if shift.ends > shift.starts:
        return _starts_on(shift, moment) and shift.starts <= now < shift.ends
    return (_starts_on(shift, moment) and now >= shift.starts) or (_starts_on(shift, yesterday) and now < shift.ends)


def _replaced(postings: list[Posting], moment: datetime) -> list[Posting]:
    """Without those on leave that day; their replacements take the postings."""
    day = moment.date()
    officers = {posting.officer_id for posting in postings}
    leaves = Leave.objects.filter(officer__in=officers, from_date__lte=day, until_date__gte=day)
    away = {leave.officer_id: leave.replacement for leave in leaves.select_related("replacement")}
    for posting in postings:
        if (instead := away.get(posting.officer_id)) is not None:
            posting.officer = instead
    return [posting for posting in postings if posting.officer_id not in away]
