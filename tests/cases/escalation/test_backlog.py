"""The clock and a backlog: however many wait and however long nobody looked, one bad case or two sweeps at once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.actions import perform
from cases.escalation import sweep as clock
from cases.escalation import tasks
from cases.escalation.sweep import PUT_OFF, sweep
from cases.models import Case, Event, Miss, Notice
from cases.routing.ladder import ahead
from cases.workflow import Move, Status
from tests.cases.escalation.conftest import START, after
from tests.cases.escalation.test_sweep import ESCALATED, kinds


def test_after_a_downtime_one_move_leads_to_the_highest_rung_passed(on_the_clock, cast):
    case = on_the_clock()
    sweep(after(75))
    case.refresh_from_db()
    assert (case.officer, case.rung, case.resolve_rung) == (cast.state_operator, 4, 4)
    assert kinds(case) == [ESCALATED]
    assert Miss.objects.get().limit_at == after(60)


def test_after_a_downtime_the_gravest_go_first(on_the_clock, monkeypatch):
    normal = [on_the_clock(urgency="normal") for _ in range(3)]
    high = [on_the_clock(urgency="high") for _ in range(3)]
    critical = [on_the_clock() for _ in range(3)]
    monkeypatch.setattr(clock, "CHUNK", 2)
    sweep(after(60 * 72))
    order = list(Event.objects.filter(kind=ESCALATED).order_by("pk").values_list("case", flat=True))
    assert order == [case.pk for case in (*critical, *high, *normal)]


def test_no_backlog_is_too_long_for_one_sweep(on_the_clock, monkeypatch):
    for _ in range(23):
        on_the_clock()
    monkeypatch.setattr(clock, "CHUNK", 5)
    done, is_over = sweep(after(5))
    assert (done["climbed"], is_over) == (23, True)


def test_a_backlog_read_in_parts_leaves_none_out_and_takes_none_twice(on_the_clock, monkeypatch):
    cases = [on_the_clock() for _ in range(11)]  # of one moment each five, in an order that is not that of their keys
    for number, case in enumerate(cases):
        Case.objects.filter(pk=case.pk).update(alarm_at=after(3 if number % 2 else 4))
    monkeypatch.setattr(clock, "CHUNK", 2)
    monkeypatch.setattr(clock, "READ", 3)
    found = [pk for chunk in clock._chunks("critical", after(5)) for pk in chunk]
    assert found == [case.pk for case in (*cases[1::2], *cases[::2])]
    done, is_over = sweep(after(5))
    assert (done["seen"], done["climbed"], is_over) == (11, 11, True)


def test_a_sweep_that_runs_out_of_time_says_so_and_is_started_anew(on_the_clock, monkeypatch):
    for _ in range(4):
        on_the_clock()
    monkeypatch.setattr(clock, "CHUNK", 2)
    done, is_over = sweep(after(5), budget=-1)
    assert (done["climbed"], is_over) == (2, False)
    started = []
    monkeypatch.setattr(tasks.sweep_clock, "apply_async", lambda **given: started.append(given))
    monkeypatch.setattr(tasks.sweep, "sweep", lambda _at: (done, False))
    tasks.sweep_clock()
    assert started == [{"expires": 30}]


def test_a_second_sweep_at_the_same_moment_finds_nothing(on_the_clock):
    on_the_clock()
    sweep(after(5))
    done, _over = sweep(after(5))
    assert not done
    assert Miss.objects.count() == 1


def test_a_case_that_changed_after_it_was_found_is_left_alone(on_the_clock, cast, monkeypatch):
    case = on_the_clock()
    found = clock._together

    def acknowledged_meanwhile(ids, at):
        perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena, at=after(5))
        return found(ids, at)

    monkeypatch.setattr(clock, "_together", acknowledged_meanwhile)
    sweep(after(5))
    case.refresh_from_db()
    assert (case.officer, case.status) == (cast.meena, Status.ACKNOWLEDGED)
    assert not Miss.objects.exists()


def test_one_bad_case_stops_no_other_and_comes_again(on_the_clock, cast, caplog):
    good = [on_the_clock() for _ in range(2)]
    bad = on_the_clock(requester_name="Rakesh Yadav")
    Case.objects.filter(pk=bad.pk).update(limits="nonsense", alarm_at=after(1))
    done, is_over = sweep(after(5))
    assert (done["climbed"], done["failed"], is_over) == (2, 1, True)
    assert {case.officer for case in Case.objects.filter(pk__in=[one.pk for one in good])} == {cast.ravi}
    bad.refresh_from_db()
    assert bad.alarm_at == after(5) + PUT_OFF
    assert "Rakesh" not in caplog.text
    assert str(bad.pk) in caplog.text


def test_a_warning_is_not_lost_when_the_case_was_put_off(on_the_clock, cast, monkeypatch):
    """Put off by five minutes, it rings after the moment of its warning and before the limit."""
    case = on_the_clock(urgency="high", respond_by=after(15), resolve_by=after(90), next_due_at=after(15))
    due = next(ahead(case))
    monkeypatch.setattr(clock, "PUT_OFF", (due.at - due.warn_at) / 2)
    whole = clock.write
    monkeypatch.setattr(clock, "write", lambda *_: 1 / 0)
    assert sweep(due.warn_at)[0]["failed"] == 1
    monkeypatch.setattr(clock, "write", whole)
    again = Case.objects.get(pk=case.pk).alarm_at
    assert due.warn_at < again < due.at
    for moment in (again, again + timedelta(seconds=10)):
        sweep(moment)
    assert kinds(case) == [Event.Kind.WARNED]
    assert Notice.objects.get(case=case, channel="desk").officer == cast.meena


def test_a_case_that_moved_while_it_failed_keeps_its_own_alarm(on_the_clock, monkeypatch):
    case = on_the_clock()

    def moved_meanwhile(_ids, _at):
        Case.objects.filter(pk=case.pk).update(alarm_at=after(6))
        raise LookupError

    monkeypatch.setattr(clock, "_together", moved_meanwhile)
    sweep(after(5))
    case.refresh_from_db()
    assert case.alarm_at == after(6)


def test_a_routing_that_fails_for_one_case_stops_no_other(on_the_clock, cast, monkeypatch):
    good, bad = on_the_clock(), on_the_clock()
    writing = clock.write

    def fails_for_bad(looks, at):
        if any(one.case.pk == bad.pk for one in looks):
            raise LookupError("no such desk for 9876543210")
        return writing(looks, at)

    monkeypatch.setattr(clock, "write", fails_for_bad)
    done, _over = sweep(after(5))
    assert (done["climbed"], done["failed"]) == (1, 1)
    good.refresh_from_db()
    assert good.officer == cast.ravi


def _queries(minutes):
    with CaptureQueriesContext(
        connection,
    ) as counted:
        done, _over = sweep(after(minutes))
    return done["climbed"], len(counted)


def test_a_chunk_costs_the_same_queries_however_many_cases_and_however_long_their_history(on_the_clock, cast):
    on_the_clock()
    one = _queries(5)
    for _ in range(12):
        case = on_the_clock()
        Event.objects.bulk_create(Event(case=case, at=START, kind="note", note="x") for _ in range(20))
    many = _queries(5)
    assert (one[0], many[0]) == (1, 12)
    assert many[1] <= one[1]


def test_an_empty_sweep_asks_once_for_each_urgency(on_the_clock, django_assert_num_queries):
    on_the_clock()
    with django_assert_num_queries(3):
        sweep(after(1))


def test_the_sweep_reads_the_index_of_alarms(on_the_clock):
    due = Case.objects.filter(
        clock.IS_OPEN, urgency="critical", alarm_at__isnull=False, alarm_at__lte=after(5)
    ).order_by("alarm_at", "pk")
    if connection.vendor == "sqlite":
        assert "case_alarm_idx" in due.explain()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_two_sweeps_at_once_do_the_work_once(on_the_clock, cast, monkeypatch):
    for _ in range(30):
        on_the_clock()
    monkeypatch.setattr(clock, "CHUNK", 7)
    done, barrier = [], threading.Barrier(4)

    def run():
        barrier.wait()
        try:
            done.append(sweep(after(5))[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sweep(after(5))  # what each left to another
    assert not any(one["failed"] for one in done)
    assert sum(one["climbed"] for one in done) == Miss.objects.count() == 30
    assert Event.objects.filter(kind=ESCALATED).count() == 30
