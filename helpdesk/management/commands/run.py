"""Embedded mode, the command: web, worker, beat, Redis and the X simulator together until Ctrl-C."""

from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from helpdesk.supervisor import Plan, Supervisor, make_plan
from helpdesk.supervisor.lock import data_folder_lock
from helpdesk.supervisor.refusal import CannotStart
from helpdesk.supervisor.screen import Screen


class Command(BaseCommand):
    """Exit status 0 after Ctrl-C or SIGTERM, 1 when it could not start."""

    help = "Run every process on this machine until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ports on 127.0.0.1, and how fast the simulated citizens write."""
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--simulator-port", type=int, help="default: the port after --port")
        parser.add_argument("--prepare", action="store_true", help="first bring tables, geography and demo up to date")
        parser.add_argument("--every", type=float, default=4.0, help="seconds between two simulated posts; 0: none")

    def handle(self, *_: Any, port: int, simulator_port: int | None, every: float, prepare: bool, **__: Any) -> None:
        """Hold the data folder, make the plan, run it."""
        screen = Screen()
        try:
            with data_folder_lock(Path(settings.DATA_DIR)):
                plan = make_plan(port=port, simulator_port=simulator_port or port + 1, every=every)
                logins = _prepared() if prepare else []
                status = Supervisor(plan.programs, screen).run(lambda: screen.tell(_welcome(plan, logins)))
        except CannotStart as refusal:
            raise CommandError(str(refusal)) from None
        if status:
            raise SystemExit(status)


def _prepared() -> list[str]:
    """Bring everything up to date in this process, which is quicker than a process more; the demo's logins."""
    call_command("prepare", no_demo=True)
    table = StringIO()
    if settings.X_SIMULATED:
        call_command("load_demo", stdout=table)
    return table.getvalue().splitlines()


def _welcome(plan: Plan, logins: list[str]) -> str:
    """The addresses, and who can sign in on a demo."""
    rows = [
        ("Site", f"{plan.site_url}/"),
        ("Officers' desk", f"{plan.site_url}/desk/"),
        ("Administration", f"{plan.site_url}/admin/"),
        ("API and its documents", f"{plan.site_url}/api/docs/"),
    ]
    if plan.simulator_url:
        rows.insert(1, ("Simulated X", f"{plan.simulator_url}/"))
    addresses = [f"  {what:<24}{where}" for what, where in rows]
    indented = [f"  {line}" for line in logins]
    return "\n".join(["", *indented, "", "Sahayata is up. Ctrl-C stops it.", *addresses, ""])
