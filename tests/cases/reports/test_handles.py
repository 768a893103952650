"""The handles' own figures: followers from day to day, and how soon pleas on X were answered there."""

import csv
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from cases.models import Handle, HandleDay, Message, Notice
from cases.reports import histogram, rollups
from cases.reports.export import BOM
from cases.reports.handle_counting import count_last_days
from cases.reports.handles import MEASURES, HandleFigures, figures
from cases.reports.periods import Period
from cases.reports.scopes import Scope
from cases.reports.tasks import count_handle_days
from tests.conftest import Cast, Map

pytestmark = pytest.mark.django_db
IST = ZoneInfo("Asia/Kolkata")
START = datetime(2026, 11, 16, tzinfo=IST)
WEEK = Period("range", START, START + timedelta(days=7), runs=False)
BILASPUR = Scope("d", 375)
Plea = Callable[..., Message]


def stood(handle: Handle, day: int, followers: int, posts: int = 0) -> None:
    """How the handle stood at the beginning of a day of November."""
    HandleDay.objects.create(handle=handle, on=date(2026, 11, day), taken_at=START, followers=followers, posts=posts)


@pytest.fixture
def plea(handle: Handle) -> Plea:
    """A post to the handle, minutes after the week's beginning, answered so many minutes later."""

    def make(after: float = 60, *answered: float, of: Handle = handle, **more: Any) -> Message:
        posted = START + timedelta(minutes=after)
        number = Message.objects.count()
        fields = {"channel": "x", "external_id": str(number), "handle": of, "posted_at": posted, "received_at": posted}
        message = Message.objects.create(**(fields | more))
        for minutes in answered:
            answer(message, posted + timedelta(minutes=minutes))
        return message

    return make


def answer(message: Message, at: datetime | None, state: str = "sent", channel: str = "x_reply") -> Notice:
    return Notice.objects.create(
        once=f"{message.pk}-{at}-{state}-{channel}",
        message=message,
        handle=message.handle,
        channel=channel,
        template="received",
        language="hi",
        text="मिल गया",
        urgency="critical",
        rank=0,
        created_at=START,
        next_try_at=START,
        state=state,
        sent_at=at,
    )


def of_the_week(scope: Scope = BILASPUR, period: Period = WEEK) -> HandleFigures:
    [found] = figures(scope, period)
    return found


class TestFollowers:
    def test_gained_and_posted_is_the_difference_between_the_beginnings_of_two_days(self, handle: Handle) -> None:
        for day, followers, posts in ((15, 900, 40), (16, 1000, 50), (20, 1100, 61), (23, 1250, 80), (24, 9999, 99)):
            stood(handle, day, followers, posts)
        found = of_the_week()
        assert (found.gained, found.posts, found.followers) == (250, 30, 1250)
        assert (found.since, found.until) == (date(2026, 11, 16), date(2026, 11, 23))

    def test_a_day_that_is_missing_is_the_one_before_else_the_first_after(self, handle: Handle) -> None:
        stood(handle, 18, 1000)
        stood(handle, 22, 990)
        assert of_the_week().gained == -10
        stood(handle, 10, 700)
        found = of_the_week()
        assert (found.gained, found.since, found.until) == (290, date(2026, 11, 10), date(2026, 11, 22))

    def test_one_day_alone_tells_how_many_follow_and_no_gain(self, handle: Handle) -> None:
        stood(handle, 16, 1000, 50)
        found = of_the_week()
        assert (found.followers, found.gained, found.posts) == (1000, None, None)

    def test_without_any_day_nothing_is_known(self, handle: Handle) -> None:
        found = of_the_week()
        assert (found.followers, found.gained, found.posts, found.received) == (None, None, None, 0)

    def test_deleted_posts_do_not_make_less_than_none(self, handle: Handle) -> None:
        stood(handle, 16, 1000, 50)
        stood(handle, 23, 1000, 40)
        assert of_the_week().posts == 0


class TestReplies:
    def test_the_delay_runs_from_the_citizens_post_to_the_first_reply(self, plea: Plea) -> None:
        plea(10, 4, 1, 30)
        plea(20, 3)
        plea(30, 8)
        plea(40)
        found = of_the_week()
        assert (found.received, found.answered, found.median, found.p90) == (4, 3, 3, 8)

    def test_only_what_was_sent_on_x_is_a_reply(self, plea: Plea) -> None:
        message = plea(10)
        answer(message, START, channel="x_dm")
        answer(message, None, state="queued")
        answer(message, START, state="unsure")
        found = of_the_week()
        assert (found.answered, found.median, found.p90) == (0, None, None)

    def test_only_posts_of_the_period_count_the_end_not_in_it(self, plea: Plea) -> None:
        plea(-1, 2)
        plea(7 * 24 * 60, 2)
        plea(0, 5)
        plea(10, 5, channel="paste")
        found = of_the_week()
        assert (found.received, found.answered, found.median) == (1, 1, 5)

    def test_a_reply_that_seems_older_than_its_post_took_no_time(self, plea: Plea) -> None:
        plea(10, -1)
        assert of_the_week().median == 0


class TestScope:
    @pytest.fixture
    def others(self, handle: Handle, small_map: Map) -> None:
        Handle.objects.create(username="CGHelp", state=small_map.cg)
        Handle.objects.create(username="JaipurDist", state=small_map.rj, district=small_map.jaipur)
        Handle.objects.create(username="OldDist", state=small_map.cg, is_active=False)

    @pytest.mark.parametrize(
        ("scope", "names"),
        [
            (Scope(), ["BilaspurDist", "CGHelp", "JaipurDist"]),
            (Scope("s", 22), ["BilaspurDist", "CGHelp"]),
            (Scope("d", 375), ["BilaspurDist"]),
            (Scope("b", 3604), []),
        ],
    )
    def test_the_handles_of_a_place(self, others: None, scope: Scope, names: list[str]) -> None:
        assert [found.handle.username for found in figures(scope, WEEK)] == names

    def test_each_handle_has_its_own_figures(self, others: None, plea: Plea, handle: Handle) -> None:
        plea(10, 2)
        plea(10, 9, of=Handle.objects.get(username="CGHelp"))
        stood(handle, 16, 10)
        found = {one.handle.username: one for one in figures(Scope(), WEEK)}
        assert (found["BilaspurDist"].median, found["CGHelp"].median, found["JaipurDist"].median) == (2, 9, None)
        assert (found["BilaspurDist"].followers, found["CGHelp"].followers) == (10, None)

    def test_four_queries_however_many_handles(
        self, others: None, plea: Plea, handle: Handle, django_assert_num_queries: Any
    ) -> None:
        plea(10, 2)
        stood(handle, 16, 10)
        stood(handle, 23, 12)
        with django_assert_num_queries(4):
            figures(Scope(), WEEK)


class TestDays:
    """What the night counted is what the page would read from the messages themselves."""

    NIGHT = START + timedelta(days=7, hours=3)

    @pytest.fixture
    def week(self, handle: Handle, plea: Plea) -> None:
        for day in range(16, 24):
            stood(handle, day, 1000 + day)
        for day, after, answered in ((0, 0, 5), (0, 600, 7), (1, 100, 9), (3, 1439, 200), (6, 1439, 0), (7, 60, 4)):
            plea(day * 1440 + after, answered)
        plea(2 * 1440)

    @pytest.mark.parametrize(
        ("start", "end"),
        [
            (START, START + timedelta(days=7)),
            (START + timedelta(hours=3), START + timedelta(days=6, hours=23, minutes=59)),
            (START + timedelta(hours=3), START + timedelta(hours=11)),
            (START, START + timedelta(days=7, hours=2)),
            (START - timedelta(days=3), START + timedelta(days=2)),
        ],
    )
    def test_counted_days_say_what_the_messages_say(self, week: None, start: datetime, end: datetime) -> None:
        period = Period("range", start, end, runs=False)
        live = of_the_week(period=period)
        count_last_days(self.NIGHT)
        assert of_the_week(period=period) == live
        assert live.received > 0

    def test_by_hand(self, week: None) -> None:
        assert count_last_days(self.NIGHT) == 7
        days = HandleDay.objects.order_by("on").values_list("on", "received", "delays")
        assert [(on.day, received, delays) for on, received, delays in days] == [
            (16, 2, {"5": 1, "7": 1}),
            (17, 1, {"9": 1}),
            (18, 1, {}),
            (19, 1, {str(histogram.step(200)): 1}),
            (20, 0, {}),
            (21, 0, {}),
            (22, 1, {"0": 1}),
            (23, None, {}),
        ]
        found = of_the_week()
        assert (found.received, found.answered, found.median, found.p90) == (6, 5, 7, histogram.minutes_of(133))

    def test_what_is_counted_is_not_read_again(self, week: None) -> None:
        count_last_days(self.NIGHT)
        Message.objects.all().update(posted_at=START - timedelta(days=90))
        assert of_the_week().received == 6

    def test_a_late_message_and_a_late_reply_are_mended_the_next_night(self, week: None, plea: Plea) -> None:
        unanswered = Message.objects.get(posted_at=START + timedelta(days=2))
        count_last_days(self.NIGHT)
        answer(unanswered, unanswered.posted_at + timedelta(minutes=30))
        plea(3 * 1440, 11)
        assert (of_the_week().received, of_the_week().answered) == (6, 5)
        count_last_days(self.NIGHT)
        count_last_days(self.NIGHT)
        assert (of_the_week().received, of_the_week().answered) == (7, 7)

    def test_an_old_day_is_counted_once_and_again_only_with_all(self, handle: Handle, plea: Plea) -> None:
        stood(handle, 16, 1000)
        later = self.NIGHT + timedelta(days=30)
        message = plea(60)
        assert (count_last_days(later), count_last_days(later)) == (1, 0)
        answer(message, START + timedelta(minutes=90))
        assert of_the_week().answered == 0
        call_command("rebuild_figures", stdout=StringIO())
        assert of_the_week().median == 30

    def test_today_is_never_kept(self, week: None) -> None:
        count_last_days(START + timedelta(hours=23))
        assert not HandleDay.objects.exclude(received=None).exists()

    def test_the_night_takes_three_queries_a_day_however_many_handles(
        self, week: None, handle: Handle, plea: Plea, django_assert_num_queries: Any
    ) -> None:
        for number in range(5):
            other = Handle.objects.create(username=f"Other{number}", state=handle.state)
            stood(other, 22, 5)
            plea(6 * 1440 + 5, 3, of=other)
        with django_assert_num_queries(1 + 7 * 3):
            count_last_days(self.NIGHT)

    def test_counted_days_are_one_query_and_no_message_is_read(
        self, week: None, django_assert_num_queries: Any
    ) -> None:
        count_last_days(self.NIGHT)
        with django_assert_num_queries(3):
            figures(BILASPUR, WEEK)

    def test_the_task_counts(self, week: None, time_machine: Any) -> None:
        time_machine.move_to(self.NIGHT, tick=False)
        count_handle_days()
        assert of_the_week().received == HandleDay.objects.exclude(received=None).count() - 1 == 6


class TestPage:
    @pytest.fixture
    def noon(self, time_machine: Any) -> None:
        time_machine.move_to(START + timedelta(days=6, hours=12), tick=False)

    @pytest.fixture
    def reader(self, noon: None, cast: Cast, client: Client) -> Client:
        rollups.catch_up(timezone.now())
        client.force_login(cast.collector)
        return client

    def cells(self, page: str) -> list[str]:
        """The texts of the first handle's line."""
        section = page.split('id="by-handle"')[1].split("</section>")[0]
        line = re.search(r"<tbody>(.*?)</tr>", section, re.DOTALL)
        assert line
        found = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", line[1], re.DOTALL)
        return [" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in found]

    def test_the_page_shows_each_handle(self, reader: Client, handle: Handle, plea: Plea) -> None:
        stood(handle, 16, 1000, 50)
        stood(handle, 22, 990, 61)
        plea(60, 12)
        plea(70)
        page = reader.get("/reports/?period=7d").content.decode()
        assert self.cells(page) == [
            "@BilaspurDist followers 16-11 to 22-11", "990", "-10", "11", "2", "12 min n=1", "12 min n=1",
        ]  # fmt: skip

    def test_what_nobody_knows_is_a_dash(self, reader: Client, handle: Handle) -> None:
        page = reader.get("/reports/").content.decode()
        assert self.cells(page) == ["@BilaspurDist", "–", "–", "–", "0", "–", "–"]

    def test_a_place_without_a_handle_has_no_such_table(self, reader: Client) -> None:
        assert "by-handle" not in reader.get("/reports/").content.decode()

    def test_the_csv_has_a_line_for_each_handle_in_columns_of_its_own(
        self, reader: Client, handle: Handle, plea: Plea
    ) -> None:
        stood(handle, 16, 1000, 50)
        stood(handle, 22, 1250, 61)
        plea(60, 12)
        answer: Any = reader.get("/reports/figures.csv?period=7d")
        text = answer.getvalue().decode()
        heads, *lines = csv.reader(StringIO(text.removeprefix(BOM)))
        assert {len(line) for line in lines} == {len(heads)}
        [line] = [line for line in lines if line[3] == "handles"]
        assert line[5] == "'@BilaspurDist"
        assert line[-7:] == ["1250", "250", "11", "1", "1", "12.0", "12.0"]
        assert [head.split(":")[0] for head in heads[-7:]] == [f"handle_{measure.name}" for measure in MEASURES]
        assert not any(line[6:-7])
