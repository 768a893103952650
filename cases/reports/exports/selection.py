"""Exports: which cases a file is of, the same at every slice; and the same choice in words."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.utils.text import capfirst
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import access
from cases.access import Act
from cases.filters import ME, NONE, CaseFilter, GroupFilter
from cases.models import Case, CaseQuerySet
from cases.reports.scopes import Choice
from cases.workflow import Move
from districts.models import Block, District, Officer, State

CASES, REPORT = "cases", "report"
NOT_UNDERSTOOD = gettext_lazy("This choice of cases was not understood. Choose again in the list of cases.")
NOT_BY_WORDS = gettext_lazy("A report cannot be of a search. Choose again in the list of cases, by its filters.")
_PLACES = ("state", "district", "block")
_NAMED: dict[str, Any] = {"state": State, "district": District, "block": Block, "officer": Officer}


class Refused(Exception):
    """The file cannot be asked for or made; `message` says why in the reader's language."""

    def __init__(self, message: Any) -> None:
        super().__init__(message)
        self.message = str(message)


class FilterAt(CaseFilter):
    """CaseFilter as one officer asked it at one moment: what is late or broken is judged as of then."""

    def __init__(self, query: str, officer: Officer, at: datetime) -> None:
        self.at = at
        request = HttpRequest()
        request.user = officer
        super().__init__(QueryDict(query), queryset=Case.objects.visible_to(officer), request=request)

    def filter_queryset(self, queryset: CaseQuerySet) -> CaseQuerySet:
        """Groups of cases by the moment of asking, all else as on the list."""
        for name, value in self.form.cleaned_data.items():
            asked = self.filters[name]
            if isinstance(asked, GroupFilter) and value in asked.groups:
                queryset = queryset.filter(asked.groups[value](self.at))
            else:
                queryset = asked.filter(queryset, value)
        return queryset

    @property
    def in_words(self) -> list[tuple[str, str]]:
        """What was chosen, as (filter, value) for people; nothing means all cases of one's places."""
        given = {name: str(self.data[name]) for name in self.filters if self.data.get(name)}
        return [(capfirst(str(self.filters[name].label)), self._word(name, value)) for name, value in given.items()]

    def _word(self, name: str, value: str) -> str:
        if value in (NONE, ME):
            return _("none") if value == NONE else _("me")
        given = self.form.cleaned_data.get(name)
        if isinstance(given, datetime):
            return f"{localtime(given):%d-%m-%Y %H:%M}"
        if name in _NAMED:
            return self._name(name, value)
        return str(dict(_choices(self.form.fields[name])).get(value, value))

    def _name(self, name: str, value: str) -> str:
        """Of a place, or of an officer who holds a case that the reader sees; of others the number."""
        if not value.isdecimal() or len(value) > 9:
            return value
        if name == "officer" and not self.queryset.filter(officer=int(value)).exists():
            return value
        found = _NAMED[name].objects.filter(pk=int(value)).first()
        return str(found.label if found else value)


def _choices(field: Any) -> Iterator[tuple[str, str]]:
    for value, label in getattr(field, "choices", ()):
        yield str(value), capfirst(str(label))


def asked_of(given: QueryDict) -> str:
    """The parameters of `CaseFilter` in an address, in a fixed order and nothing else."""
    return urlencode({name: given[name] for name in CaseFilter.base_filters if given.get(name)})


def narrowing_of(query: str) -> str:
    """The part of it that says more than where: a report has a place of its own."""
    given = QueryDict(query)
    kept = {name: given[name] for name in CaseFilter.base_filters if given.get(name)}
    return urlencode({name: value for name, value in kept.items() if name not in _PLACES or not value.isdecimal()})


def choice_of(query: str, officer: Officer, at: datetime) -> Choice | None:
    """The cases that a report is of, where its query says more than a place and days. Raises Refused."""
    narrowed = narrowing_of(query)
    if not narrowed:
        return None
    asked = FilterAt(narrowed, officer, at)
    if not asked.is_valid():
        raise Refused(NOT_UNDERSTOOD)
    if "q" in asked.data:  # a search looks among the newest cases only: a report would miss the others
        raise Refused(NOT_BY_WORDS)
    return Choice(asked.found.filter(received_at__lte=at), tuple(asked.in_words))


def cases_of(query: str, officer: Officer, at: datetime) -> CaseQuerySet:
    """The cases that fit and were here when the file was asked for, oldest entry first."""
    found = FilterAt(query, officer, at).found
    return found.filter(received_at__lte=at).order_by("pk")


def count_up_to(query: str, officer: Officer, most: int) -> int:
    """How many cases a page says there are; counting stops at `most`."""
    if query:
        return cases_of(query, officer, now()).order_by().values("pk")[:most].count()
    # All of one's places: each has an index in this order, so that no more is read than is counted.
    count = 0
    for part in Case.objects.visible_in_parts(officer):
        count += part.filter(received_at__lte=now()).order_by("-opened_at").values("pk")[: most - count].count()
    return count


def may_take(officer: Officer) -> bool:
    """Whether the officer may take lists out of the system."""
    return access.does(officer, Act.EXPORT)


def may_take_persons(officer: Officer) -> bool:
    """Whether names and numbers may be among them: whoever works cases; line by line it is asked again."""
    return access.may_somewhere(officer, Move.NOTE)


def mark_of(officer: Officer) -> str:
    """A mark of the places one is posted to today: a file made for others is not given out."""
    held = {(one.role, one.state_id, one.district_id or 0, one.block_id or 0) for one in access.postings(officer)}
    return blake2b(repr((officer.is_superuser, sorted(held))).encode(), digest_size=6).hexdigest()
