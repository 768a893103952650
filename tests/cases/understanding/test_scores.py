"""The scores on the labelled development posts may not fall below these floors; skipped where the posts are absent."""

import importlib.util
import io
import json

import pytest

from cases.understanding.predictions import predict

FLOORS = {
    ("is_request", "f1"): 0.97,
    ("is_request", "balanced_accuracy"): 0.95,
    ("needs_micro", "f1"): 0.95,
    ("phones", "exact_set_requests"): 0.99,
    ("district", "accuracy"): 0.96,
    ("block_or_town", "accuracy"): 0.90,
    ("urgency", "accuracy"): 0.93,
    ("urgency", "critical_recall"): 0.94,
    ("duplicate_of", "f1"): 0.94,
    ("end_to_end", "routed_with_phone_and_need"): 0.94,
}


def evaluated(folder, gazetteer, name):
    spec = importlib.util.spec_from_file_location("scorer", folder / "score.py")
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    lines = (folder / name).read_text("utf-8").splitlines()
    out = io.StringIO()
    assert predict(lines, out, io.StringIO(), gazetteer) == 0
    predictions = {found["id"]: found for found in map(json.loads, out.getvalue().splitlines())}
    return scorer.evaluate([json.loads(line) for line in lines], predictions), predictions


@pytest.fixture(scope="module")
def scores(tweets_folder, gazetteer):
    return evaluated(tweets_folder, gazetteer, "dev.jsonl")[0]


@pytest.mark.parametrize(("row", "figure"), FLOORS, ids="/".join)
def test_no_score_falls_below_its_floor(scores, row, figure):
    assert scores[row][figure] >= FLOORS[row, figure]


def test_hardly_a_plea_goes_to_the_wrong_district(scores):
    assert scores["district"]["wrong_rate"] <= 0.015
    assert scores["ambiguous_place"]["safe"] == scores["ambiguous_place"]["n"]


def test_news_of_oxygen_and_beds_is_no_plea(tweets_folder, gazetteer):
    _, predictions = evaluated(tweets_folder, gazetteer, "aux_news_dev.jsonl")
    assert sum(found["is_request"] for found in predictions.values()) <= 3
