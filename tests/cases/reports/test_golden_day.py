"""The catalogue over the day of golden_history.csv: every number is the count of the list it links to."""

from typing import Any

import pytest
from django.http import QueryDict

from cases.filters import CaseFilter
from cases.models import Case
from cases.reports import reading, rollups
from cases.reports.figures import MEASURES, MINUTES, PERCENT, Measure
from cases.reports.periods import LABELS, Period, period_from
from cases.reports.reading import Tally
from cases.reports.scopes import Scope, scopes_of
from tests.cases.reports.conftest import NOW
from tests.conftest import Cast

READERS = ["collector", "other_collector", "state_admin", "sunita", "auditor"]
COUNTED = [measure for measure in MEASURES.values() if measure.clock != "missed"]


def tally_of(scope: Scope, period: Period) -> Tally:
    found = reading.own(scope, period)["", ""]
    for name, count in reading.live(scope, period, NOW)[None].counts.items():
        found.add(name, count)
    return found


def counted(measure: Measure, tally: Tally) -> int:
    return measure.size(tally) if measure.unit in (MINUTES, PERCENT) else int(measure.of(tally) or 0)


def listed(measure: Measure, scope: Scope, period: Period, officer: Any, **also: str) -> int:
    query = QueryDict(measure.query(scope, period, also))
    found = CaseFilter(query, queryset=Case.objects.visible_to(officer))
    assert found.is_valid(), found.errors
    return found.found.count()


def test_the_day_is_not_empty(golden_day: list[Case], cast: Cast) -> None:
    rollups.catch_up(NOW)
    (scope,) = scopes_of(cast.collector)
    assert tally_of(scope, period_from("today", NOW))["received"] > 5


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("name", LABELS)
def test_every_number_is_the_count_of_the_list_it_links_to(
    golden_day: list[Case], cast: Cast, who: str, name: str
) -> None:
    rollups.catch_up(NOW)
    officer = getattr(cast, who)
    period = period_from(name, NOW, NOW.date(), NOW.date())
    (scope,) = scopes_of(officer)
    tally = tally_of(scope, period)
    for measure in COUNTED:
        assert counted(measure, tally) == listed(measure, scope, period, officer), measure.name
