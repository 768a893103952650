"""What the tests of the reviews share: an evening to issue a sheet of, and a browser."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from cases.models import Case, Review
from cases.reports.review import issuing
from tests.cases.reports.conftest import NOW
from tests.cases.work.conftest import browser_of  # noqa: F401  # a fixture

Issue = Callable[..., Review]


@pytest.fixture
def issue(golden_day: list[Case], django_capture_on_commit_callbacks: Any) -> Issue:
    """Issues the sheet of a place, of the evening unless told otherwise."""

    def issue_one(place: str = "d375", held_at: datetime = NOW, of: str = "Evening", at: datetime = NOW) -> Review:
        due = issuing.last_due(held_at)
        assert due
        found = issuing.issue(place, held_at, due.of.pk if of else None, at)
        assert found
        return found

    return issue_one
