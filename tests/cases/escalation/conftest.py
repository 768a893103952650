"""What the tests of the clock share: cases as they are opened, and time told in minutes since the plea."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Case
from cases.routing.ladder import Ladders, set_alarm
from districts.models import Officer
from tests.conftest import CaseMaker, Cast

START = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)  # postings begin today
Late = Callable[..., Case]


def after(minutes: float) -> datetime:
    """So long after the plea."""
    return START + timedelta(minutes=minutes)


@pytest.fixture
def on_the_clock(make_case: CaseMaker, cast: Cast) -> Late:
    """A case of START with the limits of the table, at meena's desk unless told otherwise, its alarm set."""

    def make(**given: Any) -> Case:
        case = make_case(**{"at": START, "officer": cast.meena} | given)
        case.limits = Ladders.load().limits(case.urgency, case.need_id, case.district_id)
        set_alarm(case, case.opened_at)
        case.save()
        return case

    return make


@pytest.fixture
def browser_of() -> Callable[[Officer], Client]:
    """Signs an officer in and returns the browser, English."""

    def sign_in(officer: Officer) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(officer)
        return client

    return sign_in
