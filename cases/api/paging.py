"""Pages of a list by cursor: stable while new cases arrive, as quick on the thousandth page as on the first."""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


class ByOpening(CursorPagination):
    """Newest plea first; `limit` up to 200 a page (more is cut to 200)."""

    ordering = ("-opened_at", "-pk")
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        """The page; a cursor that was made up rather than received is "not found", like a malformed one."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, OverflowError, ValidationError) as error:
            raise NotFound(self.invalid_cursor_message) from error
