"""Journey 4b: who may open the doctors' pages, and what a save gets when the session is over."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from cases import access
from cases.access import Act
from districts.models import Officer

P = ParamSpec("P")


class OfficerRequest(HttpRequest):
    """A request that has passed the gate."""

    user: Officer
    htmx: HtmxDetails


Inside = Callable[Concatenate[OfficerRequest, P], HttpResponse]
Outside = Callable[Concatenate[HttpRequest, P], HttpResponse]


def officer_page(view: Inside[P]) -> Outside[P]:
    """Only for who is signed in; what the page shows of a consultation is asked there."""

    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if isinstance(request.user, Officer):
            return view(request, *args, **kwargs)  # type: ignore[arg-type]
        return _to_sign_in(request)

    return cast(Outside[P], never_cache(checked))


def for_those_who(act: Act) -> Callable[[Inside[P]], Outside[P]]:
    """Only for officers with this act at one of their places; the others get the 403 page."""

    def gate(view: Inside[P]) -> Outside[P]:
        @wraps(view)
        def checked(request: OfficerRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not access.does(request.user, act):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return officer_page(cast(Inside[P], checked))

    return gate


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in and come back to the patient (consult.js has kept the words), else to the doctors' desk."""
    asked = request.resolver_match
    number = asked.kwargs.get("consultation_id") if asked else None
    page = resolve_url("consultation", number) if number else resolve_url("consult_desk")
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(page)
    path = request.get_full_path() if request.method == "GET" else page
    return redirect_to_login(path, resolve_url("sign_in"))
