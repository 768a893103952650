"""`manage.py export_labels`: officers' corrections as labelled examples in the gold format, a JSON line a message."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from cases import corrections


class Command(BaseCommand):
    """Write the corrections to standard output. The lines hold citizens' words and numbers: keep them in the office."""

    help = "Writes officers' corrections as labelled examples (JSON lines) for `make eval` and `make train`."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """A line per corrected message, oldest message first."""
        for label in corrections.labelled():
            self.stdout.write(json.dumps(label, ensure_ascii=False))
