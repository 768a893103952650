"""Journey 1, the purse: what each call to X costs, and the ledger that stops before the day's budget is spent.

Prices in millionths of a US dollar, as X's pay-per-use pages state them (read November 2026). X's day is UTC.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Sum

from cases.intake.x_client import XClient, XError
from cases.models import ApiCall, Handle

KEEP_FREE_CALLS = timedelta(days=7)
OWN_POST = 1_000  # an "owned read": the handle's own mentions and own posts
POST = 5_000
USER = 10_000
SUMMONED_REPLY = 10_000  # to somebody who mentioned us
REPLY = 15_000
POST_WITH_LINK = 200_000
DIRECT_MESSAGE = 15_000  # with a link too
DIRECT_MESSAGE_READ = 10_000
ALARM_SHARE = 0.8


class OutOfBudget(Exception):
    """The next call could exceed the handle's daily budget."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a call brought: resources returned, and what they cost."""

    resources: int = 0
    cost_micros: int = 0


def day_of(at: datetime) -> datetime:
    """The beginning of X's day."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def spent_today(at: datetime, handle_ids: list[int]) -> dict[int, int]:
    """Micros spent by each handle on X's day so far; one aggregate over the partial index of calls that cost."""
    calls = ApiCall.objects.filter(handle__in=handle_ids, at__gte=day_of(at), cost_micros__gt=0)
    rows = calls.order_by().values_list("handle_id").annotate(Sum("cost_micros"))
    return {handle_id: int(total) for handle_id, total in rows}


def budget_micros(handle: Handle) -> int:
    """The handle's daily budget."""
    return int(handle.daily_budget_usd * 1_000_000)


def affordable(handle: Handle, price: int, most: int, least: int, at: datetime) -> int:
    """How many things at this price the rest of the day's budget pays, at most `most`.

    Raises OutOfBudget when it does not pay for `least`, the fewest X lets one ask for.
    """
    left = budget_micros(handle) - spent_today(at, [handle.pk]).get(handle.pk, 0)
    count = min(left // price, most)
    if count < least:
        raise OutOfBudget(f"The daily budget of US$ {handle.daily_budget_usd} is used up.")
    return int(count)


def record(handle: Handle, client: XClient, endpoint: str, at: datetime, bill: Bill, error: XError | None = None,
           method: str = "GET") -> None:  # fmt: skip
    """Write the client's last call into the ledger."""
    ApiCall.objects.create(
        handle=handle,
        at=at,
        method=method,
        endpoint=endpoint[:80],
        status=client.status,
        resources=bill.resources,
        cost_micros=bill.cost_micros,
        limit_remaining=client.limit.remaining,
        limit_resets_at=client.limit.resets_at,
        error=str(error or "")[:300],
    )


def trim(at: datetime) -> int:
    """Drop calls that cost nothing, a week after; returns how many. A handle polled every 10 s makes 8,640 a day.

    Calls that cost something stay: they are what the account's bill is compared with.
    """
    return ApiCall.objects.filter(cost_micros=0, at__lt=at - KEEP_FREE_CALLS).delete()[0]
