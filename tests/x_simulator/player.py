"""Simulator of X, the citizens: writes the posts of the timeline one by one, as if they were being written now."""

import json
import threading
from pathlib import Path
from typing import Any

from tests.x_simulator.posts import Draft
from tests.x_simulator.world import World

TIMELINE = Path(__file__).with_name("timeline.jsonl")


def read_timeline(path: Path) -> list[dict[str, Any]]:
    """The labelled posts of a timeline, in order. Raises OSError or ValueError."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def draft_of(row: dict[str, Any]) -> Draft:
    """The post a row of the timeline stands for. Labels never reach the API: the reader must judge the text."""
    return Draft(
        text=row["text"],
        username=row["author"]["username"],
        name=row["author"]["name"],
        retweet_of=row.get("retweet_of") or "",
        quote_of=row.get("quote_of") or "",
        place=row.get("place"),
        key=row["id"],
    )


class Player(threading.Thread):
    """Plays what has not been played yet, one post every `every` seconds, and stops at the end."""

    def __init__(self, world: World, rows: list[dict[str, Any]], every: float) -> None:
        super().__init__(name="timeline", daemon=True)
        self.world = world
        self.rows = rows
        self.every = every
        self._stop_now = threading.Event()

    @property
    def played(self) -> int:
        """How many posts of the timeline have been written."""
        return sum(row["id"] in self.world.keys for row in self.rows)

    def run(self) -> None:
        """Until the end, or until stopped; paused rounds write nothing."""
        while not self._stop_now.is_set():
            written = not self.world.paused and self.play_one()
            self._stop_now.wait(self.every if written else max(self.every, 0.5))  # at the end: idle, not spinning

    def play_one(self) -> bool:
        """Write the next post; False when the timeline is at its end."""
        row = next((row for row in self.rows if row["id"] not in self.world.keys), None)
        if row is not None:
            self.world.add([draft_of(row)])
        return row is not None

    def stop(self) -> None:
        """Stop at once."""
        self._stop_now.set()
