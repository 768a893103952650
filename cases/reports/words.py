"""Each chart's sentence: what it shows, in words, for who cannot or will not read the chart."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.reports.figures import MEASURES
from cases.reports.periods import Grain, Period
from cases.reports.reading import AGES, Tally
from cases.reports.tables import Table
from cases.reports.templatetags.report_words import minutes


def tick(moment: datetime, period: Period) -> str:
    """An hour as "14:00", a day as "22-11", a month as "11-2026"; where hours of several days stand side by side,
    midnight as its day."""
    local = timezone.localtime(moment)
    if period.grain == Grain.MONTH:
        return f"{local:%m-%Y}"
    is_day = period.grain == Grain.DAY or (_has_several_days(period) and not local.hour)
    return f"{local:%d-%m}" if is_day else f"{local:%H:%M}"


def _has_several_days(period: Period) -> bool:
    return timezone.localdate(period.start) != period.last_day


def note(name: str, size: int, tally: Tally) -> str:
    """What stands small below a number of the first rows."""
    if name == "open_now":
        return _("owing somebody help")
    if name == "late_now":
        return _("past a promised time")
    if not size and (name.startswith("median") or name.endswith("percent")):
        return _("none in this time")
    if name == "kept_percent":
        return _("%(kept)d of %(decided)d promises") % {"kept": tally["kept"], "decided": size}
    if name == "satisfied_percent":
        return ngettext("of %(n)d answer", "of %(n)d answers", size) % {"n": size}
    if name.startswith("median"):
        return ngettext("median of %(n)d case", "median of %(n)d cases", size) % {"n": size}
    return ""


def inflow(series: list[tuple[datetime, Tally]], period: Period) -> str:
    """How much came and went, and when most came."""
    came, went = sum(tally["received"] for _, tally in series), sum(tally["resolved"] for _, tally in series)
    if not came and not went:
        return _("No plea came and none was solved.")
    words = _("%(came)d came, %(went)d were solved.") % {"came": came, "went": went}
    most_at, most = max(series, key=lambda pair: pair[1]["received"])
    if not most["received"]:
        return words
    peaks = {
        Grain.HOUR: _("Most came at %(at)s: %(count)d."),
        Grain.DAY: _("Most came on %(at)s: %(count)d."),
        Grain.MONTH: _("Most came in %(at)s: %(count)d."),
    }
    peak = peaks[Grain(period.grain)]
    at = tick(most_at, period)
    if period.grain == Grain.HOUR and _has_several_days(period):
        at = f"{timezone.localtime(most_at):%d-%m %H:%M}"
    return f"{words} {peak % {'at': at, 'count': most['received']}}"


def stages(tally: Tally) -> str:
    """Which stage costs most."""
    parts = ("received", "assigned", "acknowledged", "resolved")
    known = {stage: value for stage in parts if (value := tally.median(stage)) is not None}
    if not known:
        return _("No stage has ended yet.")
    longest = max(known, key=lambda stage: known[stage])
    words = _("The longest stage: %(stage)s, half of the cases took %(minutes)s or less.")
    return words % {"stage": MEASURES[f"median_{longest}"].label, "minutes": minutes(known[longest])}


def age(number: int) -> str:
    """The name of one of `reading.AGES`."""
    names = (_("under 1 hour"), _("1 to 4 hours"), _("4 to 24 hours"), _("1 to 3 days"), _("over 3 days"))
    return names[number]


def ages(counts: list[int]) -> str:
    """How old the open cases are."""
    total, old = (
        sum(counts),
        sum(count for (youngest, _o), count in zip(AGES, counts, strict=True) if youngest >= timedelta(days=1)),
    )
    if not total:
        return _("No case is open.")
    if not old:
        return _("No open case is older than a day.")
    return ngettext("%(old)d open case is older than a day.", "%(old)d open cases are older than a day.", old) % {
        "old": old
    }


def needs(rows: list[tuple[str, list[int]]]) -> str:
    """What is asked for most."""
    total = sum(sum(counts) for _, counts in rows)
    if not total:
        return _("Nothing was asked for.")
    name, counts = rows[0]
    return _("Most asked for: %(need)s, %(share)d%% of all.") % {
        "need": name,
        "share": round(100 * sum(counts) / total),
    }


def hours(table: Table) -> str:
    """At which hour most pleas are made."""
    most = max(table.lines, key=lambda line: line.tally["received"])
    if not most.tally["received"]:
        return _("No plea came.")
    return _("Most pleas are made between %(hour)s:00 and %(hour)s:59.") % {"hour": most.key}
