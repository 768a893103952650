"""The page of offers, and what stands on offer beside a case."""

from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from districts import gazetteer_source
from tests.cases.test_offers import OFFER, offered
from tests.conftest import CaseMaker, Cast, Map

OFFERS = "/offers/"


@pytest.fixture(autouse=True)
def fresh_gazetteer() -> None:
    gazetteer_source.forget()


def shown(browser: Client, address: str = OFFERS) -> str:
    answer = browser.get(address)
    assert answer.status_code == HTTPStatus.OK
    return str(answer.content.decode())


def test_an_offer_can_be_called_and_verified(browser_of: Any, cast: Cast, small_map: Map) -> None:
    offer = offered(small_map)
    browser = browser_of(cast.meena)
    assert 'href="tel:+919876501234"' in shown(browser)
    answer = browser.post(reverse("settle_offer", args=[offer.pk, "verified"]), follow=True)
    assert "verified by Meena Sahu" in answer.content.decode()


def test_what_is_used_up_leaves_the_page(browser_of: Any, cast: Cast, small_map: Map) -> None:
    offer = offered(small_map)
    browser = browser_of(cast.operator)
    answer = browser.post(reverse("settle_offer", args=[offer.pk, "gone"]), {"back": "/offers/?need=oxygen"})
    assert answer["Location"] == "/offers/?need=oxygen"
    assert "Nothing is on offer now." in shown(browser)


def test_the_way_back_stays_on_this_site(browser_of: Any, cast: Cast, small_map: Map) -> None:
    offer = offered(small_map)
    answer = browser_of(cast.operator).post(
        reverse("settle_offer", args=[offer.pk, "gone"]), {"back": "https://elsewhere.example/"}
    )
    assert answer["Location"] == OFFERS


def test_a_made_up_standing_changes_nothing(browser_of: Any, cast: Cast, small_map: Map) -> None:
    offer = offered(small_map)
    answer = browser_of(cast.operator).post(reverse("settle_offer", args=[offer.pk, "sold"]), follow=True)
    assert "Choose from the list." in answer.content.decode()
    offer.refresh_from_db()
    assert offer.standing == "to_verify"


def test_the_list_can_be_narrowed_to_a_need(browser_of: Any, cast: Cast, small_map: Map) -> None:
    offered(small_map)
    browser = browser_of(cast.operator)
    assert "9876501234" in shown(browser, "/offers/?need=oxygen")
    assert "9876501234" not in shown(browser, "/offers/?need=blood")
    assert "9876501234" in shown(browser, "/offers/?need=nonsense")


def test_it_stands_beside_a_case_of_that_need(
    browser_of: Any, cast: Cast, small_map: Map, make_case: CaseMaker
) -> None:
    offered(small_map)
    case = make_case(officer=cast.meena)
    page = shown(browser_of(cast.meena), reverse("case", args=[case.reference]))
    assert "On offer nearby" in page
    assert "9876501234" in page


def test_an_auditor_sees_no_number(browser_of: Any, cast: Cast, small_map: Map, make_case: CaseMaker) -> None:
    offer = offered(small_map)
    browser = browser_of(cast.auditor)
    assert "9876501234" not in shown(browser)
    assert "9876501234" not in shown(browser, reverse("case", args=[make_case().reference]))
    refused = browser.post(reverse("settle_offer", args=[offer.pk, "gone"]))
    assert refused.status_code == HTTPStatus.FORBIDDEN


def test_hostile_words_are_shown_as_words(browser_of: Any, cast: Cast, small_map: Map) -> None:
    offered(small_map, OFFER + " <script>alert(1)</script>")
    page = shown(browser_of(cast.operator))
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page


def test_it_is_only_for_who_is_signed_in() -> None:
    assert Client().get(OFFERS).status_code == HTTPStatus.FOUND
