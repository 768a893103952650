"""Journey 4b: what the doctors' desk shows: who waits, for how long, what falls due later, who is on duty."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q, QuerySet

from cases import access, consulting, duty_doctors
from cases.access import Act
from cases.models import Consultation
from districts.models import Officer, Posting

SHOWN = 50
AHEAD = timedelta(hours=24)
_CARD = ("case__need", "case__state", "case__district", "case__block", "case__place", "follows__doctor")


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one desk: who waits now, since when the longest, follow-up calls due, and what falls due within a day."""

    waiting: int
    critical: int
    since: datetime | None
    follow_ups: int
    later: int
    newest: int | None

    @property
    def token(self) -> str:
        """Differs as soon as the queue would look different."""
        since = int(self.since.timestamp()) if self.since else 0
        return f"{self.waiting}.{self.critical}.{self.follow_ups}.{self.later}.{since:x}.{self.newest or 0}"


@dataclass(frozen=True, slots=True)
class Desk:
    """What the page draws."""

    figures: Figures
    waiting: list[Consultation]
    later: list[Consultation]
    mine: Consultation | None
    doctors: list[Posting]

    @property
    def more(self) -> int:
        """How many wait who are not shown."""
        return max(self.figures.waiting - len(self.waiting), 0)


def _waiting(doctor: Officer, present: list[Posting]) -> "QuerySet[Consultation]":
    here = duty_doctors.within_reach(doctor, present)
    return Consultation.objects.filter(here, standing=Consultation.Standing.WAITING)


def figures_of(doctor: Officer, at: datetime) -> Figures:
    """Who is on duty, then one query over those who wait."""
    return _figures(_waiting(doctor, duty_doctors.on_duty(at)), at)


def _figures(waiting: "QuerySet[Consultation]", at: datetime) -> Figures:
    due = Q(due_at__lte=at)
    return Figures(
        **waiting.aggregate(
            waiting=Count("pk", filter=due),
            critical=Count("pk", filter=due & Q(urgency="critical")),
            since=Min("due_at", filter=due),
            follow_ups=Count("pk", filter=due & Q(follows__isnull=False)),
            later=Count("pk", filter=Q(due_at__gt=at, due_at__lte=at + AHEAD)),
            newest=Max("pk"),
        )
    )


def desk_of(doctor: Officer, at: datetime) -> Desk:
    """A fixed number of queries, however many wait."""
    present = duty_doctors.on_duty(at)
    waiting = _waiting(doctor, present)
    shown = waiting.select_related(*_CARD)
    return Desk(
        figures=_figures(waiting, at),
        waiting=list(shown.filter(due_at__lte=at).order_by("urgency", "due_at", "pk")[:SHOWN]),
        later=list(shown.filter(due_at__gt=at, due_at__lte=at + AHEAD).order_by("due_at", "pk")[:SHOWN]),
        mine=consulting.claimed_by(doctor),
        doctors=_near(doctor, present),
    )


def _near(doctor: Officer, present: list[Posting]) -> list[Posting]:
    """The doctors who share the desk: those of the same districts, and of their states as a whole."""
    desks = access.places_of(doctor, Act.ADVISE)
    states = {posting.state_id for posting in desks}
    whole = {posting.state_id for posting in desks if posting.district_id is None}
    districts = {posting.district_id for posting in desks if posting.district_id}
    return [
        one
        for one in present
        if one.state_id in whole or (one.district_id in districts if one.district_id else one.state_id in states)
    ]
