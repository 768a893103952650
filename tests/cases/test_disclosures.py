"""Who was shown whose number: at once for who holds the case, on demand for others, and written down each time."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases import disclosures
from cases.models import Disclosure
from cases.work.pleas import masked_name
from tests.conftest import CaseMaker, Cast

NOW = timezone.now().replace(hour=6, minute=30)


def test_who_holds_the_case_sees_the_number_and_the_first_look_of_a_day_is_written_down(
    cast: Cast, make_case: CaseMaker
) -> None:
    case = make_case(officer=cast.meena)
    for hours in (0, 1, 2):
        assert disclosures.look(case, cast.meena, NOW + timedelta(hours=hours), "10.0.0.7")
    written = Disclosure.objects.get()
    assert (written.officer, written.case, written.address) == (cast.meena, case, "10.0.0.7")
    disclosures.look(case, cast.meena, NOW + timedelta(days=1), None)
    assert Disclosure.objects.count() == 2


def test_others_ask_and_are_shown_it_for_twelve_hours(cast: Cast, make_case: CaseMaker) -> None:
    case, other = make_case(officer=cast.meena), make_case(officer=cast.meena)
    assert not disclosures.look(case, cast.sunita, NOW, None)
    assert disclosures.reveal(case, cast.sunita, NOW, None)
    assert disclosures.reveal(case, cast.sunita, NOW, None)
    assert Disclosure.objects.count() == 1
    assert disclosures.look(case, cast.sunita, NOW + timedelta(hours=11), None)
    assert not disclosures.look(case, cast.sunita, NOW + timedelta(hours=13), None)
    assert not disclosures.look(other, cast.sunita, NOW, None)
    assert not disclosures.look(case, cast.ravi, NOW, None)


@pytest.mark.parametrize("who", ["auditor", "anil", "other_collector"])
def test_who_may_not_call_is_never_shown_it(cast: Cast, make_case: CaseMaker, who: str) -> None:
    case = make_case(officer=cast.meena)
    assert not disclosures.reveal(case, getattr(cast, who), NOW, None)
    assert not disclosures.look(case, getattr(cast, who), NOW, None)
    assert not Disclosure.objects.exists()


def test_the_api_writes_down_that_it_gave_the_number_away(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena)
    for officer, count in ((cast.operator, 1), (cast.operator, 1), (cast.auditor, 1)):
        client = Client()
        client.force_login(officer)
        assert client.get(f"/api/v1/cases/{case.reference}/").status_code == 200
        assert Disclosure.objects.count() == count


def test_a_name_is_masked_to_its_initials() -> None:
    assert masked_name("Rakesh Yadav") == "R••• Y•••"
    assert masked_name("") == ""
