"""All that moves cases at once, on a database where that really happens: nothing lost, nothing double, no deadlock."""

import random
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models import Q
from django.utils import timezone

from cases import consulting, follow_ups, red_flags
from cases.actions import MoveRefused, perform
from cases.escalation.closing import close_silent
from cases.escalation.sweep import sweep
from cases.models import Case, Consultation, Event, Handle, Message, Miss, Notice
from cases.notify import fallback, gateways
from cases.notify.private import send_private, settle_unsure
from cases.routing.ladder import Ladders, set_alarm
from cases.understanding import Reading
from cases.workflow import OPEN, Move, Status
from districts import roster_changes
from districts.models import Officer, Posting, Role
from districts.roster import RosterDesk
from tests.cases.conftest import SURE, Post, plea, process
from tests.cases.consult.conftest import make_doctor
from tests.cases.notify.conftest import choose, make_gateway
from tests.conftest import CaseMaker, Cast, Map

__all__ = ["choose", "make_gateway"]

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
SECONDS, CASES = 6.0, 36


class Crowd:
    """Threads that each do one thing again and again; what any of them must not raise is kept."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.done: Counter[str] = Counter()
        self.until = time.monotonic() + SECONDS

    def run(self, *works: Callable[[random.Random], object]) -> None:
        """All at once, until the time is over."""
        threads = [threading.Thread(target=self._again_and_again, args=one) for one in enumerate(works)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=SECONDS + 60)
        assert not any(thread.is_alive() for thread in threads)

    def _again_and_again(self, seed: int, work: Callable[[random.Random], object]) -> None:
        chance = random.Random(seed)
        try:
            while time.monotonic() < self.until:
                with suppress(MoveRefused, Case.DoesNotExist):
                    work(chance)
                    self.done[work.__name__] += 1
        except BaseException:  # a thread's own exception would be lost
            self.errors.append(f"{work.__name__}: {traceback.format_exc()}")
        finally:
            connections.close_all()


@pytest.fixture
def town(request: pytest.FixtureRequest, cast: Cast, post: Post, readings: dict[str, Reading]) -> "Town":
    """Some dozens of households with a thread each, and officers who hear by SMS."""
    request.getfixturevalue("make_gateway")()
    for officer in (cast.meena, cast.ravi, cast.sunita):
        request.getfixturevalue("choose")(officer)
    made = Town(cast, post, readings)
    request.getfixturevalue("monkeypatch").setattr(gateways, "call", made.carry)
    return made


class Town:
    """What the crowd does to it."""

    def __init__(self, cast: Cast, post: Post, readings: dict[str, Reading]) -> None:
        self.cast, self.post = cast, post
        self.officers = [cast.meena, cast.ravi, cast.sunita, cast.collector, cast.operator]
        self.sent: Counter[str] = Counter()
        for number in range(CASES):
            readings[f"plea {number}"] = plea(phones=(f"98{number:08d}",), patient_age=20 + number)
            process(post(f"plea {number}", author_id=f"7{number}", conversation_id=f"5{number}"))
        readings["more"] = Reading(kind="other", confidence=SURE)
        readings["thanks"] = Reading(kind="thanks", confidence=SURE)
        self.keys = list(Case.objects.values_list("pk", flat=True))
        self.handle = Handle.objects.get()
        limits = Ladders.load()
        for case in Case.objects.all():  # so that limits pass within the seconds of the test
            case.limits = limits.limits(case.urgency, case.need_id, case.district_id)
            set_alarm(case, case.opened_at)
            case.save()

    def carry(self, _address: str, text: str, _title: str) -> tuple[bool, str]:
        """The gateway: sometimes slow, sometimes refusing."""
        chance = random.random()
        if chance < 0.1:
            return False, "A Connection error occurred"
        self.sent[text] += 1
        return True, ""

    def one(self, chance: random.Random) -> int:
        return chance.choice(self.keys)

    def move(self, chance: random.Random) -> None:
        """One officer's next step."""
        move = chance.choice((Move.ACKNOWLEDGE, Move.START, Move.NOTE, Move.HAND_OVER, Move.REOPEN, Move.RESOLVE))
        of_move: dict[Move, dict[str, Any]] = {
            Move.HAND_OVER: {"to": chance.choice((self.cast.meena, self.cast.ravi))},
            Move.RESOLVE: {"outcome": "helped"},
        }
        fields = of_move.get(move, {})
        perform(move, case_id=self.one(chance), actor=chance.choice(self.officers), note="word", **fields)

    def bulk(self, chance: random.Random) -> None:
        """Many acknowledged at once, as the list page does it."""
        for pk in chance.sample(self.keys, 8):
            with suppress(MoveRefused, Case.DoesNotExist):
                perform(Move.ACKNOWLEDGE, case_id=pk, actor=self.cast.sunita)

    def undo(self, chance: random.Random) -> None:
        """A hand that slipped."""
        perform(Move.UNDO, case_id=self.one(chance), actor=chance.choice(self.officers))

    def join(self, chance: random.Random) -> None:
        """Two become one, or two again; sometimes at once regretted."""
        actor, pk = chance.choice(self.officers), self.one(chance)
        joined = Case.objects.filter(pk=pk).values_list("joined_to", flat=True).first()
        if joined:
            perform(Move.UNJOIN, case_id=pk, actor=self.cast.sunita)
            return
        to = Case.objects.get(pk=self.one(chance)).reference
        perform(Move.JOIN, case_id=pk, actor=actor, to=to)
        if chance.random() < 0.4:
            perform(Move.UNDO, case_id=pk, actor=actor)

    def arrive(self, chance: random.Random) -> None:
        """A batch of posts in several threads."""
        numbers = chance.sample(range(CASES), 4)
        kinds = [chance.choice(("more", "thanks", f"plea {number}")) for number in numbers]
        process(
            *(
                self.store(kind, author_id=f"7{number}", conversation_id=f"5{number}")
                for kind, number in zip(kinds, numbers, strict=True)
            )
        )

    def store(self, text: str, **given: Any) -> Message:
        now = timezone.now()
        name = f"{threading.get_ident()}-{time.monotonic_ns()}"
        return Message.objects.create(
            channel="x", external_id=name, handle=self.handle, text=text, posted_at=now, received_at=now, **given
        )

    def clock(self, chance: random.Random) -> None:
        """The sweeps, some minutes ahead, so that limits pass."""
        sweep(timezone.now() + timedelta(minutes=chance.randrange(40)))
        if chance.random() < 0.2:
            close_silent(timezone.now() + timedelta(hours=25))

    def say(self, _chance: random.Random) -> None:
        """The outbox."""
        ahead = timezone.now() + timedelta(minutes=2)
        send_private("sms", ahead)
        settle_unsure(ahead)
        fallback.find_abandoned(ahead)

    def ask_doctor(self, chance: random.Random) -> None:
        """Officers ask; a call that falls due is told."""
        now = timezone.now()
        consulting.ask(case_id=self.one(chance), actor=self.cast.meena, question="Dose?", urgency="high", at=now)
        follow_ups.tell_due(now + timedelta(hours=3))

    def advise(self, chance: random.Random) -> None:
        """A doctor takes the next patient, and finishes, gives back or flags."""
        now = timezone.now()
        one = consulting.claim_next(doctor=self.cast.doctor, at=now)
        if one is None:
            return
        said: dict[str, Any] = {"advice": "Rest", "symptoms": "Cough"}
        if chance.random() < 0.3:
            consulting.give_back(consultation_id=one.pk, doctor=self.cast.doctor, why="busy", at=now)
        elif chance.random() < 0.3:
            saved = consulting.save_note(
                consultation_id=one.pk, doctor=self.cast.doctor, at=now, spo2=80, flags=["low_spo2"], **said
            )
            if saved.message:
                process(saved.message)
        else:
            later = now + timedelta(hours=2)
            consulting.finish(consultation_id=one.pk, doctor=self.cast.doctor, at=now, follow_up_at=later, **said)


def test_everything_at_once_loses_nothing_and_says_nothing_twice(town: Town) -> None:
    crowd = Crowd()
    crowd.run(
        town.move, town.move, town.bulk, town.undo, town.join, town.join, town.arrive, town.arrive, town.clock,
        town.say, town.ask_doctor, town.advise,
    )  # fmt: skip
    assert not crowd.errors, crowd.errors[0]
    assert min(crowd.done[work] for work in ("move", "join", "arrive", "clock", "say", "advise")) > 0, crowd.done
    process(*Message.objects.filter(state="stored"))
    assert set(Message.objects.values_list("state", flat=True)) == {"read"}
    assert set(town.keys) <= set(Case.objects.values_list("pk", flat=True))
    for case in Case.objects.select_related("joined_to"):
        check_case(case)
    check_said(town)


def check_case(case: Case) -> None:
    """On the clock with an owner, or ended; its history leads to what it is; it counts what it speaks for."""
    if case.status in OPEN:
        assert None not in (case.next_due_at, case.alarm_at, case.officer_id), case
    assert case.consultations.filter(standing__in=("waiting", "claimed")).count() <= 1
    if case.joined_to:
        assert case.joined_to.joined_to_id is None
        assert case.messages.count() == case.message_count, case
    else:
        spoken_for = Message.objects.filter(Q(case=case) | Q(case__joined_to=case)).count()
        assert spoken_for == case.message_count, (case, case.status)
    events = list(case.events.exclude(to_status="").order_by("pk"))
    status = events[0].to_status
    for event in events[1:]:
        assert event.from_status in (status, Status.NEW), (case, event.kind, event.from_status, status)
        status = event.to_status
    assert status == case.status
    warned = Event.objects.filter(case=case, kind="escalated").values_list("note", flat=True)
    assert Miss.objects.filter(case=case).count() <= len(warned)


def check_said(town: Town) -> None:
    """One notice for one cause, sent at most once."""
    kept = Notice.objects.exclude(state="dropped").exclude(event=None).exclude(template="to_digest")
    told = Counter(kept.values_list("event", "template", "officer", "person", "message", "channel"))
    assert [cause for cause, count in told.items() if count > 1] == []
    sent = Notice.objects.filter(channel="sms", state="sent").count()
    assert sum(town.sent.values()) == sent


# --- Two at once --------------------------------------------------------------------------------------------------


def beside(work: Callable[[], object], errors: list[BaseException]) -> threading.Thread:
    """Started in a thread with a connection of its own."""

    def run() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_two_who_post_one_guest_at_once_post_him_once(
    small_map: Map, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = make_doctor("guest", "Imran", state=small_map.cg, district=small_map.raipur)
    desk = RosterDesk(Role.DOCTOR, small_map.bilaspur, small_map.cg.pk, small_map.bilaspur.pk)
    span = roster_changes.Span(date(2021, 5, 3), date(2021, 5, 9))
    both, real = threading.Barrier(2), roster_changes._posting_at

    def looked(*asked: Any) -> Posting | None:
        found = real(*asked)
        with suppress(threading.BrokenBarrierError):
            both.wait(timeout=1)
        return found

    monkeypatch.setattr(roster_changes, "_posting_at", looked)
    errors: list[BaseException] = []

    def put() -> object:
        return roster_changes.assign(desk, Officer.objects.get(pk=guest.pk), [], 127, span, is_stand_in=True)

    for thread in [beside(put, errors), beside(put, errors)]:
        thread.join()
    assert errors == []
    assert Posting.objects.filter(officer=guest, district=small_map.bilaspur).count() == 1


def test_the_pipeline_and_a_doctor_who_claims_do_not_wait_for_each_other(cast: Cast, make_case: CaseMaker) -> None:
    """The pipeline holds a case and names its consultation; the doctor takes that and writes a line of the case."""
    case, raised = make_case(officer=cast.meena), make_case(officer=cast.meena)
    now = timezone.now()
    one = Consultation.objects.create(case=case, state=case.state, district=case.district, asked_at=now, due_at=now)
    message = Message.objects.create(
        channel="phone", external_id=f"consultation:{one.pk}", text="x", posted_at=now, received_at=now
    )
    errors: list[BaseException] = []
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=case.pk)
        thread = beside(lambda: consulting.claim_next(doctor=cast.doctor, at=timezone.now()), errors)
        time.sleep(0.6)
        red_flags.tie([(message, raised)], [], now)
    thread.join()
    assert errors == []
    one.refresh_from_db()
    assert (one.raised_case, one.doctor) == (raised, cast.doctor)
