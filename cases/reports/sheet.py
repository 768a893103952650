"""The sheet of a day: figures with names, order, ranks and the address of the cases behind each number."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cases.filters import NONE
from cases.models import Need
from cases.reports.figures import BLOCK, NEED, OFFICER, WHOLE, Day, Key, Tallies, Tally, count, filters_of
from districts.models import Block, Officer

# Below this a median says more about chance than about an office: it is shown with its n and never ranked.
RANK_FROM = 10

CUTS: dict[str, tuple[Promise | str, Promise | str, Promise | str]] = {
    BLOCK: (
        _("By block"),
        _("Where help is asked for and where it is late; the latest stand first."),
        pgettext_lazy("block", "Block not known"),
    ),
    NEED: (_("By need"), _("What people ask for and which kind of help takes longest."), ""),
    OFFICER: (
        _("By officer"),
        _("Who holds how many cases now, and how soon people were answered and helped."),
        pgettext_lazy("officer", "Nobody yet"),
    ),
}


@dataclass(frozen=True, slots=True)
class Name:
    """What a line is called in both scripts, and what stands small below (a block's district)."""

    name: str
    name_hi: str = ""
    below: str = ""
    below_hi: str = ""

    @property
    def label(self) -> str:
        """In the reader's language."""
        return self.name_hi if self.name_hi and get_language() == "hi" else self.name

    @property
    def below_label(self) -> str:
        """The small line in the reader's language."""
        return self.below_hi if self.below_hi and get_language() == "hi" else self.below


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its name, its figures, and per figure the query of the list behind it."""

    key: Key
    name: Name
    tally: Tally
    queries: dict[str, str]
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One cut of the day."""

    cut: str
    title: Promise | str
    sentence: Promise | str
    lines: list[Line]

    @property
    def with_closings(self) -> bool:
        """Officers answer for how their cases were closed."""
        return self.cut == OFFICER

    @property
    def ranked(self) -> int:
        """How many lines have enough cases to be compared."""
        return sum(line.rank is not None for line in self.lines)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything page and CSV show of a day."""

    day: Day
    at: datetime
    whole: Line
    tables: list[Table]


def draw_up(officer: Officer, day: Day, at: datetime) -> Sheet:
    """The sheet of a day for an officer; figures in five queries, names in three more."""
    tallies = count(officer, day, at)
    whole = _line(WHOLE, None, Name(gettext("All")), tallies[WHOLE, None], day)
    return Sheet(day, at, whole, [_table(cut, tallies, day) for cut in CUTS])


def _table(cut: str, tallies: Tallies, day: Day) -> Table:
    names = _names(cut, tallies.keys_of(cut))
    lines = [_line(cut, key, name, tallies[cut, key], day) for key, name in names.items()]
    title, sentence, _nobody = CUTS[cut]
    return Table(cut, title, sentence, _in_order(_ranked(lines)))


def _line(cut: str, key: Key, name: Name, tally: Tally, day: Day) -> Line:
    own = {} if cut == WHOLE else {cut: NONE if key is None else str(key)}
    queries = {figure: urlencode(own | params) for figure, params in filters_of(day).items()}
    return Line(key, name, tally, queries)


def _ranked(lines: list[Line]) -> list[Line]:
    """With the place by median minutes to help among those with enough cases; equals share a place."""
    enough = sorted(line.tally.help or 0 for line in lines if len(line.tally.helps) >= RANK_FROM)
    return [
        Line(line.key, line.name, line.tally, line.queries, enough.index(line.tally.help or 0) + 1)
        if len(line.tally.helps) >= RANK_FROM
        else line
        for line in lines
    ]


def _in_order(lines: list[Line]) -> list[Line]:
    """Where somebody waits longest in vain first."""
    return sorted(
        lines, key=lambda line: (-line.tally.late, -line.tally.open, -line.tally.received, line.name.name.lower())
    )


def _names(cut: str, keys: list[Key]) -> dict[Key, Name]:
    known: list[Key] = [key for key in keys if key is not None]
    names: dict[Key, Name] = dict(_READERS[cut](known))
    if len(known) < len(keys):
        names[None] = _in_both(CUTS[cut][2])
    return names


def _in_both(text: Promise | str) -> Name:
    with override("en"):
        english = str(text)
    with override("hi"):
        return Name(english, str(text))


def _blocks(keys: list[Key]) -> dict[Key, Name]:
    blocks = Block.objects.select_related("district").in_bulk(keys)
    return {
        key: Name(block.name, block.name_hi, block.district.name, block.district.name_hi)
        for key, block in blocks.items()
    }


def _needs(keys: list[Key]) -> dict[Key, Name]:
    return {key: Name(need.name, need.name_hi) for key, need in Need.objects.in_bulk(keys).items()}


def _officers(keys: list[Key]) -> dict[Key, Name]:
    officers = Officer.objects.only("username", "first_name", "last_name", "name_hi").in_bulk(keys)
    return {key: Name(str(officer), officer.name_hi) for key, officer in officers.items()}


_READERS = {BLOCK: _blocks, NEED: _needs, OFFICER: _officers}
