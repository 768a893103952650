"""Cases for machines: the list, one case, and the officer's moves through `cases.actions.perform`."""

from collections.abc import Mapping
from typing import Any, cast

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from cases import access, disclosures
from cases.actions import perform
from cases.api.moves import SHAPES
from cases.api.paging import ByOpening
from cases.api.serializers import CaseForWorkSerializer, CaseSerializer
from cases.filters import CaseFilter
from cases.models import Case, CaseQuerySet, Event
from cases.references import in_address
from cases.workflow import Move
from districts.models import Officer
from helpdesk.problems import ProblemSerializer
from helpdesk.throttle import client_address

_PAGING = {"cursor", "limit"}


def reader(request: Request) -> Officer:
    """The officer who asks; permissions have seen to it that there is one."""
    return cast(Officer, request.user)


def lines_of_cases(officer: Officer) -> CaseQuerySet:
    """What the officer may see, with what a line shows."""
    cases = Case.objects.visible_to(officer).for_cards()
    return cases.select_related("requester").prefetch_related("requester__phones")


def one_case(officer: Officer, reference: str) -> Case:
    """The case with what its page shows, in a fixed number of queries. Http404 when it is not the officer's to see."""
    events = Event.objects.select_related("actor", "from_officer", "to_officer")
    cases = Case.objects.visible_to(officer).for_cards().select_related("requester", "patient", "joined_to")
    prefetched = cases.prefetch_related(
        "requester__phones", "patient__phones", "messages", Prefetch("events", queryset=events)
    )
    return get_object_or_404(prefetched, reference=in_address(reference))


def shape_for(request: Request, case: Case, context: Mapping[str, Any]) -> BaseSerializer[Case]:
    """Full for those who may work it or advise by telephone, masked for those who only look (auditors).

    Whole numbers and names that are given out are written down first.
    """
    officer = reader(request)
    if not access.sees_phones(officer, case):
        return CaseSerializer(case, context=dict(context))
    disclosures.given_out(case, officer, timezone.now(), client_address(request))
    return CaseForWorkSerializer(case, context=dict(context))


_ONE_CASE = PolymorphicProxySerializer(
    component_name="CaseForReader",
    serializers=[CaseForWorkSerializer, CaseSerializer],
    resource_type_field_name=None,
)


class CaseList(GenericAPIView[Case]):
    """Cases of your postings, newest plea first, with the filters of the desk's list."""

    queryset = Case.objects.none()
    serializer_class = CaseSerializer
    filterset_class = CaseFilter
    pagination_class = ByOpening

    @extend_schema(operation_id="cases_list", responses={200: CaseSerializer(many=True), "4XX": ProblemSerializer})
    def get(self, request: Request) -> Response:
        """A page of cases. A parameter that is not a filter is refused: a misspelt one would find everything."""
        unknown = request.query_params.keys() - CaseFilter.base_filters.keys() - _PAGING
        if unknown:
            raise ValidationError({name: [_("There is no such filter.")] for name in sorted(unknown)})
        page = self.paginate_queryset(self.filter_queryset(lines_of_cases(reader(request))))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class CaseOne(GenericAPIView[Case]):
    """One case."""

    queryset = Case.objects.none()
    filter_backends = []
    serializer_class = CaseForWorkSerializer

    @extend_schema(operation_id="cases_get", responses={200: _ONE_CASE, "4XX": ProblemSerializer})
    def get(self, request: Request, reference: str) -> Response:
        """The case with its messages, history and phone numbers for those who may work it; masked for auditors."""
        officer = reader(request)
        return Response(shape_for(request, one_case(officer, reference), self.get_serializer_context()).data)


class CaseMove(GenericAPIView[Case]):
    """One move on one case; `move` is set per address."""

    queryset = Case.objects.none()
    filter_backends = []
    move: Move = Move.NOTE

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """The body of this move."""
        return SHAPES[self.move]

    @extend_schema(responses={200: _ONE_CASE, 204: None, "4XX": ProblemSerializer})
    def post(self, request: Request, reference: str) -> Response:
        """Make the move; the case as it stands then, or 204 when the move took it out of your postings.

        400 the body is wrong, 403 your posting does not allow it, 404 no such case in your postings,
        409 the case's status does not allow it (any more).
        """
        officer = reader(request)
        case = get_object_or_404(Case.objects.visible_to(officer).only("pk"), reference=in_address(reference))
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        perform(self.move, case_id=case.pk, actor=officer, **body.validated_data)
        if not Case.objects.visible_to(officer).filter(pk=case.pk).exists():
            return Response(status=204)
        return Response(shape_for(request, one_case(officer, reference), self.get_serializer_context()).data)
