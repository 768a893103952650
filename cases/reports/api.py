"""The collector's figures for machines: the catalogue, and the figures of a place and a period, whole or parted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases import access
from cases.reports import dashboard, handles, reading, tables
from cases.reports.figures import COUNT, MEASURES, Measure
from cases.reports.forms import Asked, AskForm
from cases.reports.handles import HandleFigures, HandleMeasure
from cases.reports.periods import LABELS, RANGE, Period
from cases.reports.scopes import Scope
from cases.reports.tables import Line
from districts.models import Officer
from helpdesk.problems import ProblemSerializer

TIME, HANDLE = "time", "handle"
BY = (*dashboard.BY, TIME, HANDLE)
_KNOWN = {"place", "period", "from", "to", "by", "measures"}
# By the hour or day there are counts of what happened then: no minutes, and nothing that is judged as of now.
OF_TIME = tuple(name for name, measure in MEASURES.items() if measure.unit == COUNT and measure.clock)
_HANDLE_MEASURES = {measure.name: measure for measure in handles.MEASURES}


class MeasureSerializer(serializers.Serializer[Any]):
    """One figure of the catalogue."""

    name = serializers.CharField()
    counts = serializers.ChoiceField(["cases", "handle"], help_text="Of cases, or of a handle's messages on X.")
    label = serializers.CharField(help_text="In the reader's language (Accept-Language).")  # type: ignore[assignment]
    unit = serializers.ChoiceField(["count", "minutes", "percent"])
    meaning = serializers.CharField(help_text="What counts, by which clock, with which filter.")
    clock = serializers.CharField(
        allow_blank=True, help_text="opened, resolved, closed, answered, missed, posted; '': now."
    )
    better = serializers.IntegerField(help_text="1: more is better, -1: less is, 0: neither.")


class FigureSerializer(serializers.Serializer[Any]):
    """The value of one measure."""

    value = serializers.FloatField(allow_null=True, help_text="In the measure's unit; null when no case tells.")
    cases = serializers.IntegerField(allow_null=True, help_text="Of how many cases; null for a handle's.")
    list = serializers.URLField(allow_null=True, help_text="Exactly these cases, of those you may see; null: none.")


class FiguresLineSerializer(serializers.Serializer[Any]):
    """The figures of a place, need, officer, hour ..."""

    key = serializers.CharField(allow_blank=True, help_text="LGD code (0: not known), code, number, or a beginning.")
    label = serializers.CharField()  # type: ignore[assignment]
    rank = serializers.IntegerField(allow_null=True, help_text="By median minutes to help; null below 10 cases.")
    figures = serializers.DictField(child=FigureSerializer())


class FiguresSerializer(serializers.Serializer[Any]):
    """Figures of one place and one period."""

    place = serializers.CharField(allow_blank=True)
    label = serializers.CharField()  # type: ignore[assignment]
    period = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField(help_text="Not in the period any more.")
    at = serializers.DateTimeField(help_text="Of when open and late are.")
    counted_until = serializers.DateTimeField(allow_null=True, help_text="Changes up to then are in the figures.")
    lines = FiguresLineSerializer(many=True)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked for, understood and allowed."""

    asked: Asked
    by: str
    names: tuple[str, ...]
    address: Callable[[str], str]


class FiguresNotCounted(APIException):
    """503 with Retry-After: there are no figures for some minutes."""

    status_code, default_code = HTTPStatus.SERVICE_UNAVAILABLE, "not_counted"
    default_detail = gettext_lazy("The figures are being counted. Ask again later.")
    wait = 60  # s


class ForReportReaders(APIView):
    """For those who read the collector's figures."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After signing in; 403 for the others."""
        super().initial(request, *args, **kwargs)
        if not access.may_read_reports(cast(Officer, request.user)):
            raise PermissionDenied(_("The figures are for the collector's office."))


class MeasureList(ForReportReaders):
    """The catalogue of figures."""

    @extend_schema(
        operation_id="measures_list", responses={200: MeasureSerializer(many=True), "4XX": ProblemSerializer}
    )
    def get(self, _request: Request) -> Response:
        """Every figure there is, with what it counts: the page, its files and the API show these and no others."""
        rows = [_described(measure, "cases", measure.clock, measure.better) for measure in MEASURES.values()]
        rows += [_described(measure, "handle", "posted", 0) for measure in handles.MEASURES]
        return Response(MeasureSerializer(rows, many=True).data)


def _described(measure: Measure | HandleMeasure, counts: str, clock: str, better: int) -> dict[str, Any]:
    label = measure.title if isinstance(measure, Measure) else measure.label
    told = {"name": measure.name, "label": label, "unit": measure.unit, "meaning": measure.meaning}
    return told | {"counts": counts, "clock": clock, "better": better}


def _parameter(name: str, text: str, choices: Iterable[str] | None = None) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, description=text, enum=tuple(choices) if choices else None)


class FiguresList(ForReportReaders):
    """The figures of a place and a period."""

    @extend_schema(
        operation_id="figures_list",
        parameters=[
            _parameter("place", "s22: a state, d375: a district, b3604: a block, by LGD code; else your widest."),
            _parameter("period", "today when nothing is said; a range needs from or to.", LABELS),
            _parameter("from", "First day of a range, DD-MM-YYYY or ISO 8601."),
            _parameter("to", "Last day of a range."),
            _parameter("by", "A line for each; without it one line, the whole.", BY),
            _parameter("measures", "Names of the catalogue, with commas between; all when nothing is said."),
        ],
        responses={200: FiguresSerializer, "4XX": ProblemSerializer, 503: ProblemSerializer},
    )
    def get(self, request: Request) -> Response:
        """As a whole or by something, each figure with of how many cases it is and where exactly these are listed."""
        question, counted_until = _understood(request), reading.counted_until()
        asked = question.asked
        if counted_until is None and question.by != HANDLE:  # its messages are counted apart
            raise FiguresNotCounted
        told = {
            "place": asked.scope.text, "label": asked.scope.label, "period": asked.period.name,
            "start": asked.period.start, "end": asked.period.end, "at": asked.at,
            "counted_until": counted_until, "lines": _lines(question),
        }  # fmt: skip
        return Response(FiguresSerializer(told).data)


def _understood(request: Request) -> _Question:
    """Raises ValidationError with the names of the parameters that are wrong."""
    given = request.query_params
    wrong = {name: [_("There is no such filter.")] for name in sorted(given.keys() - _KNOWN)}
    form = AskForm(cast(Officer, request.user), given)
    wrong |= {name: [str(error) for error in errors] for name, errors in form.errors.items()}
    has_days = bool(given.get("from") or given.get("to"))
    if given.get("period") == RANGE and not has_days:
        wrong["from"] = [_("Say from which day.")]
    elif has_days and given.get("period", RANGE) != RANGE:
        wrong["period"] = [_("Days go with the period “range” only.")]
    by = given.get("by", "")
    if by and by not in BY:
        wrong["by"] = [_("Choose one of: %(choices)s.") % {"choices": ", ".join(BY)}]
    known = _HANDLE_MEASURES if by == HANDLE else OF_TIME if by == TIME else tables.told(by)
    names = tuple(name for name in given.get("measures", "").split(",") if name)
    if unknown := [name for name in names if name not in known]:
        wrong["measures"] = [_("There is no such figure here: %(names)s.") % {"names": ", ".join(unknown)}]
    if wrong:
        raise ValidationError(wrong)
    return _Question(form.asked, by, names or tuple(known), request.build_absolute_uri)


def _lines(question: _Question) -> list[dict[str, Any]]:
    asked, by = question.asked, question.by
    scope, period = asked.scope, asked.period
    if by == TIME:
        series = reading.series(scope, period)
        return [_line_of_time(question, *bar) for bar in zip(period.ticks[:-1], period.ticks[1:], series, strict=True)]
    if by == HANDLE:
        return [_line_of_handle(question, one) for one in handles.figures(scope, period)]
    if not by:
        return [_line(question, dashboard.whole(scope, period, asked.at), period)]
    table = dashboard.table(scope, period, asked.at, by)
    if table is None:
        raise ValidationError({"by": [_("This place is not parted so.")]})
    return [_line(question, line, period) for line in table.lines]


def _line_of_time(
    question: _Question, start: datetime, end: datetime, told: tuple[datetime, reading.Tally]
) -> dict[str, Any]:
    """What happened in an hour, a day or a month, as far as it lies in the period."""
    period = question.asked.period
    runs = period.runs and end >= period.end
    bar = Period(RANGE, max(start, period.start), min(end, period.end), runs=runs)
    return _line(question, Line(start.isoformat(), start.isoformat(), told[1]), bar)


def _line(question: _Question, line: Line, period: Period) -> dict[str, Any]:
    figures = {name: _figure(MEASURES[name], line, question.asked.scope, period, question) for name in question.names}
    return {"key": str(line.key), "label": line.label, "rank": line.rank, "figures": figures}


def _figure(measure: Measure, line: Line, scope: Scope, period: Period, question: _Question) -> dict[str, Any]:
    query = measure.query(scope, period, line.also)
    # Broken promises are listed on a page, not here yet.
    listed = None if measure.clock == "missed" else question.address(f"{reverse('api_cases')}?{query}")
    return {"value": _rounded(measure, measure.of(line.tally)), "cases": measure.size(line.tally), "list": listed}


def _line_of_handle(question: _Question, one: HandleFigures) -> dict[str, Any]:
    measures = {name: _HANDLE_MEASURES[name] for name in question.names}
    figures = {
        name: {"value": _rounded(measure, measure.of(one)), "cases": None, "list": None}
        for name, measure in measures.items()
    }
    return {"key": str(one.handle.pk), "label": str(one.handle), "rank": None, "figures": figures}


def _rounded(measure: Measure | HandleMeasure, value: float | None) -> float | None:
    """As exact as it is known: minutes and shares to a tenth."""
    return value if value is None or measure.unit == COUNT else round(value, 1)
