"""Who is on duty at a place, hour by hour."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from districts.duty import Duty, Level, Where, on_duty, on_duty_for
from districts.models import Officer, Posting, Role, Shift, State

INDIA = ZoneInfo("Asia/Kolkata")
MON, TUE, WED, SUN = 1, 2, 4, 64
# 3 May 2021 is a Monday.
pytestmark = pytest.mark.django_db


def ist(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of May 2021 on Indian clocks."""
    return datetime(2021, 5, day, hour, minute, tzinfo=INDIA)


@pytest.fixture
def post(small_map):
    """Post somebody: post("meena", block=..., shifts=[(starts, ends, fields)]) gives the officer."""

    def make(username, role=Role.NODAL_OFFICER, shifts=(), active=True, **area):
        officer, _ = Officer.objects.get_or_create(username=username, defaults={"is_active": active})
        area = {"state": small_map.cg, "starts_on": date(2021, 1, 1)} | area
        if "block" in area:
            area["district"] = area["block"].district
        posting = Posting.objects.create(officer=officer, role=role, **area)
        for starts, ends, *rest in shifts:
            hours = {"from_date": date(2021, 1, 1)} | (rest[0] if rest else {})
            Shift.objects.create(posting=posting, starts=time(*starts), ends=time(*ends), **hours)
        return officer

    return make


def names(duty: Duty) -> list[str]:
    found = Officer.objects.in_bulk([officer.officer_id for officer in duty.officers])
    return [found[officer.officer_id].username for officer in duty.officers]


def field(small_map, need: str = "") -> Where:
    return Where(small_map.cg.pk, small_map.bilaspur.pk, small_map.bilha.pk, need)


def asked(where: Where, at: datetime, **kwargs) -> tuple[Level, list[str]]:
    duty = on_duty_for([where], at, **kwargs)[where]
    return duty.level, names(duty)


def test_a_posting_without_shifts_is_on_duty_round_the_clock(post, small_map):
    post("meena", block=small_map.bilha)
    for hour in range(24):
        assert names(on_duty(small_map.bilha, ist(3, hour))) == ["meena"]


def test_with_shifts_only_in_them_the_end_not_included(post, small_map):
    post("meena", block=small_map.bilha, shifts=[((6,), (14,))])
    post("sunita", Role.DISTRICT_NODAL, district=small_map.bilaspur)
    assert names(on_duty(small_map.bilha, ist(3, 5, 59))) == ["sunita"]
    assert names(on_duty(small_map.bilha, ist(3, 6))) == ["meena"]
    assert names(on_duty(small_map.bilha, ist(3, 13, 59))) == ["meena"]
    assert names(on_duty(small_map.bilha, ist(3, 14))) == ["sunita"]


def test_hours_are_indian_hours_whatever_the_zone_of_the_moment(post, small_map):
    post("meena", block=small_map.bilha, shifts=[((6,), (14,))])
    post("night", block=small_map.bilha, shifts=[((14,), (6,))])
    assert names(on_duty(small_map.bilha, datetime(2021, 5, 3, 0, 29, tzinfo=UTC))) == ["night"]  # 05:59
    assert names(on_duty(small_map.bilha, datetime(2021, 5, 3, 0, 30, tzinfo=UTC))) == ["meena"]  # 06:00


def test_three_turns_hand_over_on_the_minute(post, small_map):
    for name, starts, ends in [("a", 6, 14), ("b", 14, 22), ("c", 22, 6)]:
        post(name, block=small_map.bilha, shifts=[((starts,), (ends,))])
    found = "".join(names(on_duty(small_map.bilha, ist(3, hour)))[0] for hour in range(24))
    assert found == "c" * 6 + "a" * 8 + "b" * 8 + "c" * 2


def test_a_shift_past_midnight_belongs_to_the_weekday_it_starts_on(post, small_map):
    post("meena", block=small_map.bilha, shifts=[((22,), (6,), {"weekdays": MON})])
    post("sunita", Role.DISTRICT_NODAL, district=small_map.bilaspur)
    assert names(on_duty(small_map.bilha, ist(3, 3))) == ["sunita"]  # Monday before dawn: Sunday's turn, she has none
    assert names(on_duty(small_map.bilha, ist(3, 23))) == ["meena"]
    assert names(on_duty(small_map.bilha, ist(4, 5, 59))) == ["meena"]  # Tuesday before dawn
    assert names(on_duty(small_map.bilha, ist(4, 6))) == ["sunita"]
    assert names(on_duty(small_map.bilha, ist(4, 23))) == ["sunita"]


def test_sunday_night_runs_into_monday(post, small_map):
    post("meena", block=small_map.bilha, shifts=[((22,), (6,), {"weekdays": SUN})])
    post("sunita", Role.DISTRICT_NODAL, district=small_map.bilaspur)
    assert names(on_duty(small_map.bilha, ist(3, 1))) == ["meena"]
    assert names(on_duty(small_map.bilha, ist(9, 22))) == ["meena"]
    assert names(on_duty(small_map.bilha, ist(8, 23))) == ["sunita"]


def test_a_shift_that_ends_when_it_starts_lasts_a_day(post, small_map):
    post("meena", block=small_map.bilha, shifts=[((8,), (8,), {"weekdays": MON})])
    post("sunita", Role.DISTRICT_NODAL, district=small_map.bilaspur)
    assert names(on_duty(small_map.bilha, ist(3, 7, 59))) == ["sunita"]
    assert names(on_duty(small_map.bilha, ist(3, 8))) == ["meena"]
    assert names(on_duty(small_map.bilha, ist(4, 7, 59))) == ["meena"]
    assert names(on_duty(small_map.bilha, ist(4, 8))) == ["sunita"]


def test_a_posting_whose_shifts_do_not_hold_that_day_is_on_duty_round_the_clock(post, small_map):
    past = {"until_date": date(2021, 5, 3)}
    coming = {"from_date": date(2021, 5, 6)}
    post("meena", block=small_map.bilha, shifts=[((6,), (14,), past), ((6,), (14,), coming)])
    post("sunita", Role.DISTRICT_NODAL, district=small_map.bilaspur)
    assert names(on_duty(small_map.bilha, ist(3, 20))) == ["sunita"]
    assert names(on_duty(small_map.bilha, ist(4, 20))) == ["meena"]
    assert names(on_duty(small_map.bilha, ist(6, 20))) == ["sunita"]


def test_another_weekdays_shift_still_means_hours_not_round_the_clock(post, small_map):
    post("meena", block=small_map.bilha, shifts=[((6,), (14,), {"weekdays": TUE})])
    post("sunita", Role.DISTRICT_NODAL, district=small_map.bilaspur)
    assert names(on_duty(small_map.bilha, ist(3, 10))) == ["sunita"]


def test_the_last_night_turn_of_a_roster_runs_to_its_end(post, small_map):
    last, coming = {"until_date": date(2021, 5, 3)}, {"from_date": date(2021, 5, 4)}
    post("meena", block=small_map.bilha, shifts=[((22,), (6,), last), ((12,), (18,), coming)])
    post("sunita", Role.DISTRICT_NODAL, district=small_map.bilaspur)
    assert names(on_duty(small_map.bilha, ist(4, 5))) == ["meena"]
    assert names(on_duty(small_map.bilha, ist(4, 7))) == ["sunita"]


def test_overlapping_turns_are_both_on_duty_the_older_posting_first(post, small_map):
    post("meena", block=small_map.bilha, shifts=[((6,), (15,))])
    post("ravi", block=small_map.bilha, shifts=[((14,), (22,))])
    assert names(on_duty(small_map.bilha, ist(3, 14, 30))) == ["meena", "ravi"]


def test_stand_ins_come_after_the_primary_by_posting_or_by_shift(post, small_map):
    post("ravi", block=small_map.bilha, is_stand_in=True)
    post("lata", block=small_map.bilha, shifts=[((0,), (0,), {"is_stand_in": True})])
    post("meena", block=small_map.bilha)
    duty = on_duty(small_map.bilha, ist(3, 10))
    assert names(duty) == ["meena", "ravi", "lata"]
    assert [officer.is_stand_in for officer in duty.officers] == [False, True, True]


def test_who_stands_in_and_serves_at_the_same_hour_serves(post, small_map):
    post("meena", block=small_map.bilha, shifts=[((6,), (14,), {"is_stand_in": True}), ((12,), (20,))])
    assert [one.is_stand_in for one in on_duty(small_map.bilha, ist(3, 11)).officers] == [True]
    assert [one.is_stand_in for one in on_duty(small_map.bilha, ist(3, 13)).officers] == [False]


def test_an_officer_posted_twice_to_a_place_is_named_once(post, small_map):
    post("meena", block=small_map.bilha, is_stand_in=True)
    post("meena", block=small_map.bilha)
    duty = on_duty(small_map.bilha, ist(3, 10))
    assert [(one.is_stand_in) for one in duty.officers] == [False]


def test_the_field_climbs_block_district_collector_state(post, small_map):
    everybody = [
        ("meena", Role.NODAL_OFFICER, {"block": small_map.bilha}, Level.BLOCK),
        ("sunita", Role.DISTRICT_NODAL, {"district": small_map.bilaspur}, Level.DISTRICT),
        ("collector", Role.COLLECTOR, {"district": small_map.bilaspur}, Level.COLLECTOR),
        ("state_operator", Role.OPERATOR, {}, Level.STATE),
        ("state_admin", Role.STATE_ADMIN, {}, Level.STATE),
    ]
    for name, role, area, _ in everybody:
        post(name, role, **area)
    post("operator", Role.OPERATOR, district=small_map.bilaspur)
    for name, _, _, level in everybody:
        assert asked(field(small_map), ist(3, 10)) == (level, [name])
        Officer.objects.filter(username=name).update(is_active=False)
    assert asked(field(small_map), ist(3, 10)) == (Level.STATE, [])


def test_the_control_room_climbs_operators_district_collector_state(post, small_map):
    post("meena", block=small_map.bilha)
    everybody = [
        ("operator", Role.OPERATOR, {"district": small_map.bilaspur}, Level.DISTRICT),
        ("sunita", Role.DISTRICT_NODAL, {"district": small_map.bilaspur}, Level.DISTRICT),
        ("collector", Role.COLLECTOR, {"district": small_map.bilaspur}, Level.COLLECTOR),
        ("state_operator", Role.OPERATOR, {}, Level.STATE),
        ("state_admin", Role.STATE_ADMIN, {}, Level.STATE),
    ]
    for name, role, area, _ in everybody:
        post(name, role, **area)
    for name, _, _, level in everybody:
        assert asked(field(small_map), ist(3, 10), control_room=True) == (level, [name])
        Officer.objects.filter(username=name).update(is_active=False)
    assert asked(field(small_map), ist(3, 10), control_room=True) == (Level.STATE, [])


def test_an_unknown_block_is_the_districts_matter(cast, small_map):
    where = Where(small_map.cg.pk, small_map.bilaspur.pk)
    assert asked(where, datetime.now(UTC)) == (Level.DISTRICT, ["sunita"])


@pytest.mark.parametrize("control_room", [True, False])
def test_an_unknown_district_is_the_states_matter(cast, small_map, control_room):
    where = Where(small_map.cg.pk)
    assert asked(where, datetime.now(UTC), control_room=control_room) == (Level.STATE, ["state_operator"])
    Posting.objects.filter(officer=cast.state_operator).delete()
    assert asked(where, datetime.now(UTC), control_room=control_room) == (Level.STATE, ["state_admin"])


@pytest.mark.parametrize("control_room", [True, False])
def test_an_unknown_state_is_any_states_matter(cast, small_map, control_room):
    assert asked(Where(None), datetime.now(UTC), control_room=control_room) == (Level.STATE, ["state_operator"])


def test_another_states_desk_does_not_answer_for_a_known_state(cast, small_map):
    where = Where(small_map.rj.pk, small_map.jaipur.pk)
    found = on_duty_for([where, Where(None)], datetime.now(UTC))
    assert found[where] == Duty(Level.STATE, ())
    assert names(found[Where(None)]) == ["state_operator"]


def test_another_blocks_officer_and_another_role_of_the_block_do_not_answer(post, small_map):
    post("anil", block=small_map.kota)
    post("doctor", Role.DOCTOR, block=small_map.bilha)
    post("auditor", Role.AUDITOR)
    assert asked(field(small_map), ist(3, 10)) == (Level.STATE, [])


def test_postings_that_have_ended_or_not_begun_are_left_out(post, small_map):
    post("past", block=small_map.bilha, ends_on=date(2021, 5, 2))
    post("last_day", block=small_map.bilha, ends_on=date(2021, 5, 3))
    post("first_day", block=small_map.bilha, starts_on=date(2021, 5, 3))
    post("coming", block=small_map.bilha, starts_on=date(2021, 5, 4))
    assert names(on_duty(small_map.bilha, ist(3, 10))) == ["last_day", "first_day"]


def test_the_posting_begins_at_indian_midnight(post, small_map):
    post("meena", block=small_map.bilha, starts_on=date(2021, 5, 4))
    assert names(on_duty(small_map.bilha, datetime(2021, 5, 3, 18, 29, tzinfo=UTC))) == []
    assert names(on_duty(small_map.bilha, datetime(2021, 5, 3, 18, 30, tzinfo=UTC))) == ["meena"]


def test_an_officer_who_may_not_sign_in_is_not_on_duty(post, small_map):
    post("gone", block=small_map.bilha, active=False)
    assert names(on_duty(small_map.bilha, ist(3, 10))) == []


def test_a_need_that_no_posting_takes_is_still_somebodys(post, small_map):
    post("oxygen_officer", block=small_map.bilha, needs=["oxygen"])
    post("bed_officer", block=small_map.bilha, needs=["bed"])
    assert asked(field(small_map, "food"), ist(3, 9)) == (Level.BLOCK, ["oxygen_officer", "bed_officer"])


def test_a_posting_for_some_needs_is_left_out_for_others_and_takes_part_when_none_is_named(post, small_map):
    post("oxygen_officer", block=small_map.bilha, needs=["oxygen", "bed"])
    post("sunita", Role.DISTRICT_NODAL, district=small_map.bilaspur)
    assert asked(field(small_map, "oxygen"), ist(3, 10)) == (Level.BLOCK, ["oxygen_officer"])
    assert asked(field(small_map, "food"), ist(3, 10)) == (Level.DISTRICT, ["sunita"])
    assert asked(field(small_map), ist(3, 10)) == (Level.BLOCK, ["oxygen_officer"])


def test_an_hour_nobody_holds_falls_to_the_nearest_posted_officers(post, small_map):
    post("meena", block=small_map.bilha, shifts=[((6,), (14,))])
    post("state_operator", Role.OPERATOR, shifts=[((6,), (14,))])
    assert asked(field(small_map), ist(3, 20)) == (Level.BLOCK, ["meena"])
    assert asked(Where(small_map.cg.pk), ist(3, 20)) == (Level.STATE, ["state_operator"])


def test_nobody_posted_is_an_empty_duty_at_the_state(small_map):
    assert on_duty(small_map.bilha, ist(3, 10)) == Duty(Level.STATE, ())


def test_no_place_asks_nothing(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert on_duty_for([], ist(3, 10)) == {}


@pytest.mark.parametrize("control_room", [True, False])
def test_any_number_of_places_is_one_query(post, small_map, django_assert_num_queries, control_room):
    states = State.objects.bulk_create(State(code=500 + n, name=f"S{n}") for n in range(3))
    for name in ("a", "b", "c"):
        post(name, block=small_map.bilha, shifts=[((0,), (8,)), ((8,), (16,)), ((16,), (0,))])
        post(name, Role.OPERATOR, district=small_map.bilaspur)
    places = [Where(None), *(Where(state.pk) for state in states)]
    for block in (small_map.bilha, small_map.kota, small_map.masturi, small_map.dharsiwa):
        for need in ("", "oxygen", "food"):
            places.append(Where(small_map.cg.pk, block.district_id, block.pk, need))
    places += [Where(small_map.cg.pk, 10_000 + n, 10_000 + n) for n in range(2_000)]
    with django_assert_num_queries(1):
        found = on_duty_for(places, ist(3, 10), control_room=control_room)
    assert set(found) == set(places)
    assert names(found[field(small_map)]) == ["a", "b", "c"]


def test_one_block_is_one_query(post, small_map, django_assert_num_queries):
    post("meena", block=small_map.bilha, shifts=[((0,), (8,))])
    with django_assert_num_queries(1):
        on_duty(small_map.bilha, ist(3, 10))


# --- Against an obvious, slow reading of the roster: walk back minute by minute ---------------------

HOURS = st.sampled_from([time(0), time(0, 30), time(6), time(11, 59), time(12), time(22), time(23, 59)])
DAYS = st.dates(date(2021, 5, 1), date(2021, 5, 12))
SHIFT = st.fixed_dictionaries(
    {
        "starts": HOURS,
        "ends": HOURS,
        "weekdays": st.integers(1, 127),
        "is_stand_in": st.booleans(),
        "from_date": DAYS,
        "until_date": st.none() | DAYS,
    }
).filter(lambda shift: shift["until_date"] is None or shift["until_date"] >= shift["from_date"])
POSTING = st.tuples(
    st.sampled_from(["block", "district", "state"]), st.booleans(), st.lists(SHIFT, max_size=3), st.none() | DAYS
)
ROLE = {"block": Role.NODAL_OFFICER, "district": Role.DISTRICT_NODAL, "state": Role.OPERATOR}


def turns(shift: dict, around: datetime) -> list[tuple[datetime, datetime]]:
    """Every turn of a shift near a moment, written out as (begins, ends)."""
    found = []
    for back in range(-2, 3):
        day = around.date() + timedelta(days=back)
        holds = shift["from_date"] <= day and (shift["until_date"] is None or day <= shift["until_date"])
        if holds and "MTWTFSS"[day.weekday()] and shift["weekdays"] // 2 ** day.weekday() % 2 == 1:
            begins = datetime.combine(day, shift["starts"])
            ends = datetime.combine(day, shift["ends"])
            found.append((begins, ends if ends > begins else ends + timedelta(days=1)))
    return found


def oracle(postings: list, moment: datetime) -> list[int]:
    """The numbers of the postings that answer at a moment: primaries, then stand-ins."""
    for off_duty_too in (False, True):
        for area in ("block", "district", "state"):
            primary, stand_in = [], []
            for number, (where, posted_stand_in, shifts, ends_on) in enumerate(postings):
                if where != area or (ends_on is not None and ends_on < moment.date()):
                    continue
                running = [s for s in shifts if any(a <= moment < b for a, b in turns(s, moment))]
                today = [
                    s
                    for s in shifts
                    if s["from_date"] <= moment.date() and not (s["until_date"] and s["until_date"] < moment.date())
                ]
                if off_duty_too or running or not today:
                    by_shift = bool(running) and all(s["is_stand_in"] for s in running) and not off_duty_too
                    (stand_in if posted_stand_in or by_shift else primary).append(number)
            if primary or stand_in:
                return primary + stand_in
    return []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(postings=st.lists(POSTING, max_size=5), day=DAYS, hour=HOURS, minutes=st.integers(0, 5))
def test_the_roster_reads_as_if_every_turn_were_written_out(small_map, postings, day, hour, minutes):
    Posting.objects.all().delete()
    Officer.objects.all().delete()
    areas = {
        "block": {"district": small_map.bilaspur, "block": small_map.bilha},
        "district": {"district": small_map.bilaspur},
        "state": {},
    }
    for number, (where, is_stand_in, shifts, ends_on) in enumerate(postings):
        posting = Posting.objects.create(
            officer=Officer.objects.create(username=str(number)),
            role=ROLE[where],
            state=small_map.cg,
            is_stand_in=is_stand_in,
            starts_on=date(2021, 1, 1),
            ends_on=ends_on,
            **areas[where],
        )
        Shift.objects.bulk_create(Shift(posting=posting, **shift) for shift in shifts)
    moment = datetime.combine(day, hour) + timedelta(minutes=minutes)
    found = names(on_duty_for([field(small_map)], moment.replace(tzinfo=INDIA))[field(small_map)])
    assert [int(name) for name in found] == oracle(postings, moment)
