"""Lengths of time as the sheet writes them."""

import pytest

from cases.reports.templatetags.report_words import minutes


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        (0, "0 min"),
        (0.4, "0 min"),
        (3.5, "4 min"),
        (11.6, "12 min"),
        (119.4, "119 min"),
        (119.6, "2 h 0 min"),
        (200, "3 h 20 min"),
        (2880, "2 days"),
        (1_466_244, "1018 days"),
    ],
)
def test_minutes_hours_and_days(value: float | None, words: str) -> None:
    assert minutes(value) == words
