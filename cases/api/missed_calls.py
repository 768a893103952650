"""A telephone exchange hands in the calls nobody answered: again and again if it likes, each is taken once."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases import missed_calls
from cases.api.cases import reader
from cases.api.messages import CLOCKS_DIFFER_BY, TakesCalls
from cases.intake.fields import ten_digits
from cases.missed_calls import OLDEST, Ring
from cases.models import MissedCall
from helpdesk.problems import ProblemSerializer

MOST_CALLS = 500


class RingSerializer(serializers.Serializer[Any]):
    """One call nobody answered."""

    number = serializers.CharField(max_length=24, help_text="As the exchange writes it; '+91' or '0' may stand before.")
    at = serializers.DateTimeField(help_text="When it rang.")


class MissedCallsBody(serializers.Serializer[Any]):
    """A batch, in any order."""

    calls = RingSerializer(many=True, min_length=1, max_length=MOST_CALLS)  # type: ignore[call-arg]


class RefusedSerializer(serializers.Serializer[Any]):
    """A call of the batch that nobody can call back, and why; the others were taken."""

    index = serializers.IntegerField(help_text="Its place in the batch, from 0.")
    message = serializers.CharField()


class TakenSerializer(serializers.Serializer[Any]):
    """What became of the batch."""

    new = serializers.IntegerField(help_text="Numbers that now wait to be called back.")
    again = serializers.IntegerField(help_text="Further rings of numbers that wait.")
    known = serializers.IntegerField(help_text="Calls we had, or whose caller we have spoken to since.")
    refused = RefusedSerializer(many=True)


class MissedCallsCreate(GenericAPIView[MissedCall]):
    """Intake of missed calls, for the area of the login's posting."""

    queryset = MissedCall.objects.none()
    filter_backends = []
    serializer_class = MissedCallsBody
    permission_classes = [*GenericAPIView.permission_classes, TakesCalls]

    @extend_schema(operation_id="missed_calls_create", responses={200: TakenSerializer, "4XX": ProblemSerializer})
    def post(self, request: Request) -> Response:
        """(number, at) names a call for ever: send again after any doubt. A bad one does not hold up the others."""
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        now, rings, refused = timezone.now(), [], []
        for index, call in enumerate(body.validated_data["calls"]):
            try:
                rings.append(_ring(call["number"], call["at"], now))
            except ValidationError as error:
                refused.append({"index": index, "message": error.messages[0]})
        done = missed_calls.record(rings, officer=reader(request))
        told = {"new": done.new, "again": done.again, "known": done.known, "refused": refused}
        return Response(TakenSerializer(told).data)


def _ring(number: str, at: datetime, now: datetime) -> Ring:
    """ValidationError for a number that cannot be called, or a time that cannot be right."""
    if not now - OLDEST <= at <= now + CLOCKS_DIFFER_BY:
        raise ValidationError(_("This time lies in the future or more than a week back."))
    return Ring(ten_digits(number), min(at, now))
