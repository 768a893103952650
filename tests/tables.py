"""Migrated tables to copy from: a kind of database is migrated once, not by every worker and every running copy.

SQLite's are a file under DATA_DIR, named by all that decides what migrations make, so that an old one is never taken.
PostgreSQL's are a database on TEST_DATABASE_URL's server for the time of one `make test`.
"""

import fcntl
import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import psycopg
from django.db import connection
from psycopg import sql

from tests.stack import ROOT, environment, manage

TEMPLATE = "TEST_DATABASE_TEMPLATE"  # names PostgreSQL's to the tests


@cache
def mark() -> str:
    """Of the code, of every package and of Python."""
    packages = sorted(f"{one.name} {one.version}" for one in distributions())
    digest = hashlib.sha256("\n".join([sys.version, sqlite3.sqlite_version, *packages]).encode())
    for path in sorted(path for part in ("helpdesk", "districts", "cases") for path in (ROOT / part).rglob("*.py")):
        digest.update(f"\n{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:20]


def _file() -> Path:
    """The migrated file for the code as it is now: who comes first makes it."""
    folder = Path(os.environ["DATA_DIR"]).resolve()
    made = folder / f"tables-{mark()}.sqlite3"
    if not made.exists():
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            manage(Path(scratch), "migrate", "--verbosity", "0")
            whole = Path(scratch) / "whole"
            _copy(Path(scratch) / "sahayata.sqlite3", str(whole))
            for old in folder.glob("tables-*.sqlite3"):
                old.unlink()
            whole.rename(made)
    return made


def _copy(source: Path, target: str) -> None:
    with closing(sqlite3.connect(source)) as given, closing(sqlite3.connect(target, uri=True)) as taken:
        given.backup(taken)


def copy_to(target: str) -> None:
    """Fill SQLite's database of that name; others who want the same wait until the first has migrated."""
    folder = Path(os.environ["DATA_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "tables.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _copy(_file(), target)


@contextmanager
def under_the_test_database() -> Iterator[None]:
    """The test database that Django makes in this block has its tables already."""
    if connection.vendor == "sqlite":
        name = str(connection.creation._get_test_db_name())
        with closing(sqlite3.connect(name, uri=True)):  # one in memory is gone with its last connection
            copy_to(name)
            yield
    else:
        if template := os.environ.get(TEMPLATE):
            connection.settings_dict["TEST"]["TEMPLATE"] = template
        yield


def database(url: str, name: str) -> str:
    """The address of another database on the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def on_server(url: str, statement: str, *names: str) -> None:
    """CREATE or DROP DATABASE."""
    with psycopg.connect(url, autocommit=True) as asked:
        asked.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


class Template:
    """`with Template(url) as template:` — PostgreSQL's migrated tables, made beside whatever the block does first."""

    def __init__(self, url: str) -> None:
        self.url, self.name = url, f"sahayata_tables_{os.getpid()}"

    def __enter__(self) -> Self:
        on_server(self.url, "CREATE DATABASE {}", self.name)
        self.folder = tempfile.TemporaryDirectory()
        there = environment(Path(self.folder.name), DATABASE_URL=database(self.url, self.name))
        self.migrating = subprocess.Popen([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=there)
        return self

    def named(self) -> dict[str, str]:
        """What tells the tests of it, as soon as it is made; nothing when it could not be: then each migrates."""
        return {} if self.migrating.wait() else {TEMPLATE: self.name}

    def __exit__(self, *_: object) -> None:
        self.migrating.wait()
        self.folder.cleanup()
        on_server(self.url, "DROP DATABASE {} WITH (FORCE)", self.name)
