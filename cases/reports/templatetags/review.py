"""How the list of review sheets says what stands on one."""

from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.reports.review.laying import heading

register = template.Library()


@register.simple_tag
def review_line(row: dict[str, Any]) -> dict[str, Any]:
    """A sheet's title and three of its figures in words."""
    open_now, late_now = (row["figures"][name][0] or 0 for name in ("open_now", "late_now"))
    misses = row["misses"] or 0
    return {
        "title": heading(row["time"], row["held_at"]),
        "open": _("%(n)d open") % {"n": open_now},
        "late": _("%(n)d late") % {"n": late_now},
        "is_late": bool(late_now),
        "misses": ngettext("%(n)d broken promise", "%(n)d broken promises", misses) % {"n": misses},
    }
