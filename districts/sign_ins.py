"""Ending an officer's sign-ins: every session and token, or the second step of a lost telephone."""

from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.utils import timezone
from rest_framework.authtoken.models import Token

from districts.models import Officer

KEPT_FOR = timedelta(days=180)


def end_sign_ins(officer: Officer, keep: str | None = None) -> int:
    """End every session of the officer but the one with this key, and the token; how many sessions there were."""
    ended = 0
    for session in UserSession.objects.filter(user=officer).exclude(session_key=keep or ""):
        session.end()
        ended += 1
    Token.objects.filter(user=officer).delete()
    return ended


def forget_second_step(officer: Officer) -> None:
    """For a lost telephone: the officer signs in with the password and, where it is asked for, sets up anew."""
    Authenticator.objects.filter(user=officer).delete()
    end_sign_ins(officer)


def forget_old_sign_ins() -> None:
    """Half a year of sign-ins and failures is enough to ask who was there; older ones say where people live."""
    before = timezone.now() - KEPT_FOR
    for table in (AccessLog, AccessFailureLog, AccessAttempt):
        table.objects.filter(attempt_time__lt=before).delete()
