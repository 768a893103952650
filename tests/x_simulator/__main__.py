"""Simulator of X, started from a shell: python -m tests.x_simulator --port 8100 --timeline FILE --every 4."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from tests.x_simulator.player import TIMELINE
from tests.x_simulator.server import HANDLES, XSimulator
from tests.x_simulator.world import read_handles


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.x_simulator", description="A simulated X for this machine.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--handles", type=Path, default=HANDLES, help="accounts and their keys, as handles.json")
    parser.add_argument("--timeline", type=Path, default=TIMELINE, help="posts to play, JSON lines")
    parser.add_argument("--every", type=float, default=4.0, help="seconds between two posts")
    parser.add_argument("--state", type=Path, help="file that keeps the posts across restarts")
    parser.add_argument("--paused", action="store_true", help="do not play the timeline until told to on the page")
    return parser.parse_args()


def main() -> int:
    """Run until SIGTERM or SIGINT; 0 then, 2 when it cannot start."""
    given = _arguments()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    try:
        handles = read_handles(given.handles)
        simulator = XSimulator(handles, given.port, given.host, given.state, given.timeline, given.every)
    except (OSError, ValueError, KeyError) as error:
        print(f"X simulator cannot start: {error}", file=sys.stderr)
        return 2
    if given.paused:
        simulator.world.pause(True)
    with simulator:
        print(f"X simulator on {simulator.url}/", flush=True)
        stopped.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
