"""`manage.py export_labels`: officers' corrections as labelled examples in the gold format, a JSON line a message."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cases import corrections, disclosures
from districts.models import Officer


class Command(BaseCommand):
    """Write the corrections to standard output. The lines hold citizens' words and numbers: keep them in the office."""

    help = "Writes officers' corrections as labelled examples (JSON lines) for `make eval` and `make train`."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whoever takes them is named in the book of disclosures."""
        parser.add_argument("--officer", required=True, help="sign-in name of the officer who takes the lines")

    def handle(self, *_args: Any, **options: Any) -> None:
        """A line per corrected message, oldest message first; written into the book before it is given."""
        officer = Officer.objects.filter(username=options["officer"], is_active=True).first()
        if officer is None:
            raise CommandError(f"There is no officer with the sign-in name {options['officer']}.")
        labels = list(corrections.labelled())
        disclosures.exported(officer, "export_labels", len(labels), timezone.now())
        for label in labels:
            self.stdout.write(json.dumps(label, ensure_ascii=False))
