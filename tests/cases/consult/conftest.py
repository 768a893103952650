"""What the tests of the doctors' desk share: more doctors, patients in the queue, a claimed call."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases import consulting
from cases.models import Case, Consultation
from districts.models import Officer, Posting, Role
from tests.cases.work.conftest import browser_of  # noqa: F401  # a fixture
from tests.conftest import CaseMaker, Cast, Map

Ask = Callable[..., Consultation]


def make_doctor(username: str, first: str, **place: Any) -> Officer:
    """A doctor posted round the clock."""
    officer = Officer.objects.create_user(username, password="sahayata-test", first_name=first, language="en")
    Posting.objects.create(officer=officer, role=Role.DOCTOR, **place)
    return officer


@pytest.fixture
def second_doctor(cast: Cast, small_map: Map) -> Officer:
    """Another doctor of Bilaspur."""
    return make_doctor("doctor_two", "Imran", state=small_map.cg, district=small_map.bilaspur)


@pytest.fixture
def state_doctor(cast: Cast, small_map: Map) -> Officer:
    """A doctor of Chhattisgarh."""
    return make_doctor("cg_doctor", "Kavita", state=small_map.cg)


@pytest.fixture
def raipur_doctor(cast: Cast, small_map: Map) -> Officer:
    """A doctor of another district."""
    return make_doctor("raipur_doctor", "Yusuf", state=small_map.cg, district=small_map.raipur)


@pytest.fixture
def ask(cast: Cast, make_case: CaseMaker) -> Ask:
    """A case that asks for a doctor, waiting at the desk for so many minutes."""

    def make(minutes: int = 5, case: Case | None = None, **given: Any) -> Consultation:
        at = timezone.now() - timedelta(minutes=minutes)
        fields = {"need_code": "doctor", "urgency": "high", "officer": cast.meena} | given
        found = case or make_case(at=at, **fields)
        asked = {"asked_at": at, "due_at": at, "state_id": found.state_id, "district_id": found.district_id}
        return Consultation.objects.create(case=found, urgency=found.urgency, **asked)

    return make


@pytest.fixture
def claimed(ask: Ask, cast: Cast) -> Consultation:
    """The doctor's patient."""
    ask()
    one = consulting.claim_next(doctor=cast.doctor, at=timezone.now())
    assert one is not None
    return one


def note(**said: Any) -> dict[str, Any]:
    """The form as the page sends it, all fields in it."""
    empty = {"spo2": "", "temperature": "", "symptoms": "", "advice": "", "follow_up": "", "follow_up_own": ""}
    return empty | said
