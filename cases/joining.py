"""Which open case a message belongs to: its original, its thread, or the same phone and need. Reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from cases.drafts import Draft
from cases.models import Case, Message, Phone


@dataclass(slots=True)
class Known:
    """What is already in the house for the messages of one batch; a handful of queries whatever its size."""

    originals: dict[tuple[str, str], Message] = field(default_factory=dict)
    threads: dict[tuple[str, str], Case] = field(default_factory=dict)
    by_phone: dict[tuple[str, str], list[Case]] = field(default_factory=dict)
    phones_of: dict[int, set[str]] = field(default_factory=dict)

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
        kin = Message.objects.filter(Q(external_id__in=ids) | Q(echo_of__in=ids), channel__in=channels)
        own = {message.pk for message in echoes}
        for message in kin.exclude(case=None).exclude(pk__in=own).select_related("case").order_by("-pk"):
            self.originals[message.channel, message.echo_of or message.external_id] = message

    def _load_threads(self, messages: list[Message]) -> None:
        if not messages:
            return
        threads = {message.conversation_id for message in messages}
        found = Message.objects.filter(conversation_id__in=threads, case__isnull=False).exclude(author_id="")
        for message in found.select_related("case").order_by("pk"):
            if message.case is not None:
                self.threads[message.conversation_id, message.author_id] = message.case
        people = {case.requester_id for case in self.threads.values()}
        for person, number in Phone.objects.filter(person__in=people).values_list("person_id", "number"):
            self.phones_of.setdefault(person, set()).add(number)

    def _load_phones(self, phones: Iterable[str]) -> None:
        rows = Phone.objects.filter(number__in=set(phones)).values_list("number", "person_id")
        numbers: dict[int, list[str]] = {}
        for number, person in rows:
            numbers.setdefault(person, []).append(number)
        if not numbers:
            return
        for case in Case.objects.open().filter(requester__in=numbers).order_by("opened_at"):
            self._remember(case, numbers[case.requester_id])

    def _remember(self, case: Case, phones: Iterable[str]) -> None:
        for phone in phones:
            for need in {case.need_id, *case.other_needs}:
                self.by_phone.setdefault((phone, need), []).append(case)

    def add(self, draft: Draft, case: Case) -> None:
        """A case opened in this batch can be joined by what comes later in it."""
        message = draft.message
        self.originals[message.channel, message.echo_of or message.external_id] = message
        if message.conversation_id and message.author_id:
            self.threads[message.conversation_id, message.author_id] = case
        self._remember(case, draft.phones)

    def original_of(self, draft: Draft) -> Case | None:
        """The case of the post that this one repeats or edits."""
        message = draft.message
        original = self.originals.get((message.channel, message.echo_of)) if message.echo_of else None
        return original.case if original else None

    def thread_of(self, draft: Draft) -> Case | None:
        """The case this author's thread is about, unless the message pleads for a household with other phones:
        volunteers write one thread about many patients."""
        case = self.threads.get((draft.message.conversation_id, draft.message.author_id))
        if case is None or not draft.message.conversation_id:
            return None
        others = self.phones_of.get(case.requester_id or 0, set())
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
