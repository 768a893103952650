"""How a handle stands each day: asked once, paid from its purse, written down whatever X says."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import responses
import time_machine
from django.utils import timezone

from cases.intake import budget, handle_days, tasks
from cases.intake.credentials import Credentials
from cases.intake.handle_days import due, take
from cases.intake.x_client import Account, XClient, XRefused, XUnavailable
from cases.models import ApiCall, Handle, HandleDay
from tests.cases.x_fixtures import KEYS, asked, spent
from tests.x_simulator.server import XSimulator

IST = ZoneInfo("Asia/Kolkata")
BASE = "https://x.test"
MORNING = datetime(2026, 11, 22, 0, 5, tzinfo=IST)


def test_followers_and_posts_are_kept_as_they_stand(x: XSimulator, handle: Handle) -> None:
    x.follow("BilaspurDist", 1200)
    x.post("Helpline 104", username="BilaspurDist")
    assert take(handle.pk, MORNING)
    day = HandleDay.objects.get()
    assert (day.handle, day.on.isoformat(), day.followers, day.posts) == (handle, "2026-11-22", 1200, 1)
    assert asked(x, "/2/users")[0]["query"] == {"user.fields": "public_metrics"}


def test_once_a_day_is_enough(x: XSimulator, handle: Handle) -> None:
    assert due(MORNING) == [handle.pk]
    x.follow("BilaspurDist", 1200)
    take(handle.pk, MORNING)
    assert due(MORNING + timedelta(hours=23)) == []
    assert not take(handle.pk, MORNING + timedelta(hours=23))
    assert len(asked(x, "/2/users")) == 1
    x.follow("BilaspurDist", 1300)
    assert take(handle.pk, MORNING + timedelta(days=1))
    assert list(HandleDay.objects.order_by("on").values_list("followers", flat=True)) == [1200, 1300]


def test_a_day_begins_at_midnight_in_kolkata(x: XSimulator, handle: Handle) -> None:
    take(handle.pk, MORNING - timedelta(minutes=6))
    take(handle.pk, MORNING - timedelta(minutes=4))
    assert [day.on.isoformat() for day in HandleDay.objects.order_by("on")] == ["2026-11-21", "2026-11-22"]


@pytest.mark.parametrize(
    "change",
    [{"is_active": False}, {"user_id": ""}, {"not_before_at": MORNING + timedelta(minutes=1)}],
    ids=["switched off", "not known to X yet", "resting"],
)
def test_who_is_not_asked(x: XSimulator, handle: Handle, change: dict[str, Any]) -> None:
    Handle.objects.update(**change)
    assert due(MORNING) == []
    assert not take(handle.pk, MORNING)
    assert asked(x, "/2/") == []


def test_it_costs_an_account_read_and_stands_in_the_ledger(x: XSimulator, handle: Handle) -> None:
    take(handle.pk, MORNING)
    call = ApiCall.objects.get()
    assert (call.endpoint, call.status, call.resources, call.cost_micros) == ("users/:id", 200, 1, budget.USER)
    assert call.limit_remaining == 299


def test_the_account_read_for_its_id_on_the_same_day_is_not_paid_twice(x: XSimulator, handle: Handle) -> None:
    ApiCall.objects.create(
        handle=handle, at=MORNING, method="GET", endpoint=handle_days.BY_NAME, status=200, cost_micros=budget.USER
    )
    assert take(handle.pk, MORNING + timedelta(minutes=1))
    assert spent(handle) == budget.USER


def test_with_the_budget_used_up_x_is_not_asked(x: XSimulator, handle: Handle) -> None:
    Handle.objects.update(daily_budget_usd=Decimal("0.00"))
    assert not take(handle.pk, MORNING)
    assert asked(x, "/2/") == []


@pytest.mark.parametrize("trouble", [401, 429, 503, "hang_up"])
def test_when_x_does_not_say_the_next_run_asks_again(x: XSimulator, handle: Handle, trouble: Any) -> None:
    x.fail_next(trouble, 1, "/2/users")
    assert not take(handle.pk, MORNING)
    handle.refresh_from_db()
    assert handle.health == Handle.Health.NEVER, "reading pleas says how the handle is"
    assert ApiCall.objects.get().cost_micros == 0
    assert take(handle.pk, MORNING + timedelta(minutes=10))


def test_a_handle_without_keys_is_passed_over(x: XSimulator, handle: Handle, settings: Any) -> None:
    settings.X_CREDENTIALS = {}
    assert not take(handle.pk, MORNING)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"errors": [{"title": "Not Found Error", "detail": "Could not find user"}]}, XRefused),
        ({"data": {"id": "1"}}, XUnavailable),
        ({"data": {"id": "1", "public_metrics": {"followers_count": "many", "tweet_count": 1}}}, XUnavailable),
        ({"data": {"id": "1", "public_metrics": {"followers_count": 1}}}, XUnavailable),
        ({"data": {"id": "1", "public_metrics": {"followers_count": -1, "tweet_count": 2**40}}}, XUnavailable),
        ({"data": {"id": "1", "public_metrics": {"followers_count": True, "tweet_count": 1}}}, XUnavailable),
    ],
)
def test_an_odd_answer_is_no_figure(body: dict[str, Any], error: type[Exception]) -> None:
    with responses.RequestsMock() as wire, XClient(Credentials("BilaspurDist", **KEYS), base_url=BASE) as client:
        wire.get(f"{BASE}/2/users/1", json=body)
        with pytest.raises(error):
            client.account("1")


def test_the_answer_is_read() -> None:
    body = {"data": {"id": "1", "public_metrics": {"followers_count": 12, "tweet_count": 3, "listed_count": 0}}}
    with responses.RequestsMock() as wire, XClient(Credentials("BilaspurDist", **KEYS), base_url=BASE) as client:
        wire.get(f"{BASE}/2/users/1", json=body)
        assert client.account("1") == Account(followers=12, posts=3)


def test_the_tasks_take_every_handle_that_is_due(
    x: XSimulator, handle: Handle, small_map: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Handle.objects.create(username="RaipurDist", user_id="1383000000000000003", state=small_map.cg, is_active=False)
    started: list[tuple[int]] = []
    monkeypatch.setattr(tasks.take_handle_day, "apply_async", lambda args, **_: started.append(args))
    with time_machine.travel(MORNING, tick=False):
        tasks.take_handle_days()
        assert started == [(handle.pk,)]
        tasks.take_handle_day(*started[0])
        assert due(timezone.now()) == []
    assert HandleDay.objects.get().handle == handle
