"""The whole journey of a batch of messages on one page: read, understood, joined or opened, routed, told.

A batch is a few set-based statements and one commit (law 8); one message is a batch of one. Safe to call
twice, and by two workers at once, with the same ids: what is no longer `stored` is left alone.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from cases import actions
from cases.drafts import Draft, draft
from cases.gate import pass_gate
from cases.joining import Known, is_edit
from cases.models import Case, Message
from cases.opening import Areas, Book
from cases.routing.promises import Promises
from cases.tuning import Tuning
from cases.understanding import Plea, understand
from districts import gazetteer_source
from districts.gazetteer import Gazetteer

logger = logging.getLogger(__name__)
Result = Message.Result
Outcome = tuple[Result, Case | None]
_ENDS = {"state", "result", "read_at", "error", "reading", "case"}
# What is written on a message at its end; the key comes last, for the WHERE.
_ENDING = [
    *(field for field in Message._meta.concrete_fields if field.name in _ENDS),
    *(field for field in Message._meta.concrete_fields if field.primary_key),
]


def process(message_ids: Sequence[int], *, at: datetime | None = None) -> Counter[str]:
    """Take stored messages through the journey; returns how many ended as each Message.Result, or 'failed'.

    A message that cannot be processed is marked with its error and never blocks the others (law 1).
    Raises OperationalError when the database itself does not answer: nothing is marked then.
    """
    now = at or timezone.now()
    stored = Message.objects.filter(pk__in=message_ids, state=Message.State.STORED)
    messages = list(stored.select_related("handle").order_by("posted_at", "pk"))
    try:
        return _settle(messages, now) if messages else Counter()
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # its words may quote a plea: they go on the message, not into the log
        logger.error("A batch of %d messages failed (%s); each is tried alone.", len(messages), type(error).__name__)
        return sum((_alone(message, now) for message in messages), Counter())


def _plea(message: Message) -> Plea:
    """The text with its scope: a district's handle means that district unless the text says otherwise."""
    handle = message.handle
    state, district = message.scope_state_id, message.scope_district_id
    if handle is not None and state is None:
        state, district = handle.state_id, handle.district_id
    return Plea(message.text, scope_state=state, scope_district=district, handle=handle.username if handle else "")


def _settle(messages: Sequence[Message], at: datetime) -> Counter[str]:
    """Read all texts, so that nobody waits at the gate for it; then one transaction: decide about every message that
    is still ours to decide, and write it all."""
    gazetteer = gazetteer_source.current()
    readings = understand([_plea(message) for message in messages], gazetteer)
    with transaction.atomic():
        pass_gate()
        locked = Message.objects.filter(pk__in=[m.pk for m in messages], state=Message.State.STORED)
        ours = set(locked.select_for_update().values_list("pk", flat=True))
        tuning = Tuning.load()
        drafts = [draft(m, reading, tuning) for m, reading in zip(messages, readings, strict=True) if m.pk in ours]
        book = Book.load(drafts, tuning, at)
        outcomes = _decide(drafts, book, gazetteer)
        book.write()
        _mark_read(drafts, outcomes, at)
    return Counter(result.value for result, _ in outcomes)


def _decide(drafts: Sequence[Draft], book: Book, gazetteer: Gazetteer) -> list[Outcome]:
    """For each message, in the order of the citizens' clock."""
    promises, known = Promises.load(), Known.load(drafts, book.tuning)
    wholes = _read_with_thread(drafts, known, gazetteer)
    areas = Areas.load([*drafts, *wholes.values()])
    for one in [*drafts, *wholes.values()]:
        areas.settle(one)
    outcomes: list[Outcome] = []
    for one in drafts:
        result, case = _decide_one(one, wholes.get(one.message.pk), book, areas, promises, known)
        if case:
            known.heard(one, case)
        outcomes.append((result, case))
    return outcomes


def _decide_one(one: Draft, whole: Draft | None, book: Book, areas: Areas, promises: Promises, known: Known) -> Outcome:
    """The order matters: a repost is never a new plea, a thread is one case, a phone and need are one case."""
    if case := known.original_of(one):
        book.join(one, case, promises, told=False)
        if is_edit(one, case):
            book.fill(one, case, None, known.phones_of[case.reference], in_thread=True)
        return Result.ECHO, case
    if case := known.thread_of(one):
        book.join(one, case, promises, told=False)
        actions.reopen_for_reply(case=case, kind=one.reading.kind, message=one.message, at=book.at)
        book.fill(one, case, whole, known.phones_of[case.reference], in_thread=True)
        book.consents.hear(one, case)
        return Result.JOINED, case
    if not one.is_request:
        return (Result.OFFER if book.offers.take(one) else Result.NOT_REQUEST), None
    if case := known.same_plea(one):
        book.join(one, case, promises, told=True)
        book.fill(one, case, None, known.phones_of[case.reference], in_thread=False)
        return Result.JOINED, case
    case = book.open(one, areas, promises)
    known.add(one, case)
    return (Result.REVIEW if one.review else Result.OPENED), case


def _read_with_thread(drafts: Sequence[Draft], known: Known, gazetteer: Gazetteer) -> dict[int, Draft]:
    """By message: what a thread says as a whole, where the district is open: "CG wala" tells which of two Bilaspurs."""
    answers = [(one, text) for one in drafts if (text := known.thread_until(one))]
    pleas = [replace(_plea(one.message), text=text) for one, text in answers]
    readings = understand(pleas, gazetteer) if pleas else []
    return {
        one.message.pk: draft(one.message, reading, known.tuning)
        for (one, _text), reading in zip(answers, readings, strict=True)
    }


def _mark_read(drafts: Sequence[Draft], outcomes: Sequence[Outcome], at: datetime) -> None:
    """Every message's end in one executemany, which psycopg sends as one pipeline.

    An upsert of whole rows, tried first, took five times as long for a hundred on PostgreSQL (under a profiler).
    """
    rows = []
    for one, (result, case) in zip(drafts, outcomes, strict=True):
        message = one.message
        message.state, message.result, message.read_at, message.error = Message.State.READ, result, at, ""
        message.reading, message.case = one.reading.to_json(), case
        rows.append([field.get_db_prep_save(getattr(message, field.attname), connection) for field in _ENDING])
    quote = connection.ops.quote_name
    *changed, key = [f"{quote(str(field.column))} = %s" for field in _ENDING]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {quote(Message._meta.db_table)} SET {', '.join(changed)} WHERE {key}", rows)  # noqa: S608


def _alone(message: Message, at: datetime) -> Counter[str]:
    """One message by itself; what it raises is written on it for the operators."""
    try:
        return _settle([message], at)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        failed = Message.objects.filter(pk=message.pk, state=Message.State.STORED)
        told = f"{type(error).__name__}: {error}".replace("\x00", "")[:2000]
        failed.update(state=Message.State.FAILED, error=told, read_at=at, tries=F("tries") + 1)
        return Counter(failed=1)
