"""What a requester hears by SMS beside the public reply, or by a message on X in its place: queued here, few of them.

Both are private: an SMS goes to the number the requester gave, where the office has a gateway for its place, a message
to the account that wrote, where its handle may send them. They may name the officer, never a need, a diagnosis or
anybody's number.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.models import Case, Channel, Event, Gateway, Message, Notice, Phone, ReplyTemplate
from cases.replies import Replies
from cases.workflow import RANK, Outcome, Status
from helpdesk.enqueue import after_commit

Key = ReplyTemplate.Key
MOBILE = r"^[6-9][0-9]{9}$"  # what else has ten digits is a landline: no SMS reaches it
# What is said by message in the place of a public reply, as it holds what only the requester may read.
DIRECT = {Key.HAS_OFFICER: Key.DM_HAS_OFFICER, Key.RESOLVED: Key.DM_RESOLVED}
HELD_BACK = f"told by {Channel.X_DM.value} instead"  # on the public reply, which is said should X refuse the message
_WAITED = (Status.NEEDS_REVIEW, Status.AWAITING_INFO)
_PLEAS = (Message.Result.OPENED, Message.Result.REVIEW)


def status_link(case: Case) -> str:
    """Where the case stands, for everybody who has its number."""
    return str(settings.SITE_URL + reverse("status_of", args=[case.reference]))


def language_of(case: Case) -> str:
    """Hindi for romanised Hindi and for what is not known."""
    return "en" if case.language == "en" else "hi"


def received(cases: Sequence[Case], at: datetime) -> None:
    """A case was opened: its number by SMS, or with it what is missing."""
    _queue([(Key.SMS_ASKED if case.asked_for else Key.SMS_RECEIVED, case) for case in cases], at, None, status_link)


def has_officer(case: Case, event: Event) -> None:
    """By SMS at the first acknowledgement; on X only where the case had to wait for an operator or an answer."""
    tell_requesters(Key.SMS_HAS_OFFICER, [case], event.at, event)
    if case.channel == Message.Channel.X and _waited(case, event):
        _reply_has_officer(case, event)


def solved(case: Case, at: datetime, event: Event | None, link: Callable[[Case], str] = status_link) -> None:
    """Each time it is solved, with the link to say yes or no; a family whose patient died is not asked."""
    if case.outcome != Outcome.DIED:
        tell_requesters(Key.SMS_RESOLVED, [case], at, event, link)


def tell_requesters(
    key: Key,
    cases: Sequence[Case],
    at: datetime,
    event: Event | None = None,
    link: Callable[[Case], str] = status_link,
) -> None:
    """One SMS for the requester of each case."""
    _queue([(key, case) for case in cases], at, event, link)


def _queue(told: Sequence[tuple[Key, Case]], at: datetime, event: Event | None, link: Callable[[Case], str]) -> None:
    """For those whose place a gateway serves: four statements, one where there is none."""
    gateways = list(Gateway.objects.filter(channel=Channel.SMS, is_active=True)) if told else []
    served = [one for one in told if any(each.covers(one[1].state_id, one[1].district_id) for each in gateways)]
    if not served:
        return
    people = [case.requester_id for _key, case in served]
    reachable = set(Phone.objects.filter(person__in=people, number__regex=MOBILE).values_list("person_id", flat=True))
    rows = ReplyTemplate.objects.filter(key__in={key for key, _case in served}).values_list("key", "language", "text")
    texts = {(key, language): text for key, language, text in rows}
    wanted = [one for one in served if one[1].requester_id in reachable]
    notices = [_sms(key, case, texts, at, event, link) for key, case in wanted]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    if notices:
        after_commit("cases.notify.tasks.send_private", Channel.SMS.value)


def in_private(
    replies: Sequence[Notice], case: Case, event: Event, link: Callable[[Case], str] = status_link
) -> list[Notice]:
    """The unsaved replies, each with a message on X in its place where it goes to the requester and its handle may.

    A family whose patient died is not asked; who joined a case is answered in public, as the link answers for the
    requester. One query more where there is a message.
    """
    personal = [reply for reply in replies if _is_the_requester_s(reply, case)]
    if not personal:
        return list(replies)
    keys = {DIRECT[Key(reply.template)] for reply in personal}
    rows = ReplyTemplate.objects.filter(key__in=keys).values_list("key", "language", "text")
    texts = {(key, language): text for key, language, text in rows}
    messages = [_direct(reply, case, event, texts, link) for reply in personal]
    for reply in personal:
        reply.state, reply.error = Notice.State.DROPPED, HELD_BACK
    return [*messages, *replies]


def _is_the_requester_s(reply: Notice, case: Case) -> bool:
    may = reply.handle is not None and reply.handle.direct_messages and reply.message is not None
    if not may or case.outcome == Outcome.DIED or reply.template not in DIRECT:
        return False
    author_id = reply.message.author_id if reply.message else ""
    return author_id.isdecimal() and case.requester is not None and case.requester.x_user_id == author_id


def _direct(
    reply: Notice, case: Case, event: Event, texts: dict[tuple[str, str], str], link: Callable[[Case], str]
) -> Notice:
    """The message that says in private what the reply would say in public; `once` is the reply's with its channel."""
    key = DIRECT[Key(reply.template)]
    words = {
        "reference": case.reference,
        "url": link(case),
        "helpline": (reply.handle.helpline if reply.handle else "") or settings.HELPLINE,
        "officer": event.actor.label if event.actor else "",
    }
    text = texts[key.value, reply.language].format_map(words).strip()
    # Looked for on X after a crash, and there without its link: the same words must not have been said before.
    anew = key is Key.DM_RESOLVED and case.reopened_count > 0
    text += timezone.localtime(event.at).strftime(" (%d-%m-%Y %H:%M)") if anew else ""
    return Notice(
        once=f"{reply.once}:{Channel.X_DM.value}",
        event=event,
        case=reply.case,
        message=reply.message,
        handle=reply.handle,
        channel=Channel.X_DM,
        template=key.value,
        language=reply.language,
        text=text[:1000],
        urgency=reply.urgency,
        rank=reply.rank,
        created_at=reply.created_at,
        next_try_at=reply.next_try_at,
    )


def asked_words(case: Case) -> str:
    """What is missing, in the active language."""
    words = {"place": _("the district and the block or town"), "phone": _("your phone number")}
    return ", ".join(words[name] for name in case.asked_for if name in words)


def _sms(
    key: Key,
    case: Case,
    texts: dict[tuple[str, str], str],
    at: datetime,
    event: Event | None,
    link: Callable[[Case], str],
) -> Notice:
    language = language_of(case)
    with override(language):
        words = {
            "reference": case.reference,
            "url": link(case),
            "helpline": settings.HELPLINE,
            "officer": event.actor.label if event and event.actor else "",
            "asked": asked_words(case),
        }
    anew = f":{case.reopened_count}" if key is Key.SMS_RESOLVED else ""
    return Notice(
        once=f"{key.value}:{case.pk}{anew}:{case.requester_id}:{Channel.SMS.value}",
        event=event,
        case=case,
        person_id=case.requester_id,
        channel=Channel.SMS,
        template=key.value,
        language=language,
        text=texts[key.value, language].format_map(words).strip()[:1000],
        urgency=case.urgency,
        rank=RANK[case.urgency],
        created_at=at,
        next_try_at=at,
    )


def _waited(case: Case, event: Event) -> bool:
    waited = Event.objects.filter(case=case, to_status__in=_WAITED)
    return event.from_status in _WAITED or waited.exists()


def _reply_has_officer(case: Case, event: Event) -> None:
    """Once in a case's life; each post costs money, and X counts what looks like repeating oneself."""
    message = case.messages.filter(result__in=_PLEAS, handle__isnull=False).order_by("pk").first()
    said = Notice.objects.filter(case=case, template__in=(Key.HAS_OFFICER, Key.DM_HAS_OFFICER))
    told = said.exclude(state=Notice.State.DROPPED)
    if message is None or told.exists():
        return
    notice = Replies.load([message.handle_id or 0]).notice(Key.HAS_OFFICER, case, message, event.at)
    if notice is not None:
        notice.event = event
        Notice.objects.bulk_create(in_private([notice], case, event), ignore_conflicts=True)
        after_commit("cases.notify.tasks.send_notices", notice.handle_id)
