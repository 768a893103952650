"""Who answers for an officer on leave."""

# ruff: noqa: F811 - the fixture is imported and asked for by name

from datetime import date

import pytest

from districts.duty import Level, Where, on_duty, on_duty_for
from districts.models import Leave, Officer, Role
from tests.districts.test_duty import asked, field, ist, post  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


def test_the_replacement_answers_in_the_same_hours_needs_and_rank_on_those_days_only(post, small_map):
    meena = post("meena", block=small_map.bilha, needs=["oxygen"], is_stand_in=True, shifts=[((6,), (14,))])
    post("sunita", Role.DISTRICT_NODAL, district=small_map.bilaspur)
    lata = Officer.objects.create(username="lata")
    Leave.objects.create(officer=meena, replacement=lata, from_date=date(2021, 5, 4), until_date=date(2021, 5, 5))
    found = {day: asked(field(small_map, "oxygen"), ist(day, 10))[1] for day in range(3, 7)}
    assert found == {3: ["meena"], 4: ["lata"], 5: ["lata"], 6: ["meena"]}
    (there,) = on_duty(small_map.bilha, ist(4, 10)).officers
    assert (there.is_stand_in, there.replaces) == (True, meena.pk)
    assert asked(field(small_map, "food"), ist(4, 10)) == (Level.DISTRICT, ["sunita"])
    assert asked(field(small_map, "oxygen"), ist(4, 15)) == (Level.DISTRICT, ["sunita"])


@pytest.mark.parametrize("reason", ["nobody", "inactive", "away"])
def test_without_a_replacement_who_is_there_the_next_desk_answers(post, small_map, reason):
    meena = post("meena", block=small_map.bilha)
    post("sunita", Role.DISTRICT_NODAL, district=small_map.bilaspur)
    lata = Officer.objects.create(username="lata", is_active=reason != "inactive")
    days = {"from_date": date(2021, 5, 3), "until_date": date(2021, 5, 3)}
    Leave.objects.create(officer=meena, replacement=None if reason == "nobody" else lata, **days)
    if reason == "away":
        Leave.objects.create(officer=lata, **days)
    assert asked(field(small_map), ist(3, 10)) == (Level.DISTRICT, ["sunita"])


def test_where_everybody_is_on_leave_the_nearest_still_own_the_case(post, small_map):
    meena = post("meena", block=small_map.bilha)
    Leave.objects.create(officer=meena, from_date=date(2021, 5, 3), until_date=date(2021, 5, 3))
    assert asked(field(small_map), ist(3, 10)) == (Level.BLOCK, ["meena"])


def test_leave_costs_no_query_more(post, small_map, django_assert_num_queries):
    meena = post("meena", block=small_map.bilha)
    lata = post("lata", block=small_map.kota)
    Leave.objects.create(officer=meena, replacement=lata, from_date=date(2021, 5, 3), until_date=date(2021, 5, 3))
    places = [field(small_map), Where(small_map.cg.pk, small_map.bilaspur.pk, small_map.kota.pk)]
    with django_assert_num_queries(1):
        on_duty_for(places, ist(3, 10))
