"""Every field that a prediction has wrong, field by field, and how far the confidence can be trusted.

    python -m bench.misses SCORE.py LABELLED.jsonl PREDICTIONS.jsonl

Right and wrong are judged by the scorer's own rules. A miss is printed as: id, what is right, what was read, the text.
"""

import importlib.util
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

Post = dict[str, Any]
LEVELS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.01)
EXACT = ("urgency", "patient_age", "spo2", "blood_group", "pincode")


def loaded(path: Path) -> ModuleType:
    """The scorer, a script that lives outside the project."""
    spec = importlib.util.spec_from_file_location("scorer", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"no scorer at {path}")
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    return scorer


def checks(scorer: ModuleType, roots: dict[str, str]) -> dict[str, Callable[[Post, Post], tuple[bool, object, object]]]:
    """Per field: (is it right, what is right, what was read)."""

    def district(gold: Post, read: Post) -> tuple[bool, object, object]:
        verdict = scorer.district_verdict(gold, read)
        wanted = gold["district"] or gold["ambiguous_between"] or None
        return (
            verdict in ("right", "skip"),
            wanted,
            f"{read['district']} ({read['state']}, {read['confidence']['place']})",
        )

    def block(gold: Post, read: Post) -> tuple[bool, object, object]:
        return scorer.block_verdict(gold, read) in ("right", "skip"), gold["block_or_town"], read["block_or_town"]

    def open_place(gold: Post, read: Post) -> tuple[bool, object, object]:
        homonym = any("," in one for one in gold["ambiguous_between"])
        return not homonym or len(scorer.candidates(read)) > 1, gold["ambiguous_between"], read["district_candidates"]

    def needs(gold: Post, read: Post) -> tuple[bool, object, object]:
        wanted, got = scorer.need_set(gold["needs"]), scorer.need_set(read["needs"])
        return wanted == got, sorted(wanted), sorted(got)

    def medicine(gold: Post, read: Post) -> tuple[bool, object, object]:
        return set(gold["medicine"]) == set(read["medicine"]), gold["medicine"], read["medicine"]

    def phones(gold: Post, read: Post) -> tuple[bool, object, object]:
        return scorer.phones_ok(gold, read), gold["phones"], read["phones"]

    def duplicate(gold: Post, read: Post) -> tuple[bool, object, object]:
        wanted, got = gold["duplicate_of"], read["duplicate_of"]
        return roots.get(wanted, wanted) == roots.get(got, got), wanted, got

    def exact(name: str) -> Callable[[Post, Post], tuple[bool, object, object]]:
        return lambda gold, read: (gold[name] == read[name], gold[name], read[name])

    of_pleas = {"needs": needs, "medicine": medicine, "phones": phones, "district": district, "ambiguous": open_place}
    return of_pleas | {"block_or_town": block, "duplicate_of": duplicate} | {name: exact(name) for name in EXACT}


def misses(
    scorer: ModuleType, gold: Sequence[Post], read: dict[str, Post]
) -> Iterator[tuple[str, Post, object, object]]:
    """(field, post, right, read) of each miss, by field; of posts that ask for nothing only the kind is judged."""
    for post in gold:
        if post["is_request"] != read[post["id"]]["is_request"]:
            yield "is_request", post, post["kind"], read[post["id"]]["kind"]
    roots = {post["id"]: post["duplicate_of"] or post["id"] for post in gold}
    for name, check in checks(scorer, roots).items():
        for post in gold:
            right, wanted, got = check(post, read[post["id"]])
            if post["is_request"] and not right:
                yield name, post, wanted, got


def print_trust(scorer: ModuleType, gold: Sequence[Post], read: dict[str, Post]) -> None:
    """Of the districts read with so much confidence, how many are right: a calibration table."""
    judged = [
        (read[post["id"]]["confidence"]["place"], scorer.district_verdict(post, read[post["id"]]))
        for post in gold
        if post["is_request"]
    ]
    placed = [(sure, verdict == "right") for sure, verdict in judged if verdict in ("right", "wrong", "invented")]
    for low, high in pairwise(LEVELS):
        within = [right for sure, right in placed if low <= sure < high]
        if within:
            print(
                f"  district read with confidence {low:.2f} to {min(high, 1):.2f}: {sum(within)} of {len(within)} right"
            )


def main(arguments: Sequence[str]) -> None:
    """Print the table of trust and every miss."""
    scorer = loaded(Path(arguments[0]))
    gold, predictions = (
        [json.loads(line) for line in Path(name).read_text("utf-8").splitlines() if line.strip()]
        for name in arguments[1:3]
    )
    read = {post["id"]: post for post in predictions}
    print_trust(scorer, gold, read)
    for name, post, wanted, got in misses(scorer, gold, read):
        print(f"{name}: {post['id']} {wanted} <- {got} | {post['text'][:160]!r}")


if __name__ == "__main__":
    main(sys.argv[1:])
