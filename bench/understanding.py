"""How fast pleas are read on one core: with all names loaded, with ten times as many, and the worst texts.

    python -m bench.understanding [POSTS.jsonl ...]

Prints a table; asserts nothing about time. Posts are those of the simulator and of the tests, and of the files named.
Seconds are CPU seconds of this process; of several rounds the best counts, since a busy machine only ever adds.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cases.understanding import understand
from districts.gazetteer import AreaRow, Gazetteer, NameRow, rows_from_csv

ROOT = Path(__file__).parents[1]
POSTS = (ROOT / "tests/x_simulator/timeline.jsonl", *sorted((ROOT / "tests/cases/understanding").glob("*.jsonl")))
ROUNDS, PAGE = 7, 100
WORST = {
    "digits": "9" * 10_000,
    "numbers": "98 " * 3_333,
    "phones": "9876543210 " * 909,
    "handles": "@a" * 5_000,
    "hashtags": "#Bilaspur" * 1_111,
    "place names": "Bilaspur Kota " * 714,
    "Devanagari without spaces": "बिलासपुर" * 1_250,
    "asking": "oxygen chahiye " * 666,
    "blood groups": "a+ b- " * 1_666,
    "signs": "." * 10_000,
    "emoji": "😷" * 10_000,
    "right to left": "\u202e" * 10_000,
    "lines": "\n" * 10_000,
}


def seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """CPU seconds of the best round."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best


def multiplied(areas: Sequence[AreaRow], names: Sequence[NameRow], times: int) -> Iterator[AreaRow]:
    """The areas, and as many more as `times` asks for, under names made of theirs, in no post of ours."""
    yield from areas
    for copy in range(1, times):
        mark = chr(ord("a") + copy)
        for row in areas:
            yield row._replace(key=f"{row.key}:{copy}", name=f"{row.name}qx{mark}", name_hi="")
        for at, name in enumerate(names):
            yield AreaRow("place", f"{copy}:{at}", f"{name.spelling}qz{mark}", "", "town", None, None, None, "")


def read(texts: Sequence[str], gazetteer: Gazetteer) -> None:
    """A page of a hundred at a time, as the pipeline does."""
    for at in range(0, len(texts), PAGE):
        understand(texts[at : at + PAGE], gazetteer)


def main(files: Sequence[str]) -> None:
    """Measure and print."""
    texts = [
        json.loads(line)["text"]
        for path in (*POSTS, *map(Path, files))
        for line in path.read_text("utf-8").splitlines()
        if line.strip() and '"text"' in line
    ]
    areas, names, pins = rows_from_csv(ROOT / "districts/data")
    loading = seconds(lambda: Gazetteer.build(*rows_from_csv(ROOT / "districts/data")), 3)
    real = Gazetteer.build(areas, names, pins)
    many = Gazetteer.build(multiplied(areas, names, 10), names, pins)
    read(texts, real), read(texts, many)
    once, tenfold = seconds(lambda: read(texts, real)), seconds(lambda: read(texts, many))
    print(sys.version)
    spelt = sum(map(len, real.names.values()))
    print(
        f"areas {len(real.areas):,}, names {spelt:,} ({len(real.names):,} different spellings), loaded from the files"
    )
    print(f"and indexed in {loading:.2f} s")
    print(f"posts {len(texts)}, mean length {sum(map(len, texts)) / len(texts):.0f} characters")
    print(f"reading                      {len(texts) / once:8,.0f} posts/s")
    print(
        f"with {len(many.names):9,} spellings     {len(texts) / tenfold:8,.0f} posts/s, {tenfold / once:.2f} x the time"
    )
    for name, text in WORST.items():
        print(f"{name:28} {1000 * seconds(lambda text=text: understand([text], real), 3):8.1f} ms")


if __name__ == "__main__":
    main(sys.argv[1:])
