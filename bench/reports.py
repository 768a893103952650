"""How long the collector's pages take the server over 50,000, 1,000,000 or 5,000,000 cases, PostgreSQL: p50 and p95.

    TEST_DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres python bench/reports.py CASES [--keep]

Runs on a database of its own, made beside the named one by the real migrations, filled by `bench/history.py`, counted
by `rebuild`, and dropped at the end; with --keep it stays, and the next run with --keep only measures. Time is taken
around the whole WSGI application, in one process: by the clock on the wall, and of work (this process and its database
backend). Beside the pages: how long filling and counting anew take, how many cells there are, and what catching up with
a hundred changes costs.

Measured on 2026-11-26, PostgreSQL 15, 2 cores, nothing else running, the real blocks, the same bad week at the end of
each history (20,000 pleas in 8 days, 1,700 to 1,900 open); p95 of work in ms:

                                        50,000  5,000,000
    collector: today, 24 h, 7 d       74-86-81   70-82-75
    collector: 45, 400 days              74-75     85-120
    state: today, 24 h, 7 d        100-111-120 96-100-102
    state: 45, 400 days                105-116    145-218
    all:   today, 24 h, 7 d         94-123-124  90-106-126
    all:   45, 400 days                 98-124    166-210
    wall                                 25-30      23-28
    API, a state's districts, 7 d           76         71

What happened lately costs the same however long the history is. Long times of a state read some twenty cells of days
and months for each district and need; their histograms are fuller after a long history, and hold those by the hour of
the day, which nobody asks the districts for. Filling five million takes 668 s and counting them anew 2,439 s (4.5
million cells, 1,275 MB; both beside the test suite).
"""

import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import setup_databases, setup_test_environment
from django.utils import timezone

from bench.desk_polling import Watch, own_database, settle
from bench.history import fill
from cases.models import Case, Figure
from cases.reports import rollups
from cases.reports.rebuild import rebuild
from districts.models import Block, Officer, Posting, Role

WARM, ROUNDS = 3, 25


def readers() -> dict[str, Client]:
    """A collector of the busiest district, a state administrator, a superuser."""
    busiest = Case.objects.order_by("-pk").values_list("district", flat=True)[0]
    block = Block.objects.filter(district=busiest).select_related("district").first()
    assert block
    place: dict[str, Any] = {"state_id": block.district.state_id}
    found = {}
    for name, role, area in (
        ("collector", Role.COLLECTOR, {"district": block.district}),
        ("state", Role.STATE_ADMIN, {}),
    ):
        officer, _ = Officer.objects.get_or_create(username=name)
        Posting.objects.get_or_create(officer=officer, role=role, **place, **area)
        found[name] = signed_in(officer)
    found["all"] = signed_in(Officer.objects.get_or_create(username="all", is_superuser=True, is_staff=True)[0])
    return found


def signed_in(officer: Officer) -> Client:
    """A browser."""
    client = Client()
    client.force_login(officer)
    return client


def pages() -> list[tuple[str, str, str]]:
    """Who asks for what."""
    today = timezone.localdate()
    month, year = today - timedelta(days=45), today - timedelta(days=400)
    found = []
    for who in ("collector", "state", "all"):
        found += [(who, period, f"/reports/?period={period}") for period in ("today", "review", "24h", "7d")]
        found += [
            (who, "45 days", f"/reports/?from={month:%d-%m-%Y}&to={today:%d-%m-%Y}"),
            (who, "400 days", f"/reports/?from={year:%d-%m-%Y}&to={today:%d-%m-%Y}"),
        ]
        found.append((who, "wall", "/wall/"))
    found.append(("state", "chart 7d", "/reports/charts/inflow.light.svg?period=7d"))
    found.append(("state", "API 7d", "/api/v1/figures/?by=place&period=7d"))
    found += [("collector", "reviews", "/reports/reviews/"), ("collector", "exports", "/reports/exports/")]
    return found


def measure(watch: Watch, client: Client, path: str) -> tuple[list[float], list[float], int]:
    """Milliseconds by the wall and of work of one page, in order, and its bytes."""
    taken = []
    for _ in range(WARM + ROUNDS):
        cache.clear()  # no page lives from what another asked
        answer, time_taken = watch.taken(lambda: client.get(path))
        taken.append(time_taken)
        assert answer.status_code == 200, (path, answer.status_code)
    wall, work = zip(*taken[WARM:], strict=True)
    return sorted(wall), sorted(work), len(answer.content)


def at(taken: list[float], percent: int) -> float:
    """A percentile."""
    return taken[min(len(taken) * percent // 100, len(taken) - 1)]


def change(count: int) -> float:
    """Seconds that catching up with so many changed cases takes."""
    for case in Case.objects.filter(resolved_at__isnull=False).order_by("-pk")[:count]:
        case.reopened_count += 1
        case.save()
    began = time.perf_counter()
    assert rollups.catch_up(timezone.now()) == count
    return time.perf_counter() - began


@contextmanager
def kept_database() -> Iterator[None]:
    """The database of an earlier run, or a new one; it stays."""
    settings.CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    setup_test_environment()
    setup_databases(verbosity=0, interactive=False, keepdb=True, serialized_aliases=[])
    yield


def prepare(cases: int) -> None:
    """Fill and count, unless an earlier run has."""
    if Case.objects.exists():
        return
    settle()
    print(f"{cases:,} cases written in {fill(cases):.0f} s", flush=True)
    began = time.monotonic()
    rebuild(timezone.now())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    took = time.monotonic() - began
    print(f"counted anew into {Figure.objects.count():,} cells in {took:.0f} s, {memory} MB at most", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def main(cases: int, keep: bool) -> None:
    """Fill, count, measure."""
    with kept_database() if keep else own_database():
        prepare(cases)
        print(f"cases: {Case.objects.count():,}, open: {Case.objects.open().count():,}")
        browsers, watch = readers(), Watch()
        for who, what, path in pages():
            wall, work, size = measure(watch, browsers[who], path)
            told = " ".join(f"{at(taken, 50):6.1f} {at(taken, 95):6.1f}" for taken in (wall, work))
            print(f"{who:10} {what:10} wall, work p50 p95 ms: {told}  {size / 1024:5.0f} KB", flush=True)
        print(f"catching up with 100 changes: {change(100):.2f} s")


if __name__ == "__main__":
    if not os.environ.get("TEST_DATABASE_URL"):
        sys.exit("TEST_DATABASE_URL names the PostgreSQL to run on.")
    main(int(sys.argv[1]), "--keep" in sys.argv)
