"""Reading X: everything once, whatever goes wrong in between."""

import time
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from cases.intake import poller
from cases.intake.poller import Lease, poll, search_query
from cases.models import ApiCall, Cursor, Handle, Message
from tests.cases.x_fixtures import asked, cursor, pleas, spent, texts
from tests.x_simulator.server import XSimulator

Health = Handle.Health


def later(**more: float) -> Any:
    return timezone.now() + timedelta(**more)


def reload(handle: Handle) -> Handle:
    handle.refresh_from_db()
    return handle


class TestPaging:
    def test_the_first_poll_reads_all_there_is(self, x: XSimulator, handle: Handle) -> None:
        ids = pleas(x, 230)
        assert poll(handle.pk) == 230
        assert set(Message.objects.values_list("external_id", flat=True)) == set(ids)
        assert cursor(handle).since_id == int(ids[-1])
        assert cursor(handle).next_token == ""

    def test_a_second_poll_stores_nothing_twice(self, x: XSimulator, handle: Handle) -> None:
        pleas(x, 30)
        poll(handle.pk)
        assert poll(handle.pk) == 0
        assert Message.objects.count() == 30

    def test_only_newer_posts_are_asked_for(self, x: XSimulator, handle: Handle) -> None:
        [*_, last] = pleas(x, 3)
        poll(handle.pk)
        x.post("@BilaspurDist one more")
        assert poll(handle.pk) == 1
        assert asked(x, "mentions")[-1]["query"]["since_id"] == last

    def test_a_post_that_becomes_visible_late_is_still_read(self, x: XSimulator, handle: Handle) -> None:
        x.post("@BilaspurDist newest")
        poll(handle.pk)
        x.post("@BilaspurDist was slower to appear", created_at=later(seconds=-40))
        assert poll(handle.pk) == 1

    def test_since_id_stays_while_a_walk_is_under_way(self, x: XSimulator, handle: Handle) -> None:
        ids = pleas(x, 250)
        x.fail_next(503, 1, "/2/users", skip=2)
        assert poll(handle.pk) == 200
        assert cursor(handle).since_id is None
        assert cursor(handle).newest_id == int(ids[-1])
        assert cursor(handle).next_token != ""

    def test_a_walk_goes_on_where_it_was_interrupted(self, x: XSimulator, handle: Handle) -> None:
        pleas(x, 250)
        x.fail_next(503, 1, "/2/users", skip=2)
        poll(handle.pk)
        before = len(asked(x, "mentions"))
        assert poll(handle.pk, later(seconds=20)) == 50
        assert len(asked(x, "mentions")) == before + 1
        assert Message.objects.count() == 250

    def test_posts_that_come_during_a_walk_are_read_after_it(self, x: XSimulator, handle: Handle) -> None:
        pleas(x, 150)
        x.fail_next(503, 1, "/2/users", skip=1)
        poll(handle.pk)
        x.post("@BilaspurDist new in the meantime")
        poll(handle.pk, later(seconds=20))
        poll(handle.pk, later(seconds=40))
        assert Message.objects.count() == 151

    def test_a_crash_in_mid_paging_loses_and_doubles_nothing(
        self, x: XSimulator, handle: Handle, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pleas(x, 350)
        real, pages = poller.store_whatever_comes, []

        def crashing(drafts: Any) -> list[int]:
            pages.append(1)
            stored = real(drafts)
            if len(pages) == 3:
                raise KeyboardInterrupt  # after the rows, before the commit
            return stored

        monkeypatch.setattr(poller, "store_whatever_comes", crashing)
        with pytest.raises(KeyboardInterrupt):
            poll(handle.pk)
        assert Message.objects.count() == 200
        monkeypatch.setattr(poller, "store_whatever_comes", real)
        assert poll(handle.pk, later(seconds=31)) == 150
        assert Message.objects.count() == 350
        assert cursor(handle).next_token == ""

    def test_an_expired_token_begins_the_walk_again(self, x: XSimulator, handle: Handle) -> None:
        pleas(x, 30)
        Cursor.objects.create(handle=handle, source="mentions", next_token="EXPIRED", newest_id=5)
        assert poll(handle.pk) == 30
        assert [row["status"] for row in asked(x, "mentions")] == [400, 200]

    def test_an_old_token_is_not_trusted(self, x: XSimulator, handle: Handle) -> None:
        pleas(x, 130)
        x.fail_next(503, 1, "/2/users", skip=1)
        poll(handle.pk)
        poll(handle.pk, later(minutes=10))
        assert "pagination_token" not in asked(x, "mentions")[2]["query"]
        assert Message.objects.count() == 130

    def test_an_empty_page_with_a_token_is_not_the_end(self, x: XSimulator, handle: Handle) -> None:
        pleas(x, 20)
        x.fail_next("empty_page", 1, "/2/users")
        assert poll(handle.pk) == 20

    def test_a_long_walk_is_left_to_the_next_poll(
        self, x: XSimulator, handle: Handle, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pleas(x, 150)
        real = poller.store_whatever_comes
        monkeypatch.setattr(poller, "store_whatever_comes", lambda drafts: (time.sleep(0.3), real(drafts))[1])
        monkeypatch.setattr(poller, "RUN_SECONDS", 0.2)
        assert poll(handle.pk) == 100
        assert poll(handle.pk) == 50

    def test_the_new_spelling_is_asked_for_and_read(self, x: XSimulator, handle: Handle, settings: Any) -> None:
        settings.X_FIELD_PREFIX = "post"
        long_text = "@BilaspurDist " + "लंबी बात " * 60
        x.post(long_text)
        poll(handle.pk)
        assert texts() == [long_text]
        assert "note_post" in asked(x, "mentions")[0]["query"]["post.fields"]

    def test_an_unknown_user_id_is_looked_up_once(self, x: XSimulator, handle: Handle) -> None:
        Handle.objects.update(user_id="")
        x.post("@BilaspurDist help")
        assert poll(handle.pk) == 1
        poll(handle.pk)
        assert reload(handle).user_id == "1383000000000000001"
        assert len(asked(x, "by/username")) == 1


class TestHole:
    def test_a_burst_beyond_800_mentions_is_filled_by_search(self, x: XSimulator, handle: Handle) -> None:
        x.post("@BilaspurDist the one before", created_at=later(hours=-1))
        poll(handle.pk)
        pleas(x, 1000)
        poll(handle.pk)
        assert Message.objects.count() == 1001
        assert not Cursor.objects.filter(source="hole").exists()

    def test_the_hole_is_remembered_when_search_fails(self, x: XSimulator, handle: Handle) -> None:
        pleas(x, 900)
        x.fail_next(503, 1, "/2/tweets/search")
        poll(handle.pk)
        assert Message.objects.count() == 800
        assert poll(handle.pk, later(minutes=1)) == 100

    def test_what_both_brought_is_paid_once(self, x: XSimulator, handle: Handle) -> None:
        pleas(x, 900)
        poll(handle.pk)
        assert spent(handle) == 800 * 1_000 + 100 * 5_000

    def test_search_is_not_asked_without_need(self, x: XSimulator, handle: Handle) -> None:
        pleas(x, 150)
        poll(handle.pk)
        assert asked(x, "search") == []


class TestHashtags:
    @pytest.fixture(autouse=True)
    def _tags(self, handle: Handle) -> None:
        handle.hashtags = ["BilaspurSOS", "बिलासपुर"]
        handle.save()

    def test_posts_with_a_hashtag_are_found(self, x: XSimulator, handle: Handle) -> None:
        x.post("bed chahiye #BilaspurSOS")
        x.post("मदद #बिलासपुर")
        x.post("nothing for us #Pune")
        assert poll(handle.pk) == 2

    def test_a_post_with_mention_and_hashtag_is_one_message(self, x: XSimulator, handle: Handle) -> None:
        x.post("@BilaspurDist bed chahiye #BilaspurSOS")
        assert poll(handle.pk) == 1
        assert spent(handle) == 1_000

    def test_a_since_id_older_than_seven_days_is_dropped(self, x: XSimulator, handle: Handle) -> None:
        old = int(x.post("#BilaspurSOS old", created_at=later(days=-9)))
        Cursor.objects.create(handle=handle, source="search", since_id=old)
        x.post("#BilaspurSOS new", created_at=later(days=-2))
        assert poll(handle.pk) == 1
        [search] = asked(x, "search")
        assert "start_time" in search["query"]
        assert "since_id" not in search["query"]

    def test_a_refused_query_does_not_stop_the_mentions(self, x: XSimulator, handle: Handle) -> None:
        handle.hashtags = ["(("]
        handle.save()
        x.post("@BilaspurDist help")
        assert poll(handle.pk) == 1
        assert reload(handle).health == Health.OK
        assert "400" in handle.last_error
        assert handle.not_before_at is None

    def test_a_query_never_exceeds_what_x_takes(self, handle: Handle) -> None:
        handle.hashtags = [f"Tag{number:060d}" for number in range(20)]
        assert 400 < len(search_query(handle, "search")) <= 512


class TestTrouble:
    @pytest.mark.parametrize(
        ("kind", "health"),
        [
            (401, Health.UNAUTHORISED),
            (403, Health.UNAUTHORISED),
            (402, Health.OUT_OF_BUDGET),
            (429, Health.LIMITED),
            (500, Health.FAILING),
            (503, Health.FAILING),
            ("garbage", Health.FAILING),
            ("empty", Health.FAILING),
            ("hang_up", Health.FAILING),
        ],
    )
    def test_each_trouble_is_told_and_loses_nothing(
        self, x: XSimulator, handle: Handle, kind: str | int, health: str
    ) -> None:
        pleas(x, 20)
        x.fail_next(kind, 1, "/2/users")
        assert poll(handle.pk) == 0
        assert reload(handle).health == health
        assert handle.last_error
        assert handle.not_before_at is not None
        assert handle.failures == 1
        assert handle.poll_claimed_until is None
        assert ApiCall.objects.get().error
        assert poll(handle.pk, handle.not_before_at) == 20
        assert reload(handle).health == Health.OK
        assert handle.failures == 0

    def test_silence_is_given_up(self, x: XSimulator, handle: Handle, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("cases.intake.x_client.TIMEOUT", (1.0, 0.2))
        x.fail_next("timeout", 1, "/2/users", seconds=2)
        assert poll(handle.pk) == 0
        assert reload(handle).health == Health.FAILING
        assert ApiCall.objects.get().status == 0

    def test_a_handle_that_rests_is_not_polled(self, x: XSimulator, handle: Handle) -> None:
        Handle.objects.update(not_before_at=later(minutes=1))
        assert poll(handle.pk) == 0
        assert asked(x, "mentions") == []

    def test_a_429_is_waited_out_to_its_reset(self, x: XSimulator, handle: Handle) -> None:
        x.fail_next(429, 1, "/2/users", seconds=120)
        poll(handle.pk)
        assert timedelta(seconds=100) < reload(handle).not_before_at - timezone.now() < timedelta(seconds=125)  # type: ignore[operator]

    def test_the_last_call_of_a_window_makes_the_handle_rest(self, x: XSimulator, handle: Handle) -> None:
        x.limit("mentions", 1, 600)
        pleas(x, 3)
        assert poll(handle.pk) == 3
        assert reload(handle).health == Health.LIMITED
        assert handle.not_before_at > later(minutes=9)  # type: ignore[operator]
        assert handle.last_answer_at is not None

    def test_the_pause_grows_and_is_not_the_same_for_all(self) -> None:
        from cases.intake.standing import pause

        first, later_ones = [pause(0) for _ in range(20)], [pause(4) for _ in range(20)]
        assert max(first) < min(later_ones)
        assert max(pause(50) for _ in range(20)) <= timedelta(minutes=2)
        assert len(set(first)) > 1

    def test_missing_keys_are_named(self, x: XSimulator, handle: Handle, settings: Any) -> None:
        settings.X_CREDENTIALS = {}
        assert poll(handle.pk) == 0
        assert reload(handle).health == Health.UNAUTHORISED
        assert handle.last_error == "@BilaspurDist lacks bearer_token."

    def test_wrong_keys_are_told(self, x: XSimulator, handle: Handle, settings: Any) -> None:
        settings.X_CREDENTIALS = {"BilaspurDist": {"bearer_token": "not-this-one"}}
        poll(handle.pk)
        assert reload(handle).health == Health.UNAUTHORISED

    def test_an_account_x_does_not_know_is_told(self, x: XSimulator, handle: Handle) -> None:
        Handle.objects.update(user_id="999")
        poll(handle.pk)
        assert reload(handle).health == Health.FAILING
        assert "999" in handle.last_error


class TestBudget:
    def test_reading_stops_before_the_budget_is_exceeded(self, x: XSimulator, handle: Handle) -> None:
        Handle.objects.update(daily_budget_usd=Decimal("0.15"))
        pleas(x, 300)
        assert poll(handle.pk) == 150
        assert spent(handle) == 150_000
        assert reload(handle).health == Health.OUT_OF_BUDGET

    def test_a_raised_budget_is_noticed_at_the_next_poll(self, x: XSimulator, handle: Handle) -> None:
        Handle.objects.update(daily_budget_usd=Decimal("0.15"))
        pleas(x, 300)
        poll(handle.pk)
        Handle.objects.update(daily_budget_usd=Decimal("1"))
        assert poll(handle.pk) == 150
        assert Message.objects.count() == 300

    def test_the_day_is_x_s(self, handle: Handle) -> None:
        from cases.intake.budget import day_of, spent_today

        now = timezone.now()
        for at, cost in [(day_of(now), 7), (day_of(now) - timedelta(seconds=1), 100)]:
            ApiCall.objects.create(handle=handle, at=at, method="GET", endpoint="e", status=200, cost_micros=cost)
        assert spent_today(now, [handle.pk]) == {handle.pk: 7}

    def test_every_call_leaves_a_line_with_its_limits(self, x: XSimulator, handle: Handle) -> None:
        pleas(x, 3)
        poll(handle.pk)
        call = ApiCall.objects.get()
        assert (call.endpoint, call.status, call.resources, call.cost_micros) == ("users/:id/mentions", 200, 3, 3_000)
        assert call.limit_remaining == 449
        assert call.limit_resets_at is not None


class TestLease:
    def test_one_poller_at_a_time(self, x: XSimulator, handle: Handle) -> None:
        now = timezone.now()
        assert Lease.take(handle.pk, now) is not None
        assert poll(handle.pk, now) == 0
        assert asked(x, "mentions") == []

    def test_a_dead_poller_s_lease_ends(self, x: XSimulator, handle: Handle) -> None:
        Lease.take(handle.pk, timezone.now())
        pleas(x, 3)
        assert poll(handle.pk, later(seconds=31)) == 3

    def test_a_poller_that_lost_its_lease_stores_nothing(
        self, x: XSimulator, handle: Handle, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pleas(x, 3)
        real = poller.read_page

        def taken_over(*args: Any) -> Any:
            Handle.objects.update(poll_claimed_until=later(seconds=50))
            return real(*args)

        monkeypatch.setattr(poller, "read_page", taken_over)
        assert poll(handle.pk) == 0
        assert Message.objects.count() == 0
        assert reload(handle).poll_claimed_until is not None

    def test_a_handle_that_is_off_is_not_polled(self, x: XSimulator, handle: Handle) -> None:
        Handle.objects.update(is_active=False)
        assert poll(handle.pk) == 0


def test_a_full_page_is_a_handful_of_statements(
    x: XSimulator, handle: Handle, django_assert_max_num_queries: Any
) -> None:
    pleas(x, 100)
    with django_assert_max_num_queries(22):
        assert poll(handle.pk) == 100
