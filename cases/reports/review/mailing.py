"""The collector's office: sends sheets by e-mail: claimed before, marked after, tried again when that may help.

The claim is a lease: a worker that dies gives the mail back after ten minutes. It may have been taken by the server
just then; every try of a mail carries the same Message-ID, by which mail programs know the second for the first.
"""

import logging
import smtplib
from collections import Counter
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.models import Review, ReviewMail, ReviewRecipient
from cases.reports.review import files, fonts
from cases.reports.review.laying import file_name, laid_out, title_of
from cases.reports.review.places import here, place_of
from helpdesk.enqueue import after_commit

logger = logging.getLogger(__name__)
TASK = "cases.reports.tasks.send_sheets"
CLAIM_STANDS = timedelta(minutes=10)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
PER_RUN, RUN_SECONDS = 30, 30.0  # with one last mail of 20 s within the task's 55 s
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def due(at: datetime) -> QuerySet[ReviewMail]:
    """Mails to be sent whose sheet has its files; a PDF that cannot be made holds nothing back for long."""
    ready = Q(review__xlsx__isnull=False)
    if not fonts.problem():
        pdf = Q(language="hi", review__pdf_hi__isnull=False) | Q(language="en", review__pdf_en__isnull=False)
        ready &= pdf | Q(review__issued_at__lte=at - files.NEW_FOR)
    return ReviewMail.objects.filter(ready, next_try_at__lte=at).order_by("next_try_at", "pk")


def send_due(at: datetime) -> Counter[str]:
    """Send what is due; counts of 'sent', 'waiting' (tried again later) and 'failed'."""
    done, began = Counter[str](), monotonic()
    connection: Any = get_connection()
    for mail in due(at).select_related("review__district", "review__state")[:PER_RUN]:
        if monotonic() - began > RUN_SECONDS:
            break
        if _claim(mail, at):
            done[_send(mail, at, connection)] += 1
    connection.close()
    return done


def send_again(review: Review, addresses: list[str], at: datetime) -> int:
    """By hand: to these addresses of the place's list, whether they had it or not; how many are queued."""
    wanted = ReviewRecipient.objects.filter(here(place_of(review)), is_active=True, address__in=addresses)
    with transaction.atomic():
        rows = [
            ReviewMail(review=review, address=one.address, language=one.language, next_try_at=at)
            for one in wanted.order_by("address")  # two at once take them in one order: no deadlock
        ]
        # A row of its own for each sending by hand: the Message-ID is new, so that nobody's program hides it.
        ReviewMail.objects.filter(review=review, address__in=[row.address for row in rows]).delete()
        # A second tap at the same time finds the row of the first there by now: it is one sending.
        ReviewMail.objects.bulk_create(rows, ignore_conflicts=True)
        after_commit(TASK)
    return len(rows)


def _claim(mail: ReviewMail, at: datetime) -> bool:
    mine = ReviewMail.objects.filter(pk=mail.pk, next_try_at=mail.next_try_at)
    mail.tries += 1
    return bool(mine.update(claimed_at=at, next_try_at=at + CLAIM_STANDS, tries=F("tries") + 1))


def _send(mail: ReviewMail, at: datetime, connection: Any) -> str:
    mine = ReviewMail.objects.filter(pk=mail.pk, claimed_at=at)
    if not settings.EMAIL_URL:
        mine.update(next_try_at=None, error=NO_SERVER)
        return "failed"
    try:
        message_of(mail, connection).send()
    except Exception as error:  # a server answers in many ways; none may stop the others
        again = None if _is_final(error) or mail.tries > len(BACKOFF) else at + BACKOFF[mail.tries - 1]
        mine.update(next_try_at=again, error=f"{type(error).__name__}: {error}"[:300])
        logger.warning("Sheet %d by e-mail: %s, try %d.", mail.review_id, type(error).__name__, mail.tries)
        return "waiting" if again else "failed"
    mine.update(sent_at=at, next_try_at=None, error="")
    return "sent"


NO_SERVER = "No mail server is set: EMAIL_URL in .env."


def _is_final(error: Exception) -> bool:
    """The server knows the address and will not have it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _words in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and 500 <= error.smtp_code < 600


def message_of(mail: ReviewMail, connection: Any = None) -> EmailMessage:
    """The mail in the recipient's language, with the PDF in it and the workbook."""
    review, content = mail.review, mail.review.content
    pdf = review.pdf_hi if mail.language == "hi" else review.pdf_en
    with override(mail.language):
        message = EmailMessage(
            title_of(content),
            _body(review, has_pdf=pdf is not None),
            to=[mail.address],
            headers={"Message-ID": f"<sheet-{mail.pk}@{urlsplit(settings.SITE_URL).hostname}>"},
            connection=connection,
        )
    if pdf is not None:
        message.attach(file_name(content, f"{mail.language}.pdf"), bytes(pdf), "application/pdf")
    message.attach(file_name(content, "xlsx"), bytes(review.xlsx or b""), XLSX)
    return message


def _body(review: Review, has_pdf: bool) -> str:
    sheet = laid_out(review.content)
    figures = "\n".join(f"{stat.label}: {stat.value}{f' ({stat.note})' if stat.note else ''}" for stat in sheet.stats)
    attached = _("The whole sheet is attached, and stands here:")
    if not has_pdf:
        attached = _("The PDF could not be made; the Excel file is attached, and the sheet stands here:")
    url = settings.SITE_URL + reverse("review", args=[review.pk])
    return f"{sheet.place}, {sheet.title}\n{sheet.span}\n\n{figures}\n\n{attached}\n{url}\n"
