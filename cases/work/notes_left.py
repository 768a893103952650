"""Journey 4: which hand-over notes wait for an officer on the desk."""

from datetime import datetime, timedelta

from django.db.models import Q

from cases import access
from cases.models import HandOverNote
from districts.models import Officer

SHOWN_FOR = timedelta(hours=24)  # a note nobody read in three turns speaks of cases that have moved on
MOST = 3


def notes_for(officer: Officer) -> Q:
    """Notes left at the places of the officer's postings, by others."""
    here = Q(pk__in=[])
    for posting in access.postings(officer):
        here |= Q(state=posting.state_id, district=posting.district_id, block=posting.block_id)
    return here & ~Q(officer=officer)


def waiting_notes(officer: Officer, now: datetime) -> list[HandOverNote]:
    """Those not read yet, the newest first."""
    unread = HandOverNote.objects.filter(notes_for(officer), read_at=None, at__gt=now - SHOWN_FOR)
    return list(unread.select_related("officer", "district", "block", "state")[:MOST])
