"""Journey 1, the handle's own figures: followers and posts as they stand each day, because X tells only today's.

A day's row is taken at the first chance after midnight (Asia/Kolkata), so that the difference of two rows is what
happened from one day's beginning to the other's. It is asked for as every call is: with the handle's own keys, within
its budget, with a line in the ledger. It never changes the handle's health: reading pleas says how that is.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils import timezone

from cases.intake import budget, poller
from cases.intake.budget import Bill, OutOfBudget
from cases.intake.credentials import MissingCredentials, for_handle
from cases.intake.x_client import Account, XClient, XError
from cases.models import ApiCall, Handle, HandleDay

ACCOUNT, BY_NAME = "users/:id", "users/by/username/:name"


def due(at: datetime) -> list[int]:
    """The active handles that do not rest, are known to X, and have no row of this day."""
    todays = HandleDay.objects.filter(handle=OuterRef("pk"), on=timezone.localdate(at))
    waiting = poller.due(at).exclude(user_id="").filter(~Exists(todays))
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def take(handle_id: int, at: datetime) -> bool:
    """Ask X how a handle stands and keep it as this day's row; False when that is there or X does not say."""
    if handle_id not in due(at):
        return False
    handle = Handle.objects.get(pk=handle_id)
    try:
        with XClient(for_handle(handle)) as client:
            account = _asked(handle, client, at)
    except (MissingCredentials, OutOfBudget, XError):
        return False  # the ledger or the handle's health says why; the next run asks again
    stood = {"taken_at": at, "followers": account.followers, "posts": account.posts}
    return HandleDay.objects.get_or_create(handle=handle, on=timezone.localdate(at), defaults=stood)[1]


def _asked(handle: Handle, client: XClient, at: datetime) -> Account:
    price = _price(handle, at)
    if price:
        budget.affordable(handle, price, 1, 1, at)
    try:
        account = client.account(handle.user_id)
    except XError as error:
        budget.record(handle, client, ACCOUNT, at, Bill(), error)
        raise
    budget.record(handle, client, ACCOUNT, at, Bill(1, price))
    return account


def _price(handle: Handle, at: datetime) -> int:
    """Nothing when the account was read already on X's day."""
    billed = ApiCall.objects.filter(handle=handle, at__gte=budget.day_of(at), cost_micros__gt=0)
    return 0 if billed.filter(endpoint__in=(ACCOUNT, BY_NAME)).exists() else budget.USER
