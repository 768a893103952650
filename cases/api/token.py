"""Signing in for machines: a token for name, password and (where it is set up) code, and its end."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authtoken.models import Token
from rest_framework.authtoken.serializers import AuthTokenSerializer
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from cases import two_step
from cases.api.authentication import SET_UP_FIRST
from cases.api.cases import reader
from cases.api.throttles import ByAddress, ByName
from districts.models import Officer
from helpdesk.problems import ProblemSerializer


class TokenSerializer(serializers.Serializer[Any]):
    """Send it as `Authorization: Token ...`."""

    token = serializers.CharField()


class TokenBody(AuthTokenSerializer):
    """Name and password, and the code of whoever signs in with one."""

    default_error_messages = {"authorization": _("The name and the password do not match.")}
    code = serializers.CharField(
        required=False,
        write_only=True,
        help_text="Six digits of the app, or a recovery code; needed from officers who sign in with a code.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The password first: to whoever has it wrong nothing is said of codes."""
        attrs = super().validate(attrs)
        officer: Officer = attrs["user"]
        if two_step.is_set_up(officer):
            form = two_step.CodeForm({"code": attrs.get("code", "")}, user=officer)
            if not form.is_valid():
                raise serializers.ValidationError({"code": form.errors["code"]})
            form.authenticator.record_usage()
        elif two_step.is_required(officer):
            raise serializers.ValidationError({"code": [SET_UP_FIRST]})
        return attrs


class TokenView(GenericAPIView[Token]):
    """A token stands for the officer until it is deleted."""

    queryset = Token.objects.none()
    filter_backends = []
    serializer_class = TokenBody
    throttle_classes = [ByAddress, ByName]

    def get_permissions(self) -> list[Any]:
        """Anybody may try to sign in; only the holder ends a token."""
        return [AllowAny()] if self.request.method == "POST" else [IsAuthenticated()]

    def get_authenticators(self) -> list[Any]:
        """Whoever asks for a token is not signed in yet: a stale token or cookie must not stand in the way."""
        return [] if self.request is not None and self.request.method == "POST" else super().get_authenticators()

    @extend_schema(auth=[], responses={200: TokenSerializer, "4XX": ProblemSerializer})
    def post(self, request: Request) -> Response:
        """Give name and password, get the token."""
        # django-axes marks the plain request when a name is locked out; its middleware then answers 429.
        body = TokenBody(data=request.data, context={"request": request._request})
        body.is_valid(raise_exception=True)
        token, _created = Token.objects.get_or_create(user=body.validated_data["user"])
        return Response({"token": token.key})

    @extend_schema(request=None, responses={204: None, "4XX": ProblemSerializer})
    def delete(self, request: Request) -> Response:
        """End your token; a lost phone's token stops here."""
        Token.objects.filter(user=reader(request)).delete()
        return Response(status=204)
