"""Whatever happens to cases, and however long nobody looks: past a limit, up the ladder; once, and on the record."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import feedback
from cases.actions import MoveRefused, perform
from cases.escalation.sweep import sweep
from cases.event_notes import limit_and_turn
from cases.models import Case, Event, Feedback, Miss
from cases.workflow import OPEN, UNANSWERED, Move, Outcome, Status
from tests.cases.escalation.conftest import START
from tests.conftest import Cast

PROMISED = ("alarm_at", "respond_by", "resolve_by", "next_due_at", "waits_from", "limits", "rung", "resolve_rung")
MOVES: dict[str, dict[str, Any]] = {
    Move.ACKNOWLEDGE: {},
    Move.START: {},
    Move.NOTE: {"note": "called, no answer"},
    Move.HAND_OVER: {},
    Move.RESOLVE: {"note": "given", "outcome": Outcome.HELPED.value},
    Move.REOPEN: {"note": "not there after all"},
    Move.CLOSE: {"note": "enough"},
    Move.WITHDRAW: {"note": "taken back"},
}
KINDS = {
    "of meena": {},
    "of nobody": {"officer": None},
    "in review": {"officer": "operator", "status": Status.NEEDS_REVIEW, "assigned_at": START},
    "without a place": {
        **{"officer": "state_operator", "status": Status.NEEDS_REVIEW, "assigned_at": START},
        **{"state": None, "district": None, "block": None, "level": 3},
    },
    "where nobody is posted": {"officer": "state_operator", "district": "raipur", "block": None, "level": 3},
}
opens = st.tuples(st.just("open"), st.sampled_from(sorted(KINDS)), st.sampled_from(["critical", "high", "normal"]))
moves = st.tuples(st.sampled_from([*MOVES, "no"]), st.integers(0, 3), st.sampled_from(["meena", "ravi", "sunita"]))
sweeps = st.tuples(st.just("sweep"))
gaps = st.one_of(st.floats(0, 12), st.sampled_from([0, 1, 4, 5, 10, 25, 35, 240, 3000]))
histories = st.lists(st.tuples(gaps, st.one_of(opens, moves, moves, sweeps, sweeps)), min_size=6, max_size=24)


@dataclass
class World:
    """The cases of one history, and what must be true of them."""

    cast: Cast
    make: Callable[..., Case]
    now: datetime = START
    ids: list[int] = field(default_factory=list)

    def happens(self, what: str, *how: Any) -> None:
        if what == "sweep":
            self.sweep()
        elif what == "open":
            self.open(*how)
        elif self.ids:
            self.move(what, self.ids[how[0] % len(self.ids)], getattr(self.cast, how[1]))

    def open(self, kind: str, urgency: str) -> None:
        fields = dict(KINDS[kind])
        if fields.get("district") == "raipur":
            fields["district_id"], fields["state_id"] = 387, 22
            fields.pop("district")
        if fields.get("officer"):
            fields["officer"] = getattr(self.cast, fields["officer"])
        self.ids.append(self.make(at=self.now, urgency=urgency, **fields).pk)

    def move(self, what: str, pk: int, who: Any) -> None:
        before = Case.objects.values(*PROMISED).get(pk=pk)
        try:
            if what == "no":
                feedback.answer(Case.objects.get(pk=pk), False, Feedback.Way.CALL, self.now)
            else:
                more = {"to": self.cast.meena} if what == Move.HAND_OVER else {}
                perform(Move(what), case_id=pk, actor=who, at=self.now, **MOVES[what], **more)
        except (MoveRefused, Case.DoesNotExist, feedback.NotAsked):
            return
        if what == Move.NOTE:
            assert Case.objects.values(*PROMISED).get(pk=pk) == before

    def sweep(self) -> None:
        wanted = {case.pk: top for case in Case.objects.all() if (top := self.top(case))}
        had = set(Miss.objects.values_list("pk", flat=True))
        _done, is_over = sweep(self.now, budget=600)
        assert is_over
        new = {miss.case_id: miss for miss in Miss.objects.exclude(pk__in=had)}
        assert new.keys() == wanted.keys()
        for pk, miss in new.items():
            case = Case.objects.get(pk=pk)
            assert (miss.turn, miss.rung) == (case.turn, case.rung)
            assert miss.rung >= wanted[pk]
            assert miss.limit_at <= self.now
        for case in Case.objects.all():
            self.check(case)

    def passed(self, case: Case, clock: str) -> list[int]:
        starts = {"respond": case.waits_from, "resolve": case.opened_at}
        return [
            rung for of, _warn, minutes, rung in case.limits
            if of == clock and starts[clock] + timedelta(minutes=minutes) <= self.now
        ]  # fmt: skip

    def top(self, case: Case) -> int:
        """The rung the case must climb to now; 0 for none."""
        rungs = [rung for rung in self.passed(case, "respond") if case.status in UNANSWERED and rung > case.rung]
        for rung in self.passed(case, "resolve"):
            if case.status in OPEN and rung > max(case.rung, case.resolve_rung):
                rungs.append(rung)
        return max(rungs, default=0)

    def check(self, case: Case) -> None:
        if case.status not in OPEN:
            assert case.alarm_at is None
            return
        assert case.alarm_at is not None
        assert case.alarm_at > self.now
        assert case.resolve_rung >= max(self.passed(case, "resolve"), default=0)
        if case.status in UNANSWERED:
            assert case.rung >= max(self.passed(case, "respond"), default=0)

    def check_the_record(self) -> None:
        climbed = Counter(
            (event.case_id, event.note.split()[0], event.note.split()[2])  # rung=, turn=
            for event in Event.objects.filter(kind=Event.Kind.ESCALATED)
        )
        assert set(climbed.values()) <= {1}
        assert len(climbed) == Miss.objects.count()
        warned = Counter(
            (event.case_id, limit_and_turn(event.note)) for event in Event.objects.filter(kind=Event.Kind.WARNED)
        )
        assert set(warned.values()) <= {1}


@pytest.mark.django_db
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories)
def test_every_case_past_a_limit_is_escalated_within_one_sweep_and_none_twice(on_the_clock, cast, history):
    with transaction.atomic():
        world = World(cast, on_the_clock)
        for gap, what in history:
            world.now += timedelta(minutes=gap)
            world.happens(*what)
        world.sweep()
        world.check_the_record()
        transaction.set_rollback(True)
