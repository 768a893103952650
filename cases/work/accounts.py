"""Journey 4: how signing in behaves here: django-allauth's flow with our words, our addresses and nobody signing up."""

from typing import Any, cast

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage
from rest_framework.authtoken.models import Token

from cases import access, two_step
from cases.access import Act
from cases.intake.credentials import seal, unseal
from cases.workflow import Move
from districts.models import Officer
from helpdesk.throttle import client_address

SWITCHED_OFF = _("This login is switched off. Ask your district nodal officer.")
NOT_POSTED = _(
    "You are not posted anywhere today, so no case is shown to you. Ask your district nodal officer for a posting."
)
_WRONG_CODE = _(
    "This code is not right. Take the newest one from the app; if it is still not right, "
    "the telephone's clock may be wrong."
)
_TOO_MANY = _("Too many wrong tries. Wait five minutes, then try again.")
# What allauth says in text files of its own; what is not here is not said.
_SAID = {
    "account/messages/password_changed.txt": _("Your password is changed. Every other device is signed out."),
    "mfa/messages/totp_activated.txt": _("From now on you sign in with the password and a code."),
    "mfa/messages/totp_deactivated.txt": _("The code is switched off: the password alone is enough again."),
    "mfa/messages/recovery_codes_generated.txt": _("Keep these recovery codes: no others work."),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Passwords and sessions."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _(
            "The name and the password do not match. Check capital letters and the keyboard's language, "
            "or ask your district nodal officer for a new password."
        ),
        "account_inactive": SWITCHED_OFF,
        "too_many_login_attempts": _TOO_MANY,
        "rate_limited": _TOO_MANY,
        "incorrect_code": _WRONG_CODE,
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not your present password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth names it
        """Never: the office makes the logins."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing: django-axes counts by name and address; by the name alone anybody could lock anybody out."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """Seen through the trusted proxies."""
        return client_address(request) or "0.0.0.0"  # noqa: S104 - an address to note, none to listen at

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """The password again before something that matters, unless it was typed in the last minutes."""
        records = get_authentication_records(self.request, getattr(self.request, "user", None))
        age = timezone.now().timestamp() - records[-1]["at"] if records else None
        if age is not None and age < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def respond_user_inactive(self, request: HttpRequest, user: Officer) -> HttpResponse:  # noqa: ARG002
        """Switched off between the password and the code."""
        messages.error(request, SWITCHED_OFF)
        return redirect("sign_in")

    def post_login(self, request: HttpRequest, user: Officer, **given: Any) -> HttpResponse:
        """To the page asked for, in the officer's language; who is not posted today is told so."""
        response = cast(HttpResponse, super().post_login(request, user, **given))
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            samesite="Lax",
            secure=bool(settings.SESSION_COOKIE_SECURE),
        )
        if not access.postings(user) and not user.is_superuser:
            messages.warning(request, NOT_POSTED)
        return response

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """A doctor who works no cases starts at the doctors' desk."""
        officer = request.user
        advises = isinstance(officer, Officer) and access.does(officer, Act.ADVISE)
        if advises and not access.may_somewhere(cast(Officer, officer), Move.ACKNOWLEDGE):
            return reverse("consult_desk")
        return str(super().get_login_redirect_url(request))

    def set_password(self, user: Officer, password: str) -> None:
        """A new password ends the tokens of machines too; sessions end by themselves."""
        super().set_password(user, password)
        Token.objects.filter(user=user).delete()

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        """Back to the page of one's own sign-ins."""
        return reverse("my_security")

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,  # noqa: ARG002 - allauth names it
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Our words for it, or none."""
        words = message or _SAID.get(message_template or "")
        if words:
            messages.add_message(request, level, words, extra_tags=extra_tags)


class CodeAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Codes of the telephone."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _WRONG_CODE,
        "cannot_delete_authenticator": _("Your posting asks for the code; it cannot be switched off."),
    }

    def get_totp_label(self, user: Officer) -> str:
        """The name that the app lists."""
        return str(user.get_username())

    def get_totp_issuer(self) -> str:
        """The office, beside it."""
        return str(settings.OFFICE_NAME)

    def build_totp_svg(self, url: str) -> str:
        """On white in a dark theme too: cameras want dark squares on a light ground."""
        return str(qrcode.make(url, image_factory=SvgPathFillImage).to_string(encoding="unicode"))

    def encrypt(self, text: str) -> str:
        """A stolen copy of the database gives no codes."""
        return seal({"secret": text})

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again."""
        return unseal(encrypted_text)["secret"]

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not where the officer's posting asks for it."""
        return not two_step.is_required(cast(Officer, authenticator.user))


def _plain(form: Any, **labels: Any) -> None:
    """Our labels, and no words inside the fields: they vanish while one types."""
    for name, (label, missing) in labels.items():
        field = form.fields[name]
        field.label, field.help_text = label, ""
        field.error_messages["required"] = missing
        field.widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm):  # type: ignore[misc]
    """Name and password, with errors that say what to do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(
            self,
            login=(_("Sign-in name"), _("Type your sign-in name.")),
            password=(_("Password"), _("Type your password.")),
        )
        self.fields["login"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}

    def add_prefix(self, field_name: str) -> str:
        """allauth calls the name `login`; the page and what fills in passwords call it `username`."""
        return "username" if field_name == "login" else str(super().add_prefix(field_name))

    def clean(self) -> dict[str, Any]:
        """allauth leads a switched-off login to a page of its own; here the form says it."""
        cleaned: dict[str, Any] = super().clean()
        if self.user is not None and not self.user.is_active:
            raise ValidationError(SWITCHED_OFF, code="account_inactive")
        return cleaned


class PasswordForm(ReauthenticateForm):  # type: ignore[misc]
    """The password again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, password=(_("Password"), _("Type your password.")))


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """The present password, and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(
            self,
            oldpassword=(_("Present password"), _("Type your present password.")),
            password1=(_("New password"), _("Type a new password.")),
            password2=(_("New password once more"), _("Type the new password once more.")),
        )
        self.fields["password1"].help_text = _("At least ten characters; three or four words are easy to remember.")

    def clean(self) -> dict[str, Any]:
        """allauth's words for two that differ are not ours, nor in Hindi."""
        first, again = self.cleaned_data.get("password1"), self.cleaned_data.get("password2")
        cleaned: dict[str, Any] = super().clean()
        if first and again and first != again:
            self.errors.pop("password2", None)
            self.add_error("password2", _("The two new passwords are not the same."))
        return cleaned
