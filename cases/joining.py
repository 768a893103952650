"""Which open case a message belongs to: its original, its thread, or the same phone and need. Reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from cases.drafts import Draft
from cases.models import Case, Message, Phone
from cases.workflow import Status

# A case that ended without help can be reopened by nobody's reply: a new plea in its thread must not end there too.
_GIVEN_UP = (Status.WITHDRAWN, Status.DUPLICATE, Status.UNREACHABLE)


@dataclass(slots=True)
class Known:
    """What is already in the house for the messages of one batch; a handful of queries whatever its size.

    Cases that may be joined are locked until the batch is in, so that no officer solves one in between unseen.
    """

    originals: dict[tuple[str, str], Case] = field(default_factory=dict)
    threads: dict[tuple[str, str], Case] = field(default_factory=dict)
    by_phone: dict[tuple[str, str], list[Case]] = field(default_factory=dict)
    phones_of: dict[str, set[str]] = field(default_factory=dict)  # by the case's reference: a new one has no key yet

    @classmethod
    def load(cls, drafts: Sequence[Draft]) -> "Known":
        """Read what the batch may join."""
        known = cls()
        messages = [draft.message for draft in drafts]
        known._load_originals([message for message in messages if message.echo_of])
        known._load_threads([message for message in messages if message.conversation_id])
        known._load_phones({phone for draft in drafts if draft.is_request for phone in draft.phones})
        return known

    def _load_originals(self, echoes: list[Message]) -> None:
        if not echoes:
            return
        ids = {message.echo_of for message in echoes}
        channels = {message.channel for message in echoes}
        original = Q(channel__in=channels, external_id__in=ids)  # both columns, as their index has them
        kin = Message.objects.filter(original | Q(channel__in=channels, echo_of__in=ids)).exclude(case=None)
        rows = list(kin.order_by("-pk").values_list("channel", "echo_of", "external_id", "case"))
        cases = Case.objects.in_bulk({case for *_, case in rows})
        for channel, echo_of, external_id, case in rows:
            self.originals[channel, echo_of or external_id] = cases[case]

    def _load_threads(self, messages: list[Message]) -> None:
        if not messages:
            return
        threads = {message.conversation_id for message in messages}
        found = Message.objects.filter(conversation_id__in=threads, case__isnull=False).exclude(author_id="")
        rows = list(found.order_by("pk").values_list("conversation_id", "author_id", "case"))
        cases = Case.objects.select_for_update().in_bulk({case for *_, case in rows})
        for conversation, author, case in rows:
            self.threads[conversation, author] = cases[case]
        of_person = {case.requester_id: case.reference for case in cases.values()}
        for person, number in Phone.objects.filter(person__in=of_person).values_list("person_id", "number"):
            self.phones_of.setdefault(of_person[person], set()).add(number)

    def _load_phones(self, phones: Iterable[str]) -> None:
        rows = Phone.objects.filter(number__in=set(phones)).values_list("number", "person_id")
        numbers: dict[int, list[str]] = {}
        for number, person in rows:
            numbers.setdefault(person, []).append(number)
        if not numbers:
            return
        open_cases = Case.objects.open().filter(requester__in=numbers).order_by("opened_at")
        for case in open_cases.select_for_update():
            self._remember(case, numbers[case.requester_id])

    def _remember(self, case: Case, phones: Iterable[str]) -> None:
        for phone in phones:
            for need in {case.need_id, *case.other_needs}:
                self.by_phone.setdefault((phone, need), []).append(case)

    def add(self, draft: Draft, case: Case) -> None:
        """A case opened in this batch can be joined by what comes later in it."""
        self.phones_of[case.reference] = set(draft.phones)
        self._remember(case, draft.phones)

    def heard(self, draft: Draft, case: Case) -> None:
        """What comes later in this batch may repeat this message or continue its thread."""
        message = draft.message
        self.originals[message.channel, message.echo_of or message.external_id] = case
        if message.conversation_id and message.author_id:
            self.threads[message.conversation_id, message.author_id] = case

    def original_of(self, draft: Draft) -> Case | None:
        """The case of the post that this one repeats or edits."""
        message = draft.message
        return self.originals.get((message.channel, message.echo_of)) if message.echo_of else None

    def thread_of(self, draft: Draft) -> Case | None:
        """The case this author's thread is about, unless the message pleads anew after it was given up, or pleads
        for a household with other phones: volunteers write one thread about many patients."""
        case = self.threads.get((draft.message.conversation_id, draft.message.author_id))
        if case is None or (draft.is_request and case.status in _GIVEN_UP):
            return None
        others = self.phones_of.get(case.reference, set())
        another = draft.is_request and draft.phones and others and others.isdisjoint(draft.phones)
        return None if another else case

    def same_plea(self, draft: Draft) -> Case | None:
        """An open case with one of the phones and one of the needs, unless both name different districts:
        a volunteer's number stands in many pleas, and a wrong join is worse than a missed one."""
        for phone in draft.phones:
            for need in draft.needs:
                for case in self.by_phone.get((phone, need), ()):
                    if draft.district is None or case.district_id in {None, draft.district}:
                        return case
        return None
