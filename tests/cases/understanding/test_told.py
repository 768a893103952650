"""Danger, calm, what is had and what is needed, told without the usual words (`told.csv`; empty cell: anything)."""

import csv
from pathlib import Path

import pytest

from cases.understanding import Plea, look_at

with Path(__file__).with_name("told.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"][:40])
def test_what_is_told_without_the_usual_words_is_understood(gazetteer, row):
    (found,) = look_at([Plea(row["text"])], gazetteer)
    answers = {"needs": " ".join(sorted(found.asked.needs)), "urgency": found.urgency}
    expected = {field: row[field] for field in answers if row[field]}
    assert {field: answers[field] for field in expected} == expected
