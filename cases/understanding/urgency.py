"""Understanding, step 8: critical, high or normal, from words, vitals and what is asked."""

from itertools import pairwise

from cases.understanding.lexicon import Hit
from cases.understanding.needs import Asked
from cases.understanding.reading import Span
from cases.understanding.text import Post
from cases.understanding.vitals import Vitals

# The label guide of the control room: at or below this saturation a patient may die within the hour.
CRITICAL_SPO2 = 85
_LIFE = frozenset({"oxygen", "bed", "plasma", "blood", "ambulance", "funeral", "icu", "ventilator"})
_INJECTED = frozenset("injection injections vial vials inj इंजेक्शन इन्जेक्शन वायल".split())
# Taken by mouth at home: with mild signs they can wait; the others are given in a ward.
_ORAL = frozenset({"ivermectin", "favipiravir", "doxycycline", "azithromycin", "paracetamol", "hydroxychloroquine"})
# For an old illness or a bite: wanted in days, not in hours.
_DAILY = frozenset({"insulin", "anti_rabies", "paracetamol", "thyroxine", "salbutamol", "levetiracetam", "tetanus"})
_NOT_THE_BREATH = frozenset(
    "bp fever temp bukhar sugar platelets pulse cases price water pani paani बुखार पानी बीपी".split()
)
_NO = frozenset({"no", "not"})
_DENIED = frozenset("no without koi कोई बिना not isn't".split())
# "Stuck since lockdown, want to go home": no hurry by itself.
_STUCK = frozenset({"stuck", "stranded"})
_THEN = frozenset("se से to now ab अब".split())
_THEN_WITHIN, _LOWEST = 7, 60
# Who does not answer there is a helpline, not a patient.
_ANSWERS = frozenset(
    "helpline number numbers no call calls phone room portal website hospital hospitals officer collector dm control "
    "centre ambulance anyone anybody nobody govt government admin administration nodal police ward bank vendor".split()
)
_BREATH_WITHIN, _SOON_WITHIN = 4, 5

Found = dict[str, list[Hit]]


def read_urgency(post: Post, asked: Asked, vitals: Vitals, hits: list[Hit]) -> tuple[str, float, list[Span]]:
    """The urgency, how sure it is, and the words it rests on. `hits` are those of the list `urgency`."""
    by_tag: Found = {}
    for hit in hits:
        by_tag.setdefault(hit.tag, []).append(hit)
    reasons = _critical(post, asked, vitals, by_tag)
    if reasons is not None:
        spans = [post.span(hit.start, hit.end, "urgency", hit.tag) for hit in reasons]
        return "critical", 0.9, spans
    if "leisure" in by_tag:
        return "normal", 0.8, [post.span(hit.start, hit.end, "urgency", "leisure") for hit in by_tag["leisure"]]
    spans = [post.span(hit.start, hit.end, "urgency", "hurry") for hit in _pressing(post, by_tag)]
    if spans or _LIFE & set(asked.needs) or _hungry(asked, by_tag) or _ward_medicine(post, asked, by_tag):
        return "high", 0.75, spans
    return ("high", 0.7, spans) if "other" in asked.needs and "dialysis" in by_tag else ("normal", 0.7, [])


def _pressing(post: Post, by_tag: Found) -> list[Hit]:
    return [hit for hit in by_tag.get("hurry", ()) if post.words[hit.start] not in _STUCK]


def _hungry(asked: Asked, by_tag: Found) -> bool:
    """No food left, as against a tiffin for a household that is ill or a meal with the medicine."""
    if "food" not in asked.needs:
        return False
    at_home = "calm" in by_tag or "household" in by_tag or "medicine" in asked.needs
    return "hunger" in by_tag or asked.no_food or not at_home


def _ward_medicine(post: Post, asked: Asked, by_tag: Found) -> bool:
    """An injection or a named medicine; tablets for mild signs at home can wait."""
    if "medicine" not in asked.needs:
        return False
    if asked.medicine and _DAILY.issuperset(asked.medicine):
        return False
    at_home = bool(asked.medicine) and _ORAL.issuperset(asked.medicine) and ("calm" in by_tag or "household" in by_tag)
    return not _INJECTED.isdisjoint(post.words) or (bool(asked.medicine) and not at_home)


def _critical(post: Post, asked: Asked, vitals: Vitals, by_tag: Found) -> list[Hit] | None:
    """The words that make it critical, perhaps none; None if it is not."""
    needs = set(asked.needs)
    if (vitals.spo2 is not None and vitals.spo2 <= CRITICAL_SPO2) or {"icu", "ventilator"} & needs:
        return by_tag.get("critical", [])
    if said := ("critical" in by_tag and _not_denied(post, by_tag["critical"])) or by_tag.get("trapped", []):
        return said
    return (
        ("mute" in by_tag and _mute(post, by_tag))
        or ("falling" in by_tag and _falling(post, by_tag))
        or (vitals.spo2 is not None and _fallen(post, vitals.spo2))
        or ("breath" in by_tag and "trouble" in by_tag and _breathless(post, by_tag))
        or ("intensive" in by_tag and _lies_in_intensive_care(post, by_tag))
        or ("oxygen" in needs and _finishing(post, by_tag))
        or (needs != {"blood"} and by_tag.get("accident"))
        or ("transport" in needs and by_tag.get("flood"))
        or (bool({"ambulance", "bed", "oxygen"} & needs) and by_tag.get("fragile"))
        or ([] if vitals.age == 0 and {"ambulance", "bed", "oxygen"} & needs else None)
    )


def _not_denied(post: Post, hits: list[Hit]) -> list[Hit]:
    """Not "no breathing problem", "not serious"."""
    return [hit for hit in hits if not (hit.start and post.words[hit.start - 1] in _NO)]


def _mute(post: Post, by_tag: Found) -> list[Hit]:
    """ "he is not responding"; not "the helpline is not responding", "no response from the hospital"."""
    found = []
    for hit in by_tag.get("mute", ()):
        asked = post.words[max(0, hit.start - 4) : hit.start]
        if post.words[hit.end : hit.end + 1] == ["from"]:
            asked += post.words[hit.end : hit.end + 4]
        if not any(word in _ANSWERS or word.isdecimal() for word in asked):
            found.append(hit)
    return found


def _falling(post: Post, by_tag: Found) -> list[Hit]:
    """A saturation said to fall; not "bp is falling"."""
    return [
        hit
        for hit in by_tag.get("falling", ())
        if _NOT_THE_BREATH.isdisjoint(post.words[max(0, hit.start - 3) : hit.start])
    ]


def _fallen(post: Post, spo2: int) -> list[Hit]:
    """ "95 se 89 aa gaya", "was 92 in the morning, now 87": two figures of a saturation, the later one lower."""
    words = post.words
    figures = [at for at in post.figures if len(words[at]) == 2 and int(words[at]) >= _LOWEST]
    for first, then in pairwise(figures):
        high, low = int(words[first]), int(words[then])
        joined = then - first <= _THEN_WITHIN and (
            "→" in post.before[then] or ">" in post.before[then] or not _THEN.isdisjoint(words[first + 1 : then])
        )
        if joined and high > low and spo2 in (high, low) and post.clauses[first] == post.clauses[then]:
            return [Hit(first, then + 1, "falling")]
    return []


def _breathless(post: Post, by_tag: Found) -> list[Hit]:
    """ "saans nai ho ri", "problem in her breathing": a word of breath and one of trouble; not "no breath problem"."""
    pair = _pair(post, by_tag.get("breath", []), by_tag.get("trouble", []), _BREATH_WITHIN)
    first = min((hit.start for hit in pair), default=0)
    return [] if first and post.words[first - 1] in _DENIED else pair


def _lies_in_intensive_care(post: Post, by_tag: Found) -> list[Hit]:
    """Who lies in an ICU or on a ventilator is in danger whatever is asked; a hashtag alone tells nothing."""
    return [hit for hit in by_tag.get("intensive", ()) if not post.tagged[hit.start]]


def _finishing(post: Post, by_tag: Found) -> list[Hit]:
    """Oxygen that runs out within hours: said so, or a short time beside a word of lasting ("शाम तक चलेगा")."""
    return by_tag.get("finishing", []) or _pair(post, by_tag.get("runs", []), by_tag.get("soon", []), _SOON_WITHIN)


def _pair(post: Post, these: list[Hit], those: list[Hit], within: int) -> list[Hit]:
    """The first two hits, one of each list, in one clause and near each other. Both lists in order of the text."""
    at = 0
    for hit in these:
        while at < len(those) and those[at].start < hit.start - within:
            at += 1
        if at < len(those) and those[at].start - hit.end < within:
            other = those[at]
            if post.clauses[other.start] == post.clauses[hit.start]:
                return sorted((hit, other))
    return []
