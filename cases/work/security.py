"""Journey 4: an officer's own sign-ins: password, code, open sessions, what was tried; and those of officers below."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.views import password_change
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import activate_totp
from allauth.usersessions.models import UserSession
from axes.models import AccessFailureLog, AccessLog
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from rest_framework.authtoken.models import Token

from cases import two_step
from cases.work.devices import in_words
from cases.work.doorkeeper import last_seen
from cases.work.gate import OfficerRequest, officer_page, to_sign_in
from districts.models import Officer
from districts.sign_ins import end_sign_ins

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is signed in."""

    pk: int
    device: str
    address: str
    since: datetime
    seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class Try:
    """One sign-in, or one that failed."""

    at: datetime
    device: str
    address: str
    worked: bool


@officer_page
@require_GET
def my_security(request: OfficerRequest) -> HttpResponse:
    """The page where an officer sees that nobody else is signed in with the own name."""
    officer = request.user
    codes = Authenticator.objects.filter(user=officer, type=Authenticator.Type.RECOVERY_CODES).first()
    page: dict[str, Any] = {
        "has_code": two_step.is_set_up(officer),
        "needs_code": two_step.is_required(officer),
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
        "sessions": sessions_of(officer, request.session.session_key),
        "tries": tries_of(officer),
    }
    return render(request, "work/security.html", page)


def sessions_of(officer: Officer, this: str | None) -> list[Session]:
    """The officer's browsers, this one first, then those used last; what has run out is cleared away."""
    found = UserSession.objects.purge_and_list(officer)
    seen = last_seen([one.session_key for one in found])
    shown = [
        Session(
            one.pk,
            in_words(one.user_agent),
            one.ip,
            one.created_at,
            seen.get(one.session_key, one.last_seen_at),
            one.session_key == this,
        )
        for one in found
    ]
    return sorted(shown, key=lambda one: (one.is_this, one.seen_at), reverse=True)


def tries_of(officer: Officer) -> list[Try]:
    """The last ones, newest first: names are counted as they are tried, whatever the capitals."""
    name = officer.get_username()
    kept: list[tuple[Any, str, bool]] = [(AccessLog, name, True), (AccessFailureLog, name.strip().casefold(), False)]
    tries = [
        Try(one.attempt_time, in_words(one.user_agent), one.ip_address or "", worked)
        for table, wanted, worked in kept
        for one in table.objects.filter(username=wanted).order_by("-attempt_time", "-pk")[:_SHOWN]
    ]
    return sorted(tries, key=lambda one: one.at, reverse=True)[:_SHOWN]


@officer_page
@require_POST
def end_session(request: OfficerRequest, session_id: int) -> HttpResponse:
    """Sign one other browser out, at once."""
    session = get_object_or_404(UserSession, pk=session_id, user=request.user)
    if session.session_key != request.session.session_key:
        session.end()
        messages.success(request, _("That device is signed out."))
    return redirect("my_security")


@officer_page
@require_POST
def end_other_sessions(request: OfficerRequest) -> HttpResponse:
    """Sign every other browser out, and end the token of a program."""
    end_sign_ins(request.user, keep=request.session.session_key)
    messages.success(request, _("Every other device is signed out."))
    return redirect("my_security")


def set_up_code(request: HttpRequest) -> HttpResponseBase:
    """allauth's page; what it sets up ends the token of a program, which was given out for the password alone."""
    officer = request.user
    if not isinstance(officer, Officer) or request.method != "POST" or two_step.is_set_up(officer):
        shown: HttpResponseBase = activate_totp(request)
        return shown
    with transaction.atomic():
        response: HttpResponseBase = activate_totp(request)
        if two_step.is_set_up(officer):
            Token.objects.filter(user=officer).delete()
    return response


def change_password(request: HttpRequest) -> HttpResponseBase:
    """allauth's form; a login without a password (made for a program) has none to change."""
    if not isinstance(request.user, Officer):
        return to_sign_in(request)
    if not request.user.has_usable_password():
        raise PermissionDenied
    response: HttpResponseBase = password_change(request)
    return response
