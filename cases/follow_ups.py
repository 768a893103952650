"""Follow-up calls that come due: told once to who makes them; where no doctor is on duty, the control room is alarmed.

Locks in the order of all of the doctors' desk: cases first, then their consultations (see consulting.py).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import duty_doctors
from cases.models import Case, Consultation
from cases.routing.choice import Wanted, choose
from cases.telling import Key, ToOfficer, tell_officers, tell_plain
from cases.workflow import RANK
from districts.duty import Where
from districts.models import District, Posting, State

Standing = Consultation.Standing
DOCTOR = "doctor"
_AT_ONCE = 200
_Area = tuple[int | None, int | None]


def tell_due(at: datetime) -> int:
    """Tell who should make a follow-up call that has come due, once; returns of how many. Safe to run twice.

    Where no doctor is on duty it stays untold, and is told by the first run that finds one. Until then whoever is
    in the control room hears of it, each hour anew.
    """
    present = duty_doctors.on_duty(at)
    told, alone = 0, list[Consultation]()
    for chunk in _due(at):
        callers = {one.pk: _who_calls(one, present) for one in chunk}
        told += _tell({pk: who for pk, who in callers.items() if who}, at)
        alone += [one for one in chunk if not callers[one.pk]]
    _alarm(alone, at)
    return told


def _due(at: datetime) -> Iterator[list[Consultation]]:
    """What has come due and is untold, the longest first, in chunks: what nobody can make holds up no other."""
    ordered = _untold(at).select_related("follows").order_by("due_at", "pk")
    last = Q()
    while chunk := list(ordered.filter(last)[:_AT_ONCE]):
        yield chunk
        last = Q(due_at__gt=chunk[-1].due_at) | Q(due_at=chunk[-1].due_at, pk__gt=chunk[-1].pk)


def _untold(at: datetime) -> "QuerySet[Consultation]":
    return Consultation.objects.filter(
        standing=Standing.WAITING, follows__isnull=False, told_due_at=None, due_at__lte=at
    )


def _who_calls(one: Consultation, present: Sequence[Posting]) -> list[int]:
    """The doctor who knows the patient, if on duty; else all doctors on duty there."""
    near = [posting.officer_id for posting in duty_doctors.nearest(present, one.state_id, one.district_id)]
    own = one.follows.doctor_id if one.follows else None
    return [own] if own is not None and own in near else near


def _tell(callers: Mapping[int, Sequence[int]], at: datetime) -> int:
    """Those of them that are still untold; a case that somebody is moving right now comes with the next run."""
    if not callers:
        return 0
    with transaction.atomic():
        of = Case.objects.filter(consultations__in=callers).order_by("pk")
        cases = [case.pk for case in of.select_for_update(of=("self",), skip_locked=True)]
        still = _untold(at).filter(pk__in=callers, case__in=cases).order_by("pk")
        area = ("case__need", "case__block", "case__district", "case__state")
        due = list(still.select_for_update(of=("self",)).select_related(*area))
        Consultation.objects.filter(pk__in=[one.pk for one in due]).update(told_due_at=at)
        told = [
            ToOfficer(Key.TO_FOLLOW_UP, one.case, officer_id, f"due{one.pk}.{int(one.due_at.timestamp())}")
            for one in due
            for officer_id in callers[one.pk]
        ]
        tell_officers(told, at)
    return len(due)


# --- Nobody there to call ---------------------------------------------------------------------------------


def _alarm(alone: Sequence[Consultation], at: datetime) -> None:
    """Once an hour for each area, to whoever is in charge of its control room."""
    waiting: dict[_Area, list[Consultation]] = defaultdict(list)
    for one in alone:
        waiting[one.state_id, one.district_id].append(one)
    wanted = [Wanted(Where(state, district, None, DOCTOR), control_room=True) for state, district in waiting]
    labels = _labels(waiting) if waiting else {}
    for (area, calls), choice in zip(waiting.items(), choose(wanted, at) if wanted else [], strict=True):
        if choice.officer_id is None:
            continue
        words = {"gaps": _in_words(labels.get(area, ""), len(calls)), "url": settings.SITE_URL + reverse("roster")}
        urgency = min((one.urgency for one in calls), key=RANK.__getitem__)
        cause = f"no_doctor:{area[0] or 0}.{area[1] or 0}:{at:%Y%m%d%H}"
        tell_plain(Key.TO_GAP, [choice.officer_id], words, cause, at, urgency)


def _in_words(place: str, count: int) -> "str | Promise":
    def said() -> str:
        words = {"place": place or _("Place not known"), "n": count}
        return (
            ngettext(
                "no doctor in %(place)s, %(n)d patient waits for the follow-up call",
                "no doctor in %(place)s, %(n)d patients wait for the follow-up call",
                count,
            )
            % words
        )

    return lazy(said, str)()


def _labels(areas: Iterable[_Area]) -> dict[_Area, str]:
    areas = list(areas)
    districts = District.objects.in_bulk({district for _state, district in areas if district})
    states = State.objects.in_bulk({state for state, _district in areas if state})
    named = {(state, district): districts.get(district or 0) or states.get(state or 0) for state, district in areas}
    return {area: place.name for area, place in named.items() if place}
