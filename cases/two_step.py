"""Who must sign in with a code from the telephone besides the password, and whether a code is right."""

from typing import Any, cast

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from cases import access
from districts.models import Officer

ADMIN = "superuser"  # in TWO_STEP_ROLES: whoever may open /admin/, with or without a posting


def asked_of_anybody() -> bool:
    """Whether this office asks for the second step at all."""
    return bool(settings.TWO_STEP_ROLES)


def is_required(officer: Officer) -> bool:
    """Whether one of the roles that the officer holds today asks for the second step."""
    asked = set(settings.TWO_STEP_ROLES)
    if not asked:
        return False
    if ADMIN in asked and (officer.is_superuser or officer.is_staff):
        return True
    return not asked.isdisjoint(access.roles(officer))


def is_set_up(officer: Officer) -> bool:
    """Whether the officer signs in with a code."""
    return bool(Authenticator.objects.filter(user=officer, type=Authenticator.Type.TOTP).exists())


def is_due(officer: Officer) -> bool:
    """Whether the officer must set it up before anything else."""
    return is_required(officer) and not is_set_up(officer)


class CodeField(forms.CharField):
    """Six digits of the telephone, or a recovery code; spaces between them do not matter."""

    def __init__(self, label: Any) -> None:
        attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        super().__init__(label=label, max_length=20, widget=forms.TextInput(attrs=attrs))
        self.error_messages["required"] = _("Type the code.")


class _OnceOnly:
    """A code that has been used is not taken again, and a dead cache says so instead of failing."""

    user: Officer

    def clean_code(self) -> str:
        """allauth's check, which also counts the tries."""
        try:
            code = cast(str, super().clean_code())  # type: ignore[misc]
            # allauth remembers a used code for 30 seconds; with clocks that differ it stays right for 90.
            used_now = cache.add(f"code-used:{self.user.pk}:{code}", 1, 3 * 30)
        except (RedisError, OSError):
            raise ValidationError(_("Codes cannot be checked just now. Try again in a minute.")) from None
        if not used_now:
            raise ValidationError(_("This code has been used already. Wait for the next one."))
        return code


class CodeForm(_OnceOnly, AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""

    code = CodeField(_("Code"))


class CodeAgainForm(_OnceOnly, ReauthenticateForm):  # type: ignore[misc]
    """A code in the middle of a session, before something that matters."""

    code = CodeField(_("Code"))


class FirstCodeForm(_OnceOnly, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a telephone shows that it has understood the secret."""

    code = CodeField(_("Code of six digits that the app shows"))

    @property
    def spaced_secret(self) -> str:
        """The secret in groups of four, as people type it."""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))
