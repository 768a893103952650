"""How the report pages write a length of time, and a number with the list of its cases behind it.

Tags rather than included templates: a state's sheet has a thousand numbers, and these take a tenth of the time.
"""

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()


@register.filter
def minutes(value: float | None) -> str:
    """Minutes in words: "12 min", from two hours on "3 h 20 min", from two days on "5 days"; a dash for none."""
    if value is None:
        return "–"
    whole = int(value + 0.5)
    if whole < 120:
        return _("%(minutes)d min") % {"minutes": whole}
    if whole >= 48 * 60:
        return ngettext("%(days)d day", "%(days)d days", whole // 1440) % {"days": whole // 1440}
    return _("%(hours)d h %(minutes)d min") % {"hours": whole // 60, "minutes": whole % 60}


@register.simple_tag
def count_of(cases: int, query: str) -> SafeString:
    """A count that opens its cases; a nought has none to open."""
    return _linked(cases, query, str(cases))


@register.simple_tag
def late_count_of(cases: int, query: str) -> SafeString:
    """A count of late cases: shape and colour beside the column's word."""
    if not cases:
        return count_of(cases, query)
    shape = '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#late"></use></svg> {}'
    return _linked(cases, query, format_html(shape, static("icons.svg"), cases), " report-number--late")


@register.simple_tag
def median_of(value: float | None, cases: int, query: str) -> SafeString:
    """A median with its n, opening the cases it is of."""
    with_n = format_html('{} <span class="report-n">n={}</span>', minutes(value), cases)
    return _linked(cases, query, with_n if cases else "–")


def _linked(cases: int, query: str, shown: str, kind: str = "") -> SafeString:
    if not cases:
        return format_html('<span class="report-number soft">{}</span>', shown)
    link = '<a class="report-number{}" href="{}?{}" data-cases="{}">{}</a>'
    return format_html(link, kind, reverse("case_list"), query, cases, shown)
