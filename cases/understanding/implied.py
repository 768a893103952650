"""Understanding, step 6a: what the words for a need mean where they stand, and what a plea wants that names nothing."""

from bisect import bisect_left

from cases.understanding.lexicon import Hit
from cases.understanding.text import Post
from cases.understanding.vitals import Vitals

_HOSPITALS = frozenset("hospital hosp hospitals nursing अस्पताल हॉस्पिटल aspatal".split())
_REFUSED = frozenset(
    "refused refusing refuse refuses denied turned rejected mana mna मना इनकार इंकार लौटा lauta".split()
)
_DIALYSIS = frozenset("dialysis डायलिसिस".split())
_BODY = frozenset("body deadbody shav lash laash शव लाश पार्थिव".split())
# Below this saturation doctors give oxygen (WHO: under 94; the home-isolation rules of 2021: under 93).
_LOW_SPO2 = 93
_VEHICLES = frozenset("gaadi gadi vehicle car sadhan saadhan गाड़ी गाडी वाहन साधन".split())
_SPOKEN_WITHIN = 6
_ANY = frozenset("any koi kisi कोई किसी need needs want can kya क्या call".split())
_WITH = frozenset("with without w bina बिना".split())
# Words between "on" and the oxygen: "on 5 l oxygen", "on a home concentrator".
_AMOUNT = frozenset(
    "a an the home high flow low nasal लीटर litre litres liter liters ltr lpm l o of full continuous nrbm".split()
)
_KNOWING = frozenset("leads lead info information update updates details".split())
_FITTED = frozenset(
    "wala wale vala wali vali wli lagi lage laga sahit samet fitted equipped facility suvidha support supported yukt "
    "वाला वाले वाली लगी लगे लगा सहित समेत सुविधा युक्त".split()
)
_SERVED = frozenset("food medicine oxygen testing".split())
_BIPAP = frozenset("bipap bi cpap बाइपैप बाईपैप niv hfnc".split())
_IN = frozenset("in at inside".split())
_HAS = frozenset("has have".split())
_HAVING = _HAS | {"with", "having"}
# "A hospital which has oxygen" is looked for; "they have oxygen" is told.
_OPEN = frozenset("any which that who some anyone anybody whichever".split())
_TOGETHER = [[with_, beside] for with_ in ("ke", "k", "के") for beside in ("sath", "saath", "साथ")]
_AMBULANCES = frozenset("ambulance ambulence gaadi gadi vehicle van एम्बुलेंस एंबुलेंस एम्बुलेन्स गाडी वाहन".split())
_ON = frozenset("pe par पर पे".split())
_MINUTE = (["minute"], ["min"], ["मिनट"])
_TAKING = frozenset("take taken taking shift shifted shifting transfer transferred move moved go send".split())
_QUEUE = frozenset("line queue waiting standing lined khadi khade lagi katar लाइन कतार खडी लगी".split())
_LYING = frozenset(
    "h hai hain he hi pade pada padi lete leta leti baithe baitha baithi tadap intezar intazar rakha rakhe "
    "है हैं ही पडे पडा पडी लेटे लेटा लेटी बैठे बैठा बैठी तडप इंतजार इंतज़ार".split()
)
_COPULAS = frozenset("h hai hain he rahe rhe है हैं रहे".split())
_OUTSTANDING = frozenset("ka ke nahi nhi nai kab not pending awaited yet का के नहीं नही कब".split())
_SUPPORT = frozenset({"oxygen", "ventilator"})
_REPORTS = frozenset("report reports रिपोर्ट".split())
# Somebody on dialysis is brought there, or given blood for it.
_FOR_DIALYSIS = frozenset({"transport", "ambulance", "blood"})
_WATCHED = frozenset("oxygen ventilator doctor bed+icu bed+ventilator transport ambulance testing blood".split())
# The words that tell how the patient and the oxygen are related, for a quick look.
_TELLING = _WITH | _HAVING | _FITTED | frozenset("on pe par पर पे ke k के support".split())
# As in `needs`: a post that names more is a list, and the rest is not looked at.
_MOST = 120
_BY_THE_UNIT = frozenset({"blood", "plasma"})
_UNITS = frozenset("unit units bottle bottles यूनिट बोतल".split())
_INSIDE = frozenset("admitted admit bharti भर्ती एडमिट".split())


def implied_needs(post: Post, vitals: Vitals, urgency: list[Hit]) -> tuple[str, ...]:
    """What a plea wants that names nothing: blood by its group, else by the danger it tells of."""
    tags = {hit.tag for hit in urgency}
    words = set(post.words)
    if vitals.blood_group and words & {"unit", "units", "donor", "donors", "यूनिट"}:
        return ("blood",)
    if tags & {"trapped", "flood"}:
        return ("transport",)
    if words & _DIALYSIS:
        return ("other",)
    if words & _REFUSED and (words & _HOSPITALS or "fragile" in tags):
        return ("bed",)
    if words & _BODY:
        return ("funeral",)
    if words & (_HOSPITALS | {"full", "फुल"}) and (
        tags & {"critical", "intensive", "fragile"} or vitals.spo2 is not None
    ):
        return ("bed",)
    if vitals.spo2 is not None and vitals.spo2 <= _LOW_SPO2:
        return ("oxygen",)
    return ("ambulance",) if tags & {"critical", "accident"} else ()


def needs_meant(post: Post, hits: list[Hit], cues: list[Hit], vitals: Vitals) -> list[Hit]:
    """The needs without what only labels a figure, speaks, or serves the patient already. `cues` is the list `asks`."""
    if vitals.labels:
        hits = [hit for hit in hits if not _names_a_figure(hit, vitals)]
    if vitals.blood_group:
        hits = hits + _units(post, hits, vitals.blood_group)
    # Most pleas name none of these: they are through here at once.
    tags = {tag for _, _, tag in hits}
    return hits if _WATCHED.isdisjoint(tags) else _sifted(post, hits, tags, cues, vitals)


def _units(post: Post, hits: list[Hit], group: str) -> list[Hit]:
    """ "Need 2 units B+ for a delivery": units of a group are blood, where nothing else is given by the unit."""
    if any(hit.tag in _BY_THE_UNIT for hit in hits):
        return []
    letters, words = group[:-1].lower(), post.words
    spots = (at for at, word in enumerate(words[:_MOST]) if word in _UNITS)
    for at in spots:
        around = words[max(0, at - 3) : at] + words[at + 1 : at + 4]
        if letters in around and "group" not in words[max(0, at - 5) : at + 4]:  # "group O+, units 1"
            return [Hit(at, at + 1, "blood")]
    return []


def _sifted(post: Post, hits: list[Hit], tags: set[str], cues: list[Hit], vitals: Vitals) -> list[Hit]:
    meant: list[Hit] = []
    spoken: dict[int, int] = {}
    wanting: dict[int, int] = {}
    if "doctor" in tags or "bed+icu" in tags:
        spoken = {cue.start: cue.end for cue in cues if cue.tag == "says"}
        wanting = {cue.start: cue.end for cue in cues if cue.tag in ("ask", "lack")}
    intensive = "ventilator" in tags and any("icu" in tag for tag in tags)
    brought = "other" in tags and not tags.isdisjoint(_FOR_DIALYSIS)
    for hit in hits[:_MOST]:
        tag = hit[2]
        if tag == "oxygen" and _is_a_group(post, hit):
            continue
        if tag in _SUPPORT and not _TELLING.isdisjoint(_around(post, hit)):
            if not (_serves_already(post, hit, vitals) or (intensive and post.words[hit.start] in _BIPAP)):
                _add_fitted(post, hit, meant)
        elif tag == "ambulance" and _waits_in_it(post, hit, meant):
            meant.append(hit._replace(tag="?bed"))
        elif not (
            (tag == "testing" and len(tags) > 1 and _is_a_report(post, hit))
            or (brought and post.words[hit.start] in _DIALYSIS)
            or (tag[:4] == "bed+" and _is_in_a_hospital(post, hit, meant))
            or (tag == "doctor" and _only_speaks(post, hit, spoken, wanting))
            or (tag == "bed+icu" and _lies_there(post, hit, wanting))
            or (intensive and post.words[hit.start] in _BIPAP)
            or (tag == "transport" and (_goes_to_a_house(post, hit, meant) or _carries(post, hit)))
        ):
            meant.append(_for_the_sick(post, hit, vitals) if tag == "transport" else hit)
    return meant


def _for_the_sick(post: Post, hit: Hit, vitals: Vitals) -> Hit:
    """ "gaadi nahi, dadi ko le jana hai, sat 81": a vehicle for somebody short of oxygen is the ambulance."""
    sick = vitals.spo2 is not None and vitals.spo2 <= _LOW_SPO2 and post.words[hit.start] in _VEHICLES
    return hit._replace(tag="ambulance") if sick else hit


def _around(post: Post, hit: Hit) -> list[str]:
    return post.words[max(0, hit.start - 4) : hit.start + 1] + post.words[hit.end : hit.end + 4]


def _names_a_figure(hit: Hit, vitals: Vitals) -> bool:
    """ "oxygen 80", "HRCT 18/25", "with oxygen 84": a word right before a figure that it only names."""
    return hit.end - 1 in vitals.labels and hit.end - hit.start <= 2


def _is_a_group(post: Post, hit: Hit) -> bool:
    """ "O+ 2 units": the letter of a blood group before a number is no oxygen."""
    return (
        post.words[hit.start] == "o" and hit.end - hit.start == 2 and bool(set(post.before[hit.start + 1]) & set("+-"))
    )


def _is_a_report(post: Post, hit: Hit) -> bool:
    """ "They want the RT-PCR report first": a paper beside what is asked for; not "report nahi aayi"."""
    words, end = post.words, hit.end
    if end >= len(words) or words[end] not in _REPORTS or post.before[end]:
        return False
    return _OUTSTANDING.isdisjoint(words[end + 1 : end + 4])


def _waits_in_it(post: Post, hit: Hit, meant: list[Hit]) -> bool:
    """ "Lying in an ambulance outside", "एम्बुलेंस में ही हैं": who waits in one has no bed; not "oxygen in ambulance"."""
    words, start, end = post.words, hit.start, hit.end
    if start and words[start - 1].isdecimal() and not _QUEUE.isdisjoint(words[end : end + 4]):
        return True  # "40 ambulances in line outside"
    if meant and meant[-1].tag == "oxygen" and start - meant[-1].end <= 2:
        return False
    spot = start - 1 - (words[start - 1] in ("the", "an") if start else 0)
    if spot >= 0 and words[spot] in _IN:
        return _TAKING.isdisjoint(words[max(0, spot - 3) : spot])
    return end < len(words) and words[end] in _INSIDE_OF and not _LYING.isdisjoint(words[end + 1 : end + 3])


def _is_in_a_hospital(post: Post, hit: Hit, meant: list[Hit]) -> bool:
    """ "Any hospital with an ICU bed": one thing is asked for, noted in place of the hospital."""
    start = hit.start - (post.words[hit.start - 1] in ("a", "an") if hit.start else 0)
    if not (start and meant and meant[-1].tag == "bed" and post.words[start - 1] in _HAVING):
        return False
    if post.clauses[meant[-1].start] != post.clauses[hit.start]:
        return False
    meant[-1] = meant[-1]._replace(tag=hit.tag)
    return True


def _only_speaks(post: Post, hit: Hit, spoken: dict[int, int], wanting: dict[int, int]) -> bool:
    """ "Doctors now suggest plasma", "asked by the doctor": nobody asks for a doctor here; "doctor bhejo" does."""
    words, start = post.words, hit.start
    before = words[max(0, start - 2) : start]
    if "by" in before:
        return True
    if _said_so(post, hit, spoken):
        return True
    starts = list(spoken)
    at = bisect_left(starts, hit.end)
    asked = next((wanting[spot] for spot in (hit.end, hit.end + 1) if spot in wanting), None)
    if asked is not None and asked not in starts[at : at + 2]:
        return False
    near = at < len(starts) and starts[at] - hit.end < _SPOKEN_WITHIN
    return near and post.clauses[starts[at]] == post.clauses[start] and not _ANY & set(before)


def _said_so(post: Post, hit: Hit, spoken: dict[int, int]) -> bool:
    """ "ICU bol rahe h doctor.": Hindi may name the speaker last."""
    words, start, end = post.words, hit.start, hit.end
    if end < len(words) and post.phrases[end] == post.phrases[start]:
        return False
    copula = start > 0 and words[start - 1] in _COPULAS
    return copula and (start in spoken.values() or start - 1 in spoken.values())


def _serves_already(post: Post, hit: Hit, vitals: Vitals) -> bool:
    """ "on 5 l oxygen", "SpO2 76 with concentrator", "58 without O2": what the patient breathes now."""
    words, start, end = post.words, hit.start, hit.end
    ahead = end
    while ahead < len(words) and ahead - end < 3 and (words[ahead] in _AMOUNT or words[ahead].isdecimal()):
        ahead += 1
    if ahead < len(words) and words[ahead] in _ON and post.clauses[ahead] == post.clauses[start]:
        return ahead == end or words[ahead + 1 : ahead + 2] not in _MINUTE
    back = start - 1
    while back > 0 and start - back < 4 and (words[back] in _AMOUNT or words[back].isdecimal()):
        back -= 1
    if back >= 0 and words[back] == "on" and post.clauses[back] == post.clauses[start]:
        return back == 0 or words[back - 1] not in _KNOWING
    joined = words[start] in _WITH or (start > 0 and words[start - 1] in _WITH) or _joined_after(words, end)
    return joined and vitals.spo2 is not None and _by_a_figure(post, start, end)


def _joined_after(words: list[str], end: int) -> bool:
    """ "oxygen ke saath 84", "ऑक्सीजन के बिना 60"."""
    return words[end : end + 1] in (["ke"], ["k"], ["के"]) and words[end + 1 : end + 2] in _ALONG


_ALONG = [[word] for word in "sath saath bina bagair साथ बिना बगैर".split()]


def _by_a_figure(post: Post, start: int, end: int) -> bool:
    """A saturation within a few words of what stands at [start, end), in the same clause."""
    near = [*range(max(0, start - 4), start), *range(end, min(len(post.words), end + 4))]
    return any(
        post.clauses[at] == post.clauses[start] and len(post.words[at]) == 2 and post.words[at].isdecimal()
        for at in near
    )


def _lies_there(post: Post, hit: Hit, wanting: dict[int, int]) -> bool:
    """ "mother is in MGM RICU-2", "plasma for Sudha Hospital ICU", "ICU of Kingsway": the ward of the patient."""
    words, start, end, clause = post.words, hit.start, hit.end, post.clauses[hit.start]
    if end - start > 1 or any(
        at in wanting and post.phrases[at] == post.phrases[start] for at in range(start - 4, start + 4)
    ):
        return False
    ahead = words[end] if end < len(words) and post.clauses[end] == clause else ""
    if ahead == "of" or (ahead.isdecimal() and "-" in post.before[end]):
        return True
    first = start
    while first > 0 and start - first < 4 and post.phrases[first - 1] == post.phrases[start]:
        first -= 1
    behind = words[first:start]
    return (bool(behind) and behind[-1] in _HOSPITALS and not ahead) or not _IN.isdisjoint(behind)


def _goes_to_a_house(post: Post, hit: Hit, meant: list[Hit]) -> bool:
    """ "khana ghar bhijwa do": things go to the house, not people."""
    if post.words[hit.start] not in ("ghar", "घर") or not meant:
        return False
    thing = meant[-1]
    return thing.tag in _SERVED and hit.start - thing.end <= 2 and post.phrases[thing.start] == post.phrases[hit.start]


def _carries(post: Post, hit: Hit) -> bool:
    """ "gaadi ka cylinder bol gaya", "gaadi me baithe hai": what is in the vehicle, not the vehicle."""
    words, end = post.words, hit.end
    if words[end - 1] not in _VEHICLES or end >= len(words):
        return False
    return words[end] in _INSIDE_OF or (words[end] in _OF and words[end + 1 : end + 2] in _CYLINDER)


_OF = frozenset("ka ki ke wala wali का की के वाला वाली".split())
_INSIDE_OF = frozenset("me mein m में".split())
_CYLINDER = [[word] for word in "cylinder silinder oxygen gas सिलेंडर सिलिंडर ऑक्सीजन गैस".split()]


def _add_fitted(post: Post, hit: Hit, meant: list[Hit]) -> None:
    """ "any hospital which has oxygen", "ऑक्सीजन वाला अस्पताल": a hospital that has the thing means a bed there."""
    words, start, clause = post.words, hit.start, post.clauses[hit.start]
    ahead = words[hit.end : hit.end + 4]
    if ahead and (ahead[0] in _FITTED or ahead[:2] in _TOGETHER) and not _AMBULANCES.isdisjoint(ahead[1:]):
        return  # "oxygen wali ambulance"
    fitted = bool(ahead) and ahead[0] in _FITTED and not _HOSPITALS.isdisjoint(ahead)
    if not fitted and (words[start] == "with" or (start and words[start - 1] in _HAVING)):
        behind = [words[at] for at in range(max(0, start - 9), start) if post.clauses[at] == clause]
        if behind and behind[-1] in _HAS and _OPEN.isdisjoint(behind):
            behind = []  # "their hospital has oxygen for 2 hours"
        fitted = not _HOSPITALS.isdisjoint(behind) and _INSIDE.isdisjoint(behind)
        if fitted and meant and meant[-1].tag == "bed" and post.clauses[meant[-1].start] == clause:
            meant[-1] = meant[-1]._replace(tag="bed+" + hit.tag)
            return
    meant.append(hit._replace(tag="bed+" + hit.tag) if fitted else hit)
