"""The door to the desk: signing in and out; the officer's language comes along."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from districts.models import Officer
from helpdesk.throttle import Throttle

View = Callable[[HttpRequest], HttpResponseBase]
# By address, not by name: else anybody could keep an officer out by typing the name. A control room shares one.
WRONG_PASSWORDS = Throttle("sign-in", per_minute=20)


class SignInForm(AuthenticationForm):
    """Name and password, with errors that say what to do."""

    error_messages = {
        "invalid_login": _(
            "The name and the password do not match. Check capital letters and the keyboard's language, "
            "or ask your district nodal officer for a new password."
        ),
        "inactive": _("This login is switched off. Ask your district nodal officer."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Sign-in name")
        self.fields["username"].error_messages["required"] = _("Type your sign-in name.")
        self.fields["password"].label = _("Password")
        self.fields["password"].error_messages["required"] = _("Type your password.")


_login = LoginView.as_view(
    template_name="work/sign_in.html", authentication_form=SignInForm, redirect_authenticated_user=True
)


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
    """Sign in, go to the desk, and read it in the language the officer has chosen."""
    was_signed_in = request.user.is_authenticated
    response = _login(request)
    if isinstance(request.user, Officer) and not was_signed_in:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            request.user.language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            samesite="Lax",
            secure=bool(settings.SESSION_COOKIE_SECURE),
        )
    return response
