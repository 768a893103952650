"""Understanding, step 4a: ages: which figures they are, beside a unit, a label, a person or a name."""

from typing import NamedTuple

from cases.understanding.marks import (
    Marks,
    capital,
    closed,
    counted,
    falls_to,
    following,
    is_person,
    joined,
    name_like,
    names,
    near,
    percent,
    same_clause,
    with_trend,
    word,
)
from cases.understanding.text import Post

_OLDEST = 110
# A bare "son 6" is an age; of a bare "father 6" nobody knows what it is.
_BARE_FROM = 13
_NAME_WORDS = 4
_CHILD_BELOW = 14
_GROUP_WITHIN = 10
_SAKE = frozenset("liye लिए".split())
_ALONE_WITHIN = 9
_FROM = frozenset({"se", "से"})
_COPULAS = frozenset({"is", "are", "was", "s"})
_AND = frozenset({"and", "aur", "और", "n"})
_SPANS = frozenset({"last", "since", "every", "past", "within", "pichle", "pichhle", "पिछले"})
_SPANS |= {"above", "over", "under", "below", "minimum", "than", "in"}
_SEVERAL = frozenset("patients people persons members mareez mariz log मरीज लोग".split())
_ILL = frozenset(
    "covid corona positive ve diabetes diabetic tb asthma bp sugar pneumonia cancer dialysis copd hypertension fever "
    "patient bukhar dama कोविड कोरोना पॉजिटिव शुगर बीपी बुखार निमोनिया मधुमेह दमा".split()
)
_GROUPED = frozenset({"walo", "walon", "वालों", "exp", "ho", "हो", "बीत", "plus", "of"})
_PLACED = frozenset("in at admitted admit bharti hospital aspatal भर्ती अस्पताल".split())
_CHILDREN = frozenset("bachche bacche bache bachhe bachchon bachcho kids children बच्चे बच्चों".split())
_NEWEST = frozenset({"baby", "infant", "newborn", "शिशु", "नवजात"})
# Signs that may stand between somebody and the age.
_LOOSE = frozenset(",(-:–[/ ")


class Age(NamedTuple):
    """An age found: how surely (0 the surest), the word it stands at, the years."""

    rank: int
    at: int
    years: int


def ages(post: Post, numbers: list[int], marks: Marks) -> list[Age]:
    """Every figure that is somebody's age, in order."""
    found = []
    for at in numbers:
        value = int(post.words[at])
        if at + 2 in marks.years and _half_years(post, at):
            found.append(Age(1, at, value))
        elif 0 < value <= _OLDEST and not _part(post, at, marks):
            rank = _with_unit(post, at, marks)
            if rank is None:
                rank = _bare(post, at, value, marks)
                if rank is not None and _by_caller(post, at):
                    continue
            if rank is not None and not _group(post, at):
                found.append(Age(rank, at, _in_years(post, at, value, marks)))
    return _patients(post, found) if found and min(age.years for age in found) < _CHILD_BELOW else found


def _patients(post: Post, found: list[Age]) -> list[Age]:
    """The ages without those of children who are well or only in need of a home."""
    kept = to_be_kept(post)
    return [age for age in found if age.years >= _CHILD_BELOW or not (kept or of_bystander(post, age.at))]


def to_be_kept(post: Post) -> bool:
    """ "No relative is ready to keep him", "इन बच्चों को कोई रख ले"."""
    keeping, kept = near()["keeping"], near()["kept"]
    return any(said in keeping and word(post, spot + 1) in kept for spot, said in enumerate(post.words))


def of_bystander(post: Post, at: int) -> bool:
    """A child that is no patient: "son 6 yrs negative", an infant among 20 people on a roof."""
    roles, words = near(), post.words
    if not roles["well"].isdisjoint(words[at + 1 : at + 4]):
        return True
    if not roles["alone"].isdisjoint(words[at + 1 : at + _ALONE_WITHIN]):
        return not _CHILDREN.isdisjoint(words[max(0, at - 4) : at])  # "2 bachche (9 aur 6 saal) ghar pe akele"
    begin = max(0, at - _GROUP_WITHIN)
    crowd = [spot for spot in range(begin, at) if words[spot] in roles["crowd"] and same_clause(post, spot, at)]
    return bool(crowd) and not roles["among"].isdisjoint(words[crowd[0] : at + 6])


def _part(post: Post, at: int, marks: Marks) -> bool:
    """Half of 18/25 or 99.5; but a slip's column, "Female/38/8 months preg", is whole."""
    return joined(post, at, "./:") and not _after_sex(post, at, marks)


def _half_years(post: Post, at: int) -> bool:
    """ "2.5 yrs girl": the years before the dot."""
    return post.folded[post.ends[at] : post.starts[at + 1]] == "."


def _group(post: Post, at: int) -> bool:
    """45+, "60 paar", "60 se upar" are age groups; 45% is no age at all."""
    after = (
        word(post, at + 2) if word(post, at + 1) in near()["of"] or word(post, at + 1) in _FROM else word(post, at + 1)
    )
    if after in near()["beyond"] and not closed(post, at):
        return True
    return post.folded[post.ends[at] : post.ends[at] + 1] == "+" or percent(post, at)


def _in_years(post: Post, at: int, value: int, marks: Marks) -> int:
    unit = word(post, at + 1)
    if unit in near()["days"] or unit in near()["weeks"]:
        return 0
    return value // 12 if at + 1 in marks.months else value


def _with_unit(post: Post, at: int, marks: Marks) -> int | None:
    """Age 45, 45 umar, 45 years, 15 day old, 45 M: something says that it is one."""
    if marks.age_starts and _labelled(post, at, marks):
        return 5 if _own(post, at) else 0
    if at + 1 in marks.years:
        return _of_years(post, at, marks)
    unit, roles = word(post, at + 1), near()
    if at + 1 in marks.months or unit in roles["days"] or unit in roles["weeks"]:
        return 1 if of_infant(post, at, marks.months.get(at + 1, at + 2)) else None
    if (
        len(post.words[at]) == 2
        and at not in marks.label_ends
        and (at + 1 in marks.sexes or _after_sex(post, at, marks))
    ):
        return 2
    return None


def _labelled(post: Post, at: int, marks: Marks) -> bool:
    """Age 45, umar lagbhag 45, "45 age" with no other figure behind the word."""
    spot = at
    if at and (word(post, at - 1) in near()["about"] or word(post, at - 1) in near()["is"]):
        spot = at - 1
    if spot in marks.age_ends or at in marks.age_ends:
        return True
    return at + 1 in marks.age_starts and not word(post, marks.age_starts[at + 1]).isdecimal() and not closed(post, at)


def _own(post: Post, at: int) -> bool:
    """ "I am 22", "I'm a 21 yr old student", "meri age 24": who writes is mostly not the patient."""
    before = post.words[max(0, at - 4) : at]
    if word(post, at - 1) in near()["self"] or word(post, at - 2) in ("my", "meri", "मेरी"):
        return True
    return "i" in before and ("am" in before or "m" in before)


def _of_years(post: Post, at: int, marks: Marks) -> int | None:
    """45 years, but not "for 5 years" or "5 saal se"; "I am 22 years" is mostly not the patient."""
    before, after = word(post, at - 1), word(post, marks.years[at + 1])
    if before in _SPANS or after in near()["since"] or after in _GROUPED:
        return None
    if before == "for" and not _old(post, at, marks):
        return None
    return 5 if _own(post, at) else 1


def _old(post: Post, at: int, marks: Marks) -> bool:
    """ "For 54 yr old", "for 30 years female"; not "for 5 years he is on dialysis"."""
    end = marks.years[at + 1]
    old = post.words[end - 1] == "old" or word(post, end) in ("old", "patient") or end in marks.sexes
    return old or int(post.words[at]) > 30 or is_person(post, end + 1, marks)


def of_infant(post: Post, at: int, end: int) -> bool:
    """15 day old, 2 mahine ki bachi, baby (3 months); not "8 months pregnant", not "baby 2 din se"."""
    roles = near()
    expecting = roles["expecting"]
    if any(said in expecting for said in post.words[max(0, at - 4) : end + 3]):
        return False
    if word(post, end - 1) == "old" or word(post, end) in ("old", "baby"):
        return True
    child = roles["child"]
    if word(post, end) in roles["since"] or _spanned(post, at):
        return False
    if any(said in child for said in post.words[end : end + 3]):
        return True
    before = post.words[max(0, at - 3) : at]
    if word(post, at + 1) in roles["days"] or word(post, at + 1) in roles["weeks"]:
        told = word(post, end) in roles["of"] and (word(post, end + 1) in roles["is"] or closed(post, end))
        return (told and not child.isdisjoint(before)) or (closed(post, end - 1) and not _NEWEST.isdisjoint(before))
    return not child.isdisjoint(before)


def _spanned(post: Post, at: int) -> bool:
    return any(said in near()["span"] for said in post.words[max(0, at - 3) : at])


def _after_sex(post: Post, at: int, marks: Marks) -> bool:
    """ "Sushila Devi / F / 66", "F66": the columns of a hospital's slip."""
    if at - 1 not in marks.sexes or ("," in post.before[at] and word(post, at - 2).isdecimal()):
        return False  # "74F, 92 on 3L"
    return bool(set(post.before[at]) & set("/|-,")) or post.ends[at - 1] == post.starts[at]


def _bare(post: Post, at: int, value: int, marks: Marks) -> int | None:
    """A figure without a unit: "62 ke hai", "Dad 69", "Mrs Lata Deshmukh 57", "Shaikh Rafiq, 47, adm"."""
    if at in marks.label_ends or at in marks.reading_ends or counted(post, at, marks) or falls_to(post, at):
        return None
    if _said_of(post, at, value, marks):
        return 3
    if not _loose(post, at) or _of_saturation(post, at, marks):
        return None
    spot = _back_over_small_words(post, at)
    if spot < at and word(post, spot) in _COPULAS:
        if _subject(post, spot) and (value >= _BARE_FROM or closed(post, at)):
            return 4
        if word(post, spot) == "s":
            return None  # "father's 79"
    if _level_of(post, spot, marks):
        return None
    if _of_person(post, spot, at, value, marks):
        return 3
    if not 15 <= value <= 99:
        return None
    if _after_titled_name(post, spot, at, marks):
        return 4
    return 5 if _after_name(post, at, marks) or _amid_illness(post, at, marks) else None


def _by_caller(post: Post, at: int) -> bool:
    """ "Attendant Rahul (32)" is not the patient."""
    caller = near()["caller"]
    for spot in range(at - 1, max(-1, at - 5), -1):
        if not same_clause(post, spot, at):
            return False
        if post.words[spot] in caller:
            return True
    return False


def _amid_illness(post: Post, at: int, marks: Marks) -> bool:
    """ "Her husband has TB and covid, 41, breathless, spo2 79": between commas, where the saturation is told apart."""
    if post.before[at] != "," or post.before[at + 1 : at + 2] != [","]:
        return False
    # "aunty is alone at home, 73, sat 86": the saturation follows at once.
    if word(post, at - 1) not in _ILL and at + 1 not in marks.label_starts:
        return False
    if not any(start > at for start in marks.label_starts):
        return False
    back = range(max(1, at - _GROUP_WITHIN), at)
    return any(is_person(post, spot, marks) and same_clause(post, spot - 1, at) for spot in back)


def _loose(post: Post, at: int) -> bool:
    """Whether only light signs stand before the figure; after a comma, a sign must follow too."""
    signs = post.before[at]
    if not signs:
        return True
    if not set(signs) <= _LOOSE:
        return False
    if "," not in signs or closed(post, at) or post.before[at + 1][:1] in ("-", "–", "/", "&"):
        return True
    return word(post, at + 1) in _AND and word(post, at + 2).isdecimal()


def _of_saturation(post: Post, at: int, marks: Marks) -> bool:
    """Whether the words after the figure make it a saturation: "79 pe hai", "79 sat", "79 chal raha"."""
    said = following(post, at)
    if not said:
        return False
    roles = near()
    if said in roles["level"] or said in roles["comes"] or with_trend(post, at):
        return True
    end = marks.label_starts.get(at + 1)
    if end is None:
        placed = not _PLACED.isdisjoint(post.words[at + 2 : at + 6])  # "father 63 presently in Apollo, sat 80"
        return said in roles["now"] and bool(marks.label_ends) and not placed
    figure_follows = any(one.isdecimal() and len(one) < 4 for one in post.words[end : end + 3])
    return said not in roles["care"] and not figure_follows


def _said_of(post: Post, at: int, value: int, marks: Marks) -> bool:
    """ "papa 62 ke hai", "माँ 55 की है", "50 ke papa": Hindi says ages with of."""
    roles = near()
    if following(post, at) not in roles["of"] or post.before[at + 1] or not 2 <= value < 100:
        return False
    after = word(post, at + 2)
    if post.ends[at] == post.starts[at + 1]:
        return False  # 15k
    if closed(post, at + 1):
        return value >= _BARE_FROM and bool(marks.relations) and not {at, at - 1} & marks.label_ends.keys()
    if after in roles["is"] or after in roles["over"] or after in roles["past"]:
        return not {at, at - 1, at - 2} & marks.label_ends.keys()
    return value >= _BARE_FROM and is_person(post, at + 3, marks) and same_clause(post, at, at + 2)


def _level_of(post: Post, spot: int, marks: Marks) -> bool:
    """ "O2 level of patient is 82": somebody's saturation, whoever stands beside the figure."""
    for before in range(spot - 1, max(0, spot - 5), -1):
        if post.phrases[before] != post.phrases[spot - 1] or post.words[before].isdecimal():
            return False
        if before in marks.label_ends:
            return post.words[before] in ("of", "for") and post.words[before - 1] not in near()["care"]
    return False


def _back_over_small_words(post: Post, at: int) -> int:
    """Where the words "is", "just", "ji", "abhi" before a figure begin, a copula first."""
    spot, roles = at, near()
    while spot and at - spot < 3 and same_clause(post, spot - 1, at):
        said = post.words[spot - 1]
        if said == "has" and post.words[spot] == "turned":
            return spot - 1
        if said not in roles["about"] and said not in roles["honour"] and said not in _COPULAS:
            break
        spot -= 1
        if said in _COPULAS:
            break
    return spot


def _subject(post: Post, spot: int) -> bool:
    """Whether somebody "is" the figure: "he is 52", "Savitramma is 75"."""
    said = word(post, spot - 1)
    return said in near()["subject"] or (
        word(post, spot) != "s" and capital(post, spot - 1) and said.isascii() and name_like(post, spot - 1)
    )


def _of_person(post: Post, spot: int, at: int, value: int, marks: Marks) -> bool:
    """ "Dad 69", "mother in law (58, sat 72)", "my wife is 34", "brother ji 44"."""
    while spot and post.words[spot - 1] in near()["honour"] and not is_person(post, spot, marks):
        spot -= 1
    if not spot or not same_clause(post, spot - 1, at):
        return False
    if not is_person(post, spot, marks):
        return value >= _BARE_FROM and _first_of_several(post, spot, at)
    if value >= _BARE_FROM:
        return value < 100
    return "(" in post.before[at] or (post.words[spot - 1] in near()["child"] and (value > 4 or closed(post, at)))


def _first_of_several(post: Post, spot: int, at: int) -> bool:
    """ "2 patients (74, 70)": the ages of a few, told one after the other."""
    first = at
    while first == spot and spot > 1 and post.words[spot - 1].isdecimal() and post.before[at] == ",":
        first = spot = spot - 1
    few = word(post, spot - 2).isdecimal() and int(word(post, spot - 2)) < _BARE_FROM
    return few and "(" in post.before[first] and post.words[spot - 1] in _SEVERAL


def _after_titled_name(post: Post, spot: int, at: int, marks: Marks) -> bool:
    """ "Mrs Lata Deshmukh 57", "bua Pushpa Devi (45)", "patient: Anil, 41"."""
    titles = near()["title"]
    for start in range(spot - 1, max(-1, spot - 2 - _NAME_WORDS), -1):
        if not same_clause(post, start, at):
            return False
        if start < spot - 1 and (post.words[start] in titles or is_person(post, start + 1, marks)):
            return post.words[start] in titles or _written_as_name(post, start + 1)
        if not (name_like(post, start) or len(post.words[start]) == 1 or word(post, start + 1) in names("family")):
            return False
    return False


def _written_as_name(post: Post, at: int) -> bool:
    """After "father" or "patient" any word may stand: a name has a capital or a surname behind it."""
    return capital(post, at) or word(post, at + 1) in names("family")


def _after_name(post: Post, at: int, marks: Marks) -> bool:
    """ "Harbans Kaur 69,", "for Ramesh Verma (50)", "Radhelal, 54, Bhatapara", "देवनाथ साहू जी (59)"."""
    if not at or not same_clause(post, at - 1, at):
        return False
    said, signs = post.words[at - 1], post.before[at]
    if said in near()["honour"]:
        return name_like(post, at - 2) and (closed(post, at) or "(" in signs or word(post, at + 2) in _SAKE)
    if not capital(post, at - 1) or post.tagged[at - 1]:
        return False
    full = said in names("family") and at > 1 and capital(post, at - 2) and same_clause(post, at - 2, at)
    listed = said in names("family") or said in names("given")
    if full or (listed and (closed(post, at) or at + 1 in marks.label_starts)):
        return True
    bracketed = "(" in signs and post.before[at + 1][:1] == ")" if at + 1 < len(post.words) else False
    commas = signs == "," and closed(post, at)
    if not (bracketed or commas) or not name_like(post, at - 1):
        return False
    if not said.isascii():  # "सरिता पांडेय (45)"
        return bracketed and at > 1 and name_like(post, at - 2) and same_clause(post, at - 2, at)
    return at <= 3 or (capital(post, at - 2) and name_like(post, at - 2) and same_clause(post, at - 2, at))
