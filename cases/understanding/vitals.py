"""Understanding, step 4: the patient's age, oxygen saturation and blood group."""

import re
from dataclasses import dataclass, field

from cases.understanding.lexicon import Hit
from cases.understanding.reading import Span
from cases.understanding.text import Post

_SIGNED = re.compile(r"(?<![a-z0-9])(ab|a|b|o|0)[ (]{0,2}(\+|-|−|–)[ )]{0,2}(?:ve\b|(?![a-z0-9]))")
_NAMED = re.compile(r"(?<![a-z0-9])(ab|a|b|o)[ -]{0,2}(positive|negative|pos|neg|\+ve|-ve)\b")
_HINDI = re.compile(r"(?<![\u0900-\u097f])(एबी|ए|बी|ओ)[ -]{0,2}(पॉ?जिटिव|पाजिटिव|पोजिटिव|पॉजीटिव|नेगेटिव|निगेटिव|नेगेटीव|\+|-)")
_HINDI_GROUPS = {"एबी": "AB", "ए": "A", "बी": "B", "ओ": "O"}
_LOOK_BACK = 4


@dataclass(slots=True)
class Vitals:
    """Age in years (0 for infants), the lowest saturation in per cent, the blood group as in 'AB-'."""

    age: int | None = None
    spo2: int | None = None
    blood_group: str = ""
    spans: list[Span] = field(default_factory=list)


def read_vitals(post: Post, cues: list[Hit], relations: list[Hit]) -> Vitals:
    """`cues` are hits of the list `vitals`, `relations` those that name a patient (mother, pt ...)."""
    vitals = Vitals()
    numbers = [n for n, word in enumerate(post.words) if word.isdigit() and len(word) <= 3 and not post.tagged[n]]
    _read_age(post, numbers, cues, relations, vitals)
    _read_spo2(post, numbers, cues, vitals)
    _read_group(post, vitals)
    return vitals


def _ends(hits: list[Hit], tag: str) -> set[int]:
    return {hit.end for hit in hits if hit.tag == tag}


def _starts(hits: list[Hit], tag: str) -> set[int]:
    return {hit.start for hit in hits if hit.tag == tag}


def _read_age(post: Post, numbers: list[int], cues: list[Hit], relations: list[Hit], vitals: Vitals) -> None:
    years, months, sexes = _starts(cues, "years"), _starts(cues, "months"), _starts(cues, "sex")
    labels, kin = _ends(cues, "age"), {hit.end for hit in relations}
    readings = _starts(cues, "reading")
    best: tuple[int, int, int] | None = None
    for at in numbers:
        value = int(post.words[at])
        rank = _age_rank(post, at, labels, years, months, sexes, kin)
        if rank is None or not 0 < value <= 110 or (at + 1 in readings and rank > 1) or _percent(post, at):
            continue
        if best is None or rank < best[0]:
            best = (rank, 0 if at + 1 in months else value, at)
    if best is not None:
        vitals.age = best[1]
        vitals.spans.append(post.span(best[2], best[2] + 1, "patient_age", "age"))


def _age_rank(
    post: Post, at: int, labels: set[int], years: set[int], months: set[int], sexes: set[int], kin: set[int]
) -> int | None:
    """How surely a number is an age, 0 the surest; None if nothing says so."""
    near = {at, at - 1} if at and post.words[at - 1] in ("is", "around", "about", "approx", "lagbhag") else {at}
    if near & labels:
        return 0
    if at + 1 in years and not (at and post.words[at - 1] in ("last", "since", "every", "for")):
        return 1
    if at + 1 in months and kin:
        return 1
    if at + 1 in sexes and len(post.words[at]) == 2:
        return 2
    following = post.words[at + 1] if at + 1 < len(post.words) else ""
    if at in kin or (at - 1 in kin and post.words[at - 1] == "ji") or (at - 1 in kin and "(" in post.before[at]):
        return 3 if following not in ("pe", "par", "percent", "sat", "level", "लेवल") else None
    return None


def _percent(post: Post, at: int) -> bool:
    return post.folded[post.ends[at] : post.ends[at] + 2].lstrip().startswith("%")


def _read_spo2(post: Post, numbers: list[int], cues: list[Hit], vitals: Vitals) -> None:
    labels = {hit.end: hit for hit in cues if hit.tag == "spo2"}
    label_starts, readings = _starts(cues, "spo2"), [hit for hit in cues if hit.tag == "reading"]
    others = {hit.start for hit in readings}
    other_ends = {hit.end for hit in readings}
    ages = {hit.start for hit in cues if hit.tag in ("years", "months")}
    values: list[tuple[int, int]] = []
    for at in numbers:
        value = int(post.words[at])
        if not 20 < value <= 100 or at + 1 in ages or _inside_phone(post, at):
            continue
        if _labelled(post, at, labels, other_ends, others) or _measured(post, at, label_starts, other_ends):
            values.append((value, at))
            values += _partner(post, at)
    if values:
        vitals.spo2, at = min(values)
        vitals.spans.append(post.span(at, at + 1, "spo2", "saturation"))


def _inside_phone(post: Post, at: int) -> bool:
    before = at > 0 and post.words[at - 1].isdigit() and len(post.words[at - 1]) > 3
    after = at + 1 < len(post.words) and post.words[at + 1].isdigit() and len(post.words[at + 1]) > 2
    glued = after and "," not in post.before[at + 1] and post.starts[at + 1] - post.ends[at] <= 2
    return (before and post.starts[at] - post.ends[at - 1] <= 1) or (glued and len(post.words[at + 1]) < 9)


def _labelled(post: Post, at: int, labels: dict[int, Hit], other_ends: set[int], others: set[int]) -> bool:
    """Oxygen level 86, O2 - 78, saturation has come to 72: a label at most four words before."""
    if at + 1 in others and not _percent(post, at):
        return False
    for back in range(_LOOK_BACK + 1):
        spot = at - back
        if spot <= 0 or (back and post.words[spot].isdigit()) or post.clauses[spot - 1] < post.clauses[at] - 1:
            return False
        if spot in other_ends and spot not in labels:
            return False
        if spot in labels:
            return True
    return False


def _measured(post: Post, at: int, label_starts: set[int], other_ends: set[int]) -> bool:
    """84 sat, 80 level, 69% spo2, or a bare 72% that no CT or lung word explains."""
    if at + 1 in label_starts and post.words[at + 1] not in ("oxygen", "ऑक्सीजन", "o"):
        return True
    if not _percent(post, at):
        return False
    following = post.words[at + 1 : at + 3]
    return at not in other_ends and at - 1 not in other_ends and "lungs" not in following and "infection" not in following


def _partner(post: Post, at: int) -> list[tuple[int, int]]:
    """The other end of 60-65, or of '75 se 70'."""
    for step in (1, 2):
        other = at + step
        if other >= len(post.words) or not post.words[other].isdigit():
            continue
        gap = post.folded[post.ends[at] : post.starts[other]].strip()
        if gap in ("-", "–", "to", "se", "से", "/", "%-") and 20 < int(post.words[other][:4]) <= 100:
            return [(int(post.words[other]), other)]
    return []


def _read_group(post: Post, vitals: Vitals) -> None:
    text = post.folded
    for pattern in (_SIGNED, _NAMED, _HINDI):
        for found in pattern.finditer(text):
            letters, sign = found.group(1), found.group(2)
            # "A negative report" and "a - b" are no blood groups: a lone letter a must be written large.
            if letters == "a" and not post.original[post.at(found.start(1))].isupper():
                continue
            positive = sign[0] in "+pप"
            group = _HINDI_GROUPS.get(letters, letters.upper().replace("0", "O"))
            vitals.blood_group = group + ("+" if positive else "-")
            first, last = post.at(found.start(1)), post.at(found.end(2) - 1) + 1
            vitals.spans.append(Span(first, last, "blood_group", "group"))
            return
