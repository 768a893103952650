"""Embedded mode: which processes make up a running Sahayata, and what each is told."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.conf import settings

from helpdesk.supervisor.child import Program
from helpdesk.supervisor.probes import http_answers, port_is_free
from helpdesk.supervisor.redis_server import redis_program
from helpdesk.supervisor.refusal import CannotStart

HANDLES = settings.BASE_DIR / "helpdesk" / "demo" / "handles.json"
TIMELINE = settings.BASE_DIR / "tests" / "x_simulator" / "timeline.jsonl"
DEFAULT_SITE_URL = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Plan:
    """The processes in their stages, and the addresses people are told. `simulator_url` is '' without one."""

    programs: tuple[Program, ...]
    site_url: str
    simulator_url: str


def make_plan(*, port: int, simulator_port: int, every: float = 4.0, host: str = "127.0.0.1") -> Plan:
    """What to run in settings.DATA_DIR. `every`: seconds between the simulator's posts, 0: none. Raises CannotStart."""
    simulated = settings.X_SIMULATED
    for wanted, option in [(port, "PORT"), (simulator_port, "SIMULATOR_PORT")][: 1 + simulated]:
        if not port_is_free(wanted):
            raise CannotStart(f"Port {wanted} is taken by another program: give a free one with {option}=")
    site_url = f"http://127.0.0.1:{port}"
    simulator_url = f"http://127.0.0.1:{simulator_port}" if simulated else ""
    told = dict(_told(site_url, simulator_url))
    programs = [_web(port, host, told), _worker(told), _beat(told)]
    if simulated:
        programs.append(_simulator(simulator_port, every))
    if settings.REDIS_SOCKET:
        programs.append(redis_program(settings.REDIS_SOCKET, settings.DATA_DIR / "redis"))
    return Plan(tuple(programs), site_url, simulator_url)


def _told(site_url: str, simulator_url: str) -> Iterator[tuple[str, str]]:
    """Settings of the processes that only this start knows."""
    yield "DATA_DIR", str(settings.DATA_DIR)
    if settings.SITE_URL == DEFAULT_SITE_URL:
        yield "SITE_URL", site_url
    if simulator_url:
        yield "X_API_URL", simulator_url


def _web(port: int, host: str, told: dict[str, str]) -> Program:
    """gunicorn, 2 processes of 4 threads: the quickest of those measured that keeps the database's pool small."""
    command = (
        *(sys.executable, "-m", "gunicorn", "helpdesk.wsgi:application", "--bind", f"{host}:{port}"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "5"),
        *("--no-control-socket", "--log-level", "warning"),
    )
    return Program("web", command, 2, f"http://{host}:{port}/", partial(http_answers, port, "/healthz/live"), told)


def _worker(told: dict[str, str]) -> Program:
    """Two processes, because a time limit can end a process but not a thread."""
    command = (*_celery("worker"), "--concurrency", "2", "--without-mingle", "--without-gossip")
    return Program("worker", command, 2, env=told)


def _beat(told: dict[str, str]) -> Program:
    """A process of its own: inside the worker it would survive the worker's death as an orphan."""
    schedule = Path(settings.DATA_DIR) / "beat-schedule"
    return Program("beat", (*_celery("beat"), "--schedule", str(schedule), "--pidfile="), 2, env=told)


def _celery(part: str) -> tuple[str, ...]:
    level = settings.LOGGING["root"]["level"]
    # In a container or on CI it may well be root who tries this out; five lines each start add nothing.
    quiet = "ignore:You're running the worker with superuser privileges"
    return (sys.executable, "-W", quiet, "-m", "celery", "--quiet", "--app", "helpdesk", part, "--loglevel", level)


def _simulator(port: int, every: float) -> Program:
    command = (
        *(sys.executable, "-m", "tests.x_simulator", "--host", "127.0.0.1", "--port", str(port)),
        *("--handles", str(HANDLES), "--timeline", str(TIMELINE)),
        *(("--every", str(every)) if every > 0 else ("--paused",)),
        *("--state", str(settings.DATA_DIR / "x-simulator.state")),
    )
    address = f"http://127.0.0.1:{port}/"
    return Program("x", command, 1, address, partial(http_answers, port, "/"))
