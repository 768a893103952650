"""Private notices: to officers by the channels they chose, to requesters by SMS; queued here, sent by cases.notify.

Whatever the number of people, a fixed number of statements. `once` (cause, recipient, channel) forbids a second alarm
for one cause. No case is written here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _

from cases import requester_notices
from cases.models import BY_GATEWAY, Case, Channel, Event, Notice, OfficerChannel, PushSubscription, ReplyTemplate
from cases.models import QuietHours as Quiet
from cases.workflow import RANK, Urgency
from districts.models import Officer
from helpdesk.enqueue import after_commit

Key = ReplyTemplate.Key
AREAS = ("need", "block", "district", "state")
_Drawn = dict[tuple[int, str], dict[str, str]]  # the words of a case in a language


@dataclass(frozen=True, slots=True)
class ToOfficer:
    """One thing to tell one officer about a case. `cause` with the key names it for ever: it is told once."""

    key: Key
    case: Case
    officer_id: int
    cause: str
    event: Event | None = None
    other: Officer | None = None  # {officer} in the text: who has the case now


@dataclass(frozen=True, slots=True)
class _Said:
    """One text to one officer, before the channels are known."""

    key: Key
    officer_id: int
    cause: str
    urgency: str
    words: Callable[[], Mapping[str, object]]  # asked for in the officer's language
    case: Case | None = None
    event: Event | None = None


def tell_officers(told: Sequence[ToOfficer], at: datetime) -> None:
    """Queue all of it; what was told before is left alone."""
    prefetch_related_objects(list({id(one.case): one.case for one in told}.values()), *AREAS)
    drawn: _Drawn = {}
    _queue([_about_case(one, at, drawn) for one in told], at)


def tell_plain(
    key: Key,
    officer_ids: Iterable[int],
    words: Mapping[str, object],
    cause: str,
    at: datetime,
    urgency: str = Urgency.HIGH,
) -> None:
    """The same, of what is no case: a gap in the roster, a follow-up call. Lazy words come in each one's language."""
    _queue([_Said(key, officer_id, cause, urgency, lambda: words) for officer_id in sorted(set(officer_ids))], at)


def after_move(case: Case, event: Event) -> None:
    """Whoever got the case by another person's move hears of it, and its requester that an officer has it."""
    new = event.to_officer_id
    if new is not None and new not in {event.from_officer_id, event.actor_id} and case.is_open:
        tell_officers([ToOfficer(Key.TO_ASSIGNED, case, new, str(event.pk), event)], event.at)
    if event.kind == Event.Kind.ACKNOWLEDGED:
        requester_notices.has_officer(case, event)


def _about_case(one: ToOfficer, at: datetime, drawn: _Drawn) -> _Said:
    case = one.case
    return _Said(
        one.key,
        one.officer_id,
        f"{case.pk}:{one.cause}",
        case.urgency,
        lambda: _words(one, at, drawn),
        case,
        one.event,
    )


def _words(one: ToOfficer, at: datetime, drawn: _Drawn) -> Mapping[str, object]:
    """A late case is told to two officers or more: what its words share is drawn up once a language."""
    key = id(one.case), get_language()
    if key not in drawn:
        drawn[key] = case_words(one.case, at)
    return drawn[key] | {"officer": one.other.label if one.other else ""}


def _queue(said: Sequence[_Said], at: datetime) -> None:
    if not said:
        return
    ways = Ways.load({one.officer_id for one in said})
    rows = ReplyTemplate.objects.filter(key__in={one.key for one in said}).values_list("key", "language", "text")
    texts = {(key, language): text for key, language, text in rows}
    notices = [notice for one in said for notice in _notices(one, ways, texts, at)]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    # What waits for the end of quiet hours is found by the sweep.
    for channel in sorted(
        {notice.channel for notice in notices if notice.sent_at is None and notice.next_try_at == at}
    ):
        after_commit("cases.notify.tasks.send_private", channel)


def _notices(one: _Said, ways: "Ways", texts: dict[tuple[str, str], str], at: datetime) -> list[Notice]:
    """One on the desk always, and one for each of the officer's channels."""
    officer = ways.officers.get(one.officer_id)
    if officer is None:
        return []
    with override(officer.language):
        text = texts[one.key.value, officer.language].format_map({name: str(w) for name, w in one.words().items()})
    quiet = None if one.urgency == Urgency.CRITICAL else quiet_until(ways.quiet_hours(officer), at)
    return [
        _notice(one, officer, channel, text, at, at if channel == Channel.DESK else quiet or at)
        for channel in (Channel.DESK, *ways.chosen(officer.pk))
    ]


def _notice(one: _Said, officer: Officer, channel: str, text: str, at: datetime, next_try_at: datetime) -> Notice:
    on_desk = channel == Channel.DESK
    return Notice(
        once=f"{one.key.value}:{one.cause}:{officer.pk}:{channel}",
        event=one.event,
        case=one.case,
        officer=officer,
        channel=channel,
        template=one.key.value,
        language=officer.language,
        text=text.strip()[:1000],
        urgency=one.urgency,
        rank=RANK[one.urgency],
        state=Notice.State.SENT if on_desk else Notice.State.QUEUED,
        created_at=at,
        next_try_at=next_try_at,
        sent_at=at if on_desk else None,
    )


@dataclass(frozen=True, slots=True)
class Ways:
    """How some officers are reached; two queries for however many."""

    officers: Mapping[int, Officer]
    channels: dict[tuple[int, str], OfficerChannel]

    @classmethod
    def load(cls, officer_ids: Iterable[int]) -> "Ways":
        """Officers who may sign in, with their quiet hours and whether a browser of theirs takes messages."""
        browsers = PushSubscription.objects.filter(officer=OuterRef("pk"))
        found = Officer.objects.filter(pk__in=set(officer_ids), is_active=True).select_related("quiet_hours")
        officers = {officer.pk: officer for officer in found.annotate(has_browser=Exists(browsers))}
        rows = OfficerChannel.objects.filter(officer__in=officers)
        return cls(officers, {(row.officer_id, row.channel): row for row in rows})

    def quiet_hours(self, officer: Officer) -> Quiet | None:
        """When the officer is disturbed for critical cases only."""
        found: Quiet | None = getattr(officer, "quiet_hours", None)
        return found

    def chosen(self, officer_id: int) -> list[str]:
        """The channels that are on; a browser is one unless it was switched off."""
        on = [str(c) for c in BY_GATEWAY if (row := self.channels.get((officer_id, c))) and row.is_on]
        push = self.channels.get((officer_id, Channel.PUSH))
        wanted = push.is_on if push else True
        has_browser = getattr(self.officers[officer_id], "has_browser", False)
        return [Channel.PUSH.value, *on] if has_browser and wanted else on

    def address(self, officer_id: int, channel: str) -> str:
        """Where the channel reaches the officer; '' if nowhere, or if the officer switched it off."""
        row, officer = self.channels.get((officer_id, channel)), self.officers.get(officer_id)
        if officer is None or (row is not None and not row.is_on):
            return ""
        own = {Channel.SMS: officer.phone, Channel.WHATSAPP: officer.phone, Channel.EMAIL: officer.email}
        return (row.address if row else "") or own.get(Channel(channel), "")


def quiet_until(quiet: Quiet | None, at: datetime) -> datetime | None:
    """When the officer may be disturbed again; None if now. Quiet hours may run past midnight."""
    if quiet is None:
        return None
    local = timezone.localtime(at)
    now, start, end = local.time(), quiet.quiet_from, quiet.quiet_until
    past_midnight = end <= start
    if not (now >= start or now < end if past_midnight else start <= now < end):
        return None
    day = local.date() + timedelta(days=1 if past_midnight and now >= start else 0)
    return datetime.combine(day, end, tzinfo=local.tzinfo)


def fresh_text(notice: Notice, at: datetime) -> str:
    """The text of a notice that had to wait, with the time that is left now; the old one where it names no case."""
    if notice.case is None or notice.officer is None:
        return notice.text
    row = ReplyTemplate.objects.filter(key=notice.template, language=notice.language).first()
    if row is None:
        return notice.text
    with override(notice.language):
        return row.text.format_map(case_words(notice.case, at, notice.case.officer)).strip()[:1000]


def case_words(case: Case, at: datetime, other: Officer | None = None) -> dict[str, str]:
    """What a notice to an officer may fill in; no name and no number of the citizen: a locked phone shows it too."""
    place = [area.label for area in (case.block, case.district or case.state) if area]
    return {
        "reference": case.reference,
        "url": settings.SITE_URL + reverse("case", args=[case.reference]),
        "need": case.need.label,
        "urgency": str(case.get_urgency_display()),
        "place": ", ".join(place) or _("Place not known"),
        "left": time_left(case, at),
        "officer": other.label if other else "",
    }


def time_left(case: Case, at: datetime) -> str:
    """'12 min left' or '8 min late', by the promise that runs now; '' when none does."""
    if case.next_due_at is None:
        return ""
    minutes = int((case.next_due_at - at).total_seconds() // 60)
    if minutes >= 0:
        return ngettext("%(n)d min left", "%(n)d min left", minutes) % {"n": minutes}
    return ngettext("%(n)d min late", "%(n)d min late", -minutes) % {"n": -minutes}
