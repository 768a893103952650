"""The moves of the desk beside a case's own stages: a logged call, supplies, a join and its undoing, nobody reached."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import returning
from cases.gate import pass_gate
from cases.models import Call, Case, Event, Message, Notice, Phone, ReplyTemplate, Supply, SupplyKind
from cases.references import normalise
from cases.replies import Replies
from cases.routing.choice import Choice, Wanted, choose
from cases.step import UNDO_WITHIN, MoveRefused, Step, changes, columns, give, settle
from cases.workflow import RANK, Move, Status
from districts.duty import Level, Where
from districts.models import Officer, Posting

UNREACHED_CALLS = 3
MOST_OF_A_KIND = 999
# Whoever is told about a case: the authors of the messages that opened it or joined it.
TOLD = (Message.Result.OPENED, Message.Result.REVIEW, Message.Result.JOINED)
# Moves that write two cases.
_PAIRED = frozenset({Move.JOIN, Move.UNJOIN, Move.UNDO})


def lock_both(move: Move, case_id: int, actor: Officer, fields: Mapping[str, Any]) -> None:
    """For a move that writes two cases: through the gate, then both locked in the order of their keys."""
    if move not in _PAIRED:
        return
    pass_gate()
    if move is Move.JOIN:
        other = _target(actor, fields.get("to"))
    else:
        other = Case.objects.filter(joined_cases=case_id).first()
    pks = {case_id, other.pk if other else case_id}
    list(Case.objects.filter(pk__in=pks).order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))


def unreached_calls(case: Case) -> int:
    """Logged calls that reached nobody, since the last one that did."""
    reached = Call.objects.filter(case=case, result=Call.Result.REACHED).order_by("at", "pk").last()
    tried = Call.objects.filter(case=case).exclude(result=Call.Result.REACHED)
    return (tried.filter(at__gt=reached.at) if reached else tried).count()


def call(step: Step, fields: dict[str, Any]) -> Event.Kind:
    """One telephone call, reached or not. It never touches the clock (law 3)."""
    result, number = fields.get("result", ""), str(fields.get("number") or "")
    if result not in Call.Result.values:
        raise MoveRefused("invalid", _("Choose how the call went."))
    if number and not (number.isascii() and number.isdecimal() and len(number) == 10):
        raise MoveRefused("invalid", _("This number is not right. Write all 10 digits, like 98123 45678."))
    number = number or _first_phone(step.case)
    Call.objects.create(
        case=step.case,
        officer_id=step.actor.pk if step.actor else 0,
        at=step.at,
        number=number,
        result=result,
        note=step.note,
    )
    step.note = f"{result}\n{step.note}".strip()
    return Event.Kind.CALLED


def _first_phone(case: Case) -> str:
    first = Phone.objects.filter(person=case.requester_id).order_by("pk").values_list("number", flat=True).first()
    return first or ""


def supply(step: Step, fields: dict[str, Any]) -> Event.Kind:
    """How much was asked and given; `supplies` is {kind's code: (asked, given)}, `seen` what the form showed.

    A kind that somebody else has changed since is refused, so that nothing is overwritten unseen.
    """
    wanted: Mapping[str, tuple[int, int]] = fields.get("supplies") or {}
    kinds = {kind.pk: kind for kind in SupplyKind.objects.filter(pk__in=wanted)}
    if not wanted or len(kinds) != len(wanted):
        raise MoveRefused("invalid", _("Choose from the list."))
    if any(not 0 <= count <= MOST_OF_A_KIND for pair in wanted.values() for count in pair):
        raise MoveRefused("invalid", _("Write numbers from 0 to %(most)d.") % {"most": MOST_OF_A_KIND})
    there = {row.kind_id: (row.asked, row.given) for row in Supply.objects.filter(case=step.case)}
    changed = {code: pair for code, pair in wanted.items() if there.get(code, (0, 0)) != pair}
    if not changed:
        raise MoveRefused("invalid", _("Nothing was changed."))
    _refuse_stale(changed, there, fields.get("seen"))
    rows = [Supply(case=step.case, kind_id=code, asked=asked, given=given) for code, (asked, given) in changed.items()]
    Supply.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["case", "kind"], update_fields=["asked", "given"]
    )
    step.note = "\n".join([*(f"{code} {asked} {given}" for code, (asked, given) in changed.items()), step.note]).strip()
    return Event.Kind.SUPPLIED


def _refuse_stale(
    changed: Iterable[str], there: Mapping[str, tuple[int, int]], seen: Mapping[str, tuple[int, int]] | None
) -> None:
    if seen is not None and any(seen.get(code, (0, 0)) != there.get(code, (0, 0)) for code in changed):
        raise MoveRefused("not_allowed", _("Somebody else has changed the numbers meanwhile. Look again, then save."))


def unreachable(step: Step, _fields: dict[str, Any]) -> Event.Kind:
    """Only after three calls that reached nobody; a supervisor says so, in words."""
    tried = unreached_calls(step.case)
    if tried < UNREACHED_CALLS:
        missing = UNREACHED_CALLS - tried
        words = ngettext(
            "%(tried)d of %(needed)d calls are logged that reached nobody. Log %(missing)d more first.",
            "%(tried)d of %(needed)d calls are logged that reached nobody. Log %(missing)d more first.",
            missing,
        )
        raise MoveRefused("invalid", words % {"tried": tried, "needed": UNREACHED_CALLS, "missing": missing})
    case = step.case
    case.status, case.closed_at, case.next_due_at = Status.UNREACHABLE, step.at, None
    return Event.Kind.UNREACHABLE


# --- Two cases of one patient become one ----------------------------------------------------------------------


def _target(actor: Officer, to: Any) -> Case | None:
    """The visible case of a reference; of one that is joined itself, the case it was joined to."""
    seen = Case.objects.visible_to(actor)
    found = seen.filter(reference=normalise(str(to or "")) or str(to or "").replace("\x00", "").upper()).first()
    return seen.filter(pk=found.joined_to_id).first() if found and found.joined_to_id else found


def join(step: Step, fields: dict[str, Any]) -> Event.Kind:
    """Two pleas for one patient become one case: this one ends in the other, which keeps the earlier clock."""
    case, found = step.case, _target(step.actor, fields.get("to")) if step.actor else None
    if found is None:
        raise MoveRefused("invalid", _("There is no such case in your area. Check the number."))
    if found.pk == case.pk:
        raise MoveRefused("invalid", _("A case cannot be joined to itself."))
    if not found.is_open:
        raise MoveRefused("invalid", _("That case is not open any more. Choose an open one."))
    _adopt(step, found)
    step.after.append(lambda event: _moved_along(step, found, event))
    case.joined_to, case.status, case.closed_at, case.next_due_at = found, Status.DUPLICATE, step.at, None
    # What was joined to it goes along, and is counted by itself when it is separated again.
    along = Case.objects.filter(joined_to=case).aggregate(count=Sum("message_count"))["count"] or 0
    case.message_count = max(case.message_count - along, 1)
    step.note = f"{found.reference}\n{step.note}".strip()
    return Event.Kind.JOINED


def _adopt(step: Step, other: Case) -> None:
    """The other counts these messages too, and runs on the earlier clock and the graver urgency (law 3)."""
    case, old = step.case, columns(other)
    if other.waits_from == other.opened_at:
        other.waits_from = min(other.waits_from, case.opened_at)
    if RANK[case.urgency] < RANK[other.urgency]:
        other.urgency, other.limits = case.urgency, case.limits
    for name in ("opened_at", "received_at", "respond_by", "resolve_by"):
        setattr(other, name, min(getattr(other, name), getattr(case, name)))
    other.next_due_at = other.resolve_by if other.acknowledged_at else other.respond_by
    other.message_count += case.message_count
    answer_by = other.answer_by
    beside = Step(other, step.actor, step.at, case.reference)
    settle(beside)
    other.answer_by = answer_by
    other.save()
    beside.record(Event.Kind.ADOPTED, other.status, other.officer_id, before=changes(old, other))


def _moved_along(step: Step, other: Case, event: Event) -> None:
    """What was joined to this case before is joined to the other now: no chains. Then all who asked are told."""
    for child in Case.objects.filter(joined_to=step.case).order_by("pk"):
        old = columns(child)
        child.joined_to = other
        child.save()
        along = Step(child, step.actor, step.at, other.reference)
        along.record(Event.Kind.JOINED, child.status, child.officer_id, before=changes(old, child))
    _tell_joined(step.case, other, event)


def _tell_joined(case: Case, other: Case, event: Event) -> None:
    """Queued now, said once the minute of undoing is over: the sweep finds it."""
    asked = Message.objects.filter(case=case, result__in=TOLD).order_by("pk")
    latest = {message.author_id: message for message in asked}.values()
    replies = Replies.load(message.handle_id for message in latest if message.handle_id)
    first = other.message_count - case.message_count + 1
    key = ReplyTemplate.Key.JOINED
    drawn = [replies.notice(key, other, message, event.at, number) for number, message in enumerate(latest, first)]
    notices = [notice for notice in drawn if notice]
    for notice in notices:
        notice.event, notice.next_try_at = event, event.at + UNDO_WITHIN
    Notice.objects.bulk_create(notices, ignore_conflicts=True)


def unjoin(step: Step, _fields: dict[str, Any]) -> Event.Kind:
    """Two patients after all: the case goes on with its own officer, on its own clock, which never stopped."""
    case = step.case
    other = Case.objects.get(joined_cases=case.pk)
    case.joined_to, case.closed_at = None, None
    returning.take_back(step, other)
    give(step, _own_officer(step))
    if case.review_reason:
        case.status = Status.NEEDS_REVIEW
    release(step, other, Event.Kind.UNJOINED)
    step.note = f"{other.reference}\n{step.note}".strip()
    return Event.Kind.UNJOINED


def release(step: Step, other: Case, kind: Event.Kind) -> None:
    """The other counts the messages of this case no longer; its clock stays as it is: no move buys time."""
    left = F("message_count") - step.case.message_count
    Case.objects.filter(pk=other.pk, message_count__gt=step.case.message_count).update(
        message_count=left, updated_at=step.at
    )
    Step(other, step.actor, step.at, step.case.reference).record(kind, other.status, other.officer_id)


def _own_officer(step: Step) -> Choice:
    """Who held it, if still posted; else whoever is on duty for it now."""
    case = step.case
    if case.officer_id and Posting.objects.current().filter(officer=case.officer_id).exists():
        return Choice(case.officer_id, Level(case.level))
    where = Where(case.state_id, case.district_id, case.block_id, case.need_id)
    wanted = Wanted(where, control_room=bool(case.review_reason), urgency=case.urgency)
    return choose([wanted], step.at)[0]


def pleas_of(case: Case) -> Q:
    """The messages a case speaks for: its own and those of the cases that were joined to it."""
    return Q(case=case) | Q(case__joined_to=case)
