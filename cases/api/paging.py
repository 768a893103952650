"""Pages of a list by cursor: stable while new cases arrive, as quick on the thousandth page as on the first."""

from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

_YEARS = range(2000, 2200)


class ByOpening(CursorPagination):
    """Newest plea first; `limit` up to 200 a page (more is cut to 200)."""

    ordering = ("-opened_at", "-pk")
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The cursor; one that was made up rather than received is "not found", like a malformed one."""
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and not _is_moment(str(cursor.position)):
            raise NotFound(self.invalid_cursor_message)
        return cursor


def _is_moment(position: str) -> bool:
    """A time with its offset, as this class writes it, of a year that a case can have."""
    try:
        moment = parse_datetime(position)
    except ValueError:
        return False
    return moment is not None and moment.tzinfo is not None and moment.year in _YEARS
