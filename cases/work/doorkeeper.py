"""Journey 4, on every request: nobody goes on without the second step that is due; when a session was last seen."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect
from redis.exceptions import RedisError

from cases import two_step
from districts.models import Officer

_PASSED_ON = "code_set_up_on"
_SEEN_FOR_SECONDS = 12 * 3600
# What the set-up itself needs, and the ways out of it.
ALWAYS_OPEN = frozenset(
    {
        *("mfa_activate_totp", "mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_generate_recovery_codes"),
        *("account_reauthenticate", "mfa_reauthenticate", "sign_out", "set_language", "healthz", "healthz_live"),
    }
)


class Doorkeeper:
    """Who has the code is asked once a day and session; who needs none today, at every request: a posting may come."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Note that the session is in use, and go on."""
        if SESSION_KEY in request.session:
            see(request.session.session_key)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """To the set-up page, whatever page was asked for."""
        if SESSION_KEY not in request.session or has_passed(request):
            return None
        match = request.resolver_match
        if match is not None and match.view_name in ALWAYS_OPEN:
            return None
        return _to_set_up(request)


def has_passed(request: HttpRequest) -> bool:
    """Whether the officer of this session has the second step, which is remembered until midnight, or needs none.

    That none is needed is never remembered: the postings it follows from are read once a request, and pages use them.
    """
    today = timezone.localdate().isoformat()
    if not two_step.asked_of_anybody() or request.session.get(_PASSED_ON) == today:
        return True
    if not isinstance(request.user, Officer) or not two_step.is_required(request.user):
        return True
    if not two_step.is_set_up(request.user):
        return False
    request.session[_PASSED_ON] = today  # whoever must have it cannot switch it off
    return True


def _to_set_up(request: HttpRequest) -> HttpResponse:
    page = resolve_url("mfa_activate_totp")
    if request.path.startswith("/api/"):
        words = _("Your posting asks for a code at sign-in. Set it up first at %(page)s.") % {"page": page}
        return JsonResponse({"code": "two_step_due", "message": words}, status=HTTPStatus.FORBIDDEN)
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(page)
    return redirect(page)


def see(session_key: str | None) -> None:
    """Remember in the cache when a session was last used: writing it down would cost every poll a write."""
    with suppress(RedisError, OSError):
        cache.set(f"session-seen:{session_key}", timezone.now(), _SEEN_FOR_SECONDS)


def last_seen(session_keys: list[str]) -> dict[str, datetime]:
    """When each session was last used, of those that the cache remembers."""
    with suppress(RedisError, OSError):
        found = cache.get_many([f"session-seen:{key}" for key in session_keys])
        return {key.removeprefix("session-seen:"): at for key, at in found.items()}
    return {}
