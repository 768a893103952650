"""Every write to a case by a person: locked, checked against workflow and access, with an Event and the replies due."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import access, consulting, deskwork, feedback, public_words, requester_notices, reviewing, telling, undoing
from cases.consent import YES
from cases.models import Case, Channel, Event, Message, Notice, ReplyTemplate
from cases.plain import plain
from cases.replies import Replies
from cases.routing.choice import Choice, Wanted, choose
from cases.step import MoveRefused, Step, changes, columns, give, settle
from cases.workflow import HELPED, RULES, UNOWNED, Closing, Move, Outcome, Status, allowed
from districts.duty import Level, Where
from districts.models import Block, District, Officer, Place, Posting

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
    DISMISS kind=str, what it is instead; CORRECT need=Need, other_needs=[code], urgency=an Urgency's value;
    CALL result=a Call.Result's value, number=str; SUPPLY supplies={kind's code: (asked, given)}; JOIN to=reference;
    UNDO event=the Event's id. PLACE, CORRECT and SUPPLY take seen=what the form showed: stale ones are refused.
    Raises MoveRefused, or Case.DoesNotExist when the actor may not see the case.
    """
    with transaction.atomic():
        at = at or timezone.now()
        deskwork.lock_both(move, case_id or 0, actor, fields)
        case = _locked(move, case_id or 0, actor, at)
        step = Step(case, actor, at, plain(note))
        _check(move, step, fields)
        before, old = (case.status, case.officer_id), columns(case)
        kind = _EFFECTS[move](step, fields)
        if move is not Move.UNDO:  # which puts back the stage times and the alarm that were
            settle(step)
        case.save()
        event = step.record(kind, *before, public=_is_public(kind, fields), before=changes(old, case))
        telling.after_move(case, event)
        consulting.after_move(case, event)
        for follow in step.after:
            follow(event)
    return case


def _locked(move: Move, case_id: int, actor: Officer, at: datetime) -> Case:
    """The case, locked; DoesNotExist when the actor may not see it.

    Who moved it out of the own sight a moment ago may still take that back.
    """
    seen = Case.objects.visible_to(actor)
    if move is Move.UNDO and not seen.filter(pk=case_id).exists():
        gone = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
        if undoing.may_still(gone, actor, at):
            return gone
    return seen.select_for_update(of=("self",)).get(pk=case_id)


def _is_public(kind: Event.Kind, fields: dict[str, Any]) -> bool:
    return kind in _PUBLIC or (kind == Event.Kind.NOTE and bool(fields.get("is_public")))


def allowed_moves(case: Case, actor: Officer) -> list[Move]:
    """The moves that both the status and the actor's roles allow, in the order of the work.

    Whether anything can be undone is asked of `undoing.undoable`: it depends on the last minute, not on the status.
    """
    moves = [move for move in Move if move is not Move.UNDO and allowed(move, case.status, case.review_reason)]
    return [move for move in moves if access.may(actor, move, case)]


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
    step = Step(case, None, at)
    kind_of_event = _reopen(step, {})
    settle(step)
    case.save()
    event = Event.objects.create(
        case=case, at=at, kind=kind_of_event, from_status=before, to_status=case.status, message=message
    )
    feedback.tell_owner(case, event)


def _close_with_consent(step: Step) -> None:
    """Solved, and the requester has said that help came: nothing is left to wait for."""
    case = step.case
    if case.consent_at is None or case.outcome not in HELPED:
        return
    before, old = (case.status, case.officer_id), columns(case)
    kind = _close(step, {}, Closing.YES)
    settle(step)
    case.save()
    Step(case, None, step.at).record(kind, *before, before=changes(old, case))


def _check(move: Move, step: Step, fields: dict[str, Any]) -> None:
    # Whether a move may be taken back is asked of the move, not of the place it has brought the case to.
    if step.actor is not None and move is not Move.UNDO and not access.may(step.actor, move, step.case):
        raise MoveRefused("not_permitted", _("Your posting does not allow this."))
    if not allowed(move, step.case.status, step.case.review_reason):
        raise MoveRefused("not_allowed", _refusal(step.case))
    if RULES[move].note_required and not step.note:
        raise MoveRefused("note_required", _("Please write what happened."))
    if len(step.note) > LONGEST_NOTE:
        raise MoveRefused("invalid", _("The note is too long: at most %(count)d letters.") % {"count": LONGEST_NOTE})
    seen = fields.get("seen")
    if move in reviewing.EDITED and seen and seen != reviewing.version(step.case, move):
        raise MoveRefused("not_allowed", _stale(step.case))


def _stale(case: Case) -> str:
    """What the form showed is not what the case says now: nothing is overwritten unseen."""
    last = Event.objects.filter(case=case).exclude(actor=None).select_related("actor").last()
    if last is None or last.actor is None:
        return _("This was changed meanwhile. Look again, then save.")
    words = {"officer": last.actor.label, "time": timezone.localtime(last.at).strftime("%H:%M")}
    return _("%(officer)s has changed this meanwhile (%(time)s). Look again, then save.") % words


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


def _note(step: Step, fields: dict[str, Any]) -> Event.Kind:
    """A note changes nothing else; above all it never touches the clock (law 3).

    What the citizen is to read must say nothing that the world may not (law 6).
    """
    if fields.get("is_public"):
        public_words.check(step.note, public_words.Forbidden.of(step.case))
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
    step.after.append(lambda event: _tell_requesters(step, event))
    step.after.append(lambda _event: _close_with_consent(step))
    return Event.Kind.RESOLVED


def _reopen(step: Step, _fields: dict[str, Any]) -> Event.Kind:
    return feedback.reopen(step)


def _close(step: Step, _fields: dict[str, Any], how: Closing = Closing.FORCED) -> Event.Kind:
    return feedback.close(step, how)


def _withdraw(step: Step, _fields: dict[str, Any]) -> Event.Kind:
    case = step.case
    case.status, case.closed_at, case.next_due_at = Status.WITHDRAWN, step.at, None
    return Event.Kind.WITHDRAWN


def _tell_requesters(step: Step, event: Event) -> None:
    """A reply to everyone whose plea opened or joined the case, once per solving; after the minute of undoing."""
    asked = Message.objects.filter(deskwork.pleas_of(step.case), result__in=deskwork.TOLD).order_by("pk")
    latest = {message.author_id: message for message in asked}.values()
    replies = Replies.load(message.handle_id for message in latest if message.handle_id)
    key = ReplyTemplate.Key.RESOLVED
    drawn = [replies.notice(key, step.case, message, step.at, number) for number, message in enumerate(latest, 1)]
    public = [notice for notice in drawn if notice]
    notices = requester_notices.in_private(public, step.case, event, feedback.link)
    for notice in notices:
        notice.event, notice.next_try_at = event, step.at + undoing.WITHIN
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    requester_notices.solved(step.case, step.at, event, feedback.link)
    Notice.objects.filter(event=event, channel=Channel.SMS).update(next_try_at=step.at + undoing.WITHIN)


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
    Move.CALL: deskwork.call,
    Move.SUPPLY: deskwork.supply,
    Move.JOIN: deskwork.join,
    Move.UNJOIN: deskwork.unjoin,
    Move.UNREACHABLE: deskwork.unreachable,
    Move.UNDO: undoing.undo,
}
