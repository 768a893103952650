"""Sheets are issued at their time: once, each by itself, after a downtime the last one only."""

import threading
import time as clock
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client

from cases.models import Case, FigureState, Review, ReviewMail, ReviewRecipient, ReviewTime
from cases.reports import rollups, tasks
from cases.reports.review import content, issuing, places
from districts.models import Officer, Posting
from tests.cases.reports.conftest import IST, NOW
from tests.cases.reports.review.conftest import Issue
from tests.conftest import CaseMaker, Cast, Map

MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=IST)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """The tasks that are started, in their order, none carried out."""
    found: list[tuple[str, Any]] = []
    for name in ("issue_review", "make_sheet_files"):
        task = getattr(tasks, name)
        monkeypatch.setattr(task, "apply_async", lambda args, name=name, **_more: found.append((name, args)))
    return found


def test_every_place_with_an_officer_a_handle_or_an_open_case_gets_one(
    evening: None, cast: Cast, small_map: Map, make_case: CaseMaker, handle: object, started: list[Any]
) -> None:
    make_case(state=small_map.rj, district=small_map.jaipur, block=None)
    tasks.issue_reviews()
    assert {args[0] for name, args in started if name == "issue_review"} == {"d375", "d387", "d97", "s22", "s8"}
    assert {args[1] for _name, args in started} == {NOW.isoformat()}


def test_a_place_without_anybody_gets_none(evening: None, small_map: Map, started: list[Any]) -> None:
    tasks.issue_reviews()
    assert started == []


def test_an_ended_posting_and_a_closed_case_keep_no_sheet_alive(
    evening: None, cast: Cast, make_case: CaseMaker, started: list[Any]
) -> None:
    Posting.objects.update(starts_on="2026-01-01", ends_on="2026-11-21")
    case = make_case()
    Case.objects.filter(pk=case.pk).update(status="withdrawn", closed_at=NOW, next_due_at=None)
    tasks.issue_reviews()
    assert started == []


def test_a_sheet_is_issued_once(issue: Issue, started: list[Any]) -> None:
    first = issue()
    assert issue().pk == first.pk
    assert Review.objects.count() == 1
    tasks.issue_reviews()
    assert "d375" not in {args[0] for name, args in started if name == "issue_review"}


@pytest.mark.parametrize("place", ["d375", "s22"])
def test_the_database_takes_no_second_sheet(issue: Issue, place: str) -> None:
    one = issue(place)
    keys = {"state_id": one.state_id, "district_id": one.district_id}
    with pytest.raises(IntegrityError):
        Review.objects.create(**keys, held_at=one.held_at, since=one.since, issued_at=NOW, content={})


def test_who_loses_the_race_gets_the_sheet_of_the_other(issue: Issue, monkeypatch: pytest.MonkeyPatch) -> None:
    first = issue()
    looks = iter([None, first])
    monkeypatch.setattr(issuing, "_standing", lambda *_where: next(looks))
    assert issue().pk == first.pk


def test_after_a_downtime_the_last_due_time_only_is_made_good(cast: Cast, started: list[Any]) -> None:
    Posting.objects.update(starts_on="2026-01-01")
    with time_machine.travel(MORNING + timedelta(hours=1, minutes=40), tick=False):
        tasks.issue_reviews()
    assert {args[1] for _name, args in started} == {MORNING.isoformat()}


def test_before_the_first_review_of_a_day_the_last_of_yesterday_counts(cast: Cast) -> None:
    due = issuing.last_due(MORNING - timedelta(minutes=1))
    assert due
    assert (due.of.name, due.held_at) == ("Evening", NOW)
    assert issuing.next_due(NOW) == MORNING


def test_times_of_reviews_are_data(cast: Cast) -> None:
    ReviewTime.objects.exclude(name="Noon").update(is_active=False)
    ReviewTime.objects.filter(name="Noon").update(at=time(12, 30))
    due = issuing.last_due(NOW)
    assert due
    assert due.held_at == NOW.replace(hour=12, minute=30)
    ReviewTime.objects.update(is_active=False)
    assert (issuing.last_due(NOW), issuing.next_due(NOW), issuing.missing(NOW)) == (None, None, [])


def test_one_sheet_that_fails_stops_no_other(issue: Issue, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_up = content.draw_up

    def fails(span: Any, of: Any) -> Any:
        if span.place.text == "d375":
            raise ValueError("poison")
        return draw_up(span, of)

    monkeypatch.setattr(issuing, "draw_up", fails)
    due = issuing.last_due(NOW)
    assert due
    with pytest.raises(ValueError, match="poison"):
        tasks.issue_review("d375", NOW.isoformat(), due.of.pk)
    tasks.issue_review("d387", NOW.isoformat(), due.of.pk)
    assert list(Review.objects.values_list("district", flat=True)) == [387]


def test_a_place_that_is_none_is_passed_over(cast: Cast) -> None:
    for text in ("", "b3604", "d9999", "s", "d375x", "x22"):
        assert issuing.issue(text, NOW, None, NOW) is None


def test_who_is_on_the_list_gets_a_mail_of_the_sheet(issue: Issue, small_map: Map) -> None:
    for address, active, district in (
        ("a@example.gov.in", True, small_map.bilaspur),
        ("b@example.gov.in", False, small_map.bilaspur),
        ("c@example.gov.in", True, small_map.raipur),
        ("d@example.gov.in", True, None),
    ):
        ReviewRecipient.objects.create(state=small_map.cg, district=district, address=address, is_active=active)
    issue()
    assert list(ReviewMail.objects.values_list("address", "next_try_at")) == [("a@example.gov.in", NOW)]


def test_what_is_issued_late_says_so(issue: Issue) -> None:
    sheet = issue(at=NOW + timedelta(hours=2)).content
    assert (sheet["held_at"], sheet["drawn_up_at"]) == (NOW.isoformat(), (NOW + timedelta(hours=2)).isoformat())


def test_a_time_is_changed_in_the_administration_and_keeps_its_history(
    cast: Cast, admin_client: Client, admin_user: Officer
) -> None:
    noon = ReviewTime.objects.get(name="Noon")
    page = f"/admin/cases/reviewtime/{noon.pk}/change/"
    assert admin_client.get("/admin/cases/reviewtime/").status_code == 200
    given = {"at": "12:30:00", "name": "Noon", "name_hi": "दोपहर", "is_active": "on"}
    assert admin_client.post(page, given).status_code == 302
    noon.refresh_from_db()
    assert noon.at == time(12, 30)
    assert noon.history.latest().history_user == admin_user


def test_a_sheet_waits_until_the_figures_are_there(issue: Issue, caplog: pytest.LogCaptureFixture) -> None:
    FigureState.objects.all().delete()
    cache.add("figures:counting-anew", "1", 60)
    tasks.issue_review("d375", NOW.isoformat(), None)
    assert not Review.objects.exists()
    assert "waits: the figures are being counted anew" in caplog.text
    assert "d375" in {place for place, _held_at, _of in issuing.missing(NOW)}
    cache.delete("figures:counting-anew")
    tasks.issue_review("d375", NOW.isoformat(), None)
    assert Review.objects.get().content["figures_until"] == NOW.isoformat()


def test_a_sheet_that_was_asked_for_waits_by_itself(issue: Issue, started: list[Any]) -> None:
    FigureState.objects.all().delete()
    cache.add("figures:counting-anew", "1", 3600)
    asked = NOW + timedelta(minutes=40)
    with time_machine.travel(asked, tick=False):
        tasks.issue_review("d375", asked.isoformat(), None)
        assert started == [("issue_review", ("d375", asked.isoformat(), None))]
        cache.delete("figures:counting-anew")
        tasks.issue_review(*started[0][1])
    assert Review.objects.get().held_at == asked


def test_a_sheet_asked_for_in_the_minute_of_a_due_time_is_that_times(issue: Issue) -> None:
    asked = NOW + timedelta(seconds=20)
    with time_machine.travel(asked, tick=False):
        found = issuing.issue("d375", issuing.asked_for_at(asked), None, asked)
    assert found
    assert found.content["time"]["name"] == "Evening"
    assert issue().pk == found.pk
    assert content.span_of(places.place_of(found), MORNING, MORNING).since == NOW


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
def test_a_sheet_waits_for_whoever_counts_just_then(golden_day: list[Case]) -> None:
    rollups.catch_up(NOW - timedelta(minutes=9))
    holds, issued = threading.Event(), list[Review | None]()

    def count_slowly() -> None:
        try:
            with transaction.atomic():
                FigureState.objects.select_for_update().get()
                holds.set()
                clock.sleep(0.5)
        finally:
            connections.close_all()

    other = threading.Thread(target=count_slowly)
    other.start()
    holds.wait()
    issued.append(issuing.issue("d375", NOW, None, NOW))
    other.join()
    assert issued[0]
    assert issued[0].content["figures_until"] == NOW.isoformat()
