"""Offers of help in a browser: nobody's number until a tap, which draws one card anew and is written down."""

import pytest
from playwright.sync_api import expect

from cases.models import Disclosure
from districts import gazetteer_source
from tests.cases.test_offers import OFFER, offered
from tests.conftest import CaseMaker, Cast, Map
from tests.live import LIVE, Live, violations

pytestmark = LIVE


@pytest.fixture(autouse=True)
def fresh_gazetteer() -> None:
    gazetteer_source.forget()


def test_a_tap_shows_who_offers_in_the_list_and_beside_a_case(
    live: Live, cast: Cast, small_map: Map, make_case: CaseMaker
) -> None:
    one = offered(small_map, author_name="Asha Devi", author_username="asha_helps")
    other = offered(small_map, OFFER.replace("9876501234", "9811122233"))
    case = make_case(officer=cast.meena)
    page = live.open(cast.meena, "/offers/?need=oxygen", language="hi")
    expect(page.locator("main")).not_to_contain_text("9876501234")
    assert violations(page) == []
    page.evaluate("window.stays = true")
    card = page.locator(f"#offer-{one.pk}")
    card.locator("form[action$='/reveal/'] button").click()
    expect(card.locator("a[href='tel:+919876501234']")).to_be_visible()
    expect(card).to_contain_text("Asha Devi @asha_helps")
    expect(page.locator(f"#offer-{other.pk}")).not_to_contain_text("9811122233")
    assert page.evaluate("window.stays && document.documentElement.scrollWidth <= innerWidth")
    assert Disclosure.objects.filter(officer=cast.meena, detail=f"offer {one.pk}").count() == 1
    assert violations(page) == []

    beside = live.open(cast.ravi, f"/cases/{case.reference}/", size="wide", dark=True)
    card = beside.locator(f"#offer-{other.pk}")
    expect(card).not_to_contain_text("9811122233")
    card.locator("form[action$='/reveal/'] button").click()
    expect(card.locator("a[href='tel:+919811122233']")).to_be_visible()
    assert violations(beside) == []
    card.locator("form[action$='/verified/'] button").click()
    expect(beside).to_have_url(f"{live.url}/cases/{case.reference}/")
    expect(card).to_contain_text("verified by Ravi")
