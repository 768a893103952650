"""Asking for files, and what time takes away."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery.exceptions import OperationalError

from cases.models import Export
from cases.reports import tasks
from cases.reports.exports import asking, job, storage
from cases.reports.exports.selection import Refused
from helpdesk.celery import app
from tests.cases.reports.conftest import NOW
from tests.conftest import CaseMaker, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
State = Export.State
Made = Callable[..., Export]


def test_the_same_file_asked_for_twice_is_one(ask: Made, cast: Cast) -> None:
    assert ask(cast.collector).pk == ask(cast.collector).pk
    assert ask(cast.collector, form="xlsx").pk != ask(cast.collector).pk
    assert Export.objects.count() == 2


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
