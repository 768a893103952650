"""Simulator of X, its memory on disk: one JSON line per thing that happened, so that a restart keeps the posts."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any


class Journal:
    """An append-only file of JSON lines; without a path it keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._file: IO[bytes] | None = None

    def replay(self) -> Iterator[dict[str, Any]]:
        """The rows written so far. A last line torn by a crash is cut off, so that the next row starts clean."""
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch()
        raw = self.path.read_bytes()
        whole = raw[: raw.rfind(b"\n") + 1]
        if len(whole) < len(raw):
            with self.path.open("r+b") as file:
                file.truncate(len(whole))
        for line in whole.splitlines():
            yield json.loads(line)

    def append(self, rows: Iterable[dict[str, Any]]) -> None:
        """Write the rows and hand them to the operating system, so that they outlive a killed process."""
        if self.path is None:
            return
        if self._file is None:
            self._file = self.path.open("ab")
        self._file.write(b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows))
        self._file.flush()

    def clear(self) -> None:
        """Forget everything."""
        self.close()
        if self.path is not None:
            self.path.write_bytes(b"")

    def close(self) -> None:
        """Let go of the file; a later append opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None
