"""Journey 4: the officer's queue by the clock, in bounded time: how much of it, in which groups, and has it changed.

Whatever the size of the area, a page reads one page of index entries and counts up to `CAP`: nobody reads further,
and a state's desk with fifty thousand open cases costs what a block's costs.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from hashlib import blake2b
from operator import add, attrgetter
from typing import Any, cast

from django.db import models
from django.db.models import IntegerField, Subquery
from django.db.models.expressions import Combinable
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases import access
from cases.filters import CaseFilter
from cases.models import Case, CaseQuerySet
from cases.work.paging import due_mark, later_due, mark
from cases.workflow import UNANSWERED, UNOWNED, Move, Urgency
from districts.models import Officer, Role

PAGE = 25
CAP = 1000  # counting stops here
SOON = timedelta(minutes=10)
JUST_IN = timedelta(minutes=30)
MOST_JUST_IN = 5
# What a queue can be narrowed by; the names are those of CaseFilter, so that the same choice works on the list.
NARROWED_BY = ("need", "status", "urgency", "district", "block")


class Tab(models.TextChoices):
    """What a queue shows: what I hold, what my places hold, what nobody holds surely."""

    MINE = "mine", pgettext_lazy("tab", "Mine")
    AREA = "area", pgettext_lazy("tab", "My area")
    REVIEW = "review", pgettext_lazy("tab", "To sort out")


class Counted(Subquery):
    """How many rows a sliced queryset has, without leaving its slice."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()
    empty_result_set_value = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: a tab, what it is narrowed by, and the mark it starts after."""

    tab: Tab
    narrowed: dict[str, str] = field(default_factory=dict)
    after: str = ""

    def address(self, *, after: str = "", **changed: str) -> str:
        """The query string of this queue, from its beginning unless told otherwise."""
        given = QueryDict(mutable=True)
        given.update({"tab": self.tab.value, **self.narrowed, **changed} | ({"after": after} if after else {}))
        return given.urlencode()

    @property
    def query(self) -> str:
        """Of this very page."""
        return self.address(after=self.after)

    @property
    def first(self) -> str:
        """Of this queue's first page."""
        return self.address()


@dataclass(frozen=True, slots=True)
class Figures:
    """How many are past their time, due within ten minutes, and neither; each counted up to CAP."""

    late: int = 0
    soon: int = 0
    rest: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.late + self.soon + self.rest


@dataclass(frozen=True, slots=True)
class Group:
    """The cases of one page under one heading, and the way to its first one."""

    key: str
    word: Any
    count: int
    cases: list[Case]
    href: str

    @property
    def state(self) -> str:
        """The state whose colour and shape the figure bears, when there is anything in it."""
        return {"late": "late", "soon": "due"}.get(self.key, "") if self.count else ""


@dataclass(frozen=True, slots=True)
class Queue:
    """What the desk draws."""

    asked: Asked
    figures: Figures
    groups: list[Group]
    just_in: list[Case]
    next_mark: str
    token: str

    @property
    def tab(self) -> Tab:
        """Which tab it is."""
        return self.asked.tab

    @property
    def is_shown(self) -> bool:
        """Whether there is anything on this page."""
        return any(group.cases for group in self.groups)

    @property
    def next_query(self) -> str:
        """Of the next page; '' on the last."""
        return self.asked.address(after=self.next_mark) if self.next_mark else ""


def first_tab(officer: Officer) -> Tab:
    """Where the officer's day starts: the control room sorts, who oversees looks at the area, the others work."""
    held = access.roles(officer)
    if Role.OPERATOR in held:
        return Tab.REVIEW
    return Tab.MINE if access.may_somewhere(officer, Move.ACKNOWLEDGE) and Role.COLLECTOR not in held else Tab.AREA


def chosen_tab(text: str, officer: Officer) -> Tab:
    """The tab named in the address, else the officer's first one."""
    return Tab(text) if text in Tab.values else first_tab(officer)


def asked_of(given: QueryDict, officer: Officer) -> Asked:
    """What an address asks for; what is not understood is left out."""
    narrowed = {name: value for name in NARROWED_BY if (value := given.get(name, "").strip())}
    return Asked(chosen_tab(given.get("tab", ""), officer), narrowed, given.get("after", "")[:40])


def cases_of(tab: Tab, officer: Officer, cases: CaseQuerySet | None = None) -> list[CaseQuerySet]:
    """The open cases of a tab, in parts that share none; each is answered by the clock from one partial index."""
    if tab is Tab.MINE:
        return [Case.objects.visible_to(officer).open().filter(officer=officer)]
    parts = (Case.objects.open() if cases is None else cases).visible_in_parts(officer)
    return [part.filter(status__in=UNOWNED) for part in parts] if tab is Tab.REVIEW else parts


def narrowed(parts: list[CaseQuerySet], asked: Asked) -> list[CaseQuerySet]:
    """As far as the address narrows it; a filter that is not understood finds nothing, as on the list."""
    if not asked.narrowed:
        return parts
    given = QueryDict(mutable=True)
    given.update(asked.narrowed)
    return [CaseFilter(given, queryset=part).found for part in parts]


def _capped(parts: list[CaseQuerySet], **bounds: datetime) -> Combinable:
    """How many; each part up to CAP. Nothing but the clock is read, so that the index answers without the table."""
    counted = [Counted(part.filter(**bounds).order_by("next_due_at").values("next_due_at")[:CAP]) for part in parts]
    return reduce(add, counted)


def _count(officer: Officer, counts: dict[str, Combinable]) -> dict[str, int]:
    """Several counts in one statement, hung on the officer's own row."""
    found = Officer.objects.filter(pk=officer.pk).values_list(*counts.values()).first()
    return dict(zip(counts, found or [0] * len(counts), strict=True))


def figures_of(parts: list[CaseQuerySet], officer: Officer, at: datetime) -> Figures:
    """One query, whatever stands behind it."""
    soon = at + SOON
    counts = {
        "late": _capped(parts, next_due_at__lt=at),
        "soon": _capped(parts, next_due_at__gte=at, next_due_at__lt=soon),
        "rest": _capped(parts, next_due_at__gte=soon),
    }
    return Figures(**_count(officer, counts))


def tab_counts(officer: Officer) -> dict[str, int]:
    """How many cases stand under each tab; one query."""
    return _count(officer, {tab.value: _capped(cases_of(tab, officer)) for tab in Tab})


def first_of(parts: list[CaseQuerySet], after: str) -> list[Case]:
    """The first by the clock after the mark, and one more: the first of each part, and of those the first."""
    found = [case for part in parts for case in _bare(later_due(part, after).by_clock())[: PAGE + 1]]
    return sorted(found, key=attrgetter("next_due_at", "pk"))[: PAGE + 1]


def just_in(asked: Asked, officer: Officer, at: datetime) -> list[Case]:
    """Critical ones of the last half hour that nobody has acknowledged, the newest first.

    Their status says that they are open; asked in the words of the open cases' indexes as well, PostgreSQL would read
    one of those whole instead of the half hour.
    """
    fresh = Case.objects.filter(urgency=Urgency.CRITICAL, status__in=UNANSWERED, opened_at__gte=at - JUST_IN)
    parts = narrowed(cases_of(asked.tab, officer, fresh), asked)
    if asked.tab is Tab.MINE:
        parts = [part & fresh for part in parts]
    newest = [_bare(part.order_by("-opened_at", "-pk"))[:MOST_JUST_IN] for part in parts]
    found = [case for cases in newest for case in cases]
    return sorted(found, key=attrgetter("opened_at", "pk"), reverse=True)[:MOST_JUST_IN]


def _bare(cases: CaseQuerySet) -> CaseQuerySet:
    """What tells one look at a case from the next; what a card says is read once, for those that are shown."""
    return cases.only("pk", "updated_at", "next_due_at", "officer_id", "opened_at")


_SHOWN = attrgetter("pk", "updated_at", "next_due_at", "officer_id")


def token_of(shown: Iterable[Case], figures: Figures, fresh: Sequence[Case]) -> str:
    """Differs as soon as the page would look different: a case comes, goes, changes, or its time runs out."""
    seen = repr([*map(_SHOWN, shown), figures, *map(_SHOWN, fresh)])
    return blake2b(seen.encode(), digest_size=8).hexdigest()


def _read(asked: Asked, officer: Officer, at: datetime) -> tuple[list[Case], Figures, list[Case]]:
    parts = narrowed(cases_of(asked.tab, officer), asked)
    figures = figures_of(parts, officer, at)
    fits = figures.total <= PAGE and not asked.after
    return first_of(parts, asked.after), figures, [] if fits else just_in(asked, officer, at)


def token_now(asked: Asked, officer: Officer, at: datetime) -> str:
    """The token that the page would have now, for a poll."""
    return token_of(*_read(asked, officer, at))


def queue_of(asked: Asked, officer: Officer, at: datetime) -> Queue:
    """One page of the queue, what is due first on top."""
    shown, figures, fresh = _read(asked, officer, at)
    keys = {case.pk for case in shown[:PAGE]}
    drawn = Case.objects.visible_to(officer).for_cards().in_bulk(keys | {case.pk for case in fresh})
    cases = [drawn[case.pk] for case in shown[:PAGE] if case.pk in drawn]
    return Queue(
        asked,
        figures,
        _grouped([case for case in cases if case.next_due_at], figures, asked, at),
        [drawn[case.pk] for case in fresh if case.pk not in keys and case.pk in drawn],
        due_mark(shown[PAGE - 1]) if len(shown) > PAGE else "",
        token_of(shown, figures, fresh),
    )


def _grouped(cases: list[Case], figures: Figures, asked: Asked, at: datetime) -> list[Group]:
    """Under three headings; a heading without cases on this page leads to the page where they begin."""
    soon = at + SOON
    due: Callable[[Case], datetime] = lambda case: cast(datetime, case.next_due_at)  # noqa: E731  # open: it has one
    bounds = [
        ("late", _("Late"), figures.late, [case for case in cases if due(case) < at], ""),
        ("soon", _("Due in 10 min"), figures.soon, [case for case in cases if at <= due(case) < soon], mark(at, 0)),
        ("rest", _("The rest"), figures.rest, [case for case in cases if due(case) >= soon], mark(soon, 0)),
    ]
    return [
        Group(key, word, count, found, f"#{key}" if found else f"?{asked.address(after=start)}" if count else "")
        for key, word, count, found, start in bounds
    ]
