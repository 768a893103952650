"""Exports: how a file is called: on the page, on the officer's disk, in the book of disclosures."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.http import QueryDict
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from cases.models import Export
from cases.reports import reading
from cases.reports.exports.paper import period_in_words
from cases.reports.exports.selection import REPORT, FilterAt, Refused, choice_of, narrowing_of
from cases.reports.forms import AskForm
from districts.models import Officer

State = Export.State
_WORDS_KEPT_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Shown:
    """A file as the page shows it."""

    export: Export
    title: str
    chosen: str
    state: str
    word: str
    progress: str
    size: str
    is_under_way: bool
    is_moving: bool
    is_ready: bool


def all_shown(officer: Officer, exports: Iterable[Export]) -> list[Shown]:
    """What the page says of an officer's files.

    Which cases they are of is looked up once and kept: the page asks every two seconds how far they are.
    """
    rows = list(exports)
    keys = {export.pk: f"export-words:{get_language()}:{export.pk}" for export in rows}
    known: dict[str, str] = {}
    with suppress(RedisError, OSError):
        known = cache.get_many(keys.values())
    new = {keys[export.pk]: _chosen(export, officer) for export in rows if keys[export.pk] not in known}
    with suppress(RedisError, OSError):
        cache.set_many(new, _WORDS_KEPT_SECONDS)
    words = known | new
    is_counted = reading.counted_until() is not None
    return [_shown(export, words[keys[export.pk]], is_counted) for export in rows]


def _shown(export: Export, chosen: str, is_counted: bool) -> Shown:
    ready = export.state == State.DONE
    under_way = export.state in (State.QUEUED, State.RUNNING)
    begun = under_way and (export.state == State.RUNNING or export.written > 0)
    word = str(State.RUNNING.label if begun else State(export.state).label)
    waits = under_way and not is_counted and export.kind == REPORT and not narrowing_of(export.query)
    if waits:
        word = _("waits until the figures are counted")
    return Shown(
        export=export,
        title=_title(export),
        chosen=chosen,
        state={State.DONE: "solved", State.FAILED: "late", State.EXPIRED: ""}.get(State(export.state), "due"),
        word=word,
        progress=_progress(export) if under_way else _cases(export.written) if ready else "",
        size=filesizeformat(export.size) if ready else "",
        is_under_way=under_way,
        is_moving=begun and not waits,
        is_ready=ready,
    )


def _title(export: Export) -> str:
    form = Export.Form(export.form).label
    if export.kind == REPORT:
        return _("Report, %(form)s") % {"form": form}
    if export.with_persons:
        return _("Cases with names and numbers, %(form)s") % {"form": form}
    return _("Cases, %(form)s") % {"form": form}


def _chosen(export: Export, officer: Officer) -> str:
    """Of which cases or which place and days it is."""
    if export.kind == REPORT:
        form = AskForm(officer, QueryDict(export.query), at=export.asked_at)
        if not form.is_valid():
            return ""
        told = f"{form.asked.scope.label}, {period_in_words(form.asked.period)}"
        with suppress(Refused):
            if only := choice_of(export.query, officer, export.asked_at):
                return f"{told}; {only}"
        return told
    asked = FilterAt(export.query, officer, export.asked_at)
    pairs = asked.in_words if asked.is_valid() else []
    return "; ".join(f"{word}: {value}" for word, value in pairs) or _("all cases of your places")


def _progress(export: Export) -> str:
    if export.total is None:
        return ""
    numbers = {"written": f"{min(export.written, export.total):,}", "total": f"{export.total:,}"}
    return _("%(written)s of %(total)s cases") % numbers


def _cases(count: int) -> str:
    return ngettext("%(cases)s case", "%(cases)s cases", count) % {"cases": f"{count:,}"}


def file_name(export: Export) -> str:
    """'sahayata-cases-26-11-2026-0747.csv': tells the moment of which it is, and nothing of whom."""
    return f"sahayata-{export.kind}-{_stamp(export.asked_at)}.{export.form}"


def detail_of(export: Export) -> str:
    """As the book of disclosures tells it: kind, whether with persons, which cases."""
    persons = " +names +phones" if export.with_persons else ""
    return f"{export.kind}.{export.form}{persons} ?{export.query}"


def _stamp(at: datetime) -> Any:
    return f"{timezone.localtime(at):%d-%m-%Y-%H%M}"
