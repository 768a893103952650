"""A role counts only where its posting is."""

from cases import access
from cases.workflow import Move
from districts.models import Posting, Role
from tests.conftest import CaseMaker, Cast, Map


def test_an_auditor_of_the_state_works_only_the_block_where_he_is_nodal_officer(
    cast: Cast, make_case: CaseMaker, small_map: Map
) -> None:
    Posting.objects.create(officer=cast.meena, role=Role.AUDITOR, state=small_map.cg)
    own, other = make_case(), make_case(block=small_map.kota)
    assert access.may(cast.meena, Move.ACKNOWLEDGE, own)
    assert not access.may(cast.meena, Move.ACKNOWLEDGE, other)


def test_who_holds_a_case_may_work_it_wherever_it_lies(cast: Cast, make_case: CaseMaker, small_map: Map) -> None:
    assert access.may(cast.meena, Move.RESOLVE, make_case(block=small_map.kota, officer=cast.meena))


def test_auditors_and_strangers_see_no_whole_number(cast: Cast, make_case: CaseMaker) -> None:
    case = make_case()
    seeing = {name for name in vars(cast) if access.sees_phones(getattr(cast, name), case)}
    hidden = set(vars(cast)) - seeing
    assert {"auditor", "anil", "other_collector"} == hidden
