"""Journey 4b: consultations and waiting times of some days; counts and minutes only, no note and no patient's name."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median, quantiles

from django.db.models import Q, QuerySet
from django.utils import timezone

from cases import access
from cases.access import Act
from cases.consult.forms import FARTHEST
from cases.models import Call, Consultation
from districts.models import District, Officer

Standing = Consultation.Standing
LEAST = 10  # below it a median of one doctor or district says more about chance, and could tell of one patient
NOBODY = 0
_COLUMNS = ("district_id", "doctor_id", "standing", "asked_at", "claimed_at", "ended_at", "raised_case_id")


@dataclass(frozen=True, slots=True)
class Days:
    """From the first day to the last, both included, in Asia/Kolkata."""

    first: date
    last: date

    @property
    def starts(self) -> datetime:
        """The first day's midnight."""
        return timezone.make_aware(datetime.combine(self.first, time.min))

    @property
    def ends(self) -> datetime:
        """The midnight after the last day."""
        return timezone.make_aware(datetime.combine(self.last + timedelta(days=1), time.min))


@dataclass(slots=True)
class Tally:
    """Of one doctor, one district or all: how many, and how long in minutes."""

    asked: int = 0
    talked: int = 0
    flags: int = 0
    waiting: int = 0
    waits: list[float] = field(default_factory=list)
    talks: list[float] = field(default_factory=list)

    def wait(self) -> float | None:
        """Half waited less."""
        return median(self.waits) if self.waits else None

    def wait_p90(self) -> float | None:
        """Nine of ten waited less."""
        return _p90(self.waits)

    def talk(self) -> float | None:
        """Half of the talks took less, from the claim to the end."""
        return median(self.talks) if self.talks else None

    def talk_p90(self) -> float | None:
        """Nine of ten took less."""
        return _p90(self.talks)

    @property
    def enough(self) -> bool:
        """Whether medians of a line may be shown."""
        return len(self.waits) >= LEAST


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table."""

    name: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Report:
    """What the page and the file draw."""

    days: Days
    whole: Tally
    unreached: int
    follow_ups_due: int
    follow_ups_done: int
    doctors: list[Line]
    districts: list[Line]


def _p90(minutes: list[float]) -> float | None:
    if len(minutes) < 2:
        return minutes[0] if minutes else None
    return quantiles(minutes, n=10, method="inclusive")[-1]


def seen_by(officer: Officer) -> Q:
    """The consultations of the officer's places, by districts, as their index has them."""
    if officer.is_superuser:
        return Q()
    places = access.places_of(officer, Act.SEE_CONSULTATIONS)
    states = {posting.state_id for posting in places if posting.district_id is None}
    districts = {posting.district_id for posting in places if posting.district_id}
    districts |= set(District.objects.filter(state__in=states).values_list("pk", flat=True)) if states else set()
    return Q(district__in=districts) | Q(district=None, state__in=states)


def report_of(officer: Officer, days: Days, at: datetime) -> Report:
    """A fixed number of queries; those of the asked of these days, by index."""
    seen = Consultation.objects.filter(seen_by(officer))
    asked = seen.filter(asked_at__gte=days.starts, asked_at__lt=days.ends)
    whole, doctors, districts = Tally(), defaultdict[int, Tally](Tally), defaultdict[int, Tally](Tally)
    for district, doctor, *rest in asked.filter(follows=None).values_list(*_COLUMNS):
        for tally in (whole, districts[district or NOBODY], *([doctors[doctor]] if doctor else [])):
            _add(tally, *rest)
    for district, count in _waiting_now(seen, at).items():
        whole.waiting += count
        districts[district or NOBODY].waiting += count
    due, done = _follow_ups(seen, days, at)
    return Report(days, whole, _unreached(asked), due, done, _by_doctor(doctors), _by_district(districts))


def _add(tally: Tally, standing: str, asked: datetime, claimed: datetime | None, ended: datetime | None,
         raised: int | None) -> None:  # fmt: skip
    tally.asked += 1
    tally.flags += raised is not None
    if standing == Standing.DONE and claimed and ended:
        tally.talked += 1
        tally.waits.append((claimed - asked).total_seconds() / 60)
        tally.talks.append((ended - claimed).total_seconds() / 60)


def _waiting_now(seen: "QuerySet[Consultation]", at: datetime) -> Counter[int | None]:
    """Of this moment, whatever days are asked for."""
    return Counter(seen.filter(standing=Standing.WAITING, due_at__lte=at).values_list("district_id", flat=True))


def _unreached(asked: "QuerySet[Consultation]") -> int:
    """Of the asked, who was called in vain and has not been talked with."""
    vain = Call.objects.exclude(result=Call.Result.REACHED).filter(consultation__isnull=False)
    return asked.exclude(standing=Standing.DONE).filter(pk__in=vain.values("consultation")).count()


def _follow_ups(seen: "QuerySet[Consultation]", days: Days, at: datetime) -> tuple[int, int]:
    """Calls again that fell due in these days, and how many of them were made."""
    known = seen.filter(asked_at__gte=days.starts - FARTHEST, asked_at__lt=days.ends, follows__isnull=False)
    until = min(days.ends, at)
    fell = known.filter(follows__follow_up_at__gte=days.starts, follows__follow_up_at__lt=until)
    standings = Counter(fell.exclude(standing=Standing.CANCELLED).values_list("standing", flat=True))
    return standings.total(), standings[Standing.DONE]


def _by_doctor(tallies: dict[int, Tally]) -> list[Line]:
    names = Officer.objects.in_bulk(tallies)
    lines = [Line(names[pk].label, tally) for pk, tally in tallies.items()]
    return sorted(lines, key=lambda line: (-line.tally.talked, line.name))


def _by_district(tallies: dict[int, Tally]) -> list[Line]:
    names = District.objects.in_bulk(tallies)
    lines = [Line(names[pk].label if pk in names else "", tally) for pk, tally in tallies.items()]
    return sorted(lines, key=lambda line: (-line.tally.asked, line.name))


def written(days: Iterable[date]) -> list[str]:
    """As the office writes days."""
    return [day.strftime("%d-%m-%Y") for day in days]
