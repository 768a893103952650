"""The demo's roster: who sits where, with which login."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

from django.utils.text import slugify

from districts.gazetteer_source import active_districts, in_force
from districts.models import Block, District, Role

CHHATTISGARH, RAJASTHAN = 22, 8
BILASPUR, DURG, KORBA, RAIPUR = 375, 378, 383, 387
# Three turns of eight hours, as control rooms keep them.
TURNS = (("morning", time(6), time(14)), ("afternoon", time(14), time(22)), ("night", time(22), time(6)))


@dataclass(frozen=True, slots=True)
class Seat:
    """One login and its posting; without hours it is on duty round the clock. `sees` makes it one to show."""

    login: str
    role: Role
    state: int
    district: int | None = None
    block: int | None = None
    hours: tuple[time, time] | None = None
    is_stand_in: bool = False
    sees: str = ""


@dataclass(frozen=True, slots=True)
class Away:
    """Days of next week, Monday is 0, on which the officer of a login is on leave; nobody replaces without `by`."""

    login: str
    first: int
    last: int
    reason: str
    by: str = ""


# None of them a login to show, so that the demo's own desks stay held. Tilda has one officer: its Wednesday is a gap.
AWAY = (
    Away("masturi.afternoon", 1, 3, "Family wedding", by="kota.morning"),
    Away("raipur.abhanpur", 0, 1, "Training", by="raipur.arang"),
    Away("raipur.tilda", 2, 2, "Hospital visit"),
)


def seats() -> list[Seat]:
    """Every seat of the demo, those with a memorable login first.

    Bilaspur's desks are held round the clock by a primary, so that the demo answers at any hour, and by
    stand-ins in three turns. Of Raipur, Durg and Korba every block has an officer, of every other district of
    Chhattisgarh and Rajasthan the nodal officer and the collector.
    """
    found = [*_bilaspur(), *_states()]
    for district in active_districts().filter(state__in=[CHHATTISGARH, RAJASTHAN]).order_by("state", "name"):
        if district.pk != BILASPUR:
            found += _district(district, slugify(district.name))
    return found


def _bilaspur() -> Iterator[Seat]:
    blocks = list(Block.objects.filter(in_force(), district=BILASPUR).order_by("name"))
    for block in blocks:
        sees = f"cases of {block.name} block"
        yield Seat(slugify(block.name), Role.NODAL_OFFICER, CHHATTISGARH, BILASPUR, block.pk, sees=sees)
    yield Seat(
        "bilaspur.nodal", Role.DISTRICT_NODAL, CHHATTISGARH, BILASPUR, sees="all of Bilaspur; supervises, reports"
    )
    yield Seat(
        "bilaspur.collector", Role.COLLECTOR, CHHATTISGARH, BILASPUR, sees="all of Bilaspur; figures and reports"
    )
    yield Seat("bilaspur.control", Role.OPERATOR, CHHATTISGARH, BILASPUR, sees="all of Bilaspur; review, telephone")
    yield Seat("auditor", Role.AUDITOR, CHHATTISGARH, BILASPUR, sees="all of Bilaspur, reading only")
    yield Seat("doctor", Role.DOCTOR, CHHATTISGARH, BILASPUR, sees="the doctor desk of Bilaspur")
    for block in blocks:
        yield from _turns(slugify(block.name), Role.NODAL_OFFICER, block.pk)
    yield from _turns("bilaspur.control", Role.OPERATOR, None)
    yield from _turns("doctor", Role.DOCTOR, None)


def _turns(login: str, role: Role, block: int | None) -> Iterator[Seat]:
    """Stand-ins who take over from a primary of Bilaspur, turn by turn."""
    for name, starts, ends in TURNS:
        yield Seat(f"{login}.{name}", role, CHHATTISGARH, BILASPUR, block, (starts, ends), is_stand_in=True)


def _states() -> Iterator[Seat]:
    yield Seat("cg.control", Role.OPERATOR, CHHATTISGARH, sees="all of Chhattisgarh; posts without a district")
    yield Seat("cg.admin", Role.STATE_ADMIN, CHHATTISGARH, sees="all of Chhattisgarh; supervises, reports")
    yield Seat("cg.doctor", Role.DOCTOR, CHHATTISGARH, sees="the doctor desk of Chhattisgarh; calls without a district")
    yield Seat("rj.control", Role.OPERATOR, RAJASTHAN, sees="all of Rajasthan; posts without a district")
    yield Seat("rj.admin", Role.STATE_ADMIN, RAJASTHAN, sees="all of Rajasthan; supervises, reports")


def _district(district: District, slug: str) -> Iterator[Seat]:
    sees = "all of Raipur; a gap in next week's roster" if district.pk == RAIPUR else ""
    yield Seat(f"{slug}.nodal", Role.DISTRICT_NODAL, district.state_id, district.pk, sees=sees)
    yield Seat(f"{slug}.collector", Role.COLLECTOR, district.state_id, district.pk)
    if district.pk in (RAIPUR, DURG, KORBA):
        yield Seat(f"{slug}.control", Role.OPERATOR, district.state_id, district.pk)
        for block in Block.objects.filter(in_force(), district=district).order_by("name"):
            yield Seat(f"{slug}.{slugify(block.name)}", Role.NODAL_OFFICER, district.state_id, district.pk, block.pk)
