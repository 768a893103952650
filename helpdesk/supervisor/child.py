"""Embedded mode, one process: in a group of its own, its output read line by line, ended with all it started."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
READY_LINE = "sahayata: ready"  # what a process without a port prints when it is up (helpdesk/celery.py)
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
# Loaded before any fork: between fork and exec only this one call is made.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
READS_A_TURN = 16  # 1 MiB; a chatty process does not starve the others
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a restart; doubled while it does not come up


@dataclass(frozen=True, slots=True)
class Program:
    """What to start. `answers` probes whether it is up; None: it prints READY_LINE. `stage`: lower ones start first."""

    name: str
    command: tuple[str, ...]
    stage: int
    address: str = ""
    answers: Callable[[], bool] | None = None
    env: Mapping[str, str] = field(default_factory=dict)


def _end_with_parent(parent: int) -> None:
    """In the child: have the kernel send SIGTERM when the supervisor is gone, even by SIGKILL."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it went before the call
            os._exit(1)


class Child:
    """A program and its running process, started again (with a growing pause) when it dies."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.is_up = False
        self.was_up = False
        self.deaths = 0
        self.start_at = 0.0
        self._said_ready = False
        self._rest = b""

    @property
    def pid(self) -> int:
        """Its process id, which is its group's too; 0 when it does not run."""
        return self.process.pid if self.process else 0

    def start(self) -> int:
        """Start it and return the descriptor of its output."""
        self._said_ready, self._rest = False, b""
        self.process = subprocess.Popen(
            self.program.command,
            cwd=PROJECT,
            env={**os.environ, **self.program.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=partial(_end_with_parent, os.getpid()),  # safe: this process has one thread
        )
        assert self.process.stdout is not None  # noqa: S101 - a pipe was asked for
        os.set_blocking(self.process.stdout.fileno(), False)
        return self.process.stdout.fileno()

    def lines(self) -> Iterator[str]:
        """The whole lines it has written since the last call, its sign of readiness taken out."""
        output = b"".join(islice(iter(self._read, b""), READS_A_TURN))
        *whole, self._rest = (self._rest + output).split(b"\n")
        for line in whole:
            text = line.decode("utf-8", "replace").rstrip()
            if text == READY_LINE:
                self._said_ready = True
            elif text:
                yield text

    def _read(self) -> bytes:
        if self.process is None or self.process.stdout is None or self.process.stdout.closed:
            return b""
        with contextlib.suppress(BlockingIOError):
            return os.read(self.process.stdout.fileno(), 65536)
        return b""

    def came_up(self) -> bool:
        """Whether it is up now and was not at the last call."""
        if self.is_up or self.process is None:
            return False
        self.is_up = self.program.answers() if self.program.answers else self._said_ready
        self.was_up = self.was_up or self.is_up
        return self.is_up

    def died(self) -> int | None:
        """Its exit status (negative: the signal) when it has just died; None while it runs or is being started."""
        return self.process.poll() if self.process else None

    def bury(self) -> float:
        """After its death: end what it left behind; the seconds to wait before it is started again."""
        self.kill()
        self.deaths = 1 if self.is_up else self.deaths + 1  # one that came up will most likely come up again
        self.forget()
        pause: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (self.deaths - 1))
        self.start_at = time.monotonic() + pause
        return pause

    def forget(self) -> None:
        """It runs no longer: close its output."""
        if self.process and self.process.stdout:
            self.process.stdout.close()
        self.process, self.is_up = None, False

    def terminate(self) -> None:
        """Ask it to finish. Only its leader: gunicorn and Celery pass the word on in their own order."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def kill(self) -> None:
        """End its whole group at once, also what outlived the leader."""
        if self.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
