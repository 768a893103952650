"""Understanding, step 4b: a saturation without a label before it, told by the words around: "84 pe hai", "92 on 3L"."""

from cases.understanding.levels import close_pair, partner
from cases.understanding.marks import (
    Marks,
    closed,
    counted,
    falls_to,
    following,
    is_person,
    joined,
    near,
    percent,
    same_clause,
    with_trend,
    word,
)
from cases.understanding.text import Post

_LOOK_AROUND = 8
# Without a label nobody's 35 is a saturation.
BARE_FROM = 40
# Nor is a lower figure that stands quite alone, or in a row of three: it may be an age or a house.
_CLEAR_FROM = 70
_LASTING = frozenset("since from now only abhi subah kal".split())
_ROW_STEP = 5
_SHARE_WITHIN = 4
# Words for the gas as well as for its level in the blood.
THING = frozenset({"oxygen", "o2", "oxy", "oxigen", "ऑक्सीजन", "आक्सीजन"})


def told(post: Post, at: int, value: int, marks: Marks, labels: set[int]) -> bool:
    """A figure without a label before it: the words after it, the person or the breath tell it."""
    if _named_after(post, at, marks, labels):
        return True
    if value < BARE_FROM or at in marks.reading_ends or "+" in sign_after(post, at):
        return False
    if joined(post, at, "./:") and not close_pair(post, at):
        return False
    return (
        _on_the_meter(post, at, marks)
        or _capped(post, at, marks)
        or (with_trend(post, at) and marks.somebody)
        or _whole_clause(post, at, value, marks)
        or _at_present(post, at, marks)
        or _below(post, at, marks)
        or _on_support(post, at)
        or _of_person(post, at, marks)
        or _bare_percent(post, at, marks)
        or _bare_range(post, at, value, marks)
        or _arrow(post, at, marks)
        or _row(post, at, value, marks)
    )


def sign_after(post: Post, at: int) -> str:
    return post.folded[post.ends[at] : post.ends[at] + 1]


def _named_after(post: Post, at: int, marks: Marks, labels: set[int]) -> bool:
    """84 sat, 80 level, 69% spo2, "88 hai oxygen": the label stands behind and has no figure of its own."""
    spot = at + 1
    if word(post, spot) in near()["level"] and word(post, spot + 1) in near()["is"] and not post.before[spot]:
        spot += 1  # "83 par hai oxygen"
    if word(post, spot) in near()["is"] and not post.before[spot]:
        spot += 1
    end = marks.label_starts.get(spot)
    if end is None or post.before[spot] not in ("", "%"):
        return False
    roles = near()
    if spot == at + 1 and _nothing_else(post, at, end, marks):
        labels.update(range(spot, end))
        return True
    if post.words[spot] in THING and end - spot == 1:
        after = word(post, end)
        said = after in roles["is"] or after in roles["level"] or post.before[spot] == "%"
        if spot == at + 1 and not (said or _with_oxygen(post, end, marks)):
            return False
        if spot > at + 1 and end < len(post.words) and not closed(post, end - 1):
            return False
    # "76 level, BP 90/60", "79 sat hai, pulse 120": behind a comma and another word stands another reading.
    stop = end + (word(post, end) in roles["is"])
    apart = post.before[stop : stop + 1] == [","] and not post.words[stop].isdecimal()
    if not apart and any(one.isdecimal() and len(one) < 4 for one in post.words[end : end + 3]):
        return False
    labels.update(range(spot, end))
    return True


def _nothing_else(post: Post, at: int, end: int, marks: Marks) -> bool:
    """ "Papa ko ICU chahiye. 76 oxygen.": the figure and the gas alone in their clause."""
    if post.words[at + 1] not in THING or end - at > 2:
        return False
    if not marks.somebody or int(post.words[at]) < _CLEAR_FROM or not closed(post, end - 1):
        return False
    return at > 0 and not same_clause(post, at - 1, at)


def _with_oxygen(post: Post, at: int, marks: Marks) -> bool:
    """ "79 oxygen wali meri behen"; not "50 oxygen wale bed"."""
    if word(post, at) not in ("wali", "wala", "wale", "वाली", "वाले", "वाला"):
        return False
    return is_person(post, at + 2, marks) or is_person(post, at + 3, marks)


def _on_the_meter(post: Post, at: int, marks: Marks) -> bool:
    """ "87 pe hai", "80 chal raha hai", "showing 84", "hovering around 86"."""
    roles, said = near(), following(post, at)
    back = at - 2 if word(post, at - 1) in roles["about"] or word(post, at - 1) == "s" else at - 1
    before = word(post, back)  # "her reading's 83"
    if before in roles["shows"] and not post.before[at].strip(":-= "):
        return True
    if before == "at" or (before in roles["stuck"] and not post.before[at]):
        somebody = word(post, at - 3) in roles["subject"] or _about_somebody(post, at, marks)
        return somebody and (at - 2) not in marks.reading_ends
    if before == "on" and int(post.words[at]) >= _CLEAR_FROM and _person_is_on(post, at, marks):
        return True
    if before == "to" and _fallen(post, at, marks):
        return True
    after = post.words[at + 1 : at + 4]
    if not roles["fall"].isdisjoint(after) and not closed(post, at) and said not in roles["move"]:
        return roles["share"].isdisjoint(after) and _about_somebody(post, at, marks)
    if said in roles["level"]:
        return _stands(post, at + 2) and _about_somebody(post, at, marks)
    if said in roles["particle"]:
        said = following(post, at + 1)
    return said in roles["comes"] and (bool(marks.label_ends) or _about_somebody(post, at, marks))


def _person_is_on(post: Post, at: int, marks: Marks) -> bool:
    """ "Father 73, on 88.", "she is on 84 since morning"; not "on 98...", "on 88 beds"."""
    said = following(post, at)
    if said and said not in _LASTING:
        return False
    aged = word(post, at - 2)
    if aged in ("is", "now", "still"):
        aged = word(post, at - 3)
        return aged in near()["subject"] or is_person(post, at - 2, marks)
    return is_person(post, at - 1, marks) or (len(aged) == 2 and aged.isdecimal() and is_person(post, at - 2, marks))


def _capped(post: Post, at: int, marks: Marks) -> bool:
    """ "84 se upar nahi ja raha", "not going above 88", "90 cross nahi kar raha"."""
    roles = near()
    if word(post, at - 1) in roles["goods"]:
        return False
    if word(post, at - 1) in roles["above"]:
        return not roles["negation"].isdisjoint(post.words[max(0, at - 5) : at - 1]) and _about_somebody(
            post, at, marks
        )
    for spot in (at + 1, at + 2):
        if word(post, spot) in roles["above"] and not closed(post, at):
            denied = not roles["negation"].isdisjoint(post.words[spot + 1 : spot + 3])
            return denied and _about_somebody(post, at, marks)
    return False


def _whole_clause(post: Post, at: int, value: int, marks: Marks) -> bool:
    """ "Oxygen nahi hai usme. 86 hai.": a clause that holds nothing but a figure that is."""
    if value < _CLEAR_FROM or not marks.somebody or (at and same_clause(post, at - 1, at)):
        return False
    if word(post, at + 1) not in near()["is"]:
        return False
    return closed(post, at + 1) or (word(post, at + 2) in near()["now"] and closed(post, at + 2))


def _fallen(post: Post, at: int, marks: Marks) -> bool:
    """ "Dropped to 72", and near a label or a breath "goes to 65" too."""
    roles, before = near(), post.words[max(0, at - 4) : at - 1]
    if not roles["fall"].isdisjoint(before):
        return _about_somebody(post, at, marks)
    return not roles["move"].isdisjoint(before) and (_breath_near(post, at) or _label_in_clause(post, at, marks))


def _stands(post: Post, start: int) -> bool:
    """ "pe", "pe hai", "pe aa gaya", "pe latka hua hai": nothing is asked for at that figure."""
    if closed(post, start - 1):
        return True
    roles = near()
    if word(post, start) in roles["particle"]:
        start += 1
    said = word(post, start)
    if said in roles["comes"] or said in roles["move"] or said in roles["stuck"]:
        return True
    return any(said in roles["is"] for said in post.words[start : start + 3])


def _about_somebody(post: Post, at: int, marks: Marks) -> bool:
    """Whether the post has a patient or the clause a breath or a machine."""
    return marks.somebody or _breath_near(post, at)


def _at_present(post: Post, at: int, marks: Marks) -> bool:
    """ "ab 78", "still 87", "78 now", and "saans nahi aa rahi, 88 hai"."""
    roles, said = near(), following(post, at)
    if said in roles["particle"]:
        said = following(post, at + 1)
    before = word(post, at - 2) if word(post, at - 1) in roles["particle"] else word(post, at - 1)
    if before in roles["now"] and not post.before[at].strip(":-= "):
        label_end = marks.label_starts.get(at + 1)
        if label_end is not None and closed(post, label_end - 1):
            return True
        return not said or said in roles["is"] or said in roles["level"] or said in roles["comes"]
    if said in roles["now"] and marks.label_ends:
        return True
    return said in roles["is"] and _breath_near(post, at)


def _breath_near(post: Post, at: int) -> bool:
    return any_near(post, at, ("breath", "device"))


def any_near(post: Post, at: int, kinds: tuple[str, ...]) -> bool:
    roles = near()
    for spot in range(max(0, at - _LOOK_AROUND), min(len(post.words), at + _LOOK_AROUND)):
        said = post.words[spot]
        if post.clauses[spot] == post.clauses[at] and any(said in roles[kind] for kind in kinds):
            return True
    return False


def _below(post: Post, at: int, marks: Marks) -> bool:
    """ "70 ke niche", "50 se bhi kam", "below 60"."""
    roles = near()
    after = following(post, at)
    below = word(post, at - 1) in roles["below"]
    if after in roles["of"] or after in roles["move"]:
        below = below or any(said in roles["below"] for said in post.words[at + 2 : at + 4])
    return below and (_breath_near(post, at) or _label_in_clause(post, at, marks))


def _label_in_clause(post: Post, at: int, marks: Marks) -> bool:
    return any(post.clauses[start] == post.clauses[at] for start in marks.label_starts)


def _on_support(post: Post, at: int) -> bool:
    """ "80 on room air", "81 without O2", "92 on 3L", "64 on NIV", "NIV pe 64", "10 ltr pe bhi 84"."""
    roles = near()
    last = at - 2 if word(post, at - 1) in roles["particle"] else at - 1
    before = word(post, last)
    if before in roles["level"] and same_clause(post, last - 1, at):
        support = word(post, last - 1)
        if support in roles["care"] or support in roles["device"] or support in roles["flow"]:
            return True
    earlier = post.words[max(0, at - 4) : at - 1]
    if before in roles["care"] and not roles["lacking"].isdisjoint(earlier):
        return True
    if before in roles["lacking"] and not roles["care"].isdisjoint(earlier):
        return True
    return _carried(post, at)


def _carried(post: Post, at: int) -> bool:
    """What follows the figure: "on room air", "with 5 litres", "pe on 10 lpm"."""
    roles = near()
    spot = at + 2 if following(post, at) in roles["level"] else at + 1
    if closed(post, spot - 1) or word(post, spot) not in roles["carried"]:
        return False
    after = post.words[spot + 1 : spot + 3]
    if any(said in roles["care"] or said in roles["device"] for said in after):
        return True
    return len(after) == 2 and after[0].isdecimal() and after[1] in roles["flow"]


def _of_person(post: Post, at: int, marks: Marks) -> bool:
    """ "papa ka 79", "mausa ji ka ab 87": a person's figure that nothing else explains."""
    roles, spot = near(), at
    if word(post, spot - 1) in roles["now"]:
        spot -= 1
    owned = word(post, spot - 1) in roles["of"] or (word(post, spot - 1) == "s" and marks.label_ends)
    if not owned or at + 1 in marks.years or post.before[at].strip(":-= "):
        return False
    spot -= 1
    if word(post, spot - 1) in roles["honour"]:
        return True
    said = following(post, at)
    clear = not said or said in roles["is"] or said in roles["comes"] or said in roles["level"] or said in roles["move"]
    return is_person(post, spot, marks) and clear


def _bare_percent(post: Post, at: int, marks: Marks) -> bool:
    """A bare 72% that no scan, lung or cylinder around it explains."""
    if not percent(post, at) or {at, at - 1} & marks.reading_ends:
        return False
    shares = near()["share"]
    around = range(max(0, at - _SHARE_WITHIN), min(len(post.words), at + _SHARE_WITHIN + 1))
    return not any(post.words[spot] in shares and post.phrases[spot] == post.phrases[at] for spot in around)


def _bare_range(post: Post, at: int, value: int, marks: Marks) -> bool:
    """ "80-85" alone: two figures of a saturation, near each other."""
    other = partner(post, at)
    if not other or other[0][1] + 1 in marks.units or joined(post, at, "/"):
        return False
    return value >= 50 and 0 < other[0][0] - value <= 12 and other[0][1] == at + 1


def _arrow(post: Post, at: int, marks: Marks) -> bool:
    """ "Dad 90 → 84": a fall from one figure to the next."""
    if not falls_to(post, at):
        return False
    return int(post.words[at + 1]) >= BARE_FROM and _about_somebody(post, at, marks)


def _row(post: Post, at: int, value: int, marks: Marks) -> bool:
    """ "88 87 88 pe atka hua": three figures near each other, and somebody to have them."""
    if not marks.somebody or value < _CLEAR_FROM:
        return False
    for spot in (at + 1, at + 2):
        other = word(post, spot)
        if len(other) != 2 or not other.isdecimal() or abs(int(other) - value) > _ROW_STEP:
            return False
        if post.before[spot] not in ("", ",", ".."):
            return False
    return not counted(post, at + 2, marks)
