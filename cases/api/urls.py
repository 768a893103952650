"""Addresses for machines, under /api/."""

from django.urls import path, re_path

from cases.api import docs
from cases.api.cases import CaseList, CaseMove, CaseOne
from cases.api.messages import MessageCreate
from cases.api.missed_calls import MissedCallsCreate
from cases.api.places import NeedList, PlaceList
from cases.api.token import TokenView
from cases.workflow import Move

urlpatterns = [
    path("v1/cases/", CaseList.as_view(), name="api_cases"),
    path("v1/cases/<str:reference>/", CaseOne.as_view(), name="api_case"),
    *(
        path(f"v1/cases/<str:reference>/{move.value}/", CaseMove.as_view(move=move), name=f"api_case_{move.value}")
        for move in Move
    ),
    path("v1/messages/", MessageCreate.as_view(), name="api_messages"),
    path("v1/missed-calls/", MissedCallsCreate.as_view(), name="api_missed_calls"),
    path("v1/places/", PlaceList.as_view(), name="api_places"),
    path("v1/needs/", NeedList.as_view(), name="api_needs"),
    path("v1/token/", TokenView.as_view(), name="api_token"),
    path("schema/", docs.schema, name="api_schema"),
    path("docs/", docs.docs, name="api_docs"),
    re_path(r"^v1/.*$", docs.NothingHere.as_view()),
]
