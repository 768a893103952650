"""Understanding, step 4b: a saturation's partner, whether it is over, whether it is the writer's."""

from cases.understanding.marks import Marks, following, is_person, kin, near, word
from cases.understanding.text import Post

_TIES = frozenset({"-", "–", "—", "~", "to", "se", "से", "/", "%-", "% -", "or", "ya", "या"})
_RANGING = frozenset({"ranging", "ranges", "range", "varies", "varying", "fluctuating", "fluctuates", "between"})
_CLOSE = 12
_OWNER_WITHIN = 6
_KIN_WITHIN = 8


def partner(post: Post, at: int) -> list[tuple[int, int]]:
    """The other end of 60-65, or of '75 se 70'."""
    for other in (at + 1, at + 2):
        if other >= len(post.words) or not post.words[other].isdecimal() or len(post.words[other]) > 3:
            continue
        gap = post.folded[post.ends[at] : post.starts[other]].strip()
        if gap in _TIES and 20 < int(post.words[other]) <= 100:
            return [(int(post.words[other]), other)]
    return []


def close_pair(post: Post, at: int) -> bool:
    """ "90/91", "82/100": two saturations, or one out of a hundred; not 18/25, 110/70, 24/4."""
    if post.folded[post.ends[at] : post.ends[at] + 1] != "/" or word(post, at - 1).isdecimal():
        return False
    other, value = word(post, at + 1), int(post.words[at])
    return other == "100" or (
        len(other) == 2 and other.isdecimal() and value >= 60 and abs(int(other) - value) <= _CLOSE
    )


def over(post: Post, at: int) -> bool:
    """ "85 tha", "was 92", "yesterday O2 was 92": a figure of before; not "80 since yesterday", not "kal se 80"."""
    roles = near()
    if word(post, at - 1) == "from":
        return word(post, at + 1) == "to" and word(post, at + 2).isdecimal() and word(post, at - 2) not in _RANGING
    if following(post, at) in roles["over"]:
        return True
    for spot in range(at + 1, min(at + 4, len(post.words))):
        said = post.words[spot]
        if post.phrases[spot] != post.phrases[at] or said.isdecimal() or said in roles["now"]:
            break
        if said in roles["past"] and word(post, spot + 1) not in roles["since"]:
            return True
    for spot in range(at - 1, max(-1, at - 5), -1):
        said = post.words[spot]
        if post.phrases[spot] != post.phrases[at] or said.isdecimal() or said in roles["now"]:
            return False
        if said in roles["past"]:
            return word(post, spot + 1) not in roles["since"] and word(post, spot - 1) != "since"
    return False


def of_writer(post: Post, at: int, marks: Marks) -> bool:
    """ "Mera spo2 97", "I am at 96"; not "meri maa ka 90": who writes is not the patient when somebody else is ill."""
    roles = near()
    for spot in range(at - 1, max(-1, at - 1 - _OWNER_WITHIN), -1):
        said = post.words[spot]
        if post.phrases[spot] != post.phrases[at] or is_person(post, spot + 1, marks):
            return False
        if said in roles["mine"]:
            return not is_person(post, spot + 2, marks)
    return False


def of_other_kin(post: Post, last: int, at: int) -> bool:
    """ "Mummy ka 92, papa ka 84", "patient 1 sat 88, patient 2 sat 79": the second figure is of a second person."""
    told, words = kin(), post.words
    second = [told[said] for said in words[last + 1 : at] if said in told]
    if not second:
        return any(words[spot] in near()["title"] and words[spot + 1] == "2" for spot in range(last + 1, at - 1))
    first = [told[said] for said in words[max(0, last - _KIN_WITHIN) : last] if said in told]
    return bool(first) and first[-1] != second[-1]
