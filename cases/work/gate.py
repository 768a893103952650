"""Journey 4: who may open the desk's pages, and what a poll or a fragment gets when the session is over."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails
from redis.exceptions import RedisError

from cases import access
from districts.models import Officer

P = ParamSpec("P")
_KNOWN_FOR_SECONDS = 60


class OfficerRequest(HttpRequest):
    """A request that has passed `officer_page`."""

    user: Officer
    htmx: HtmxDetails


def officer_page(
    view: Callable[Concatenate[OfficerRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Only for who is signed in; the others go to the sign-in page, htmx included (it would swap the page in)."""

    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if isinstance(request.user, Officer):
            return view(request, *args, **kwargs)  # type: ignore[arg-type]
        return to_sign_in(request)

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponse], never_cache(checked))


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in and come back: to the page asked for, to a move's case (drafts.js kept the words), else to the desk."""
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(_page_of_move(request))
    path = request.get_full_path() if request.method == "GET" else _page_of_move(request)
    return redirect_to_login(path, resolve_url("sign_in"))


def _page_of_move(request: HttpRequest) -> str:
    asked = request.resolver_match
    is_move = asked is not None and asked.url_name == "case_move" and "from" not in request.POST
    return resolve_url("case", asked.kwargs["reference"]) if asked and is_move else resolve_url("desk")


def who_polls(request: HttpRequest) -> Officer | None:
    """The signed-in officer with today's postings, remembered for a minute, so that a poll costs no query for it.

    It decides only whether anything changed; what is then shown is drawn for a freshly checked officer.
    """
    if SESSION_KEY not in request.session:
        return None
    key = f"desk-poll:{request.session.session_key}"
    known = _remembered(key)
    if known is not None:
        return known
    officer = get_user(request)
    if not isinstance(officer, Officer):
        return None
    access.postings(officer)
    officer.password = ""  # what is kept outside the database needs no hash
    with suppress(RedisError):  # a dead cache costs a query, not the desk
        cache.set(key, officer, _KNOWN_FOR_SECONDS)
    return officer


def _remembered(key: str) -> Officer | None:
    with suppress(RedisError):
        known = cache.get(key)
        return known if isinstance(known, Officer) else None
    return None
