"""Cells as rows: how sums are written to the rollups and read back."""

from datetime import UTC, datetime

from cases.models import Figure
from cases.reports.facts import COUNTERS, Cell, Sums

VERSION = 1  # another way of counting: the next run counts everything anew
COLUMNS = [*COUNTERS, "spreads"]


class OutOfStep(Exception):
    """The rollups do not hold what was counted in; counting anew mends them."""


def figure_of(cell: Cell, sums: Sums) -> Figure:
    """The row of a cell."""
    named = cell._asdict() | {"start": datetime.fromtimestamp(cell.start, UTC)}
    return Figure(id=cell.number, spreads=spreads_of(sums), **named, **sums.counts)


def spreads_of(sums: Sums) -> dict[str, dict[str, int]]:
    """As they stand in the row: steps are text in JSON, in order, so that equal contents are equal rows."""
    return {
        stage: {str(step): sums.spreads[stage][step] for step in sorted(sums.spreads[stage])}
        for stage in sorted(sums.spreads)
    }


def sums_of(row: Figure, cell: Cell) -> Sums:
    """What stands in the row of this cell. Raises OutOfStep when another cell has the same number."""
    if (row.grain, row.level, row.cut, row.area, row.parent, row.start.timestamp(), row.key) != cell:
        raise OutOfStep(f"{row} and {cell} have the same number.")
    spreads = {stage: {int(step): n for step, n in spread.items()} for stage, spread in row.spreads.items()}
    return Sums({name: getattr(row, name) for name in COUNTERS}, spreads)
