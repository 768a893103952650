"""Understanding, step 4: the patient's age, oxygen saturation and blood group."""

import re
from dataclasses import dataclass, field
from functools import cache

from cases.understanding.figures import age_in_words, saturation_in_words
from cases.understanding.lexicon import Hit, lexicon, rows
from cases.understanding.reading import Span
from cases.understanding.text import Post
from districts.spelling import fold

_SIGNED = re.compile(r"(?<![a-z0-9])(ab|a|b|o|0)[ (]{0,2}(\+|-|−|–)[ )]{0,2}(?:ve\b|(?![a-z0-9]))")
_NAMED = re.compile(
    r"(?<![a-z0-9])(ab|a|b|o)[ -]{0,2}(positive|negative|pos|neg|\+ve|-ve|पॉजिटिव|पाजिटिव|पोजिटिव|नेगेटिव|निगेटिव)(?!\w)"
)
_HINDI = re.compile(
    r"(?<![\u0900-\u097f])(एबी|ए|बी|ओ)[ -]{0,2}(पॉ?जिटिव|पाजिटिव|पोजिटिव|पॉजीटिव|नेगेटिव|निगेटिव|नेगेटीव|\+|-)"
)
_LETTERS = frozenset("a b o ab 0 ए बी ओ एबी".split())
_HINDI_GROUPS = {"एबी": "AB", "ए": "A", "बी": "B", "ओ": "O"}
_LOOK_BACK = 8
_TITLES = frozenset("mr mrs ms smt shri sri patient pt श्री श्रीमती मरीज mariz".split())
_INFANT = frozenset("baby infant newborn bacha bachcha bachha bachi bachchi बच्चा बच्ची शिशु नवजात".split())
_EXPECTING = frozenset("pregnant pregnancy garbhwati garbhvati गर्भवती गर्भ प्रेग्नेंट प्रेगनेंट".split())
# "In the last 3 months", "since 2 months": no age.
_PAST = frozenset("last past since within before after recovered pichle pichhle पिछले".split())
_SOMEBODY = frozenset("he she who".split())
_COMING = frozenset("chal aa aaya ho reh dikha चल आ आया हो दिखा".split())
# Words that may stand between the patient and the figure: "baba ji ab 70 pe".
_BETWEEN = frozenset("ji ab abhi ka ki the now जी अब अभी का की".split())
# Words for the gas as well as for its level in the blood.
_THING = frozenset({"oxygen", "o2", "oxy", "oxigen", "ऑक्सीजन", "आक्सीजन"})


@dataclass(slots=True)
class Vitals:
    """Age in years (0 for infants), the lowest saturation in per cent, the blood group as in 'AB-'; `labels` are the
    words that only name a figure."""

    age: int | None = None
    spo2: int | None = None
    blood_group: str = ""
    spans: list[Span] = field(default_factory=list)
    labels: set[int] = field(default_factory=set)


def read_vitals(post: Post, cues: list[Hit], relations: list[Hit], phone_words: frozenset[int]) -> Vitals:
    """`cues` are hits of the list `vitals`, `relations` those that name a patient (mother, pt ...);
    `phone_words` are the words that belong to phone numbers."""
    vitals = Vitals()
    numbers = [
        n
        for n in post.figures
        if len(post.words[n]) <= 3 and not (n in phone_words or post.tagged[n] or "+" in post.before[n])
    ]
    kin = {hit.end for hit in relations}
    _read_age(post, numbers, cues, relations, vitals)
    _read_spo2(post, numbers, cues, kin, vitals)
    _read_group(post, vitals)
    return vitals


@cache
def _kin() -> dict[str, str]:
    return {fold(row["word"]): row["sex"] for row in rows("kin")}


def patient_sex(post: Post) -> str:
    """f or m, where every word for a person of the family tells the same; else ''."""
    kin = _kin()
    found = {kin[word] for word in post.words if word in kin}
    return found.pop() if len(found) == 1 else ""


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
        if at + 1 in months and rank != 1:
            continue  # seven months with child
        if best is None or rank < best[0]:
            best = (rank, 0 if at + 1 in months else value, at)
    if best is not None:
        vitals.age = best[1]
        vitals.spans.append(post.span(best[2], best[2] + 1, "patient_age", "age"))
    elif (worded := age_in_words(post, cues)) is not None:
        vitals.age, start, end = worded
        vitals.spans.append(post.span(start, end, "patient_age", "age"))


def _age_rank(
    post: Post, at: int, labels: set[int], years: set[int], months: set[int], sexes: set[int], kin: set[int]
) -> int | None:
    """How surely a number is an age, 0 the surest; None if nothing says so."""
    near = {at, at - 1} if at and post.words[at - 1] in ("is", "around", "about", "approx", "lagbhag") else {at}
    if near & labels:
        return 0
    if at + 1 in years and not (at and post.words[at - 1] in ("last", "since", "every", "past")):
        return 1
    past = bool(_PAST & set(post.words[max(0, at - 6) : at]))
    if at + 1 in months and not past and (kin or _INFANT & set(post.words)) and not _EXPECTING & set(post.words):
        return 1
    if (at + 1 in sexes or _after_sex(post, at, sexes)) and len(post.words[at]) == 2:
        return 2
    if _after_title(post, at):
        return 4
    if _after_name(post, at):
        return 5
    if at > 1 and post.words[at - 1] == "is" and post.words[at - 2] in _SOMEBODY and not _percent(post, at):
        return 4
    following = post.words[at + 1] if at + 1 < len(post.words) else ""
    if "," in post.before[at] or ("-" in post.before[at] and int(post.words[at]) < 10):
        return None
    if at in kin or (at - 1 in kin and post.words[at - 1] == "ji") or (at - 1 in kin and "(" in post.before[at]):
        return 3 if following not in ("pe", "par", "percent", "sat", "level", "लेवल") else None
    return None


def _after_title(post: Post, at: int) -> bool:
    """ "Mrs Kanchan Agarwal, 56 -": a number between signs, two or three words after a title."""
    lead = _TITLES & set(post.words[max(0, at - 4) : at])
    closed = at + 1 >= len(post.words) or post.before[at + 1][:1] in (",", "-", "–", ".", ")")
    return bool(lead) and post.before[at][-1:] in (",", "(") and closed and int(post.words[at]) >= 15


def _after_sex(post: Post, at: int, sexes: set[int]) -> bool:
    """ "Sushila Devi / F / 66": the columns of a hospital's slip."""
    return at - 1 in sexes and bool(set(post.before[at]) & set("/|-,"))


def _after_name(post: Post, at: int) -> bool:
    """ "Radhelal, 54, Bhatapara", "देवनाथ साहू जी (59)": a number between two signs right after a name."""
    if not at or at + 1 >= len(post.words) or not 15 <= int(post.words[at]) <= 99:
        return False
    signs = (post.before[at].strip(), post.before[at + 1].strip()[:1])
    if signs == ("(", ")") and post.words[at - 1] in ("ji", "जी"):
        return True
    name = post.original_words(at - 1, at)
    return signs == (",", ",") and at <= 3 and name.istitle() and lexicon().tag("vitals", post.words[at - 1]) == ""


def _percent(post: Post, at: int) -> bool:
    return post.folded[post.ends[at] : post.ends[at] + 2].lstrip().startswith("%")


@dataclass(slots=True)
class _Marks:
    """Where the words stand that tell what a number is: labels by their end, units and labels by their start."""

    saturation: dict[int, int]
    label_starts: dict[int, int]
    other_ends: set[int]
    units: set[int]


def _read_spo2(post: Post, numbers: list[int], cues: list[Hit], kin: set[int], vitals: Vitals) -> None:
    marks = _Marks(
        {hit.end: hit.start for hit in cues if hit.tag == "spo2"},
        {hit.start: hit.end for hit in cues if hit.tag == "spo2"},
        {hit.end for hit in cues if hit.tag in ("reading", "age")},
        {hit.start for hit in cues if hit.tag in ("unit", "years", "months", "sex")},
    )
    _note_labels(post, cues, vitals)
    values: list[tuple[int, int]] = []
    for at in numbers:
        counted = at + 1 in marks.units and not set(post.before[at + 1]) & set(".,;")
        if not 20 < int(post.words[at]) <= 100 or counted:
            continue
        label = _label_of(post, at, marks)
        if label is not None or _measured(post, at, marks, kin) or _bare_range(post, at, marks):
            values += [(int(post.words[at]), at), *_partner(post, at)]
            if label is not None:
                vitals.labels.update(range(*label))
    if values:
        vitals.spo2, at = min(values)
        vitals.spans.append(post.span(at, at + 1, "spo2", "saturation"))
    elif (worded := saturation_in_words(post, cues)) is not None:
        vitals.spo2, start, end = worded
        vitals.spans.append(post.span(start, end, "spo2", "saturation"))


def _note_labels(post: Post, cues: list[Hit], vitals: Vitals) -> None:
    """HRCT 18/25: a scan's name right before its figure asks for no scan."""
    for hit in cues:
        if hit.tag == "reading" and hit.end < len(post.words) and post.words[hit.end].isdecimal():
            vitals.labels.update(range(hit.start, hit.end))


def _label_of(post: Post, at: int, marks: _Marks) -> tuple[int, int] | None:
    """Oxygen level 86, O2 - 78, saturation has come to 72: the label a few words before, in the same clause."""
    for back in range(_LOOK_BACK + 1):
        spot = at - back
        if spot <= 0 or (back and post.words[spot].isdecimal()) or post.clauses[spot - 1] != post.clauses[at]:
            return None
        if spot in marks.saturation:
            start = marks.saturation[spot]
            # A lone "oxygen" is a label only right before its figure; "level" and "SpO2" may stand further off.
            near = 2 if post.words[spot - 1] in _THING and spot - start == 1 else _LOOK_BACK
            return (start, spot) if back <= near else None
        if spot in marks.other_ends:
            return None
    return None


def _measured(post: Post, at: int, marks: _Marks, kin: set[int]) -> bool:
    """84 sat, 80 level, 69% spo2, "papa 79 pe hai", or a bare 72% that no CT or lung word explains."""
    following = at + 1
    if following in marks.label_starts and post.words[following] not in _THING:
        end = marks.label_starts[following]
        others = [w for w in post.words[end : end + 3] if w.isdecimal() and len(w) < 4]
        return post.before[following] in ("", "%") and not others
    if at and post.words[at - 1] == "at" and kin and int(post.words[at]) >= 40 and (at - 2) not in marks.other_ends:
        return True
    whose = at
    while whose and at - whose < 2 and post.words[whose - 1] in _BETWEEN:
        whose -= 1
    said = post.words[following] if following < len(post.words) else ""
    if {at, whose} & kin and (said in ("pe", "par", "पर", "पे") or (whose < at and said in _COMING)):
        return int(post.words[at]) >= 40
    if said in ("now", "ab") and marks.saturation and int(post.words[at]) >= 40 and following not in marks.units:
        return at not in marks.other_ends
    if not _percent(post, at):
        return False
    after = post.words[at + 1 : at + 3]
    return not {at, at - 1} & marks.other_ends and not {"lungs", "lung", "infection", "damage"} & set(after)


def _bare_range(post: Post, at: int, marks: _Marks) -> bool:
    """ "80-85" alone: two figures of a saturation, near each other."""
    partner = _partner(post, at)
    if not partner or at in marks.other_ends or partner[0][1] + 1 in marks.units:
        return False
    return int(post.words[at]) >= 50 and 0 < partner[0][0] - int(post.words[at]) <= 12 and partner[0][1] == at + 1


def _partner(post: Post, at: int) -> list[tuple[int, int]]:
    """The other end of 60-65, or of '75 se 70'."""
    for step in (1, 2):
        other = at + step
        if other >= len(post.words) or not post.words[other].isdecimal() or len(post.words[other]) > 3:
            continue
        gap = post.folded[post.ends[at] : post.starts[other]].strip()
        if gap in ("-", "–", "to", "se", "से", "/", "%-", "% -") and 20 < int(post.words[other]) <= 100:
            return [(int(post.words[other]), other)]
    return []


def _read_group(post: Post, vitals: Vitals) -> None:
    # Matched only where a word is a group's letters: three searches of the whole text took a quarter of a reading.
    starts = [start for word, start in zip(post.words, post.starts) if word in _LETTERS]
    if not starts:
        return
    for pattern in (_SIGNED, _NAMED, _HINDI):
        for start in starts:
            found = pattern.match(post.folded, start)
            if found is None:
                continue
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
