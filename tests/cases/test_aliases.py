"""Names that pleas teach: an officer's tap becomes a spelling that every worker reads from its next batch on."""

import pytest
from django.utils import timezone

from cases import aliases
from cases.actions import MoveRefused, perform
from cases.models import AliasOffer, Case, Message
from cases.pipeline import process
from cases.workflow import Move, Status
from districts import gazetteer_source
from districts.models import PlaceName
from tests.cases.test_reviewing import plea
from tests.conftest import CaseMaker, Cast, Map

PLEA = "Girnarpara me oxygen cylinder chahiye, papa ka level 82, call 9876501234"


@pytest.fixture(autouse=True)
def fresh_gazetteer() -> None:
    gazetteer_source.forget()


def placed(make_case: CaseMaker, cast: Cast, small_map: Map, text: str = PLEA) -> Case:
    case = make_case(
        status=Status.NEEDS_REVIEW, officer=cast.operator, review_reason="unknown_place", district=None, block=None
    )
    plea(case, text)
    where = {"district": small_map.bilaspur, "block": small_map.bilha}
    return perform(Move.PLACE, case_id=case.pk, actor=cast.state_operator, **where)


def test_the_page_offers_the_words_that_no_list_knows(make_case: CaseMaker, cast: Cast, small_map: Map) -> None:
    case = placed(make_case, cast, small_map)
    shown = aliases.teaching(case, cast.operator, by_hand=True)
    assert shown.target == "Bilha"
    assert shown.chips[0] == "Girnarpara"
    assert not {"oxygen", "cylinder", "chahiye", "papa", "9876501234"} & set(shown.chips)


def test_nothing_is_taught_where_the_reading_placed_the_case(make_case: CaseMaker, cast: Cast, small_map: Map) -> None:
    case = make_case(officer=cast.meena, block=small_map.bilha)
    plea(case, PLEA)
    assert aliases.teaching(case, cast.meena, by_hand=False).target == ""


def test_an_accepted_name_works_for_the_next_plea(make_case: CaseMaker, cast: Cast, small_map: Map) -> None:
    case = placed(make_case, cast, small_map)
    before = gazetteer_source.current()
    assert before.find(["girnarpara"]) == []
    offer = aliases.offer(case=case, spelling="Girnarpara", officer=cast.operator, at=timezone.now())
    assert offer.state == AliasOffer.State.ACCEPTED
    now = timezone.now()
    message = Message.objects.create(
        channel="x", external_id="next", text=PLEA, posted_at=now, received_at=now, scope_state=small_map.cg
    )
    process([message.pk])
    message.refresh_from_db()
    assert message.case is not None
    assert (message.case.district_id, message.case.block_id) == (375, small_map.bilha.pk)
    assert message.case.officer == cast.meena


def test_a_nodal_officers_name_waits_for_the_control_room(make_case: CaseMaker, cast: Cast, small_map: Map) -> None:
    case = placed(make_case, cast, small_map)
    offer = aliases.offer(case=case, spelling="Girnarpara", officer=cast.meena, at=timezone.now())
    assert offer.state == AliasOffer.State.OFFERED
    assert not PlaceName.objects.filter(spelling="Girnarpara").exists()
    with pytest.raises(MoveRefused):
        aliases.decide(offer_id=offer.pk, accept=True, officer=cast.meena, at=timezone.now())
    aliases.decide(offer_id=offer.pk, accept=True, officer=cast.operator, at=timezone.now())
    assert PlaceName.objects.get(spelling="Girnarpara").key == str(small_map.bilha.pk)


def test_another_districts_control_room_does_not_decide(make_case: CaseMaker, cast: Cast, small_map: Map) -> None:
    case = placed(make_case, cast, small_map)
    offer = aliases.offer(case=case, spelling="Girnarpara", officer=cast.meena, at=timezone.now())
    with pytest.raises(MoveRefused):
        aliases.decide(offer_id=offer.pk, accept=True, officer=cast.other_collector, at=timezone.now())
    assert not aliases.in_reach(cast.other_collector).exists()
    assert aliases.in_reach(cast.operator).count() == aliases.in_reach(cast.state_operator).count() == 1


def test_a_name_taken_back_is_no_longer_read(make_case: CaseMaker, cast: Cast, small_map: Map) -> None:
    case = placed(make_case, cast, small_map)
    offer = aliases.offer(case=case, spelling="Girnarpara", officer=cast.operator, at=timezone.now())
    assert gazetteer_source.current().find(["girnarpara"])
    aliases.decide(offer_id=offer.pk, accept=False, officer=cast.operator, at=timezone.now())
    assert gazetteer_source.current().find(["girnarpara"]) == []
    aliases.decide(offer_id=offer.pk, accept=True, officer=cast.operator, at=timezone.now())
    assert gazetteer_source.current().find(["girnarpara"])


def test_declining_never_switches_off_a_listed_name(make_case: CaseMaker, cast: Cast, small_map: Map) -> None:
    case = placed(make_case, cast, small_map)
    offer = aliases.offer(case=case, spelling="Girnarpara", officer=cast.meena, at=timezone.now())
    PlaceName.objects.create(level=offer.level, key=offer.key, spelling="Girnarpara", source="the directory")
    aliases.decide(offer_id=offer.pk, accept=False, officer=cast.operator, at=timezone.now())
    assert PlaceName.objects.get(spelling="Girnarpara").is_active


@pytest.mark.parametrize("words", ["", "  ", "ab", "9876543210", "Ward 12", "oxygen", "x" * 81])
def test_what_cannot_be_a_name_is_refused(make_case: CaseMaker, cast: Cast, small_map: Map, words: str) -> None:
    case = placed(make_case, cast, small_map)
    with pytest.raises(MoveRefused) as refused:
        aliases.offer(case=case, spelling=words, officer=cast.operator, at=timezone.now())
    assert refused.value.code == "invalid"
    assert not AliasOffer.objects.exists()


def test_a_known_name_is_not_taught_again(make_case: CaseMaker, cast: Cast, small_map: Map) -> None:
    case = placed(make_case, cast, small_map)
    with pytest.raises(MoveRefused):
        aliases.offer(case=case, spelling="Bilha", officer=cast.operator, at=timezone.now())


def test_offered_twice_it_stands_once(make_case: CaseMaker, cast: Cast, small_map: Map) -> None:
    case = placed(make_case, cast, small_map)
    for _ in range(2):
        aliases.offer(case=case, spelling="Girnarpara", officer=cast.meena, at=timezone.now())
    assert AliasOffer.objects.count() == 1
