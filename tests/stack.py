"""A whole running Sahayata for tests: `manage.py run` on a scratch data folder and free ports."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[1]
UP_SECONDS = 120.0
# Whatever the person running the tests has set for a site of their own stays out of these.
NOT_PASSED_ON = ("DATABASE_URL", "REDIS_URL", "X_API_URL", "X_CREDENTIALS", "SITE_URL", "SAHAYATA_MODE", "STATIC_ROOT")


def free_port() -> int:
    """A port on 127.0.0.1 nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
    return port


def wait_for(what: str, happens: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until it happens; an AssertionError that says what did not."""
    give_up_at = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < give_up_at, f"after {seconds} s still not: {what}"
        time.sleep(0.1)


def environment(folder: Path, **more: str) -> dict[str, str]:
    """What every process of a stack on this data folder is given."""
    kept = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
    return kept | {"DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"} | more


def processes_of(folder: Path) -> set[int]:
    """Every living process that was started for this data folder, by its environment."""
    mark = f"DATA_DIR={folder}".encode()
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (
                mark in (entry / "environ").read_bytes().split(b"\0")
                and b"\nState:\tZ" not in (entry / "status").read_bytes()
            ):
                found.add(int(entry.name))
        except OSError:
            continue  # it went while we looked, or is not ours
    return found


def status_of(url: str) -> int:
    """The HTTP status of GET url; 0 when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def manage(folder: Path, *arguments: str, **more: str) -> str:
    """Run a management command on the data folder; its output. An AssertionError with it when it fails."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(folder, **more), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Stack:
    """`with Stack(folder) as stack:` — up when the block starts, gone when it ends. The folder's tables must exist."""

    def __init__(self, folder: Path, every: float = 0.0, port: int = 0, env: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.env = env or {}
        self.port = port or free_port()
        self.simulator_port = free_port()
        self.every = every
        self.url = f"http://127.0.0.1:{self.port}"
        self.simulator_url = f"http://127.0.0.1:{self.simulator_port}"
        self.log = folder / "stack.log"
        self.process: subprocess.Popen[bytes] | None = None

    def launch(self) -> Self:
        """Start it and return at once."""
        ports = ["--port", str(self.port), "--simulator-port", str(self.simulator_port)]
        command = [sys.executable, "manage.py", "run", *ports, "--every", str(self.every)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment(self.folder, **self.env),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    def simulator(self, door: str, body: object = None) -> Any:
        """Ask the simulator of X at /_control/<door>; its JSON. A body makes it a POST."""
        url = f"{self.simulator_url}/_control/{door}"
        request = urllib.request.Request(url, None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def output(self) -> str:
        """What it has said so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def said(self, text: str) -> bool:
        """Whether it has said that; an AssertionError when it has ended instead."""
        ended = self.process is not None and self.process.poll() is not None
        found = text in self.output()
        assert found or not ended, f"it ended:\n{self.output()}"
        return found

    def pid_of(self, name: str) -> int:
        """The process id last announced for this part."""
        lines = [line for line in self.output().splitlines() if line.startswith(name) and "| up, process " in line]
        return int(lines[-1].split("| up, process ")[1].split()[0])

    def stop(self, number: int = signal.SIGINT, seconds: float = 30.0) -> int:
        """Send the signal and wait; the exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def __enter__(self) -> Self:
        self.launch()
        try:
            wait_for("up", lambda: self.said("Sahayata is up"), UP_SECONDS)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self.process and self.process.poll() is None:
            self.stop(signal.SIGTERM)
        for pid in processes_of(self.folder):
            os.kill(pid, signal.SIGKILL)
