"""Where: `manage.py load_geography` loads all India's districts, blocks, places, spellings and PIN codes."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from districts.loading import Change, load
from districts.sheets import GeographyRefused

FOLDER = Path(__file__).resolve().parents[2] / "data"


class Command(BaseCommand):
    """Prints what changed, table by table; with a bad line in any file it loads nothing and exits with 1."""

    help = "Load the geography from a folder of CSV files over what is there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where the files are, and whether to look at all when they are the ones loaded last."""
        parser.add_argument("--folder", type=Path, default=FOLDER, help="folder of CSV files")
        parser.add_argument("--if-changed", action="store_true", help="do nothing when these files were loaded last")

    def handle(self, *_args: Any, folder: Path, if_changed: bool, **_options: Any) -> None:
        """Load and print the summary."""
        began = time.monotonic()
        try:
            changes = load(folder, if_changed=if_changed)
        except GeographyRefused as refused:
            count = len(refused.faults)
            raise CommandError(f"{refused}\n{count} bad lines in {folder}; nothing was loaded.") from refused
        for line in _summary(changes):
            self.stdout.write(line)
        self.stdout.write(f"Geography {'loaded' if changes else 'unchanged'} in {time.monotonic() - began:.1f} s.")


def _summary(changes: list[Change]) -> list[str]:
    if not changes:
        return []
    lines = [f"{'table':<16}{'added':>9}{'changed':>9}{'ended':>9}{'unchanged':>11}"]
    lines += [f"{c.table:<16}{c.added:>9}{c.changed:>9}{c.ended:>9}{c.unchanged:>11}" for c in changes]
    return lines
