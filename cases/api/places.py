"""Places and needs for the forms of other programs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.serializers import NeedSerializer
from cases.models import Need
from districts.search import suggest_places
from helpdesk.problems import ProblemSerializer


class PlaceQuery(serializers.Serializer[Any]):
    """What is looked for, and where."""

    q = serializers.CharField(max_length=100, help_text="At least the beginning of a name, in either script.")
    state = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1, help_text="LGD code.")
    district = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1, help_text="LGD code.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=20, default=10)


class PlaceSerializer(serializers.Serializer[Any]):
    """A suggestion; `key` is an LGD code for states, districts and blocks, else the place's own key."""

    level = serializers.CharField()
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    label_hi = serializers.CharField(allow_blank=True)
    state_id = serializers.IntegerField(allow_null=True)
    district_id = serializers.IntegerField(allow_null=True)
    block_id = serializers.IntegerField(allow_null=True)
    district_name = serializers.CharField(allow_blank=True)


class PlaceList(APIView):
    """Type-ahead for places."""

    @extend_schema(
        operation_id="places_list",
        parameters=[PlaceQuery],
        responses={200: PlaceSerializer(many=True), "4XX": ProblemSerializer},
    )
    def get(self, request: Request) -> Response:
        """Places whose spelling begins with or comes close to `q`, best first."""
        query = PlaceQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        found = suggest_places(
            asked["q"], limit=asked["limit"], state_id=asked.get("state"), district_id=asked.get("district")
        )
        return Response(PlaceSerializer(found, many=True).data)


class NeedList(GenericAPIView[Need]):
    """What can be asked for."""

    queryset = Need.objects.filter(is_active=True)
    serializer_class = NeedSerializer
    pagination_class = None
    filter_backends = []

    @extend_schema(
        operation_id="needs_list", responses={200: NeedSerializer(many=True), "4XX": ProblemSerializer},
    )  # fmt: skip
    def get(self, _request: Request) -> Response:
        """All of them; there are about fifteen."""
        return Response(self.get_serializer(self.get_queryset(), many=True).data)
