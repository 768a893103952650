"""Journey 4: the week's calendar, the page of one place, changes to it, and the copy of last week."""

from datetime import date
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases import access
from cases.access import Act
from cases.work.gate import OfficerRequest, officer_page
from cases.work.roster.forms import AssignForm, TurnsForm, span_of
from cases.work.roster.places import Area, area_of, areas, desks_of, kept_desk, kept_desks
from cases.work.roster.week import read_monday, turns, week_of, week_query
from cases.work.roster.words import shift_words
from districts.models import Posting
from districts.roster import DAY, RosterDesk, hours_of
from districts.roster_changes import (
    Copied,
    RosterRefused,
    Span,
    assign,
    copy_last_week,
    copy_of_last_week,
    end,
    take_off,
)


def seen_area(request: OfficerRequest) -> tuple[Area, date]:
    """What the address names: area and week; PermissionDenied for who sees no roster."""
    if not access.does(request.user, Act.SEE_ROSTER):
        raise PermissionDenied
    area = area_of(request.user, _asked(request, "area"))
    return area, read_monday(_asked(request, "week"), timezone.localdate())


def _asked(request: OfficerRequest, name: str) -> str:
    """From the form, else from the address."""
    return request.POST.get(name) or request.GET.get(name) or ""


@officer_page
@require_GET
def week(request: OfficerRequest) -> HttpResponse:
    """Who is on duty when in an area; on top what is empty or taken twice."""
    area, monday = seen_area(request)
    page = week_of(request.user, area, monday, request.GET.get("place", ""), timezone.now())
    around = {name: f"?{week_query(area, day)}" for name, day in _weeks_around(monday).items()}
    shown = {"page": page, "areas": areas(request.user), "around": around, "query": week_query(area, monday)}
    keeps_any = any(row.is_kept for row in page.rows)
    is_over = page.sunday < timezone.localdate()
    may = {"keeps": keeps_any, "may_copy": keeps_any and not is_over}
    return render(request, "roster/week.html", shown | may)


def _weeks_around(monday: date) -> dict[str, date]:
    return {"before": monday - 7 * DAY, "after": monday + 7 * DAY, "now": timezone.localdate()}


@officer_page
@require_GET
def place(request: OfficerRequest, key: str) -> HttpResponse:
    """Who sits at one place and on which turns, and the form that puts somebody there."""
    area, monday = seen_area(request)
    desk = kept_desk(request.user, area, key)
    form = AssignForm(desk=desk, of_day=turns(), monday=monday, initial=_preset(request))
    return _place_page(request, area, monday, desk, form)


def _preset(request: OfficerRequest) -> dict[str, Any]:
    """The cell that was tapped."""
    found: dict[str, Any] = {}
    try:
        found["weekdays"] = 1 << date.fromisoformat(request.GET["day"]).weekday()
        found["turns"] = [int(request.GET["turn"])]
    except (KeyError, ValueError):
        return {}
    return found


def _place_page(
    request: OfficerRequest, area: Area, monday: date, desk: RosterDesk, form: AssignForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    today = timezone.localdate()
    page = {
        "area": area,
        "monday": monday,
        "sunday": monday + 6 * DAY,
        "desk": desk,
        "form": form,
        "held": [_held(posting, monday) for posting in _held_postings(desk, monday)],
        "query": week_query(area, monday),
        "is_over": monday + 6 * DAY < today,
    }
    return render(request, "roster/place.html", page, status=status)


def _held_postings(desk: RosterDesk, monday: date) -> list[Posting]:
    near = Posting.objects.filter(desk.wanted(), starts_on__lte=monday + 6 * DAY, officer__is_active=True)
    near = near.exclude(ends_on__lt=max(monday, timezone.localdate()))
    return list(near.select_related("officer").prefetch_related("shifts").order_by("is_stand_in", "pk"))


def _held(posting: Posting, monday: date) -> dict[str, Any]:
    """A posting with its turns in words; those that are over are left out."""
    sunday, today = monday + 6 * DAY, timezone.localdate()
    rows = [
        {"id": shift.pk, "words": shift_words(hours_of(shift))}
        for shift in posting.shifts.all()
        if shift.from_date <= sunday and (shift.until_date is None or shift.until_date >= max(monday, today))
    ]
    return {"posting": posting, "shifts": rows}


@officer_page
@require_POST
def put_on(request: OfficerRequest, key: str) -> HttpResponse:
    """An officer on turns of this place."""
    area, monday = seen_area(request)
    desk = kept_desk(request.user, area, key)
    form = AssignForm(request.POST, desk=desk, of_day=turns(), monday=monday)
    if not form.is_valid() or _is_over(form, monday):
        return _place_page(request, area, monday, desk, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    chosen = form.cleaned_data
    assign(
        desk,
        chosen["officer"],
        form.chosen_turns(),
        chosen["weekdays"],
        form.chosen_span(),
        is_stand_in=chosen["is_stand_in"],
    )
    messages.success(request, _("Saved."))
    return _to_week(area, monday, desk)


def _is_over(form: TurnsForm, monday: date) -> bool:
    """Raises the error next to the span."""
    if monday + 6 * DAY >= timezone.localdate():
        return False
    form.add_error("span", _("This week is over."))
    return True


@officer_page
@require_POST
def take_away(request: OfficerRequest, key: str) -> HttpResponse:
    """An officer off one shift, this week or from now on; or the whole posting ends."""
    area, monday = seen_area(request)
    desk = kept_desk(request.user, area, key)
    posting = get_object_or_404(Posting.objects.filter(desk.wanted()), pk=_number(request.POST.get("posting")))
    span = span_of(monday, request.POST.get("span", ""))
    try:
        if request.POST.get("shift"):
            shift = get_object_or_404(posting.shifts, pk=_number(request.POST["shift"]))
            take_off(posting, shift, span)
        else:
            end(posting, span.first - DAY)
    except RosterRefused as refused:
        messages.error(request, str(refused))
        return redirect(f"{reverse('roster_place', args=[key])}?{week_query(area, monday)}")
    messages.success(request, _("Saved."))
    return _to_week(area, monday, desk)


def _number(text: str | None) -> int:
    if not (text and text.isascii() and text.isdecimal() and len(text) < 12):
        raise Http404
    return int(text)


def _to_week(area: Area, monday: date, desk: RosterDesk) -> HttpResponse:
    return redirect(f"{reverse('roster')}?{week_query(area, monday, place=desk.key)}#{desk.key}")


@officer_page
def copy(request: OfficerRequest) -> HttpResponse:
    """What would change if this week were made like the last one; then do it. Twice is once."""
    area, monday = seen_area(request)
    desks = kept_desks(request.user, desks_of(request.user, area))
    sunday = monday + 6 * DAY
    if not desks:
        raise PermissionDenied
    if sunday < timezone.localdate():
        raise Http404
    span = Span(max(monday, timezone.localdate()), sunday)
    if request.method == "POST":
        copy_last_week(desks, span)
        messages.success(request, _("This week is now like the last one."))
        return redirect(f"{reverse('roster')}?{week_query(area, monday)}")
    changes = [_change(one, desks) for one in copy_of_last_week(desks, span)]
    page = {"area": area, "monday": monday, "sunday": sunday, "changes": changes, "query": week_query(area, monday)}
    return render(request, "roster/copy.html", page)


def _change(one: Copied, desks: list[RosterDesk]) -> dict[str, Any]:
    posting = one.posting
    desk = next(desk for desk in desks if desk.role == posting.role and desk.block_id in {None, posting.block_id})
    return {
        "officer": posting.officer.label,
        "place": desk.label,
        "before": [shift_words(row) for row in one.before],
        "after": [shift_words(row) for row in one.after],
        "one": one,
    }
