"""The clock: warned before, moved up when late, counted once, never stopped by one bad case."""

from datetime import timedelta

from cases.actions import perform
from cases.escalation.sweep import sweep
from cases.models import Case, Event, Ladder, Miss, Notice, Setting
from cases.routing.ladder import next_alarm
from cases.workflow import Move, Outcome, Rung, Status
from districts.models import Officer, Posting, Shift
from tests.cases.escalation.conftest import START, after

ESCALATED, WARNED = Event.Kind.ESCALATED, Event.Kind.WARNED


def kinds(case):
    return list(Event.objects.filter(case=case).values_list("kind", flat=True))


def notices(case, template):
    return Notice.objects.filter(case=case, template=template, channel="desk")


def at_each(*minutes):
    for minute in minutes:
        sweep(after(minute))


# --- Up the ladder ----------------------------------------------------------------------------------


def test_a_critical_case_nobody_acknowledges_climbs_rung_by_rung(on_the_clock, cast):
    case = on_the_clock()
    owners = []
    for minute in (4.5, 5, 10, 20, 59, 60):
        sweep(after(minute))
        case.refresh_from_db()
        owners.append(case.officer)
    assert owners == [cast.meena, cast.ravi, cast.sunita, cast.collector, cast.collector, cast.state_operator]
    assert case.status == Status.ASSIGNED
    assert (case.rung, case.resolve_rung, case.level) == (4, 4, 3)
    assert list(Miss.objects.order_by("pk").values_list("rung", "clock", "from_officer__username")) == [
        (1, "respond", "meena"),
        (2, "respond", "ravi"),
        (3, "respond", "sunita"),
        (4, "resolve", "collector"),
    ]


def test_nothing_happens_before_the_limit(on_the_clock, cast):
    case = on_the_clock()
    sweep(after(3.9))
    assert kinds(case) == []
    assert not Miss.objects.exists()


def test_the_breach_tells_the_new_owner_and_the_old_one(on_the_clock, cast):
    case = on_the_clock()
    sweep(after(7))
    event = Event.objects.get(case=case, kind=ESCALATED)
    assert (event.from_officer, event.to_officer, event.is_public) == (cast.meena, cast.ravi, False)
    assert event.note == "rung=1 clock=respond turn=0 late=2"
    assert notices(case, "to_escalated").get().officer == cast.ravi
    lost = notices(case, "to_lost").get()
    assert lost.officer == cast.meena
    assert "Ravi Tiwari" in lost.text


def test_the_owner_is_warned_once_before_each_limit(on_the_clock, cast):
    case = on_the_clock()
    at_each(4, 4.1, 4.9)
    assert kinds(case) == [WARNED]
    assert notices(case, "to_warned").get().officer == cast.meena
    at_each(5, 8, 8.5)
    assert kinds(case) == [WARNED, ESCALATED, WARNED]
    assert list(notices(case, "to_warned").order_by("pk").values_list("officer__username", flat=True)) == [
        "meena",
        "ravi",
    ]
    warned = Event.objects.filter(kind=WARNED).first()
    assert warned.note == "rung=1 clock=respond turn=0 left=1"


def test_an_acknowledged_case_that_is_not_solved_goes_to_the_collector_and_stays_in_work(on_the_clock, cast):
    case = on_the_clock()
    perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena, at=after(2))
    perform(Move.START, case_id=case.pk, actor=cast.meena, at=after(3))
    at_each(5, 20, 25)
    case.refresh_from_db()
    assert (case.officer, case.status, case.rung) == (cast.collector, Status.IN_PROGRESS, 3)
    assert Miss.objects.get().clock == "resolve"
    # Who works it still sees it, and may finish it.
    perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, note="delivered", at=after(26), outcome=Outcome.HELPED)
    case.refresh_from_db()
    assert case.alarm_at is None


def test_not_solved_is_only_noted_when_the_case_stands_so_high_already(on_the_clock, cast):
    case = on_the_clock()
    at_each(20, 25)
    case.refresh_from_db()
    assert (case.rung, case.resolve_rung) == (3, 3)
    assert Miss.objects.count() == 1


def test_where_a_rung_is_empty_the_next_above_takes_it(on_the_clock, cast):
    Posting.objects.filter(officer=cast.ravi).delete()
    case = on_the_clock()
    sweep(after(5))
    case.refresh_from_db()
    assert (case.officer, case.rung) == (cast.sunita, Rung.DISTRICT)
    sweep(after(10))  # she has it already: not past her to the collector before the collector's time
    case.refresh_from_db()
    assert case.officer == cast.sunita
    sweep(after(20))
    case.refresh_from_db()
    assert case.officer == cast.collector


def test_who_is_off_duty_is_passed_over(on_the_clock, cast):
    Shift.objects.create(
        posting=cast.ravi.postings.get(), starts="22:00", ends="06:00", from_date=START.date() - timedelta(days=3)
    )
    case = on_the_clock()
    sweep(after(5))
    case.refresh_from_db()
    assert case.officer == cast.sunita


def test_another_primary_of_the_block_is_a_stand_in_too(on_the_clock, cast):
    Posting.objects.filter(officer=cast.ravi).update(is_stand_in=False)
    case = on_the_clock()
    sweep(after(5))
    case.refresh_from_db()
    assert case.officer == cast.ravi


def test_where_nobody_else_exists_the_officer_keeps_it_and_the_miss_is_counted(on_the_clock, cast):
    Posting.objects.exclude(officer=cast.meena).delete()
    case = on_the_clock()
    sweep(after(5))
    case.refresh_from_db()
    assert (case.officer, case.rung) == (cast.meena, 1)
    miss = Miss.objects.get()
    assert miss.from_officer == miss.to_officer == cast.meena
    assert not notices(case, "to_lost").exists()


def test_an_unplaced_case_goes_from_one_of_the_states_people_to_another(on_the_clock, cast):
    case = on_the_clock(
        officer=cast.state_operator, state=None, district=None, block=None, status=Status.NEEDS_REVIEW, level=3
    )
    owners = []
    for minute in (5, 10, 20):
        sweep(after(minute))
        case.refresh_from_db()
        owners.append(case.officer.username)
    assert owners == ["state_admin", "state_operator", "state_admin"]
    assert case.status == Status.NEEDS_REVIEW
    assert list(Miss.objects.order_by("pk").values_list("rung", flat=True)) == [1, 2, 3]


def test_what_waits_for_an_answer_climbs_and_keeps_its_status(on_the_clock, cast):
    case = on_the_clock(officer=cast.operator, status=Status.AWAITING_INFO, assigned_at=START)
    sweep(after(10))
    case.refresh_from_db()
    assert (case.officer, case.status) == (cast.sunita, Status.AWAITING_INFO)
    assert case.answer_by is not None


def test_an_operator_is_the_stand_in_of_another_operator(on_the_clock, cast, small_map):
    other = Officer.objects.create_user("operator2")
    Posting.objects.create(officer=other, role="operator", state=small_map.cg, district=small_map.bilaspur)
    case = on_the_clock(officer=cast.operator, status=Status.NEEDS_REVIEW, assigned_at=START)
    sweep(after(5))
    case.refresh_from_db()
    assert case.officer == other


def test_a_case_that_nobody_has_is_given_to_somebody(on_the_clock, cast):
    case = on_the_clock(officer=None)
    sweep(after(5))
    case.refresh_from_db()
    assert (case.status, case.officer) == (Status.ASSIGNED, cast.ravi)
    assert case.minutes_assigned == 5


def test_what_came_while_nobody_was_posted_is_given_when_somebody_is(on_the_clock, cast):
    posted = list(Posting.objects.all())
    Posting.objects.all().delete()
    case = on_the_clock(officer=None)
    at_each(5, 10, 20, 25, 60)
    case.refresh_from_db()
    assert case.officer is None
    Posting.objects.bulk_create(posted)
    sweep(after(121))
    case.refresh_from_db()
    assert (case.officer, case.status) == (cast.meena, Status.ASSIGNED)


def test_the_top_of_the_ladder_is_reminded_again_and_again(on_the_clock, cast):
    case = on_the_clock()
    for minute in range(0, 60 * 4 + 1, 5):
        sweep(after(minute))
    case.refresh_from_db()
    reminders = notices(case, "to_warned").filter(created_at__gt=after(60))
    assert [notice.created_at for notice in reminders.order_by("created_at")] == [after(120), after(180), after(240)]
    assert case.alarm_at == after(300)
    assert Miss.objects.count() == 4
    assert case.officer == cast.state_operator


# --- What resets nothing, and what starts anew --------------------------------------------------------


def test_a_note_resets_nothing_and_swallows_no_warning(on_the_clock, cast):
    case = on_the_clock()
    before = Case.objects.values("alarm_at", "respond_by", "resolve_by", "next_due_at", "waits_from").get()
    for minute in (1, 4.01):  # the second comes after the alarm has rung and before the sweep
        perform(Move.NOTE, case_id=case.pk, actor=cast.meena, note="called, no answer", at=after(minute))
        assert Case.objects.values(*before).get() == before
    sweep(after(4.05))
    assert WARNED in kinds(case)


def test_a_hand_over_starts_the_ladder_of_acknowledgement_at_its_foot(on_the_clock, cast):
    case = on_the_clock()
    sweep(after(10))
    perform(Move.HAND_OVER, case_id=case.pk, actor=cast.sunita, to=cast.meena, at=after(12))
    sweep(after(16.5))
    case.refresh_from_db()
    assert (case.officer, case.rung, case.turn) == (cast.meena, 0, 1)
    sweep(after(17))
    case.refresh_from_db()
    assert (case.officer, case.rung) == (cast.ravi, 1)
    sweep(after(25))  # the promise of help runs on from the citizen's own time
    case.refresh_from_db()
    assert case.officer == cast.collector
    assert list(Miss.objects.order_by("pk").values_list("turn", "rung")) == [(0, 2), (1, 1), (1, 3)]


def test_a_solved_case_leaves_the_clock(on_the_clock, cast):
    case = on_the_clock()
    perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena, at=after(1))
    perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, note="given", at=after(9), outcome=Outcome.HELPED)
    at_each(30, 60, 600)
    assert not Miss.objects.exists()


def test_a_ladder_edited_later_leaves_open_cases_as_they_were_promised(on_the_clock, cast):
    case = on_the_clock()
    Ladder.objects.filter(urgency="critical", rung=1).update(after_minutes=50)
    Setting.objects.filter(key="warn_share").update(value=0.9)
    sweep(after(5))
    case.refresh_from_db()
    assert case.officer == cast.ravi


def test_next_alarm_is_never_none_while_open(on_the_clock, cast):
    case = on_the_clock()
    for minute in (1, 30, 600, 60 * 24 * 30):
        assert next_alarm(case, after(minute)) is not None
    case.limits = []
    assert next_alarm(case, after(90)) == after(120)
