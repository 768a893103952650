"""Solved and never answered: closed after a day, once, and said to be closed without an answer."""

from datetime import timedelta

from cases.escalation import closing
from cases.escalation.closing import close_silent
from cases.filters import CaseFilter
from cases.models import Case, Event
from cases.reports.facts import closed, facts_of
from cases.workflow import Closing, Outcome, Status
from tests.cases.escalation.conftest import START


def _solved(make_case, cast, hours_ago):
    at = START - timedelta(hours=hours_ago)
    return make_case(
        **{"officer": cast.meena, "status": Status.RESOLVED, "at": at, "acknowledged_at": at, "resolved_at": at},
        **{"next_due_at": None, "outcome": Outcome.HELPED},
    )


def test_a_day_of_silence_closes_a_solved_case(make_case, cast):
    old, young = _solved(make_case, cast, 24), _solved(make_case, cast, 23)
    assert close_silent(START) == 1
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.status, old.closing, old.closed_at) == (Status.CLOSED, Closing.SILENCE, START)
    assert old.minutes_confirmed == 24 * 60
    assert young.status == Status.RESOLVED
    assert Event.objects.get(case=old).kind == Event.Kind.CLOSED


def test_a_second_run_finds_nothing(make_case, cast):
    _solved(make_case, cast, 30)
    close_silent(START)
    assert close_silent(START) == 0
    assert Event.objects.count() == 1


def test_however_many_wait_all_are_closed(make_case, cast, monkeypatch, django_assert_max_num_queries):
    for _ in range(7):
        _solved(make_case, cast, 30)
    monkeypatch.setattr(closing, "CHUNK", 3)
    with django_assert_max_num_queries(30):
        assert close_silent(START) == 7


def test_one_bad_case_holds_back_no_other(make_case, cast, monkeypatch):
    good, bad = _solved(make_case, cast, 30), _solved(make_case, cast, 31)
    whole = closing.stages.stamp

    def stamp(case):
        if case.pk == bad.pk:
            raise ValueError("9876543210")
        whole(case)

    monkeypatch.setattr(closing.stages, "stamp", stamp)
    assert close_silent(START) == 1
    assert Case.objects.get(pk=good.pk).status == Status.CLOSED


def test_a_bereaved_familys_silence_is_held_against_nobody(make_case, cast, browser_of):
    case, other = _solved(make_case, cast, 30), _solved(make_case, cast, 30)
    Case.objects.filter(pk=case.pk).update(outcome=Outcome.DIED)
    close_silent(START)
    assert set(CaseFilter({"closing": "silence"}, Case.objects.all()).qs) == {other}
    counted = {fact.case_id: closed(fact, START).counts for fact in facts_of(Case.objects.all())}
    assert counted == {case.pk: (), other.pk: ("silent",)}
    page = browser_of(cast.meena).get(f"/cases/{case.reference}/").content.decode()
    assert "The family was not asked." in page
    assert "without an answer" not in page
