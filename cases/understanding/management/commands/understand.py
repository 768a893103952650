"""`manage.py understand`: posts as JSON lines on stdin, what understanding makes of them on stdout."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

import districts
from cases.understanding.predictions import predict
from districts.gazetteer import Gazetteer, rows_from_csv

_GEOGRAPHY = Path(districts.__file__).with_name("data")


class Command(BaseCommand):
    """Reads {"id", "text", "created_at"} a line; needs no database."""

    help = "Read posts (JSON lines) on stdin, write predictions (JSON lines) on stdout."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--geography: the folder with districts.csv, blocks.csv, places.csv and so on."""
        parser.add_argument("--geography", type=Path, default=_GEOGRAPHY, help="folder of the geography's CSV files")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Exit code 1 if any line was bad."""
        gazetteer = Gazetteer.build(*rows_from_csv(options["geography"]))
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
        bad = predict(sys.stdin, sys.stdout, sys.stderr, gazetteer)
        if bad:
            sys.stderr.write(f"{bad} bad lines skipped\n")
            sys.exit(1)
