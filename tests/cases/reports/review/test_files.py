"""The files of a sheet: one to two pages, the same bytes from the same content, for ever as they were made."""

import json
import re
import zlib
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.checks import run_checks
from django.utils.translation import override
from openpyxl import load_workbook

from cases.models import Case, Decision, Review
from cases.reports import tasks
from cases.reports.review import files, fonts, laying, paper, workbook
from districts.models import Block, Officer
from tests.cases.reports.conftest import NOW
from tests.cases.reports.review import sample
from tests.cases.reports.review.conftest import Issue

HAS_FONTS = not fonts.problem()
needs_fonts = pytest.mark.skipif(not HAS_FONTS, reason=f"no fonts: apt-get install {fonts.PACKAGE}")


def letters(body: bytes) -> set[str]:
    """The letters that the PDF's own tables say its pages show."""
    found = set()
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", body, re.DOTALL):
        try:
            text = zlib.decompress(stream)
        except zlib.error:
            continue
        if b"beginbfchar" in text or b"beginbfrange" in text:
            for code in re.findall(rb"<([0-9A-Fa-f]+)>", text):
                found |= {chr(int(code[at : at + 4], 16)) for at in range(0, len(code) - 3, 4)}
    return found


@needs_fonts
@pytest.mark.parametrize("language", ["hi", "en"])
@pytest.mark.parametrize("content", [sample.empty(), sample.big(5, 6), sample.big(30, 60), sample.big(75, 200)])
def test_a_sheet_has_one_or_two_pages(content: dict[str, Any], language: str) -> None:
    assert paper.pages(paper.made(content, language)) in (1, 2)


@needs_fonts
@pytest.mark.parametrize("language", ["hi", "en"])
def test_the_same_content_gives_the_same_bytes(language: str) -> None:
    content = sample.big()
    first = paper.made(content, language)
    stored = json.loads(json.dumps(content, sort_keys=True))  # as PostgreSQL's jsonb gives it back: keys in an order
    fonts.loaded.cache_clear()
    with time_machine.travel("2031-05-01", tick=False):
        assert paper.made(stored, language) == first


def test_the_same_content_gives_the_same_workbook() -> None:
    first = workbook.made(sample.big())
    with time_machine.travel("2031-05-01", tick=False):
        assert workbook.made(sample.big()) == first


@needs_fonts
def test_hindi_is_set_in_devanagari_and_named_so() -> None:
    body = paper.made(sample.big(), "hi")
    assert b"NotoSansDevanagari" in body
    assert set("बिलासपुर") <= letters(body)
    assert "बिलासपुर".encode() in body  # the document's title
    assert b"/Lang" in body


@needs_fonts
def test_what_people_wrote_in_hindi_is_readable_on_the_english_sheet() -> None:
    body = paper.made(sample.big(), "en")
    assert set("सिलेंडर") <= letters(body)
    assert b"/Title" in body


@needs_fonts
def test_what_people_wrote_is_text_and_no_typesetting() -> None:
    evil = '#panic("no") $x$ *bold* <label> @ref \\ "quotes" ]]]'
    content = sample.big(3, 3)
    content["remarks"][0]["text"] = evil
    content["below"][0]["name"] = evil
    assert paper.pages(paper.made(content, "en")) in (1, 2)


def test_lines_that_find_no_room_are_counted() -> None:
    with override("en"):
        table = laying.laid_out(sample.big(30)).tables[2].cut(18)
    assert (len(table.rows), table.more_words) == (18, "and 12 more")


@needs_fonts
def test_files_stay_as_they_were_made_when_everything_behind_them_changes(issue: Issue) -> None:
    review = issue()
    tasks.make_sheet_files(review.pk)
    before = Review.objects.get(pk=review.pk)
    assert before.pdf_hi
    assert before.made_with.startswith("typst ")
    Case.objects.all().update(urgency="normal", opened_at=NOW, need="food")
    Block.objects.update(name="Elsewhere", name_hi="कहीं और")
    Officer.objects.update(first_name="Somebody")
    Decision.objects.all().delete()
    tasks.make_sheet_files(review.pk)
    after = Review.objects.get(pk=review.pk)
    for name in ("pdf_hi", "pdf_en", "xlsx"):
        assert bytes(getattr(after, name)) == bytes(getattr(before, name)), name
    assert paper.made(after.content, "hi") == bytes(before.pdf_hi)
    assert paper.made(after.content, "en") == bytes(before.pdf_en)  # type: ignore[arg-type]
    assert workbook.made(after.content) == bytes(before.xlsx)  # type: ignore[arg-type]


def test_without_the_font_the_sheet_stands_and_the_package_is_named(
    issue: Issue, settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.FONTS_DIR = str(tmp_path)
    review = issue()
    assert files.make(review.pk) == ["xlsx"]
    assert "fonts-noto-core" in caplog.text
    assert [one.id for one in run_checks() if "fonts-noto-core" in one.msg] == ["reports.W001"]
    assert files.waiting(NOW) == []
    settings.FONTS_DIR = "/usr/share/fonts"
    if HAS_FONTS:
        assert files.waiting(NOW) == [review.pk]
        assert files.make(review.pk) == ["pdf_en", "pdf_hi"]
        assert files.waiting(NOW) == []


def test_a_pdf_that_fails_keeps_the_others_from_nothing(issue: Issue, monkeypatch: pytest.MonkeyPatch) -> None:
    review = issue()
    monkeypatch.setattr(paper, "made", lambda *_given: 1 / 0)
    assert files.make(review.pk) == ["xlsx"]


def looked_at(review: Review, most: int) -> list[int]:
    """In which minutes after its issuing its files are tried again."""
    return [n for n in range(most) if files.waiting(NOW + timedelta(minutes=n)) == [review.pk]]


@needs_fonts
@pytest.mark.parametrize("failing", [paper, workbook])
def test_what_fails_is_tried_each_minute_and_after_ten_minutes_each_hour_of_a_week(
    issue: Issue, monkeypatch: pytest.MonkeyPatch, failing: Any
) -> None:
    review = issue()
    monkeypatch.setattr(failing, "made", lambda *_given: 1 / 0)
    files.make(review.pk)
    assert looked_at(review, 185) == [*range(10), 60, 120, 180]
    assert files.waiting(NOW + timedelta(days=7)) == [review.pk]
    assert files.waiting(NOW + timedelta(days=7, hours=1)) == []


@needs_fonts
def test_a_sheet_that_takes_its_worker_along_is_not_begun_each_minute(
    issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_given: Any) -> bytes:
        raise SystemExit

    review = issue()
    monkeypatch.setattr(paper, "made", dies)
    with pytest.raises(SystemExit):
        files.make(review.pk)
    assert looked_at(review, 65) == [*range(10), 60]


@needs_fonts
def test_what_waited_for_the_font_is_made_in_the_minute_it_comes(issue: Issue, settings: Any, tmp_path: Path) -> None:
    folder, settings.FONTS_DIR = settings.FONTS_DIR, str(tmp_path)
    review = issue()
    files.make(review.pk)
    assert looked_at(review, 125) == []
    settings.FONTS_DIR = folder
    assert files.waiting(NOW + timedelta(hours=2, minutes=7)) == [review.pk]


def test_the_workbook_holds_every_line_and_no_formula() -> None:
    content = sample.big(30, 60)
    content["decisions"][1]["text"] = '=HYPERLINK("http://evil.example","click")'
    content["remarks"][0]["text"] = "+91 is no formula"
    book = load_workbook(BytesIO(workbook.made(content)))
    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    texts = [cell.value for cell in cells if cell.data_type == "s"]
    assert """'=HYPERLINK("http://evil.example","click")""" in texts
    assert [text for text in texts if text.startswith(("=", "+", "-", "@"))] == []
    assert {f"Bilha {n}" for n in range(0, 30, 4)} <= set(texts)
    assert [page.max_row for page in book if page.title == "By officer"] == [61]
    assert "मीना साहू 0" in texts
