"""Who was shown whose number and name, when, of which case: each look is written down before it is given."""

from datetime import datetime, timedelta

from django.utils import timezone

from cases import access
from cases.models import Case, Disclosure
from districts.models import Officer

SHOWN_FOR = timedelta(hours=12)
_REVEALED = Disclosure.Kind.REVEALED


def reveal(case: Case, officer: Officer, at: datetime, address: str | None) -> bool:
    """The officer asks for number and name; False for who may never see them. Asked again, it is one line."""
    if not access.sees_phones(officer, case):
        return False
    if not is_revealed(case, officer, at):
        _write(case, officer, at, address)
    return True


def is_revealed(case: Case, officer: Officer, at: datetime) -> bool:
    """Whether the officer asked within the last hours; one query."""
    last = _last(case, officer)
    return last is not None and last > at - SHOWN_FOR


def look(case: Case, officer: Officer, at: datetime, address: str | None) -> bool:
    """Whether a page may show number and name now: who holds the case sees them at once, others after `reveal`.

    A holder's first look of the day is written down: one query, and one insert a day at most.
    """
    if not access.sees_phones(officer, case):
        return False
    if case.officer_id != officer.pk:
        return is_revealed(case, officer, at)
    last = _last(case, officer)
    if last is None or timezone.localdate(last) != timezone.localdate(at):
        _write(case, officer, at, address)
    return True


def given_out(case: Case, officer: Officer, at: datetime, address: str | None) -> None:
    """A program was given the whole number: one line a day for each officer and case."""
    last = _last(case, officer)
    if last is None or timezone.localdate(last) != timezone.localdate(at):
        _write(case, officer, at, address)


def _last(case: Case, officer: Officer) -> datetime | None:
    rows = Disclosure.objects.filter(case=case, officer=officer, kind=_REVEALED)
    return rows.order_by("-at").values_list("at", flat=True).first()


def _write(case: Case, officer: Officer, at: datetime, address: str | None) -> None:
    Disclosure.objects.create(
        officer=officer, at=at, kind=_REVEALED, case=case, detail=case.reference, address=address or None
    )


def exported(officer: Officer, what: str, count: int, at: datetime, address: str | None = None) -> None:
    """A list was taken out of the system: what it was (with its filter) and of how many cases it speaks."""
    Disclosure.objects.create(
        officer=officer,
        at=at,
        kind=Disclosure.Kind.EXPORTED,
        count=count,
        detail=what[: Disclosure._meta.get_field("detail").max_length],
        address=address,
    )
