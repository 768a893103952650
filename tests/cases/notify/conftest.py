"""The outbox is tested against a simulated X, a provider that notes what it is given, and made-up browsers."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.models import Gateway, Notice, OfficerChannel
from cases.notify import gateways
from districts.models import Officer
from tests.cases.x_fixtures import x

__all__ = ["x"]


class Provider:
    """Stands in the place of apprise: notes every text, and answers as it is told to."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.calls: list[tuple[str, str]] = []
        self.answers: list[tuple[bool, str]] = []
        self.always: tuple[bool, str] | None = None
        self.meanwhile: Callable[[], None] | None = None

    def __call__(self, address: str, text: str, _title: str) -> tuple[bool, str]:
        """What gateways.call does."""
        self.calls.append((address, text))
        if self.meanwhile:
            self.meanwhile()
        told = self.always or (self.answers.pop(0) if self.answers else (True, ""))
        if told[0]:
            self.sent.append((address, text))
        return told


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    """What gateways send to."""
    one = Provider()
    monkeypatch.setattr(gateways, "call", one)
    return one


@pytest.fixture
def make_gateway() -> Callable[..., Gateway]:
    """A gateway for everywhere, unless told otherwise."""

    def make(channel: str = "sms", **more: Any) -> Gateway:
        sealed = gateways.seal(more.pop("address", f"json://{channel}.example/secretkey?:to={{to}}"))
        return Gateway.objects.create(channel=channel, name=channel, sealed_address=sealed, **more)

    return make


@pytest.fixture
def choose() -> Callable[..., OfficerChannel]:
    """An officer switches a channel on."""

    def make(officer: Officer, channel: str = "sms", address: str = "+919812345678") -> OfficerChannel:
        address = "meena@example.org" if channel == "email" else address
        return OfficerChannel.objects.create(officer=officer, channel=channel, address=address)

    return make


@pytest.fixture
def queue(make_case: Any) -> Callable[..., Notice]:
    """A queued notice to an officer about a case of the officer's, critical unless told otherwise."""

    def make(officer: Officer, channel: str = "sms", **more: Any) -> Notice:
        rank = more.get("rank", 0)
        urgency = ("critical", "high", "normal")[rank]
        at: datetime = more.pop("at", timezone.now())
        case = more.pop("case", None) or make_case(officer=officer, urgency=urgency)
        fields: dict[str, Any] = {
            "once": f"to_assigned:{case.pk}:turn0:{officer.pk}:{channel}", "case": case, "officer": officer,
            "channel": channel, "template": "to_assigned", "language": "en", "text": f"{urgency}: {case.reference}",
            "urgency": urgency, "rank": rank, "created_at": at, "next_try_at": at,
        }  # fmt: skip
        return Notice.objects.create(**(fields | more))

    return make


@pytest.fixture
def meena(cast: Any, make_gateway: Any, choose: Any) -> Any:
    """She takes SMS, and the office has a gateway for it."""
    make_gateway()
    choose(cast.meena)
    return cast.meena


def later(**more: float) -> datetime:
    """A moment to come."""
    return timezone.now() + timedelta(**more)


def reload(notice: Notice) -> Notice:
    """As the table has it now."""
    notice.refresh_from_db()
    return notice
