"""Journey 5, the thin door to apprise: one text to one address by one gateway, and what came of it.

Gateways' addresses hold keys and lie sealed, like those of the handles; nothing that leaves this module shows them.
"""

import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import quote

import apprise
from django.db.models import F

from cases.intake import credentials
from cases.models import Gateway

# apprise logs whom it writes to: that must not reach our log. The words come back with its answer.
logging.getLogger("apprise").propagate = False
logging.getLogger("apprise").addHandler(logging.NullHandler())

TO = "{to}"
NUMBER = "{number}"  # ten digits without +91, as some gateways want it
CONNECT_SECONDS, READ_SECONDS, CALL_SECONDS = 4.0, 8.0, 15
REST_AFTER = 3  # failures in a row
FIRST_REST, LONGEST_REST = timedelta(minutes=2), timedelta(minutes=30)
KEYS_REST = timedelta(minutes=10)  # wrong keys or no credit: somebody must act, then we want to notice soon
_STATUS = re.compile(r"error[=:]\s*(\d{3})\b")
_DIGITS = re.compile(r"\+?\d(?:[ -]?\d){5,}")
_INVALID = re.compile(r"invalid|no (?:valid )?(?:target|recipient|phone)|nothing to notify|there (?:were|are) no", re.I)
# 408, 425 and 429 ask for patience, not for another address.
_PATIENCE = frozenset({408, 425, 429})
_KEYS = frozenset({401, 402, 407})


class Kind(StrEnum):
    """What came of sending."""

    SENT = "sent"
    PERMANENT = "permanent"  # this address, this text: asking again changes nothing
    TEMPORARY = "temporary"  # a timeout, a throttle, a server that is down
    KEYS = "keys"  # the gateway refuses us, whoever is written to


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider said; `words` carry no secret and no number."""

    kind: Kind
    words: str = ""
    provider_id: str = ""


class Unsealable(Exception):
    """No key that we have opens a gateway's address."""


def seal(address: str) -> str:
    """An apprise address, ready for Gateway.sealed_address."""
    return credentials.seal({"address": address})


def opened(gateway: Gateway) -> str:
    """The apprise address. Raises Unsealable."""
    try:
        return credentials.unseal(gateway.sealed_address).get("address", "")
    except ValueError as error:
        raise Unsealable(str(error)) from None


def deliver(gateway: Gateway, to: str, text: str, title: str = "") -> Answer:
    """Send one text; never raises for what a provider does."""
    try:
        address = opened(gateway)
    except Unsealable as error:
        return Answer(Kind.KEYS, str(error))
    filled = address.replace(TO, quote(to, safe="")).replace(NUMBER, quote(to[-10:], safe=""))
    succeeded, told = call(filled, text, title)
    words = scrubbed(told, address, to)
    return Answer(Kind.SENT, words) if succeeded else Answer(judged(told), words or "no answer")


def call(address: str, text: str, title: str) -> tuple[bool, str]:
    """The only place that calls apprise: whether it succeeded, and what it logged. Tests replace it."""
    service = apprise.Apprise.instantiate(address, suppress_exceptions=True)
    if not isinstance(service, apprise.NotifyBase):
        return False, "invalid address"
    service.socket_connect_timeout, service.socket_read_timeout = CONNECT_SECONDS, READ_SECONDS
    if getattr(service, "targets", None) == []:
        return False, "invalid address"
    sender = apprise.Apprise()
    sender.add(service)
    result = sender.notify(body=text, title=title, timeout=CALL_SECONDS, log_level=logging.WARNING)
    return bool(result), " ".join(entry.message for entry in result.logs())


def judged(told: str) -> Kind:
    """Which kind of failure the words speak of; what says nothing is worth another try."""
    found = _STATUS.search(told)
    status = int(found.group(1)) if found else 0
    if status in _KEYS:
        return Kind.KEYS
    if 400 <= status < 500 and status not in _PATIENCE:
        return Kind.PERMANENT
    return Kind.PERMANENT if not status and _INVALID.search(told) else Kind.TEMPORARY


def scrubbed(told: str, address: str, to: str) -> str:
    """The words without the recipient, numbers and any part of the gateway's address."""
    parts = {part for part in re.split(r"[/:@?&=,]+", address) if len(part) >= 6}
    for secret in sorted({to, to.removeprefix("+"), *parts} - {""}, key=len, reverse=True):
        told = told.replace(secret, "***")
    return _DIGITS.sub("•••", told)[:300]


def nearest(gateways: list[Gateway], state_id: int | None, district_id: int | None, at: datetime) -> Gateway | None:
    """The district's own before the state's before all's; what rests is passed over."""
    able = [one for one in gateways if one.covers(state_id, district_id) and not rests(one, at)]
    return min(able, key=lambda one: (one.breadth, one.pk), default=None)


def awake_at(gateways: list[Gateway], state_id: int | None, district_id: int | None) -> datetime | None:
    """When the first of the gateways for a place is tried again; None if the place has none."""
    return min(
        (one.not_before_at for one in gateways if one.not_before_at and one.covers(state_id, district_id)),
        default=None,
    )


def rests(gateway: Gateway, at: datetime) -> bool:
    """It failed and is not tried again yet."""
    return gateway.not_before_at is not None and gateway.not_before_at > at


def answered(gateway: Gateway) -> None:
    """It carried a text."""
    if gateway.failures or gateway.not_before_at or gateway.last_error:
        _write(gateway, failures=0, not_before_at=None, last_error="")


def failed(gateway: Gateway, answer: Answer, at: datetime) -> None:
    """It carried nothing; after several failures in a row, or when it refuses our keys, it rests."""
    gateway.failures += 1
    Gateway.objects.filter(pk=gateway.pk).update(failures=F("failures") + 1)
    until = gateway.not_before_at
    if answer.kind is Kind.KEYS:
        until = at + KEYS_REST
    elif gateway.failures >= REST_AFTER:
        until = at + min(FIRST_REST * 2 ** min(gateway.failures - REST_AFTER, 8), LONGEST_REST)
    _write(gateway, not_before_at=until, last_error=answer.words[:300])


def _write(gateway: Gateway, **values: object) -> None:
    """By UPDATE of these columns only: an administrator may be editing the others."""
    Gateway.objects.filter(pk=gateway.pk).update(**values)
    for name, value in values.items():
        setattr(gateway, name, value)
