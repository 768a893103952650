"""How long the collector's sheet and the API's list take over 50,000 cases: p50 and p95 in milliseconds.

    python bench/report_today.py [CASES] [--plans]

Runs on a database of its own, made beside the configured one and dropped at the end. The physical limit it is
measured against: reading the day's own rows by their primary keys, with no filter, scope or arithmetic at all.
"""

# ruff: noqa: E402  (Django is set up before its models are imported)

import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import setup_databases, setup_test_environment, teardown_databases
from django.utils import timezone

from cases.filters import CaseFilter
from cases.models import Case, Need, Person
from cases.reports.figures import Day, filters_of
from cases.reports.sheet import draw_up
from districts.models import Block, District, Officer, Posting, Role, State

DAYS, DISTRICTS, BLOCKS, OFFICERS, RUNS = 30, 10, 8, 5, 40


@contextmanager
def own_database() -> Iterator[None]:
    """An empty, migrated database that goes away again."""
    settings.CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    setup_test_environment()
    made = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(made, verbosity=0)


def settle() -> tuple[list[Block], list[Officer], Officer, Officer]:
    """Ten districts of eight blocks, five officers each; a collector and a state administrator."""
    state = State.objects.create(code=22, name="Chhattisgarh")
    districts = [District(code=300 + n, name=f"District {n}", state=state) for n in range(DISTRICTS)]
    District.objects.bulk_create(districts)
    blocks = [
        Block(code=3000 + n, name=f"Block {n}", district=districts[n % DISTRICTS]) for n in range(DISTRICTS * BLOCKS)
    ]
    Block.objects.bulk_create(blocks)
    officers = Officer.objects.bulk_create(Officer(username=f"o{n}") for n in range(DISTRICTS * OFFICERS))
    collector, admin = Officer.objects.create(username="collector"), Officer.objects.create(username="admin")
    Posting.objects.create(officer=collector, role=Role.COLLECTOR, state=state, district=districts[0])
    Posting.objects.create(officer=admin, role=Role.STATE_ADMIN, state=state)
    return blocks, officers, collector, admin


def invent(count: int, blocks: list[Block], officers: list[Officer]) -> None:
    """Cases spread over a month; those of the last six hours are partly open, older ones nearly all closed."""
    now, needs = timezone.now(), list(Need.objects.values_list("code", flat=True))
    person = Person.objects.create(name="Somebody")
    cases = [one(number, now, random.choice(blocks), officers, random.choice(needs), person) for number in range(count)]
    Case.objects.bulk_create(cases, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def one(number: int, now: datetime, block: Block, officers: list[Officer], need: str, person: Person) -> Case:
    asked = now - timedelta(minutes=random.random() * DAYS * 1440)
    still_open = random.random() < (0.4 if now - asked < timedelta(hours=6) else 0.01)
    case = Case(
        reference=f"B{number:08d}", need_id=need, urgency="critical", state_id=22, district_id=block.district_id,
        block=block, requester=person, channel="x", officer=random.choice(officers), opened_at=asked, received_at=asked,
        respond_by=asked + timedelta(minutes=5), resolve_by=asked + timedelta(minutes=30), assigned_at=asked,
        acknowledged_at=asked + timedelta(minutes=random.randint(1, 20)), updated_at=now,
    )  # fmt: skip
    if still_open:
        case.status, case.next_due_at = "acknowledged", case.resolve_by
    else:
        solved = min(asked + timedelta(minutes=random.randint(10, 60)), now)
        case.status, case.resolved_at, case.closed_at, case.outcome = "closed", solved, solved, "helped"
    return case


def timed(name: str, action: Callable[[], object]) -> None:
    """Print p50 and p95 of the action."""
    action()
    took = []
    for _ in range(RUNS):
        start = time.perf_counter()
        action()
        took.append((time.perf_counter() - start) * 1000)
    took.sort()
    print(f"{name:<46} p50 {took[RUNS // 2]:7.1f} ms   p95 {took[int(RUNS * 0.95)]:7.1f} ms")


def fresh(officer: Officer) -> Officer:
    """Without the postings kept from the run before."""
    return Officer.objects.get(pk=officer.pk)


def measure(officer: Officer) -> None:
    """Sheet, page, CSV and API for one reader."""
    day, at = Day.today(), timezone.now()
    browser = Client()
    browser.force_login(officer)
    sheet = draw_up(fresh(officer), day, at)
    tally = sheet.whole.tally
    print(f"{officer}: received {tally.received}, open {tally.open}, late {tally.late}, solved {tally.resolved}")
    keys = list(Case.objects.visible_to(officer).filter(opened_at__gte=day.start).values_list("pk", flat=True))[:20_000]
    columns = ("block", "need", "officer", "opened_at", "acknowledged_at", "resolved_at")
    timed(
        "  limit: the day's rows by primary key", lambda: list(Case.objects.filter(pk__in=keys).values_list(*columns))
    )
    timed("  the sheet", lambda: draw_up(fresh(officer), day, at))
    timed("  /reports/today/", lambda: browser.get("/reports/today/").content)
    timed("  /reports/today.csv", lambda: b"".join(browser.get("/reports/today.csv").streaming_content))
    timed("  /api/v1/cases/", lambda: browser.get("/api/v1/cases/").content)
    timed("  /api/v1/cases/?status=late", lambda: browser.get("/api/v1/cases/?status=late").content)


def plans(officer: Officer) -> None:
    """How the database answers each figure."""
    for figure, params in filters_of(Day.today()).items():
        found = CaseFilter(params, queryset=Case.objects.visible_to(officer)).found
        print(f"{figure}:\n{found.order_by().explain()}\n")


def main() -> None:
    """Seed, measure, drop."""
    count = next((int(word) for word in sys.argv[1:] if word.isdigit()), 50_000)
    random.seed(1)
    with own_database():
        blocks, officers, collector, admin = settle()
        invent(count, blocks, officers)
        print(f"{count} cases on {connection.vendor}")
        for officer in (collector, admin):
            measure(officer)
            if "--plans" in sys.argv:
                plans(officer)


if __name__ == "__main__":
    main()
