"""Whose token it is, before any door of the API. REST framework loads this while it loads itself: no views here."""

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import TokenAuthentication
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import AuthenticationFailed

from cases import two_step
from districts.models import Officer

SET_UP_FIRST = _("Your posting asks for a code at sign-in: set it up in the browser first.")


class TwoStepToken(TokenAuthentication):
    """A token from before the posting asked for a code opens nothing until the code is set up."""

    def authenticate_credentials(self, key: str) -> tuple[Officer, Token]:
        """The officer of the token, as long as no second step is due."""
        officer, token = super().authenticate_credentials(key)
        if two_step.is_due(officer):
            raise AuthenticationFailed(SET_UP_FIRST)
        return officer, token
