"""Pages in a real browser with a clock that the test moves: the site served from the test's own process.

`live` opens pages signed in as an officer of the cast; `live.at(moment)` sets everybody's clock. For what needs Celery,
Redis and X there is the whole stack (tests/browsing.py); this is for pages and for time.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from districts.models import Officer
from tests.browsing import BROWSER, PHONE

WIDE = {"width": 1280, "height": 900}
SIZES = {"phone": PHONE, "wide": WIDE}
LIVE = [
    pytest.mark.browser,
    pytest.mark.live,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine: apt-get install chromium"),
]


class Live:
    """A browser and the site under test."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url

    def open(
        self, officer: Officer | None, path: str, *, size: str = "phone", language: str = "en", dark: bool = False
    ) -> Page:
        """A page in a browser of its own, signed in as the officer; a script's error fails the test."""
        context = self.browser.new_context(
            viewport=SIZES[size], locale=f"{language}-IN", color_scheme="dark" if dark else "light"
        )
        cookies = [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": self.url}]
        if officer is not None:
            client = Client()
            client.force_login(officer)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            cookies.append({"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.url})
        context.add_cookies(cookies)  # type: ignore[arg-type]
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"{page.url}: {error}"))
        page.goto(f"{self.url}{path}")
        return page

    @contextmanager
    def at(self, moment: datetime) -> Iterator[Any]:
        """The server's clock stands at this moment (shift it by what is yielded)."""
        with time_machine.travel(moment, tick=False) as traveller:
            yield traveller


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it is now, one line each."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]


@pytest.fixture
def _in_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's test database is one connection for all threads: requests at once stand in line, as its writers do."""
    if connection.vendor != "sqlite":
        return
    line, answer = threading.Lock(), WSGIHandler.get_response

    def one_by_one(handler: WSGIHandler, request: Any) -> Any:
        with line:
            return answer(handler, request)

    monkeypatch.setattr(WSGIHandler, "get_response", one_by_one)


@pytest.fixture
def live(_in_line: None, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """The site in this process and Debian's Chromium."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in this thread
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=BROWSER)
        yield Live(chromium, live_server.url)
        chromium.close()
