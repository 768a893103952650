"""How every page says time and telephone numbers: the clock of a case, ages, moments, masked phones."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

register = template.Library()

DUE_SOON = 0.8  # of the promised time; from there on the clock says "due soon"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_STEPS = ((90 * _MINUTE, _MINUTE, "min"), (36 * _HOUR, _HOUR, "hours"), (None, _DAY, "days"))
# The script that ticks the clocks gets these same words, so that page and script never differ.
_WORDS: dict[str, Any] = {
    "left-moment": gettext_lazy("under 1 min left"),
    "late-moment": gettext_lazy("just late"),
    "ago-moment": gettext_lazy("just now"),
    "left-min": gettext_lazy("{n} min left"),
    "left-hours": gettext_lazy("{n} h left"),
    "left-days": gettext_lazy("{n} days left"),
    "late-min": gettext_lazy("{n} min late"),
    "late-hours": gettext_lazy("{n} h late"),
    "late-days": gettext_lazy("{n} days late"),
    "ago-min": gettext_lazy("{n} min ago"),
    "ago-hours": gettext_lazy("{n} h ago"),
    "ago-days": gettext_lazy("{n} days ago"),
}
_TOOK: dict[str, Any] = {
    "min": gettext_lazy("Solved in {n} min"),
    "hours": gettext_lazy("Solved in {n} h"),
    "days": gettext_lazy("Solved in {n} days"),
}
_CHANNELS: dict[str, Callable[[], str]] = {
    "x": lambda: "X",
    "web": lambda: _("web form"),
    "phone": lambda: _("telephone"),
    "paste": lambda: _("pasted"),
    "api": lambda: _("another helpline"),
}


@dataclass(frozen=True, slots=True)
class Clock:
    """What components/clock.html draws. `start` and `due` in Unix seconds, `share` in percent of the promise."""

    state: str  # open, due, late: it runs; solved, ended: it stands
    words: str
    iso: str
    exact: str
    start: int = 0
    due: int = 0
    share: int = 100

    @property
    def runs(self) -> bool:
        """Whether the script has to tick it."""
        return self.state in {"open", "due", "late"}

    @property
    def shapes(self) -> tuple[str, ...]:
        """The shapes it may need: all that a running clock can still become."""
        return ("due", "late") if self.runs else (self.state,) if self.state == "solved" else ()


def _amount(seconds: float) -> tuple[int, str]:
    """Whole minutes below 90 minutes, hours below 36 hours, else days; always rounded down."""
    for below, size, unit in _STEPS:
        if below is None or seconds < below:
            return int(seconds // size), unit
    raise AssertionError("the last step has no limit")


def _say(kind: str, seconds: float) -> str:
    if seconds < _MINUTE:
        return str(_WORDS[f"{kind}-moment"])
    number, unit = _amount(seconds)
    return str(_WORDS[f"{kind}-{unit}"]).format(n=number)


def _exact(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


def clock_of(case: Any, at: datetime) -> Clock:
    """The clock of a case: running towards `next_due_at`, or standing at when it was solved or ended."""
    if case.is_open:
        return _running(case.opened_at, case.next_due_at, at)
    if case.resolved_at is None:
        when = case.closed_at or case.updated_at
        return Clock("ended", case.get_status_display(), when.isoformat(), _exact(when))
    number, unit = _amount(max((case.resolved_at - case.opened_at).total_seconds(), 0))
    return Clock("solved", str(_TOOK[unit]).format(n=number), case.resolved_at.isoformat(), _exact(case.resolved_at))


def _running(start: datetime, due: datetime, at: datetime) -> Clock:
    left = (due - at).total_seconds()
    whole = max((due - start).total_seconds(), 1.0)
    share = (whole - left) / whole
    state = "late" if left < 0 else "due" if share >= DUE_SOON else "open"
    words = _say("late", -left) if left < 0 else _say("left", left)
    exact = _("Promised by %(time)s") % {"time": _exact(due)}
    percent = round(min(max(share, 0.0), 1.0) * 100)
    return Clock(state, words, due.isoformat(), exact, int(start.timestamp()), int(due.timestamp()), percent)


@register.inclusion_tag("components/clock.html", name="clock")
def draw_clock(case: Any) -> dict[str, Clock]:
    """`{% clock case %}`: '12 min left', '8 min late', 'Solved in 24 min', with a thin bar."""
    return {"clock": clock_of(case, timezone.now())}


def age_words(when: datetime, at: datetime) -> str:
    """'just now', '18 min ago', '3 h ago', '2 days ago'."""
    return _say("ago", (at - when).total_seconds())


@register.filter
def age(when: datetime) -> SafeString:
    """How long ago, as a <time> that says the exact moment on hover and goes on ticking."""
    words = age_words(when, timezone.now())
    return format_html(
        '<time class="age" data-age="{}" datetime="{}" title="{}">{}</time>',
        int(when.timestamp()), when.isoformat(), _exact(when), words,
    )  # fmt: skip


@register.filter
def moment(when: datetime) -> str:
    """'18:40' today, else '22-11-2026 18:40'; in Asia/Kolkata."""
    local = timezone.localtime(when)
    if local.date() == timezone.localdate():
        return date_format(local, "TIME_FORMAT")
    return date_format(local, "DATETIME_FORMAT")


@register.filter
def minutes(length: timedelta | None) -> str:
    """A length of time in whole minutes, '–' for none."""
    return "–" if length is None else str(int(length.total_seconds() // _MINUTE))


@register.filter
def mask_phone(number: str) -> str:
    """A telephone number as lists show it: only its last three digits."""
    return "•" * max(len(number) - 3, 0) + number[-3:]


@register.filter
def channel_word(channel: str) -> str:
    """A channel's name for the reader."""
    return _CHANNELS[channel]() if channel in _CHANNELS else channel


@register.simple_tag
def epoch_now() -> int:
    """The server's time in Unix seconds: a cheap phone's clock is often wrong."""
    return int(timezone.now().timestamp())


@register.simple_tag
def clock_words() -> SafeString:
    """The words for clock.js as data-* attributes."""
    pairs = [format_html('data-{}="{}"', key, str(words)) for key, words in _WORDS.items()]
    return SafeString(" ".join(pairs))


@register.simple_tag
def helpline_number() -> str:
    """The helpline, for pages drawn without the frame's context."""
    return str(settings.HELPLINE)
