"""Limits: which hold for a case, and when the clock must next look at it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Case, Ladder, Need, Setting
from cases.routing.ladder import REMIND, Ladders, Limit, graver, next_alarm, set_alarm
from cases.workflow import Status
from tests.conftest import CaseMaker, Cast, Map

NOW = timezone.now().replace(microsecond=0)


def _after(minutes: float):
    return NOW + timedelta(minutes=minutes)


def _first(district: int | None, need: str = "oxygen") -> float:
    return Ladders.load().limits("critical", need, district)[0].minutes


@pytest.fixture
def case(make_case: CaseMaker, cast: Cast) -> Case:
    made = make_case(at=NOW, officer=cast.meena)
    made.limits = Ladders.load().limits("critical", "oxygen", 375)
    return made


def test_the_most_particular_rows_count_together(small_map: Map) -> None:
    oxygen = Need.objects.get(code="oxygen")
    for minutes, need, district in ((4, oxygen, None), (3, None, small_map.raipur), (2, oxygen, small_map.raipur)):
        row = Ladder(urgency="critical", need=need, district=district, clock="respond", after_minutes=minutes, rung=1)
        row.save()
    assert (_first(375, "bed"), _first(375), _first(387, "bed"), _first(387)) == (5, 4, 3, 2)


def test_the_reminder_is_frozen_with_the_limits(small_map: Map) -> None:
    Setting.objects.filter(key="remind_minutes").update(value=15)
    assert Ladders.load().limits("critical", "oxygen", 375)[-1] == Limit(REMIND, 15, 15, 0)


def test_first_the_warning_then_the_limit(case: Case) -> None:
    assert next_alarm(case, NOW) == _after(4)
    assert next_alarm(case, _after(4)) == _after(5)
    assert next_alarm(case, _after(30)) == _after(5)  # a limit that has passed is not forgotten


def test_what_changes_no_hands_is_not_warned_of(case: Case) -> None:
    case.rung = 3
    assert next_alarm(case, _after(20)) == _after(25)


def test_a_reminder_comes_each_hour_however_often_the_case_is_touched(case: Case) -> None:
    case.rung = case.resolve_rung = 4
    case.alarm_at = None
    for minute, due in ((61, 120), (100, 120), (119.9, 120), (120, 180)):
        case.alarm_at = None
        set_alarm(case, _after(minute))
        assert case.alarm_at == _after(due)


def test_an_alarm_that_has_rung_waits_for_the_sweep(case: Case) -> None:
    set_alarm(case, NOW)
    set_alarm(case, _after(4.1))
    assert case.alarm_at == _after(4)
    case.status = Status.ACKNOWLEDGED  # now it means nothing any more
    set_alarm(case, _after(4.2))
    assert case.alarm_at == _after(20)


def test_a_case_that_has_ended_has_no_alarm(case: Case) -> None:
    case.status = Status.RESOLVED
    assert next_alarm(case, NOW) is None


def test_a_case_that_became_graver_counts_its_new_limits_from_then(make_case: CaseMaker, cast: Cast) -> None:
    case = make_case(at=NOW, officer=cast.meena, urgency="normal")
    case.limits = Ladders.load().limits("normal", "oxygen", 375)
    case.limits = graver(case, Ladders.load().limits("critical", "oxygen", 375), _after(30))
    minutes = {(limit.clock, limit.rung): limit.minutes for limit in case.limits}
    assert case.waits_from == _after(30)
    assert minutes["resolve", 3] == 55
    assert next_alarm(case, _after(30)) == _after(34)


def test_no_limit_comes_later_because_the_case_became_graver(make_case: CaseMaker, cast: Cast) -> None:
    case = make_case(at=NOW, officer=cast.meena, urgency="high")
    case.limits = Ladders.load().limits("high", "oxygen", 375)
    case.limits = graver(case, Ladders.load().limits("critical", "oxygen", 375), _after(14))
    assert next_alarm(case, _after(14.5)) == _after(15)
    late = make_case(at=NOW, officer=cast.meena, urgency="high", status=Status.ACKNOWLEDGED, acknowledged_at=NOW)
    late.limits = Ladders.load().limits("high", "oxygen", 375)
    late.limits = graver(late, Ladders.load().limits("critical", "oxygen", 375), _after(110))
    minutes = {(limit.clock, limit.rung): limit.minutes for limit in late.limits}
    assert (minutes["resolve", 3], minutes["resolve", 4]) == (120, 170)
