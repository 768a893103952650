"""What the tests of exports share: a clock that stands, a folder of their own, and asking and writing in one go."""

import csv
from collections.abc import Callable, Iterator
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client

from cases.models import Export
from cases.reports.exports import asking, job, storage
from districts.models import Officer
from tests.cases.reports.conftest import NOW


@pytest.fixture
def clock() -> Iterator[Any]:
    """It is 18:00 on 22-11-2026 in Kolkata, until it is shifted."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _own_folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ask() -> Callable[..., Export]:
    """Puts a file into the queue."""

    def put(officer: Officer, **given: Any) -> Export:
        at: datetime = given.pop("at", NOW)
        wanted = {"kind": "cases", "form": "csv", "query": "", "language": "en"} | given
        return asking.ask(officer, at=at, **wanted)

    return put


@pytest.fixture
def made(ask: Callable[..., Export]) -> Callable[..., Export]:
    """Asks for a file and writes all of it."""

    def write(officer: Officer, **given: Any) -> Export:
        export = ask(officer, **given)
        while job.run(NOW):
            pass
        export.refresh_from_db()
        return export

    return write


def table(export: Export) -> list[dict[str, str]]:
    """The lines of a CSV by their English headings."""
    text = storage.place_of(export).read_text(encoding="utf-8")
    assert text.startswith("\ufeff")
    rows = list(csv.reader(StringIO(text[1:])))
    return [dict(zip([heading.partition(" / ")[0] for heading in rows[0]], row, strict=True)) for row in rows[1:]]


@pytest.fixture
def browser_of() -> Callable[[Officer], Client]:
    """Signs an officer in and returns the browser."""

    def sign_in(officer: Officer) -> Client:
        client = Client()
        client.force_login(officer)
        return client

    return sign_in
