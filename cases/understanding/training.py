"""Understanding: learn the weights of `words/kind_weights.csv` from labelled posts.

Only named features (see `kind.features`) are weighed, so no word of any post is kept. The result is the same on every
run: batch gradient descent from zero, rows in the order given.

    python -m cases.understanding.training GEOGRAPHY_FOLDER LABELLED.jsonl [MORE.jsonl ...]
"""

import csv
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cases.understanding import look_at
from cases.understanding.kind import features
from cases.understanding.lexicon import WORDS, rows
from cases.understanding.reading import KINDS, Plea
from districts.gazetteer import Gazetteer, rows_from_csv

_ROUNDS, _STEP, _PENALTY = 400, 2.0, 0.0015

Example = tuple[dict[str, float], int, float]
Weights = dict[str, list[float]]


def examples(labelled: Sequence[dict[str, Any]], gazetteer: Gazetteer) -> list[Example]:
    """Features, kind and weight of each labelled post ({"text", "kind"}); unknown kinds raise ValueError."""
    found = []
    for post in labelled:
        seen, signals, _ = look_at(Plea(post["text"]), gazetteer)
        found.append((features(seen, signals), KINDS.index(post["kind"]), float(post.get("weight", 1.0))))
    return found


def probabilities(found: dict[str, float], weights: Weights) -> list[float]:
    """The share of each kind, in the order of KINDS."""
    scores = [0.0] * len(KINDS)
    for name, value in found.items():
        for at, weight in enumerate(weights.get(name, ())):
            scores[at] += weight * value
    top = max(scores)
    shares = [math.exp(score - top) for score in scores]
    total = sum(shares)
    return [share / total for share in shares]


def fit(seen: Sequence[Example], rounds: int = _ROUNDS, penalty: float = _PENALTY) -> Weights:
    """Multinomial logistic regression with an L2 penalty, by full-batch gradient descent with momentum."""
    names = sorted({name for found, _, _ in seen for name in found})
    weights: Weights = {name: [0.0] * len(KINDS) for name in names}
    speed: Weights = {name: [0.0] * len(KINDS) for name in names}
    mass = sum(weight for _, _, weight in seen)
    for _ in range(rounds):
        slope: Weights = {name: [penalty * w for w in weights[name]] for name in names}
        for found, kind, weight in seen:
            error = [share * weight / mass for share in probabilities(found, weights)]
            error[kind] -= weight / mass
            for name, value in found.items():
                slopes = slope[name]
                for at, part in enumerate(error):
                    slopes[at] += part * value
        for name in names:
            for at in range(len(KINDS)):
                speed[name][at] = 0.8 * speed[name][at] - 0.2 * _STEP * slope[name][at]
                weights[name][at] += speed[name][at]
    return weights


def write(weights: Weights, path: Path) -> None:
    """The weights as a CSV an officer can look at: a row per feature, a column per kind."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("# How much each sign speaks for each kind of post; written by cases/understanding/training.py.\n")
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["feature", *KINDS])
        for name in sorted(weights):
            table.writerow([name, *(f"{weight:.2f}" for weight in weights[name])])


def main(arguments: Sequence[str]) -> None:
    """Train from the files named on the command line and replace the weights."""
    geography, *files = (Path(argument) for argument in arguments)
    labelled: list[dict[str, Any]] = list(rows("training_posts"))
    labelled += [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines() if line.strip()]
    gazetteer = Gazetteer.build(*rows_from_csv(geography))
    write(fit(examples(labelled, gazetteer)), WORDS / "kind_weights.csv")


if __name__ == "__main__":
    main(sys.argv[1:])
