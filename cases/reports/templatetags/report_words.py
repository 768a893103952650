"""How the report pages write a length of time, and a number with the list of its cases behind it.

Tags rather than included templates: a state's page has a thousand numbers, and these take a tenth of the time.
"""

from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()
_COUNT, _MINUTES = "count", "minutes"
_TICKS = {"h": "%d-%m %H:%M", "d": "%d-%m-%Y", "m": "%m-%Y"}


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


@register.filter
def shown(value: float | None, unit: str) -> str:
    """A figure's value in its unit: a count, a length of time, a share; a dash for none."""
    if unit == _MINUTES or value is None:
        return minutes(value)
    return f"{int(value)}" if unit == _COUNT else f"{value:.0f}%"


@register.filter
def of_tally(measure: Any, tally: Any) -> str:
    """A measure's value of a tally, written."""
    return shown(measure.of(tally), measure.unit)


@register.simple_tag
def figures_of(line: Any, table: Any) -> SafeString:
    """All cells of a table's line: each number opens the list of exactly its cases; a median says of how many it is."""
    return mark_safe("".join(_cell(measure, line, table) for measure in table.columns))  # noqa: S308 - escaped in parts


@register.simple_tag
def figure_of(measure: Any, line: Any, table: Any) -> SafeString:
    """One cell of it."""
    return mark_safe(_cell(measure, line, table))  # noqa: S308 - escaped in parts


@register.simple_tag
def handle_cells(one: Any, measures: list[Any]) -> SafeString:
    """The cells of a handle's line; no list of cases is behind them, for they count messages."""
    return mark_safe("".join(_handle_cell(measure, one) for measure in measures))  # noqa: S308 - escaped in parts


def _handle_cell(measure: Any, one: Any) -> str:
    text = str(escape(shown(measure.of(one), measure.unit)))
    if measure.unit == _MINUTES and one.answered:
        text += f' <span class="report-n">n={one.answered}</span>'
    wide = " report-wide" if measure.unit == _MINUTES else ""
    number = f'<span class="report-number">{text}</span>'
    return f'<td class="number{wide}" data-label="{escape(measure.label)}">{number}</td>'


@register.simple_tag
def heat_of(cells: list[tuple[int, int, str]]) -> SafeString:
    """The cells of a line of needs by place: count, shade, query."""
    shown = (f'<td class="number heat__{shade}">{count_of(count, query)}</td>' for count, shade, query in cells)
    return mark_safe("".join(shown))  # noqa: S308 - escaped in parts


@register.simple_tag
def count_of(cases: int, query: str) -> SafeString:
    """A count that opens its cases; a nought has none to open."""
    return mark_safe(_linked(cases, f"{_list(False)}?{query}", str(cases)))  # noqa: S308 - escaped in parts


@register.simple_tag
def query_of(asked: Any, **changed: str) -> str:
    """The page's question as a query string, with something changed."""
    return str(asked.query(**changed))


@register.simple_tag
def tick_of(moment: datetime, period: Any) -> str:
    """An hour, a day or a month of a chart's table, with its day where it is an hour."""
    return timezone.localtime(moment).strftime(_TICKS[period.grain])


@register.simple_tag
def address_of(card: Any) -> str:
    """Where the list behind a card's number is."""
    return _address(card.measure, card.query)


@register.simple_tag
def change_of(card: Any) -> str:
    """How a number stands to the period before, in words: "12 min less", "3 more"; '' where that says nothing."""
    if card.value is None or card.before is None:
        return ""
    by = card.value - card.before
    if abs(by) < 0.5:
        return _("as at the last review") if card.since_review else _("as before")
    return _change(by, card.since_review) % {"by": _amount(abs(by), card.measure.unit)}


def _change(by: float, since_review: bool) -> str:
    if since_review:
        return _("%(by)s more than at the last review") if by > 0 else _("%(by)s less than at the last review")
    return _("%(by)s more than before") if by > 0 else _("%(by)s less than before")


def _amount(by: float, unit: str) -> str:
    """A share moves by points: from 50% to 60% are 10 points, and a fifth more."""
    if unit == _MINUTES:
        return minutes(by)
    whole = round(by)
    return f"{whole}" if unit == _COUNT else ngettext("%(n)d point", "%(n)d points", whole) % {"n": whole}


def _address(measure: Any, query: str) -> str:
    return f"{_list(measure.clock == 'missed')}?{query}"


@cache
def _list(missed: bool) -> str:
    return reverse("misses" if missed else "case_list")


def _cell(measure: Any, line: Any, table: Any) -> str:
    """As a string: format_html and a template for each of a state's thousand numbers are half of the page's time."""
    cases = measure.size(line.tally)
    text = _written(measure, line.tally, cases)
    number = _linked(cases, _address(measure, table.query(measure, line)) if cases else "", text, _kind(measure))
    rank = _rank(line, table) if measure.name == "median_help" and line.rank and table.ranked > 1 else ""
    return f"{_opening(measure, len(table.columns))}<span>{number}{rank}</span></td>"


def _opening(measure: Any, columns: int) -> str:
    wide = " report-half" if columns <= 4 else "" if measure.unit == _COUNT else " report-wide"
    if measure.name in ("silent", "forced"):
        wide = " report-half"
    return _opened(wide, str(measure.label))


@lru_cache(maxsize=500)
def _opened(wide: str, label: str) -> str:
    return f'<td class="number{wide}" data-label="{escape(label)}">'


def _written(measure: Any, tally: Any, cases: int) -> str:
    if measure.unit == _COUNT:
        return _late(cases) if measure.name == "late_now" and cases else str(cases)
    if not cases:
        return "–"
    return f'{shown(measure.of(tally), measure.unit)} <span class="report-n">n={cases}</span>'


def _late(cases: int) -> str:
    icons = static("icons.svg")
    return f'<svg class="icon" aria-hidden="true" focusable="false"><use href="{icons}#late"></use></svg> {cases}'


def _kind(measure: Any) -> str:
    return " report-number--late" if measure.name == "late_now" else ""


def _rank(line: Any, table: Any) -> str:
    words = _("place %(rank)d of %(ranked)d") % {"rank": line.rank, "ranked": table.ranked}
    return f' <span class="report-rank">{escape(words)}</span>'


def _linked(cases: int, address: str, text: str, kind: str = "") -> str:
    """`text` is escaped already."""
    if not cases:
        return f'<span class="report-number soft">{text}</span>'
    href = address.replace("&", "&amp;")  # urlencoded: no other letter of it means anything to HTML
    return f'<a class="report-number{kind}" href="{href}" data-cases="{cases}">{text}</a>'
