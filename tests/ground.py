"""What a running copy stands on: a prepared data folder, and a database of its own where tests run on PostgreSQL."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Self

import psycopg

from tests import tables
from tests.stack import manage


class Ground:
    """A data folder (and, where TEST_DATABASE_URL names a server, a database of its own there) that is prepared."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = os.environ.get("TEST_DATABASE_URL", "")
        self.name = f"sahayata_{os.getpid()}_{folder.name}".replace("-", "_")
        self.env = {"DATABASE_URL": tables.database(self.server, self.name)} if self.server else {}

    def __enter__(self) -> Self:
        if self.server:
            template = os.environ.get(tables.TEMPLATE, "template1")
            tables.on_server(self.server, "CREATE DATABASE {} TEMPLATE {}", self.name, template)
        else:
            tables.copy_to(f"{self.folder}/sahayata.sqlite3")
        manage(self.folder, "prepare", **self.env)
        manage(self.folder, "collectstatic", "--no-input", "--verbosity", "0")
        return self

    def __exit__(self, *_: object) -> None:
        if self.server:
            tables.on_server(self.server, "DROP DATABASE {} WITH (FORCE)", self.name)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What is in the tables now, read beside the running processes."""
        if self.server:
            with psycopg.connect(self.env["DATABASE_URL"]) as connection:
                return connection.execute(query.encode()).fetchall()
        with closing(
            sqlite3.connect(f"file:{self.folder}/sahayata.sqlite3?mode=ro", uri=True, timeout=20)
        ) as connection:
            return connection.execute(query).fetchall()

    def value(self, query: str) -> Any:
        """The one value of a query."""
        return self.rows(query)[0][0]
