"""Embedded mode, the loop: starts stage by stage, passes output on, restarts the dead, stops them all."""

import contextlib
import selectors
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from helpdesk.supervisor.child import Child, Program
from helpdesk.supervisor.screen import Screen

TICK_SECONDS = 0.1
UP_SECONDS = 90.0  # a first start on a slow disk compiles every module
STOP_SECONDS = 8.0
DEATHS_BEFORE_GIVING_UP = 3  # of a process that has never been up: that is a fault, not an accident


class Supervisor:
    """Runs programs until it is told to stop. One thread: a child's death signal is tied to the thread that made it."""

    def __init__(self, programs: Sequence[Program], screen: Screen | None = None) -> None:
        self.children = [Child(program) for program in sorted(programs, key=lambda program: program.stage)]
        self.screen = screen or Screen()
        self._selector = selectors.DefaultSelector()
        self._stopping = False
        self._failed = False
        self._interrupts = 0

    def run(self, when_up: Callable[[], None]) -> int:
        """Start, call `when_up` once all are up, watch; returns 0 after SIGINT or SIGTERM, 1 after a failed start."""
        with self._signals():
            try:
                if self._start():
                    when_up()
                while not self._stopping:
                    self._tick()
            finally:
                self._stop()
        return 1 if self._failed else 0

    # --- Starting -------------------------------------------------------------------------------

    def _start(self) -> bool:
        for _, stage in groupby(self.children, key=lambda child: child.program.stage):
            waiting = list(stage)
            for child in waiting:
                self._launch(child)
            if not self._wait_until_up(waiting):
                return False
        return True

    def _launch(self, child: Child) -> None:
        try:
            self._selector.register(child.start(), selectors.EVENT_READ, child)
        except OSError as error:
            self._fail(f"{child.program.name} cannot be started: {error}")

    def _wait_until_up(self, waiting: list[Child]) -> bool:
        give_up_at = time.monotonic() + UP_SECONDS
        while not self._stopping and not all(child.is_up for child in waiting):
            self._tick()
            if time.monotonic() > give_up_at:
                late = ", ".join(child.program.name for child in waiting if not child.is_up)
                self._fail(f"Not up after {UP_SECONDS:.0f} seconds: {late}.")
        return not self._stopping

    def _fail(self, why: str) -> None:
        self.screen.tell(why)
        self._failed = self._stopping = True

    # --- Watching -------------------------------------------------------------------------------

    def _tick(self) -> None:
        self._pass_output_on(TICK_SECONDS)
        for child in self.children:
            self._look_after(child)

    def _pass_output_on(self, patience: float) -> None:
        ready = self._selector.select(patience)
        if not ready:
            return
        for key, _ in ready:
            for line in key.data.lines():
                self.screen.say(key.data.program.name, line)
        # A closed pipe is always ready to read; its process is about to be found dead.
        if all(key.data.died() is not None for key, _ in ready):
            time.sleep(min(patience, 0.02))

    def _look_after(self, child: Child) -> None:
        status = child.died()
        if status is not None:
            self._replace(child, status)
        elif child.process is None and 0 < child.start_at <= time.monotonic() and not self._stopping:
            self._launch(child)
        elif child.came_up():
            self.screen.say(child.program.name, f"up, process {child.pid} {child.program.address}".rstrip())

    def _replace(self, child: Child, status: int) -> None:
        self._let_go(child)
        pause = child.bury()
        self.screen.say(child.program.name, f"died ({_described(status)}), starts again in {pause:.1f} s")
        if not child.was_up and child.deaths >= DEATHS_BEFORE_GIVING_UP:
            self._fail(f"{child.program.name} does not come up; its last lines above say why.")

    def _let_go(self, child: Child) -> None:
        for line in child.lines():
            self.screen.say(child.program.name, line)
        if child.process and child.process.stdout:
            self._selector.unregister(child.process.stdout.fileno())

    # --- Stopping -------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
        before[signal.SIGHUP] = signal.signal(signal.SIGHUP, self._on_signal)  # the terminal's window was closed
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, _number: int, _frame: object) -> None:
        self._stopping = True
        self._interrupts += 1

    def _stop(self) -> None:
        """Last stage first, so that Redis is there until nobody needs it; nothing is left running."""
        running = [child for child in reversed(self.children) if child.process]
        if running:
            self.screen.tell("Stopping ...")
        for _, stage in groupby(running, key=lambda child: child.program.stage):
            self._stop_stage(list(stage))
        self._selector.close()
        self.screen.tell("All processes have stopped.")

    def _stop_stage(self, stage: list[Child]) -> None:
        for child in stage:
            child.terminate()
        give_up_at = time.monotonic() + STOP_SECONDS
        # A second Ctrl-C means: at once.
        while any(child.died() is None for child in stage) and time.monotonic() < give_up_at and self._interrupts < 2:
            self._pass_output_on(0.05)
        for child in stage:
            self._let_go(child)
            child.kill()
            child.forget()


def _described(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    return f"signal {signal.Signals(-status).name}"
