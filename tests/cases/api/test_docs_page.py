"""/api/docs/ in a real browser: it draws every address under our content policy, and nothing complains."""

import shutil
from collections.abc import Iterator

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from playwright.sync_api import sync_playwright

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")


@pytest.fixture
def server() -> Iterator[str]:
    """The site's address. No database behind it: the docs need none, and it would be emptied afterwards."""
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    assert thread.error is None
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


@pytest.mark.browser
@pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine: apt-get install chromium")
def test_the_docs_are_drawn_without_a_complaint(server: str) -> None:
    complaints: list[str] = []
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER)
        page = browser.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{server}/api/docs/")
        page.locator(".opblock").first.wait_for()
        page.wait_for_load_state("networkidle")
        drawn = page.locator(".opblock").count()
        browser.close()
    assert complaints == []
    assert drawn >= 15
    assert [url for url in asked if not url.startswith((server, "data:"))] == []
