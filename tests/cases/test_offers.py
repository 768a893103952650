"""Offers: taken out of messages, verified by telephone, shown beside open cases they may help."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases import offers
from cases.actions import MoveRefused
from cases.models import Case, Message, Offer
from cases.pipeline import process
from districts import gazetteer_source
from tests.conftest import CaseMaker, Cast, Map

OFFER = "2 oxygen cylinders available in Tifra Bilaspur, free of cost. Contact for oxygen: 9876501234"


@pytest.fixture(autouse=True)
def fresh_gazetteer() -> None:
    gazetteer_source.forget()


def posted(text: str, small_map: Map, **given: Any) -> Message:
    now = timezone.now()
    number = Message.objects.count() + 100
    fields = {"channel": "x", "external_id": str(number), "author_id": str(number), "author_name": "Asha", "text": text}
    fields |= {"posted_at": now, "received_at": now, "scope_state": small_map.cg, "scope_district": small_map.bilaspur}
    return Message.objects.create(**(fields | given))


def offered(small_map: Map, text: str = OFFER, **given: Any) -> Offer:
    message = posted(text, small_map, **given)
    process([message.pk])
    return Offer.objects.get(message=message)


def test_an_offer_is_kept_with_what_where_and_whom_to_call(small_map: Map) -> None:
    offer = offered(small_map)
    assert offer.needs == ["oxygen"]
    assert (offer.district_id, offer.standing) == (375, "to_verify")
    assert [phone.number for phone in offer.giver.phones.all()] == ["9876501234"]
    assert offer.message.result == Message.Result.OFFER
    assert not Case.objects.exists()


def test_a_plea_is_no_offer(small_map: Map) -> None:
    message = posted("Oxygen cylinder chahiye Tifra Bilaspur, papa ka SpO2 80, call 9876501234", small_map)
    process([message.pk])
    assert not Offer.objects.exists()
    assert Case.objects.count() == 1


def test_the_same_offer_again_is_only_shown_for_longer(small_map: Map) -> None:
    first = offered(small_map, posted_at=timezone.now() - timedelta(hours=5))
    again = posted(OFFER + " Please share", small_map)
    process([again.pk])
    again.refresh_from_db()
    assert again.result == Message.Result.OFFER
    until = first.expires_at
    first.refresh_from_db()
    assert Offer.objects.count() == 1
    assert first.expires_at > until


def test_the_same_offer_twice_in_one_batch_stands_once(small_map: Map) -> None:
    process([posted(OFFER, small_map).pk, posted(OFFER + " Please share", small_map).pk])
    assert Offer.objects.count() == 1


def test_a_repost_of_an_offer_adds_nothing(small_map: Map) -> None:
    message = posted("RT @asha: " + OFFER, small_map, echo_of="77")
    process([message.pk])
    assert not Offer.objects.exists()


def test_it_stands_beside_open_cases_of_that_need_in_the_district(
    small_map: Map, cast: Cast, make_case: CaseMaker
) -> None:
    offer = offered(small_map)
    now = timezone.now()
    assert offers.beside(make_case(officer=cast.meena), cast.meena, now) == [offer]
    assert offers.beside(make_case(need_id="blood", officer=cast.meena), cast.meena, now) == []
    assert offers.beside(make_case(district=small_map.raipur, block=None), cast.state_admin, now) == []
    assert offers.beside(make_case(officer=cast.meena), cast.meena, now + timedelta(days=3)) == []


def test_verified_ones_stand_first(small_map: Map, cast: Cast, make_case: CaseMaker) -> None:
    sure = offered(small_map, OFFER.replace("9876501234", "9876501235"))
    offered(small_map)
    offers.settle(offer_id=sure.pk, to="verified", officer=cast.operator, at=timezone.now())
    shown = offers.beside(make_case(officer=cast.meena), cast.meena, timezone.now())
    assert shown[0] == sure
    assert len(shown) == 2


def test_what_is_used_up_is_shown_no_more(small_map: Map, cast: Cast) -> None:
    offer = offered(small_map)
    now = timezone.now()
    offers.settle(offer_id=offer.pk, to="gone", officer=cast.meena, at=now, note="Given to a family in Tifra")
    assert offers.standing(cast.meena, now) == []
    with pytest.raises(MoveRefused) as refused:
        offers.settle(offer_id=offer.pk, to="verified", officer=cast.meena, at=now)
    assert refused.value.code == "not_allowed"
    assert [row.history_user for row in offer.history.all()] == [cast.meena]


@pytest.mark.parametrize("who", ["auditor", "doctor"])
def test_who_works_no_cases_settles_no_offers(small_map: Map, cast: Cast, who: str) -> None:
    offer = offered(small_map)
    with pytest.raises(MoveRefused):
        offers.settle(offer_id=offer.pk, to="verified", officer=getattr(cast, who), at=timezone.now())


def test_another_district_does_not_see_it(small_map: Map, cast: Cast) -> None:
    offer = offered(small_map)
    now = timezone.now()
    assert offers.standing(cast.other_collector, now) == []
    assert [offers.standing(who, now) for who in (cast.anil, cast.state_operator)] == [[offer], [offer]]
    with pytest.raises(Offer.DoesNotExist):
        offers.settle(offer_id=offer.pk, to="gone", officer=cast.other_collector, at=now)


def test_the_list_costs_the_same_for_many(small_map: Map, cast: Cast, django_assert_num_queries: Any) -> None:
    for number in range(6):
        offered(small_map, OFFER.replace("9876501234", f"987650123{number}"))
    cast.operator.postings.current()
    offers.standing(cast.operator, timezone.now())
    with django_assert_num_queries(2):
        assert len(offers.standing(cast.operator, timezone.now())) == 6


def test_a_number_written_into_the_place_is_not_shown() -> None:
    assert Offer(place_text="Tifra 98260 12345").place_label == "Tifra •••"
