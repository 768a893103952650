"""Which open case a message belongs to: its original, its thread, or the same patient by the rules. Reads only."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Coalesce

from cases.drafts import Draft
from cases.models import Case, CaseQuerySet, Fingerprint, Message, Person, Phone
from cases.models.case import IS_OPEN
from cases.tuning import Tuning
from cases.understanding.joining import (
    Facts,
    agree_on_patient,
    copied,
    differ,
    marks,
    other_phones,
    same_home,
    shingles,
)
from cases.understanding.text import Post
from cases.understanding.vitals import patient_sex
from cases.workflow import Status
from districts.spelling import fold

# A case that ended without help can be reopened by nobody's reply: a new plea in its thread must not end there too.
_GIVEN_UP = (Status.WITHDRAWN, Status.DUPLICATE, Status.UNREACHABLE)
# What is said about a case that was joined to another belongs to the other: nobody looks at the first any more.
_GOES_ON = Coalesce("case__joined_to", "case")
# A sentence that half the country copies: more of its cases are not compared.
_MOST_COPIES = 200
# What is read together of a long thread: its first message and the latest ones.
_LATEST = 4


@dataclass(slots=True)
class Alike:
    """An open case that a plea may repeat: its facts, who asked, when, and the words of the plea it rests on."""

    case: Case
    facts: Facts
    author: str
    at: datetime
    shingles: frozenset[str]


def facts_of(draft: Draft) -> Facts:
    """What tells the draft's patient from another."""
    reading = draft.reading
    age = draft.given.get("patient_age") or reading.patient_age
    needs, phones = frozenset(draft.needs), frozenset(draft.phones)
    place, sex = fold(draft.place_text), reading.patient_sex
    return Facts(needs, phones, age, reading.blood_group, draft.district, place, sex)


@dataclass(slots=True)
class Known:
    """What is already in the house for the messages of one batch; a fixed number of queries whatever its size.

    Cases that may be joined are locked until the batch is in, so that no officer solves one in between unseen.
    """

    tuning: Tuning
    originals: dict[tuple[str, str], Case] = field(default_factory=dict)
    threads: dict[tuple[str, str], Case] = field(default_factory=dict)
    named: dict[int, Case] = field(default_factory=dict)  # an operator has said which case a call is about
    # By the case's reference: a new one has no key yet.
    phones_of: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    cases: dict[int, Case] = field(default_factory=dict)  # one object each: what one message fills, the next one sees
    said: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))  # see `thread_until`
    by_phone: dict[str, list[Alike]] = field(default_factory=lambda: defaultdict(list))
    by_mark: dict[int, list[Alike]] = field(default_factory=lambda: defaultdict(list))
    by_author: dict[str, list[Alike]] = field(default_factory=lambda: defaultdict(list))
    by_home: dict[tuple[int | None, int | None], list[Alike]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def load(cls, drafts: Sequence[Draft], tuning: Tuning) -> "Known":
        """Read what the batch may join."""
        known = cls(tuning)
        messages = [draft.message for draft in drafts]
        known._load_threads([message for message in messages if message.conversation_id])
        known._load_named(drafts)
        known._load_alike([draft for draft in drafts if draft.is_request])
        known._load_originals(messages)
        return known

    def _keep(self, cases: CaseQuerySet, asked: Iterable[tuple[int, int]] = ()) -> list[Case]:
        """Locked, with their phones; the object we have already where other messages lead to the same case.

        `asked` are (person, case's key) of requesters beside its own: of the cases that were joined to it.
        """
        found = list(cases.select_for_update(of=("self",)).select_related("requester"))
        of_person = {case.requester_id: case.reference for case in found if case.pk not in self.cases}
        references = {case.pk: case.reference for case in found}
        of_person |= {person: references[pk] for person, pk in asked if pk in references and person not in of_person}
        for person, number in Phone.objects.filter(person__in=of_person).values_list("person_id", "number"):
            self.phones_of[of_person[person]].add(number)
        return [self.cases.setdefault(case.pk, case) for case in found]

    def _load_originals(self, messages: list[Message]) -> None:
        """Cases of the posts that these repeat, and of reposts that were read before their original."""
        ids = {message.echo_of for message in messages if message.echo_of}
        own = {message.external_id for message in messages if message.channel == Message.Channel.X}
        if not ids and not own:
            return
        channels = {message.channel for message in messages}
        original = Q(channel__in=channels, external_id__in=ids)  # both columns, as their index has them
        kin = Message.objects.filter(original | Q(channel__in=channels, echo_of__in=ids | own)).exclude(case=None)
        rows = list(kin.order_by("-pk").values_list("channel", "echo_of", "external_id", _GOES_ON))
        self._keep(Case.objects.filter(pk__in={case for *_, case in rows}))
        for channel, echo_of, external_id, case in rows:
            self.originals[channel, echo_of or external_id] = self.cases[case]

    def _load_threads(self, messages: list[Message]) -> None:
        if not messages:
            return
        threads = {message.conversation_id for message in messages}
        found = Message.objects.filter(conversation_id__in=threads, case__isnull=False).exclude(author_id="")
        columns = ("conversation_id", "author_id", "case__requester", _GOES_ON)
        rows = list(found.order_by("pk").values_list(*columns))
        asked = {(person, case) for *_, person, case in rows}
        self._keep(Case.objects.filter(pk__in={case for _person, case in asked}), asked)
        for conversation, author, _person, case in rows:
            self.threads[conversation, author] = self.cases[case]
        unplaced = [case.pk for case in self.cases.values() if case.is_open and case.district_id is None]
        if unplaced:
            told = Message.objects.filter(case__in=unplaced, conversation_id__in=threads).order_by("posted_at", "pk")
            for conversation, author, text in told.values_list("conversation_id", "author_id", "text"):
                self.said[conversation, author].append(text)

    def _load_named(self, drafts: Sequence[Draft]) -> None:
        keys = {key for draft in drafts if (key := draft.given.get("case"))}
        if keys:
            named = dict(Case.objects.filter(pk__in=keys).values_list("pk", Coalesce("joined_to", "pk")))
            self._keep(Case.objects.filter(pk__in=set(named.values())))
            self.named = {key: self.cases[case] for key, case in named.items()}

    def _load_alike(self, pleas: Sequence[Draft]) -> None:
        """Open cases that share a phone, copied words, the author, or home and age with a plea of the batch; also by
        what is known of the cases that were joined to them."""
        if not pleas:
            return
        since = min(plea.opened_at for plea in pleas) - max(self.tuning.same_phone, self.tuning.same_author)
        words, ends = self._copies(pleas, since)
        ends |= self._of_requesters(pleas) | {pk: pk for pk in self._of_homes(pleas)}
        if not ends:
            return
        joined = self._joined({pk for pk, end in ends.items() if pk != end}, since)
        recent = Q(pk__in={pk for pk, end in ends.items() if pk == end}, opened_at__gte=since)
        if joined:
            recent |= Q(pk__in={case.joined_to_id for case in joined})
        asked = [(case.requester_id, case.joined_to_id or 0) for case in joined]
        found = self._keep(Case.objects.open().filter(recent).order_by("opened_at", "pk"), asked)
        for case in found:
            self._remember(self._alike(case, case, words))
        by_pk = {case.pk: case for case in found}
        for case in joined:
            if end := by_pk.get(case.joined_to_id or 0):
                self._remember(self._alike(case, end, words))

    def _alike(self, case: Case, end: Case, words: dict[int, str]) -> Alike:
        """What is known of a case, which is `end` or was joined to it."""
        needs, phones = frozenset({case.need_id, *case.other_needs}), frozenset(self.phones_of[end.reference])
        place, text = fold(case.place_text), words.get(case.pk, case.excerpt)
        sex = patient_sex(Post(text))
        facts = Facts(needs, phones, case.patient_age, case.blood_group, case.district_id, place, sex)
        return Alike(end, facts, case.requester.x_user_id, case.opened_at, shingles(text))

    def _joined(self, ids: set[int], since: datetime) -> list[Case]:
        """Cases that a person has joined to another; no query where there are none."""
        found = Case.objects.filter(pk__in=ids, joined_to__isnull=False, opened_at__gte=since)
        return list(found.select_related("requester").order_by("opened_at", "pk")) if ids else []

    def _copies(self, pleas: Sequence[Draft], since: datetime) -> tuple[dict[int, str], dict[int, int]]:
        """The words of pleas that share a mark with one of these, by their case; and where each case goes on."""
        wanted = {mark for plea in pleas for mark in marks(shingles(plea.message.text))}
        found = Fingerprint.objects.filter(mark__in=wanted, posted_at__gte=since).order_by("-posted_at")
        rows = list(found.values_list("case_id", "message_id", _GOES_ON)[:_MOST_COPIES])
        texts = dict(Message.objects.filter(pk__in={row[1] for row in rows}).values_list("pk", "text"))
        return {row[0]: texts[row[1]] for row in rows}, {row[0]: row[2] for row in rows}

    def _of_requesters(self, pleas: Sequence[Draft]) -> dict[int, int]:
        phones = {phone for plea in pleas for phone in plea.phones}
        authors = {plea.message.author_id for plea in pleas if plea.message.author_id}
        people = set(Phone.objects.filter(number__in=phones).values_list("person_id", flat=True))
        people |= set(Person.objects.filter(x_user_id__in=authors).values_list("pk", flat=True))
        asked = Case.objects.filter(IS_OPEN | Q(joined_to__isnull=False), requester__in=people)
        return dict(asked.values_list("pk", Coalesce("joined_to", "pk")))

    def _of_homes(self, pleas: Sequence[Draft]) -> set[int]:
        homes = [(plea.district, plea.reading.patient_age) for plea in pleas if plea.district and plea.place_text]
        districts, ages = {district for district, age in homes if age}, {age for _, age in homes if age}
        return set(
            Case.objects.open().filter(district__in=districts, patient_age__in=ages).values_list("pk", flat=True)
        )

    def _remember(self, one: Alike) -> None:
        for phone in one.facts.phones:
            self.by_phone[phone].append(one)
        for mark in marks(one.shingles):
            self.by_mark[mark].append(one)
        if one.author:
            self.by_author[one.author].append(one)
        if one.facts.age:
            self.by_home[one.facts.district, one.facts.age].append(one)

    def add(self, draft: Draft, case: Case) -> None:
        """A case opened in this batch can be joined by what comes later in it."""
        self.phones_of[case.reference].update(draft.phones)
        text = shingles(draft.message.text)
        self._remember(Alike(case, facts_of(draft), draft.message.author_id, draft.opened_at, text))

    def heard(self, draft: Draft, case: Case) -> None:
        """What comes later in this batch may repeat this message or continue its thread."""
        message = draft.message
        self.originals[message.channel, message.echo_of or message.external_id] = case
        if message.conversation_id and message.author_id:
            self.threads[message.conversation_id, message.author_id] = case

    def thread_until(self, draft: Draft) -> str:
        """All that its author has said in the thread so far, to be asked in the order of the messages; '' for a first
        message, and where the district is known."""
        message = draft.message
        thread = message.conversation_id, message.author_id
        case = self.threads.get(thread)
        if not all(thread) or message.echo_of or (case and (case.district_id or not case.is_open)):
            return ""
        said = self.said[thread]
        said.append(message.text)
        first, *later = said
        return "\n".join([first, *later[-_LATEST:]]) if later else ""

    def original_of(self, draft: Draft) -> Case | None:
        """The case of the post that this one repeats or edits."""
        message = draft.message
        return self.originals.get((message.channel, message.echo_of)) if message.echo_of else None

    def thread_of(self, draft: Draft) -> Case | None:
        """The case an operator names, or the one this author's thread is about, unless the message pleads anew after
        it was given up, or pleads for a household with other phones: volunteers write one thread about many patients.
        """
        if named := self.named.get(draft.given.get("case", 0)):
            return named
        case = self.threads.get((draft.message.conversation_id, draft.message.author_id))
        if case is None or (draft.is_request and case.status in _GIVEN_UP):
            return None
        others = self.phones_of[case.reference]
        another = draft.is_request and draft.phones and others and others.isdisjoint(draft.phones)
        return None if another else case

    def same_plea(self, draft: Draft) -> Case | None:
        """An open case about the same patient: a repost of this very post, else the first reason that holds.

        A wrong join is worse than a missed one, so that anything that speaks against it outweighs every reason.
        """
        reposted = self.originals.get((draft.message.channel, draft.message.external_id))
        if reposted is not None and reposted.is_open:
            return reposted
        facts, text = facts_of(draft), shingles(draft.message.text)
        found = next(self._same(draft, facts, text), None)
        return found.case if found else None

    def _same(self, draft: Draft, facts: Facts, text: frozenset[str]) -> Iterator[Alike]:
        """By the phone, by copied words, by the author, by home and age; an asker's own case before others'."""
        for phone in draft.phones:
            near = self._near(self.by_phone.get(phone, ()), draft)
            crowded = len({one.case.reference for one in near}) >= self.tuning.crowded_phone
            for one in near:
                words = copied(one.shingles, text, self.tuning.copied_share)
                if crowded and not words and not agree_on_patient(one.facts, facts):
                    continue
                if not differ(one.facts, facts, same_words=words):
                    yield one
        for mark in marks(text):
            for one in self._near(self.by_mark.get(mark, ()), draft):
                if copied(one.shingles, text, self.tuning.copied_share) and not _against(one.facts, facts):
                    yield one
        for one in self._near(self.by_author.get(draft.message.author_id, ()), draft):
            soon = abs(draft.opened_at - one.at) <= self.tuning.same_author
            if soon and not _against(one.facts, facts) and not _elsewhere(one.facts, facts):
                yield one
        for one in self._near(self.by_home.get((facts.district, facts.age), ()), draft):
            if same_home(one.facts, facts) and not _against(one.facts, facts):
                yield one

    def _near(self, alike: Iterable[Alike], draft: Draft) -> list[Alike]:
        near = [one for one in alike if abs(draft.opened_at - one.at) <= self.tuning.same_phone and one.case.is_open]
        return sorted(near, key=lambda one: one.author != draft.message.author_id)


def _against(one: Facts, other: Facts) -> bool:
    return differ(one, other) or other_phones(one, other)


def _elsewhere(one: Facts, other: Facts) -> bool:
    """An amplifier writes of one town after another."""
    return bool(one.place and other.place and one.place != other.place)


def is_edit(draft: Draft, case: Case) -> bool:
    """Whether the requester put the plea in other words, which may tell more; a repost tells nothing new."""
    message = draft.message
    return message.author_id == case.requester.x_user_id and not message.text.startswith("RT @")


def fingerprints(draft: Draft, case: Case) -> list[Fingerprint]:
    """What makes the words of a plea recognisable when others copy them."""
    found = marks(shingles(draft.message.text))
    return [Fingerprint(mark=mark, posted_at=draft.opened_at, message=draft.message, case=case) for mark in found]


def forget_fingerprints(at: datetime) -> int:
    """Delete what is older than pleas are compared; returns how many."""
    tuning = Tuning.load()
    old = Fingerprint.objects.filter(posted_at__lt=at - 2 * max(tuning.same_phone, tuning.same_author))
    return old.delete()[0]
