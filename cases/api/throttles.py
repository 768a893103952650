"""How often a machine may ask. A dead cache throttles nobody: a plea of another helpline must still come in."""

import logging
from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle, UserRateThrottle

if TYPE_CHECKING:  # REST framework's views load this module while they are loaded themselves
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)


class HelpFirst(SimpleRateThrottle):
    """Counts in the cache, as long as there is one."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Whether the request is within the rate."""
        try:
            return super().allow_request(request, view)
        except (RedisError, OSError) as error:
            logger.warning("The throttle's cache does not answer: %s", error)
            return True


class ByOfficer(HelpFirst, UserRateThrottle):
    """So many requests of one officer's program."""


class ByAddress(HelpFirst):
    """So many tries to sign in from one address."""

    scope = "token_address"

    def get_cache_key(self, request: Request, _view: "APIView") -> str | None:
        """Asking for a token only; giving one back is not slowed down."""
        return f"token-address:{self.get_ident(request)}" if request.method == "POST" else None


class ByName(HelpFirst):
    """So many tries for one name from one address: by the name alone anybody could keep an officer out."""

    scope = "token_name"

    def get_cache_key(self, request: Request, _view: "APIView") -> str | None:
        """By the name as it is typed; a body without one is the serializer's matter."""
        typed = request.data.get("username") if request.method == "POST" and isinstance(request.data, dict) else None
        if not isinstance(typed, str):
            return None
        return f"token-name:{self.get_ident(request)}:{typed.casefold()[:150]!r}"
