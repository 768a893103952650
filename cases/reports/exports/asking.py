"""Exports: asking for a file, letting it go, and what time takes away."""

import logging
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Export
from cases.reports.exports import selection, storage
from cases.reports.exports.selection import REPORT, Refused
from districts.models import Officer, Posting, Role
from helpdesk.enqueue import after_commit

logger = logging.getLogger(__name__)
State, Form = Export.State, Export.Form
MOST_UNDER_WAY = 5
UNDER_WAY = (State.QUEUED, State.RUNNING)
# Whose office is told the month's figures without asking.
MONTHLY_FOR = (Role.COLLECTOR, Role.STATE_ADMIN)
REMEMBERED = timedelta(days=90)  # that there was a file; who took it stands in the book of disclosures


def ask(
    officer: Officer,
    *,
    kind: str,
    form: str,
    query: str,
    language: str,
    at: datetime,
    with_persons: bool = False,
    address: str | None = None,
) -> Export:
    """Put a file into the queue; the same one asked for twice is one. Raises Refused."""
    if not selection.may_take(officer) or (with_persons and not selection.may_take_persons(officer)):
        raise Refused(_("Your posting does not allow this."))
    wanted = {"kind": kind, "form": form, "query": query, "language": language, "with_persons": with_persons}
    with transaction.atomic():
        Officer.objects.select_for_update(no_key=True).get(pk=officer.pk)  # a double tap: the second sees the first
        waiting = Export.objects.filter(officer=officer, state__in=UNDER_WAY)
        same = waiting.filter(**wanted).first()
        if same is not None:
            return same
        if waiting.count() >= MOST_UNDER_WAY:
            raise Refused(_("Five of your files are under way. Wait for one of them, or delete one."))
        made = Export.objects.create(officer=officer, address=address, asked_at=at, **wanted)
        after_commit("cases.reports.tasks.write_exports")
    return made


def let_go(export: Export) -> None:
    """The officer wants it no more: a worker that writes it notices and stops. Of a month's report its row remains,
    unseen, or it would be made again tomorrow."""
    row = Export.objects.filter(pk=export.pk)
    if _is_monthly(export):
        row.update(state=State.EXPIRED, path="", size=0, expires_at=None)
    else:
        row.delete()
    storage.remove(export.path)


def expire(at: datetime) -> int:
    """Delete the files whose time is over, rows that nobody needs, and files that belong to none; how many expired."""
    over = list(Export.objects.filter(state=State.DONE, expires_at__lte=at))
    for export in over:
        Export.objects.filter(pk=export.pk, state=State.DONE).update(state=State.EXPIRED, path="", size=0)
        storage.remove(export.path)
    forgotten = Export.with_let_go.filter(state__in=[State.EXPIRED, State.FAILED], asked_at__lt=at - REMEMBERED)
    forgotten.delete()
    kept = set(Export.objects.exclude(path="").values_list("path", flat=True))
    left = storage.sweep(kept, at.timestamp())
    if over or left:
        logger.info("Exports: %d expired, %d files belonged to none.", len(over), left)
    return len(over)


def month_query(place: str, day: datetime) -> str:
    """The report of the month before this day, as the form asks for it."""
    last = timezone.localdate(day).replace(day=1) - timedelta(days=1)
    days = {"from": f"{last.replace(day=1):%d-%m-%Y}", "to": f"{last:%d-%m-%Y}"}
    return urlencode({"place": place, "period": "range", **days} if place else {"period": "range", **days})


def _is_monthly(export: Export) -> bool:
    """Whether `ask_monthly` asked for it: what an officer asks for names a place."""
    query = month_query("", export.asked_at)
    return (export.kind, export.form, export.query) == (REPORT, Form.PDF, query)


def ask_monthly(at: datetime) -> int:
    """The last month's report for each collector and state administrator, once; how many were put into the queue."""
    query = month_query("", at)
    posted = Posting.objects.current().filter(role__in=MONTHLY_FOR).values("officer")
    have = Export.with_let_go.filter(kind=REPORT, form=Form.PDF, query=query).values("officer")
    officers = Officer.objects.filter(pk__in=posted).exclude(pk__in=have).order_by("pk")
    asked = [
        Export(officer=one, kind=REPORT, form=Form.PDF, query=query, language=one.language, asked_at=at)
        for one in officers
    ]
    with transaction.atomic():
        Export.objects.bulk_create(asked)
        if asked:
            after_commit("cases.reports.tasks.write_exports")
    return len(asked)
