"""How long the desk's polls and pages take the server: 200 officers at their queues, 100,000 open cases, PostgreSQL.

    TEST_DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres python bench/desk_polling.py [OPEN] [ENDED] [--plans]

Runs on a database of its own, made beside the named one by the real migrations and dropped at the end. The states,
districts and blocks of Chhattisgarh and Rajasthan are the real ones where the geography's folder is there, else as many
invented ones. Ended cases are written first, as history is: a table's first pages are its oldest. Time is taken around
the whole WSGI application (middleware, session, queries, templates), in one process.
"""

# ruff: noqa: E402  (Django is set up before its models are imported)

import os
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
if url := os.environ.get("TEST_DATABASE_URL", ""):
    os.environ["DATABASE_URL"] = url

import django

django.setup()

from django.conf import settings
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_databases, setup_test_environment, teardown_databases
from django.utils import timezone

from cases.models import Case, Need, Person, Phone
from cases.work.queue import Tab
from cases.workflow import UNOWNED
from districts.models import Block, BlockDistrict, District, Officer, Posting, Role, State

STATES = {22: "Chhattisgarh", 8: "Rajasthan"}
OFFICERS, ROUNDS = 200, 5
INVENTED_DISTRICTS, INVENTED_BLOCKS = 40, 6
HTMX = {"HX-Request": "true"}
Time = tuple[float, float]
Times = dict[str, list[Time]]


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
        connection.close()
        teardown_databases(made, verbosity=0)


def settle() -> list[Block]:
    """The blocks of both states, with their districts."""
    with suppress(CommandError, OSError):
        call_command("load_geography", stdout=StringIO())
    if not Block.objects.exists():
        invent_areas()
    return list(Block.objects.filter(district__state__in=STATES).select_related("district"))


def invent_areas() -> None:
    """About as many districts and blocks as the two states have."""
    for code, name in STATES.items():
        State.objects.get_or_create(code=code, defaults={"name": name})
    codes = [(state, 1000 * state + number) for state in STATES for number in range(INVENTED_DISTRICTS)]
    District.objects.bulk_create(District(code=code, name=f"District {code}", state_id=state) for state, code in codes)
    blocks = [
        Block(code=100 * code + number, name=f"Block {code}-{number}", district_id=code)
        for _state, code in codes
        for number in range(INVENTED_BLOCKS)
    ]
    Block.objects.bulk_create(blocks)
    BlockDistrict.objects.bulk_create(
        BlockDistrict(block=block, district_id=block.district_id, is_primary=True) for block in blocks
    )


def post(blocks: list[Block]) -> dict[str, list[Officer]]:
    """200 officers by kind: 140 of blocks, 30 of districts, 12 collectors, 10 operators, 8 of the states' desks."""
    kinds = {
        "block": (Role.NODAL_OFFICER, 140),
        "district": (Role.DISTRICT_NODAL, 30),
        "collector": (Role.COLLECTOR, 12),
        "control room": (Role.OPERATOR, 10),
        "state": (Role.STATE_ADMIN, 4),
        "state control": (Role.OPERATOR, 4),
    }
    found: dict[str, list[Officer]] = defaultdict(list)
    for kind, (role, count) in kinds.items():
        for number in range(count):
            block = random.choice(blocks)
            officer = Officer.objects.create(username=f"{kind}-{number}", first_name=kind, last_name=str(number))
            place: dict[str, Any] = {"state_id": block.district.state_id}
            place |= {} if kind.startswith("state") else {"district": block.district}
            place |= {"block": block} if kind == "block" else {}
            Posting.objects.create(officer=officer, role=role, **place)
            found[kind].append(officer)
    return found


def invent(opened: int, ended: int, blocks: list[Block], officers: dict[str, list[Officer]]) -> None:
    """History of half a year first, then the open cases of the last two days; a twentieth of those unsorted."""
    now, needs = timezone.now(), list(Need.objects.values_list("code", flat=True))
    persons = Person.objects.bulk_create(
        (Person(name=f"Ramesh {number}") for number in range((opened + ended) // 10)), batch_size=5000
    )
    Phone.objects.bulk_create(
        (Phone(person=person, number=f"9{number:09d}") for number, person in enumerate(persons)), batch_size=5000
    )
    by_block = holders(blocks, officers["block"])
    for is_open, count in ((False, ended), (True, opened)):
        cases = (
            one(number, is_open, now, random.choice(blocks), by_block, random.choice(needs), persons)
            for number in range(count)
        )
        Case.objects.bulk_create(cases, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def holders(blocks: list[Block], polling: list[Officer]) -> dict[int, list[Officer]]:
    """Who holds a block's cases: its officers among those who poll, else one who sleeps."""
    found: dict[int, list[Officer]] = defaultdict(list)
    for officer in polling:
        found[officer.postings.get().block_id or 0].append(officer)
    for block in blocks:
        if block.pk not in found:
            found[block.pk] = [Officer.objects.create(username=f"asleep-{block.pk}")]
    return found


def one(
    number: int, is_open: bool, now: datetime, block: Block, by_block: dict[int, list[Officer]], need: str,
    persons: list[Person],
) -> Case:  # fmt: skip
    """A case as it stands in the table."""
    age = timedelta(minutes=random.random() * 2 * 1440) if is_open else timedelta(days=2 + random.random() * 180)
    asked = now - age
    officer = random.choice(by_block[block.pk])
    case = Case(
        reference=f"{'O' if is_open else 'E'}BX-{number:08d}", need_id=need, status="acknowledged",
        urgency=random.choice(["critical", "high", "normal"]), state_id=block.district.state_id,
        district_id=block.district_id, block=block, requester=random.choice(persons), channel="x", officer=officer,
        place_text="Tifra", excerpt="माँ को ऑक्सीजन सिलेंडर चाहिए, तिफरा में, जल्दी मदद कीजिए " * 2, opened_at=asked,
        received_at=asked, waits_from=asked, assigned_at=asked, acknowledged_at=asked,
        respond_by=asked + timedelta(minutes=5), resolve_by=asked + timedelta(minutes=random.choice([30, 120, 1440])),
        updated_at=asked,
    )  # fmt: skip
    case.next_due_at = case.resolve_by if is_open else None
    if not is_open:
        solved = asked + timedelta(minutes=40)
        case.status, case.resolved_at, case.closed_at = "closed", solved, solved
        case.outcome, case.closing = "helped", "yes"
    elif number % 20 == 0:
        case.status, case.officer, case.acknowledged_at, case.assigned_at = UNOWNED[number % 2], None, None, None
    elif number % 3 == 0:
        case.status, case.acknowledged_at, case.next_due_at = "assigned", None, case.respond_by
    return case


class Watch:
    """Milliseconds of each request: by the clock on the wall, and of work: this process's and its database backend's.

    On a machine with nothing else to do both are the same; on a busy one only the second says what the server needs.
    """

    def __init__(self) -> None:
        """Find the backend that serves this process, where it runs on this machine."""
        self.backend: Path | None = None
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                path = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
            self.backend = path if path.exists() else None

    def worked(self) -> float:
        """Milliseconds on a processor up to now."""
        backend = int(self.backend.read_text().split()[0]) / 1e6 if self.backend else 0.0
        return time.process_time() * 1000 + backend

    def taken(self, action: Callable[[], Any]) -> tuple[Any, Time]:
        """The answer, and how long it took."""
        wall, work = time.perf_counter(), self.worked()
        answer = action()
        return answer, ((time.perf_counter() - wall) * 1000, self.worked() - work)


def poll_address(page: str) -> str:
    """Where the page asks whether anything changed."""
    return page.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")


def measure(officers: dict[str, list[Officer]]) -> dict[str, Times]:
    """Every officer at every tab: the whole page, polls that find nothing new, and one that does."""
    found: dict[str, Times] = {}
    watch = Watch()
    for kind, people in officers.items():
        times: Times = {"page": [], "poll, unchanged": [], "poll, changed": []}
        for officer in people:
            browser = Client()
            browser.force_login(officer)
            for tab in Tab:
                visit(browser, tab, times, watch)
        found[kind] = times
    return found


def visit(browser: Client, tab: Tab, times: Times, watch: Watch) -> None:
    """One officer at one tab, warmed up by one look."""
    browser.get(f"/desk/?tab={tab.value}")
    answer, took = watch.taken(lambda: browser.get(f"/desk/?tab={tab.value}"))
    times["page"].append(took)
    address = poll_address(answer.content.decode())
    for _ in range(ROUNDS):
        answer, took = watch.taken(partial(browser.get, address, headers=HTMX))
        if answer.status_code == 204:
            times["poll, unchanged"].append(took)
        else:  # a case has become late in between
            address = poll_address(answer.content.decode())
    answer, took = watch.taken(lambda: browser.get(f"/desk/changes/?tab={tab.value}", headers=HTMX))
    assert answer.status_code == 200
    times["poll, changed"].append(took)


def quantile(times: list[float], share: float) -> float:
    """The time that this share does not exceed."""
    return sorted(times)[min(int(len(times) * share), len(times) - 1)]


def tell(found: dict[str, Times]) -> None:
    """For each kind of officer and request p50, p95 and p99, then of all of them."""
    for kind, times in (*found.items(), ("all", _all(found))):
        for name, values in times.items():
            wall, work = ([pair[number] for pair in values] for number in (0, 1))
            print(f"{kind:<14} {name:<19} n {len(values):>5}   wall {_line(wall)}   work {_line(work)} ms")


def _line(times: list[float]) -> str:
    return " ".join(f"p{share * 100:.0f} {quantile(times, share):6.1f}" for share in (0.5, 0.95, 0.99))


def _all(found: dict[str, Times]) -> Times:
    """All officers; `as they come` weighs polls as a desk does that sees one change a minute (12 polls)."""
    names = next(iter(found.values()))
    together = {name: [value for times in found.values() for value in times[name]] for name in names}
    changed = together["poll, changed"]
    unchanged = random.choices(together["poll, unchanged"], k=11 * len(changed))
    return together | {"polls as they come": unchanged + changed}


def plans(officers: dict[str, list[Officer]]) -> None:
    """What each kind's poll asks the database, and how that is answered."""
    for kind, people in officers.items():
        browser = Client()
        browser.force_login(people[0])
        for tab in Tab:
            address = poll_address(browser.get(f"/desk/?tab={tab.value}").content.decode())
            browser.get(address, headers=HTMX)
            with CaptureQueriesContext(connection) as captured:
                browser.get(address, headers=HTMX)
            for query in captured.captured_queries:
                with connection.cursor() as cursor:
                    cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + query["sql"])
                    print(f"\n-- {kind}, {tab.value}: {query['time']} s\n{query['sql']}")
                    print("\n".join(str(row[0]) for row in cursor.fetchall()))


def main() -> None:
    """Seed, measure, drop."""
    opened, ended = ([int(word) for word in sys.argv[1:] if word.isdigit()] + [100_000, 200_000])[:2]
    random.seed(1)
    with own_database():
        blocks = settle()
        officers = post(blocks)
        start = time.perf_counter()
        invent(opened, ended, blocks, officers)
        took = time.perf_counter() - start
        print(f"{opened} open and {ended} ended cases in {len(blocks)} blocks on {connection.vendor}, {took:.0f} s")
        if "--plans" in sys.argv:
            plans(officers)
        tell(measure(officers))
        cache.clear()


if __name__ == "__main__":
    main()
