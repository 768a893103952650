"""The desk's frame: who is signed in, where posted, and the doors open to them."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext_lazy

from cases import access
from cases.access import Act
from cases.models import Case, SavedFilter
from cases.work.queue import CAP
from cases.work.saved import href_of
from cases.workflow import Status
from districts.models import Officer, Posting

register = template.Library()


@dataclass(frozen=True, slots=True)
class Door:
    """A page of the officers: its URL's name, its word, and what an officer must be able to do to enter."""

    name: str
    word: Any
    acts: tuple[Act, ...] = ()


# In the order of the day's work: the first that are open to an officer stand in the row, the others under "More".
DOORS = (
    Door("desk", gettext_lazy("Desk")),
    Door("consult_desk", gettext_lazy("Doctor desk"), (Act.ADVISE,)),
    Door("telephone", gettext_lazy("Telephone"), (Act.TAKE_CALLS,)),
    Door("case_list", gettext_lazy("Cases")),
    Door("dashboard", gettext_lazy("Reports"), (Act.READ_REPORTS,)),
    Door("reviews", gettext_lazy("Reviews"), (Act.READ_REPORTS,)),
    Door("wall", gettext_lazy("Wall"), (Act.SEE_WALL,)),
    Door("missed_calls", gettext_lazy("Missed calls"), (Act.TAKE_CALLS,)),
    Door("roster", gettext_lazy("Roster"), (Act.SEE_ROSTER,)),
    Door("offers", gettext_lazy("Offers"), (Act.SETTLE_OFFERS,)),
    Door("misses", gettext_lazy("Broken promises"), (Act.SEE_MISSES,)),
    Door("consult_report", gettext_lazy("Doctors' talks"), (Act.SEE_CONSULTATIONS,)),
    Door("outbox", gettext_lazy("Unsent"), (Act.SEE_OUTBOX,)),
    Door("names", gettext_lazy("Names"), (Act.TAKE_CALLS,)),
    Door("handles", gettext_lazy("Handles"), (Act.TAKE_CALLS,)),
    Door("clock", gettext_lazy("Promised times"), (Act.SET_CLOCK,)),
    Door("texts", gettext_lazy("Texts"), (Act.EDIT_TEXTS,)),
    Door("disclosures", gettext_lazy("Numbers shown"), (Act.SEE_DISCLOSURES,)),
    Door("my_decisions", gettext_lazy("My decisions")),
    Door("my_notices", gettext_lazy("My messages")),
    Door("my_security", gettext_lazy("My sign-in")),
)
# How many doors stand in the row on a phone, on a tablet and on a wide screen.
ON_PHONE, ON_TABLET, ON_WIDE = 3, 5, 6


def _doors(officer: Officer) -> list[Door]:
    """The pages the officer may open."""
    return [door for door in DOORS if _is_open(door, officer)]


def _is_open(door: Door, officer: Officer) -> bool:
    return not door.acts or any(access.does(officer, act) for act in door.acts)


def _where(posting: Posting) -> str:
    area = posting.block or posting.district or posting.state
    return f"{posting.get_role_display()}, {area.label}"


def _link(door: Door, rank: int, path: str) -> dict[str, Any]:
    href = reverse(door.name)
    is_here = path == href or (door.name == "case_list" and path.startswith(href))
    shown = "phone" if rank < ON_PHONE else "tablet" if rank < ON_TABLET else "wide" if rank < ON_WIDE else "more"
    return {"href": href, "word": door.word, "is_here": is_here, "from": shown}


@register.inclusion_tag("components/desk_header.html", takes_context=True)
def desk_header(context: template.RequestContext) -> dict[str, Any]:
    """The header of an officer's page; nothing but the brand for who is not signed in."""
    request = context["request"]
    officer = request.user
    frame = {"request": request, "csrf_token": context.get("csrf_token", ""), "officer": officer}
    frame |= {"links": [], "more": [], "all_fit": True}
    frame |= {name: context.get(name, "") for name in ("office_name", "office_name_hi", "emblem_url", "helpline")}
    if officer.is_authenticated:
        links = [_link(door, rank, request.path) for rank, door in enumerate(_doors(officer))]
        frame |= {"links": links, "more": links[ON_PHONE:], "all_fit": len(links) <= ON_WIDE}
        frame |= {"postings": [_where(posting) for posting in access.postings(officer)]}
    return frame


@register.filter
def capped(count: int) -> str:
    """A count that may have stopped at its cap."""
    return f"{CAP - 1}+" if count >= CAP else str(count)


@register.filter
def since(case: Case) -> int:
    """When the case came to who holds it now, in Unix seconds: what is later than the last look is new."""
    return int(max(case.received_at, case.assigned_at or case.received_at).timestamp())


@register.filter
def saved_href(kept: SavedFilter) -> str:
    """Where a saved filter is used."""
    return href_of(kept)


@register.filter
def status_word(status: str) -> str:
    """A status for the reader; as it is when no such status exists any more."""
    return str(Status(status).label) if status in Status.values else status
