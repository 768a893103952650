"""Who was shown whose number, name or photos, when, of which case: each look is written down before it is given."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from cases import access
from cases.models import Case, Disclosure, Offer
from districts.models import Officer

SHOWN_FOR = timedelta(hours=12)
# So long the pages and pictures of one look may be opened; afterwards it is another look, and another line.
A_LOOK_LASTS = timedelta(minutes=15)
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
    rows = Disclosure.objects.filter(case=case, officer=officer, kind=_REVEALED).exclude(detail=Disclosure.PHOTOS)
    return rows.order_by("-at").values_list("at", flat=True).first()


def _write(case: Case | None, officer: Officer, at: datetime, address: str | None, detail: str = "") -> None:
    detail = detail or (case.reference if case else "")
    Disclosure.objects.create(officer=officer, at=at, kind=_REVEALED, case=case, detail=detail, address=address or None)


# --- Photos of a case -------------------------------------------------------------------------------------


def look_at_photos(case: Case, officer: Officer, at: datetime, address: str | None) -> bool:
    """The officer asks for the photos of a case, its holder too; False for who may never see them.

    One look, one line: asked again while it goes on, nothing is written.
    """
    if not access.sees_photos(officer, case):
        return False
    if case.photos.exists() and not sees_photos_now(case, officer, at):
        _write(case, officer, at, address, Disclosure.PHOTOS)
    return True


def sees_photos_now(case: Case, officer: Officer, at: datetime) -> bool:
    """Whether the officer's look at the photos goes on; one query."""
    looks = Disclosure.objects.filter(case=case, officer=officer, kind=_REVEALED, detail=Disclosure.PHOTOS)
    return access.sees_photos(officer, case) and looks.filter(at__gt=at - A_LOOK_LASTS).exists()


# --- Who offers help --------------------------------------------------------------------------------------


def reveal_offer(offer: Offer, officer: Officer, at: datetime, address: str | None) -> bool:
    """The officer asks who offers; False for who may not call. Asked again, it is one line."""
    if not access.may_settle(officer, offer):
        return False
    if not offers_revealed([offer], officer, at):
        _write(None, officer, at, address, _of_offer(offer.pk))
    return True


def offers_revealed(offers: Sequence[Offer], officer: Officer, at: datetime) -> set[int]:
    """Those of these offers that the officer asked about within the last hours; one query, none without an offer."""
    named = {_of_offer(offer.pk): offer.pk for offer in offers if access.may_settle(officer, offer)}
    if not named:
        return set()
    asked = Disclosure.objects.filter(officer=officer, at__gt=at - SHOWN_FOR, case=None, kind=_REVEALED)
    return {named[detail] for detail in asked.filter(detail__in=named).values_list("detail", flat=True)}


def _of_offer(pk: int) -> str:
    return f"offer {pk}"


# --- The doctors' desk ------------------------------------------------------------------------------------


def call_taken(case: Case, doctor: Officer, at: datetime, address: str | None) -> None:
    """A doctor takes a patient's call, and is shown the number with it."""
    _write(case, doctor, at, address)


def note_read(case: Case, reader: Officer, at: datetime, address: str | None) -> None:
    """Somebody else than its doctor reads the note of a consultation."""
    kind = Disclosure.Kind.CONSULTATION
    Disclosure.objects.create(
        officer=reader, at=at, kind=kind, case=case, detail=case.reference, address=address or None
    )


# --- Lists taken out --------------------------------------------------------------------------------------


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
