"""Journey 6, the control room's wall: what burns now, block by block; counts and references, no names or numbers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cases.access import Act
from cases.models import Case, CaseQuerySet
from cases.reports import maps, reading, scopes
from cases.reports.figures import MEASURES, Measure
from cases.reports.maps import Map, Shown
from cases.reports.periods import TODAY, period_from
from cases.reports.scopes import Scope
from cases.workflow import UNANSWERED, Urgency
from districts.models import Officer

SOON = timedelta(minutes=10)
LONGEST, LAST = 6, 4
MOST_LIGHTS = 24  # what a screen holds at a size that is read from four metres
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Light:
    """A place below: how it stands, in a word that its colour and shape repeat."""

    scope: Scope
    open: int
    late: int
    soon: int

    @property
    def state(self) -> str:
        """late, due or solved: the names of the four states of the design."""
        return "late" if self.late else "due" if self.soon else "solved"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case of which the wall says no more than reference, need and place."""

    reference: str
    need: Any
    place: str
    minutes: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class Wall:
    """All the screen shows of a place at a moment."""

    scope: Scope
    at: datetime
    open: int
    late: int
    unanswered: int
    figures: list[tuple[Measure, float | None]]
    lights: list[Light]
    unshown: int  # also late or due, and no room for their lights
    calm: int
    longest: list[Waiting]
    solved: list[Waiting]
    map: Map | None


def draw_up(scope: Scope, at: datetime) -> Wall:
    """The wall of a place: open cases by their indexes, today's medians by the rollups."""
    still_open = Case.objects.open().filter(scope.of_cases)
    critical = Q(urgency=Urgency.CRITICAL, status__in=[status.value for status in UNANSWERED])
    numbers = still_open.aggregate(
        n_open=Count("pk"), n_late=Count("pk", filter=Q(next_due_at__lt=at)), n_critical=Count("pk", filter=critical)
    )
    today, is_counted = period_from(TODAY, at), reading.counted_until()
    tally = reading.own(scope, today, detailed=())["", ""]
    reading.merge(tally, reading.live(scope, today, at)[None])
    measures = [MEASURES[name] for name in ("median_help", "kept_percent")]
    figures = [(measure, measure.of(tally) if is_counted else None) for measure in measures]
    lights = _lights(scope, still_open, at)
    shown = [light for light in lights if light.state != "solved"] if len(lights) > MOST_LIGHTS else lights
    return Wall(
        scope, at, numbers["n_open"], numbers["n_late"], numbers["n_critical"], figures, shown[:MOST_LIGHTS],
        len(shown[MOST_LIGHTS:]), len(lights) - len(shown), _longest(still_open, at), _solved(scope, at),
        _map(scope, lights),
    )  # fmt: skip


def _lights(scope: Scope, still_open: CaseQuerySet, at: datetime) -> list[Light]:
    """Every place below, also where nothing is open, the latest first."""
    if not scope.below:
        return []
    counted = (
        still_open.order_by()
        .values_list(scope.column_below)
        .annotate(
            n_open=Count("pk"),
            n_late=Count("pk", filter=Q(next_due_at__lt=at)),
            n_soon=Count("pk", filter=Q(next_due_at__gte=at, next_due_at__lt=at + SOON)),
        )
    )
    found = {area or 0: numbers for area, *numbers in counted}
    known = {**scopes.all_below(scope), **({0: scopes.unknown_below(scope)} if 0 in found else {})}
    lights = [Light(place, *found.get(area, (0, 0, 0))) for area, place in known.items()]
    return sorted(lights, key=lambda light: (-light.late, -light.soon, -light.open, light.scope.name))


def _longest(still_open: CaseQuerySet, at: datetime) -> list[Waiting]:
    rows = still_open.select_related("need", "block", "district").order_by("opened_at", "pk")[:LONGEST]
    return [_waiting(case, at - case.opened_at, (case.next_due_at or at) < at) for case in rows]


def _solved(scope: Scope, at: datetime) -> list[Waiting]:
    lately = Case.objects.filter(scope.of_cases, resolved_at__gte=at - _DAY, resolved_at__lte=at)
    rows = lately.select_related("need", "block", "district").order_by("-resolved_at", "-pk")[:LAST]
    return [_waiting(case, cast(datetime, case.resolved_at) - case.opened_at, False) for case in rows]


def _waiting(case: Case, waited: timedelta, is_late: bool) -> Waiting:
    area = case.block or case.district
    minutes = max(int(waited.total_seconds() // 60), 0)
    return Waiting(case.reference, case.need, area.label if area else "", minutes, is_late)


def _map(scope: Scope, lights: list[Light]) -> Map | None:
    places = [maps.Place(light.scope.area, light.scope.label, light.late) for light in lights if light.scope.area]
    return (
        maps.choropleth(scope.below, scope.area, places, Shown("late", _("Late now"), tone="late")) if places else None
    )


@require_safe
@login_required
def wall(request: HttpRequest) -> HttpResponse:
    """The screen of a place (?place=d375); asked by its own script, only what moves."""
    officer = cast(Officer, request.user)
    own = scopes.scopes_of(officer, Act.SEE_WALL)
    if not own:
        raise PermissionDenied(_("The wall is for the control room."))
    scope = scopes.scope_from(officer, request.GET.get("place", ""), Act.SEE_WALL)
    if scope is None:
        raise Http404
    again = f"{reverse('wall')}?place={scope.text}"
    shown = {"wall": draw_up(scope, timezone.now()), "again": again}
    part = "reports/_wall.html" if request.headers.get("HX-Request") else "reports/wall.html"
    return render(request, part, shown)
