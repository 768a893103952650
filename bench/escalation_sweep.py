"""How long the clock's sweep takes when so many cases are due at once: after a downtime, before 100,000 others.

    TEST_DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres \\
        python bench/escalation_sweep.py [DUE ...] [--open=100000] [--ended=200000] [--plans] [--profile]

Runs on a database of its own, as `desk_polling.py` does and in the same districts and blocks, each block with an
officer and a stand-in. The due cases are of mixed urgency, spread over all blocks: most climb a rung, some are warned,
some stand at the top and are reminded. Half of the officers want an SMS beside what stands on the desk.

`work` is the time on a processor of this process and its database backend, `wall` what passed. Two cores, PostgreSQL
15, 100,000 open and 200,000 ended cases, 508 real blocks; one run each, five minutes apart, with other work on the
machine (load 1.3 at the first, 2.9 at the second): `work` is what to compare.

      due   CASE WHEN for each row, every officer's cases counted      one UPDATE FROM, only a tie is counted
      500    1.2 s wall    1.2 s work    57 statements                  0.6 s wall    0.6 s work    57 statements
    2,000    5.0 s         4.9 s        190                             2.3 s         2.2 s        184
   10,000   24.5 s        23.0 s        770                            11.0 s        10.9 s        742

Memory: 200 MB, Django included; no number of due cases added more than 0.2. What is left of the time: the notices'
INSERT, the cases' UPDATE (the alarm is indexed, so every index of the table is written) and Django's making of rows.
"""

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from cProfile import Profile
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from pstats import Stats
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.desk_polling import Watch, one, own_database, settle
from cases.escalation import sweep as clock
from cases.models import Case, Channel, Need, OfficerChannel, Person
from cases.routing.ladder import Ladders, set_alarm
from cases.workflow import OPEN, Rung, Urgency
from districts.models import Block, District, Officer, Posting, Role
from helpdesk.celery import app

DUE = (500, 2_000, 10_000)
_FIRST_LIMIT = {"critical": 5, "high": 15, "normal": 60}  # minutes until somebody must have acknowledged
NO_LIMIT = 3_600.0  # seconds: the whole backlog in one run


def post(blocks: Sequence[Block]) -> dict[int, list[Officer]]:
    """An officer and a stand-in for each block, the desks of each district, two operators of each state; by block."""
    by_block: dict[int, list[Officer]] = {}
    for block in blocks:
        place = {"state_id": block.district.state_id, "district": block.district, "block": block}
        by_block[block.pk] = [posted(Role.NODAL_OFFICER, is_stand_in=second, **place) for second in (False, True)]
    for district in District.objects.filter(blocks__in=blocks).distinct():
        for role in (Role.DISTRICT_NODAL, Role.COLLECTOR, Role.OPERATOR):
            posted(role, state_id=district.state_id, district=district)
    for state in {block.district.state_id for block in blocks}:
        for role in (Role.OPERATOR, Role.OPERATOR, Role.STATE_ADMIN):
            posted(role, state_id=state)
    OfficerChannel.objects.bulk_create(
        OfficerChannel(officer=officer, channel=Channel.SMS, address=f"9{officer.pk:09d}")
        for officer in Officer.objects.order_by("pk")[::2]
    )
    return by_block


def posted(role: Role, **place: Any) -> Officer:
    """An officer of that role there."""
    officer = Officer.objects.create(username=f"officer-{random.getrandbits(64):x}", first_name="Ravi")
    Posting.objects.create(officer=officer, role=role, **place)
    return officer


class Seed:
    """Makes cases with the frozen limits of the table, their alarm set as the pipeline sets it."""

    def __init__(self, blocks: Sequence[Block], by_block: dict[int, list[Officer]]) -> None:
        """Read what cases point to once."""
        self.blocks, self.by_block, self.made = blocks, by_block, 0
        self.needs = list(Need.objects.values_list("code", flat=True))
        self.persons = Person.objects.bulk_create(Person(name=f"Ramesh {number}") for number in range(5_000))
        self.ladders = Ladders.load()

    def write(self, count: int, make: Callable[[datetime], Case]) -> None:
        """So many of them, by a process of its own: the memory it takes is not the sweep's."""
        connection.close()
        child = get_context("fork").Process(target=self._write, args=(count, make))
        child.start()
        child.join()
        if child.exitcode:
            raise SystemExit("the cases could not be written")
        self.made += count

    def _write(self, count: int, make: Callable[[datetime], Case]) -> None:
        """With the statistics that autovacuum keeps."""
        random.seed(self.made)
        now = timezone.now()
        Case.objects.bulk_create((make(now) for _ in range(count)), batch_size=2_000)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

    def ended(self, now: datetime) -> Case:
        """History of half a year."""
        return self._one(now, is_open=False)

    def waiting(self, now: datetime) -> Case:
        """Open, its alarm some hours ahead."""
        case = self._one(now, is_open=True)
        set_alarm(case, now)
        case.alarm_at = now + timedelta(hours=2 + random.random() * 24)
        return case

    def due(self, now: datetime) -> Case:
        """Its alarm has rung: of ten two are to be warned, one is late for help, one at the top, six unacknowledged."""
        case, kind = self._one(now, is_open=True), self.made % 10
        minutes = _FIRST_LIMIT[case.urgency] * (0.9 if kind in (1, 2) else 1.2)
        case.opened_at = case.received_at = case.waits_from = now - timedelta(minutes=minutes)
        case.respond_by, case.resolve_by = case.opened_at, case.opened_at + timedelta(hours=1)
        case.acknowledged_at, case.next_due_at = None, case.respond_by
        if case.officer_id:
            case.status, case.assigned_at = "assigned", case.opened_at
        if kind == 3:
            case.status, case.acknowledged_at, case.next_due_at = "acknowledged", case.opened_at, case.resolve_by
            case.opened_at = now - timedelta(days=4)
        elif kind == 4:
            case.rung = case.resolve_rung = Rung.STATE
        case.alarm_at = case.opened_at if kind != 4 else now - timedelta(seconds=random.random() * 60)
        return case

    def _one(self, now: datetime, is_open: bool) -> Case:
        self.made += 1
        block = random.choice(self.blocks)
        case = one(self.made, is_open, now, block, self.by_block, random.choice(self.needs), self.persons)
        if case.status in OPEN:
            case.limits = self.ladders.limits(case.urgency, case.need_id, case.district_id)
        return case


class Peak:
    """The most memory of this process (Linux) since it began to look, what Django itself takes included."""

    status, clear = Path("/proc/self/status"), Path("/proc/self/clear_refs")

    def __init__(self) -> None:
        """Forget the peak up to now."""
        self.clear.write_text("5")

    def megabytes(self) -> float:
        """The peak since."""
        lines = (line.split() for line in self.status.read_text().splitlines())
        return next(int(words[1]) for words in lines if words[0] == "VmHWM:") / 1024


@contextmanager
def counted() -> Iterator[list[int]]:
    """Statements sent meanwhile, without keeping them."""
    count = [0]

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        count[0] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield count


def measure(seed: Seed, due: int, profile: bool) -> None:
    """Seed so many due cases, sweep them, print."""
    seed.write(due, seed.due)
    watch, profiler, peak = Watch(), Profile(), Peak()
    with counted() as statements:
        if profile:
            profiler.enable()
        (done, _over), (wall, work) = watch.taken(lambda: clock.sweep(timezone.now(), NO_LIMIT))
        profiler.disable()
    if done["seen"] < due or done["failed"]:
        raise SystemExit(f"not all were swept: {done}")
    print(
        f"{due:>6} due   wall {wall / 1000:6.2f} s   work {work / 1000:6.2f} s   {work / due:5.2f} ms a case   "
        f"statements {statements[0]:>6} ({statements[0] / due:.3f} a case)   peak {peak.megabytes():.0f} MB   "
        f"{done['climbed']} climbed, {done['warned']} warned, {done['reminded']} reminded",
        flush=True,
    )
    if profile:
        Stats(profiler).sort_stats("cumulative").print_stats(45)


def plans(seed: Seed, backlog: int) -> None:
    """How the scan of one chunk is answered: with nothing due, then with a backlog, at its start and in its middle."""
    for due in (0, backlog):
        seed.write(due, seed.due)
        at = timezone.now()
        for part in ("start", "middle"):
            if part == "middle" and due:
                clock.sweep(at, budget=-1)
            with CaptureQueriesContext(connection) as captured:
                chunks = clock._chunks(Urgency.CRITICAL.value, at)
                next(chunks, None)
                next(chunks, None)
            for query in captured.captured_queries:
                with connection.cursor() as cursor:
                    cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + query["sql"])
                    print(f"\n-- {due} due, {part}\n{query['sql']}")
                    print("\n".join(str(row[0]) for row in cursor.fetchall()))
    Case.objects.filter(Q(alarm_at__lte=timezone.now())).update(alarm_at=timezone.now() + timedelta(days=1))


def number(name: str, default: int) -> int:
    """What --name= says."""
    return next((int(word.partition("=")[2]) for word in sys.argv if word.startswith(f"--{name}=")), default)


def main() -> None:
    """Seed, measure, drop."""
    if connection.vendor != "postgresql":
        raise SystemExit("TEST_DATABASE_URL must name a PostgreSQL")
    random.seed(1)
    app.conf.update(broker_url="memory://", broker_transport_options={})
    with own_database():
        blocks = settle()
        seed = Seed(blocks, post(blocks))
        opened, ended = number("open", 100_000), number("ended", 200_000)
        seed.write(ended, seed.ended)
        seed.write(opened, seed.waiting)
        print(f"{opened} open and {ended} ended cases in {len(blocks)} blocks on {connection.vendor}", flush=True)
        if "--plans" in sys.argv:
            plans(seed, 20_000)
        seed.write(20, seed.due)
        clock.sweep(timezone.now(), NO_LIMIT)  # the first one imports what it needs
        for due in [int(word) for word in sys.argv[1:] if word.isdigit()] or DUE:
            measure(seed, due, "--profile" in sys.argv)


if __name__ == "__main__":
    main()
