"""The requester's yes, heard in the thread: it closes a solved case; an open one is only proposed as solved."""

from dataclasses import dataclass, field
from datetime import datetime

from cases import stages
from cases.drafts import Draft
from cases.models import Case, Event
from cases.workflow import Closing, Outcome, Status

HELP_CAME = "update_resolved"
# After "solved", thanks are a yes too; on an open case they may be for the registration alone.
YES = (HELP_CAME, "thanks")
_WRITTEN = ("consent_at", "status", "closed_at", "closing", "minutes_confirmed", "updated_at")


@dataclass(slots=True)
class Consents:
    """What the messages of a batch say about help that has come; written with the book."""

    at: datetime
    changed: dict[str, Case] = field(default_factory=dict)
    heard: list[tuple[Event.Kind, Draft, Case]] = field(default_factory=list)

    def hear(self, draft: Draft, case: Case) -> None:
        """Only the requester says yes, and takes it back by pleading anew; only an officer ends an open case."""
        if draft.message.author_id != case.requester.x_user_id:
            return
        kind = draft.reading.kind
        if case.is_open and draft.is_request:
            self._take_back(case)
        elif case.is_open and kind == HELP_CAME and case.consent_at is None:
            self._keep(Event.Kind.CONSENT, draft, case)
        elif case.status == Status.RESOLVED and kind in YES:
            case.status, case.closed_at, case.closing = Status.CLOSED, self.at, Closing.YES
            stages.stamp(case)
            self._keep(Event.Kind.CLOSED, draft, case)
        elif case.closing == Closing.SILENCE and kind in YES and case.outcome != Outcome.DIED:
            case.closing = Closing.YES  # it was closed without an answer, and that came late
            self._keep(Event.Kind.CONSENT, draft, case)

    def _keep(self, kind: Event.Kind, draft: Draft, case: Case) -> None:
        case.consent_at = draft.opened_at
        self.heard.append((kind, draft, case))
        self.changed[case.reference] = case

    def _take_back(self, case: Case) -> None:
        if case.consent_at is not None:
            case.consent_at = None
            self.changed[case.reference] = case

    def write(self) -> list[Event]:
        """Update the cases in one statement; returns the events to insert."""
        for case in self.changed.values():
            case.updated_at = self.at
        Case.objects.bulk_update(self.changed.values(), _WRITTEN)
        return [
            Event(
                case=case,
                at=self.at,
                kind=kind,
                from_status=Status.RESOLVED if kind == Event.Kind.CLOSED else "",
                to_status=Status.CLOSED if kind == Event.Kind.CLOSED else "",
                message=draft.message,
            )
            for kind, draft, case in self.heard
        ]
