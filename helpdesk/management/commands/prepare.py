"""Before the journey: tables, geography and, where X is simulated, the demo's officers, in one go."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    """One process instead of three, so that a second start is quick. Safe to run again at any time."""

    help = "Migrate, load the geography where it changed, and load the demo unless told otherwise."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--no-demo`; the default follows the mode: production never gets demo logins."""
        parser.add_argument("--no-demo", action="store_true", help="no demo officers and rosters")

    def handle(self, *_: Any, no_demo: bool, **__: Any) -> None:
        """Each step is idempotent and says for itself what it did."""
        call_command("migrate", interactive=False, verbosity=0)
        call_command("load_geography", if_changed=True)
        if settings.X_SIMULATED and not no_demo:
            call_command("load_demo")
