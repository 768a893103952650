"""Journey 1: manage.py ingest FILE.jsonl: posts from a file, through the same pipeline, every line accounted for."""

import sys
import time
from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from cases.intake.ingest import KNOWN, OWN, Account, Ingest
from cases.models import Handle, Message

LABELS = {
    Message.Result.OPENED.value: "opened a case",
    Message.Result.REVIEW.value: "opened a case that waits for review",
    Message.Result.JOINED.value: "joined a case",
    Message.Result.NOT_REQUEST.value: "not a request",
    Message.Result.ECHO.value: "echo of one we have",
    "failed": "failed, kept for the operators",
    KNOWN: "stored already",
    OWN: "our own posts, left out",
}


class Command(BaseCommand):
    """Exit code 0 when every line was good, 1 when some were skipped; those are named on stderr by number."""

    help = "Read posts from a JSON lines file ('-' is stdin): X API v2 posts, or {id, text, created_at, handle}."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE, --handle NAME, --batch N."""
        parser.add_argument("file", help="JSON lines, UTF-8; '-' reads stdin")
        parser.add_argument("--handle", default="", help="the handle of lines that name none")
        parser.add_argument("--batch", type=int, default=100, help="posts in one transaction (default 100)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read, store, process, account."""
        if not 1 <= options["batch"] <= 1000:
            raise CommandError("--batch must be between 1 and 1000.")
        ingest = Ingest(_handle(options["handle"]), options["batch"], self._complain)
        began = time.perf_counter()
        with _opened(options["file"]) as lines:
            account = ingest.run(lines)
        self._tell(account, time.perf_counter() - began)
        if account.bad:
            sys.exit(1)

    def _complain(self, number: int, why: str) -> None:
        self.stderr.write(f"line {number}: {why}")

    def _tell(self, account: Account, seconds: float) -> None:
        taken = sum(account.results.values())
        self.stdout.write(f"{account.lines} lines: {taken} taken, {account.bad} bad")
        for result, label in LABELS.items():
            if account.results[result]:
                self.stdout.write(f"  {account.results[result]:6d} {label}")
        self.stdout.write(f"{seconds:.2f} s, {taken / seconds:.0f} posts/s")


def _handle(name: str) -> Handle | None:
    if not name:
        return None
    handle = Handle.objects.filter(username__iexact=name.removeprefix("@")).first()
    if handle is None:
        raise CommandError(f"There is no handle @{name.removeprefix('@')}.")
    return handle


def _opened(name: str) -> Any:
    if name == "-":
        stdin: BinaryIO = sys.stdin.buffer
        return nullcontext(stdin)
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}") from None
