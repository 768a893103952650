"""Promised times: which row of the table applies to a case. Decisions only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.models import Promise

Minutes = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Promises:
    """The table of promised minutes, read once for a batch."""

    rows: dict[tuple[str, str | None, int | None], Minutes]

    @classmethod
    def load(cls) -> "Promises":
        """One query."""
        fields = ("urgency", "need_id", "district_id", "respond_minutes", "resolve_minutes")
        return cls(
            {(u, n, d): (respond, resolve) for u, n, d, respond, resolve in Promise.objects.values_list(*fields)}
        )

    def minutes(self, urgency: str, need: str, district: int | None) -> Minutes:
        """(to acknowledge, to resolve): by need in the district, else by district, by need, the default.

        Raises LookupError when an urgency has no default row: such a table promises nothing and must be mended.
        """
        for key in ((urgency, need, district), (urgency, None, district), (urgency, need, None), (urgency, None, None)):
            if key in self.rows:
                return self.rows[key]
        raise LookupError(f"No promised time for urgency {urgency!r}.")

    def times(self, opened_at: datetime, urgency: str, need: str, district: int | None) -> tuple[datetime, datetime]:
        """(respond_by, resolve_by), counted from the citizen's own time (law 3)."""
        respond, resolve = self.minutes(urgency, need, district)
        return opened_at + timedelta(minutes=respond), opened_at + timedelta(minutes=resolve)
