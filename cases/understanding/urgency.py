"""Understanding, step 8: critical, high or normal, from words, vitals and what is asked."""

from itertools import pairwise

from cases.understanding.figures import figures_in_words
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
_LATER = frozenset(
    "then later today tonight evening lunch night aaj dopahar sham shaam raat phir fir आज दोपहर शाम रात फिर".split()
)
_NO_FIGURE = frozenset("age aged umar umr saal years yrs yr pulse hr उम्र साल वर्ष".split()) | _NOT_THE_BREATH
_THEN_WITHIN, _LOWEST = 7, 60
# Who does not answer there is a helpline, not a patient.
_ANSWERS = frozenset(
    "embassy consulate "
    "helpline number numbers no call calls phone room portal website hospital hospitals officer collector dm control "
    "centre ambulance anyone anybody nobody govt government admin administration nodal police ward bank vendor "
    "wale log staff nurse koi kisi kahi aspatal mantri cm pm sarkar prashasan karyalay 108 "
    "हेल्पलाइन नंबर फोन कॉल अस्पताल वाले लोग स्टाफ नर्स कोई किसी कहीं प्रशासन सरकार कार्यालय अधिकारी कलेक्टर".split()
)
_BREATH_WITHIN, _SOON_WITHIN, _PALE_WITHIN, _EASED_WITHIN = 4, 5, 4, 3
# Wanted for the days to come by somebody whose breath is good: "as a precaution", "discharged, 95 without support".
_SENT = frozenset({"doctor", "testing", "medicine"})
_DEATHS = frozenset("maut mauten mout death deaths died dead mare मौत मौतें मरे मृत्यु".split())
_WALKING = frozenset("walk walks walking walked exertion chalne chalte chalane चलने चलते".split())
_AT_HOME = frozenset({"oxygen", "medicine", "doctor", "testing", "food", "other"})
_GOOD_SPO2 = 94
_O2 = frozenset("oxygen o2 ऑक्सीजन".split())
# A machine for the nights at home after the ward.
_HOME_MACHINES = frozenset("bipap bi cpap niv बाइपैप बाईपैप".split())
# Up to here a doctor cannot wait, with oxygen or without.
_LOW_SPO2 = 90
_ON_WHEELS = frozenset("ambulance gaadi gadi gaari auto car vehicle usme isme jisme एम्बुलेंस गाडी उसमें इसमें".split())

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
    if ("spare" in by_tag or "home" in by_tag) and _can_wait(post, asked, vitals, by_tag):
        return "normal", 0.7, [post.span(hit.start, hit.end, "urgency", "spare") for hit in by_tag.get("spare", ())]
    if "leisure" in by_tag:
        return "normal", 0.8, [post.span(hit.start, hit.end, "urgency", "leisure") for hit in by_tag["leisure"]]
    hurry = _pressing(post, by_tag) or _many_ill(post, asked, by_tag)
    spans = [post.span(hit.start, hit.end, "urgency", "hurry") for hit in hurry]
    low = "doctor" in asked.needs and vitals.spo2 is not None and vitals.spo2 <= _LOW_SPO2
    if low or spans or _LIFE & set(asked.needs) or _hungry(asked, by_tag) or _ward_medicine(post, asked, by_tag):
        return "high", 0.75, spans
    return ("high", 0.7, spans) if "other" in asked.needs and "dialysis" in by_tag else ("normal", 0.7, [])


def _can_wait(post: Post, asked: Asked, vitals: Vitals, by_tag: Found) -> bool:
    """ "as a precaution" unless the saturation is low; "discharged yesterday" with a good one."""
    if not _AT_HOME.issuperset(asked.needs) or asked.medicine or _pressing(post, by_tag):
        return False
    return "spare" in by_tag if vitals.spo2 is None else vitals.spo2 >= _GOOD_SPO2


def _pressing(post: Post, by_tag: Found) -> list[Hit]:
    return [hit for hit in by_tag.get("hurry", ()) if post.words[hit.start] not in _STUCK]


def _many_ill(post: Post, asked: Asked, by_tag: Found) -> list[Hit]:
    """ "Pura gaon bimar, doctor bhejo": these for a village cannot wait; tests can, unless some died."""
    if "epidemic" not in by_tag or _SENT.isdisjoint(asked.needs):
        return []
    return [] if asked.needs == ("testing",) and _DEATHS.isdisjoint(post.words) else by_tag["epidemic"]


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
    if "home" in by_tag and "ventilator" in needs and _for_the_night(post, by_tag):
        needs.discard("ventilator")
        by_tag.pop("intensive", None)
    if (vitals.spo2 is not None and vitals.spo2 <= CRITICAL_SPO2) or {"icu", "ventilator"} & needs:
        return by_tag.get("critical", [])
    if said := ("critical" in by_tag and _not_denied(post, by_tag["critical"], by_tag)) or _trapped(needs, by_tag):
        return said
    return (
        ("mute" in by_tag and _mute(post, by_tag))
        or ("part" in by_tag and "pale" in by_tag and _pair(post, by_tag["part"], by_tag["pale"], _PALE_WITHIN))
        or (("falling" in by_tag or "wavers" in by_tag) and _falling(post, by_tag))
        or (vitals.spo2 is not None and _fallen(post, vitals.spo2))
        or ("breath" in by_tag and "trouble" in by_tag and _breathless(post, by_tag))
        or ("intensive" in by_tag and _lies_in_intensive_care(post, by_tag))
        or (_breathes_oxygen(asked) and _finishing(post, by_tag))
        or (needs != {"blood"} and by_tag.get("accident"))
        or ("transport" in needs and by_tag.get("flood"))
        or (bool({"ambulance", "bed", "oxygen"} & needs) and by_tag.get("fragile"))
        or ([] if vitals.age == 0 and {"ambulance", "bed", "oxygen"} & needs else None)
    )


def _for_the_night(post: Post, by_tag: Found) -> bool:
    """ "BiPAP on rent, discharged yesterday": a machine for the home, where no ICU and no ventilator is named."""
    return all(post.words[hit.start] in _HOME_MACHINES for hit in by_tag.get("intensive", ()))


def _trapped(needs: set[str], by_tag: Found) -> list[Hit]:
    """By water or rubble; "pani bhar gaya, log school me ruke hain": who is out of it asks for food."""
    return [] if "sheltered" in by_tag and "transport" not in needs else by_tag.get("trapped", [])


def _not_denied(post: Post, hits: list[Hit], by_tag: Found) -> list[Hit]:
    """Not "no breathing problem", "not serious", "saans lene me koi dikkat nahi"."""
    said = [hit for hit in hits if not (hit.start and post.words[hit.start - 1] in _NO)]
    if "eased" not in by_tag:
        return said
    taken_back = {at for hit in by_tag["eased"] for at in range(hit.start - _EASED_WITHIN, hit.end)}
    return [hit for hit in said if hit.end - 1 not in taken_back]


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
    """A saturation said to fall; not "bp is falling", nor one that wavers in somebody stable."""
    wavering = by_tag.get("wavers", []) if "steady" not in by_tag else []
    return [
        hit
        for hit in by_tag.get("falling", []) + wavering
        if _NOT_THE_BREATH.isdisjoint(post.words[max(0, hit.start - 3) : hit.start])
        and _WALKING.isdisjoint(post.words[max(0, hit.start - 4) : hit.end + 5])
    ]


def _fallen(post: Post, spo2: int) -> list[Hit]:
    """ "95 se 89 aa gaya", "was 92 in the morning, now 87": two figures of a saturation, the later one lower."""
    words = post.words
    figures = [(int(words[at]), at) for at in post.figures if len(words[at]) == 2 and int(words[at]) >= _LOWEST]
    if all(value != spo2 for value, _ in figures):  # "ninety one at breakfast, eighty nine at lunch"
        figures = [(value, at) for value, at, _ in figures_in_words(post) if value >= _LOWEST]
    for (high, first), (low, then) in pairwise(figures):
        if then - first > _THEN_WITHIN:
            continue
        between = words[first + 1 : then]
        joined = "→" in post.before[then] or ">" in post.before[then] or not _THEN.isdisjoint(between)
        if not joined and not _LATER.isdisjoint(between):
            joined = _NO_FIGURE.isdisjoint(words[first + 1 : then + 2])
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


def _breathes_oxygen(asked: Asked) -> bool:
    """Oxygen is asked for, or a bed or an ambulance by somebody who has a cylinder."""
    return "oxygen" in asked.needs or ("oxygen" in asked.named and not {"bed", "ambulance"}.isdisjoint(asked.needs))


def _finishing(post: Post, by_tag: Found) -> list[Hit]:
    """Oxygen that runs out within hours: said so, or a short time beside a word of lasting ("शाम तक चलेगा")."""
    said = [hit for hit in by_tag.get("finishing", ()) if not _in_a_vehicle(post, hit)]
    return said or _pair(post, by_tag.get("runs", []), by_tag.get("soon", []), _SOON_WITHIN)


def _in_a_vehicle(post: Post, hit: Hit) -> bool:
    """ "gaadi khud ki hai, oxygen nahi hai usme": it is the vehicle that has none, not the patient."""
    words = post.words
    if words[hit.start] not in _O2:
        return False
    return not _ON_WHEELS.isdisjoint(words[max(0, hit.start - 6) : hit.start] + words[hit.end : hit.end + 1])


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
