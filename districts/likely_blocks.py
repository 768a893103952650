"""Where: the likely block of towns and quarters, for which the directory names a tehsil but no block.

Officers are posted by block. The district is known either way, so that a wrong guess costs a hand-over, not a journey
to the wrong office; where nothing speaks for one block the place keeps none, and the district's officer answers.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from districts.spelling import fold

# The share of a tehsil's post offices that must lie in one block. Of the tehsils of Chhattisgarh and Rajasthan that
# have a block of the same name, 135 of 165 have most of their post offices in just that block.
LEAST_SHARE = 2 / 3
GUESSED = frozenset({"town", "populated place", "locality"})
WITNESSES = frozenset({"town", "populated place", "post office locality"})

Named = tuple[int | None, str]


@dataclass(slots=True)
class LikelyBlocks:
    """What speaks for a block. Codes are LGD codes; names are told apart within their district."""

    blocks: dict[Named, int] = field(default_factory=dict)
    tehsils: dict[int, Named] = field(default_factory=dict)
    offices: dict[int, dict[int, float]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))
    places: dict[Named, set[int]] = field(default_factory=lambda: defaultdict(set))

    def add_blocks(self, blocks: Iterable[tuple[int, str, int]]) -> None:
        """(code, name, district) of every block."""
        self.blocks |= {(district, fold(name)): code for code, name, district in blocks}

    def add_tehsils(self, tehsils: Iterable[tuple[int, str, int | None]]) -> None:
        """(code, name, district) of every sub-district."""
        self.tehsils |= {code: (district, fold(name)) for code, name, district in tehsils}

    def add_offices(self, tehsil: int, block: int, offices: float) -> None:
        """So many post offices of the tehsil lie in the block."""
        self.offices[tehsil][block] += offices

    def of_tehsil(self, tehsil: int | None) -> int | None:
        """The block that has the tehsil's name, else the one with most of its post offices."""
        if tehsil is None:
            return None
        same = self.blocks.get(self.tehsils.get(tehsil, (None, "")))
        if same is not None or tehsil not in self.offices:
            return same
        block, most = max(self.offices[tehsil].items(), key=lambda item: (item[1], item[0]))
        return block if most >= LEAST_SHARE * sum(self.offices[tehsil].values()) else None

    def remember(self, district: int | None, name: str, block: int) -> None:
        """A town or post office whose block is known speaks for quarters and towns of its name in the district."""
        self.places[district, fold(name)].add(block)

    def of_name(self, district: int | None, name: str) -> int | None:
        """The block of the district's places of that name, when they agree."""
        found = self.places.get((district, fold(name)), set())
        return next(iter(found)) if len(found) == 1 and district is not None else None
