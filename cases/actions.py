"""Every write to a case by a person: locked, checked against workflow and access, with an Event and the replies due."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import access, reviewing
from cases.consent import YES
from cases.models import Case, Event, Message, Notice, ReplyTemplate
from cases.plain import plain
from cases.replies import Replies
from cases.routing.choice import Choice, Wanted, choose
from cases.step import MoveRefused, Step, give
from cases.workflow import HELPED, RULES, UNOWNED, Move, Outcome, Status, allowed
from districts.duty import Level, Where
from districts.models import Block, District, Officer, Place, Posting
from helpdesk.enqueue import after_commit

__all__ = [
    "LONGEST_NOTE",
    "MoveRefused",
    "allowed_moves",
    "hand_over_targets",
    "perform",
    "reopen_for_reply",
]

LONGEST_NOTE = 4000


def perform(
    move: Move, *, case_id: int | None, actor: Officer, note: str = "", at: datetime | None = None, **fields: Any
) -> Case:
    """Make one move; returns the changed case.

    Fields by move: HAND_OVER to=Officer; TRANSFER district=District; PLACE district=District, block=Block|None,
    place=Place|None, place_text=str; RESOLVE outcome=an Outcome's value; NOTE is_public=bool;
    DISMISS kind=str, what it is instead; CORRECT need=Need, other_needs=[code], urgency=an Urgency's value.
    Raises MoveRefused, or Case.DoesNotExist when the actor may not see the case.
    """
    with transaction.atomic():
        case = Case.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=case_id or 0)
        step = Step(case, actor, at or timezone.now(), plain(note))
        _check(move, step)
        before = case.status, case.officer_id
        kind = _EFFECTS[move](step, fields)
        if case.status != Status.AWAITING_INFO:
            case.answer_by = None
        case.save()
        step.record(kind, *before, public=kind in _PUBLIC)
        if move is Move.RESOLVE:
            _tell_requesters(step)
            _close_with_consent(step)
    return case


def allowed_moves(case: Case, actor: Officer) -> list[Move]:
    """The moves that both the status and the actor's roles allow, in the order of the work."""
    return [move for move in Move if allowed(move, case.status, case.review_reason) and access.may(actor, move, case)]


def hand_over_targets(case: Case) -> QuerySet[Officer]:
    """Officers in charge now who may work the case: those of its district and of its state's desk."""
    workers = [role for role, moves in access.MOVES.items() if Move.RESOLVE in moves]
    near = Posting.objects.current().filter(role__in=workers, state=case.state_id)
    if case.district_id:
        near = near.filter(district=case.district_id) | near.filter(district=None)
    others = near.exclude(officer=case.officer_id) if case.officer_id else near
    return Officer.objects.filter(pk__in=others.values("officer")).order_by("first_name", "pk")


def reopen_for_reply(*, case: Case, kind: str, message: Message, at: datetime) -> None:
    """The requester writes again after 'solved': unless it is thanks, help has not reached them.

    The reply text promises just this; a needless reopening costs an officer a glance. The caller holds the case locked.
    """
    if case.pk is None or case.status not in {Status.RESOLVED, Status.CLOSED} or kind in YES:
        return
    before = case.status
    kind_of_event = _reopen(Step(case, None, at), {})
    case.save()
    Event.objects.create(
        case=case, at=at, kind=kind_of_event, from_status=before, to_status=case.status, message=message
    )


def _close_with_consent(step: Step) -> None:
    """Solved, and the requester has said that help came: nothing is left to wait for."""
    case = step.case
    if case.consent_at is None or case.outcome not in HELPED:
        return
    before = case.status, case.officer_id
    kind = _close(step, {})
    case.save()
    Step(case, None, step.at).record(kind, *before)


def _check(move: Move, step: Step) -> None:
    if step.actor is not None and not access.may(step.actor, move, step.case):
        raise MoveRefused("not_permitted", _("Your posting does not allow this."))
    if not allowed(move, step.case.status, step.case.review_reason):
        raise MoveRefused("not_allowed", _refusal(step.case))
    if RULES[move].note_required and not step.note:
        raise MoveRefused("note_required", _("Please write what happened."))
    if len(step.note) > LONGEST_NOTE:
        raise MoveRefused("invalid", _("The note is too long: at most %(count)d letters.") % {"count": LONGEST_NOTE})


def _refusal(case: Case) -> str:
    """Why the move came too late: the second officer is told who was first."""
    last = Event.objects.filter(case=case).exclude(actor=None).exclude(to_status="").select_related("actor").last()
    status = case.get_status_display()
    if last is None:
        return _("This is not possible now: the case is “%(status)s”.") % {"status": status}
    words = {
        "status": status,
        "officer": last.actor and last.actor.label,
        "time": timezone.localtime(last.at).strftime("%d-%m-%Y %H:%M"),
    }
    return _("This is not possible now: the case is “%(status)s” (%(officer)s, %(time)s).") % words


def _acknowledge(step: Step, _fields: dict[str, Any]) -> Event.Kind:
    """Whoever acknowledges holds the case; the first acknowledgement is the one the promise was about."""
    case = step.case
    if case.officer_id != getattr(step.actor, "pk", None):
        case.officer, case.assigned_at = step.actor, step.at
    case.assigned_at = case.assigned_at or step.at
    case.acknowledged_at = case.acknowledged_at or step.at
    case.status, case.next_due_at = Status.ACKNOWLEDGED, case.resolve_by
    return Event.Kind.ACKNOWLEDGED


def _start(step: Step, _fields: dict[str, Any]) -> Event.Kind:
    step.case.status, step.case.started_at = Status.IN_PROGRESS, step.at
    return Event.Kind.STARTED


def _note(_step: Step, _fields: dict[str, Any]) -> Event.Kind:
    """A note changes nothing else; above all it never touches the clock (law 3)."""
    return Event.Kind.NOTE


def _hand_over(step: Step, fields: dict[str, Any]) -> Event.Kind:
    to = fields.get("to")
    if not isinstance(to, Officer) or not hand_over_targets(step.case).filter(pk=to.pk).exists():
        raise MoveRefused("invalid", _("Choose an officer of this district."))
    give(step, Choice(to.pk, Level(step.case.level)))
    return Event.Kind.HANDED_OVER


def _transfer(step: Step, fields: dict[str, Any]) -> Event.Kind:
    """Never closed as 'not ours': the case stays open, on the same clock, with the other district's officer."""
    district = fields.get("district")
    if not isinstance(district, District) or not district.is_active or district.pk == step.case.district_id:
        raise MoveRefused("invalid", _("Choose another district."))
    _move_to(step, district, None, None, step.case.place_text)
    return Event.Kind.TRANSFERRED


def _place(step: Step, fields: dict[str, Any]) -> Event.Kind:
    district, block, place = fields.get("district"), fields.get("block"), fields.get("place")
    if not isinstance(district, District) or not district.is_active:
        raise MoveRefused("invalid", _("Choose the district."))
    if isinstance(block, Block) and not block.districts.filter(pk=district.pk).exists():
        raise MoveRefused("invalid", _("This block is not in that district."))
    block = block if isinstance(block, Block) else None
    place = place if isinstance(place, Place) and place.district_id == district.pk else None
    place_text = plain(str(fields.get("place_text") or step.case.place_text))[:200]
    reviewing.learn_place(step, district, block, place, place_text)
    _move_to(step, district, block, place, place_text)
    return Event.Kind.PLACED


def _move_to(step: Step, district: District, block: Block | None, place: Place | None, place_text: str) -> None:
    """Set the place and route anew; who works the case already keeps it when it stays in the district."""
    case = step.case
    stays = (
        case.district_id == district.pk
        and case.status not in UNOWNED
        and case.block_id == (block.pk if block else None)
    )
    case.state_id, case.district, case.block, case.place = district.state_id, district, block, place
    case.place_text, case.candidates, case.review_reason = place_text, [], ""
    if not stays:
        where = Where(district.state_id, district.pk, block.pk if block else None, case.need_id)
        give(step, choose([Wanted(where, urgency=case.urgency)], step.at)[0])


def _resolve(step: Step, fields: dict[str, Any]) -> Event.Kind:
    outcome = fields.get("outcome", "")
    if outcome not in Outcome.values:
        raise MoveRefused("invalid", _("Choose how it ended."))
    case = step.case
    case.status, case.resolved_at, case.next_due_at = Status.RESOLVED, step.at, None
    case.outcome, case.resolution = outcome, step.note
    return Event.Kind.RESOLVED


def _reopen(step: Step, _fields: dict[str, Any]) -> Event.Kind:
    case = step.case
    case.status, case.resolved_at, case.closed_at = Status.IN_PROGRESS, None, None
    case.consent_at = None
    case.outcome, case.next_due_at = "", case.resolve_by
    case.acknowledged_at = case.acknowledged_at or step.at
    case.reopened_count += 1
    return Event.Kind.REOPENED


def _close(step: Step, _fields: dict[str, Any]) -> Event.Kind:
    step.case.status, step.case.closed_at = Status.CLOSED, step.at
    return Event.Kind.CLOSED


def _withdraw(step: Step, _fields: dict[str, Any]) -> Event.Kind:
    case = step.case
    case.status, case.closed_at, case.next_due_at = Status.WITHDRAWN, step.at, None
    return Event.Kind.WITHDRAWN


def _tell_requesters(step: Step) -> None:
    """A reply to everyone whose plea opened or joined the case, once per solving."""
    results = [Message.Result.OPENED, Message.Result.REVIEW, Message.Result.JOINED]
    asked = step.case.messages.filter(result__in=results).order_by("pk")
    latest = {message.author_id: message for message in asked}.values()
    replies = Replies.load(message.handle_id for message in latest if message.handle_id)
    key = ReplyTemplate.Key.RESOLVED
    drawn = [replies.notice(key, step.case, message, step.at, number) for number, message in enumerate(latest, 1)]
    notices = [notice for notice in drawn if notice]
    Notice.objects.bulk_create(notices)
    for handle_id in sorted({notice.handle_id for notice in notices}):
        after_commit("cases.notify.tasks.send_notices", handle_id)


_PUBLIC = frozenset({Event.Kind.ACKNOWLEDGED, Event.Kind.STARTED, Event.Kind.RESOLVED, Event.Kind.REOPENED})
_EFFECTS: dict[Move, Callable[[Step, dict[str, Any]], Event.Kind]] = {
    Move.ACKNOWLEDGE: _acknowledge,
    Move.START: _start,
    Move.NOTE: _note,
    Move.HAND_OVER: _hand_over,
    Move.TRANSFER: _transfer,
    Move.PLACE: _place,
    Move.RESOLVE: _resolve,
    Move.REOPEN: _reopen,
    Move.CLOSE: _close,
    Move.WITHDRAW: _withdraw,
    Move.CONFIRM: reviewing.confirm,
    Move.DISMISS: reviewing.dismiss,
    Move.CORRECT: reviewing.correct,
}
