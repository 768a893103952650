"""Before the journey: `manage.py load_demo` makes handles, officers and rosters to try the helpdesk with."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from districts.models import Officer, State
from helpdesk.demo.seats import CHHATTISGARH, RAJASTHAN, Seat, seats
from helpdesk.demo.writing import ADMIN, PASSWORD, write_demo


class Command(BaseCommand):
    """Safe to run again: what is there stays as it is. The password is public, so production is refused."""

    help = "Create the demo's handles, officers and rosters where they are missing, and print the logins."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Create, then print."""
        if settings.PRODUCTION:
            raise CommandError("The demo's password is public: it is never loaded in production.")
        if State.objects.filter(pk__in=[CHHATTISGARH, RAJASTHAN]).count() < 2:
            raise CommandError("Load the geography first: manage.py load_geography")
        cast = seats()
        handles, officers = write_demo(cast)
        for line in _table([seat for seat in cast if seat.sees]):
            self.stdout.write(line)
        self.stdout.write(f"Demo: {handles} handles and {officers} officers created; the password is {PASSWORD}")


def _table(shown: list[Seat]) -> list[str]:
    """Who, login, what they see; by the name in the table, which an officer may have changed."""
    names = {officer.username: str(officer) for officer in Officer.objects.filter(username__in=_logins(shown))}
    rows = [("who", "login", "what they see")]
    rows += [(f"{names[seat.login]}, {seat.role.label}", seat.login, seat.sees) for seat in shown]
    rows.append((names[ADMIN], ADMIN, "everything, and /admin/"))
    wide, login = max(len(row[0]) for row in rows), max(len(row[1]) for row in rows)
    return [f"{row[0]:<{wide}}  {row[1]:<{login}}  {row[2]}" for row in rows]


def _logins(shown: list[Seat]) -> list[str]:
    return [*(seat.login for seat in shown), ADMIN]
