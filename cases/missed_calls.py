"""The helpline's missed calls: one waiting row per number, called back by one operator at a time, the oldest first."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Max, Q, QuerySet

from cases import access
from cases.access import Act
from cases.models import Case, Disclosure, Message, MissedCall
from districts.models import Officer

KEPT_FOR = timedelta(minutes=15)  # then another operator may take it: whoever claimed it has been called away
AGAIN_AFTER = timedelta(minutes=10)  # a caller who does not answer is tried again
MOST_TRIES = 5
OLDEST = timedelta(days=7)  # an exchange's list may reach further back; whoever rang then has rung again or is helped
_MOST_RINGS = 30_000
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Ring:
    """A call nobody answered: ten digits, and when; `is_timed` is false where a list does not say when."""

    number: str
    at: datetime
    is_timed: bool = True


@dataclass(slots=True)
class Recorded:
    """What a list brought: numbers that now wait, rings of numbers that waited already, and what was known."""

    new: int = 0
    again: int = 0
    known: int = 0


def record(rings: Sequence[Ring], *, officer: Officer) -> Recorded:
    """Take a list of rings over, for the area of whoever hands it in; the same list twice changes nothing.

    A ring from before a call-back, or before we spoke to the caller, is settled already. A fixed number of statements.
    """
    by_number: dict[str, list[Ring]] = defaultdict(list)
    for ring in sorted(rings, key=lambda ring: ring.at):
        by_number[ring.number].append(ring)
    done = Recorded()
    with transaction.atomic():
        waiting = _waiting(by_number)
        settled = _settled(by_number)
        new = [row for number in by_number if number not in waiting and (row := _row(by_number[number], settled, done))]
        changed = [row for row in waiting.values() if _ring_again(row, by_number[row.number], settled, done)]
        state, district = _area(officer)
        for row in new:
            row.state_id, row.district_id = state, district
        MissedCall.objects.bulk_create(new, ignore_conflicts=True)  # two lists at once may bring the same number
        MissedCall.objects.bulk_update(changed, ["first_at", "last_at", "rings", "taken_at"])
    return done


def _waiting(numbers: Collection[str]) -> dict[str, MissedCall]:
    rows = MissedCall.objects.select_for_update().filter(done_at=None, number__in=numbers)
    return {row.number: row for row in rows.order_by("pk")}


def _settled(numbers: Collection[str]) -> dict[str, datetime]:
    """When each number was last called back or spoken to."""
    called = MissedCall.objects.filter(number__in=numbers, done_at__isnull=False).values_list("number")
    calls = Message.objects.filter(channel=Message.Channel.PHONE, case__requester__phones__number__in=numbers)
    spoken = calls.values_list("case__requester__phones__number").annotate(last=Max("received_at"))
    latest: dict[str, datetime] = {}
    for number, moment in [*called.annotate(last=Max("done_at")).order_by(), *spoken.order_by()]:
        latest[number] = max(moment, latest.get(number, moment))
    return latest


def _row(rings: list[Ring], settled: dict[str, datetime], done: Recorded) -> MissedCall | None:
    """The new row of a number, or None when every ring is settled."""
    fresh = [ring for ring in rings if ring.number not in settled or ring.at > settled[ring.number]]
    moments = sorted({ring.at for ring in fresh})
    done.known += len(rings) - len(moments)
    if not moments:
        return None
    done.new += 1
    done.again += len(moments) - 1
    return MissedCall(number=rings[0].number, first_at=moments[0], last_at=moments[-1], rings=len(moments))


def _ring_again(row: MissedCall, rings: list[Ring], settled: dict[str, datetime], done: Recorded) -> bool:
    """Add to a waiting row what it does not know yet; whether there was anything."""
    rings_before = row.rings
    for ring in rings:
        after = ring.number not in settled or ring.at > settled[ring.number]
        if not ring.is_timed or not after or row.first_at <= ring.at <= row.last_at:
            done.known += 1
            continue
        row.first_at, row.last_at = min(row.first_at, ring.at), max(row.last_at, ring.at)
        row.rings = min(row.rings + 1, _MOST_RINGS)
        done.again += 1
    if row.taken_by_id is None and row.taken_at is not None and row.last_at > row.taken_at:
        row.taken_at = None  # who rings again can be reached now
    return row.rings != rings_before


def _area(officer: Officer) -> tuple[int | None, int | None]:
    """(state, district) where the officer takes calls, most local first."""
    held = sorted(access.places_of(officer, Act.TAKE_CALLS), key=lambda posting: posting.district_id is None)
    return (held[0].state_id, held[0].district_id) if held else (None, None)


def waiting_for(officer: Officer) -> QuerySet[MissedCall]:
    """Missed calls not settled yet at the helplines of the officer's places; a state's desk sees its districts'."""
    waiting = MissedCall.objects.filter(done_at=None)
    if officer.is_superuser:
        return waiting
    held = access.places_of(officer, Act.TAKE_CALLS)
    states = {posting.state_id for posting in held if posting.district_id is None}
    seen = Q(district__in={posting.district_id for posting in held if posting.district_id})
    if states:
        seen |= Q(state__in=states) | Q(state=None)
    return waiting.filter(seen)


def _free(at: datetime) -> Q:
    """Nobody is calling: never taken, not answered a while ago, or claimed and left."""
    left = Q(taken_by__isnull=False, taken_at__lte=at - KEPT_FOR)
    return Q(taken_at=None) | Q(taken_by=None, taken_at__lte=at - AGAIN_AFTER) | left


def claim(pk: int, *, officer: Officer, at: datetime, address: str | None = None) -> MissedCall | None:
    """The call, if the officer is the one to make it: two never get the same. Being shown the number is logged."""
    with transaction.atomic():
        if waiting_for(officer).filter(_free(at), pk=pk).update(taken_by=officer, taken_at=at):
            Disclosure.objects.create(
                officer=officer, at=at, kind=Disclosure.Kind.REVEALED, detail=f"missed call {pk}", address=address
            )
    return held_by(officer, pk, at)


def held_by(officer: Officer, pk: int, at: datetime) -> MissedCall | None:
    """The missed call that the officer has claimed and not let go."""
    held = waiting_for(officer).filter(taken_by=officer, taken_at__gt=at - KEPT_FOR, pk=pk)
    return held.select_related("district", "state").first()


def no_answer(pk: int, *, officer: Officer, at: datetime) -> bool:
    """Tried in vain: it comes back later, and after the last try no more. False when the officer did not hold it."""
    held = MissedCall.objects.filter(pk=pk, taken_by=officer, done_at=None)
    with transaction.atomic():
        last = held.filter(tries__gte=MOST_TRIES - 1).update(tries=F("tries") + 1, done_at=at, done_by=officer)
        return bool(last or held.update(tries=F("tries") + 1, taken_by=None, taken_at=at))


def give_back(pk: int, *, officer: Officer) -> bool:
    """Not called after all: the next operator may take it at once."""
    held = MissedCall.objects.filter(pk=pk, taken_by=officer, done_at=None)
    return bool(held.update(taken_by=None, taken_at=None))


def finish(pk: int, *, officer: Officer, at: datetime) -> bool:
    """A wrong number, or a caller who needs nothing: no call-back any more."""
    held = MissedCall.objects.filter(pk=pk, taken_by=officer, done_at=None)
    return bool(held.update(done_at=at, done_by=officer))


def settle(number: str, *, message: Message, officer: Officer, at: datetime) -> bool:
    """We have spoken to this number: whoever waited under it waits no more; whether somebody did."""
    waiting = MissedCall.objects.filter(number=number, done_at=None)
    return bool(waiting.update(done_at=at, done_by=officer, message=message))


@dataclass(frozen=True, slots=True)
class Line:
    """A missed call as the list shows it. `stand`: mine, free, taken (another operator calls), later (tried)."""

    call: MissedCall
    stand: str
    open_cases: int
    again_at: datetime | None


def lines(officer: Officer, at: datetime) -> list[Line]:
    """The oldest first, what the officer is calling on top; two queries."""
    rows = list(waiting_for(officer).select_related("taken_by", "district").order_by("first_at", "pk")[:SHOWN])
    open_cases = _open_cases(officer, {row.number for row in rows})
    found = [_line(row, officer, open_cases.get(row.number, 0), at) for row in rows]
    order = {"mine": 0, "free": 1, "taken": 1, "later": 2}
    return sorted(found, key=lambda line: order[line.stand])


def _line(row: MissedCall, officer: Officer, open_cases: int, at: datetime) -> Line:
    if row.taken_at is not None and row.taken_by_id is None and row.taken_at > at - AGAIN_AFTER:
        return Line(row, "later", open_cases, row.taken_at + AGAIN_AFTER)
    if row.taken_at is not None and row.taken_by_id is not None and row.taken_at > at - KEPT_FOR:
        return Line(row, "mine" if row.taken_by_id == officer.pk else "taken", open_cases, None)
    return Line(row, "free", open_cases, None)


def _open_cases(officer: Officer, numbers: Iterable[str]) -> dict[str, int]:
    phone = "requester__phones__number"
    known = Case.objects.visible_to(officer).open().filter(**{f"{phone}__in": numbers})
    return dict(known.order_by().values_list(phone).annotate(count=Count("pk")))
