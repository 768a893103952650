"""Signing in for machines: a token for name and password, and its end."""

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

from cases.api.cases import reader
from cases.api.problems import ProblemSerializer
from cases.api.throttles import ByAddress, ByName


class TokenSerializer(serializers.Serializer[Any]):
    """Send it as `Authorization: Token ...`."""

    token = serializers.CharField()


class TokenBody(AuthTokenSerializer):
    """Name and password."""

    default_error_messages = {"authorization": _("The name and the password do not match.")}


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
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        token, _created = Token.objects.get_or_create(user=body.validated_data["user"])
        return Response({"token": token.key})

    @extend_schema(request=None, responses={204: None, "4XX": ProblemSerializer})
    def delete(self, request: Request) -> Response:
        """End your token; a lost phone's token stops here."""
        Token.objects.filter(user=reader(request)).delete()
        return Response(status=204)
