"""What came for a case while it was joined to another goes back with it when the two part: messages, numbers, a call.

The other's clock stays as it is: no move buys time. The caller holds both cases locked, behind the gate.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from cases.consulting import WENT_OVER
from cases.drafts import draft
from cases.models import Case, Consultation, Event, Message, Phone
from cases.routing.ladder import Ladders
from cases.routing.promises import Promises
from cases.step import Step, make_graver
from cases.tuning import Tuning
from cases.understanding import Reading
from cases.workflow import RANK

Kind = Event.Kind


@dataclass(frozen=True, slots=True)
class _Marks:
    """By what a message is known to belong to a case, as the pipeline would have joined it there."""

    threads: frozenset[tuple[str, str]]
    authors: frozenset[str]
    posts: frozenset[tuple[str, str]]
    phones: frozenset[str]

    @classmethod
    def of(cls, messages: Sequence[Message], cases: Iterable[Case]) -> "_Marks":
        requesters = {case.requester_id: case.requester.x_user_id for case in cases}
        phones = Phone.objects.filter(person__in=requesters).values_list("number", flat=True)
        return cls(
            frozenset((one.conversation_id, one.author_id) for one in messages if one.conversation_id),
            frozenset(filter(None, requesters.values())),
            frozenset((one.channel, one.external_id) for one in messages),
            frozenset(phones),
        )

    def without(self, other: "_Marks") -> "_Marks":
        """What tells the two apart: who asked in both cases stays where the two were one."""
        return _Marks(
            self.threads - other.threads,
            self.authors - other.authors,
            self.posts - other.posts,
            self.phones - other.phones,
        )

    def fit(self, message: Message) -> bool:
        return (
            (message.conversation_id, message.author_id) in self.threads
            or message.author_id in self.authors
            or (message.channel, message.echo_of) in self.posts
            or not self.phones.isdisjoint(_named(message))
        )


def take_back(step: Step, other: Case) -> None:
    """Give the step's case what came for it since it was joined to the other; its own count grows by that.

    Whoever counts the other's messages takes the case's off afterwards (`deskwork.release`).
    """
    since = _joined_at(step.case)
    if since is None:
        return
    theirs = Q(case=other) | (Q(case__joined_to=other) & ~Q(case=step.case))
    there = list(Message.objects.filter(theirs).select_related("handle").order_by("posted_at", "pk"))
    later = [one for one in there if one.read_at and one.read_at >= since]
    if coming := _belonging(step.case, other, there, later):
        _move(coming, step.case, other, there)
        _graver_by(coming, step)
        Event.objects.bulk_create(
            Event(case=step.case, at=step.at, kind=Kind.MESSAGE, actor=step.actor, message=one) for one in coming
        )
    _call_back(step.case, other, since)


def give_again(case: Case, other: Case, parted: Event) -> int:
    """The parting is taken back: what it gave the case is the other's again; returns how many messages."""
    given = Event.objects.filter(case=case, kind=Kind.MESSAGE, at=parted.at, actor=parted.actor).values("message")
    going = list(Message.objects.filter(pk__in=given, case=case))
    if going:
        _carry_phones(going, list(Message.objects.filter(case=case)), case, other)
        Message.objects.filter(pk__in=[one.pk for one in going]).update(case=other)
    return len(going)


def _call_back(case: Case, other: Case, since: datetime) -> None:
    """The doctors' call that went over to the other when the two were joined, unless it is over."""
    went = Event.objects.filter(case=case, kind=Kind.CONSULTED, at__gte=since, note__startswith=WENT_OVER)
    live = (Consultation.Standing.WAITING, Consultation.Standing.CLAIMED)
    if went.exists() and not case.consultations.filter(standing__in=live).exists():
        calls = Consultation.objects.filter(case=other, standing__in=live, asked_at__lte=since)
        calls.update(case=case, state_id=case.state_id, district_id=case.district_id)


def _joined_at(case: Case) -> datetime | None:
    """When the two became one; a later join of the other moved the case along and changed nothing in that."""
    since, undone = None, False
    found = Event.objects.filter(case=case, kind__in=(Kind.JOINED, Kind.UNJOINED, Kind.UNDONE)).order_by("-pk")
    for kind, note, at in found.values_list("kind", "note", "at"):
        if kind == Kind.JOINED:
            since = at
        elif kind == Kind.UNDONE:
            undone = note == Kind.UNJOINED
            if note == Kind.JOINED:
                break
        elif undone:
            undone = False
        else:
            break
    return since


def _belonging(case: Case, other: Case, there: Sequence[Message], later: Sequence[Message]) -> list[Message]:
    own = list(Message.objects.filter(Q(case=case) | Q(case__joined_to=case)))
    with_it = [case, *case.joined_cases.select_related("requester")]
    coming = {one.pk for one in later}
    before = [one for one in there if one.pk not in coming]
    rest = Case.objects.filter(Q(pk=other.pk) | Q(joined_to=other)).exclude(pk__in=[one.pk for one in with_it])
    marks = _Marks.of(own, with_it).without(_Marks.of(before, rest.select_related("requester")))
    named = {one.pk for one in with_it}
    found = [one for one in later if marks.fit(one) or _given_case(one) in named]
    posts = {(one.channel, one.external_id) for one in found}
    return [one for one in later if one in found or (one.channel, one.echo_of) in posts]


def _move(coming: Sequence[Message], case: Case, other: Case, there: Sequence[Message]) -> None:
    _carry_phones(coming, there, other, case)
    for source, count in Counter(one.case_id for one in coming).items():
        if source and source != other.pk:
            counted = Case.objects.filter(pk=source, message_count__gt=count)
            counted.update(message_count=F("message_count") - count)
    Message.objects.filter(pk__in=[one.pk for one in coming]).update(case=case)
    case.message_count += len(coming)


def _carry_phones(going: Sequence[Message], all_there: Sequence[Message], old: Case, new: Case) -> None:
    """Numbers that only the messages that go have named."""
    leaving = {one.pk for one in going}
    mine = {number for one in going for number in _named(one)}
    mine -= {number for one in all_there if one.pk not in leaving for number in _named(one)}
    held = Phone.objects.filter(person=old.requester_id, number__in=mine)
    known = set(Phone.objects.filter(person=new.requester_id).values_list("number", flat=True))
    carried = [number for number in held.values_list("number", flat=True) if number not in known]
    held.delete()
    Phone.objects.bulk_create(Phone(person_id=new.requester_id, number=number) for number in carried)


def _graver_by(coming: Sequence[Message], step: Step) -> None:
    """What was said meanwhile may have been graver than the plea (law 3: from the citizen's own time)."""
    tuning, case = Tuning.load(), step.case
    said = [draft(one, Reading.from_json(one.reading), tuning) for one in coming if one.reading]
    pleas = [one for one in said if one.is_request and RANK[one.urgency] < RANK[case.urgency]]
    if pleas:
        gravest = min(pleas, key=lambda one: (RANK[one.urgency], one.opened_at))
        make_graver(case, gravest.urgency, gravest.opened_at, step.at, Promises.load(), Ladders.load())


def _given(message: Message) -> dict[str, object]:
    return (message.raw or {}).get("given") or {}


def _given_case(message: Message) -> object:
    """The case that an operator has said a call is about."""
    return _given(message).get("case")


def _named(message: Message) -> set[str]:
    given = _given(message).get("phones")
    return {*((message.reading or {}).get("phones") or ()), *(given if isinstance(given, list) else ())}
