"""One batch opens cases at a time, so that two workers cannot open two cases for one phone."""

from django.db import connection

# Any constant will do; it names this gate among PostgreSQL's advisory locks.
_GATE = 7_245_241


def pass_gate() -> None:
    """Wait for the gate and hold it until the transaction ends.

    SQLite's immediate transactions already let one writer in at a time.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_GATE])
