"""Journey 4c: who may open the clock's pages."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from cases import access
from cases.access import Act
from districts.models import Officer

P = ParamSpec("P")


def for_who_may(
    act: Act,
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponse]], Callable[Concatenate[HttpRequest, P], HttpResponse]
]:
    """Only for officers who do this at one of their places; others get the 403 page."""

    def guard(
        view: Callable[Concatenate[HttpRequest, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not access.does(cast(Officer, request.user), act):
                raise PermissionDenied(_("Your posting does not allow this."))
            return view(request, *args, **kwargs)

        guarded = never_cache(login_required(checked))
        return cast(Callable[Concatenate[HttpRequest, P], HttpResponse], guarded)

    return guard
