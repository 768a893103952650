"""Understanding, step 4b: the oxygen saturation: which figures tell it, and which of them is the lowest of today."""

from bisect import bisect_right
from typing import NamedTuple

from cases.understanding.ages import Age
from cases.understanding.levels import of_other_kin, of_writer, over, partner
from cases.understanding.marks import (
    Marks,
    Words,
    closed,
    counted,
    following,
    joined,
    near,
)
from cases.understanding.text import Post
from cases.understanding.unlabelled import BARE_FROM, THING, any_near, sign_after, told

_STEP = 15
_COMMAS = frozenset({",", ".", "/", "|", "-"})
_LOOK_BACK = 8
_PATH = tuple("move fall now past over comes shows is level about of particle degree measured".split())
# From one saturation to the next the support may change: "70 thi, ab support pe 92".
_LONG_PATH = (*_PATH, "care", "device", "carried")
_FARTHEST_STEP = 6


class Figure(NamedTuple):
    """A saturation found: its value, its word, whether it is over ("85 tha, ab 78")."""

    value: int
    at: int
    over: bool


def saturation(
    post: Post, numbers: list[int], marks: Marks, ages_found: list[Age], labels: set[int]
) -> tuple[int, int, int] | None:
    """The lowest saturation of now, as (value, word, word after it), where it is no age of `ages_found`.

    The words that name it are added to `labels`.
    """
    aged = [age.at for age in ages_found]
    taken = set(aged)
    marks.somebody = bool(aged or marks.relations or marks.sexes or marks.label_ends)
    found: list[Figure] = []
    for at in numbers:
        value = int(post.words[at])
        if not 20 < value <= 100 or at in taken or counted(post, at, marks):
            continue
        if found and _of_another(found[-1].at, at, aged):
            break
        label = _label_of(post, at, marks)
        if label is not None:
            labels.update(range(*label))
        if label is None and _of_things(post, at):
            continue
        tells = label is not None or told(post, at, value, marks, labels) or _alone(post, at, value, taken, marks)
        if tells and found and of_other_kin(post, found[-1].at, at):
            break
        if tells or (found and (_moved(post, found[-1].at, at) or _next_lower(post, found[-1], at, value))):
            found += [Figure(one, spot, over(post, spot)) for one, spot in ((value, at), *partner(post, at))]
    if not found:
        return None
    if len(found) > 1:
        found = _of_patient(post, found, marks)
    value, at, _ = min(found)
    return value, at, at + 1


def _of_patient(post: Post, found: list[Figure], marks: Marks) -> list[Figure]:
    """The figures of now, and of these the ones that are not the writer's."""
    current = [figure for figure in found if not figure.over] or found
    return [figure for figure in current if not of_writer(post, figure.at, marks)] or current


def _of_another(last: int, at: int, aged: list[int]) -> bool:
    """Whether a second person's age stands between two saturations: "mother 60 sat 88, father 65 sat 80"."""
    following_age = bisect_right(aged, last, min(1, len(aged)))
    return following_age < len(aged) and aged[following_age] < at


def _of_things(post: Post, at: int) -> bool:
    """75 ventilators, 85k: things and money."""
    said = following(post, at)
    if said == "k":
        return post.ends[at] == post.starts[at + 1]
    return said in near()["goods"] or said in near()["device"]


def _alone(post: Post, at: int, value: int, taken: set[int], marks: Marks) -> bool:
    """ "59 yrs, 77.", "saans ukhad rahi, 64, concentrator": a figure between signs, behind an age or near a breath."""
    if not (BARE_FROM <= value < 100 and post.before[at] in _COMMAS and closed(post, at)):
        return False
    if sign_after(post, at) in ("+", "/") or joined(post, at, "./:"):
        return False
    if any(start > at for start in marks.label_starts):
        return False  # "has covid, 41, breathless, spo2 79"
    return at - 1 in taken or at - 2 in taken or (post.before[at] == "," and any_near(post, at, ("breath",)))


def _label_of(post: Post, at: int, marks: Marks) -> tuple[int, int] | None:
    """Oxygen level 86, O2 - 78, saturation has come to 72: the label a few words before, in the same clause."""
    clause = post.clauses[at]
    start = marks.label_ends.get(at)
    if start is not None and not _lone_thing(post, start, at):
        return start, at  # "SpO2...74", or the figure on the next line
    for back in range(_LOOK_BACK + 1):
        spot = at - back
        if spot <= 0 or post.clauses[spot - 1] != clause:
            return None
        if back and post.words[spot].isdecimal() and not counted(post, spot, marks):
            return None
        if spot in marks.label_ends:
            start = marks.label_ends[spot]
            return (start, spot) if not _lone_thing(post, start, spot) or _near_thing(post, spot, at) else None
        if spot in marks.reading_ends:
            return None
    return None


def _lone_thing(post: Post, start: int, end: int) -> bool:
    return end - start == 1 and post.words[start] in THING


def _near_thing(post: Post, spot: int, at: int) -> bool:
    """Whether a lone "oxygen" labels the figure: not in "oxygen cylinder 100 wala"."""
    if _only_moves(post, spot, at, _PATH):
        return True
    if at - spot > 2 or post.phrases[spot] != post.phrases[at] or _of_things(post, at):
        return False
    return near()["goods"].isdisjoint(post.words[spot:at])


def _only_moves(post: Post, start: int, end: int, path: tuple[str, ...]) -> bool:
    """ "oxygen has come down to 69": nothing but words of falling between a lone "oxygen" and its figure."""
    if end - start > _FARTHEST_STEP:
        return False
    roles = near()
    return all(_moves(said, roles, path) for said in post.words[start:end])


def _moves(said: str, roles: dict[str, Words], path: tuple[str, ...]) -> bool:
    """A word of the path, or how many times it was measured: "oxygen 3 baar napa 84"."""
    return any(said in roles[role] for role in path) or (len(said) == 1 and said.isdecimal())


def _moved(post: Post, last: int, at: int) -> bool:
    """ "86 se gir ke 80", "92 tha, ab 84", "90 → 82": a figure that goes on from the one before."""
    value = int(post.words[at])
    if value < BARE_FROM or joined(post, at, "./:") or not _only_moves(post, last + 1, at, _LONG_PATH):
        return False
    between = post.folded[post.ends[last] : post.starts[at]]
    return at - last > 1 or "→" in between or ">" in between


def _next_lower(post: Post, last: Figure, at: int, value: int) -> bool:
    """ "Sat slipping: 90, 87, 84", "88 and 84": a row of falling figures."""
    listed = at == last.at + 1 and post.before[at] in (",", "")
    tied = at == last.at + 2 and not post.before[at] and not post.before[at - 1] and post.words[at - 1] in near()["and"]
    return (listed or tied) and 0 < last.value - value <= _STEP
