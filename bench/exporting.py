"""Taking many cases out: rows per second and peak memory, as CSV and as workbook, and a worker killed on the way.

    python bench/exporting.py [CASES] [--persons] [--xlsx] [--kill]

Runs on a database of its own, made beside the configured one and dropped at the end. The limit it is measured against:
the same columns read by one cursor and written by csv.writer as they come, no words, no scope, no going on.
"""

# ruff: noqa: E402  (Django is set up before its models are imported)

import csv
import hashlib
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

import django

django.setup()

from django.conf import settings
from django.db import connection, connections
from django.test.utils import setup_databases, setup_test_environment, teardown_databases
from django.utils import timezone

from cases.models import Case, Export, Need, Person, Phone
from cases.reports.exports import asking, job, storage
from cases.reports.exports.columns import Row
from districts.models import Block, District, Officer, Posting, Role, State

SEEDS, PAGE_KB = 2000, os.sysconf("SC_PAGE_SIZE") // 1024


@contextmanager
def own_database() -> Iterator[None]:
    """An empty, migrated database and a folder for files, both gone at the end."""
    settings.CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    settings.CELERY_BROKER_URL = "memory://"
    database = settings.DATABASES["default"]
    if connection.vendor == "sqlite":  # a file: a killed worker is another process
        database.setdefault("TEST", {})["NAME"] = str(settings.DATA_DIR / "bench-exporting.sqlite3")
        connections["default"].settings_dict["TEST"]["NAME"] = database["TEST"]["NAME"]
    setup_test_environment()
    made = setup_databases(verbosity=0, interactive=False)
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as folder:
        settings.MEDIA_ROOT = Path(folder)
        try:
            yield
        finally:
            teardown_databases(made, verbosity=0)


def settle(count: int) -> Officer:
    """A state of 80 blocks with so many solved cases; its administrator."""
    state = State.objects.create(code=22, name="Chhattisgarh", name_hi="छत्तीसगढ़")
    districts = District.objects.bulk_create(
        District(code=300 + n, name=f"District {n}", state=state) for n in range(10)
    )
    Block.objects.bulk_create(Block(code=3000 + n, name=f"Block {n}", district=districts[n % 10]) for n in range(80))
    people = Officer.objects.bulk_create(
        Officer(username=f"o{n}", first_name="Nodal", last_name=str(n)) for n in range(50)
    )
    person = Person.objects.create(name="Somebody")
    Phone.objects.create(person=person, number="9800000001")
    now, needs = timezone.now(), list(Need.objects.values_list("code", flat=True))
    Case.objects.bulk_create(
        _case(n, now - timedelta(minutes=10 + 7 * n), needs[n % len(needs)], people[n % 50], person)
        for n in range(SEEDS)
    )
    _double(count)
    admin = Officer.objects.create(username="admin")
    Posting.objects.create(officer=admin, role=Role.STATE_ADMIN, state=state)
    return admin


def _case(n: int, at: "timezone.datetime", need: str, officer: Officer, person: Person) -> Case:
    later = lambda minutes: at + timedelta(minutes=minutes)  # noqa: E731
    return Case(
        reference=f"S{n:08d}", need_id=need, urgency="critical", status="closed", closing="yes", outcome="helped",
        state_id=22, district_id=300 + n % 10, block_id=3000 + n % 80, place_text="Tifra, near the water tank",
        requester=person, channel="x", officer=officer, opened_at=at, received_at=later(1), assigned_at=later(2),
        acknowledged_at=later(5), started_at=later(6), resolved_at=later(28), closed_at=later(90), waits_from=at,
        respond_by=later(5), resolve_by=later(30), minutes_received=1.0, minutes_assigned=1.0, minutes_acknowledged=3.0,
        minutes_resolved=23.0, minutes_confirmed=62.0, resolution="Cylinder brought to the house", updated_at=at,
    )  # fmt: skip


def _double(count: int) -> None:
    """The seeds again and again, under new references, by the database itself."""
    fields = [field.column for field in Case._meta.concrete_fields if field.column not in ("id", "reference")]
    names = ", ".join(f'"{name}"' for name in fields)
    last = SEEDS
    with connection.cursor() as cursor:
        while last < count:
            most = min(last, count - last)
            cursor.execute(
                f"INSERT INTO cases_case (reference, {names}) SELECT 'E' || (id + %s), {names} FROM cases_case"
                " WHERE id <= (SELECT MIN(id) FROM cases_case) + %s - 1",
                [last, most],
            )
            last += most
        cursor.execute("ANALYZE")


class Memory:
    """The highest memory of this process while it is open, in MB."""

    def __enter__(self) -> "Memory":
        self.peak, self._open = self._now(), True
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._open = False
        self._thread.join()

    def _watch(self) -> None:
        while self._open:
            self.peak = max(self.peak, self._now())
            time.sleep(0.05)

    def _now(self) -> float:
        return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_KB / 1024


def ask(officer: Officer, form: str, **given: bool) -> Export:
    """Put it into the queue."""
    officer = Officer.objects.get(pk=officer.pk)
    return asking.ask(officer, kind="cases", form=form, query="", language="hi", at=timezone.now(), **given)


def measured(name: str, officer: Officer, form: str, **given: bool) -> Export:
    """Write it and say how fast, with how much memory."""
    export, start, slices = ask(officer, form, **given), time.perf_counter(), 1
    with Memory() as memory:
        while job.run(timezone.now()):
            slices += 1
    took = time.perf_counter() - start
    export.refresh_from_db()
    told = f"{export.written:>9,} lines {took:7.1f} s {export.written / took:8,.0f}/s {export.size / 1e6:8.1f} MB"
    print(
        f"{name:<28} {told}  {slices:>3} slices  peak {memory.peak:6.1f} MB  {export.state} {export.error}", flush=True
    )
    return export


def bare() -> None:
    """The limit: one cursor, one writer."""
    start, count = time.perf_counter(), 0
    with Memory() as memory, (storage.folder() / "bare.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        for row in Case.objects.order_by("pk").values_list(*Row._fields).iterator(chunk_size=2000):
            writer.writerow(row)
            count += 1
    took = time.perf_counter() - start
    told = f"{count:>9,} lines {took:7.1f} s {count / took:8,.0f}/s"
    print(f"{'one cursor, bare values':<28} {told}  peak {memory.peak:6.1f} MB", flush=True)


def killed(officer: Officer, whole: Export) -> None:
    """A worker is killed with SIGKILL a third of the way; the next goes on; the file must be the very same."""
    export = ask(officer, "csv")
    connections.close_all()
    if connection.vendor == "postgresql":
        connection.close_pool()  # two processes on one connection would talk past each other
    child = os.fork()
    if not child:
        try:
            while job.run(timezone.now()):
                continue
        finally:
            os._exit(0)  # the database is the parent's to drop
    while export.written < (whole.written // 3):
        time.sleep(0.02)
        export.refresh_from_db()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    export.refresh_from_db()
    at, size = export.written, storage.place_of(export).stat().st_size
    Export.objects.filter(pk=export.pk).update(claimed_at=timezone.now() - job.DEAD_AFTER * 2)  # a minute has passed
    while job.run(timezone.now()):
        continue
    export.refresh_from_db()
    same = _digest(export) == _digest(whole)
    print(f"killed at {at:,} lines, {size - export.offset if size > export.offset else 0} bytes cut; same file: {same}")
    if not same:
        raise SystemExit(1)


def _digest(export: Export) -> str:
    with storage.place_of(export).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main(count: int) -> None:
    """All of it."""
    with own_database():
        start = time.perf_counter()
        officer = settle(count)
        print(f"{connection.vendor}, {count:,} cases made in {time.perf_counter() - start:.1f} s", flush=True)
        bare()
        whole = measured("CSV", officer, "csv")
        if "--persons" in sys.argv:
            measured("CSV with names and numbers", officer, "csv", with_persons=True)
        if "--xlsx" in sys.argv:
            measured("XLSX", officer, "xlsx")
        if "--kill" in sys.argv:
            killed(officer, whole)


if __name__ == "__main__":
    main(next((int(text.replace(",", "").replace("_", "")) for text in sys.argv[1:] if text[0].isdigit()), 200_000))
