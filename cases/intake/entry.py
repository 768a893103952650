"""Journey 1, the other doors: web form, telephone, paste and other helplines; stored and processed in the request.

Processing at once gives the citizen the reference on the next page. When it fails the message stays stored, and the
sweeper processes it: the page then says that it came in, without a reference yet.
"""

import logging
import re
import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import access, missed_calls, pipeline
from cases.intake import budget, posts
from cases.intake.budget import Bill, OutOfBudget
from cases.intake.credentials import MissingCredentials, for_handle
from cases.intake.fields import ten_digits
from cases.intake.storing import Draft, outside_id, store
from cases.intake.x_client import XClient, XError, XRefused
from cases.models import Case, Handle, Message
from cases.workflow import OPEN, Status
from districts.models import Officer, State

logger = logging.getLogger(__name__)
LONGEST_TEXT = 10_000
POST_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.|mobile\.|m\.)?(?:x|twitter)\.com/\w{1,50}/status(?:es)?/([0-9]{1,19})(?:[/?#]\S*)?", re.I
)
AN_ADDRESS = re.compile(r"(?:https?://)?(?:[\w-]{1,20}\.){0,2}(?:x|twitter)\.com(?:[/?#]\S*)?", re.I)
Channel = Message.Channel


class CannotFetch(ValidationError):
    """A post's address was given and X could not or would not show the post; str() is for the reader."""

    def __init__(self, message: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(message, code="x", params=params)

    def __str__(self) -> str:
        return str(self.messages[0])


def from_web(*, text: str, given: dict[str, Any], language: str, token: str) -> Message:
    """A citizen's form, sent once per token however often it arrives.

    `given`: what was stated, in the shape of Message.raw["given"]. Raises ValidationError for the reader.
    """
    facts = _checked(text, given)
    raw = {"given": facts, "language": language}
    name = token or uuid.uuid4().hex
    draft = Draft(Channel.WEB, name, text, timezone.now(), author_name=_asker(facts), raw=raw, **_area_asked(facts))
    return _enter(draft)[0]


def from_telephone(*, text: str, given: dict[str, Any], officer: Officer, token: str) -> Message:
    """A call, entered by the officer who took it; a place nobody named is the officer's own area.

    Whoever rang in vain before from this number has been spoken to with it. Raises ValidationError for the reader.
    """
    facts, now = _checked(text, given), timezone.now()
    name = token or uuid.uuid4().hex
    draft = Draft(Channel.PHONE, name, text, now, author_name=_asker(facts), raw={"given": facts}, **_area_of(officer))
    message = _enter(draft)[0]
    for number in facts.get("phones", ()):
        missed_calls.settle(number, message=message, officer=officer, at=now)
    return message


# What a caller may still add to; the others ended without help, and a new plea must not end there too.
TAKES_MORE = frozenset({*OPEN, Status.RESOLVED, Status.CLOSED})


def called_again(*, case: Case, text: str, given: dict[str, Any], officer: Officer, token: str) -> Message:
    """A call about a case we have: a message of it like any other, so that nothing said is lost and it is counted.

    It goes the way of a reply in the case's own thread: what it tells is filled in, a solved case is opened again
    unless the caller only thanks, the clock stays. Raises ValidationError for the reader.
    """
    if case.status not in TAKES_MORE:
        raise ValidationError(_("This case has ended. Enter the call as a new one."), code="ended")
    given = {"case": case.pk, "is_request": bool(given.get("urgency"))} | given
    return from_telephone(text=text.strip() or _("The caller called again."), given=given, officer=officer, token=token)


def from_paste(*, text_or_url: str, officer: Officer, handle: Handle | None, token: str = "") -> Message:
    """Somebody's forwarded text, or the address of a post, which is fetched from X and keeps its own id there, so
    that a later poll does not double it. Raises ValidationError for the reader (CannotFetch for an address).
    """
    pasted = text_or_url.strip()
    address = POST_ADDRESS.fullmatch(pasted)
    if address:
        return _from_address(address[1], officer, handle)
    if AN_ADDRESS.fullmatch(pasted):
        raise CannotFetch(_("This address does not lead to one post. Open the post on X and copy its address."))
    _checked(pasted, {})
    area = _area_of(officer)
    if handle is not None:
        area |= posts.Scope(handle.pk, handle.state_id, handle.district_id).columns
    return _enter(Draft(Channel.PASTE, token or uuid.uuid4().hex, pasted, timezone.now(), **area))[0]


def from_api(
    *, source: str, external_id: str, text: str, posted_at: datetime, given: dict[str, Any], officer: Officer
) -> tuple[Message, bool]:
    """Another helpline's request, and whether it is new: (source, external_id) names it for ever.

    Raises ValidationError for the caller.
    """
    facts = _checked(text, given)
    draft = Draft(Channel.API, f"{source}:{external_id}", text, posted_at, author_name=_asker(facts),
                  raw={"given": facts, "source": source}, **_area_of(officer))  # fmt: skip
    return _enter(draft)


def _checked(text: str, given: dict[str, Any]) -> dict[str, Any]:
    """The facts with their phones as 10 digits."""
    if len(text) > LONGEST_TEXT:
        raise ValidationError(_("The text is too long: at most 10,000 characters."), code="too_long")
    if not text.strip("\x00 \t\r\n") and not given.get("needs"):
        raise ValidationError(_("Please write what is needed."), code="empty")
    phones = given.get("phones") or []
    return given | ({"phones": [ten_digits(str(phone)) for phone in phones]} if phones else {})


def _asker(given: dict[str, Any]) -> str:
    return str(given.get("requester_name") or "")


def _area_asked(given: dict[str, Any]) -> dict[str, Any]:
    """Who names no district has come to the office of the home state."""
    if given.get("district") is not None:
        return {}
    return {"scope_state_id": State.objects.filter(pk=settings.HOME_STATE).values_list("pk", flat=True).first()}


def _area_of(officer: Officer) -> dict[str, Any]:
    """Where the officer is posted, most local first, as the scope of what they enter."""
    postings = sorted(access.postings(officer), key=lambda posting: posting.district_id is None)
    state, district = (postings[0].state_id, postings[0].district_id) if postings else (None, None)
    return {"scope_state_id": state, "scope_district_id": district, "taken_by_id": officer.pk}


def _enter(draft: Draft) -> tuple[Message, bool]:
    """Store once, process if that is still to do; the message as it stands then, and whether it is new."""
    with transaction.atomic():
        new = store([draft], queue=False)
    message = Message.objects.get(channel=draft.channel, external_id=outside_id(draft.external_id))
    if message.state == Message.State.STORED:
        try:
            pipeline.process([message.pk])
        except Exception:  # whatever it was, the plea is in: the sweeper takes it from here
            logger.exception("Message %d is stored and waits for the sweeper.", message.pk)
        message.refresh_from_db()
    return message, bool(new)


def _from_address(post_id: str, officer: Officer, handle: Handle | None) -> Message:
    known = Message.objects.filter(channel=Channel.X, external_id=post_id).first()
    if known is not None:
        return known
    through = handle or _any_handle(officer)
    answer = _fetched(post_id, through)
    try:
        draft = posts.read_post(answer["data"], posts.included(answer.get("includes")), posts.Scope.of(through))
    except posts.Unreadable:
        raise CannotFetch(_("X's answer could not be read. Please paste the text instead.")) from None
    if draft is None:
        raise CannotFetch(_("This is a post of our own."))
    settled = posts.settle_edits([draft])
    if not settled:
        return Message.objects.get(channel=Channel.X, external_id=draft.echo_of)
    return _enter(settled[0])[0]


def _any_handle(officer: Officer) -> Handle:
    """The handle of the officer's district, else of the state, else any: one is needed to ask X."""
    area = _area_of(officer)
    active = list(Handle.objects.filter(is_active=True))
    if not active:
        raise CannotFetch(_("No handle is set up to ask X. Please paste the text instead."))
    near = (area["scope_district_id"], area["scope_state_id"])
    return max(active, key=lambda one: (one.district_id == near[0], one.state_id == near[1], -one.pk))


def _fetched(post_id: str, handle: Handle) -> dict[str, Any]:
    """The post from X, paid by the handle."""
    now = timezone.now()
    try:
        budget.affordable(handle, budget.POST, 1, 1, now)
        with XClient(for_handle(handle)) as client:
            try:
                answer = client.post_by_id(post_id)
            except XError as error:
                budget.record(handle, client, "tweets/:id", now, Bill(), error)
                raise
            budget.record(handle, client, "tweets/:id", now, Bill(1, budget.POST))
            return answer
    except XRefused as error:
        raise CannotFetch(_("X does not show this post: %(why)s"), {"why": error}) from None
    except (XError, OutOfBudget, MissingCredentials) as error:
        logger.warning("Post %s could not be fetched through @%s: %s", post_id, handle.username, error)
        raise CannotFetch(_("X cannot be asked now. Please paste the text instead.")) from None
