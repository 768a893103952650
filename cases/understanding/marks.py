"""Understanding, step 4: what the words around a figure tell about it, looked up once for ages and saturations."""

from functools import cache

from cases.understanding.lexicon import Hit, ordinary_words, rows
from cases.understanding.text import Post
from districts.spelling import fold

Words = frozenset[str]
_COUNTING = ("count", "days", "weeks", "hours")
# Signs after a figure that end what is said of it: "(58) pe", "62, units".
_CLOSING = frozenset(".,;:)|\n]/।")


@cache
def kin() -> dict[str, str]:
    """Words for a person of the family, with f or m."""
    return {fold(row["word"]): row["sex"] for row in rows("kin")}


@cache
def near() -> dict[str, Words]:
    """The words that stand beside figures, by what they tell there."""
    told: dict[str, set[str]] = {}
    for row in rows("figure_words"):
        told.setdefault(row["role"], set()).add(fold(row["word"]))
    return {role: frozenset(words) for role, words in told.items()}


@cache
def names(part: str) -> Words:
    """The parts of people's names: "given" or "family"."""
    return frozenset(fold(row["word"]) for row in rows("person_names") if row["part"] == part)


@cache
def _counting() -> Words:
    return frozenset().union(*(near()[role] for role in _COUNTING))


class Marks:
    """Where the listed words stand: `labels` of a saturation by start and by end, units by start, the rest as named."""

    __slots__ = (
        "age_ends", "age_starts", "label_ends", "label_starts", "months", "newborns", "reading_ends",
        "relations", "sexes", "somebody", "units", "years",
    )  # fmt: skip

    def __init__(self, relations: set[int]) -> None:
        """`relations`: the words after those that name a patient."""
        self.relations = relations
        self.label_starts: dict[int, int] = {}
        self.label_ends: dict[int, int] = {}
        self.age_starts: dict[int, int] = {}
        self.age_ends: set[int] = set()
        self.reading_ends: set[int] = set()
        self.years: dict[int, int] = {}
        self.months: dict[int, int] = {}
        self.sexes: set[int] = set()
        self.units: set[int] = set()
        self.newborns: list[int] = []
        self.somebody = False

    def note(self, hit: Hit) -> None:
        """Takes down one hit of the list `vitals`."""
        start, end, tag = hit
        if tag == "spo2":
            self.label_starts[start], self.label_ends[end] = end, start
        elif tag == "unit":
            self.units.add(start)
        elif tag == "reading":
            self.reading_ends.add(end)
        elif tag == "years":
            self.years[start] = end
        elif tag == "age":
            self.age_ends.add(end)
            self.age_starts[start] = end
        elif tag == "months":
            self.months[start] = end
        elif tag == "sex":
            self.sexes.add(start)
        elif tag == "newborn":
            self.newborns.append(start)


def marks_of(cues: list[Hit], relations: list[Hit]) -> Marks:
    """The marks of a post, from its hits of the list `vitals` and those that name a patient."""
    marks = Marks({hit.end for hit in relations})
    for hit in cues:
        marks.note(hit)
    return marks


def word(post: Post, at: int) -> str:
    """The word at a place, or '' beyond either end."""
    words = post.words
    return words[at] if 0 <= at < len(words) else ""


def closed(post: Post, at: int) -> bool:
    """Whether the post, the clause or the bracket ends right after a figure."""
    return at + 1 >= len(post.words) or post.before[at + 1][:1] in _CLOSING or post.clauses[at + 1] != post.clauses[at]


def following(post: Post, at: int) -> str:
    """The word that still belongs to a figure, or '' where a sign stands between."""
    return "" if closed(post, at) else post.words[at + 1]


def counted(post: Post, at: int, marks: Marks) -> bool:
    """40 patients, 5 litre, 12 days, 21 april: a figure that counts something."""
    if at + 1 >= len(post.words) or (post.before[at + 1] and set(post.before[at + 1]) & _CLOSING):
        return False
    if at in marks.label_ends and word(post, at + 2).isdecimal():
        return False  # "spo2 82 HR 98": the next reading, no hours
    return at + 1 in marks.units or at + 1 in marks.months or post.words[at + 1] in _counting()


def percent(post: Post, at: int) -> bool:
    """Whether a % or the word stands after the figure."""
    end = post.ends[at]
    return "%" in post.folded[end : end + 2] or word(post, at + 1) in near()["percent"]


def joined(post: Post, at: int, signs: str) -> bool:
    """Whether one of the signs ties the figure to another one: 99.5, 18/25, 20/4, 10:30."""
    signed = post.before
    if not signed[at] and not (at + 1 < len(signed) and signed[at + 1]):
        return False
    begin, end = post.starts[at], post.ends[at]
    after = post.folded[end : end + 2]
    if len(after) == 2 and after[0] in signs and after[1].isdecimal():
        return True
    return begin > 1 and post.folded[begin - 1] in signs and post.folded[begin - 2].isdecimal()


def falls_to(post: Post, at: int) -> bool:
    """Whether an arrow leads from the figure to the next one: 90 → 84."""
    if not word(post, at + 1).isdecimal():
        return False
    between = post.folded[post.ends[at] : post.starts[at + 1]].strip()
    return between in ("→", ">", "->", "-->", "=>", "➡", "&gt;")


def with_trend(post: Post, at: int) -> bool:
    """ "91 and steady", "84 and falling", "79 aur gir raha hai": only a saturation is said to do so."""
    if at + 2 >= len(post.words) or post.words[at + 1] not in near()["and"] or post.clauses[at] != post.clauses[at + 2]:
        return False
    said = post.words[at + 2]
    return said in near()["stuck"] or said in near()["fall"] or said == "still"


def is_person(post: Post, end: int, marks: Marks) -> bool:
    """Whether the words up to `end` name somebody a post can be about: father, neighbour, mother in law."""
    said = word(post, end - 1)
    roles = near()
    if said in roles["nobody"]:
        return False
    if said in kin() or said in roles["person"] or said in roles["child"] or end in marks.relations:
        return True
    return said in roles["capital_person"] and capital(post, end - 1)


def name_like(post: Post, at: int) -> bool:
    """Whether a word may be a person's name: a listed one, or one that stands in no list."""
    said = word(post, at)
    return (
        said in names("family")
        or said in names("given")
        or (len(said) > 2 and not said.isdecimal() and said not in ordinary_words())
    )


def capital(post: Post, at: int) -> bool:
    """Whether the citizen wrote the word with a capital, or in a script that has none."""
    first = post.original_words(at, at + 1)[:1]
    return first.isupper() or not first.isascii()


def same_clause(post: Post, one: int, other: int) -> bool:
    """Whether two words stand in one clause."""
    return post.clauses[one] == post.clauses[other]
