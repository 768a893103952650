"""Journey 5: a case went on while its notice waited: asked again before sending; what is no longer so is dropped."""

from django.utils.translation import gettext_noop

from cases.models import Notice
from cases.telling import Key
from cases.workflow import UNANSWERED, Clock

# Of these the text tells an officer what to do with a case of his or hers, and how long is left.
TIMED = (Key.TO_ASSIGNED, Key.TO_WARNED, Key.TO_ESCALATED)
ENDED = gettext_noop("The case had ended before it was sent.")
ANOTHERS = gettext_noop("Another officer had the case before it was sent.")
ANSWERED = gettext_noop("The case was acknowledged before it was sent.")
REOPENED = gettext_noop("The case was opened again before it was sent.")
PARTED = gettext_noop("The two cases were separated before it was sent.")
# What stands on a notice that was dropped for it; the outbox page says it in the reader's language.
TO_OFFICERS = (ENDED, ANOTHERS, ANSWERED)


def superseded(notice: Notice) -> str:
    """What the case did meanwhile; '' where the notice still holds."""
    case = notice.case
    if case is None:
        return ""
    if notice.template in (Key.RESOLVED, Key.DM_RESOLVED, Key.SMS_RESOLVED):
        return REOPENED if case.is_open else ""
    if notice.template == Key.JOINED:
        return PARTED if _parted(notice) else ""
    if notice.officer_id is None or notice.template not in TIMED:
        return ""
    if not case.is_open:
        return ENDED
    if case.officer_id != notice.officer_id:
        return ANOTHERS
    return ANSWERED if _asks_for_an_answer(notice) and case.status not in UNANSWERED else ""


def _parted(notice: Notice) -> bool:
    """The plea's own case was joined to this one, and is not any more."""
    own = notice.message.case if notice.message else None
    return own is not None and notice.case_id not in (own.pk, own.joined_to_id)


def _asks_for_an_answer(notice: Notice) -> bool:
    """Who has acknowledged knows of the case, and no limit of acknowledging binds it any more."""
    if notice.template == Key.TO_ASSIGNED:
        return True
    said = notice.event.note if notice.event else ""
    return notice.template == Key.TO_WARNED and f"clock={Clock.RESPOND.value}" in said.split()
