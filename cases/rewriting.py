"""Beside the journey: columns of many rows, to each its own values, in one statement.

bulk_update asks for every column which of all rows it is (CASE WHEN): for the 200 cases of one chunk of the clock that
was half of the whole work under a profiler (bench/escalation_sweep.py).
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models


def rewrite(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Store these columns of rows of one table as they stand on the objects; the caller holds them locked.

    One statement however many: callers take their rows chunk by chunk (SQLite takes 32,766 values).
    """
    if not rows:
        return
    meta, quote = rows[0]._meta, connection.ops.quote_name
    key, columns = meta.pk, [meta.get_field(name) for name in names]
    table, place = quote(meta.db_table), f"({', '.join(['%s'] * (1 + len(columns)))})"
    # Both databases name the columns of VALUES column1, column2, ...
    changed = [f"{quote(_name(field))} = {_typed(field, number)}" for number, field in enumerate(columns, start=2)]
    sql = (
        f"UPDATE {table} SET {', '.join(changed)} FROM (VALUES {', '.join([place] * len(rows))}) AS given "  # noqa: S608 - names
        f"WHERE {table}.{quote(_name(key))} = {_typed(key, 1)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [_prepared(field, row) for row in rows for field in (key, *columns)])


def _name(field: Any) -> str:
    return str(field.column)


def _typed(field: Any, number: int) -> str:
    """PostgreSQL must be told the type of what may be all NULL; SQLite's own types are what the row has anyway."""
    value = f"given.column{number}"
    return f"CAST({value} AS {field.cast_db_type(connection)})" if connection.vendor == "postgresql" else value


def _prepared(field: Any, row: models.Model) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)
