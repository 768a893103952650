"""Who gets a case: the officer on duty with the fewest open critical cases, else up the tree."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.models import Need, Promise
from cases.routing.choice import Choice, Climb, Climbed, Wanted, choose, choose_rung
from cases.routing.promises import Promises
from cases.workflow import Rung
from districts.duty import Level, Where
from districts.models import Officer, Posting, Role, Shift
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


# --- Up the ladder ----------------------------------------------------------------------------------


BILHA = Where(22, 375, 3604)


def _climb(rung: Rung, has: Officer | None, where: Where = BILHA, **more: Any) -> Climbed:
    return choose_rung([Climb(where, rung, has.pk if has else None, **more)], timezone.now())[0]


@pytest.mark.parametrize(
    ("rung", "has", "who"),
    [
        (Rung.STAND_IN, "meena", "ravi"),
        (Rung.STAND_IN, "ravi", "meena"),
        (Rung.DISTRICT, "ravi", "sunita"),
        (Rung.DISTRICT, "sunita", "collector"),
        (Rung.COLLECTOR, "sunita", "collector"),
        (Rung.STATE, "collector", "state_operator"),
        (Rung.STATE, "state_operator", "state_admin"),
    ],
)
def test_each_rung_has_its_people_and_never_the_one_who_has_it(cast: Cast, rung: Rung, has: str, who: str) -> None:
    assert _climb(rung, getattr(cast, has)).choice.officer_id == getattr(cast, who).pk


def test_an_empty_rung_leads_to_the_next_above_and_says_so(cast: Cast) -> None:
    found = _climb(Rung.STAND_IN, None, Where(22, 387, 3700))
    assert found == Climbed(Choice(cast.other_collector.pk, Level.COLLECTOR), Rung.COLLECTOR)


def test_at_the_states_desk_the_rung_counts_on(cast: Cast) -> None:
    found = _climb(Rung.DISTRICT, cast.state_operator, Where(None))
    assert found == Climbed(Choice(cast.state_admin.pk, Level.STATE), Rung.DISTRICT)


def test_who_is_posted_but_off_duty_comes_before_the_one_who_let_it_pass(cast: Cast) -> None:
    Posting.objects.exclude(officer__in=[cast.meena, cast.ravi]).delete()
    local = timezone.localtime()
    past = (local - timedelta(hours=3)).time(), (local - timedelta(hours=2)).time()
    Shift.objects.create(
        posting=cast.ravi.postings.get(), starts=past[0], ends=past[1], from_date=local.date() - timedelta(days=2)
    )
    assert _climb(Rung.STAND_IN, cast.meena).choice.officer_id == cast.ravi.pk


def test_the_load_is_shared_among_those_of_a_rung(cast: Cast, small_map: Map) -> None:
    other = Officer.objects.create_user("sunita2")
    Posting.objects.create(officer=other, role=Role.DISTRICT_NODAL, state=small_map.cg, district=small_map.bilaspur)
    wanted = [Climb(Where(22, 375, 3604), Rung.DISTRICT, cast.meena.pk, urgency="critical")] * 4
    chosen = [one.choice.officer_id for one in choose_rung(wanted, timezone.now())]
    assert sorted(chosen, key=str) == sorted([cast.sunita.pk, other.pk] * 2, key=str)


def test_a_batch_of_climbs_costs_the_same_queries_as_one(cast: Cast, django_assert_max_num_queries) -> None:
    places = [Where(22, 375, 3604), Where(22, 375, 3607), Where(22, 387), Where(None)]
    wanted = [Climb(where, rung, None, room) for where in places for rung in Rung if rung for room in (True, False)] * 6
    with django_assert_max_num_queries(3):
        choose_rung(wanted, timezone.now())


def test_open_cases_are_counted_only_where_two_could_be_chosen(cast: Cast, django_assert_num_queries) -> None:
    alone = Climb(Where(22, 375, 3604), Rung.DISTRICT, cast.meena.pk, urgency="critical")
    with django_assert_num_queries(1):
        assert [one.choice.officer_id for one in choose_rung([alone] * 3, timezone.now())] == [cast.sunita.pk] * 3


def test_what_one_alone_is_given_counts_when_the_next_is_shared(
    cast: Cast, small_map: Map, make_case: CaseMaker
) -> None:
    Posting.objects.create(officer=cast.ravi, role=Role.DISTRICT_NODAL, state=small_map.cg, district=small_map.bilaspur)
    make_case(officer=cast.sunita, urgency="critical")
    alone = Climb(Where(22, 375, 3604), Rung.STAND_IN, cast.meena.pk, urgency="critical")
    shared = Climb(Where(22, 375, 3604), Rung.DISTRICT, cast.meena.pk, urgency="critical")
    chosen = [one.choice.officer_id for one in choose_rung([alone, alone, shared], timezone.now())]
    assert chosen == [cast.ravi.pk, cast.ravi.pk, cast.sunita.pk]
