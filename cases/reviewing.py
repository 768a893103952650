"""The moves of review: the plea confirmed, dismissed or corrected; each answer is kept as a labelled example."""

import hashlib
from typing import Any

from django.utils.translation import gettext as _

from cases import corrections
from cases.corrections import Field, place_facts
from cases.models import Case, Event, Need
from cases.routing.choice import Wanted, choose
from cases.routing.ladder import Ladders
from cases.routing.promises import Promises
from cases.step import MoveRefused, Step, give
from cases.understanding.reading import KINDS
from cases.workflow import RANK, Move, Status, Urgency
from districts.duty import Where
from districts.models import Block, District, Place

# What each of these moves overwrites: a form that showed other values than the case has now is stale.
EDITED: dict[Move, tuple[str, ...]] = {
    Move.PLACE: ("district_id", "block_id", "place_id", "place_text"),
    Move.CORRECT: ("need_id", "other_needs", "urgency"),
}
# What a message that is no plea may be.
NOT_PLEAS = tuple(kind for kind in KINDS if kind != "request")


def version(case: Case, move: Move) -> str:
    """What the move would overwrite, as a short mark that a form carries along."""
    values = repr([getattr(case, name) for name in EDITED[move]])
    return hashlib.sha256(values.encode()).hexdigest()[:16]


def confirm(step: Step, _fields: dict[str, Any]) -> Event.Kind:
    """It is a plea: it goes to its officer, or waits on for its place."""
    case = step.case
    _keep(step, Field.KIND, {"kind": "request", "is_request": True})
    if case.district_id is None:
        case.review_reason = "ambiguous_place" if case.candidates else "unknown_place"
        return Event.Kind.CORRECTED
    case.review_reason = ""
    where = Where(case.state_id, case.district_id, case.block_id, case.need_id)
    give(step, choose([Wanted(where, urgency=case.urgency)], step.at)[0])
    return Event.Kind.CORRECTED


def dismiss(step: Step, fields: dict[str, Any]) -> Event.Kind:
    """It is no plea: the case ends, and the reading learns what the message was."""
    kind = fields.get("kind", "")
    if kind not in NOT_PLEAS:
        raise MoveRefused("invalid", _("Choose what it is."))
    case = step.case
    _keep(step, Field.KIND, {"kind": kind, "is_request": False})
    case.status, case.closed_at, case.next_due_at, case.answer_by = Status.WITHDRAWN, step.at, None, None
    return Event.Kind.DISMISSED


def correct(step: Step, fields: dict[str, Any]) -> Event.Kind:
    """Another need or urgency. Promised times only ever move nearer: a correction must not buy time."""
    case, need, urgency = step.case, fields.get("need"), fields.get("urgency", "")
    if not isinstance(need, Need) or urgency not in Urgency.values:
        raise MoveRefused("invalid", _("Choose what is needed and how urgent it is."))
    others = [code for code in fields.get("other_needs") or case.other_needs if code != need.pk]
    if (need.pk, others, urgency) == (case.need_id, case.other_needs, case.urgency):
        raise MoveRefused("invalid", _("Nothing was changed."))
    # The form shows both: what was left as it stood is confirmed by it.
    _keep(step, Field.NEED, {"needs": [need.pk, *others]})
    _keep(step, Field.URGENCY, {"urgency": urgency})
    graver = RANK[urgency] < RANK[case.urgency]
    case.need, case.other_needs, case.urgency = need, others, urgency
    _promise_anew(case, graver=graver)
    return Event.Kind.CORRECTED


def learn_place(step: Step, district: District, block: Block | None, place: Place | None, place_text: str) -> None:
    """Where an officer says help must go, kept if the reading was unsure or said otherwise."""
    case = step.case
    changed = (case.district_id, case.block_id) != (district.pk, block.pk if block else None)
    if case.review_reason or changed:
        _keep(step, Field.PLACE, place_facts(district, block, place, place_text))


def _keep(step: Step, field: Field, right: dict[str, Any]) -> None:
    if step.actor is not None:
        corrections.record(case=step.case, field=field, right=right, actor=step.actor, at=step.at)


def _promise_anew(case: Case, *, graver: bool) -> None:
    if graver:
        case.limits = Ladders.load().limits(case.urgency, case.need_id, case.district_id)
    promises = Promises.load()
    respond_by, resolve_by = promises.times(case.opened_at, case.urgency, case.need_id, case.district_id)
    case.respond_by, case.resolve_by = min(case.respond_by, respond_by), min(case.resolve_by, resolve_by)
    case.next_due_at = case.resolve_by if case.acknowledged_at else case.respond_by
