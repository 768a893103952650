"""Who gets a case: the officer on duty with the fewest open critical cases, else up the tree."""

import pytest
from django.utils import timezone

from cases.models import Need, Promise
from cases.routing.choice import Choice, Wanted, choose
from cases.routing.promises import Promises
from districts.duty import Level, Where
from districts.models import Posting, Role
from tests.conftest import CaseMaker, Cast, Map


def _one(where: Where, **more: bool) -> Choice:
    return choose([Wanted(where, **more)], timezone.now())[0]


def test_the_blocks_primary_comes_before_the_stand_in(cast: Cast) -> None:
    assert _one(Where(22, 375, 3604)) == Choice(cast.meena.pk, Level.BLOCK)


def test_the_one_with_fewer_open_critical_cases_is_chosen(cast: Cast, make_case: CaseMaker, small_map: Map) -> None:
    Posting.objects.create(
        officer=cast.anil,
        role=Role.NODAL_OFFICER,
        state=small_map.cg,
        district=small_map.bilaspur,
        block=small_map.bilha,
    )
    make_case(officer=cast.meena)
    assert _one(Where(22, 375, 3604)).officer_id == cast.anil.pk


def test_within_one_batch_the_load_is_shared(cast: Cast, small_map: Map) -> None:
    Posting.objects.create(
        officer=cast.anil,
        role=Role.NODAL_OFFICER,
        state=small_map.cg,
        district=small_map.bilaspur,
        block=small_map.bilha,
    )
    wanted = [Wanted(Where(22, 375, 3604), urgency="critical")] * 4
    chosen = [choice.officer_id for choice in choose(wanted, timezone.now())]
    assert sorted(chosen, key=str) == sorted([cast.meena.pk, cast.anil.pk] * 2, key=str)


@pytest.mark.parametrize(
    ("where", "who", "level"),
    [
        (Where(22, 375, 3610), "sunita", Level.DISTRICT),  # nobody is posted in Masturi
        (Where(22, 375), "sunita", Level.DISTRICT),
        (Where(22, 387), "other_collector", Level.COLLECTOR),
        (Where(22), "state_operator", Level.STATE),
        (Where(None), "state_operator", Level.STATE),
    ],
)
def test_where_nobody_is_on_duty_the_case_climbs(cast: Cast, where: Where, who: str, level: Level) -> None:
    assert _one(where) == Choice(getattr(cast, who).pk, level)


def test_what_must_be_reviewed_goes_to_the_control_room(cast: Cast) -> None:
    assert _one(Where(22, 375), control_room=True).officer_id == cast.operator.pk
    assert _one(Where(22), control_room=True).officer_id == cast.state_operator.pk


def test_a_batch_costs_the_same_queries_as_one(cast: Cast, django_assert_max_num_queries) -> None:
    places = [Where(22, 375, 3604), Where(22, 375, 3607), Where(22, 387), Where(22)]
    wanted = [Wanted(where, control_room=room) for where in places for room in (True, False)] * 12
    with django_assert_max_num_queries(5):
        choose(wanted, timezone.now())


def test_the_most_particular_promise_counts(small_map: Map) -> None:
    oxygen = Need.objects.get(code="oxygen")
    Promise.objects.create(urgency="critical", need=oxygen, respond_minutes=4, resolve_minutes=25)
    Promise.objects.create(urgency="critical", district=small_map.raipur, respond_minutes=3, resolve_minutes=20)
    Promise.objects.create(
        urgency="critical", need=oxygen, district=small_map.raipur, respond_minutes=2, resolve_minutes=15
    )
    promises = Promises.load()
    assert promises.minutes("critical", "bed", 375) == (5, 30)
    assert promises.minutes("critical", "oxygen", 375) == (4, 25)
    assert promises.minutes("critical", "bed", 387) == (3, 20)
    assert promises.minutes("critical", "oxygen", 387) == (2, 15)


def test_a_table_without_a_default_is_told(db: None) -> None:
    Promise.objects.all().delete()
    with pytest.raises(LookupError, match="normal"):
        Promises.load().minutes("normal", "oxygen", None)
