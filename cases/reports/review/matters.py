"""The collector's office: what a sheet says beside figures: who waits longest, broken promises, gaps, stock."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.utils import timezone

from cases.models import Case, Decision, Miss, Stock, SupplyKind
from cases.plain import without_numbers
from cases.reports.review.naming import Named, iso, named, officer_named
from cases.reports.review.places import here
from cases.reports.scopes import Level, Scope
from districts.gazetteer_source import active_districts, in_force
from districts.models import Block, District, Role, State
from districts.roster import DISTRICT_DESKS, STATE_DESKS, RosterDesk, load

LONGEST_WAITING = 10
LATE_WITHIN = timedelta(days=7)  # a post that is found later than that is no news of a review
MOST_MISSES = 60
GAPS_OF = timedelta(hours=24)
KEPT_FOR = timedelta(days=7)  # a row whose last posting ended within a week is still one that is kept
Row = dict[str, Any]


def waiting(place: Scope, at: datetime) -> list[Row]:
    """The open cases whose plea is oldest: reference, need, block, officer; nobody's name who asked or is ill."""
    held = Case.objects.open().filter(place.of_cases).order_by("opened_at", "pk")
    rows = held.select_related("need", "block", "district", "officer")[:LONGEST_WAITING]
    return [
        {
            "reference": case.reference,
            "need": named(case.need),
            "urgency": case.urgency,
            "place": _place(case),
            "opened_at": iso(case.opened_at),
            "minutes": _minutes(at - case.opened_at),
            "late": _minutes(at - case.next_due_at) if case.next_due_at and case.next_due_at < at else None,
            "status": case.status,
            "officer": officer_named(case.officer),
        }
        for case in rows
    ]


def misses(place: Scope, since: datetime, until: datetime) -> Row:
    """The promises broken since the last review, the highest rung first; how many there were, and why."""
    found = Miss.objects.filter(place.of_misses, at__gte=since, at__lt=until)
    counted = found.aggregate(count=Count("pk"), explained=Count("pk", filter=~Q(reason="")))
    shown = found.select_related("case__need", "block", "district", "from_officer", "reason_by")
    rows = shown.order_by(F("rung").desc(), "limit_at", "pk")[:MOST_MISSES]
    return counted | {
        "rows": [
            {
                "reference": miss.case.reference,
                "need": named(miss.case.need),
                "place": _place(miss),
                "clock": miss.clock,
                "rung": miss.rung,
                "limit_at": iso(miss.limit_at),
                "officer": officer_named(miss.from_officer),
                "reason": without_numbers(miss.reason),
                "reason_by": officer_named(miss.reason_by),
            }
            for miss in rows
        ]
    }


def gaps(place: Scope, at: datetime) -> list[Row]:
    """When nobody is on duty in the next 24 hours, desk by desk; a state's sheet has a line for each district."""
    if place.level == Level.DISTRICT:
        return list(_gaps_of(_desks_of(District.objects.get(pk=place.area)), at))
    state = State.objects.get(pk=place.area)
    own = list(_gaps_of([RosterDesk(role, state, state.pk) for role in STATE_DESKS], at))
    return own + [line for district in _districts_of(state) if (line := _gaps_in(district, at))]


def _districts_of(state: State) -> Iterable[District]:
    return active_districts().filter(state=state).order_by("name")


def _desks_of(district: District) -> list[RosterDesk]:
    blocks = Block.objects.filter(in_force(), district=district).order_by("name")
    desks = [RosterDesk(Role.NODAL_OFFICER, block, district.state_id, district.pk, block.pk) for block in blocks]
    return desks + [RosterDesk(role, district, district.state_id, district.pk) for role in DISTRICT_DESKS]


def _gaps_of(desks: list[RosterDesk], at: datetime) -> Iterable[Row]:
    starts = timezone.localtime(at)
    roster = load(desks, starts.date() - KEPT_FOR, (starts + GAPS_OF).date())
    for desk in desks:
        if roster.charges[desk]:
            for gap in roster.gaps(desk, starts, starts + GAPS_OF):
                place = named(desk.area) if desk.block_id else None
                yield {"role": str(desk.role), "place": place, "from": iso(gap.starts), "until": iso(gap.ends)}


def _gaps_in(district: District, at: datetime) -> Row | None:
    found = list(_gaps_of(_desks_of(district), at))
    if not found:
        return None
    first = min(found, key=lambda gap: gap["from"])
    return {"district": named(district), "count": len(found), "from": first["from"], "until": first["until"]}


def stock(place: Scope, last: list[Row]) -> list[Row]:
    """What was counted last of each kind, and what the sheet before said; a state's is the sum of its districts."""
    before = {line["code"]: line["quantity"] for line in last}
    kinds = SupplyKind.objects.filter(is_active=True)
    return [
        {"code": kind.code, **named(kind), "before": before.get(kind.code), **counted}
        for kind in kinds
        if (counted := _counted(kind, place))
    ]


def _counted(kind: SupplyKind, place: Scope) -> Row | None:
    """The newest count, of a state the sum of its districts' with the oldest of their times."""
    of_kind = Stock.objects.filter(district=OuterRef("pk"), kind=kind).order_by("-at", "-pk")
    counts = District.objects.annotate(counted=Subquery(of_kind.values("pk")[:1]))
    inside = {"pk": place.area} if place.level == Level.DISTRICT else {"state": place.area}
    newest = Stock.objects.filter(pk__in=counts.filter(**inside).order_by().values("counted"))
    rows = list(newest.values_list("quantity", "at"))
    if not rows:
        return None
    return {"quantity": sum(quantity for quantity, _at in rows), "at": iso(min(at for _quantity, at in rows))}


def decisions(place: Scope, since: datetime, at: datetime) -> list[Row]:
    """What was given to somebody: all that is not done, and what was decided or done since the last review."""
    open_or_new = Q(done_at=None) | Q(done_at__gte=since) | Q(made_at__gte=since)
    rows = Decision.objects.filter(here(place), open_or_new, officer__isnull=False, made_at__lte=at)
    found = [_decision(row, at) for row in rows.select_related("officer", "done_by")]
    return sorted(found, key=lambda line: (bool(line["done_at"]), not line["late"], line["due_by"] or "9"))


def _decision(row: Decision, at: datetime) -> Row:
    return {
        "id": row.pk,
        "text": without_numbers(row.text),
        "officer": officer_named(row.officer),
        "made_at": iso(row.made_at),
        "due_by": iso(row.due_by),
        "late": bool(row.due_by and not row.done_at and row.due_by < at),
        "done_at": iso(row.done_at),
        "done_by": officer_named(row.done_by),
        "done_note": without_numbers(row.done_note),
    }


def remarks(place: Scope, since: datetime, at: datetime) -> list[Row]:
    """What was only remarked since the last review."""
    rows = Decision.objects.filter(here(place), officer=None, made_at__gte=since, made_at__lte=at)
    return [
        {"text": without_numbers(row.text), "made_at": iso(row.made_at), "by": officer_named(row.made_by)}
        for row in rows.select_related("made_by")
    ]


def came_late(place: Scope, first: datetime, last: datetime, told_until: datetime, at: datetime) -> int:
    """How many pleas made from `first` up to `last` reached us only after `told_until`, and until now."""
    made = Case.objects.filter(place.of_cases, opened_at__gte=first, opened_at__lt=last)
    return made.filter(received_at__gt=told_until, received_at__lte=at).count()


def _place(row: Any) -> Named | None:
    """The block, else the district; never what was told of the street or the house."""
    area = row.block or row.district
    return named(area) if area else None


def _minutes(length: timedelta) -> int:
    return max(int(length.total_seconds() // 60), 0)
