"""Journey 5: who may open the outbox's pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from cases import access
from cases.access import Act
from districts.models import Officer

View = Callable[..., HttpResponse]


def officer_only(view: View, act: Act | None = None) -> View:
    """Only for who is signed in and does `act` somewhere; passes the officer on as a keyword."""

    @never_cache
    @login_required
    @wraps(view)
    def checked(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        officer = request.user
        if not isinstance(officer, Officer) or (act is not None and not access.does(officer, act)):
            raise PermissionDenied
        return view(request, officer=officer, **kwargs)

    return checked


def edits_texts(view: View) -> View:
    """Only for who may change the words of notices."""
    return officer_only(view, Act.EDIT_TEXTS)


def sees_outbox(view: View) -> View:
    """Only for who is shown what could not be sent."""
    return officer_only(view, Act.SEE_OUTBOX)
