"""The batch side of actions.py: cases opened and joined by the pipeline, in a few set-based statements (law 8)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from django.db.models import F

from cases import consulting, red_flags, references, requester_notices, stages
from cases.asking import KEYS, PHONE, PLACE, Answers, Filled, fill, lacking
from cases.consent import Consents
from cases.drafts import Draft, possible_places
from cases.joining import fingerprints
from cases.models import Case, Event, Fingerprint, Message, Need, Notice, Person, Phone, ReplyTemplate
from cases.offers import Offers
from cases.replies import Replies
from cases.routing.choice import Choice, Wanted, choose
from cases.routing.ladder import Ladders, set_alarm
from cases.routing.promises import Promises
from cases.step import make_graver
from cases.telling import ToOfficer, tell_officers
from cases.tuning import Tuning
from cases.workflow import RANK, Status
from districts.duty import Where
from districts.models import Block, District, Place, State
from helpdesk.enqueue import after_commit


@dataclass(slots=True)
class Areas:
    """The districts, blocks, places and needs a batch names, so that a stale code becomes 'unknown', not an error."""

    states: dict[int, State]
    districts: dict[int, District]
    blocks: dict[int, Block]
    places: dict[str, Place]
    needs: dict[str, Need]

    @classmethod
    def load(cls, drafts: Sequence[Draft]) -> "Areas":
        """Five queries by primary key."""
        districts = District.objects.in_bulk({draft.district for draft in drafts if draft.district})
        states = {draft.state for draft in drafts if draft.state} | {found.state_id for found in districts.values()}
        return cls(
            State.objects.in_bulk(states),
            districts,
            Block.objects.in_bulk({draft.block for draft in drafts if draft.block}),
            Place.objects.in_bulk({draft.place for draft in drafts if draft.place}),
            Need.objects.in_bulk(),
        )

    def settle(self, draft: Draft) -> None:
        """Make the draft's codes agree with the tables: a block implies its district, a district its state."""
        block = self.blocks.get(draft.block or 0)
        draft.block = block.code if block else None
        district = self.districts.get(draft.district or 0)
        if draft.district and district is None:
            draft.review = draft.review or "unknown_place"
        draft.district = district.code if district else None
        draft.block = draft.block if district else None
        draft.state = district.state_id if district else (draft.state if draft.state in self.states else None)
        draft.place = draft.place if draft.place in self.places else None
        draft.needs = tuple(need for need in draft.needs if need in self.needs) or ("other",)

    def name(self, draft: Draft) -> str:
        """The area a reference is prefixed with."""
        area = self.districts.get(draft.district or 0) or self.states.get(draft.state or 0)
        return area.name if area else "Sahayata"


@dataclass(slots=True)
class Book:
    """What a batch is about to write; `write` does it in one statement per table."""

    at: datetime
    tuning: Tuning
    offers: Offers
    answers: Answers
    consents: Consents
    ladders: Ladders
    opened: list[tuple[Draft, Case]] = field(default_factory=list)
    joined: list[tuple[Draft, Case, int]] = field(default_factory=list)  # the int: which message of the case; 0 untold
    more: Counter[str] = field(default_factory=Counter)
    raised: dict[str, tuple[Draft, Case]] = field(default_factory=dict)

    @classmethod
    def load(cls, drafts: Sequence[Draft], tuning: Tuning, at: datetime) -> "Book":
        """An empty book for these messages."""
        return cls(at, tuning, Offers.load(drafts, tuning, at), Answers(at), Consents(at), Ladders.load())

    def open(self, draft: Draft, areas: Areas, promises: Promises) -> Case:
        """An unsaved case for the draft, on the clock from the citizen's own time."""
        respond_by, resolve_by = promises.times(draft.opened_at, draft.urgency, draft.need, draft.district)
        asked = lacking(draft)
        case = Case(
            reference=references.new(areas.name(draft)),
            status=_first_status(draft, asked),
            asked_for=list(asked),
            answer_by=self.at + self.tuning.wait_for_answer if PLACE in asked else None,
            review_reason=draft.review,
            candidates=possible_places(draft.reading),
            need=areas.needs[draft.need],
            other_needs=list(draft.needs[1:]),
            urgency=draft.urgency,
            language=draft.given.get("language") or draft.reading.language or "",
            state_id=draft.state,
            district_id=draft.district,
            block_id=draft.block,
            place_id=draft.place,
            place_text=draft.place_text,
            requester=_requester(draft),
            patient=Person(name=draft.given["patient_name"][:160]) if draft.given.get("patient_name") else None,
            patient_age=draft.given.get("patient_age") or draft.reading.patient_age,
            spo2=draft.given.get("spo2") or draft.reading.spo2,
            blood_group=draft.reading.blood_group or "",
            handle_id=draft.message.handle_id,
            channel=draft.message.channel,
            excerpt=draft.message.text[:280],
            opened_at=draft.opened_at,
            received_at=draft.message.received_at,
            respond_by=respond_by,
            resolve_by=resolve_by,
            next_due_at=respond_by,
            waits_from=draft.opened_at,
            limits=self.ladders.limits(draft.urgency, draft.need, draft.district),
        )
        self.opened.append((draft, case))
        return case

    def fill(self, draft: Draft, case: Case, whole: Draft | None, known: set[str], *, in_thread: bool) -> None:
        """What a message of the requester's own thread, or of the same patient, adds to what the case knows.

        `whole` is the thread read together; `known` are the case's phones, to which new ones are added.
        """
        if not case.is_open:
            return
        one = fill(draft, case, whole, known, in_thread=in_thread)
        known.update(one.phones)
        self.answers.add(one)
        if not one.was_there:
            self._complete_first(one)

    def _complete_first(self, one: Filled) -> None:
        """The answer came in the same batch as its plea: the case is opened as if the plea had said it all."""
        case = one.case
        here = {PLACE} if one.placed else set()
        here |= {PHONE} if one.phones else set()
        case.asked_for = [name for name in case.asked_for if name not in here]
        if one.placed:
            first = next(draft for draft, opened in self.opened if opened is case)
            first.state, first.district, first.block = case.state_id, case.district_id, case.block_id
            first.review, case.answer_by = case.review_reason, None
            case.status = _first_status(first, ())

    def join(self, draft: Draft, case: Case, promises: Promises, *, told: bool) -> None:
        """The draft's message is one more about this case; `told` when its author gets a reply."""
        if draft.is_request and case.is_open and RANK[draft.urgency] < RANK[case.urgency]:
            self._raise(draft, case, promises)
        self.more[case.reference] += 1
        self.joined.append((draft, case, case.message_count + self.more[case.reference] if told else 0))

    def _raise(self, draft: Draft, case: Case, promises: Promises) -> None:
        """It has become graver: promised times count from this message, and never move back."""
        make_graver(case, draft.urgency, draft.opened_at, self.at, promises, self.ladders)
        case.spo2 = draft.reading.spo2 or case.spo2
        self.raised[case.reference] = draft, case

    def write(self) -> None:
        """Route, then insert persons, cases, events and notices; the caller holds transaction and gate."""
        self._route()
        self._insert_cases()
        self._insert_history()
        self._update_raised()
        self._count_joined()
        self._queue_replies()
        self._tell_officers()
        self._ask_doctors()
        self.offers.write()

    def _route(self) -> None:
        wanted = [_wanted(draft) for draft, _ in self.opened]
        for (draft, case), choice in zip(self.opened, choose(wanted, self.at), strict=True):
            _assign(case, choice, self.at, reviewed=bool(draft.review))

    def _insert_cases(self) -> None:
        requesters = [case.requester for _, case in self.opened]
        patients = [case.patient for _, case in self.opened if case.patient]
        Person.objects.bulk_create([*requesters, *patients])
        Phone.objects.bulk_create(
            Phone(person=case.requester, number=phone) for draft, case in self.opened for phone in draft.phones
        )
        for _, case in self.opened:
            case.requester_id, case.patient_id = case.requester.pk, case.patient.pk if case.patient else None
            stages.stamp(case)
            set_alarm(case, self.at)
        Case.objects.bulk_create([case for _, case in self.opened])

    def _insert_history(self) -> None:
        answered = [*self.answers.write(), *self.consents.write()]
        opened = chain.from_iterable(_opening(draft, case, self.at) for draft, case in self.opened)
        joined = [_joining(draft, case, self.at) for draft, case, _ in self.joined]
        raised = [
            Event(case=case, at=self.at, kind=Event.Kind.RAISED, message=draft.message)
            for draft, case in self.raised.values()
        ]
        Event.objects.bulk_create([*opened, *joined, *raised, *answered])
        Fingerprint.objects.bulk_create(chain.from_iterable(fingerprints(draft, case) for draft, case in self.opened))

    def _update_raised(self) -> None:
        """In one statement; a case opened in this batch has been inserted as it is now."""
        changed = ["urgency", "respond_by", "resolve_by", "next_due_at", "waits_from", "limits", "alarm_at", "spo2"]
        Case.objects.bulk_update([case for _, case in self.raised.values()], changed)

    def _count_joined(self) -> None:
        by_count: dict[int, list[int]] = {}
        for pk, count in Counter(case.pk for _, case, _ in self.joined).items():
            by_count.setdefault(count, []).append(pk)
        for count, pks in by_count.items():
            Case.objects.filter(pk__in=pks).update(message_count=F("message_count") + count, updated_at=self.at)

    def _queue_replies(self) -> None:
        joined, completed = ReplyTemplate.Key.JOINED, ReplyTemplate.Key.COMPLETED
        told = [(KEYS[tuple(case.asked_for)], draft.message, case, 1) for draft, case in self.opened]
        told += [(completed, one.draft.message, one.case, 1) for one in self.answers.thanked()]
        told += [(joined, draft.message, case, number) for draft, case, number in self.joined if number]
        replies = Replies.load(message.handle_id for _, message, _, _ in told if message.handle_id)
        drawn = [replies.notice(key, case, message, self.at, number) for key, message, case, number in told]
        notices = [notice for notice in drawn if notice]
        # A message that once opened a case may be split off into another: it has had its receipt.
        Notice.objects.bulk_create(notices, ignore_conflicts=True)
        for handle_id in sorted({notice.handle_id for notice in notices if notice.handle_id}):
            after_commit("cases.notify.tasks.send_notices", handle_id)
        requester_notices.received([case for _, case in self.opened], self.at)

    def _ask_doctors(self) -> None:
        """Who asks for a doctor waits at the doctors' desk; a call there goes with its case's place and urgency."""
        consulting.ask_for([case for _, case in self.opened], self.at)
        older = [one.case for one in self.answers.filled if one.placed] + [case for _, case in self.raised.values()]
        consulting.follow(older)
        opened = [(draft.message, case) for draft, case in self.opened]
        red_flags.tie(opened, [(draft.message, case) for draft, case, _ in self.joined], self.at)

    def _tell_officers(self) -> None:
        """Who got a case, by routing it now or by the answer that placed it."""
        got = [case for _, case in self.opened] + [one.case for one in self.answers.filled if one.placed]
        key = ReplyTemplate.Key.TO_ASSIGNED
        told = [ToOfficer(key, case, case.officer_id, f"turn{case.turn}") for case in got if case.officer_id]
        tell_officers(told, self.at)


def _first_status(draft: Draft, asked: tuple[str, ...]) -> Status:
    if PLACE in asked:
        return Status.AWAITING_INFO
    return Status.NEEDS_REVIEW if draft.review else Status.NEW


def _requester(draft: Draft) -> Person:
    message = draft.message
    return Person(
        name=(draft.given.get("requester_name") or message.author_name)[:160],
        x_username=message.author_username,
        x_user_id=message.author_id,
        language=draft.given.get("language") or draft.reading.language or "",
    )


def _wanted(draft: Draft) -> Wanted:
    where = Where(draft.state, draft.district, draft.block, draft.need)
    return Wanted(where, control_room=bool(draft.review), urgency=draft.urgency)


def _assign(case: Case, choice: Choice, at: datetime, *, reviewed: bool) -> None:
    """Give the case its owner; what waits for review has one too, but keeps its status (law 2)."""
    case.officer_id, case.level = choice.officer_id, choice.level
    if choice.officer_id is None:
        return
    case.assigned_at = at
    if not reviewed:
        case.status = Status.ASSIGNED


def _opening(draft: Draft, case: Case, at: datetime) -> list[Event]:
    events = [
        Event(case=case, at=at, kind=Event.Kind.OPENED, to_status=case.status, message=draft.message, is_public=True)
    ]
    if case.asked_for:
        events.append(
            Event(case=case, at=at, kind=Event.Kind.ASKED, message=draft.message, note=", ".join(case.asked_for))
        )
    if case.officer_id:
        events.append(
            Event(
                case=case,
                at=at,
                kind=Event.Kind.ASSIGNED,
                from_status=Status.NEW,
                to_status=case.status,
                to_officer_id=case.officer_id,
                is_public=True,
            )
        )
    return events


def _joining(draft: Draft, case: Case, at: datetime) -> Event:
    message: Message = draft.message
    return Event(case=case, at=at, kind=Event.Kind.MESSAGE, message=message)
