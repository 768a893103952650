"""Ages, saturations and blood groups as an officer reads them off a phrase: expected_vitals.csv (empty: none)."""

import csv
from pathlib import Path

import pytest

from cases.understanding.lexicon import lexicon
from cases.understanding.phones import read_phones
from cases.understanding.text import Post
from cases.understanding.vitals import Vitals, read_vitals

TABLE = Path(__file__).with_name("expected_vitals.csv").read_text("utf-8")
ROWS = list(csv.DictReader(TABLE.splitlines()))


def vitals(text: str) -> tuple[Post, Vitals]:
    post = Post(text)
    hits = lexicon().find(post.words)
    phone_words = read_phones(post)[2]
    relations = [hit for hit in hits["kinds"] if hit.tag == "patient"]
    return post, read_vitals(post, hits["vitals"], relations, phone_words)


def marked(text: str, field: str) -> list[str]:
    return [text[span.start : span.end] for span in vitals(text)[1].spans if span.field == field]


def labels(text: str) -> list[str]:
    post, found = vitals(text)
    return [post.words[at] for at in sorted(found.labels)]


@pytest.mark.parametrize("row", ROWS, ids=[row["text"] for row in ROWS])
def test_the_table(row):
    found = vitals(row["text"])[1]
    shown = ["" if value is None else str(value) for value in (found.age, found.spo2)]
    assert [*shown, found.blood_group] == [row["age"], row["spo2"], row["blood_group"]]


@pytest.mark.parametrize(
    ("text", "age", "spo2"),
    [
        ("Dad 69, sat 90, need a bed", ["69"], ["90"]),
        ("papa ka level 85 tha, ab 78", [], ["78"]),
        ("दो दिन का बच्चा, NICU चाहिए", ["दो"], []),
        ("नवजात को वेंटिलेटर चाहिए", ["नवजात"], []),
        ("umar pachpan saal, level assi hai", ["pachpan"], ["assi"]),
        ("age sixty two", ["sixty two"], []),
    ],
)
def test_the_figure_is_marked_in_the_text(text, age, spo2):
    assert marked(text, "patient_age") == age
    assert marked(text, "spo2") == spo2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("oxygen 79, bed chahiye", ["oxygen"]),
        ("88 hai oxygen, bed chahiye", ["oxygen"]),
        ("oxygen chahiye papa 62 ke liye", []),
        ("oxygen cylinder 47 litre chahiye", []),
        ("HRCT 18/25", ["hrct"]),
    ],
)
def test_words_that_only_name_a_figure_ask_for_nothing(text, words):
    assert labels(text) == words


@pytest.mark.parametrize(
    "unit", ["age 45 ", "sat 80→", "papa 62 ke hai, sat 80 tha ab 79 ", "saans 70 hai ", "Kumar 45, "]
)
def test_a_flood_of_figures_is_read_to_the_end(unit):
    assert vitals(unit * 1000)[1].spans
