"""The collector's office: issues the sheets of a due time, each once and each in its own transaction.

Times of reviews are data. After a downtime only the last due time is made good: a sheet of the figures of yesterday
noon, drawn up today, would say what nobody saw.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.models import Review, ReviewMail, ReviewRecipient, ReviewTime
from cases.reports import reading, rollups
from cases.reports.reading import NotCounted
from cases.reports.review.content import draw_up, span_of
from cases.reports.review.places import here, keys_of, place_from, without_a_sheet
from cases.reports.scopes import Scope
from helpdesk.enqueue import after_commit

logger = logging.getLogger(__name__)
COUNTED_WITHIN = timedelta(minutes=1)
FILES = "cases.reports.tasks.make_sheet_files"


@dataclass(frozen=True, slots=True)
class Due:
    """A time of the day that has come, and the moment it was."""

    of: ReviewTime
    held_at: datetime


def last_due(at: datetime) -> Due | None:
    """The due time that came last, today or yesterday; None when no time is active."""
    today = timezone.localdate(at)
    found = [
        Due(of, timezone.make_aware(datetime.combine(day, of.at)))
        for of in ReviewTime.objects.filter(is_active=True)
        for day in (today, today - timedelta(days=1))
    ]
    return max((due for due in found if due.held_at <= at), key=lambda due: due.held_at, default=None)


def next_due(at: datetime) -> datetime | None:
    """When the next review is held; None when no time is active."""
    today = timezone.localdate(at)
    found = [
        timezone.make_aware(datetime.combine(day, of_day))
        for of_day in ReviewTime.objects.filter(is_active=True).values_list("at", flat=True)
        for day in (today, today + timedelta(days=1))
    ]
    return min((moment for moment in found if moment > at), default=None)


def missing(at: datetime) -> list[tuple[str, str, int]]:
    """What is still to be issued of the last due time: place, moment, time of the day, as a task takes them."""
    due = last_due(at)
    if due is None:
        return []
    return [(place.text, due.held_at.isoformat(), due.of.pk) for place in without_a_sheet(due.held_at)]


def issue(text: str, held_at: datetime, time_id: int | None, at: datetime) -> Review | None:
    """The sheet of this place and moment, issued now unless it is there; None for a place that is none. One asked for
    in the very minute of a due time is that time's. Raises NotCounted."""
    place = place_from(text)
    if place is None:
        return None
    if found := _standing(place, held_at):
        return found
    _count_up_to(held_at, at)
    times = ReviewTime.objects.filter(pk=time_id) if time_id else _times_at(held_at)
    of = times.first()
    try:
        with transaction.atomic():
            return _issue(place, held_at, of, at)
    except IntegrityError:
        if found := _standing(place, held_at):  # another worker was quicker
            return found
        raise


def _times_at(held_at: datetime) -> QuerySet[ReviewTime]:
    return ReviewTime.objects.filter(is_active=True, at=timezone.localtime(held_at).time())


def _count_up_to(held_at: datetime, at: datetime) -> None:
    """Everything up to the review is in the figures; hundreds of sheets of one moment need not count for each. A sheet
    is for ever: rather a minute late than without what came last."""
    if _is_counted(held_at, at):
        return
    if not rollups.is_counting_anew():
        rollups.catch_up(at, wait=True)
    if not _is_counted(held_at, at):
        raise NotCounted


def _is_counted(held_at: datetime, at: datetime) -> bool:
    counted = reading.counted_until()
    return counted is not None and counted >= max(held_at, at - COUNTED_WITHIN)


def _standing(place: Scope, held_at: datetime) -> Review | None:
    return Review.objects.filter(here(place), held_at=held_at).first()


def _issue(place: Scope, held_at: datetime, of: ReviewTime | None, at: datetime) -> Review:
    span = span_of(place, held_at, at)
    keys = keys_of(place)
    content = draw_up(span, of)
    review = Review.objects.create(**keys, held_at=held_at, since=span.since, issued_at=at, content=content)
    recipients = ReviewRecipient.objects.filter(here(place), is_active=True)
    ReviewMail.objects.bulk_create(
        ReviewMail(review=review, address=one.address, language=one.language, next_try_at=at) for one in recipients
    )
    after_commit(FILES, review.pk)
    logger.info("Review sheet %d of %s for %s is issued.", review.pk, place.text, held_at.isoformat())
    return review


def asked_for_at(at: datetime) -> datetime:
    """The moment of a sheet asked for in between: to the minute, so that a double tap is one sheet."""
    return at.replace(second=0, microsecond=0)
