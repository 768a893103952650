"""Asking for files, and what time takes away."""

import os
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery.exceptions import OperationalError
from django.db import connection, connections
from django.db.models import QuerySet

from cases.models import Case, Export
from cases.reports import tasks
from cases.reports.exports import asking, job, selection, storage
from cases.reports.exports.selection import Refused
from helpdesk.celery import app
from tests.cases.reports.conftest import NOW
from tests.conftest import CaseMaker, Cast, Map

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
State = Export.State
Made = Callable[..., Export]


def test_the_same_file_asked_for_twice_is_one(ask: Made, cast: Cast) -> None:
    assert ask(cast.collector).pk == ask(cast.collector).pk
    assert ask(cast.collector, form="xlsx").pk != ask(cast.collector).pk
    assert Export.objects.count() == 2


def test_a_double_tap_waits_for_the_first_and_finds_its_file(
    ask: Made, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, first = QuerySet.select_for_update, list[Export]()

    def until_the_first_is_through(rows: Any, **given: Any) -> Any:
        wanted = {"kind": "cases", "form": "csv", "language": "en", "asked_at": NOW}
        first.append(Export.objects.create(officer=cast.collector, **wanted))
        return lock(rows, **given)

    monkeypatch.setattr(QuerySet, "select_for_update", until_the_first_is_through)
    assert [ask(cast.collector)] == first
    assert Export.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_however_often_it_is_tapped_at_once_it_is_one_file_and_five_are_the_most(ask: Made, cast: Cast) -> None:
    queries = ["", "", "", "", *(f"hour={n}" for n in range(8))]
    ready = threading.Barrier(len(queries))

    def tap(query: str) -> None:
        try:
            ready.wait()
            ask(cast.collector, query=query)
        except Refused:
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=tap, args=(query,)) for query in queries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Export.objects.count() == asking.MOST_UNDER_WAY
    assert Export.objects.filter(query="").count() <= 1


def test_a_sixth_file_at_once_is_refused(ask: Made, cast: Cast) -> None:
    for number in range(5):
        ask(cast.collector, query=f"hour={number}")
    with pytest.raises(Refused, match="Five of your files"):
        ask(cast.collector, query="hour=9")
    ask(cast.sunita)
    Export.objects.filter(query="hour=0").update(state=State.DONE)
    ask(cast.collector, query="hour=9")


def test_persons_are_not_for_who_works_no_case(ask: Made, cast: Cast) -> None:
    with pytest.raises(Refused):
        ask(cast.auditor, with_persons=True)
    with pytest.raises(Refused):
        ask(cast.meena)
    ask(cast.auditor)


def test_a_broker_that_is_down_delays_the_file_and_the_sweep_finds_it(
    make_case: CaseMaker,
    ask: Made,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    def down(*_given: Any, **_more: Any) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(app, "send_task", down)
    make_case(at=NOW)
    with django_capture_on_commit_callbacks(execute=True) as sent:
        export = ask(cast.collector)
    assert len(sent) == 1
    app.finalize()
    assert app.conf.beat_schedule["write-exports"]["task"] == "cases.reports.tasks.write_exports"
    tasks.write_exports()
    export.refresh_from_db()
    assert export.state == State.DONE


def test_a_task_starts_the_next_while_there_is_more(
    make_case: CaseMaker, ask: Made, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "SLICE_SECONDS", -1.0)
    started: list[int] = []
    monkeypatch.setattr(tasks.write_exports, "delay", lambda: started.append(1))
    make_case(at=NOW)
    ask(cast.collector)
    tasks.write_exports()
    assert started == [1]
    tasks.write_exports()
    assert started == [1]


def test_files_are_deleted_when_their_time_is_over(make_case: CaseMaker, made: Made, cast: Cast) -> None:
    make_case(at=NOW)
    export = made(cast.collector)
    place = storage.place_of(export)
    assert export.expires_at == NOW + timedelta(days=3)
    assert asking.expire(NOW + timedelta(days=3, seconds=-1)) == 0
    assert place.exists()
    assert asking.expire(NOW + timedelta(days=3)) == 1
    assert not place.exists()
    export.refresh_from_db()
    assert (export.state, export.path) == (State.EXPIRED, "")
    asking.expire(NOW + timedelta(days=91))
    assert not Export.objects.exists()


def test_files_that_belong_to_no_export_go_after_a_day(made: Made, cast: Cast) -> None:
    kept, stray, new = (
        storage.place_of(made(cast.collector)),
        storage.folder() / "stray.csv",
        storage.folder() / "new.csv",
    )
    left = storage.folder() / "stray.d"
    left.mkdir()
    for path in (kept, stray, new, left):
        path.touch()
        os.utime(path, times=(NOW.timestamp() - 90_000,) * 2)
    os.utime(new, times=(NOW.timestamp() - 60,) * 2)
    asking.expire(NOW)
    assert kept.exists()
    assert new.exists()
    assert not stray.exists()
    assert not left.exists()


def test_the_months_report_is_there_on_the_first_without_asking(cast: Cast) -> None:
    first = NOW.replace(month=12, day=1, hour=5)
    assert asking.ask_monthly(first) == 3  # two collectors and the state
    assert asking.ask_monthly(first + timedelta(days=1)) == 0
    export = Export.objects.get(officer=cast.collector)
    assert (export.kind, export.form) == ("report", "pdf")
    assert export.query == "period=range&from=01-11-2026&to=30-11-2026"


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.DONE, State.FAILED])
def test_the_months_report_that_its_officer_deletes_is_gone_and_not_made_again(cast: Cast, state: str) -> None:
    first = NOW.replace(month=12, day=1, hour=5)
    asking.ask_monthly(first)
    export = Export.objects.get(officer=cast.collector)
    Export.objects.filter(pk=export.pk).update(state=state, path="a-b.pdf", expires_at=first + timedelta(days=35))
    export.refresh_from_db()
    storage.place_of(export).touch()
    asking.let_go(export)
    assert not storage.place_of(export).exists()
    assert not Export.objects.filter(officer=cast.collector).exists()
    assert [asking.ask_monthly(first + timedelta(days=day)) for day in (1, 2)] == [0, 0]
    asking.expire(first + timedelta(days=91))
    assert not Export.with_let_go.filter(officer=cast.collector).exists()


def test_the_next_months_report_comes_whatever_was_deleted(cast: Cast) -> None:
    first = NOW.replace(month=12, day=1, hour=5)
    asking.ask_monthly(first)
    asking.let_go(Export.objects.get(officer=cast.collector))
    assert asking.ask_monthly(first + timedelta(days=31)) == 3


def test_a_report_that_was_asked_for_leaves_nothing_behind(ask: Made, cast: Cast) -> None:
    october = "place=d375&period=range&from=01-10-2026&to=31-10-2026"
    asking.let_go(ask(cast.collector, kind="report", form="pdf", query=october))
    assert not Export.with_let_go.exists()


@pytest.mark.parametrize("who", ["collector", "state_admin", "sunita", "auditor", "other_collector"])
def test_the_page_counts_what_the_officer_sees_and_stops(
    cast: Cast, make_case: CaseMaker, small_map: Map, clock: Any, who: str
) -> None:
    officer = getattr(cast, who)
    places = [small_map.bilha, small_map.kota, small_map.dharsiwa]
    for block in places:
        make_case(at=NOW, block=block, district=block.district)
    make_case(at=NOW, block=small_map.dharsiwa, district=small_map.raipur, officer=officer)  # beyond, and theirs
    make_case(at=NOW, received_at=NOW + timedelta(minutes=1))  # not here yet
    seen = Case.objects.visible_to(officer).filter(received_at__lte=NOW).count()
    assert seen >= 2
    assert [selection.count_up_to("", officer, most) for most in (1, 2, 100)] == [1, 2, seen]
    assert selection.count_up_to("need=oxygen", officer, 100) == seen
