"""Runs the suite on SQLite, and again on PostgreSQL and Redis where TEST_DATABASE_URL and TEST_REDIS_URL answer."""

import os
import subprocess
import sys

import psycopg
import redis

SERVERS = ("TEST_DATABASE_URL", "TEST_REDIS_URL")
WORKERS = str(min(os.cpu_count() or 1, 4))


def main(arguments: list[str]) -> int:
    """Exit status 0 when every suite passed; servers that are named and do not answer are a failure."""
    named = {name: os.environ[name] for name in SERVERS if os.environ.get(name)}
    alone = {name: value for name, value in os.environ.items() if name not in SERVERS}
    failed = suite("SQLite, cache in memory", alone, arguments, "not processes", "processes")
    if not named:
        print("Not run on PostgreSQL and Redis: TEST_DATABASE_URL and TEST_REDIS_URL are not set.")
        return failed
    for name, url in named.items():
        if why := silence(name, url):
            print(f"{name} does not answer: {why}")
            return 1
    # What is seen in a browser is the same on either database, and has been looked at already; so is what asks none.
    there = {**alone, **named}
    kinds = "not processes and not live and not once", "processes and not browser"
    return suite(" and ".join(named), there, arguments, *kinds) or failed


def suite(title: str, environment: dict[str, str], arguments: list[str], quick: str, real: str) -> int:
    """As asked for; without a wish, the quick tests side by side, then those that start and kill real servers."""
    if arguments:
        return run(title, environment, arguments)
    failed = run(title, environment, ["-n", WORKERS, "-m", quick])
    return run(f"{title}, with real servers", environment, ["-m", real]) or failed


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


def run(title: str, environment: dict[str, str], arguments: list[str]) -> int:
    """pytest's exit status; 5 (nothing selected) is a failure like any other."""
    print(f"\n=== The suite on {title} ===", flush=True)
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
