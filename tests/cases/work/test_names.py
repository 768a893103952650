"""Teaching a name on the case page, and the page where the control room decides about names."""

from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import aliases
from cases.models import AliasOffer
from districts import gazetteer_source
from tests.cases.test_aliases import placed
from tests.cases.work.conftest import HTMX
from tests.conftest import CaseMaker, Cast, Map

NAMES = "/desk/names/"


@pytest.fixture(autouse=True)
def fresh_gazetteer() -> None:
    gazetteer_source.forget()


def test_one_tap_teaches_a_name(browser_of, make_case: CaseMaker, cast: Cast, small_map: Map) -> None:  # type: ignore[no-untyped-def]
    case = placed(make_case, cast, small_map)
    browser: Client = browser_of(cast.operator)
    page = browser.get(reverse("case", args=[case.reference])).content.decode()
    assert 'name="spelling" value="Girnarpara"' in page
    answer = browser.post(reverse("teach_name", args=[case.reference]), {"spelling": "Girnarpara"}, follow=True)
    assert "Learnt: “Girnarpara”." in answer.content.decode()
    assert AliasOffer.objects.get().state == "accepted"


def test_with_htmx_the_case_comes_back(browser_of, make_case: CaseMaker, cast: Cast, small_map: Map) -> None:  # type: ignore[no-untyped-def]
    case = placed(make_case, cast, small_map)
    url = reverse("teach_name", args=[case.reference])
    answer = browser_of(cast.meena).post(url, {"spelling": "Girnarpara"}, headers=HTMX)
    assert answer.status_code == HTTPStatus.OK
    assert "“Girnarpara”" in answer.content.decode()
    assert AliasOffer.objects.get().state == "offered"


def test_a_wrong_name_is_refused_beside_its_field(browser_of, make_case: CaseMaker, cast: Cast, small_map: Map) -> None:  # type: ignore[no-untyped-def]
    case = placed(make_case, cast, small_map)
    answer = browser_of(cast.operator).post(reverse("teach_name", args=[case.reference]), {"spelling": "<b>12</b>"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    page = answer.content.decode()
    assert "A name has no digits." in page
    assert "&lt;b&gt;12&lt;/b&gt;" in page


def test_a_case_out_of_sight_teaches_nothing(browser_of, make_case: CaseMaker, cast: Cast, small_map: Map) -> None:  # type: ignore[no-untyped-def]
    case = placed(make_case, cast, small_map)
    url = reverse("teach_name", args=[case.reference])
    assert browser_of(cast.other_collector).post(url, {"spelling": "Girnarpara"}).status_code == HTTPStatus.NOT_FOUND
    assert not AliasOffer.objects.exists()


def test_the_control_room_decides(browser_of, make_case: CaseMaker, cast: Cast, small_map: Map) -> None:  # type: ignore[no-untyped-def]
    case = placed(make_case, cast, small_map)
    offer = aliases.offer(case=case, spelling="Girnarpara", officer=cast.meena, at=timezone.now())
    browser: Client = browser_of(cast.operator)
    assert "Girnarpara" in browser.get(NAMES).content.decode()
    answer = browser.post(reverse("decide_name", args=[offer.pk, "accept"]), follow=True)
    assert "Learnt: “Girnarpara”." in answer.content.decode()
    answer = browser.post(reverse("decide_name", args=[offer.pk, "decline"]), follow=True)
    assert "is not used as a name" in answer.content.decode()
    offer.refresh_from_db()
    assert offer.state == "declined"


def test_who_sorts_nothing_out_has_no_such_page(browser_of, cast: Cast) -> None:  # type: ignore[no-untyped-def]
    assert browser_of(cast.meena).get(NAMES).status_code == HTTPStatus.FORBIDDEN
    assert Client().get(NAMES).status_code == HTTPStatus.FOUND


def test_the_page_costs_the_same_for_many(  # type: ignore[no-untyped-def]
    browser_of, make_case: CaseMaker, cast: Cast, small_map: Map, django_assert_max_num_queries
) -> None:
    for at in range(5):
        case = placed(make_case, cast, small_map)
        aliases.offer(case=case, spelling=f"Girnar{'abcde'[at]}para", officer=cast.meena, at=timezone.now())
    browser = browser_of(cast.operator)
    browser.get(NAMES)
    with django_assert_max_num_queries(9):
        assert browser.get(NAMES).content.decode().count("Girnar") == 5
