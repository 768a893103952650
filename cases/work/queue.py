"""Journey 4: the officer's queue: its three tabs, its figures, and how a poll knows that nothing changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Count, Max, Q
from django.utils.translation import pgettext_lazy

from cases import access
from cases.models import Case, CaseQuerySet
from cases.workflow import UNOWNED, Move
from districts.models import Officer, Role

PAGE = 50
MOST = 500
SOON = timedelta(minutes=10)


class Tab(models.TextChoices):
    """What a queue shows: what I hold, what my places hold, what nobody holds surely."""

    MINE = "mine", pgettext_lazy("tab", "Mine")
    AREA = "area", pgettext_lazy("tab", "My area")
    REVIEW = "review", pgettext_lazy("tab", "To sort out")


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one tab: how many are open, past their time, and due within ten minutes; `changed` the newest change."""

    total: int
    late: int
    soon: int
    changed: datetime | None

    @property
    def rest(self) -> int:
        """Neither late nor due soon."""
        return self.total - self.late - self.soon

    @property
    def token(self) -> str:
        """Differs as soon as the tab would look different: a case comes, goes, changes, or its time runs out."""
        newest = int(self.changed.timestamp() * 1_000_000) if self.changed else 0
        return f"{newest:x}.{self.total}.{self.late}.{self.soon}"


@dataclass(frozen=True, slots=True)
class Queue:
    """What the desk draws."""

    tab: Tab
    cases: list[Case]
    figures: Figures
    shown: int

    @property
    def has_more(self) -> bool:
        """Whether 'show more' has more to show."""
        return self.figures.total > self.shown and self.shown < MOST

    @property
    def next_shown(self) -> int:
        """How many 'show more' asks for."""
        return min(self.shown + PAGE, MOST)


def first_tab(officer: Officer) -> Tab:
    """Where the officer's day starts: the control room sorts, who oversees looks at the area, the others work."""
    held = access.roles(officer)
    if Role.OPERATOR in held:
        return Tab.REVIEW
    return Tab.MINE if access.may_somewhere(officer, Move.ACKNOWLEDGE) and Role.COLLECTOR not in held else Tab.AREA


def chosen_tab(text: str, officer: Officer) -> Tab:
    """The tab named in the address, else the officer's first one."""
    return Tab(text) if text in Tab.values else first_tab(officer)


def chosen_count(text: str) -> int:
    """How many cards are asked for, in whole pages."""
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else PAGE
    return min(max(asked, PAGE), MOST)


def cases_of(tab: Tab, officer: Officer) -> CaseQuerySet:
    """The open cases of a tab; every one answered from a partial index of open cases."""
    seen = Case.objects.visible_to(officer).open()
    if tab is Tab.MINE:
        return seen.filter(officer=officer)
    return seen.filter(status__in=UNOWNED) if tab is Tab.REVIEW else seen


def figures_of(tab: Tab, officer: Officer, at: datetime) -> Figures:
    """One query over the tab's open cases."""
    return Figures(
        **cases_of(tab, officer).aggregate(
            total=Count("pk"),
            late=Count("pk", filter=Q(next_due_at__lt=at)),
            soon=Count("pk", filter=Q(next_due_at__gte=at, next_due_at__lt=at + SOON)),
            changed=Max("updated_at"),
        )
    )


def tab_counts(officer: Officer) -> dict[str, int]:
    """How many cases stand under each tab; one query."""
    counts = Case.objects.visible_to(officer).open().aggregate(
        mine=Count("pk", filter=Q(officer=officer)),
        area=Count("pk"),
        review=Count("pk", filter=Q(status__in=UNOWNED)),
    )  # fmt: skip
    return {str(tab): int(count) for tab, count in counts.items()}


def queue_of(tab: Tab, officer: Officer, at: datetime, shown: int = PAGE) -> Queue:
    """The first `shown` cases of a tab, what is due first on top; two queries."""
    figures = figures_of(tab, officer, at)
    return Queue(tab, list(cases_of(tab, officer).by_clock().for_cards()[:shown]), figures, shown)
