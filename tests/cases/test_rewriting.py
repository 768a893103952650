"""Many rows, each to its own values, in one statement: as bulk_update would, on either database."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.models import Case
from cases.rewriting import rewrite
from cases.workflow import Status

NAMES = ("officer", "status", "level", "alarm_at", "minutes_assigned", "limits", "place_text")
STORED = ("officer_id", *NAMES[1:])


def changed(case: Case, **given: object) -> Case:
    """The object with other values, the row as it was."""
    for name, value in given.items():
        setattr(case, name, value)
    return case


@pytest.fixture
def moment() -> datetime:
    """To the microsecond."""
    return timezone.now().replace(microsecond=123_456)


def test_each_row_gets_its_own_values_in_one_statement(make_case, cast, moment, django_assert_num_queries):
    cases = [make_case(officer=cast.meena) for _ in range(5)]
    for number, case in enumerate(cases):
        changed(
            case,
            officer=cast.ravi if number % 2 else cast.meena,
            level=number % 4,
            alarm_at=moment + timedelta(minutes=number),
            minutes_assigned=number / 3,
            limits=[["respond", 4.0, 5, number]],
            place_text=f"50% of 'Tifra' \"{number}\" तिफरा %s",
        )
    wanted = {case.pk: tuple(getattr(case, name) for name in STORED) for case in cases}
    with django_assert_num_queries(1):
        rewrite(cases, NAMES)
    stored = {case.pk: tuple(getattr(case, name) for name in STORED) for case in Case.objects.all()}
    assert stored == wanted
    assert Case.objects.filter(alarm_at=moment + timedelta(minutes=3)).count() == 1


def test_a_column_may_become_empty_in_some_rows_or_in_all(make_case, cast, moment):
    first, second = make_case(officer=cast.meena), make_case(officer=cast.meena)
    for given in ((moment, None), (None, None)):
        rewrite([changed(first, alarm_at=given[0]), changed(second, alarm_at=given[1])], ["alarm_at"])
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.alarm_at, second.alarm_at) == given


def test_other_columns_and_other_rows_stay(make_case, cast):
    case, other = make_case(officer=cast.meena), make_case(officer=cast.meena)
    before = Case.objects.filter(pk=other.pk).values().get()
    rewrite([changed(case, level=3, place_text="not stored")], ["level"])
    case.refresh_from_db()
    assert (case.level, case.place_text == "not stored") == (3, False)
    assert Case.objects.filter(pk=other.pk).values().get() == before


def test_no_rows_ask_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        rewrite([], ["level"])


def test_the_database_still_refuses_nonsense(make_case, cast):
    case = make_case(officer=cast.meena)
    with pytest.raises(IntegrityError), transaction.atomic():
        rewrite([changed(case, status=Status.CLOSED)], ["status"])
