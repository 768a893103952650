"""The timeline the simulator plays: varied, truthfully labelled, and such as people would send it."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from tests.x_simulator.player import TIMELINE, read_timeline
from tests.x_simulator.server import HANDLES
from tests.x_simulator.texts import hashtags, mentioned, weighted_length

ROWS = read_timeline(TIMELINE)
HANDLE_ROWS: list[dict[str, Any]] = json.loads(HANDLES.read_text(encoding="utf-8"))
NEEDS = set(
    "oxygen bed icu ventilator medicine plasma blood ambulance food doctor testing vaccine funeral transport "
    "other".split()
)
# Active districts in September 2026; a district carved out after 2021 stands in `district_alt` of its posts.
CHHATTISGARH = 33
RAJASTHAN = 41


def digits(text: str) -> str:
    """All digits of a text, Devanagari ones as Latin ones, nothing between them."""
    return "".join(str(int(character)) for character in text if character.isdecimal())


def districts_of(state: str) -> set[str]:
    rows = [row for row in ROWS if row["state"] == state]
    return {row["district"] for row in rows if row["district"]} | {name for row in rows for name in row["district_alt"]}


def test_there_are_enough_posts_and_each_has_its_own_id() -> None:
    assert len(ROWS) >= 330
    assert len({row["id"] for row in ROWS}) == len(ROWS)


def test_composed_posts_of_the_labelled_set_are_there_and_as_many_more() -> None:
    kinds = Counter(row["id"][:3] for row in ROWS)
    assert kinds["SOS"] == 145
    assert kinds["SIM"] >= 190


def test_no_text_stands_there_twice() -> None:
    assert [text for text, count in Counter(row["text"] for row in ROWS).items() if count > 1] == []


def test_no_two_pleas_are_one_pattern_with_other_names() -> None:
    plain = [row for row in ROWS if not row["duplicate_of"]]
    shapes = Counter(re.sub(r"[@#]\w+|[\d०-९]+|\W+", " ", row["text"]).lower()[:40].strip() for row in plain)
    assert shapes.most_common(1)[0][1] <= 2


def test_all_languages_and_kinds_are_heard() -> None:
    languages = Counter(row["lang"] for row in ROWS)
    assert min(languages[lang] for lang in ("hi", "en", "hi-Latn")) >= 80
    assert languages["mixed"] >= 8
    kinds = Counter(row["kind"] for row in ROWS)
    assert min(kinds[kind] for kind in ("offer", "news", "thanks", "update_resolved", "other")) >= 8


def test_every_need_is_asked_for_and_only_requests_ask() -> None:
    assert {need for row in ROWS for need in row["needs"]} == NEEDS
    assert [row["id"] for row in ROWS if row["is_request"] != (row["kind"] == "request")] == []
    assert [row["id"] for row in ROWS if row["is_request"] != bool(row["needs"])] == []
    assert [row["id"] for row in ROWS if row["is_request"] != (row["urgency"] in ("critical", "high", "normal"))] == []


def test_every_district_of_both_states_is_there() -> None:
    assert len(districts_of("Chhattisgarh")) >= CHHATTISGARH
    assert len(districts_of("Rajasthan")) >= RAJASTHAN


def test_every_post_reaches_a_handle_by_name_or_by_tag() -> None:
    names = {row["username"].lower() for row in HANDLE_ROWS}
    tags = {tag.lower() for row in HANDLE_ROWS for tag in row["hashtags"]}
    for row in ROWS:
        if row["to"]:
            assert row["to"].lower() in names & set(mentioned(row["text"])), row["id"]
        else:
            assert not names & set(mentioned(row["text"])), row["id"]
            assert tags & hashtags(row["text"]), row["id"]


def test_every_handle_hears_of_something() -> None:
    heard = Counter(row["to"] for row in ROWS)
    assert min(heard[row["username"]] for row in HANDLE_ROWS) >= 10
    assert heard[None] >= 10


def test_every_labelled_phone_is_in_the_text_and_begins_as_indian_mobiles_do() -> None:
    for row in ROWS:
        for phone in row["phones"]:
            assert re.fullmatch("[6-9][0-9]{9}", phone), row["id"]
            assert phone in digits(row["text"]), row["id"]


def test_phones_are_written_in_many_ways() -> None:
    texts = [row["text"] for row in ROWS]
    for style in (
        r"\+91 ",
        r"\+91-",
        r"\d{5} \d{5}",
        r"\d{5}-\d{5}",
        "[०-९]{10}",
        "[०-९]{5} [०-९]{5}",
        r"\b0[6-9]\d{9}",
    ):
        assert any(re.search(style, text) for text in texts), style
    assert sum(row["is_request"] and not row["phones"] for row in ROWS) >= 10


def test_some_pleas_name_no_place_or_one_that_exists_twice() -> None:
    assert sum(row["is_request"] and not row["district"] for row in ROWS) >= 3
    assert sum(bool(row["ambiguous_between"]) for row in ROWS) >= 3
    homonyms = {
        (row["state"], row["district"]) for row in ROWS if row["district"] in ("Bilaspur", "Balrampur", "Pratapgarh")
    }
    assert len(homonyms) >= 5


def test_echoes_quotes_and_repetitions_follow_what_they_repeat() -> None:
    place = {row["id"]: number for number, row in enumerate(ROWS)}
    for number, row in enumerate(ROWS):
        for kind in ("duplicate_of", "retweet_of", "quote_of"):
            assert place[row.get(kind) or row["id"]] <= number, row["id"]
    assert sum("retweet_of" in row for row in ROWS) >= 5
    assert sum("quote_of" in row for row in ROWS) >= 2
    assert sum(bool(row["duplicate_of"]) for row in ROWS) >= 15


def test_an_echo_is_written_as_x_writes_it() -> None:
    by_id = {row["id"]: row for row in ROWS}
    for row in (row for row in ROWS if "retweet_of" in row):
        original = by_id[row["retweet_of"]]
        assert row["text"] == f"RT @{original['author']['username']}: {original['text']}"


def test_long_posts_are_marked_and_no_other_is_long() -> None:
    assert [row["id"] for row in ROWS if row.get("long", False) != (weighted_length(row["text"]) > 280)] == []
    assert sum("long" in row for row in ROWS) >= 5


def test_authors_have_names_x_would_allow_and_one_name_each() -> None:
    names: dict[str, str] = {}
    for row in ROWS:
        username, name = row["author"]["username"], row["author"]["name"]
        assert re.fullmatch("[A-Za-z0-9_]{4,15}", username), row["id"]
        assert names.setdefault(username.lower(), name) == name


@pytest.mark.parametrize("first", [5, 12])
def test_a_demo_begins_with_different_districts_and_bilaspur_among_them(first: int) -> None:
    begin = Counter(row["district"] for row in ROWS[:first])
    assert len(begin) >= min(first, 8) - 2
    assert begin["Bilaspur"] >= 2
