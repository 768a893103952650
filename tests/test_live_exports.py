"""Taking files out in a real browser: from the list of cases to the file on one's disk, with progress on the way."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone
from playwright.sync_api import Page, expect

from cases.models import Export
from cases.reports.exports import job, storage
from tests.conftest import CaseMaker, Cast
from tests.live import LIVE, Live, violations

pytestmark = LIVE
LOOKS: Any = [("phone", "hi", False), ("wide", "en", True)]


@pytest.fixture(autouse=True)
def _small_steps(settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of its own, and two lines at a time."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(job, "CHUNK", 2)
    monkeypatch.setattr(job, "SLICE_SECONDS", -1.0)
    return


def _progress(page: Page) -> Any:
    return page.locator(".exports-file progress")


@pytest.mark.parametrize(("size", "language", "dark"), LOOKS)
def test_a_list_is_asked_for_watched_and_taken(
    live: Live, cast: Cast, make_case: CaseMaker, size: str, language: str, dark: bool
) -> None:
    for _number in range(5):
        make_case(at=timezone.now() - timedelta(minutes=5))
    make_case(at=timezone.now(), need_code="bed")
    page = live.open(cast.collector, "/cases/?need=oxygen", size=size, language=language, dark=dark)
    page.locator('a[href^="/reports/exports/?"]').click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("form[action$='/exports/cases/'] button").click()
    expect(page.locator(".exports-file")).to_have_count(1)
    expect(_progress(page)).to_have_count(0)  # it waits for its turn
    job.run(timezone.now())
    expect(_progress(page)).to_have_attribute("value", "2")  # the page looked again by itself
    assert violations(page) == []
    while job.run(timezone.now()):
        pass
    link = page.locator(".exports-file a[download]")
    expect(link).to_be_visible()
    assert violations(page) == []
    with page.expect_download() as taken:
        link.click()
    export = Export.objects.get()
    assert Path(taken.value.path()).read_bytes() == storage.place_of(export).read_bytes()
    assert len(storage.place_of(export).read_text(encoding="utf-8").splitlines()) == 6
    page.locator(f"#delete-{export.pk}").click()
    expect(page.locator(".exports-file")).to_have_count(0)
    assert not Export.objects.exists()


def test_without_a_script_the_page_is_asked_again_by_hand(live: Live, cast: Cast, make_case: CaseMaker) -> None:
    make_case(at=timezone.now())
    with live.browser.new_context(java_script_enabled=False) as context:
        signed_in = live.open(cast.collector, "/reports/exports/").context
        context.add_cookies(signed_in.cookies())  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{live.url}/reports/exports/")
        page.locator("form[action$='/exports/cases/'] button").click()
        expect(page.locator(".exports-file")).to_have_count(1)
        while job.run(timezone.now()):
            pass
        page.locator("noscript a").click()
        expect(page.locator(".exports-file a[download]")).to_be_visible()


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(live: Live, cast: Cast) -> None:
    page = live.open(cast.collector, "/reports/exports/")
    page.locator("#id_report-month").select_option("other")
    page.locator("details.disclosure summary").click()
    page.locator("#id_report-from").fill("31-02-2026")
    page.locator("form[action$='/exports/report/'] button").click()
    expect(page.locator("#id_report-from_error")).to_be_visible()
    expect(page.locator("#id_report-from")).to_have_value("31-02-2026")
    assert violations(page) == []
