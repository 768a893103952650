"""Journey 1, reading X: one poll of one handle, page by page back to where the last one ended, losing nothing.

Law 1: a page's posts and the cursor go into the database in one transaction, so a crash anywhere is a page read
again, never one missed. Mentions come first; recent search is asked for hashtags, and to fill a hole when more
mentions came than the 800 X shows.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases.intake import budget, posts, standing
from cases.intake.budget import Bill, OutOfBudget
from cases.intake.credentials import MissingCredentials, for_handle
from cases.intake.posts import Page, Scope, first_id_at, read_page, time_of_id
from cases.intake.storing import store_whatever_comes
from cases.intake.x_client import PAGE_SIZE, XClient, XError, XRefused
from cases.models import Cursor, Handle

logger = logging.getLogger(__name__)
T = TypeVar("T")
Source = Cursor.Source
LEASE = timedelta(seconds=30)
RUN_SECONDS = 25.0  # then the next poll goes on: a task must end before its lease and its time limit
# X shows the 800 newest mentions, fewer when some were deleted: a walk of so many may have met that end.
MAY_HAVE_A_HOLE = 700
# A post can become visible some seconds after one with a higher id: what is so young is looked at again.
LOOK_BACK = timedelta(seconds=90)
# New mentions may have pushed what an older token points at beyond the 800: such a walk begins again.
TOKEN_AGE = timedelta(seconds=60)
SEARCH_REACH = timedelta(days=7)
LONGEST_QUERY = 512
LEAST = {Source.MENTIONS: 5, Source.SEARCH: 10, Source.HOLE: 10}  # X's smallest pages
PRICE = {Source.MENTIONS: budget.OWN_POST, Source.SEARCH: budget.POST, Source.HOLE: budget.POST}


class LeaseLost(Exception):
    """Another poller holds the handle now."""


@dataclass(slots=True)
class Lease:
    """The right to poll one handle until a moment; renewed in the transaction of every page."""

    handle_id: int
    until: datetime

    @classmethod
    def take(cls, handle_id: int, at: datetime) -> "Lease | None":
        """By one conditional UPDATE; None when the handle is held, resting or off."""
        free = Q(poll_claimed_until=None) | Q(poll_claimed_until__lte=at)
        lease = cls(handle_id, at + LEASE)
        taken = due(at).filter(free, pk=handle_id).update(poll_claimed_until=lease.until)
        return lease if taken else None

    def renew(self, at: datetime) -> None:
        """Raises LeaseLost, so that the page's transaction is undone."""
        until = max(at + LEASE, self.until + timedelta(microseconds=1))
        mine = Handle.objects.filter(pk=self.handle_id, poll_claimed_until=self.until)
        if not mine.update(poll_claimed_until=until):
            raise LeaseLost
        self.until = until

    def release(self) -> None:
        """Give it back, if it is still ours."""
        Handle.objects.filter(pk=self.handle_id, poll_claimed_until=self.until).update(poll_claimed_until=None)


def due(at: datetime) -> Any:
    """Active handles that do not rest now."""
    return Handle.objects.filter(Q(not_before_at=None) | Q(not_before_at__lte=at), is_active=True)


def poll(handle_id: int, at: datetime | None = None) -> int:
    """Read what is new for a handle; returns how many messages were stored.

    Does nothing when another poller is at it or the handle rests. What goes wrong with X is written on the handle.
    """
    at = at or timezone.now()
    lease = Lease.take(handle_id, at)
    if lease is None:
        return 0
    handle = Handle.objects.get(pk=handle_id)
    try:
        with XClient(for_handle(handle)) as client:
            return _Poll(handle, client, lease, at).run()
    except MissingCredentials as error:
        standing.failed(handle, error, at)
    except LeaseLost:
        logger.warning("The poll of @%s took too long; another one has taken over.", handle.username)
    finally:
        lease.release()
    return 0


class _Poll:
    def __init__(self, handle: Handle, client: XClient, lease: Lease, at: datetime) -> None:
        self.handle, self.client, self.lease, self.at = handle, client, lease, at
        self.began = time.monotonic()
        self.scope = Scope.of(handle)
        self.stored = 0

    @property
    def now(self) -> datetime:
        return self.at + timedelta(seconds=time.monotonic() - self.began)

    def run(self) -> int:
        try:
            self._find_user_id()
            self._walk(Source.MENTIONS)
            standing.answered(self.handle, self.client.limit, self.now)
            self._search()
        except (XError, OutOfBudget) as error:
            standing.failed(self.handle, error, self.now)
        return self.stored

    def _find_user_id(self) -> None:
        if self.handle.user_id:
            return
        budget.affordable(self.handle, budget.USER, 1, 1, self.now)
        call = lambda: self.client.user_id_of(self.handle.username)  # noqa: E731
        self.handle.user_id = self._recorded("users/by/username/:name", call, lambda _: Bill(1, budget.USER))
        Handle.objects.filter(pk=self.handle.pk).update(user_id=self.handle.user_id)

    def _search(self) -> None:
        """Only where it is needed: search costs five times what mentions cost."""
        try:
            if Cursor.objects.filter(handle=self.handle, source=Source.HOLE).exists():
                self._walk(Source.HOLE)
            if self.handle.hashtags:
                self._walk(Source.SEARCH)
        except XRefused as error:
            if error.status == 403:
                raise
            standing.noted(self.handle, error, self.now)

    def _walk(self, source: str) -> None:
        """Back through the pages to the last known post, as far as the time of one run allows."""
        cursor, _ = Cursor.objects.get_or_create(handle=self.handle, source=source)
        if source == Source.MENTIONS and cursor.next_token and self.at - cursor.updated_at > TOKEN_AGE:
            _start_over(cursor)
        while time.monotonic() - self.began < RUN_SECONDS:
            try:
                page = self._page(cursor)
            except XRefused as error:
                if error.status != 400 or not cursor.next_token:
                    raise
                _start_over(cursor)  # the token has expired
                continue
            self._keep(cursor, page)
            if not cursor.next_token:
                return

    def _page(self, cursor: Cursor) -> Page:
        price, least = PRICE[Source(cursor.source)], LEAST[Source(cursor.source)]
        size = budget.affordable(self.handle, price, PAGE_SIZE, least, self.now)
        params = self._params(cursor) | {"max_results": size, "pagination_token": cursor.next_token}
        if cursor.source == Source.MENTIONS:
            return self._read("users/:id/mentions", price, lambda: self.client.mentions(self.handle.user_id, **params))
        query = search_query(self.handle, cursor.source)
        return self._read("tweets/search/recent", price, lambda: self.client.search(query, **params))

    def _read(self, endpoint: str, price: int, call: Callable[[], Any]) -> Page:
        def parsed() -> Page:
            return read_page(call(), self.scope)

        def bill(page: Page) -> Bill:
            return Bill(len(page.ids), price * posts.newly_read(page.drafts))

        return self._recorded(endpoint, parsed, bill)

    def _recorded(self, endpoint: str, call: Callable[[], T], bill: Callable[[T], Bill]) -> T:
        """Every call leaves its line in the ledger, whatever came of it."""
        try:
            answer = call()
        except XError as error:
            budget.record(self.handle, self.client, endpoint, self.now, Bill(), error)
            raise
        budget.record(self.handle, self.client, endpoint, self.now, bill(answer))
        return answer

    def _params(self, cursor: Cursor) -> dict[str, Any]:
        """Where the walk ends: at the last known post, but never nearer than LOOK_BACK."""
        since = cursor.since_id
        if cursor.source == Source.HOLE:
            return _reachable(since, self.now) | {"until_id": str((cursor.newest_id or 0) + 1)}
        if since is not None:
            # Counted from the whole minute, so that the pages of one walk agree.
            since = min(since, first_id_at(self.now.replace(second=0, microsecond=0) - LOOK_BACK)) or since
        if cursor.source == Source.SEARCH:
            return _reachable(since, self.now)
        return {"since_id": str(since)} if since else {}

    def _keep(self, cursor: Cursor, page: Page) -> None:
        """The page's posts and the cursor: both or neither."""
        with transaction.atomic():
            self.lease.renew(self.now)
            stored = store_whatever_comes(page.drafts)
            _advance(cursor, page)
        self.stored += len(stored)


def _advance(cursor: Cursor, page: Page) -> None:
    """One page further; `since_id` moves only when the walk has come to its end."""
    cursor.walked += len(page.ids)
    cursor.newest_id = max([number for number in (cursor.newest_id, *page.ids) if number], default=None)
    cursor.next_token = page.next_token
    if cursor.next_token:
        cursor.save()
    elif cursor.source == Source.HOLE:
        Cursor.objects.filter(pk=cursor.pk).delete()
    else:
        _finish(cursor)


def _finish(cursor: Cursor) -> None:
    if cursor.source == Source.MENTIONS and cursor.walked >= MAY_HAVE_A_HOLE:
        _remember_hole(cursor)
    known = [number for number in (cursor.since_id, cursor.newest_id) if number]
    cursor.since_id = max(known, default=None)
    cursor.newest_id, cursor.walked = None, 0
    cursor.save()


def _remember_hole(walk: Cursor) -> None:
    """Search from the walk's lower end to its newest post; a hole that is still open is widened."""
    hole, made = Cursor.objects.get_or_create(
        handle_id=walk.handle_id,
        source=Source.HOLE,
        defaults={"since_id": walk.since_id, "newest_id": walk.newest_id},
    )
    if not made:
        hole.newest_id = max(hole.newest_id or 0, walk.newest_id or 0)
        _start_over(hole)


def _start_over(cursor: Cursor) -> None:
    """Walk again from the top; what was stored is known and costs nothing."""
    cursor.next_token, cursor.walked = "", 0
    cursor.save()


def _reachable(since: int | None, at: datetime) -> dict[str, Any]:
    """Recent search refuses a since_id older than seven days: then everything it still reaches is asked for."""
    edge = at - SEARCH_REACH + timedelta(hours=1)
    if since is not None and time_of_id(since) > edge:
        return {"since_id": str(since)}
    # On the whole hour, so that the pages of one walk agree.
    return {"start_time": edge.replace(minute=0, second=0, microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")}


def search_query(handle: Handle, source: str) -> str:
    """The hole is searched by our name, hashtags by themselves (posts with both are known by then, and free).

    X allows 512 characters: hashtags that do not fit are left out, which the form for handles does not let happen.
    """
    if source == Source.HOLE:
        return f"@{handle.username}"
    query = ""
    for tag in handle.hashtags:
        longer = f"{query} OR #{tag}" if query else f"#{tag}"
        query = longer if len(longer) <= LONGEST_QUERY else query
    return query
