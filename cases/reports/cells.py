"""Cells as rows: how sums are written to the rollups and read back."""

from datetime import UTC, datetime

from cases.models import Figure
from cases.reports.facts import COUNTERS, STAGES_TOLD, Cell, Sums

VERSION = 2  # another way of counting: the next run counts everything anew
SPREADS = ("spreads", "details")
COLUMNS = [*COUNTERS, *SPREADS]
Spreads = dict[str, dict[str, int]]


class OutOfStep(Exception):
    """The rollups do not hold what was counted in; counting anew mends them."""


def figure_of(cell: Cell, sums: Sums) -> Figure:
    """The row of a cell."""
    named = cell._asdict() | {"start": datetime.fromtimestamp(cell.start, UTC)}
    spreads, details = spreads_of(sums)
    return Figure(id=cell.number, spreads=spreads, details=details, **named, **sums.counts)


def spreads_of(sums: Sums) -> tuple[Spreads, Spreads]:
    """As they stand in the row, in two columns, since few read the second: steps are text in JSON, in order, so that
    equal contents are equal rows."""
    found: tuple[Spreads, Spreads] = {}, {}
    for stage in sorted(sums.spreads):
        spread = sums.spreads[stage]
        found[stage not in STAGES_TOLD][stage] = {str(step): spread[step] for step in sorted(spread)}
    return found


def sums_of(row: Figure, cell: Cell) -> Sums:
    """What stands in the row of this cell. Raises OutOfStep when another cell has the same number."""
    if (row.grain, row.level, row.cut, row.area, row.parent, row.start.timestamp(), row.key) != cell:
        raise OutOfStep(f"{row} and {cell} have the same number.")
    stored = row.spreads | row.details
    spreads = {stage: {int(step): n for step, n in spread.items()} for stage, spread in stored.items()}
    return Sums({name: getattr(row, name) for name in COUNTERS}, spreads)
