"""The collector's office: decisions and remarks made over a sheet, told to who must act, and ticked off."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from cases.models import Decision, ReplyTemplate, Review
from cases.plain import without_numbers
from cases.reports.review.places import held_by, here
from cases.reports.scopes import Scope
from cases.telling import tell_plain
from districts.models import Officer

DONE_SHOWN = 20
DOUBLE_TAP = timedelta(minutes=1)
LONGEST_TOLD = 300  # a notice is read on a locked phone


def decide(
    review: Review, text: str, officer: Officer | None, due_by: datetime | None, *, by: Officer, at: datetime
) -> Decision:
    """Keep it and tell who must act; without an officer it is a remark."""
    with transaction.atomic():
        same = Decision.objects.filter(
            review=review, text=text, officer=officer, made_by=by, made_at__gt=at - DOUBLE_TAP
        )
        if found := same.first():
            return found
        made = Decision.objects.create(
            review=review,
            state_id=review.state_id,
            district_id=review.district_id,
            text=text,
            officer=officer,
            due_by=due_by if officer else None,
            made_at=at,
            made_by=by,
        )
        if officer is not None and officer != by:
            _tell(made, officer, at)
    return made


def _tell(made: Decision, officer: Officer, at: datetime) -> None:
    words = {
        "decision": _shortened(made.text),
        "due": f"{timezone.localtime(made.due_by):%d-%m-%Y %H:%M}" if made.due_by else "–",
        "url": settings.SITE_URL + reverse("my_decisions"),
    }
    tell_plain(ReplyTemplate.Key.TO_DECISION, [officer.pk], words, f"decision:{made.pk}", at)


def _shortened(text: str) -> str:
    """Without telephone numbers, as on the sheets: it goes by SMS, e-mail and Telegram."""
    words = without_numbers(" ".join(text.split()))
    return words if len(words) <= LONGEST_TOLD else f"{words[: LONGEST_TOLD - 1]}…"


def tick_off(decision: Decision, note: str, *, by: Officer, at: datetime) -> bool:
    """Done, by whom, how; False when somebody was quicker."""
    with transaction.atomic():
        locked = Decision.objects.select_for_update().get(pk=decision.pk)
        if locked.done_at is not None or locked.officer_id is None:
            return False
        locked.done_at, locked.done_by, locked.done_note = at, by, note
        locked.save()
    return True


def take_back(decision: Decision) -> bool:
    """Not done after all; what was said stays in the history."""
    with transaction.atomic():
        locked = Decision.objects.select_for_update().get(pk=decision.pk)
        if locked.done_at is None:
            return False
        locked.done_at, locked.done_by, locked.done_note = None, None, ""
        locked.save()
    return True


def may_tick(officer: Officer) -> Q:
    """The decisions an officer may tick off: the own ones, and those of the places in charge of."""
    return Q(officer=officer) | (held_by(officer) & Q(officer__isnull=False))


def open_of(place: Scope, at: datetime) -> list[Decision]:
    """What is to be done at a place, overdue first."""
    rows = Decision.objects.filter(here(place), done_at=None, officer__isnull=False)
    return sorted(rows.select_related("officer", "made_by"), key=lambda row: _urgency(row, at))


def mine(officer: Officer) -> tuple[list[Decision], list[Decision]]:
    """What the officer has to do, the soonest due first; and what was done lately."""
    own = Decision.objects.filter(officer=officer).select_related("officer", "made_by", "done_by")
    undone = own.filter(done_at=None).order_by("due_by", "pk")
    return list(undone), list(own.filter(done_at__isnull=False).order_by("-done_at", "-pk")[:DONE_SHOWN])


def made_over(review: Review) -> "QuerySet[Decision]":
    """Decisions and remarks of this sheet, in the order they were made."""
    return review.decisions.select_related("officer", "made_by", "done_by").order_by("made_at", "pk")


def _urgency(row: Decision, at: datetime) -> tuple[bool, datetime]:
    return row.due_by is None or row.due_by >= at, row.due_by or row.made_at
