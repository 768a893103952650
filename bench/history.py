"""Two years of a helpline's cases by COPY, for benchmarks: half a million to five million in minutes, on PostgreSQL.

    DATABASE_URL=postgres://... python bench/history.py CASES     fills an empty, migrated database

Two waves of the past and a bad week now, which is the same however long the history before it is: what stands on a page
is what this week brought. More by day than by night, a few large blocks and many small ones, oxygen and beds first;
every life-cycle time is set, so that rollups, sheets and exports have what a real table has. Indexes and constraints of
the case table are dropped before and made again after, which is faster than keeping twenty of them up row by row.
"""

# ruff: noqa: E402  (Django is set up before its models are imported; no secrets are made here)

import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

import django

django.setup()

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from cases.models import Case, Feedback, Miss, Person
from districts.models import Block, Officer, Posting, Role

DAYS, PERSONS, CHUNK = 730, 50_000, 5000
WEEK, OF_WEEK = 8, 20_000  # days, and how many pleas came in them
SLOW_SECONDS, SLOW_HELP = 2 * 86_400, 72_000  # in the last two days help takes most of a day: two thousand are open
NEEDS = {
    "oxygen": 30, "bed": 25, "medicine": 12, "ambulance": 8, "icu": 7, "plasma": 5, "ventilator": 4, "food": 3,
    "doctor": 3, "blood": 2, "testing": 1,
}  # fmt: skip
BY_HOUR = [2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 8, 7, 7, 7, 8, 8, 8, 8, 9, 9, 8, 6, 4]
Row = tuple[str, ...]
Life = tuple[Row, Row | None, Row | None]  # a case, its requester's answer, its broken promise
Place = tuple[str, str, str, str]  # state, district, block, officer
NULL = "\\N"


class Calendar:
    """Moments as text, by seconds since the beginning: strftime for fifteen million of them would take minutes."""

    def __init__(self, now: datetime) -> None:
        self.start = now.astimezone(UTC).replace(microsecond=0) - timedelta(days=DAYS)
        begun = self.start.replace(hour=0, minute=0, second=0)
        self.first = int((self.start - begun).total_seconds())
        self.days = [f"{begun + timedelta(days=number):%Y-%m-%d}" for number in range(DAYS + 60)]
        self.of_day = [f" {s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}+00" for s in range(86_400)]
        self.seconds = DAYS * 86_400

    def text(self, second: int) -> str:
        """The moment so many seconds after the beginning."""
        day, of_day = divmod(self.first + second, 86_400)
        return self.days[day] + self.of_day[of_day]


class Inventor:
    """Rows of cases with what belongs to them."""

    def __init__(self, cases: int, now: datetime, seed: int = 1) -> None:
        self.dice, self.cases, self.calendar = random.Random(seed), cases, Calendar(now)
        blocks = list(Block.objects.filter(district__state__in=[22, 8]).select_related("district").order_by("pk"))
        self.dice.shuffle(blocks)
        officers = holders(blocks)
        self.places = [(str(b.district.state_id), str(b.district_id), str(b.pk), officers[b.pk]) for b in blocks]
        self.weights = [1 / (rank + 4) ** 0.7 for rank in range(len(blocks))]
        self.persons = list(Person.objects.order_by("pk").values_list("pk", flat=True)[:PERSONS])
        self.urgencies = ["critical", "high", "normal"]
        self.last = self.calendar.seconds

    def openings(self) -> list[int]:
        """When pleas were made, in order: two waves over an even ground and the week, by day rather than by night."""
        by_day = [1 + 3 * wave(day, 260, 45) + 2 * wave(day, 560, 60) for day in range(DAYS)]
        of_week = min(OF_WEEK, self.cases // 2)
        days = self.dice.choices(range(DAYS - WEEK), by_day[:-WEEK], k=self.cases - of_week)
        days += self.dice.choices(range(DAYS - WEEK, DAYS), k=of_week)
        hours = self.dice.choices(range(24), BY_HOUR, k=self.cases)
        # Hours are India's; the calendar counts from this moment of the day.
        shift = self.calendar.first + int(5.5 * 3600)
        of_day = ((hour * 3600 - shift) % 86_400 + int(3600 * self.dice.random()) for hour in hours)
        moments = (day * 86_400 + second for day, second in zip(days, of_day, strict=True))
        return sorted(min(moment, self.last - 1) for moment in moments)

    def rows(self, first_pk: int) -> Iterator[Life]:
        """Each case with its requester's answer and its broken promise, where there is one."""
        places = iter(self.dice.choices(self.places, self.weights, k=self.cases))
        needs = iter(self.dice.choices(list(NEEDS), list(NEEDS.values()), k=self.cases))
        for number, opened in enumerate(self.openings()):
            yield self.row(first_pk + number, opened, next(places), next(needs))

    def row(self, pk: int, opened: int, place: Place, need: str) -> Life:
        """One life: most are solved within hours, a few stay open for days, more than half end with a yes."""
        urgency = self.urgencies[int(self.dice.random() * 3)]
        at = self.moments(opened)
        fate = self.dice.random()
        is_withdrawn = fate < 0.06 and at[2] < self.last
        if is_withdrawn:
            at = [*at[:3], self.last, at[2]]
        told = [NULL if moment >= self.last else self.calendar.text(moment) for moment in at]
        stage = len(STATUSES) - 1 if is_withdrawn else sum(moment < self.last for moment in at[1:])
        case = FIXED | dict(zip(PLACE, place[:3], strict=True)) | dict(zip(TIMES, told, strict=True))
        case |= dict(zip(MINUTES, self.minutes(opened, at), strict=True))
        case |= self.promises(opened, urgency, stage)
        case |= {
            "id": str(pk), "reference": f"B{pk:011d}", "status": STATUSES[stage], "need_id": need, "urgency": urgency,
            "requester_id": str(self.persons[pk % len(self.persons)]), "channel": CHANNELS[pk % 3],
            "officer_id": place[3] if stage else NULL,
            "updated_at": self.calendar.text(max([opened, *(moment for moment in at if moment < self.last)])),
            "outcome": outcome(fate) if stage in (3, 4) else "", "closing": closing(fate) if stage == 4 else "",
            "reopened_count": "1" if fate > 0.97 else "0",
        }  # fmt: skip
        return tuple(case[name] for name in CASE), self.answer(case, fate), self.miss(case, opened, at[2])

    def moments(self, opened: int) -> list[int]:
        """Received, assigned, acknowledged, resolved, closed; those after now have not happened."""
        chance, spread = self.dice.random, self.dice.expovariate
        received = min(opened + int(chance() * 120), self.last - 1)
        assigned = received + int(chance() * 180)
        acknowledged = assigned + int(spread(1 / 420)) + 20
        is_slow = opened > self.last - SLOW_SECONDS
        resolved = acknowledged + int(spread(1 / (SLOW_HELP if is_slow else 9000))) + 300
        return [received, assigned, acknowledged, resolved, resolved + int(chance() * 86_400)]

    def minutes(self, opened: int, at: list[int]) -> Iterator[str]:
        """How long each stage took, of those that have ended."""
        for start, end in zip([opened, *at], at, strict=False):
            yield NULL if end >= self.last or start >= self.last else f"{(end - start) / 60:.3f}"

    def promises(self, opened: int, urgency: str, stage: int) -> dict[str, str]:
        """What was promised, and what runs now."""
        made = self.calendar.text(opened)
        respond_by, resolve_by = self.calendar.text(opened + 300), self.calendar.text(opened + PROMISED[urgency])
        due = NULL if stage > 2 else resolve_by if stage == 2 else respond_by
        return {
            "opened_at": made,
            "waits_from": made,
            "respond_by": respond_by,
            "resolve_by": resolve_by,
            "next_due_at": due,
        }

    def answer(self, case: dict[str, str], fate: float) -> Row | None:
        """The requester's yes or no."""
        if case["closing"] != "yes":
            return None
        return case["id"], case["closed_at"], "link", "t" if fate < 0.55 else "f", "", NULL

    def miss(self, case: dict[str, str], opened: int, acknowledged: int) -> Row | None:
        """A promise broken after ten minutes."""
        limit = opened + 600
        if acknowledged <= limit or limit + 10 >= self.last:
            return None
        when = self.calendar.text(limit), self.calendar.text(limit + 10)
        place = (case["state_id"], case["district_id"], case["block_id"])
        return case["id"], "0", "2", "respond", *when, NULL, NULL, case["urgency"], *place, "f", "", NULL


def outcome(fate: float) -> str:
    """How a case was resolved."""
    return "helped" if fate < 0.8 else "referred" if fate < 0.9 else "died" if fate < 0.95 else "not_possible"


def closing(fate: float) -> str:
    """How it was closed."""
    return "yes" if fate < 0.6 else "silence" if fate < 0.95 else "forced"


STATUSES = ("new", "assigned", "acknowledged", "resolved", "closed", "withdrawn")
PROMISED = {"critical": 1800, "high": 7200, "normal": 86_400}
CHANNELS = ("x", "phone", "web")
PLACE = ("state_id", "district_id", "block_id")
TIMES = ("received_at", "assigned_at", "acknowledged_at", "resolved_at", "closed_at")
MINUTES = ("minutes_received", "minutes_assigned", "minutes_acknowledged", "minutes_resolved", "minutes_confirmed")
CASE = """
    id reference status need_id other_needs urgency language state_id district_id block_id place_id place_text
    candidates review_reason requester_id patient_id patient_age spo2 blood_group handle_id channel excerpt
    officer_id level opened_at received_at respond_by resolve_by next_due_at limits rung resolve_rung turn
    waits_from alarm_at assigned_at acknowledged_at started_at resolved_at closed_at updated_at
    minutes_received minutes_assigned minutes_acknowledged minutes_resolved minutes_confirmed asked_for
    answer_by consent_at outcome resolution closing joined_to_id message_count reopened_count
""".split()
ANSWER = "case_id at way helped note officer_id".split()
MISS = """
    case_id turn rung clock limit_at at from_officer_id to_officer_id urgency state_id district_id block_id
    counted reason reason_by_id
""".split()
FIXED = dict.fromkeys(CASE, NULL) | dict.fromkeys(["other_needs", "candidates", "limits", "asked_for"], "[]")
FIXED |= dict.fromkeys(["level", "rung", "resolve_rung", "turn", "reopened_count"], "0")
FIXED |= dict.fromkeys(["review_reason", "blood_group", "resolution", "outcome", "closing"], "")
FIXED |= {"language": "hi", "place_text": "Tifra", "message_count": "1"}
FIXED |= {"excerpt": "माँ को ऑक्सीजन सिलेंडर चाहिए, तिफरा में, जल्दी मदद कीजिए"}


def wave(day: int, middle: int, width: int) -> float:
    """How high a wave stands on a day, 0 to 1."""
    return max(0.0, 1 - abs(day - middle) / width)


def holders(blocks: list[Block]) -> dict[int, str]:
    """One nodal officer for each block, posted there."""
    officers = [Officer(username=f"nodal-{b.pk}", first_name="Nodal", last_name=str(b.pk)) for b in blocks]
    made = Officer.objects.bulk_create(officers)
    Posting.objects.bulk_create(
        Posting(officer=o, role=Role.NODAL_OFFICER, state_id=b.district.state_id, district=b.district, block=b)
        for o, b in zip(made, blocks, strict=True)
    )
    return {block.pk: str(officer.pk) for block, officer in zip(blocks, made, strict=True)}


def fill(cases: int, now: datetime | None = None) -> float:
    """Write so many cases into an empty, migrated database with its geography; seconds."""
    began = time.monotonic()
    Person.objects.bulk_create((Person(name=f"Ramesh {number}") for number in range(PERSONS)), batch_size=5000)
    inventor = Inventor(cases, now or timezone.now())
    with bare(Case), transaction.atomic():
        copied = {Case: (CASE, 0), Feedback: (ANSWER, 1), Miss: (MISS, 2)}
        chunk: list[Life] = []
        for row in inventor.rows(1):
            chunk.append(row)
            if len(chunk) == CHUNK:
                write(copied, chunk)
                chunk = []
        write(copied, chunk)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{Case._meta.db_table}', 'id'), {cases + 1})")
        cursor.execute("VACUUM ANALYZE")
    return time.monotonic() - began


def write(copied: dict[type[Model], tuple[list[str], int]], chunk: list[Life]) -> None:
    """A chunk of rows into each table; cases first, the others point at them."""
    with connection.cursor() as cursor:
        for model, (columns, place) in copied.items():
            lines = ["\t".join(row[place]) for row in chunk if row[place] is not None]  # type: ignore[arg-type]
            with cursor.copy(f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN") as copy:
                copy.write("\n".join(lines) + "\n" if lines else "")


class bare:
    """A table without its indexes while it is filled; they are made again at the end, as they were."""

    def __init__(self, model: type[Model]) -> None:
        self.table = model._meta.db_table
        self.made: list[str] = []

    def __enter__(self) -> None:
        """Drop what is neither the primary key nor a unique constraint."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT indexname, indexdef FROM pg_indexes i WHERE tablename = %s AND NOT EXISTS"
                " (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)",
                [self.table],
            )
            for name, definition in cursor.fetchall():
                self.made.append(definition)
                cursor.execute(f"DROP INDEX {name}")

    def __exit__(self, *_: object) -> None:
        """Make them again."""
        with connection.cursor() as cursor:
            cursor.execute("SET maintenance_work_mem = '1GB'")
            for definition in self.made:
                cursor.execute(definition)


if __name__ == "__main__":
    wanted = int(sys.argv[1])
    took = fill(wanted)
    print(f"{wanted:,} cases in {took:.0f} s")
