"""Posts written before anything was tuned on them may not score worse than on the first day.

After the first measurement they served for mending, odd numbers first, so they are unseen no more. The floors stand a
little beneath what the even numbers scored the first time: a word added for one post that harms others is found out.
The posts are composed: no person and no number in them is real.
"""

import io
import json
from collections import Counter
from pathlib import Path

import pytest

from cases.understanding.predictions import predict

POSTS = Path(__file__).with_name("unseen.jsonl")
ICU_IS_A_BED = {"icu": {"icu", "bed"}}


def f1(right, false, missed):
    return 2 * right / (2 * right + false + missed)


def spoken_needs(needs):
    return set().union(*(ICU_IS_A_BED.get(need, {need}) for need in needs))


@pytest.fixture(scope="module")
def pairs(gazetteer):
    """(labelled post, reading) of the posts with even numbers; all are read, since duplicates need their firsts."""
    lines, out = POSTS.read_text("utf-8").splitlines(), io.StringIO()
    assert predict(lines, out, io.StringIO(), gazetteer) == 0
    both = zip(map(json.loads, lines), map(json.loads, out.getvalue().splitlines()), strict=True)
    return [(post, reading) for post, reading in both if int(post["id"][3:]) % 2 == 0]


@pytest.fixture(scope="module")
def pleas(pairs):
    return [(post, reading) for post, reading in pairs if post["is_request"]]


def test_pleas_are_told_from_other_posts(pairs):
    seen = Counter((post["is_request"], reading["is_request"]) for post, reading in pairs)
    assert f1(seen[True, True], seen[False, True], seen[True, False]) >= 0.95
    assert seen[True, False] <= 1


def test_needs_are_what_is_asked(pleas):
    asked = [(spoken_needs(post["needs"]), spoken_needs(reading["needs"])) for post, reading in pleas]
    right = sum(len(gold & read) for gold, read in asked)
    assert f1(right, sum(len(r - g) for g, r in asked), sum(len(g - r) for g, r in asked)) >= 0.88


def test_every_phone_number_is_read(pleas):
    assert [post["id"] for post, reading in pleas if sorted(post["phones"]) != sorted(reading["phones"])] == []


def test_no_plea_goes_to_a_wrong_district(pleas):
    placed = [(post, reading) for post, reading in pleas if post["district"] and not post["ambiguous_between"]]
    names = [({post["district"], *post["district_alt"]}, reading["district"]) for post, reading in placed]
    assert [(wanted, read) for wanted, read in names if read and read not in wanted] == []
    assert sum(read in wanted for wanted, read in names) / len(names) >= 0.95


def test_the_dying_are_seen(pleas):
    assert sum(post["urgency"] == reading["urgency"] for post, reading in pleas) / len(pleas) >= 0.79
    critical = [reading["urgency"] for post, reading in pleas if post["urgency"] == "critical"]
    assert critical.count("critical") / len(critical) >= 0.85


def test_posts_told_again_join_their_case(pairs):
    again = [(post, reading) for post, reading in pairs if post["duplicate_of"]]
    assert again
    assert sum(bool(reading["duplicate_of"]) for _, reading in again) / len(again) >= 0.8
