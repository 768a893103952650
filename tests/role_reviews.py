"""What the walk over every address needs of the reviews: a sheet, a decision over it, somebody who gets it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from cases.models import Decision, Review, ReviewRecipient
from districts.models import Officer
from tests.cases.reports.review import sample


def _keys(where: Any) -> dict[str, Any]:
    return {"state": where.state, "district": where.district}


def review(where: Any) -> int:
    """A sheet of the district there, with its files."""
    at = timezone.now()
    files = {"pdf_hi": b"%PDF", "pdf_en": b"%PDF", "xlsx": b"PK"}
    times = {"held_at": at, "since": at - timedelta(hours=5), "issued_at": at}
    return Review.objects.create(**_keys(where), **times, **files, content=sample.empty()).pk


def decision(where: Any, officer: Officer) -> int:
    """Over such a sheet, for the officer to carry out."""
    at = timezone.now()
    given = {"officer": officer, "due_by": at, "made_by": officer, "made_at": at, "text": "Two vehicles"}
    return Decision.objects.create(review_id=review(where), **_keys(where), **given).pk


def recipient(where: Any) -> int:
    """An address on the list there."""
    return ReviewRecipient.objects.create(**_keys(where), address="cmo@example.gov.in").pk


ARGUMENTS: dict[str, Callable[[Any], int | str]] = {
    "review_id": lambda sample: review(sample.where),
    "decision_id": lambda sample: decision(sample.where, sample.mine),
    "picture": lambda _sample: "inflow",
    "theme": lambda _sample: "light",
    "recipient_id": lambda sample: recipient(sample.where),
}
