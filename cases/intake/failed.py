"""Journey 1: messages that could not be read, and those taken for no request: shown to people, tried again (law 1)."""

from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from cases import access, corrections, pipeline
from cases.models import Handle, Message
from districts.models import Officer

SHOWN = 50
# A list of the newest "not a request" looks no further back than this many messages: no scan of history.
_LOOKED_THROUGH = 5000


def in_area(officer: Officer, prefix: str = "scope_") -> Q:
    """Messages (or, with prefix '', handles) of the officer's states and districts.

    Like a case without a state, a message without one is everybody's with a state posting: somebody must look.
    """
    if officer.is_superuser:
        return Q()
    held = access.postings(officer)
    states = {posting.state_id for posting in held if posting.district_id is None}
    districts = {posting.district_id for posting in held if posting.district_id}
    seen = Q(**{f"{prefix}district__in": districts}) | Q(**{f"{prefix}state__in": states})
    return seen | Q(**{f"{prefix}state": None}) if states else seen


def handles_of(officer: Officer) -> QuerySet[Handle]:
    """The handles of the officer's area, by name."""
    return Handle.objects.filter(in_area(officer, "")).order_by("username")


def failed(officer: Officer) -> list[Message]:
    """The newest that could not be read, from the partial index; one query."""
    known = Message.objects.filter(in_area(officer), state=Message.State.FAILED)
    return list(known.select_related("handle").order_by("-received_at")[:SHOWN])


def not_requests(officer: Officer) -> list[Message]:
    """The newest that were read as offers, news or thanks; two queries."""
    newest = Message.objects.aggregate(newest=Max("pk"))["newest"] or 0
    recent = Message.objects.filter(in_area(officer), pk__gt=newest - _LOOKED_THROUGH)
    found = recent.filter(state=Message.State.READ, result=Message.Result.NOT_REQUEST)
    return list(found.select_related("handle").order_by("-pk")[:SHOWN])


def try_again(message_id: int, officer: Officer) -> Message:
    """Read a failed message once more; Message.DoesNotExist outside the officer's area."""
    return _processed(message_id, officer, Q(state=Message.State.FAILED), {})


def open_after_all(message_id: int, officer: Officer) -> Message:
    """Open a case from what was taken for no request; a person's word outranks the reading."""
    unread = Q(state=Message.State.READ, result=Message.Result.NOT_REQUEST)
    message = _processed(message_id, officer, unread, {"is_request": True})
    corrections.record_plea(message=message, actor=officer, at=timezone.now())
    return message


def _processed(message_id: int, officer: Officer, waiting: Q, stated: dict[str, Any]) -> Message:
    """Pressed twice, the second press finds it no longer waiting and only looks at what became of it."""
    with transaction.atomic():
        seen = Message.objects.filter(in_area(officer)).select_for_update(of=("self",))
        message = seen.get(pk=message_id)
        still_waiting = Message.objects.filter(waiting, pk=message_id).exists()
        if still_waiting:
            _back_to_stored(message, officer, stated)
    if still_waiting:
        pipeline.process([message_id])
    return Message.objects.select_related("case").get(pk=message_id)


def _back_to_stored(message: Message, officer: Officer, stated: dict[str, Any]) -> None:
    if stated:
        message.raw = {**message.raw, "given": {**(message.raw.get("given") or {}), **stated}}
        message.taken_by = message.taken_by or officer
    message.state = Message.State.STORED
    message.result, message.error, message.tries, message.read_at = "", "", 0, None
    message.save()
