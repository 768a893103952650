"""How the report pages write a length of time."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def minutes(value: float | None) -> str:
    """Minutes in words: "12 min", from two hours on "3 h 20 min"; a dash for none."""
    if value is None:
        return "–"
    whole = int(value + 0.5)
    if whole < 120:
        return _("%(minutes)d min") % {"minutes": whole}
    return _("%(hours)d h %(minutes)d min") % {"hours": whole // 60, "minutes": whole % 60}
