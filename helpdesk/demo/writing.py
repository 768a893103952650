"""Writing the demo into the tables: what is there already stays as the officers left it."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from cases.intake.credentials import seal
from cases.models import Handle
from districts.models import Leave, Officer, Posting, Shift
from districts.roster import monday_of
from helpdesk.demo.names import invented
from helpdesk.demo.seats import AWAY, Away, Seat

PASSWORD = "sahayata-demo"  # noqa: S105 - printed for everybody; the command refuses production
HANDLES = Path(__file__).parent / "handles.json"
ADMIN = "admin"


@transaction.atomic
def write_demo(seats: Sequence[Seat]) -> tuple[int, int]:
    """Create the handles and officers that are missing; (handles, officers) created.

    An officer who is there already keeps name, password, postings and shifts, whatever they were changed to.
    """
    return _write_handles(), _write_officers(seats)


def _write_handles() -> int:
    there = set(Handle.objects.values_list("username", flat=True))
    handles = [_handle(row) for row in json.loads(HANDLES.read_text(encoding="utf-8")) if row["username"] not in there]
    bulk_create_with_history(handles, Handle)
    return len(handles)


def _handle(row: dict[str, Any]) -> Handle:
    return Handle(
        username=row["username"],
        user_id=row["user_id"],
        state_id=row["state_code"],
        district_id=row["district_code"],
        hashtags=row["hashtags"],
        sealed_credentials=seal(row["credentials"]),
    )


def _write_officers(seats: Sequence[Seat]) -> int:
    there = set(Officer.objects.values_list("username", flat=True))
    logins = [*(seat.login for seat in seats), ADMIN]
    if not set(logins) - there:
        return 0
    password = make_password(PASSWORD)  # hashed once for all: hashing takes longer than everything else here
    new = [_officer(number, login, password) for number, login in enumerate(logins) if login not in there]
    Officer.objects.bulk_create(new)
    officers = Officer.objects.in_bulk([officer.username for officer in new], field_name="username")
    _write_postings([seat for seat in seats if seat.login in officers], officers)
    _write_leaves(officers)
    return len(new)


def _officer(number: int, login: str, password: str) -> Officer:
    name = invented(number)
    superuser = login == ADMIN
    return Officer(
        username=login,
        password=password,
        first_name=name.first,
        last_name=name.last,
        name_hi=name.hindi,
        is_staff=superuser,
        is_superuser=superuser,
    )


def _write_postings(seats: Sequence[Seat], officers: dict[str, Officer]) -> None:
    """In force since yesterday, so that last night's turn is already one of them."""
    since = timezone.localdate() - timedelta(days=1)
    postings = bulk_create_with_history(
        [
            Posting(
                officer=officers[seat.login],
                role=seat.role,
                state_id=seat.state,
                district_id=seat.district,
                block_id=seat.block,
                is_stand_in=seat.is_stand_in,
                starts_on=since,
            )
            for seat in seats
        ],
        Posting,
    )
    shifts = [
        Shift(posting=posting, starts=seat.hours[0], ends=seat.hours[1], from_date=since)
        for seat, posting in zip(seats, postings, strict=True)
        if seat.hours
    ]
    bulk_create_with_history(shifts, Shift)


def _write_leaves(officers: dict[str, Officer]) -> None:
    """Only where officer and replacement are both new: leave that was cancelled does not come back."""
    monday = monday_of(timezone.localdate()) + timedelta(weeks=1)
    new = [away for away in AWAY if away.login in officers and (not away.by or away.by in officers)]
    bulk_create_with_history([_leave(away, monday, officers) for away in new], Leave)


def _leave(away: Away, monday: date, officers: dict[str, Officer]) -> Leave:
    return Leave(
        officer=officers[away.login],
        from_date=monday + timedelta(days=away.first),
        until_date=monday + timedelta(days=away.last),
        replacement=officers.get(away.by),
        reason=away.reason,
    )
