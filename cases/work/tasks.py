"""Journey 4, the doors of the roster: they take ids, call one function, return; safe to run twice (law 9)."""

from celery import shared_task
from django.utils import timezone

from cases.work.roster import evening


@shared_task(ignore_result=True)
def tell_gaps() -> None:
    """Start one look for each district, so that a bad one stops no other."""
    for district_id in evening.districts_with_a_roster(timezone.now()):
        tell_gaps_of.apply_async((district_id,))


@shared_task(ignore_result=True)
def tell_gaps_of(district_id: int) -> None:
    """Tell a district's nodal officers of the turns that nobody holds."""
    evening.tell_gaps_of(district_id, timezone.now())
