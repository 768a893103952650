"""The door to the desk: signing in, being locked out for a while, and the admin's door, which is the same one."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

from allauth.account.views import login
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from districts.models import Officer
from helpdesk.throttle import Throttle, locked_address

View = Callable[[HttpRequest], HttpResponseBase]
# By address: a control room shares one. One name from one address is locked by django-axes well before.
WRONG_PASSWORDS = Throttle("sign-in", per_minute=20)


def slow_to_guess(view: View) -> View:
    """Count the tries of a sign-in page that fail; too many from one address have to wait a minute."""

    @wraps(view)
    def checked(request: HttpRequest) -> HttpResponseBase:
        if request.method == "POST" and WRONG_PASSWORDS.is_spent(request):
            page = {"back": request.get_full_path()}
            return render(request, "public/too_many.html", page, status=HTTPStatus.TOO_MANY_REQUESTS)
        response = view(request)
        if request.method == "POST" and response.status_code == HTTPStatus.OK:  # a success is a redirect
            WRONG_PASSWORDS.spend(request)
        return response

    return checked


@never_cache
@slow_to_guess
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """allauth's flow: the password, then the code where one is set up, then the desk or the page asked for."""
    response: HttpResponseBase = login(request)
    return response


@never_cache
def admin_door(request: HttpRequest) -> HttpResponse:
    """The admin has no sign-in of its own: it would be a way around the code."""
    wanted = request.GET.get("next") or resolve_url("admin:index")
    if not isinstance(request.user, Officer):
        return redirect_to_login(wanted, resolve_url("sign_in"))
    if not request.user.is_staff:
        raise PermissionDenied
    return redirect("admin:index")


def name_tried(_request: HttpRequest, credentials: dict[str, Any] | None) -> str | None:
    """The name a lock-out counts by: allauth takes Meena for meena, so both count as one."""
    name = (credentials or {}).get("username")
    return str(name).strip().casefold()[:150] if name else None


def locked_out(
    request: HttpRequest, _response: HttpResponseBase | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """Says until when, and whom to call; django-axes shows it when one name failed too often from one address."""
    until = _locked_until(request, credentials)
    seconds = max(1, int((until - timezone.now()).total_seconds()))
    if request.path.startswith("/api/"):
        words = _("Too many wrong tries. Try again at %(time)s.") % {"time": f"{timezone.localtime(until):%H:%M}"}
        answer: HttpResponse = JsonResponse({"code": "locked_out", "message": words}, status=429)
    else:
        page = {"until": until, "minutes": -(-seconds // 60)}
        answer = render(request, "account/locked_out.html", page, status=HTTPStatus.TOO_MANY_REQUESTS)
    answer["Retry-After"] = str(seconds)
    return answer


def _locked_until(request: HttpRequest, credentials: dict[str, Any] | None) -> datetime:
    name, address = name_tried(request, credentials), locked_address(request)
    tried = AccessAttempt.objects.filter(username=name, ip_address=address)
    last = tried.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    return last + settings.AXES_COOLOFF_TIME
