"""Journey 4: the sign-ins of the officers below: who is signed in where, and an end to it when a telephone is lost."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases import access
from cases.work.gate import OfficerRequest, officer_page
from districts.models import Officer, Posting
from districts.sign_ins import end_sign_ins, forget_second_step

_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Below:
    """One officer below, with what of the sign-ins a supervisor has to know."""

    officer: Officer
    postings: list[Posting]
    sessions: int
    last_at: datetime | None
    has_code: bool


@officer_page
@require_GET
def sign_ins(request: OfficerRequest) -> HttpResponse:
    """Every officer below, by name; a state has more than a page holds, so a name can be looked for."""
    _only_supervisors(request.user)
    wanted = request.GET.get("q", "").strip()[:60]
    return render(request, "work/officer_sign_ins.html", {"rows": _rows(request.user, wanted), "q": wanted})


def _rows(supervisor: Officer, wanted: str) -> list[Below]:
    codes = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    today = Posting.objects.current().select_related("state", "district", "block")
    found = access.officers_below(supervisor).filter(is_active=True).annotate(has_code=Exists(codes))
    for word in wanted.split():
        found = found.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(name_hi__icontains=word))
    officers = list(found.prefetch_related(Prefetch("postings", today, to_attr="today"))[:_SHOWN])
    counted = UserSession.objects.filter(user__in=officers).values("user").annotate(count=Count("pk"))
    sessions = {row["user"]: row["count"] for row in counted}
    return [Below(one, one.today, sessions.get(one.pk, 0), one.last_login, one.has_code) for one in officers]


@officer_page
@require_POST
def sign_out_everywhere(request: OfficerRequest, officer_id: int) -> HttpResponse:
    """End every session and the token of an officer below."""
    officer = _below(request.user, officer_id)
    end_sign_ins(officer)
    messages.success(request, _("%(officer)s is signed out everywhere.") % {"officer": officer.label})
    return redirect("officer_sign_ins")


@officer_page
@require_POST
def lost_phone(request: OfficerRequest, officer_id: int) -> HttpResponse:
    """Take away the code of a lost telephone, and end every session."""
    officer = _below(request.user, officer_id)
    forget_second_step(officer)
    words = _("%(officer)s is signed out everywhere; the code of the old telephone no longer works.")
    messages.success(request, words % {"officer": officer.label})
    return redirect("officer_sign_ins")


def _only_supervisors(officer: Officer) -> None:
    if not access.does(officer, access.Act.KEEP_ROSTER):
        raise PermissionDenied


def _below(supervisor: Officer, officer_id: int) -> Officer:
    """The officer, if below this supervisor; for others there is no such page."""
    _only_supervisors(supervisor)
    return get_object_or_404(access.officers_below(supervisor), pk=officer_id)
