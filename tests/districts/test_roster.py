"""The week's calendar: who is on duty when, gaps, officers on two turns at once; leave honoured everywhere."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from districts.duty import INDIA, Level, Where, on_duty_for
from districts.models import Leave, Officer, Posting, Role, Shift
from districts.roster import RosterDesk, Turn, load, monday_of, turns_from

pytestmark = pytest.mark.django_db
MONDAY = date(2021, 5, 3)
TURNS = turns_from(6, 8)


def ist(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2021, 5, day, hour, minute, tzinfo=INDIA)


WEEK = ist(3, 6), ist(10, 6)


@pytest.fixture
def desk_of(small_map):
    """The row of a block."""

    def make(block):
        return RosterDesk(Role.NODAL_OFFICER, block, small_map.cg.pk, block.district_id, block.pk)

    return make


@pytest.fixture
def post(small_map):
    """Post an officer to a block with shifts (starts, ends, fields)."""

    def make(username, block, *shifts, **given):
        officer, _ = Officer.objects.get_or_create(username=username)
        posting = Posting.objects.create(
            officer=officer,
            role=Role.NODAL_OFFICER,
            state=small_map.cg,
            district=block.district,
            block=block,
            **({"starts_on": date(2021, 1, 1)} | given),
        )
        for starts, ends, *rest in shifts:
            fields = {"from_date": date(2021, 1, 1)} | (rest[0] if rest else {})
            Shift.objects.create(posting=posting, starts=time(starts), ends=time(ends), **fields)
        return officer

    return make


def gaps_of(desk, first=WEEK[0], last=WEEK[1]) -> list[tuple[datetime, datetime]]:
    roster = load([desk], first.date(), last.date())
    return [(gap.starts, gap.ends) for gap in roster.gaps(desk, first, last)]


def test_the_turns_of_a_day_follow_from_two_figures():
    assert [str(turn) for turn in turns_from(6, 8)] == ["06:00-14:00", "14:00-22:00", "22:00-06:00"]
    assert [str(turn) for turn in turns_from(8, 12)] == ["08:00-20:00", "20:00-08:00"]
    assert [str(turn) for turn in turns_from(0, 24)] == ["00:00-00:00"]
    assert Turn(time(0), time(0)).on(MONDAY) == (ist(3, 0), ist(4, 0))


def test_a_week_begins_on_monday():
    assert {monday_of(MONDAY + timedelta(days=n)) for n in range(7)} == {MONDAY}


def test_a_night_without_anybody_is_one_gap_over_midnight(post, desk_of, small_map):
    post("anil", small_map.kota, (6, 14), (14, 22))
    found = gaps_of(desk_of(small_map.kota))
    assert found == [(ist(day, 22), ist(day + 1, 6)) for day in range(3, 10)]


def test_a_block_without_an_officer_is_a_gap_from_end_to_end(desk_of, small_map):
    assert gaps_of(desk_of(small_map.kota)) == [(ist(3, 6), ist(10, 6))]


def test_leave_without_a_replacement_is_a_gap_and_with_one_is_none(post, desk_of, small_map, cast):
    anil = post("anil.k", small_map.masturi)
    leave = Leave.objects.create(officer=anil, from_date=date(2021, 5, 5), until_date=date(2021, 5, 6))
    assert gaps_of(desk_of(small_map.masturi)) == [(ist(5, 0), ist(7, 0))]
    leave.replacement = cast.ravi
    leave.save()
    assert gaps_of(desk_of(small_map.masturi)) == []


def test_a_replacement_on_leave_too_leaves_a_gap_on_those_days_only(post, desk_of, small_map, cast):
    anil = post("anil.k", small_map.masturi)
    Leave.objects.create(officer=anil, replacement=cast.ravi, from_date=date(2021, 5, 4), until_date=date(2021, 5, 7))
    Leave.objects.create(officer=cast.ravi, from_date=date(2021, 5, 6), until_date=date(2021, 5, 6))
    assert gaps_of(desk_of(small_map.masturi)) == [(ist(6, 0), ist(7, 0))]


def test_a_cell_names_who_is_there_for_part_of_it_and_what_is_empty(post, desk_of, small_map):
    anil = post("anil.k", small_map.masturi, (9, 12))
    desk = desk_of(small_map.masturi)
    cell = load([desk], MONDAY, MONDAY).cells(desk, [MONDAY], TURNS)[0][0]
    assert [(entry.officer_id, entry.by_turn, entry.spans) for entry in cell.entries] == [
        (anil.pk, True, ((ist(3, 9), ist(3, 12)),))
    ]
    assert cell.gaps == ((ist(3, 6), ist(3, 9)), (ist(3, 12), ist(3, 14)))


def test_a_cell_says_who_is_replaced(post, desk_of, small_map, cast):
    anil = post("anil.k", small_map.masturi, (6, 14))
    Leave.objects.create(officer=anil, replacement=cast.ravi, from_date=MONDAY, until_date=MONDAY)
    desk = desk_of(small_map.masturi)
    roster = load([desk], MONDAY, MONDAY)
    (entry,) = roster.cells(desk, [MONDAY], TURNS)[0][0].entries
    assert (entry.officer_id, entry.replaces, entry.spans) == (cast.ravi.pk, anil.pk, ())
    assert {anil.pk, cast.ravi.pk} <= set(roster.officers)


def test_turns_at_two_places_that_overlap_are_a_double_booking(post, desk_of, small_map):
    anil = post("anil.k", small_map.masturi, (6, 14, {"weekdays": 1}))
    post("anil.k", small_map.takhatpur, (13, 20))
    desks = [desk_of(small_map.masturi), desk_of(small_map.takhatpur)]
    (found,) = load(desks, MONDAY, MONDAY + timedelta(days=7)).double_bookings(ist(3, 6), ist(10, 6))
    assert (found.officer_id, found.starts, found.ends) == (anil.pk, ist(3, 13), ist(3, 14))
    assert set(found.desks) == set(desks)


def test_turns_that_follow_each_other_and_a_posting_round_the_clock_are_none(post, desk_of, small_map):
    post("anil.k", small_map.masturi, (6, 14))
    post("anil.k", small_map.takhatpur, (14, 6))
    post("anil.k", small_map.kota)
    desks = [desk_of(block) for block in (small_map.masturi, small_map.takhatpur, small_map.kota)]
    assert load(desks, MONDAY, MONDAY + timedelta(days=7)).double_bookings(ist(3, 6), ist(10, 6)) == []


def test_a_turn_at_a_place_that_is_not_shown_is_a_double_booking_too(
    post, desk_of, small_map, django_assert_num_queries
):
    anil = post("anil.k", small_map.masturi, (6, 14, {"weekdays": 1}))
    post("anil.k", small_map.takhatpur, (13, 20))
    post("lata", small_map.takhatpur, (13, 20))
    shown, hidden = desk_of(small_map.masturi), desk_of(small_map.takhatpur)
    with django_assert_num_queries(7):
        roster = load([shown], MONDAY, MONDAY + timedelta(days=7), beyond=Q(district=small_map.bilaspur))
    (found,) = roster.double_bookings(*WEEK)
    assert (found.officer_id, found.desks, found.starts, found.ends) == (
        *(anil.pk, (shown, hidden)),
        *(ist(3, 13), ist(3, 14)),
    )
    assert set(roster.charges) == {shown}
    for beyond in (None, Q(district=small_map.raipur)):
        assert load([shown], MONDAY, MONDAY + timedelta(days=7), beyond=beyond).double_bookings(*WEEK) == []


def test_who_replaces_somebody_at_a_place_that_is_not_shown_is_booked_twice(post, desk_of, small_map):
    anil = post("anil.k", small_map.masturi, (6, 14))
    lata = post("lata", small_map.takhatpur, (6, 14))
    Leave.objects.create(officer=anil, replacement=lata, from_date=MONDAY, until_date=MONDAY)
    shown = desk_of(small_map.takhatpur)
    (found,) = load([shown], MONDAY, MONDAY + timedelta(days=7), beyond=Q()).double_bookings(*WEEK)
    assert (found.officer_id, found.desks) == (lata.pk, (shown, desk_of(small_map.masturi)))


def test_two_turns_at_places_that_are_both_not_shown_are_not_this_rosters_matter(post, desk_of, small_map):
    post("anil.k", small_map.masturi, (22, 6))
    post("anil.k", small_map.takhatpur, (6, 14))
    post("anil.k", small_map.kota, (6, 14))
    shown = desk_of(small_map.masturi)
    assert load([shown], MONDAY, MONDAY + timedelta(days=7), beyond=Q()).double_bookings(*WEEK) == []


def test_a_replacement_with_a_turn_elsewhere_is_a_double_booking(post, desk_of, small_map):
    anil = post("anil.k", small_map.masturi, (6, 14))
    lata = post("lata", small_map.takhatpur, (6, 14))
    Leave.objects.create(officer=anil, replacement=lata, from_date=MONDAY, until_date=MONDAY)
    desks = [desk_of(small_map.masturi), desk_of(small_map.takhatpur)]
    (found,) = load(desks, MONDAY, MONDAY + timedelta(days=7)).double_bookings(ist(3, 6), ist(10, 6))
    assert (found.officer_id, found.starts, found.ends) == (lata.pk, ist(3, 6), ist(3, 14))


def test_a_doctor_of_a_block_sits_at_the_doctors_desk_of_the_district(small_map):
    doctor = Officer.objects.create(username="dr")
    area = {"state": small_map.cg, "district": small_map.bilaspur, "block": small_map.kota}
    Posting.objects.create(officer=doctor, role=Role.DOCTOR, starts_on=date(2021, 1, 1), **area)
    desk = RosterDesk(Role.DOCTOR, small_map.bilaspur, small_map.cg.pk, small_map.bilaspur.pk)
    assert gaps_of(desk) == []


def test_any_number_of_desks_is_four_queries(post, desk_of, small_map, django_assert_num_queries):
    blocks = [small_map.bilha, small_map.kota, small_map.masturi, small_map.takhatpur]
    for number, block in enumerate(blocks):
        officer = post(f"officer{number}", block, (6, 14), (14, 22))
        Leave.objects.create(officer=officer, from_date=MONDAY, until_date=MONDAY)
    desks = [desk_of(block) for block in blocks]
    with django_assert_num_queries(4):
        load(desks, MONDAY, MONDAY + timedelta(days=7))


# --- Against the rules of `on_duty_for`, asked moment by moment ---------------------------------------

HOURS = st.sampled_from([time(0), time(6), time(11, 30), time(14), time(22), time(23, 59)])
DAYS = st.dates(date(2021, 5, 1), date(2021, 5, 6))
SHIFT = st.fixed_dictionaries(
    {"starts": HOURS, "ends": HOURS, "weekdays": st.integers(1, 127), "from_date": DAYS, "until_date": st.none() | DAYS}
).filter(lambda shift: shift["until_date"] is None or shift["until_date"] >= shift["from_date"])
POSTING = st.fixed_dictionaries(
    {
        "shifts": st.lists(SHIFT, max_size=3),
        "starts_on": DAYS,
        "ends_on": st.none() | DAYS,
        "officer": st.integers(0, 2),
    }
).filter(lambda posting: posting["ends_on"] is None or posting["ends_on"] >= posting["starts_on"])
LEAVE = st.fixed_dictionaries(
    {
        "officer": st.integers(0, 2),
        "replacement": st.none() | st.integers(0, 3),
        "from_date": DAYS,
        "days": st.integers(0, 2),
    }
).filter(lambda leave: leave["officer"] != leave["replacement"])
# Every moment at which anything can change in these rosters, and the minute after it.
MOMENTS = [time(hour, minute) for hour, minute in ((0, 0), (6, 0), (11, 30), (14, 0), (22, 0), (23, 59))]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(postings=st.lists(POSTING, max_size=3), leaves=st.lists(LEAVE, max_size=3))
def test_gaps_are_the_moments_at_which_on_duty_for_finds_nobody_of_the_block(small_map, desk_of, postings, leaves):
    for model in (Leave, Posting, Officer):
        model.objects.all().delete()
    officers = [Officer.objects.create(username=str(number), is_active=number != 3) for number in range(4)]
    everywhere = Officer.objects.create(username="state")
    Posting.objects.create(officer=everywhere, role=Role.OPERATOR, state=small_map.cg, starts_on=date(2021, 1, 1))
    area = {"state": small_map.cg, "district": small_map.bilaspur, "block": small_map.bilha}
    for given_posting in postings:
        fields = {name: given_posting[name] for name in ("starts_on", "ends_on")} | area
        officer = officers[given_posting["officer"]]
        posting = Posting.objects.create(officer=officer, role=Role.NODAL_OFFICER, **fields)
        Shift.objects.bulk_create(Shift(posting=posting, **shift) for shift in given_posting["shifts"])
    for leave in leaves:
        replacement = None if leave["replacement"] is None else officers[leave["replacement"]]
        until = leave["from_date"] + timedelta(days=leave["days"])
        Leave.objects.create(
            officer=officers[leave["officer"]], replacement=replacement, from_date=leave["from_date"], until_date=until
        )
    first, last = ist(2, 6), ist(7, 6)
    gaps = gaps_of(desk_of(small_map.bilha), first, last)
    where = Where(small_map.cg.pk, small_map.bilaspur.pk, small_map.bilha.pk)
    for day in range(2, 8):
        for at in MOMENTS:
            for moment in (
                datetime.combine(date(2021, 5, day), at, tzinfo=INDIA) + timedelta(minutes=n) for n in (0, 1)
            ):
                if first <= moment < last:
                    nobody = on_duty_for([where], moment)[where].level is not Level.BLOCK
                    assert nobody == any(starts <= moment < ends for starts, ends in gaps), moment
    assert all(earlier[1] < later[0] for earlier, later in pairwise(gaps))
