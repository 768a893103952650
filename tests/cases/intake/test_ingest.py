"""manage.py ingest: every line accounted for, bad ones by number, the rest through the pipeline."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases.models import Case, Handle, Message
from tests.conftest import Map

pytestmark = pytest.mark.django_db
PLEA = "माँ को ऑक्सीजन चाहिए, तिफरा, बिलासपुर, 98{:08d}"


def line(number: int, **more: Any) -> bytes:
    row = {"id": str(1000 + number), "text": PLEA.format(number), "created_at": "2026-11-01T10:00:00+05:30", **more}
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


class Run:
    """One run of the command: exit code, what it printed, what it complained of."""

    def __init__(self, path: Path | str, **options: Any) -> None:
        out, err = io.StringIO(), io.StringIO()
        self.code = 0
        try:
            call_command("ingest", str(path), stdout=out, stderr=err, **options)
        except SystemExit as ended:
            self.code = int(ended.code or 0)
        self.out, self.err = out.getvalue(), err.getvalue()


@pytest.fixture
def write(tmp_path: Path, small_map: Map) -> Any:
    def written(*lines: bytes) -> Path:
        path = tmp_path / "posts.jsonl"
        path.write_bytes(b"".join(lines))
        return path

    return written


def test_good_lines_become_cases_and_are_accounted_for(write: Any) -> None:
    ran = Run(write(*(line(number) for number in range(5)), line(9, text="आप सबका धन्यवाद 🙏")))
    assert ran.code == 0
    assert "6 lines: 6 taken, 0 bad" in ran.out
    assert "posts/s" in ran.out
    assert Case.objects.count() == 5
    assert Message.objects.filter(state="read").count() == 6


BAD = [
    (b"not json\n", "not JSON"),
    (b'{"id": "1", "text": "\xff\xfe"}\n', "not UTF-8"),
    (b'[1, 2]\n', "not a JSON object"),
    (b'{"text": "no id"}\n', "id must be"),
    (b'{"id": "1"}\n', "text is missing"),
    (b'{"id": "1", "text": ""}\n', "text is empty"),
    (b'{"id": "1", "text": 5}\n', "text is missing"),
    (b'{"id": 1.5e18, "text": "a float"}\n', "id must be"),
    (b'{"id": "1", "text": "a", "created_at": "32-13-2026"}\n', "created_at"),
    (b'{"id": "1", "text": "a", "created_at": 1.5}\n', "created_at"),
    (b'{"id": "1", "text": "a", "handle": "Nobody"}\n', "unknown handle"),
    (b'{"id": "1", "text": "a", "handle": 3}\n', "handle must be text"),
    (b"[" * 100_000 + b"\n", "not JSON"),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "why"), BAD)
def test_a_bad_line_is_named_by_number_and_skipped(write: Any, bad: bytes, why: str) -> None:
    ran = Run(write(line(1), b"\n", bad, line(2)))
    assert ran.code == 1
    assert ran.err.startswith("line 3: ")
    assert why in ran.err
    assert "3 lines: 2 taken, 1 bad" in ran.out
    assert Message.objects.count() == 2


def test_a_second_run_stores_nothing_twice(write: Any) -> None:
    path = write(line(1), line(2))
    Run(path)
    ran = Run(path)
    assert "2 stored already" in ran.out
    assert Message.objects.count() == 2


def test_what_an_interrupted_run_stored_is_processed_by_the_next(write: Any) -> None:
    path = write(line(1))
    Run(path)
    Message.objects.update(state="stored", result="", case=None, read_at=None)
    Case.objects.all()
    Run(path)
    assert Message.objects.get().state == "read"


def test_a_line_s_handle_gives_it_its_scope(write: Any, handle: Handle) -> None:
    Run(write(line(1, handle="@bilaspurdist"), line(2)))
    assert list(Message.objects.order_by("external_id").values_list("handle", flat=True)) == [handle.pk, None]


def test_an_option_gives_the_others_theirs(write: Any, handle: Handle) -> None:
    Run(write(line(1)), handle="BilaspurDist")
    assert Message.objects.get().scope_district_id == 375


def test_a_post_of_x_with_its_expansions_is_read(write: Any) -> None:
    post = {"id": "77", "text": "cut…", "note_tweet": {"text": PLEA.format(7)}, "author_id": "5"}
    row = {"data": post, "includes": {"users": [{"id": "5", "username": "rakesh_y", "name": "Rakesh"}]}}
    Run(write(json.dumps(row).encode()))
    message = Message.objects.get()
    assert (message.text, message.author_username) == (PLEA.format(7), "rakesh_y")


def test_names_that_are_no_numbers_are_taken(write: Any) -> None:
    Run(write(line(1, id="SIM0001")))
    assert Message.objects.get().external_id == "SIM0001"


@pytest.mark.parametrize("text", ["🙏🙏", "\u202eenyxo\u202c", "अ" * 10_000, "\x00\x07", "\ud83d half"])
def test_odd_texts_are_taken(write: Any, text: str) -> None:
    ran = Run(write(json.dumps({"id": "1", "text": text}).encode()))
    assert ran.code == 0
    assert Message.objects.get().state == "read"


def test_batches_may_be_of_any_size(write: Any) -> None:
    ran = Run(write(*(line(number) for number in range(7))), batch=3)
    assert "7 taken" in ran.out


def test_stdin_is_read(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(line(1))

    monkeypatch.setattr("sys.stdin", Stdin)
    assert "1 taken" in Run("-").out


@pytest.mark.parametrize(
    ("options", "why"),
    [({"handle": "Nobody"}, "no handle @Nobody"), ({"batch": 0}, "--batch"), ({}, "No such file")],
)
def test_wrong_options_are_told(small_map: Map, tmp_path: Path, options: dict[str, Any], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        call_command("ingest", str(tmp_path / "absent.jsonl"), **options)
