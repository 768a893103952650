"""The collector's office: how names and times stand in a sheet's content."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from districts.models import Officer

Named = dict[str, str]


def named(thing: Any) -> Named:
    """A name in both scripts; where there is no Hindi one, the other stands for it."""
    return {"name": thing.name, "name_hi": thing.name_hi or thing.name}


def officer_named(officer: Officer | None) -> Named | None:
    """As every page names officers."""
    return {"name": str(officer), "name_hi": officer.name_hi or str(officer)} if officer else None


def iso(moment: datetime | None) -> str | None:
    """In Asia/Kolkata, to the second."""
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else None
