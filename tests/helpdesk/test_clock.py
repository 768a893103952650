"""How time is said."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from helpdesk.templatetags.clock import age_words, clock_of, mask_phone, moment

NOON = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)  # 12:00 in Kolkata


def case(due: float, opened: float = 0, **more: object) -> SimpleNamespace:
    start = NOON + timedelta(minutes=opened)
    fields = {"is_open": True, "opened_at": start, "next_due_at": NOON + timedelta(minutes=due), "resolved_at": None}
    return SimpleNamespace(**(fields | more))


@pytest.mark.parametrize(
    ("minutes", "words", "state"),
    [
        (0, "30 min left", "open"),
        (18, "12 min left", "open"),
        (23.9, "6 min left", "open"),
        (24, "6 min left", "due"),
        (29.5, "under 1 min left", "due"),
        (30.5, "just late", "late"),
        (38, "8 min late", "late"),
        (30 + 89, "89 min late", "late"),
        (30 + 90, "1 h late", "late"),
        (30 + 36 * 60, "1 days late", "late"),
    ],
)
def test_a_half_hour_promise(minutes: float, words: str, state: str) -> None:
    clock = clock_of(case(due=30), NOON + timedelta(minutes=minutes))
    assert (clock.words, clock.state) == (words, state)
    assert clock.share == round(min(minutes / 30, 1) * 100)


def test_the_exact_time_is_on_hover() -> None:
    assert clock_of(case(due=30), NOON).exact == "Promised by 22-11-2026 12:30"


def test_a_solved_case_says_how_long_it_took_and_does_not_run() -> None:
    clock = clock_of(case(due=30, is_open=False, resolved_at=NOON + timedelta(minutes=24)), NOON)
    assert (clock.words, clock.state, clock.runs) == ("Solved in 24 min", "solved", False)


def test_an_ended_case_says_how_it_ended() -> None:
    ended = case(due=0, is_open=False, closed_at=NOON, get_status_display=lambda: "Withdrawn")
    assert (clock_of(ended, NOON).words, clock_of(ended, NOON).runs) == ("Withdrawn", False)


def test_a_promise_of_no_length_does_not_divide_by_zero() -> None:
    assert clock_of(case(due=0), NOON + timedelta(minutes=1)).state == "late"


def test_a_clock_of_a_post_from_the_future_starts_full() -> None:
    assert clock_of(case(due=60, opened=30), NOON).share == 0


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0.5, "just now"), (-3, "just now"), (18, "18 min ago"), (100, "1 h ago"), (2200, "1 days ago")],
)
def test_ages(minutes: float, words: str) -> None:
    assert age_words(NOON, NOON + timedelta(minutes=minutes)) == words


def test_a_moment_today_is_only_a_time() -> None:
    assert len(moment(timezone.now())) == 5
    assert moment(NOON - timedelta(days=400)) == "18-10-2025 12:00"


def test_a_number_keeps_its_last_three_digits() -> None:
    assert mask_phone("9812345678") == "•••••••678"
    assert mask_phone("12") == "12"
