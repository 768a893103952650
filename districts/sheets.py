"""Reading the CSV files of the geography row by row; every fault is kept with its file and line."""

import csv
import io
from collections.abc import Callable, Container, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

from districts.models.geography import Named

FAULTS_SHOWN = 50
_LARGEST_CODE = 2_147_483_647  # PositiveIntegerField on PostgreSQL
_LONGEST_NAME = Named._meta.get_field("name").max_length or 0

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one line of one file."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.what}"


class GeographyRefused(Exception):
    """The files have faults; nothing was loaded. `faults` are all of them, the message the first fifty."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        shown = [str(fault) for fault in self.faults[:FAULTS_SHOWN]]
        if len(self.faults) > FAULTS_SHOWN:
            shown.append(f"... and {len(self.faults) - FAULTS_SHOWN} more.")
        super().__init__("\n".join(shown))


class BadCell(ValueError):
    """A cell that cannot be used; the message says why."""


@dataclass(slots=True)
class Row:
    """One line of a file; its readers raise BadCell."""

    cells: dict[str, str]

    def text(self, column: str, longest: int = _LONGEST_NAME) -> str:
        """The cell without outer spaces."""
        found = self.cells[column].strip()
        if len(found) > longest:
            raise BadCell(f"{column} is longer than {longest} characters")
        if "\0" in found:  # PostgreSQL has no such character
            raise BadCell(f"{column} contains a zero byte")
        return found

    def name(self, *columns: str) -> str:
        """The first of the cells that is not empty; one of them must be."""
        for column in columns:
            if found := self.text(column):
                return found
        raise BadCell(f"{columns[-1]} is empty")

    def code(self, column: str, known: Container[int] | None = None) -> int:
        """A code, one of the known ones where they are given."""
        found = self.code_or_none(column, known)
        if found is None:
            raise BadCell(f"{column} is empty")
        return found

    def code_or_none(self, column: str, known: Container[int] | None = None) -> int | None:
        """A code, or None where the cell is empty."""
        cell = self.cells[column]
        if not cell:
            return None
        if not (cell.isascii() and cell.isdigit() and len(cell) <= 10 and 0 < int(cell) <= _LARGEST_CODE):
            raise BadCell(f"{column} is not a number: {cell[:40]!r}")
        if known is not None and int(cell) not in known:
            raise BadCell(f"{column} {cell} is not known")
        return int(cell)

    def number_or_none(self, column: str) -> float | None:
        """A decimal number, or None where the cell is empty."""
        cell = self.cells[column]
        try:
            found = float(cell) if cell else None
        except ValueError:
            raise BadCell(f"{column} is not a number: {cell[:40]!r}") from None
        if found is not None and not abs(found) <= 1e9:  # also refuses nan
            raise BadCell(f"{column} is not a number: {cell[:40]!r}")
        return found

    def day_or_none(self, column: str) -> date | None:
        """A date written 2021-05-03, or None where the cell is empty."""
        cell = self.cells[column]
        try:
            return date.fromisoformat(cell) if cell else None
        except ValueError:
            raise BadCell(f"{column} is not a date like 2021-05-03: {cell[:40]!r}") from None

    def pincode_or_empty(self, column: str) -> str:
        """Six digits, or nothing."""
        cell = self.cells[column]
        if cell and not (cell.isascii() and cell.isdigit() and len(cell) == 6):
            raise BadCell(f"{column} is not a PIN code of six digits: {cell[:40]!r}")
        return cell


@dataclass(slots=True)
class Folder:
    """The folder of files, and the faults found in them so far."""

    path: Path
    faults: list[Fault] = field(default_factory=list)

    def table(
        self,
        name: str,
        columns: Sequence[str],
        parse: Callable[[Row], tuple[Key, Value]],
        merge: Callable[[Value, Value], Value] | None = None,
    ) -> dict[Key, Value]:
        """The rows of one file by key. A key that comes twice is a fault unless `merge` says what to do."""
        found: dict[Key, Value] = {}
        for line, row in self._rows(name, columns):
            try:
                key, value = parse(row)
                if key in found:
                    value = _merged(found[key], value, merge, key)
                found[key] = value
            except BadCell as bad:
                self.faults.append(Fault(name, line, str(bad)))
        return found

    def refuse_faults(self) -> None:
        """Raise GeographyRefused when any line was bad."""
        if self.faults:
            raise GeographyRefused(self.faults)

    def _rows(self, name: str, columns: Sequence[str]) -> Iterator[tuple[int, Row]]:
        reader = csv.reader(io.StringIO(self._text(name), newline=""))
        try:
            header = next(reader, [])
            if missing := [column for column in columns if column not in header]:
                self.faults.append(Fault(name, 1, f"no column {', '.join(missing)}"))
                return
            for cells in reader:
                if len(cells) == len(header):
                    yield reader.line_num, Row(dict(zip(header, cells)))
                elif cells:
                    what = f"{len(cells)} cells where the heading has {len(header)}"
                    self.faults.append(Fault(name, reader.line_num, what))
        except csv.Error as bad:
            self.faults.append(Fault(name, reader.line_num, str(bad)))

    def _text(self, name: str) -> str:
        """The file's text. Lines that are not UTF-8 become faults, and empty, so that the others are read."""
        try:
            content = (self.path / name).read_bytes()
        except OSError as bad:
            self.faults.append(Fault(name, 0, bad.strerror or "cannot be read"))
            return ""
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return "\n".join(self._lines(name, content))

    def _lines(self, name: str, content: bytes) -> Iterator[str]:
        for line, raw in enumerate(content.split(b"\n"), 1):
            try:
                yield raw.decode("utf-8-sig")
            except UnicodeDecodeError:
                self.faults.append(Fault(name, line, "not UTF-8"))
                yield ""


def _merged(old: Value, new: Value, merge: Callable[[Value, Value], Value] | None, key: Hashable) -> Value:
    if merge is None:
        raise BadCell(f"{key} comes twice")
    return merge(old, new)
