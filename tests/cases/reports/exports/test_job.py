"""Writing in slices: going on where a dead worker had come to, in turn, checked anew, failing cleanly."""

import errno
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from openpyxl import load_workbook

from cases.models import Case, Export
from cases.reports import rollups
from cases.reports.exports import asking, columns, job, storage, writing
from cases.reports.review import fonts
from cases.workflow import Status
from districts.models import Posting
from tests.cases.reports.conftest import NOW
from tests.cases.reports.exports.conftest import table
from tests.conftest import CaseMaker, Cast, Map

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
State = Export.State
Made = Callable[..., Export]


class Killed(BaseException):
    """The worker is gone: nothing of it runs any more."""


@pytest.fixture
def ten_cases(make_case: CaseMaker, cast: Cast) -> list[Case]:
    return [make_case(at=NOW - timedelta(hours=1 + n), officer=cast.meena) for n in range(10)]


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three lines at once, and a new task after each chunk."""
    monkeypatch.setattr(job, "CHUNK", 3)
    monkeypatch.setattr(job, "SLICE_SECONDS", -1.0)


def killed_after(chunks: int, monkeypatch: pytest.MonkeyPatch, module: Any = writing.CsvFile) -> None:
    """The worker dies in the middle of writing, some of the chunk on the disk and unknown to the database."""
    add, count = module.add, [0]

    def dying(self: Any, lines: Any) -> None:
        count[0] += 1
        add(self, lines)
        if count[0] > chunks:
            raise Killed

    monkeypatch.setattr(module, "add", dying)


def test_slices_make_the_same_file_as_one_go(
    ten_cases: list[Case], made: Made, ask: Made, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = storage.place_of(made(cast.collector)).read_bytes()
    monkeypatch.setattr(job, "CHUNK", 3)
    monkeypatch.setattr(job, "SLICE_SECONDS", -1.0)
    export, states = ask(cast.collector), []
    while job.run(NOW):
        export.refresh_from_db()
        states.append((export.state, export.written, export.total))
    export.refresh_from_db()
    assert states == [(State.QUEUED, 3, 10), (State.QUEUED, 6, 10), (State.QUEUED, 9, 10), (State.QUEUED, 10, 10)]
    assert (export.state, export.written, export.size) == (State.DONE, 10, len(whole))
    assert storage.place_of(export).read_bytes() == whole


@pytest.mark.parametrize("chunks", [0, 1, 2, 3])
def test_after_a_kill_another_worker_makes_the_very_same_file(
    ten_cases: list[Case], made: Made, ask: Made, cast: Cast, monkeypatch: pytest.MonkeyPatch, clock: Any, chunks: int
) -> None:
    whole = storage.place_of(made(cast.collector)).read_bytes()
    monkeypatch.setattr(job, "CHUNK", 3)
    export = ask(cast.collector)
    with monkeypatch.context() as patched:
        killed_after(chunks, patched)
        with pytest.raises(Killed):
            job.run(NOW)
    export.refresh_from_db()
    assert (export.state, export.written) == (State.RUNNING, chunks * 3)
    assert storage.place_of(export).stat().st_size > export.offset  # half a chunk nobody knows of
    assert not job.run(NOW + timedelta(seconds=59))  # it might still live
    clock.shift(timedelta(seconds=61))
    assert not job.run(timezone.now())
    export.refresh_from_db()
    assert export.state == State.DONE
    assert storage.place_of(export).read_bytes() == whole


def test_a_workbook_is_begun_anew_after_a_kill(
    ten_cases: list[Case], ask: Made, cast: Cast, monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    monkeypatch.setattr(job, "CHUNK", 3)
    export = ask(cast.collector, form="xlsx")
    with monkeypatch.context() as patched:
        killed_after(2, patched, writing.XlsxSheet)
        with pytest.raises(Killed):
            job.run(NOW)
    clock.shift(timedelta(seconds=61))
    job.run(timezone.now())
    export.refresh_from_db()
    assert (export.state, export.written) == (State.DONE, 10)
    references = [
        row[0] for row in load_workbook(storage.place_of(export)).active.iter_rows(min_row=2, values_only=True)
    ]
    assert references == [case.reference for case in ten_cases]
    assert [path.name for path in storage.folder().iterdir() if path.name != ".lock"] == [export.path]


def test_a_file_that_went_away_is_begun_anew(ten_cases: list[Case], small_steps: None, ask: Made, cast: Cast) -> None:
    export = ask(cast.collector)
    job.run(NOW)
    export.refresh_from_db()
    storage.place_of(export).unlink()
    while job.run(NOW):
        pass
    export.refresh_from_db()
    assert [row["Reference"] for row in table(export)] == [case.reference for case in ten_cases]
    assert export.written == 10


def test_what_comes_after_the_asking_is_not_in_the_file_and_late_is_late_as_of_then(
    make_case: CaseMaker, ask: Made, cast: Cast, clock: Any
) -> None:
    late = make_case(at=NOW - timedelta(hours=1), next_due_at=NOW - timedelta(minutes=1))
    make_case(at=NOW - timedelta(hours=1), next_due_at=NOW + timedelta(minutes=1))
    export = ask(cast.collector, query="status=late")
    clock.shift(timedelta(minutes=2))
    make_case(at=timezone.now(), next_due_at=NOW - timedelta(minutes=5))
    job.run(timezone.now())
    export.refresh_from_db()
    assert [row["Reference"] for row in table(export)] == [late.reference]


def test_officers_take_turns(ten_cases: list[Case], small_steps: None, ask: Made, cast: Cast, clock: Any) -> None:
    first, second = ask(cast.collector), ask(cast.sunita, at=NOW + timedelta(seconds=1))
    seen = []
    for _turn in range(4):
        clock.shift(timedelta(seconds=2))
        job.run(timezone.now())
        first.refresh_from_db()
        second.refresh_from_db()
        seen.append((first.written, second.written))
    assert seen == [(3, 0), (3, 3), (6, 3), (6, 6)]


def test_one_writes_at_a_time(ten_cases: list[Case], ask: Made, cast: Cast) -> None:
    export = ask(cast.collector)
    with storage.only_one() as is_mine:
        assert is_mine
        assert not job.run(NOW)
    export.refresh_from_db()
    assert export.state == State.QUEUED


def test_a_worker_that_lost_its_claim_writes_nothing_down(
    ten_cases: list[Case], ask: Made, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    export, read = ask(cast.collector), columns.read

    def stolen(cases: Any, with_persons: bool) -> Any:
        Export.objects.filter(pk=export.pk).update(claimed_at=NOW + timedelta(minutes=3))
        return read(cases, with_persons)

    monkeypatch.setattr(columns, "read", stolen)
    job.run(NOW)
    export.refresh_from_db()
    assert (export.state, export.written) == (State.RUNNING, 0)


def test_one_that_is_let_go_while_it_is_written_leaves_no_file(
    ten_cases: list[Case], ask: Made, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    export, read = ask(cast.collector), columns.read

    def let_go(cases: Any, with_persons: bool) -> Any:
        asking.let_go(Export.objects.get(pk=export.pk))
        return read(cases, with_persons)

    monkeypatch.setattr(columns, "read", let_go)
    assert not job.run(NOW)
    assert [path.name for path in storage.folder().iterdir()] == [".lock"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_failure_is_tried_five_times_then_said_in_the_readers_language(
    ten_cases: list[Case], ask: Made, cast: Cast, monkeypatch: pytest.MonkeyPatch, clock: Any, form: str
) -> None:
    def away(*_given: Any) -> Any:
        raise OperationalError("the database is away")

    monkeypatch.setattr(columns, "read", away)
    export = ask(cast.collector, form=form, language="en")
    for _try in range(job.MOST_TRIES):
        job.run(timezone.now())
        clock.shift(timedelta(seconds=61))
    export.refresh_from_db()
    assert (export.state, export.tries) == (State.FAILED, 5)
    assert export.error.startswith("It could not be written.")
    assert [path.name for path in storage.folder().iterdir()] == [".lock"]


def test_a_full_disk_is_said_at_once_and_gives_its_room_back(
    ten_cases: list[Case], ask: Made, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writing.CsvFile, "add", full)
    export = ask(cast.collector)
    job.run(NOW)
    export.refresh_from_db()
    assert (export.state, export.error.partition(".")[0]) == (State.FAILED, "The server's disk is full")
    assert [path.name for path in storage.folder().iterdir()] == [".lock"]


def test_one_that_takes_its_worker_along_each_time_is_given_up(
    ten_cases: list[Case], ask: Made, cast: Cast, monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    def deadly(*_given: Any) -> Any:
        raise Killed

    monkeypatch.setattr(columns, "read", deadly)
    export = ask(cast.collector, form="xlsx")
    for _try in range(job.MOST_TRIES):
        with pytest.raises(Killed):
            job.run(timezone.now())
        clock.shift(timedelta(seconds=61))
    assert not job.run(timezone.now())
    export.refresh_from_db()
    assert export.state == State.FAILED


def test_a_sheet_of_excel_has_an_end_and_says_so(
    ten_cases: list[Case], made: Made, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "SHEET_HOLDS", 9)
    export = made(cast.collector, form="xlsx")
    assert export.state == State.FAILED
    assert export.error == "A sheet of Excel holds 9 lines and these are 10 cases. Ask for CSV, or for fewer cases."
    assert made(cast.collector).state == State.DONE


def test_only_what_the_officer_sees_is_in_the_file(
    make_case: CaseMaker, made: Made, cast: Cast, small_map: Map
) -> None:
    ours = make_case(at=NOW - timedelta(hours=1))
    theirs = make_case(at=NOW - timedelta(hours=1), district=small_map.raipur, block=small_map.dharsiwa)
    assert [row["Reference"] for row in table(made(cast.collector))] == [ours.reference]
    assert [row["Reference"] for row in table(made(cast.other_collector))] == [theirs.reference]
    assert len(table(made(cast.state_admin))) == 2
    assert table(made(cast.collector, query="district=387")) == []


def test_who_lost_the_posting_in_between_gets_nothing(
    ten_cases: list[Case], small_steps: None, ask: Made, cast: Cast
) -> None:
    export = ask(cast.collector)
    job.run(NOW)
    Posting.objects.filter(officer=cast.collector).update(
        ends_on=NOW.date() - timedelta(days=1), starts_on="2020-01-01"
    )
    assert not job.run(NOW)
    export.refresh_from_db()
    assert (export.state, export.error) == (State.FAILED, "Your posting does not allow this.")
    assert [path.name for path in storage.folder().iterdir()] == [".lock"]


def test_who_was_posted_elsewhere_in_between_must_ask_again(
    ten_cases: list[Case], small_steps: None, ask: Made, cast: Cast, small_map: Map
) -> None:
    export = ask(cast.collector)
    job.run(NOW)
    Posting.objects.filter(officer=cast.collector).update(district=small_map.raipur)
    job.run(NOW)
    export.refresh_from_db()
    assert export.error == "Your postings have changed meanwhile. Ask for it again."


def test_how_many_queries_a_chunk_costs_does_not_depend_on_how_far_it_is(
    ten_cases: list[Case], ask: Made, cast: Cast, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(job, "CHUNK", 1)
    Case.objects.filter(pk=ten_cases[0].pk).update(
        status=Status.RESOLVED, acknowledged_at=NOW, resolved_at=NOW, outcome="died"
    )
    ask(cast.collector)
    with django_assert_max_num_queries(10 * 2 + 24):
        job.run(NOW)


def test_each_file_has_a_name_nobody_guesses_in_a_folder_no_one_else_may_read(
    ten_cases: list[Case], made: Made, cast: Cast
) -> None:
    first, second = made(cast.collector), made(cast.collector)
    assert first.path != second.path
    assert len(first.path.partition("-")[0]) == 48
    assert storage.folder().stat().st_mode & 0o077 == 0


@pytest.fixture
def usual_umask() -> Iterator[None]:
    """A server's: what says nothing of its mode may be read by everybody."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("usual_umask")
@pytest.mark.parametrize(
    ("kind", "form"), [("cases", "csv"), ("cases", "xlsx"), ("report", "csv"), ("report", "xlsx"), ("report", "pdf")]
)
def test_no_one_else_on_the_server_may_read_a_file_of_any_form(
    ten_cases: list[Case], made: Made, cast: Cast, kind: str, form: str
) -> None:
    if form == "pdf" and fonts.problem():
        pytest.skip(fonts.problem())
    rollups.catch_up(NOW)
    query = "period=range&from=01-11-2026&to=22-11-2026" if kind == "report" else ""
    export = made(cast.collector, kind=kind, form=form, query=query)
    assert (export.state, export.error) == (State.DONE, "")
    assert storage.place_of(export).stat().st_mode & 0o777 == 0o600
