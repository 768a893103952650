"""The home page: two doors, the helpline, figures that say something or nothing."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cases.public import figures
from cases.workflow import Outcome, Status


def solve(make_case, officer, number, *, minutes, outcome=Outcome.HELPED):
    now = timezone.now()
    for _ in range(number):
        make_case(
            officer=officer, status=Status.RESOLVED, outcome=outcome, at=now - timedelta(minutes=minutes),
            acknowledged_at=now, resolved_at=now, next_due_at=None,
        )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "hi"])
def test_both_doors_are_open_in_both_scripts(client, db, language):
    page = client.get(reverse("home"), headers={"accept-language": language}).content.decode()
    assert f'href="{reverse("ask")}"' in page
    assert f'href="{reverse("status")}"' in page
    assert "Ask for help" in page
    assert 'href="tel:104"' in page


def test_small_numbers_are_not_shown_at_all(client, make_case, cast):
    solve(make_case, cast.meena, 4, minutes=20)
    make_case()
    shown = figures.count(timezone.now())
    assert (shown.open_now, shown.solved_today, shown.minutes_to_help) == (None, None, None)
    assert "stat__value" not in client.get(reverse("home")).content.decode()


def test_from_five_on_they_are(client, make_case, cast):
    solve(make_case, cast.meena, 3, minutes=20)
    solve(make_case, cast.meena, 2, minutes=50)
    for _ in range(6):
        make_case()
    shown = figures.count(timezone.now())
    assert (shown.open_now, shown.solved_today, shown.minutes_to_help) == (6, 5, 20)
    assert client.get(reverse("home")).content.decode().count("stat__value") == 3


def test_a_death_is_not_counted_as_help(make_case, cast):
    solve(make_case, cast.meena, 6, minutes=20, outcome=Outcome.DIED)
    assert figures.count(timezone.now()).solved_today is None


def test_what_was_solved_yesterday_is_not_todays(make_case, cast):
    solve(make_case, cast.meena, 6, minutes=20)
    assert figures.count(timezone.now() + timedelta(days=1)).solved_today is None


def test_the_figures_come_from_indexes(make_case, cast, django_assert_num_queries):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's plan is read here; PostgreSQL's depends on the table's size")
    with django_assert_num_queries(2) as seen:
        figures.count(timezone.now())
    for query in seen.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + query["sql"])
            plan = " ".join(str(row[-1]) for row in cursor.fetchall())
        assert "INDEX case_" in plan, plan


def test_a_crowd_costs_no_query(client, handle, make_case, django_assert_num_queries):
    client.get(reverse("home"))
    with django_assert_num_queries(0):
        answer = client.get(reverse("home"))
    assert "@BilaspurDist" in answer.content.decode()


def test_a_handle_that_is_switched_off_is_not_offered(client, handle):
    handle.is_active = False
    handle.save()
    assert "@BilaspurDist" not in client.get(reverse("home")).content.decode()


def test_the_page_opens_while_the_cache_is_dead(client, handle, monkeypatch):
    def dead(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr(figures.cache, "get", dead, raising=False)
    assert "@BilaspurDist" in client.get(reverse("home")).content.decode()
