"""The collector's office, doors of its work in the background: they call one function and return (law 9)."""

import logging
from datetime import datetime, timedelta

from celery import shared_task
from django.utils import timezone

from cases.reports import handle_counting, rollups
from cases.reports.exports import asking, job
from cases.reports.reading import NotCounted
from cases.reports.review import files, issuing, mailing

logger = logging.getLogger(__name__)
LOOKED_AGAIN = timedelta(days=2)
ASKED_FOR = timedelta(hours=2)
REVIEWS_SECONDS = 60  # the next start looks anew at what is missing


@shared_task(ignore_result=True)
def count_figures() -> None:
    """Bring the figures up to the cases."""
    rollups.catch_up(timezone.now())


@shared_task(ignore_result=True, time_limit=4 * 3600)  # five million cases take forty minutes
def count_figures_anew() -> None:
    """Count every case anew where that is still to be done: the broker hands a task of many minutes out again."""
    if not rollups.is_counted():
        rollups.count_anew(timezone.now())


@shared_task(ignore_result=True, time_limit=1800)  # of a wave's two days
def look_again() -> None:
    """Mend what a transaction that took minutes left out, and delete the hours that are told by days now."""
    at = timezone.now()
    rollups.recount(at - LOOKED_AGAIN, at)
    rollups.trim(at)


@shared_task(ignore_result=True)
def count_handle_days() -> None:
    """What came to each handle in the last days, and how soon it was answered on X."""
    handle_counting.count_last_days(timezone.now())


@shared_task(ignore_result=True)
def issue_reviews() -> None:
    """Start one task for each sheet of the last due time that is missing, so that a bad one stops no other; and make
    the files that could not be made before."""
    at = timezone.now()
    for place, held_at, time_id in issuing.missing(at):
        issue_review.apply_async((place, held_at, time_id), expires=REVIEWS_SECONDS)
    for review_id in files.waiting(at):
        make_sheet_files.apply_async((review_id,), expires=REVIEWS_SECONDS)


@shared_task(ignore_result=True)
def issue_review(place: str, held_at: str, time_id: int | None) -> None:
    """Issue one sheet, once. Where the figures are not there yet the next minute starts anew what is due, and one that
    was asked for waits by itself."""
    try:
        issuing.issue(place, datetime.fromisoformat(held_at), time_id, timezone.now())
    except NotCounted:
        logger.warning("The sheet of %s for %s waits: the figures are being counted anew.", place, held_at)
        if time_id is None and timezone.now() - datetime.fromisoformat(held_at) < ASKED_FOR:
            issue_review.apply_async((place, held_at, None), countdown=REVIEWS_SECONDS / 2)


@shared_task(ignore_result=True)
def make_sheet_files(review_id: int) -> None:
    """Make a sheet's PDFs and its workbook, then send it."""
    files.make(review_id)
    send_sheets.delay()


@shared_task(ignore_result=True)
def send_sheets() -> None:
    """Send the sheets that are due by e-mail."""
    mailing.send_due(timezone.now())


@shared_task(ignore_result=True, time_limit=3600)  # a workbook of a million lines is made in one go
def write_exports() -> None:
    """Write a slice of the file whose turn it is; then the next has its turn."""
    if job.run(timezone.now()):
        write_exports.delay()


@shared_task(ignore_result=True)
def expire_exports() -> None:
    """Delete the files whose time is over."""
    asking.expire(timezone.now())


@shared_task(ignore_result=True)
def ask_monthly_reports() -> None:
    """Queue the last month's report for the collectors and the state."""
    asking.ask_monthly(timezone.now())
