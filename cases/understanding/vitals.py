"""Understanding, step 4: the patient's age, oxygen saturation and blood group."""

import re
from dataclasses import dataclass, field

from cases.understanding.ages import Age, ages
from cases.understanding.figures import InDigits, Spelt, age_in_words, figures_in_words, newborn, not_in_digits
from cases.understanding.lexicon import Hit
from cases.understanding.marks import Marks, kin, marks_of, word
from cases.understanding.reading import Span
from cases.understanding.saturation import saturation
from cases.understanding.text import Post

_SIGNED = re.compile(r"(?<![a-z0-9])(ab|a|b|o|0(?=[+-](?! ?\d)))[ (]{0,2}(\+|-|−|–)[ )]{0,2}(?:ve\b|(?![a-z0-9]))")
_NAMED = re.compile(
    r"(?<![a-z0-9])(ab|a|b|o)1?[ -]{0,2}(?:rh[ -]?)?"
    r"(positive|negative|pos|neg|plus|minus|\+ve|-ve|पॉजिटिव|पाजिटिव|पोजिटिव|नेगेटिव|निगेटिव)(?!\w)"
)
_HINDI = re.compile(
    r"(?<![\u0900-\u097f])(एबी|ए|बी|ओ)[ -]{0,2}(पॉ?जिटिव|पाजिटिव|पोजिटिव|पॉजीटिव|नेगेटिव|निगेटिव|नेगेटीव|\+|-)"
)
_TAGGED = frozenset("2 sat sats level oxygen male female age aged m f".split())
# Ages with a unit, a label or a person beside them are told apart by nothing but their order.
_SURE = 3
# A post with more figures is a table or noise: the rest is not looked at.
_MOST = 60
_LETTERS = frozenset("a b o ab 0 ए बी ओ एबी".split())
_HINDI_GROUPS = {"एबी": "AB", "ए": "A", "बी": "B", "ओ": "O"}


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
    words = post.words
    numbers = [n for n in post.figures if n not in phone_words and len(words[n]) <= 3 and _may_tell(post, n)][:_MOST]
    spoken = figures_in_words(post)
    spelt = not_in_digits(post, numbers, spoken, cues, phone_words)
    if spelt:
        _read_spelt(post, numbers, spelt, cues, relations, vitals)
    elif numbers or spoken or any(hit.tag == "newborn" for hit in cues):
        _read_figures(post, numbers, spoken, marks_of(cues, relations), vitals)
        if numbers:
            _note_labels(post, numbers, cues, vitals)
    _read_group(post, vitals)
    return vitals


def _may_tell(post: Post, at: int) -> bool:
    """Of a hashtag's figures only one like #SpO2_79 or #Male55 (the year of #Covid19 is none), and none like +91."""
    return "+" not in post.before[at] and (not post.tagged[at] or word(post, at - 1) in _TAGGED)


def _read_spelt(
    post: Post, numbers: list[int], spelt: list[Spelt], cues: list[Hit], relations: list[Hit], vitals: Vitals
) -> None:
    """The same rules, over the post with its figures in digits."""
    digits = InDigits(post, spelt)
    marks = marks_of(digits.hits(cues), digits.hits(relations))
    _read_figures(digits, digits.numbers(numbers, spelt), figures_in_words(digits), marks, vitals)
    vitals.labels = {digits.origin[at] for at in vitals.labels}
    _note_labels(post, numbers, cues, vitals)


def _read_figures(post: Post, numbers: list[int], spoken: list[Spelt], marks: Marks, vitals: Vitals) -> None:
    aged = ages(post, numbers, marks)
    _note(post, vitals, "patient_age", _age(post, aged, spoken, marks))
    _note(post, vitals, "spo2", saturation(post, numbers, marks, aged, vitals.labels))


def patient_sex(post: Post) -> str:
    """f or m, where every word for a person of the family tells the same; else ''."""
    told = kin()
    found = {told[said] for said in post.words if said in told}
    return found.pop() if len(found) == 1 else ""


def _age(post: Post, aged: list[Age], spoken: list[Spelt], marks: Marks) -> Spelt | None:
    """The patient's: of several ages the surest, then the first."""
    if len(aged) == 1:
        return aged[0].years, aged[0].at, aged[0].at + 1
    if aged:
        best = min(aged, key=lambda age: (max(age.rank, _SURE), age.at))
        return best.years, best.at, best.at + 1
    baby = newborn(post, marks)
    return age_in_words(post, spoken, marks) or ((0, baby, baby + 1) if baby is not None else None)


def _note(post: Post, vitals: Vitals, name: str, found: Spelt | None) -> None:
    if found is None:
        return
    value, start, end = found
    if name == "spo2":
        vitals.spo2 = value
    else:
        vitals.age = value
    vitals.spans.append(post.span(start, end, name, "age" if name == "patient_age" else "saturation"))


def _note_labels(post: Post, numbers: list[int], cues: list[Hit], vitals: Vitals) -> None:
    """HRCT 18/25: a scan's name right before its figure asks for no scan; "arrange a bed, 98..." asks for one."""
    for hit in cues:
        if hit.tag == "reading" and hit.end in numbers and post.clauses[hit.end] == post.clauses[hit.start]:
            vitals.labels.update(range(hit.start, hit.end))


def _read_group(post: Post, vitals: Vitals) -> None:
    # Matched only where a word is a group's letters: three searches of the whole text took a quarter of a reading.
    if _LETTERS.isdisjoint(post.words):
        return
    starts = [start for said, start in zip(post.words, post.starts) if said in _LETTERS]
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
