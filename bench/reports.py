"""How long the collector's pages take the server over 50,000, 1,000,000 or 5,000,000 cases, PostgreSQL: p50 and p95.

    TEST_DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres python bench/reports.py CASES [--keep]

Runs on a database of its own, made beside the named one by the real migrations, filled by `bench/history.py`, counted
by `rebuild`, and dropped at the end; with --keep it stays, and the next run with --keep only measures. Time is taken
around the whole WSGI application, in one process: by the clock on the wall, and of work (this process and its database
backend). Beside the pages: how long filling and counting anew take, how many cells there are, and what catching up with
a hundred changes costs.

Measured on 2026-11-26, PostgreSQL 15, 2 cores, nothing else running, the real blocks, the same bad week at the end of
each history (20,000 pleas in 8 days, 1,700 to 1,950 open); p50/p95 of work in ms:

                                50,000   1,000,000   5,000,000
    collector, today            71/102       82/86       65/70
    collector, 24h               73/80       83/89       70/73
    collector, 7d                79/88       84/91       75/83
    collector, 45 days           71/74       86/94       77/81
    collector, 400 days          72/75       90/97       80/85
    collector, wall              24/26       25/27       21/22
    state, today                 90/97      97/100       90/95
    state, 24h                  99/105     106/114       96/97
    state, 7d                   97/101     109/115      94/123
    state, 45 days               93/99     114/166     105/115
    state, 400 days             99/111     124/130     115/121
    state, wall                  29/31       28/31       26/30
    all, today                   89/93       86/92       82/86
    all, 24h                    96/103       87/95       90/96
    all, 7d                      89/92      94/106       93/96
    all, 45 days                 83/98      97/111      95/101
    all, 400 days                84/94      99/108      98/102
    all, wall                    20/22       20/23       20/24
    state, chart 7d              55/94       44/73       46/77
    state, API 7d                61/67       78/81       55/57
    collector, reviews           13/15       14/14       12/14
    collector, files             31/35                   26/29

(The district and state asked for are those of the last plea; over 1,000,000 it is another state, with more places.)
What happened lately costs the same however long the history is, and a long time is a handful of cells of each place
and need, whose histograms are fuller after a long history. Filling five million takes 424 s and counting them anew
2,302 s (5.2 million cells, 4.6 GB; both beside other work). Before there were cells of thirds, quarters and years, and
a column of their own for the hours of the day, 45 and 400 days of a state took 145 and 218 ms (p95).
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
