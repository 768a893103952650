"""One message taken out of a case that it does not belong to: another patient, with a case and a clock of its own."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cases import access
from cases.drafts import draft
from cases.gate import pass_gate
from cases.models import Case, Event, Message, Phone
from cases.opening import Areas, Book
from cases.routing.promises import Promises
from cases.step import MoveRefused
from cases.tuning import Tuning
from cases.understanding import Reading
from cases.workflow import Move
from districts.models import Officer

Result = Message.Result


def may_split(officer: Officer, case: Case) -> bool:
    """Who may say where a case belongs may also say that it is two."""
    return case.is_open and access.may(officer, Move.PLACE, case)


def split(*, case_id: int, message_id: int, actor: Officer, at: datetime) -> Case:
    """Open a case of its own from a joined message.

    What its author wrote later in that thread, and its reposts, go along. The new case runs on the message's own
    clock (law 3), is routed and answered as if it had never joined, and numbers that only the message named leave the
    old case. Raises MoveRefused (not_permitted, not_allowed), Case.DoesNotExist, Message.DoesNotExist.
    """
    with transaction.atomic():
        pass_gate()  # before any case is locked: the pipeline takes them in this order
        case = Case.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=case_id)
        if not may_split(actor, case):
            raise MoveRefused("not_permitted", _("Your posting does not allow this."))
        message = case.messages.select_related("handle").get(pk=message_id)
        if message.reading is None or message == _first(case):
            raise MoveRefused("not_allowed", _("The case rests on this message: it cannot be taken out."))
        new = _opened(message, case, at)
        moved = _move_along(message, case, new)
        case.message_count = max(1, case.message_count - moved)
        case.save(update_fields=["message_count", "updated_at"])
        Case.objects.filter(pk=new.pk).update(message_count=moved)
        _take_phones(message, case)
        for one, other in ((case, new), (new, case)):
            Event.objects.create(
                case=one, at=at, kind=Event.Kind.SPLIT, actor=actor, message=message, note=other.reference
            )
    return new


def _first(case: Case) -> Message | None:
    return case.messages.exclude(result=Result.ECHO).order_by("posted_at", "pk").first()


def _opened(message: Message, case: Case, at: datetime) -> Case:
    """Through the same book as every other case; what the message does not name is what the old case needed."""
    tuning = Tuning.load()
    one = draft(message, Reading.from_json(message.reading or {}), tuning)
    one.is_request = True
    if not one.reading.needs:
        one.needs = (case.need_id, *case.other_needs)
    areas, promises = Areas.load([one]), Promises.load()
    areas.settle(one)
    book = Book.load([], tuning, at)
    new = book.open(one, areas, promises)
    book.write()
    message.case, message.result = new, Result.REVIEW if one.review else Result.OPENED
    message.save(update_fields=["case", "result"])
    return new


def _move_along(message: Message, case: Case, new: Case) -> int:
    """How many messages the new case has, with what belongs to this one."""
    later = Q(pk__in=[])
    if message.author_id and message.conversation_id:
        later |= Q(
            author_id=message.author_id, conversation_id=message.conversation_id, posted_at__gt=message.posted_at
        )
    if message.external_id:
        later |= Q(channel=message.channel, echo_of=message.external_id)
    first = _first(case)
    return 1 + case.messages.filter(later).exclude(pk=first.pk if first else 0).update(case=new)


def _take_phones(message: Message, case: Case) -> None:
    """Numbers that no message left in the case names."""
    mine = set((message.reading or {}).get("phones") or [])
    for reading in case.messages.values_list("reading", flat=True):
        mine -= set((reading or {}).get("phones") or [])
    Phone.objects.filter(person=case.requester_id, number__in=mine).delete()
