"""Understanding: learn from labelled posts what speaks for each kind of post, and how far a place can be trusted.

The kinds are weighed by named features (see `kind.features`) and hashed words (see `kind.bucket`): no word of
any post is kept. Logistic regression; the same posts give the same weights. Needs requirements-train.txt.

    python -m cases.understanding.training GEOGRAPHY_FOLDER LABELLED.jsonl [MORE.jsonl ...]
"""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from cases.understanding import look_at
from cases.understanding.kind import bucket, features, telling_words
from cases.understanding.lexicon import WORDS, lexicon, ordinary_words, rows
from cases.understanding.mentions import gather
from cases.understanding.places import Place, read_place
from cases.understanding.predictions import district_name
from cases.understanding.reading import KINDS, Plea
from cases.understanding.text import Post
from districts.gazetteer import AreaRow, Gazetteer, NameRow, PinRow, rows_from_csv
from districts.spelling import name_words, sound_key

# A word says less than a finding of the rules; found by leaving each set of labelled posts out in turn.
_WORD_VALUE, _LOOSENESS, _MOST_ROUNDS = 0.5, 3.0, 5000
_PARTS = 5

Example = tuple[dict[str, float], str]
Weights = dict[str, list[float]]


def examples(labelled: Iterable[dict[str, Any]], gazetteer: Gazetteer) -> Iterator[Example]:
    """Features and kind of each labelled post ({"text", "kind"}); unknown kinds raise ValueError."""
    for post in labelled:
        if post["kind"] not in KINDS:
            raise ValueError(f"no kind of post: {post['kind']!r}")
        [seen] = look_at([Plea(post["text"])], gazetteer)
        words = {str(bucket(word)): _WORD_VALUE for word in telling_words(seen.post)}
        yield features(seen.post, seen.signals) | words, post["kind"]


def fit(seen: Sequence[Example]) -> Weights:
    """The weight of every feature for each of KINDS, in their order."""
    table = DictVectorizer()
    found = table.fit_transform([one for one, _ in seen])
    # "always" is the constant, so that it is named like all else.
    model = LogisticRegression(C=_LOOSENESS, fit_intercept=False, max_iter=_MOST_ROUNDS)
    model.fit(found, [kind for _, kind in seen])
    order = [list(model.classes_).index(kind) for kind in KINDS]
    return {name: [model.coef_[kind][at] for kind in order] for at, name in enumerate(table.get_feature_names_out())}


def write(weights: Weights, folder: Path) -> None:
    """Two tables: the named features, which an officer can look at, and the words' buckets in hundredths."""
    named = {name: [f"{one:.2f}" for one in weights[name]] for name in sorted(weights) if not name.isdecimal()}
    words = {
        int(name): [str(round(100 * _WORD_VALUE * one)) for one in weights[name]]
        for name in weights
        if name.isdecimal()
    }
    _write(folder / "kind_weights.csv", "How much each sign speaks for each kind of post", "feature", named.items())
    _write(
        folder / "kind_words.csv", "The same, in hundredths, for words by their hash", "bucket", sorted(words.items())
    )


def placings(
    labelled: Sequence[dict[str, Any]], areas: Sequence[AreaRow], names: Sequence[NameRow], pins: Sequence[PinRow]
) -> Iterator[tuple[dict[str, float], bool]]:
    """The findings of each district read from a plea, and whether it was right; each plea is read with all names,
    and five times with a fifth of them taken away, as names are that no list has."""
    pleas = [post for post in labelled if post["kind"] == "request" and post.get("district")]
    for part in (None, *range(_PARTS)):
        kept = [area for area in areas if area.level in ("state", "district") or _part(area.name) != part]
        gazetteer = Gazetteer.build(kept, [name for name in names if _part(name.spelling) != part], pins)
        for post in pleas:
            place = _placed(post["text"], gazetteer, part)
            if place.findings:
                yield place.findings, _is_right(place, post, gazetteer)


def _part(name: str) -> int:
    return crc32(name.casefold().encode()) % _PARTS


def _placed(text: str, gazetteer: Gazetteer, part: int | None) -> Place:
    post = Post(text)
    hits = lexicon().find(post.words)
    for quarters in ("localities", "hospitals"):
        hits[quarters] = [h for h in hits[quarters] if _part(" ".join(post.words[h.start : h.end])) != part]
    evidence = gather(post, gazetteer, gazetteer.look_up(post.words, ordinary_words()), hits)
    return read_place(post, Plea(text), gazetteer, evidence, hits)


def _is_right(place: Place, post: dict[str, Any], gazetteer: Gazetteer) -> bool:
    read = district_name(gazetteer, place.state, place.district) or ""
    return _key(read) in {_key(name) for name in (post["district"], *post.get("district_alt", ()))}


def _key(name: str) -> str:
    return "".join(map(sound_key, name_words(name)))


def fit_trust(seen: Sequence[tuple[dict[str, float], bool]]) -> dict[str, float]:
    """The weight of every finding for the district being right."""
    table = DictVectorizer()
    found = table.fit_transform([one for one, _ in seen])
    model = LogisticRegression(C=1.0, fit_intercept=False, max_iter=_MOST_ROUNDS).fit(
        found, [right for _, right in seen]
    )
    return dict(zip(table.get_feature_names_out(), model.coef_[0]))


def write_trust(weights: dict[str, float], folder: Path) -> None:
    """One row per finding."""
    with (folder / "place_trust.csv").open("w", encoding="utf-8", newline="") as file:
        file.write("# How far each finding lets one trust the district; written by cases/understanding/training.py.\n")
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["finding", "weight"])
        out.writerows((name, f"{weight:.2f}") for name, weight in sorted(weights.items()))


def _write(path: Path, remark: str, key: str, table: Iterable[tuple[object, list[str]]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"# {remark}; written by cases/understanding/training.py.\n")
        out = csv.writer(file, lineterminator="\n")
        out.writerow([key, *KINDS])
        out.writerows([name, *row] for name, row in table)


def main(arguments: Sequence[str]) -> None:
    """Train from the composed posts and the files named on the command line; replace the weights."""
    geography, *files = (Path(argument) for argument in arguments)
    labelled: list[dict[str, Any]] = list(rows("training_posts"))
    labelled += [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines() if line.strip()]
    gazetteer = Gazetteer.build(*rows_from_csv(geography))
    write(fit(list(examples(labelled, gazetteer))), WORDS)
    write_trust(fit_trust(list(placings(labelled, *rows_from_csv(geography)))), WORDS)


if __name__ == "__main__":
    main(sys.argv[1:])
