"""The page of offers, and what stands on offer beside a case."""

from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import disclosures
from cases.models import Disclosure
from cases.work.marking import hide_contacts
from districts import gazetteer_source
from districts.models import Officer, Posting
from tests.cases.test_offers import OFFER, offered
from tests.conftest import CaseMaker, Cast, Map

OFFERS = "/offers/"
MASKED = "•••••••234"


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
    assert "9876501234" not in shown(browser)
    back = f"/offers/?need=oxygen#offer-{offer.pk}"
    asked = browser.post(reverse("reveal_offer", args=[offer.pk]), {"back": "/offers/?need=oxygen"})
    assert asked["Location"] == back
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
    assert MASKED in shown(browser, "/offers/?need=oxygen")
    assert MASKED not in shown(browser, "/offers/?need=blood")
    assert MASKED in shown(browser, "/offers/?need=nonsense")


def test_it_stands_beside_a_case_of_that_need(
    browser_of: Any, cast: Cast, small_map: Map, make_case: CaseMaker
) -> None:
    offered(small_map)
    case = make_case(officer=cast.meena)
    page = shown(browser_of(cast.meena), reverse("case", args=[case.reference]))
    assert "On offer nearby" in page
    assert MASKED in page
    assert "9876501234" not in page


LOUD = OFFER + " Ask @asha_helps, asha@example.org, https://wa.me/919876501234 or t.me/ashahelps"
PRIVATE = ("9876501234", "Asha Devi", "asha_helps", "asha@example.org", "wa.me/919876", "t.me/ashahelps")


def test_who_offers_is_shown_on_demand_only_and_that_is_written_down(
    browser_of: Any, cast: Cast, small_map: Map, make_case: CaseMaker
) -> None:
    offer = offered(small_map, LOUD, author_name="Asha Devi", author_username="asha_helps")
    case = make_case(officer=cast.meena)
    browser = browser_of(cast.meena)
    pages = (OFFERS, reverse("case", args=[case.reference]))
    for page in (shown(browser, address) for address in pages):
        assert [word for word in PRIVATE if word in page] == []
        assert "A••• D•••" in page
    looks = Disclosure.objects.filter(detail=f"offer {offer.pk}")
    assert not looks.exists()

    for _time in range(2):
        browser.post(reverse("reveal_offer", args=[offer.pk]), REMOTE_ADDR="203.0.113.9")
    look = looks.get()
    assert (look.officer, look.kind, look.case, look.address) == (cast.meena, "revealed", None, "203.0.113.9")
    for page in (shown(browser, address) for address in pages):
        assert [word for word in PRIVATE if word not in page] == []
    assert "9876501234" not in shown(browser_of(cast.operator))
    looks.update(at=timezone.now() - disclosures.SHOWN_FOR)
    assert "9876501234" not in shown(browser)


def test_another_offer_stays_masked(browser_of: Any, cast: Cast, small_map: Map) -> None:
    offer = offered(small_map)
    offered(small_map, OFFER.replace("9876501234", "9811122233"))
    browser = browser_of(cast.meena)
    browser.post(reverse("reveal_offer", args=[offer.pk]))
    page = shown(browser)
    assert "9876501234" in page
    assert "9811122233" not in page


def test_with_a_script_only_the_one_card_is_drawn_anew(browser_of: Any, cast: Cast, small_map: Map) -> None:
    offer = offered(small_map)
    answer = browser_of(cast.meena).post(
        reverse("reveal_offer", args=[offer.pk]), {"back": "/cases/A-1/"}, headers={"HX-Request": "true"}
    )
    card = answer.content.decode()
    assert card.startswith("<article")
    assert 'href="tel:+919876501234"' in card
    assert 'name="back" value="/cases/A-1/"' in card


@pytest.mark.parametrize(("who", "status"), [("auditor", 403), ("doctor", 403), ("other_collector", 404)])
def test_who_may_not_call_the_giver_is_shown_nobody(
    browser_of: Any, cast: Cast, small_map: Map, who: str, status: int
) -> None:
    offer = offered(small_map)
    browser = browser_of(getattr(cast, who))
    assert browser.post(reverse("reveal_offer", args=[offer.pk])).status_code == status
    assert not Disclosure.objects.exists()


def test_a_look_of_the_days_before_a_posting_ended_shows_nothing_after(
    browser_of: Any, cast: Cast, small_map: Map
) -> None:
    offer = offered(small_map)
    browser_of(cast.operator).post(reverse("reveal_offer", args=[offer.pk]))
    assert disclosures.offers_revealed([offer], cast.operator, timezone.now()) == {offer.pk}
    cast.operator.postings.update(role="auditor")
    assert disclosures.offers_revealed([offer], Officer.objects.get(pk=cast.operator.pk), timezone.now()) == set()


def test_who_works_elsewhere_and_only_looks_here_calls_nobody_here(browser_of: Any, cast: Cast, small_map: Map) -> None:
    offer = offered(small_map)
    place = {"state": small_map.cg, "district": small_map.raipur}
    Posting.objects.create(officer=cast.auditor, role="operator", **place)
    browser = browser_of(cast.auditor)
    assert MASKED in shown(browser)
    assert "/reveal/" not in shown(browser)
    for address in (reverse("reveal_offer", args=[offer.pk]), reverse("settle_offer", args=[offer.pk, "gone"])):
        assert browser.post(address).status_code == HTTPStatus.FORBIDDEN
    Posting.objects.filter(officer=cast.auditor, role="operator").update(district=small_map.bilaspur)
    assert browser.post(reverse("reveal_offer", args=[offer.pk])).status_code == HTTPStatus.FOUND


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Ask @asha_helps now", "Ask @a••• now"),
        ("mail asha.devi+o2@example.org.", "mail a•••"),
        (".asha@example.org", ".•••"),
        ("see https://t.co/Ab1?x=2 or WA.me/91987 now", "see ••• or ••• now"),
        ("98765-01234", "•••••-••234"),
        ("2 cylinders, 5 l, 495001", "2 cylinders, 5 l, 495001"),
    ],
)
def test_what_leads_to_a_person_is_hidden_in_the_words(text: str, seen: str) -> None:
    assert hide_contacts(text) == seen


def test_what_has_been_used_up_is_revealed_no_more(browser_of: Any, cast: Cast, small_map: Map) -> None:
    offer = offered(small_map)
    browser = browser_of(cast.operator)
    browser.post(reverse("settle_offer", args=[offer.pk, "gone"]))
    assert browser.post(reverse("reveal_offer", args=[offer.pk])).status_code == HTTPStatus.NOT_FOUND


def test_the_list_costs_the_same_for_many(
    browser_of: Any, cast: Cast, small_map: Map, django_assert_max_num_queries: Any
) -> None:
    browser = browser_of(cast.operator)
    costs = []
    for number in range(4):
        offered(small_map, OFFER.replace("9876501234", f"981112223{number}"))
        shown(browser)
        with django_assert_max_num_queries(10) as captured:
            shown(browser)
        costs.append(len(captured))
    assert len(set(costs)) == 1


def test_the_book_names_the_offer(browser_of: Any, cast: Cast, small_map: Map) -> None:
    offer = offered(small_map)
    browser_of(cast.meena).post(reverse("reveal_offer", args=[offer.pk]))
    book = shown(browser_of(cast.collector), "/disclosures/")
    assert f"<td>offer {offer.pk}</td>" in book
    assert "1 case" not in book


def test_an_auditor_sees_no_number(browser_of: Any, cast: Cast, small_map: Map, make_case: CaseMaker) -> None:
    offer = offered(small_map)
    browser = browser_of(cast.auditor)
    for page in (shown(browser), shown(browser, reverse("case", args=[make_case().reference]))):
        assert MASKED in page
        assert "9876501234" not in page
        assert "/reveal/" not in page
    refused = browser.post(reverse("settle_offer", args=[offer.pk, "gone"]))
    assert refused.status_code == HTTPStatus.FORBIDDEN


def test_hostile_words_are_shown_as_words(browser_of: Any, cast: Cast, small_map: Map) -> None:
    offered(small_map, OFFER + " <script>alert(1)</script>")
    page = shown(browser_of(cast.operator))
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page


def test_it_is_only_for_who_is_signed_in() -> None:
    assert Client().get(OFFERS).status_code == HTTPStatus.FOUND
