"""Intake from other helplines: POST the same plea as often as you like, it is stored once."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases import access
from cases.api.cases import reader
from cases.intake.entry import from_api
from cases.models import Message, Need
from cases.workflow import Urgency
from districts.models import Block, District, Place
from helpdesk.problems import ProblemSerializer

CLOCKS_DIFFER_BY = timedelta(minutes=10)
OLDEST = timedelta(days=366)


class TakesCalls(BasePermission):
    """Those who enter telephone calls also hand in other helplines' messages."""

    message = _("Only the control room hands in messages.")

    def has_permission(self, request: Request, _view: APIView) -> bool:
        """By role."""
        return access.may_take_calls(reader(request))


class GivenSerializer(serializers.Serializer[Any]):
    """Facts the other helpline already asked for; they outrank what is read out of the text."""

    is_request = serializers.BooleanField(required=False, default=True)
    needs = serializers.ListField(child=serializers.SlugField(max_length=20), required=False, max_length=15)
    urgency = serializers.ChoiceField(choices=Urgency.choices, required=False)
    district = serializers.PrimaryKeyRelatedField(
        queryset=District.objects.filter(is_active=True), required=False, pk_field=serializers.IntegerField(),
        help_text="LGD code.",
    )  # fmt: skip
    block = serializers.PrimaryKeyRelatedField(
        queryset=Block.objects.all(), required=False, pk_field=serializers.IntegerField(), help_text="LGD code."
    )
    place = serializers.PrimaryKeyRelatedField(
        queryset=Place.objects.all(), required=False, pk_field=serializers.CharField(), help_text="Key, from places/."
    )
    place_text = serializers.CharField(required=False, max_length=200)
    phones = serializers.ListField(child=serializers.CharField(max_length=20), required=False, max_length=5)
    requester_name = serializers.CharField(required=False, max_length=160)
    patient_name = serializers.CharField(required=False, max_length=160)
    patient_age = serializers.IntegerField(required=False, min_value=0, max_value=120)
    spo2 = serializers.IntegerField(required=False, min_value=0, max_value=100)

    def validate_needs(self, needs: list[str]) -> list[str]:
        """Known codes only."""
        known = set(Need.objects.filter(code__in=needs).values_list("code", flat=True))
        unknown = [code for code in needs if code not in known]
        if unknown:
            raise serializers.ValidationError(_("Unknown: %(codes)s.") % {"codes": ", ".join(unknown)})
        return needs


class MessageBody(serializers.Serializer[Any]):
    """One message of another helpline, named for ever by (source, external_id)."""

    source = serializers.SlugField(max_length=24, help_text="Who you are, e.g. helpline-108.")  # type: ignore[assignment]
    external_id = serializers.CharField(max_length=50, help_text="Your own number of it.")
    text = serializers.CharField(max_length=10_000, allow_blank=True, help_text="May be empty if needs are given.")
    posted_at = serializers.DateTimeField(help_text="When the person asked; the clock starts here.")
    given = GivenSerializer(required=False)

    def validate_posted_at(self, moment: datetime) -> datetime:
        """A plea from the future would stop the clock, one from last year is a mistake."""
        now = timezone.now()
        if not now - OLDEST <= moment <= now + CLOCKS_DIFFER_BY:
            raise serializers.ValidationError(_("This time lies in the future or more than a year back."))
        return min(moment, now)


class StoredSerializer(serializers.ModelSerializer[Message]):
    """What became of it: `case` is null while it waits to be read or when it is not a request."""

    case = serializers.CharField(source="case.reference", read_only=True, allow_null=True, default=None)

    class Meta:
        model = Message
        fields = ["state", "result", "case", "posted_at", "received_at"]


class MessageCreate(GenericAPIView[Message]):
    """Intake of another helpline's messages."""

    queryset = Message.objects.none()
    filter_backends = []
    serializer_class = MessageBody
    permission_classes = [*GenericAPIView.permission_classes, TakesCalls]

    @extend_schema(responses={200: StoredSerializer, 201: StoredSerializer, "4XX": ProblemSerializer})
    def post(self, request: Request) -> Response:
        """201 when it is new, 200 when (source, external_id) is already here: send again after any doubt."""
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = {**body.validated_data, "given": _by_key(body.validated_data.get("given", {}))}
        message, created = from_api(**wanted, officer=reader(request))
        return Response(StoredSerializer(message).data, status=201 if created else 200)


def _by_key(given: dict[str, Any]) -> dict[str, Any]:
    """The facts as intake stores them: areas by their key."""
    return {name: getattr(value, "pk", value) for name, value in given.items()}
