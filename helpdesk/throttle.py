"""Beside the journey: a throttle per client address against guessing references and passwords and flooding forms."""

import ipaddress
import logging
from dataclasses import dataclass
from time import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Throttle:
    """So many per minute and address; counted in the cache, which forgets by itself."""

    purpose: str
    per_minute: int

    def is_spent(self, request: HttpRequest) -> bool:
        """Whether this address has used up its minute. A dead cache throttles nobody: help comes first."""
        try:
            return int(cache.get(self._key(request), 0)) >= self.per_minute
        except (RedisError, OSError) as error:
            logger.warning("The throttle's cache does not answer: %s", error)
            return False

    def spend(self, request: HttpRequest, cost: int = 1) -> None:
        """Count `cost` against the address."""
        key = self._key(request)
        try:
            if not cache.add(key, cost, WINDOW_SECONDS):
                cache.incr(key, cost)
        except ValueError:
            cache.set(key, cost, WINDOW_SECONDS)  # it expired between the two calls
        except (RedisError, OSError) as error:
            logger.warning("The throttle's cache does not answer: %s", error)

    def _key(self, request: HttpRequest) -> str:
        minute = int(time()) // WINDOW_SECONDS
        return f"throttle:{self.purpose}:{client_network(request)}:{minute}"


def client_address(request: HttpRequest) -> str | None:
    """The client's address, seen through the trusted proxies only; None when there is none that can be read."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if settings.TRUSTED_PROXIES and forwarded:
        address = forwarded[-min(settings.TRUSTED_PROXIES, len(forwarded))]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None


def client_network(request: HttpRequest) -> str:
    """The client's IPv4 address or IPv6 /64 (a household's usual share)."""
    address = client_address(request)
    if address is None:
        return "unknown"
    if ipaddress.ip_address(address).version == 6:
        return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)
    return address


def locked_address(request: HttpRequest) -> str | None:
    """What a lock-out counts by: the network, or None where no address can be read."""
    network = client_network(request)
    return None if network == "unknown" else network
