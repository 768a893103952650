"""What every page's frame shows: the office, its emblem and its helpline."""

from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, str]:
    """The office's names in both scripts, the helpline and the emblem's address ('' for none)."""
    return {
        "office_name": settings.OFFICE_NAME,
        "office_name_hi": settings.OFFICE_NAME_HI,
        "helpline": settings.HELPLINE,
        "emblem_url": settings.EMBLEM_URL,
    }
