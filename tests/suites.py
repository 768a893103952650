"""Runs the suite on SQLite, and again on PostgreSQL and Redis where TEST_DATABASE_URL and TEST_REDIS_URL answer."""

import os
import sys
from contextlib import ExitStack
from subprocess import PIPE, STDOUT, Popen

import psycopg
import redis

from tests.tables import Template

SERVERS = ("TEST_DATABASE_URL", "TEST_REDIS_URL")
WORKERS = str(min(os.cpu_count() or 1, 4))


def main(arguments: list[str]) -> int:
    """Exit status 0 when every suite passed; servers that are named and do not answer are a failure."""
    named = {name: os.environ[name] for name in SERVERS if os.environ.get(name)}
    alone = {name: value for name, value in os.environ.items() if name not in SERVERS}
    for name, url in named.items():
        if why := silence(name, url):
            print(f"{name} does not answer: {why}")
            return 1
    with ExitStack() as made:
        # PostgreSQL's tables are made while the first suite begins.
        template = made.enter_context(Template(url)) if (url := named.get("TEST_DATABASE_URL")) else None
        failed = suite("SQLite, cache in memory", alone, arguments, "not processes", "processes")
        if not named:
            print("Not run on PostgreSQL and Redis: TEST_DATABASE_URL and TEST_REDIS_URL are not set.")
            return failed
        # What is seen in a browser is the same on either database, and has been looked at; so is what asks none.
        there = {**alone, **named, **(template.named() if template else {})}
        kinds = "not processes and not live and not once", "processes and not browser and not once"
        return suite(" and ".join(named), there, arguments, *kinds) or failed


def suite(title: str, environment: dict[str, str], arguments: list[str], quick: str, real: str) -> int:
    """As asked for; without a wish, the quick tests, and beside them those that start and kill real servers."""
    if arguments:
        return shown(f"The suite on {title}", started(environment, arguments))
    # Real servers are waited for: the quick tests have the processors meanwhile. Long tests are shared out to the last.
    servers = started(environment, ["-m", real], stdout=PIPE, stderr=STDOUT)
    try:
        workers = started(environment, ["-n", WORKERS, "--dist", "worksteal", "-m", quick])
        failed = shown(f"The suite on {title}", workers)
        return shown(f"The suite on {title}, with real servers", servers) or failed
    finally:
        servers.terminate()


def silence(name: str, url: str) -> str:
    """Why the server does not answer; '' when it does."""
    try:
        if name == "TEST_REDIS_URL":
            redis.Redis.from_url(url, socket_connect_timeout=3).ping()
        else:
            psycopg.connect(url, connect_timeout=3).close()
    except (redis.RedisError, psycopg.Error) as error:
        return str(error).strip().splitlines()[0]
    return ""


def started(environment: dict[str, str], arguments: list[str], **where: int) -> Popen[bytes]:
    """pytest, at work."""
    return Popen([sys.executable, "-m", "pytest", *arguments], env=environment, **where)


def shown(title: str, running: Popen[bytes]) -> int:
    """What it says, and pytest's exit status; 5 (nothing selected) is a failure like any other."""
    print(f"\n=== {title} ===", flush=True)
    said, _ = running.communicate()
    sys.stdout.buffer.write(said or b"")
    sys.stdout.flush()
    return running.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
