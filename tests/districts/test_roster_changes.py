"""Putting on turns, taking off, copying a week: what it means for who is on duty, and what it never does."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from districts.duty import INDIA, Hours
from districts.models import Officer, Posting, Role, Shift
from districts.roster import RosterDesk, Turn, load
from districts.roster_changes import (
    RosterRefused,
    Span,
    assign,
    copy_last_week,
    copy_of_last_week,
    cut,
    end,
    take_off,
    through_the_night,
)

MONDAY = date(2021, 5, 3)
WEEK = Span(MONDAY, MONDAY + timedelta(days=6))
NEXT = Span(MONDAY + timedelta(days=7), MONDAY + timedelta(days=13))
DAY_TURN, NIGHT = Turn(time(6), time(14)), Turn(time(22), time(6))
EVERY = 127


@pytest.fixture
def kota(small_map):
    return RosterDesk(Role.NODAL_OFFICER, small_map.kota, 22, 375, small_map.kota.pk)


@pytest.fixture
def anil(small_map):
    officer = Officer.objects.create(username="anil.k", first_name="Anil")
    area = {"state": small_map.cg, "district": small_map.bilaspur, "block": small_map.kota}
    Posting.objects.create(officer=officer, role=Role.NODAL_OFFICER, starts_on=date(2021, 1, 1), **area)
    return officer


def there(desk, at: datetime) -> list[str]:
    roster = load([desk], at.date(), at.date() + timedelta(days=1))
    pieces = roster.stretches(desk, at, at + timedelta(minutes=1))
    return [roster.officers[one.on_duty.officer_id].username for one in pieces[0].present]


def ist(day: int, hour: int) -> datetime:
    return datetime(2021, 5, day, hour, tzinfo=INDIA)


@pytest.mark.django_db
def test_put_on_a_turn_an_officer_is_there_only_in_it_and_again_round_the_clock_after_the_week(kota, anil):
    assign(kota, anil, [DAY_TURN], EVERY, WEEK, is_stand_in=False)
    assert [there(kota, ist(4, 7)), there(kota, ist(4, 15)), there(kota, ist(10, 15))] == [["anil.k"], [], ["anil.k"]]
    assert Posting.objects.count() == 1


@pytest.mark.django_db
def test_an_officer_of_elsewhere_becomes_stand_in_for_that_time_to_the_end_of_the_last_night(kota):
    lata = Officer.objects.create(username="lata")
    posting = assign(kota, lata, [NIGHT], EVERY, WEEK, is_stand_in=False)
    assert posting.is_stand_in
    assert there(kota, ist(3, 23)) == ["lata"]
    assert there(kota, ist(9, 23)) == there(kota, ist(10, 5)) == ["lata"]
    for hour in (6, 12, 23):  # neither round the clock on the morning after, nor on its evening
        assert there(kota, ist(10, hour)) == []
    assert there(kota, ist(3, 5)) == []


@pytest.mark.django_db
def test_the_same_turn_twice_is_once(kota, anil):
    for _ in range(2):
        assign(kota, anil, [DAY_TURN], EVERY, Span(MONDAY), is_stand_in=False)
    assert Shift.objects.count() == 1


@pytest.mark.django_db
def test_taken_off_one_of_two_turns_the_other_stays(kota, anil):
    posting = assign(kota, anil, [DAY_TURN, NIGHT], EVERY, Span(MONDAY), is_stand_in=False)
    take_off(posting, posting.shifts.get(starts=time(6)), WEEK)
    assert [there(kota, ist(4, 7)), there(kota, ist(4, 23)), there(kota, ist(11, 7))] == [[], ["anil.k"], ["anil.k"]]


@pytest.mark.django_db
def test_taking_the_only_turn_off_for_a_week_is_refused_since_it_would_mean_round_the_clock(kota, anil):
    posting = assign(kota, anil, [DAY_TURN], EVERY, Span(MONDAY), is_stand_in=False)
    with pytest.raises(RosterRefused, match="leave"):
        take_off(posting, posting.shifts.get(), WEEK)
    assert there(kota, ist(4, 7)) == ["anil.k"]
    assert there(kota, ist(4, 15)) == []


@pytest.mark.django_db
def test_taking_the_only_turn_off_from_now_on_ends_the_posting_after_its_last_night(kota, anil):
    posting = assign(kota, anil, [NIGHT], EVERY, Span(date(2021, 4, 1)), is_stand_in=False)
    take_off(posting, posting.shifts.get(), Span(MONDAY))
    assert [there(kota, ist(2, 23)), there(kota, ist(3, 5))] == [["anil.k"], ["anil.k"]]
    assert [there(kota, ist(3, hour)) for hour in (6, 12, 23)] == [[], [], []]


@pytest.mark.django_db
def test_a_stand_in_of_the_week_taken_off_is_gone_and_its_history_is_not(kota):
    posting = assign(kota, Officer.objects.create(username="lata"), [DAY_TURN], 31, WEEK, is_stand_in=True)
    take_off(posting, posting.shifts.get(), WEEK)
    assert Posting.objects.count() == 0
    assert Posting.history.filter(officer__username="lata").count() >= 2


@pytest.mark.django_db
def test_a_posting_that_had_not_begun_is_taken_away(kota, anil):
    end(Posting.objects.get(), date(2020, 12, 31))
    assert Posting.objects.count() == 0


@pytest.mark.django_db
def test_last_week_is_copied_with_its_stand_ins_and_a_second_copy_changes_nothing(kota, anil):
    assign(kota, anil, [DAY_TURN], 31, WEEK, is_stand_in=False)
    assign(kota, Officer.objects.create(username="lata"), [NIGHT], EVERY, WEEK, is_stand_in=True)
    assign(kota, anil, [NIGHT], 96, NEXT, is_stand_in=False)
    assert len(copy_of_last_week([kota], NEXT)) == 2
    assert len(copy_last_week([kota], NEXT)) == 2
    for day in range(3, 10):
        for hour in (0, 7, 15, 23):
            if (day, hour) != (3, 0):  # the night before the first copied turn
                assert there(kota, ist(day, hour)) == there(kota, ist(day + 7, hour)), (day, hour)
    kept = list(Shift.objects.order_by("pk").values())
    assert copy_last_week([kota], NEXT) == []
    assert list(Shift.objects.order_by("pk").values()) == kept


@pytest.mark.django_db
def test_a_copy_takes_away_a_stand_in_whom_last_week_did_not_have(kota, anil):
    assign(kota, Officer.objects.create(username="lata"), [NIGHT], EVERY, NEXT, is_stand_in=True)
    (change,) = copy_last_week([kota], NEXT)
    assert change.is_removed
    assert there(kota, ist(12, 23)) == ["anil.k"]


@pytest.mark.django_db
def test_a_copy_within_the_week_leaves_the_days_that_are_over(kota, anil):
    assign(kota, anil, [DAY_TURN], EVERY, WEEK, is_stand_in=False)
    assign(kota, anil, [NIGHT], EVERY, NEXT, is_stand_in=False)
    copy_last_week([kota], Span(date(2021, 5, 12), date(2021, 5, 16)))
    assert [there(kota, ist(11, 7)), there(kota, ist(11, 23))] == [[], ["anil.k"]]
    assert [there(kota, ist(12, 7)), there(kota, ist(12, 23))] == [["anil.k"], []]


DAYS = st.dates(date(2021, 5, 1), date(2021, 5, 20))


@given(bits=st.integers(1, 127), out=st.integers(1, 127), first=DAYS, last=st.none() | DAYS, a=DAYS, b=st.none() | DAYS)
def test_cutting_takes_out_those_days_and_no_others(bits, out, first, last, a, b):
    if (last and last < first) or (b and b < a):
        return
    row = Hours(bits, time(6), time(14), False, first, last)
    left = cut(row, out, Span(a, b))
    for n in range(40):
        day = date(2021, 4, 25) + timedelta(days=n)
        taken = bool(out & (1 << day.weekday())) and a <= day and (b is None or day <= b)
        assert any(one.starts_on(day) for one in left) == (row.starts_on(day) and not taken), day
    assert all(one.until_date is None or one.until_date >= one.from_date for one in left)


@given(bits=st.integers(1, 127), last=DAYS)
def test_holding_the_last_night_begins_no_turn_more(bits, last):
    row = Hours(bits, time(22), time(6), False, date(2021, 5, 1), last)
    rows = through_the_night(row)
    for n in range(30):
        day = date(2021, 5, 1) + timedelta(days=n)
        assert any(one.starts_on(day) for one in rows) == row.starts_on(day)
    assert all(replace(one, weekdays=1).weekdays for one in rows)
    assert any(one.holds_on(last + timedelta(days=1)) for one in rows) == row.starts_on(last)
