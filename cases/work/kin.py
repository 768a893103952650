"""Journey 4: cases that may be about the same people, or that the same help may reach; each list on demand."""

from dataclasses import dataclass

from cases import access
from cases.models import Case, CaseQuerySet, Person, Phone
from cases.work.marking import hide_numbers
from cases.workflow import Move, allowed
from districts.models import Officer

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Beside:
    """One other case, masked; `joins` when one tap may join this case to it."""

    case: Case
    excerpt: str
    joins: bool


def same_people(case: Case, officer: Officer) -> list[Beside]:
    """Cases of the same numbers or the same account that the officer may see, open ones first."""
    numbers = list(Phone.objects.filter(person=case.requester_id).values_list("number", flat=True))
    people = set(Phone.objects.filter(number__in=numbers).values_list("person_id", flat=True))
    if case.requester.x_user_id:
        people |= set(Person.objects.filter(x_user_id=case.requester.x_user_id).values_list("pk", flat=True))
    return _beside(case, officer, Case.objects.filter(requester__in=people).order_by("closed_at", "-opened_at", "-pk"))


def nearby(case: Case, officer: Officer) -> list[Beside]:
    """Open cases of this need in the block, else in the district, by the clock."""
    if case.district_id is None:
        return []
    area = {"block": case.block_id} if case.block_id else {"district": case.district_id}
    return _beside(case, officer, Case.objects.open().filter(need=case.need_id, **area).by_clock())


def _beside(case: Case, officer: Officer, others: CaseQuerySet) -> list[Beside]:
    joins = allowed(Move.JOIN, case.status) and access.may(officer, Move.JOIN, case)
    seen = others.filter(access.scope(officer)).exclude(pk=case.pk).for_cards()[:MOST_SHOWN]
    return [Beside(one, hide_numbers(one.excerpt), joins and one.is_open) for one in seen]
