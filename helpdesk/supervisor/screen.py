"""Embedded mode: what the person at the terminal sees, one line at a time, each with its process's name."""

import sys
from typing import TextIO

COLOURS = ("36", "33", "32", "35", "34")  # cyan, yellow, green, magenta, blue: readable on light and dark
BOLD = "1"
WIDTH = 9


class Screen:
    """Writes prefixed lines; colours only on a terminal."""

    def __init__(self, stream: TextIO = sys.stdout, colours: bool | None = None) -> None:
        self.stream = stream
        self.colours = stream.isatty() if colours is None else colours
        self._seen: dict[str, str] = {}

    def say(self, name: str, text: str) -> None:
        """One line of a process."""
        colour = self._seen.setdefault(name, COLOURS[len(self._seen) % len(COLOURS)])
        self._write(f"{self._painted(f'{name:<{WIDTH}}|', colour)} {text}")

    def tell(self, text: str) -> None:
        """Lines of the supervisor's own."""
        for line in text.splitlines():
            self._write(self._painted(line, BOLD))

    def _painted(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self.colours else text

    def _write(self, line: str) -> None:
        try:
            print(line, file=self.stream, flush=True)
        except BrokenPipeError:
            self.stream = open("/dev/null", "w")  # noqa: SIM115, PTH123 - whoever read along has gone; go on without
