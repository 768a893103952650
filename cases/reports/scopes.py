"""Which place figures are asked for: every state, one, a district, a block; never more than the officer's."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _

from cases import access
from cases.access import Act
from cases.filters import NONE
from cases.models import Case, Figure
from districts.models import Block, District, Officer, Posting, State

Level = Figure.Level
WHOLE = ""
_TEXT = re.compile(r"([sdb])([0-9]{1,9})\Z")
_COLUMN: dict[str, str] = {Level.STATE.value: "state", Level.DISTRICT.value: "district", Level.BLOCK.value: "block"}
_BELOW: dict[str, str] = {WHOLE: Level.STATE.value, "s": Level.DISTRICT.value, "d": Level.BLOCK.value}


@dataclass(frozen=True, slots=True)
class Choice:
    """Some of the cases, by any filter of the list: `cases` finds them, `words` say the filter: (name, value)."""

    cases: QuerySet[Case]
    words: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return "; ".join(f"{name}: {value}" for name, value in self.words)


@dataclass(frozen=True, slots=True)
class Scope:
    """A place: `level` is "" (every state), "s", "d" or "b", `area` its LGD code, `above` those it lies in, from the
    state down, `people` how many live there as far as somebody counted; `only` some of its cases (None: all)."""

    level: str = WHOLE
    area: int = 0
    name: str = ""
    name_hi: str = ""
    above: tuple["Scope", ...] = ()
    people: int | None = None
    only: Choice | None = field(default=None, compare=False)

    @property
    def label(self) -> str:
        """Its name in the reader's language."""
        if self.level == WHOLE:
            return _("All states")
        return self.name_hi if self.name_hi and get_language() == "hi" else self.name

    @property
    def text(self) -> str:
        """As it stands in addresses: "s22", "d375", "b3604"; "" for everything."""
        return f"{self.level}{self.area}" if self.level else ""

    @property
    def params(self) -> dict[str, str]:
        """The parameters of `CaseFilter` that find its cases."""
        return {_COLUMN[self.level]: str(self.area)} if self.level else {}

    @property
    def below(self) -> str:
        """The level of the places in it; "" for a block."""
        return _BELOW.get(self.level, "")

    @property
    def inside(self) -> Q:
        """What lies in it: cases, broken promises, postings (their columns have the same names)."""
        return Q(**{_COLUMN[self.level]: self.area}) if self.level else Q()

    @property
    def of_cases(self) -> Q:
        """Its cases, or those of them that are asked for."""
        return self.inside & Q(pk__in=self.only.cases.order_by().values("pk")) if self.only else self.inside

    @property
    def of_misses(self) -> Q:
        """The broken promises of these cases."""
        return self.inside & Q(case__in=self.only.cases.order_by().values("pk")) if self.only else self.inside

    @property
    def column_below(self) -> str:
        """The column of a case that says in which of the places below it lies; "" for a block."""
        return f"{_COLUMN[self.below]}_id" if self.below else ""

    def params_below(self, area: int) -> dict[str, str]:
        """What narrows the parameters to one of the places in it; 0: not known."""
        return {_COLUMN[self.below]: str(area) if area else NONE}


def scopes_of(officer: Officer, act: Act = Act.READ_REPORTS) -> list[Scope]:
    """The places whose figures (or wall) the officer may read, the widest first; [] when none."""
    if officer.is_superuser:
        return [Scope()]
    found: dict[tuple[str, int], Scope] = {}
    for posting in access.places_of(officer, act):
        scope = _of(posting.block or posting.district or posting.state)
        found[scope.level, scope.area] = scope
    order = list(_COLUMN)
    return sorted(found.values(), key=lambda scope: (order.index(scope.level), scope.name))


def scope_from(officer: Officer, text: str, act: Act = Act.READ_REPORTS) -> Scope | None:
    """The place asked for, the officer's widest when none is; None when it is not understood or not the officer's."""
    own = scopes_of(officer, act)
    if not text:
        return own[0] if own else None
    match = _TEXT.match(text)
    asked = _known(match[1], int(match[2])) if match else None
    if asked is None:
        return None
    lies_in = {(scope.level, scope.area) for scope in (*asked.above, asked)} | {(WHOLE, 0)}
    return asked if any((scope.level, scope.area) in lies_in for scope in own) else None


def _known(level: str, area: int) -> Scope | None:
    tables: dict[str, Any] = {"s": State.objects, "d": District.objects.select_related("state")}
    rows = tables.get(level, Block.objects.select_related("district__state"))
    found = rows.filter(pk=area).first()
    return _of(found) if found else None


def _of(area: State | District | Block) -> Scope:
    if isinstance(area, State):
        return Scope("s", area.pk, area.name, area.name_hi)
    above = _of(area.state) if isinstance(area, District) else _of(area.district)
    level = "d" if isinstance(area, District) else "b"
    return Scope(level, area.pk, area.name, area.name_hi, (*above.above, above))


def names_below(scope: Scope, areas: list[int]) -> dict[int, Scope]:
    """The places with these codes, one query; 0 and unknown codes are left out."""
    tables: dict[str, Any] = {"s": State.objects, "d": District.objects, "b": Block.objects}
    return _inside(scope, tables[scope.below].filter(pk__in=areas) if scope.below else [])


def _inside(scope: Scope, rows: Iterable[Any]) -> dict[int, Scope]:
    above = (*scope.above, scope) if scope.level else ()
    return {
        row.pk: Scope(scope.below, row.pk, row.name, row.name_hi, above, getattr(row, "population", None))
        for row in rows
    }


def all_below(scope: Scope) -> dict[int, Scope]:
    """Every place that lies in this one; of all states those with an office of ours."""
    tables: dict[str, Any] = {
        "s": State.objects.filter(pk__in=Posting.objects.values("state")),
        "d": District.objects.filter(state=scope.area, is_active=True),
        "b": Block.objects.filter(district=scope.area),
    }
    return _inside(scope, tables[scope.below].order_by("name") if scope.below else [])


def unknown_below(scope: Scope) -> Scope:
    """Where a case lies whose place within this one nobody knows yet."""
    return Scope(scope.below, 0, str(UNKNOWN[scope.below]), str(UNKNOWN[scope.below]))


UNKNOWN = {
    "s": pgettext_lazy("state", "State not known"),
    "d": pgettext_lazy("district", "District not known"),
    "b": pgettext_lazy("block", "Block not known"),
}
