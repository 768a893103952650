"""Journey 4: the desk, live: the officer's queue by the clock, and the poll that renews it."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cases import access
from cases.work.gate import OfficerRequest, officer_page, to_sign_in, who_polls
from cases.work.narrowing import queue_fields
from cases.work.queue import Asked, asked_of, queue_of, tab_counts, token_now
from cases.work.saved import saved_for
from cases.workflow import Move
from districts.models import Officer


@officer_page
@require_GET
def desk(request: OfficerRequest) -> HttpResponse:
    """My queue, ordered by the clock; on a wide screen the chosen case stands beside it."""
    officer = request.user
    asked = asked_of(request.GET, officer)
    page = _queue_page(asked, officer) | {
        "fields": queue_fields(officer, asked.narrowed),
        "saved": saved_for(officer, asked.first),
        "push_key": settings.VAPID_PUBLIC_KEY,
    }
    return render(request, "work/desk.html", page)


@require_GET
@never_cache
def desk_changes(request: HttpRequest) -> HttpResponse:
    """204 as long as the page still looks as `seen` says; else the queue anew."""
    officer = who_polls(request)
    if officer is None:
        return to_sign_in(request)
    if token_now(asked_of(request.GET, officer), officer, timezone.now()) == request.GET.get("seen", ""):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return _renewed_queue(request)


@officer_page
def _renewed_queue(request: OfficerRequest) -> HttpResponse:
    return render(request, "work/_queue.html", _queue_page(asked_of(request.GET, request.user), request.user))


def _queue_page(asked: Asked, officer: Officer) -> dict[str, Any]:
    return {
        "queue": queue_of(asked, officer, timezone.now()),
        "counts": tab_counts(officer),
        "may_acknowledge": access.may_somewhere(officer, Move.ACKNOWLEDGE),
    }
