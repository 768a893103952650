"""The rollups: whatever happens to the cases, they hold what a count of the cases themselves would give."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.http import QueryDict

from cases.escalation.ledger import LedgerForm, seen_by
from cases.filters import CaseFilter
from cases.models import Case, Counted, Feedback, Figure, FigureState, Miss
from cases.reports import cells, facts, reading, rollups, tasks
from cases.reports.figures import MEASURES, MINUTES, PERCENT
from cases.reports.histogram import ERROR_PERCENT
from cases.reports.periods import Period, period_from
from cases.reports.reading import Tally
from cases.reports.rebuild import rebuild
from cases.reports.scopes import Scope, scope_from
from cases.workflow import Outcome, Status
from districts.models import Officer, Posting
from tests.cases.reports.conftest import IST
from tests.conftest import CaseMaker, Cast, Map

START = datetime(2026, 3, 30, 7, 20, tzinfo=IST)
Row = tuple[Any, ...]


def cells_now() -> list[Row]:
    columns = [field.attname for field in Figure._meta.concrete_fields]
    return sorted(Figure.objects.values_list(*columns), key=lambda row: int(row[0]))


def counted_now() -> list[Row]:
    return list(Counted.objects.order_by("pk").values_list(*facts.Fact._fields))


class History:
    """Cases to which anything happens, in any order: a seed makes the same history again."""

    def __init__(self, seed: int, make_case: CaseMaker, cast: Cast, clock: Any) -> None:
        self.dice = random.Random(seed)
        self.make_case, self.cast, self.clock = make_case, cast, clock
        self.now = START
        place = make_case.map
        self.blocks = [place.bilha, place.masturi, place.dharsiwa, None]

    def pass_time(self, most: timedelta) -> None:
        self.now += self.dice.random() * most
        self.clock.move_to(self.now)

    def plea(self) -> None:
        """A plea, made up to three months before it came."""
        made = self.now - self.dice.choice(
            [timedelta(minutes=self.dice.random() * 200), timedelta(days=self.dice.random() * 90)]
        )
        block = self.dice.choice(self.blocks)
        elsewhere = self.dice.choice([self.make_case.map.bilaspur, None])
        case = self.make_case(
            at=made,
            block=block,
            district=block.district if block else elsewhere,
            need_code=self.dice.choice(["oxygen", "bed", "food"]),
            urgency=self.dice.choice(["critical", "high", "normal"]),
            channel=self.dice.choice(["x", "web", "phone"]),
            received_at=self.now,
            minutes_received=(self.now - made).total_seconds() / 60,
            resolve_by=made + timedelta(minutes=self.dice.choice([30, 600])),
            next_due_at=made + timedelta(minutes=5),
        )
        assert case.updated_at == self.now

    def change(self) -> None:
        """Something happens to a case: it is moved, corrected, taken, solved, closed, opened again or answered for."""
        pk = self.dice.choice(Case.objects.values_list("pk", flat=True).order_by("pk"))
        case = Case.objects.get(pk=pk)
        self.dice.choice(
            [self.move, self.correct, self.take, self.solve, self.close, self.reopen, self.answer, self.miss]
        )(case)
        case.save()

    def move(self, case: Case) -> None:
        case.block = self.dice.choice(self.blocks)
        case.district = case.block.district if case.block else case.district

    def correct(self, case: Case) -> None:
        case.need_id, case.urgency = (
            self.dice.choice(["oxygen", "bed", "icu"]),
            self.dice.choice(["critical", "normal"]),
        )

    def take(self, case: Case) -> None:
        case.officer = self.dice.choice([self.cast.meena, self.cast.ravi, self.cast.anil])
        case.assigned_at = case.acknowledged_at = case.acknowledged_at or self.now
        case.minutes_assigned, case.minutes_acknowledged = self.dice.random() * 30, self.dice.random() * 300
        if case.is_open:
            case.status = Status.ACKNOWLEDGED

    def solve(self, case: Case) -> None:
        if case.is_open:
            case.acknowledged_at = case.acknowledged_at or self.now
            case.status, case.resolved_at, case.next_due_at = Status.RESOLVED, self.now, None
            case.outcome = self.dice.choice([outcome.value for outcome in Outcome])
            case.minutes_resolved = self.dice.random() * 3000

    def close(self, case: Case) -> None:
        if case.closed_at is None:
            case.closed_at, case.next_due_at, case.answer_by = self.now, None, None
            case.status = Status.CLOSED if case.resolved_at else Status.WITHDRAWN
            case.closing = self.dice.choice(["yes", "silence", "forced"]) if case.resolved_at else ""
            case.minutes_confirmed = self.dice.random() * 1500 if case.resolved_at else None

    def reopen(self, case: Case) -> None:
        if case.resolved_at:
            case.status, case.resolved_at, case.closed_at, case.closing, case.outcome = (
                Status.IN_PROGRESS,
                None,
                None,
                "",
                "",
            )
            case.reopened_count, case.next_due_at, case.minutes_resolved = case.reopened_count + 1, self.now, None

    def answer(self, case: Case) -> None:
        Feedback.objects.create(case=case, at=self.now, way="link", helped=self.dice.random() < 0.7)

    def miss(self, case: Case) -> None:
        case.turn += 1
        Miss.objects.create(
            case=case, turn=case.turn, rung=self.dice.randint(1, 4), clock="respond", limit_at=self.now, at=self.now,
            from_officer=case.officer, urgency=case.urgency, state=case.state, district=case.district, block=case.block,
        )  # fmt: skip


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def played(seed: int, make_case: CaseMaker, cast: Cast, clock: Any, steps: int = 120) -> History:
    """A history that was counted now and then on its way, and at its end; all were posted before it."""
    Posting.objects.update(starts_on=START.date())
    history = History(seed, make_case, cast, clock)
    history.plea()
    for _ in range(steps):
        history.pass_time(timedelta(hours=20))
        (history.plea if history.dice.random() < 0.25 else history.change)()
        if history.dice.random() < 0.2:
            rollups.catch_up(history.now)
    rollups.catch_up(history.now)
    rollups.trim(history.now)
    return history


@pytest.mark.parametrize("seed", range(4))
def test_counting_on_and_counting_anew_give_the_same(seed: int, make_case: CaseMaker, cast: Cast, clock: Any) -> None:
    history = played(seed, make_case, cast, clock)
    counted_on, facts_on = cells_now(), counted_now()
    assert len(counted_on) > 100
    rebuild(history.now)
    assert counted_now() == facts_on
    assert cells_now() == counted_on


@pytest.mark.parametrize("seed", range(4))
def test_figures_are_what_the_cases_themselves_say(seed: int, make_case: CaseMaker, cast: Cast, clock: Any) -> None:
    history = played(seed, make_case, cast, clock)
    for period in periods_of(history):
        for officer, scope in places_of(cast):
            agree_with_lists(scope, period, officer, history.now)
            agree_with_minutes(scope, period)


def places_of(cast: Cast) -> list[tuple[Officer, Scope]]:
    """A state, a district and a block, each with an officer who may read them."""
    found = []
    for officer, text in ((cast.state_admin, "s22"), (cast.collector, "d375"), (cast.collector, "b3604")):
        scope = scope_from(officer, text)
        assert scope
        found.append((officer, scope))
    return found


def periods_of(history: History) -> list[Period]:
    """Running ones, whole days, months, and ends at odd minutes, long ago and just now."""
    named = [period_from(name, history.now) for name in ("today", "review", "24h", "7d")]
    days = [history.now.date() - timedelta(days=history.dice.randint(0, 120)) for _ in range(4)]
    ranges = [period_from("range", history.now, min(pair), max(pair)) for pair in (days[:2], days[2:])]
    odd = history.now - timedelta(days=80, minutes=13)
    long_ago = Period("range", odd, odd + timedelta(days=33, minutes=50), runs=False)
    return [*named, *ranges, long_ago, Period("range", odd, odd + timedelta(days=77, minutes=50), runs=False)]


def agree_with_lists(scope: Scope, period: Period, officer: Any, at: datetime) -> None:
    tally = reading.own(scope, period)["", ""]
    for name, count in reading.live(scope, period, at)[None].counts.items():
        tally.add(name, count)
    for measure in MEASURES.values():
        value = measure.size(tally) if measure.unit in (MINUTES, PERCENT) else measure.of(tally)
        assert value == listed(QueryDict(measure.query(scope, period)), measure.clock, officer), (measure.name, period)


def listed(query: QueryDict, clock: str, officer: Any) -> int:
    """How many cases, or broken promises, the page behind a number shows."""
    if clock == "missed":
        return LedgerForm(officer, query).narrow(Miss.objects.filter(seen_by(officer))).count()
    return CaseFilter(query, queryset=Case.objects.visible_to(officer)).found.count()


def agree_with_minutes(scope: Scope, period: Period) -> None:
    tally = reading.own(scope, period)["", ""]
    inside = Case.objects.filter(scope.of_cases, opened_at__gte=period.start, opened_at__lt=period.end)
    true = [minutes for minutes in inside.values_list("minutes_acknowledged", flat=True) if minutes is not None]
    told = tally.median("acknowledged")
    assert tally.size("acknowledged") == len(true)
    if true:
        assert told == pytest.approx(median(true), rel=ERROR_PERCENT / 100, abs=1)


def test_looking_twice_adds_nothing(make_case: CaseMaker, clock: Any) -> None:
    make_case(at=START)
    assert rollups.catch_up(START) == 1
    before = cells_now()
    assert rollups.catch_up(START + timedelta(seconds=10)) == 0
    assert rollups.recount(START - timedelta(days=2), START) == 0
    assert cells_now() == before


def test_a_change_that_was_committed_late_is_found_by_the_nightly_look(make_case: CaseMaker, clock: Any) -> None:
    case = make_case(at=START)
    later = START + timedelta(hours=2)
    rollups.catch_up(later)
    Case.objects.filter(pk=case.pk).update(need_id="bed")  # its time is the old one
    assert rollups.catch_up(later) == 0
    assert rollups.recount(START - timedelta(days=2), later) == 1
    assert set(Figure.objects.filter(cut="need").values_list("key", flat=True)) == {"bed"}


def test_another_way_of_counting_counts_anew_by_itself(make_case: CaseMaker, clock: Any) -> None:
    make_case(at=START)
    rollups.catch_up(START)
    FigureState.objects.update(version=0)
    Figure.objects.update(received=99)
    assert rollups.catch_up(START) == 1
    assert set(Figure.objects.values_list("received", flat=True)) == {1}
    assert FigureState.objects.get().version == cells.VERSION


def test_who_comes_while_somebody_counts_anew_goes_away_again(make_case: CaseMaker, clock: Any) -> None:
    make_case(at=START)
    cache.add("figures:counting-anew", "1", 60)
    assert rollups.catch_up(START) == 0
    assert not FigureState.objects.exists()
    cache.delete("figures:counting-anew")
    assert rollups.catch_up(START) == 1
    assert cache.add("figures:counting-anew", "1", 60)  # given back


def test_hours_are_kept_for_some_weeks_and_told_by_days_then(make_case: CaseMaker, small_map: Map, clock: Any) -> None:
    make_case(at=START)
    rollups.catch_up(START)
    much_later = START + timedelta(days=70)
    assert Figure.objects.filter(grain="h").exists()
    assert rollups.trim(much_later) > 0
    assert not Figure.objects.filter(grain="h").exists()
    bilaspur = Scope("d", small_map.bilaspur.pk)
    odd = Period("range", START - timedelta(minutes=5), START + timedelta(minutes=5), runs=False)
    assert reading.own(bilaspur, odd)["", ""]["received"] == 1


def test_two_cells_of_one_number_are_refused(make_case: CaseMaker, clock: Any) -> None:
    make_case(at=START)
    rollups.catch_up(START)
    Figure.objects.filter(grain="d", level="d", cut="").update(key="other")
    make_case(at=START)
    with pytest.raises(cells.OutOfStep):
        rollups.catch_up(START)


def test_catching_up_costs_the_same_statements_for_one_case_as_for_many(
    make_case: CaseMaker, clock: Any, django_assert_max_num_queries: Any
) -> None:
    rollups.catch_up(START)
    for _ in range(30):
        make_case(at=START)
    with django_assert_max_num_queries(14):
        assert rollups.catch_up(START) == 30


def test_reading_costs_two_statements_however_long_the_period_is(
    make_case: CaseMaker, small_map: Map, clock: Any, django_assert_num_queries: Any
) -> None:
    make_case(at=START)
    rollups.catch_up(START)
    bilaspur = Scope("d", small_map.bilaspur.pk)
    year = period_from("range", START, START.date() - timedelta(days=365), START.date())
    with django_assert_num_queries(2):
        found = reading.own(bilaspur, year, ["", "need", "urgency", "channel", "officer"])
    assert found["need", "oxygen"]["received"] == 1
    assert isinstance(found["", ""], Tally)


def test_many_cases_are_counted_anew_by_a_task_of_its_own(
    make_case: CaseMaker, clock: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    started: list[str] = []
    monkeypatch.setattr("helpdesk.enqueue.app.send_task", lambda task, **_more: started.append(task))
    monkeypatch.setattr(rollups, "AT_ONCE", 1)
    for _ in range(2):
        make_case(at=START)
    with django_capture_on_commit_callbacks(execute=True):
        assert rollups.catch_up(START) == 0
    assert started == ["cases.reports.tasks.count_figures_anew"]
    tasks.count_figures_anew()
    assert rollups.catch_up(START) == 0
    assert reading.own(Scope(), period_from("today", START))["", ""]["received"] == 2
    changed = Figure.objects.filter(cut="").update(reopened=7)
    tasks.count_figures_anew()  # handed out again by the broker: nothing is to be done any more
    assert Figure.objects.filter(reopened=7).count() == changed
    # Forty minutes for five million cases: the common limit of a task would never let it end.
    assert tasks.count_figures_anew.time_limit >= 3600


def test_who_counts_anew_is_heard_of_every_third_of_a_month(make_case: CaseMaker, clock: Any) -> None:
    make_case(at=START - timedelta(days=70))
    make_case(at=START)
    heard: list[str] = []
    assert rebuild(START, lambda: heard.append("")) == 2
    assert len(heard) == 8


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
@pytest.mark.parametrize("work", [lambda: rebuild(START), lambda: rollups.recount(START - timedelta(days=1), START)])
def test_who_mends_the_figures_waits_for_whoever_counts(
    make_case: CaseMaker, clock: Any, work: Callable[[], int]
) -> None:
    """Counting anew looks at the cases as of one moment, and that moment is over when the other has counted."""
    case = make_case(at=START)
    rollups.catch_up(START)
    Case.objects.filter(pk=case.pk).update(need_id="bed")
    holds = threading.Event()

    def count_slowly() -> None:
        try:
            with transaction.atomic():
                FigureState.objects.select_for_update().get()
                holds.set()
                time.sleep(0.5)
                FigureState.objects.update(counted_until=START)
        finally:
            connections.close_all()

    other = threading.Thread(target=count_slowly)
    other.start()
    holds.wait()
    assert work() == 1
    other.join()
    assert set(Figure.objects.filter(cut="need").values_list("key", flat=True)) == {"bed"}
