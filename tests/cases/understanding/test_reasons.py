"""Whatever is marked in a plea, the case page says why in the reader's words, never with a tag of ours."""

import json
from pathlib import Path

from cases.understanding import understand
from cases.work.case_words import REASONS

POSTS = ("unseen.jsonl", "composed.jsonl")
# A kind is not marked: it is what the whole post is.
UNMARKED = {"kind"}


def test_every_mark_can_be_explained(gazetteer):
    lines = [line for name in POSTS for line in Path(__file__).with_name(name).read_text("utf-8").splitlines()]
    readings = understand([json.loads(line)["text"] for line in lines], gazetteer)
    given = {span.reason for reading in readings for span in reading.spans if span.field not in UNMARKED}
    assert given - REASONS.keys() == set()
