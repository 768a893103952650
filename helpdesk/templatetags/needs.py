"""The picture of a need, drawn by us where we can: the fonts of cheap phones lack many signs."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

# The symbols of static/needs.svg, named by the needs' codes.
DRAWN = frozenset(
    ["oxygen", "ventilator", "icu", "bed", "ambulance", "plasma", "blood", "medicine", "doctor", "testing", "vaccine"]
    + ["food", "transport", "funeral", "other"]
)
_ICON = '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'
_PICTURE = (
    '<span class="need-icon" aria-hidden="true">'
    '<svg class="icon" focusable="false"><use href="{}#{}"></use></svg></span>'
)


@register.simple_tag
def icon(name: str) -> SafeString:
    """`{% icon "user" %}`: what components/icon.html draws, for where many are drawn; it is ten times as quick."""
    return format_html(_ICON, static("icons.svg"), name)


@register.simple_tag
def need_picture(code: str, sign: str = "") -> SafeString:
    """`{% need_picture need.code need.icon %}`; a need the office has added itself shows the sign it was given."""
    if code not in DRAWN:
        return format_html('<span class="need-icon" aria-hidden="true">{}</span>', sign or "+")
    return format_html(_PICTURE, static("needs.svg"), code)
