"""`manage.py rebuild_figures`: count every case anew, when figures are doubted or their way of counting has changed."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases.models import Figure
from cases.reports import rollups
from cases.reports.handle_counting import count_all_days


class Command(BaseCommand):
    """Throws the rollups away and counts all cases; pages show the state before until it is done."""

    help = "Counts the figures anew from all cases. Officers can go on working."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Says how many cases were counted, into how many cells, and how long it took."""
        began = time.monotonic()
        counted = rollups.count_anew(timezone.now())
        if counted is None:
            raise CommandError("The figures are being counted anew already, or were 15 minutes ago. Wait for that.")
        days = count_all_days(timezone.now())
        took = time.monotonic() - began
        cells = Figure.objects.count()
        self.stdout.write(f"{counted} cases counted into {cells} cells, and {days} days of handles, in {took:.0f} s.")
