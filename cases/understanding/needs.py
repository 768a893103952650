"""Understanding, step 6: what is asked for, as against what is mentioned, had already or offered."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from cases.understanding.asks import NOT
from cases.understanding.lexicon import Hit
from cases.understanding.reading import NEEDS, Span
from cases.understanding.text import Post

_NEAR = 7
_FAR = 3 * _NEAR
# A post that names more things than this is a list, not a plea; the rest is not looked at.
_MOST = 60
_RANK = ("ask", "lack", "bare", "tagged")
_NEAR_TAG = 4
_AFTER = frozenset({"got", "have", "lack"})
_HOW = frozenset({"ask", "lack", "got", "have", "weak"})
_DEATH = frozenset("body shav death dehant mrityu died मृत्यु देहांत निधन शव".split())
_STRANDED = frozenset("stranded stuck rescue boat trapped फंसे नाव naav fanse phanse बाढ flood flooded marooned".split())
_ONE_MORE = [[one, more] for one in ("ek", "1", "एक", "one") for more in ("aur", "or", "और", "more")]
_WATER = frozenset({"trapped", "flood"})
_REFERRED = frozenset("refer referred reffer रेफर रैफर".split())
# What is missing is asked along with what is asked; but "no bed, need a cylinder" asks for the cylinder alone.
_OWN_LACK = frozenset({"medicine", "food", "testing", "ambulance"})
# "No ICU here, get her a bed anywhere": the bed is to be one in an ICU.
_BETTER_BEDS = frozenset({"bed+icu", "bed+icu+ventilator", "bed+ventilator"})
_JOINS = frozenset("and or plus n with has aur ya evam va tatha और या एवं व तथा".split())
_SMALL = frozenset("a an any some one the also ek koi bhi एक कोई भी".split())
_STATES = frozenset("is are has hai h hain was were tha thi lagi laga on in है हैं था थी लगी लगा पर में".split())
_JOINED_WITHIN = 4
_DANGER = frozenset({"critical", "fragile", "falling", "breath", "pale", "mute"})
_NOBODY = frozenset("nobody noone koi कोई".split())
# In every kit: the need says enough, the name is for what has to be searched for.
_EVERYDAY = frozenset({"paracetamol", "azithromycin"})
_HAVE = frozenset({"have", "has"})
_OWNERS = frozenset("i he she patient father mother dad mom papa uncle".split())
_TURNS = frozenset("but now par magar lekin ab पर मगर लेकिन परंतु अब".split())
# "bed bhi hai, plasma chahiye", "oxygen is there but ...": the thing, and that it is there.
_GOODS = frozenset({"oxygen", "medicine", "plasma", "blood", "ambulance", "doctor", "ventilator"})
_THERE = frozenset("hai h he hain done है हैं".split())
_ALSO = frozenset("to toh bhi तो भी".split())
_BE_THERE = (["is", "there"], ["are", "there"], ["is", "not"], ["are", "not"])
_MAY_STAND = _THERE | _ALSO | NOT | {"is", "are", "ek", "tak", "एक", "तक"}
_EVEN = _ALSO | {"ek", "tak", "एक", "तक"}
_ONLY = _TURNS | frozenset("bas bus just only sirf aaj today बस सिर्फ केवल आज".split())
_UNSURE = frozenset("koi kisi kahi kahin kahan kaha kya agar any if कोई किसी कहीं कहां क्या अगर".split())
# A need that is only told by where somebody lies or what befell them; it counts where nothing is asked for by name.
_TOLD = "?"
_NEEDS = frozenset(NEEDS)
_NO_MENTION = "-" + _TOLD
_CAME_WITHIN = 8
_WITHOUT = frozenset("without bina bagair बिना बगैर".split())
_NO_MATTER = frozenset("needed required need requirement shortage problem issue crisis wanted chahiye".split())
# "Papa chal base, kandha dene wala nahi": the words for a death say "got" of everything but the funeral.
_DIED = frozenset("passed patient chal guzar gujar nahi चल गुजर निधन नहीं".split())
_MORE = frozenset("more still remaining balance aur baki baaki और बाकी शेष".split())
_TO_HOSPITAL = frozenset("hospital aspatal अस्पताल हॉस्पिटल".split())
_GOING = frozenset("le lejana jana jaana ले लेगे जाना पहुंचाना".split())


@dataclass(slots=True)
class Asked:
    """`needs` with the main one first; `status` says how they are asked: ask, lack, bare, tagged or none.

    `named` are all things the post names, asked for or not; `no_food` tells that the food asked for ran out.
    """

    needs: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    no_food: bool = False
    medicine: tuple[str, ...] = ()
    status: str = "none"
    had: int = 0
    given: int = 0
    spans: list[Span] = field(default_factory=list)


def read_needs(
    post: Post, need_hits: list[Hit], medicine_hits: list[Hit], cues: list[Hit], urgency: list[Hit]
) -> Asked:
    """What the post asks for. The hits are those of the lists `needs`, `medicines`, `asks` and `urgency`."""
    mentions = [hit for hit in need_hits if hit[2][0] not in _NO_MENTION]
    told = [hit for hit in need_hits if hit.tag[0] == _TOLD] if len(mentions) < len(need_hits) else []
    if medicine_hits:
        mentions = _with_medicines(mentions, medicine_hits)
    mentions.sort()
    del mentions[_MOST:]
    cues = [cue for cue in cues if cue[2] in _HOW]
    if hurry := [Hit(start, end, "weak") for start, end, said in urgency if said == "hurry"]:
        cues = sorted(cues + hurry)
    starts = [cue[0] for cue in cues]
    status = [_status(post, hit, _cues_near(hit, cues, starts)) for hit in mentions]
    named = _names(mentions) if mentions else ()
    if "ambulance" in named and "oxygen" in named:
        _came_without(post, mentions, status)
    asked = Asked(had=status.count("got"), given=status.count("have"), named=named)
    chosen: list[Hit] = []
    wanted = next((said for said in _RANK if said in status), "")
    if wanted:
        chosen = [hit for hit, said in zip(mentions, status) if said == wanted]
        if len(chosen) < len(mentions):
            chosen = _with_neighbours(post, chosen, mentions, status, wanted)
        asked.needs, asked.status = _names(chosen), wanted
        asked.spans = [post.span(start, end, "needs", wanted) for start, end, _ in chosen]
    if "transport" in named and asked.needs == ("food",) and any(hit.tag == "trapped" for hit in urgency):
        asked.needs = ("transport", "food")  # "stuck on the 2nd floor, water rising, milk over"
    if told and asked.status not in ("ask", "lack"):
        _tell(post, asked, told)
    if "food" in asked.needs:
        gone = [hit for hit, said in zip(mentions, status) if said == "lack" and hit.tag == "food"]
        asked.no_food = any(not _wants_hands(post, hit) for hit in gone)
    _set_right(post, asked, mentions, urgency)
    if medicine_hits and ("medicine" in asked.needs or not asked.needs):
        chosen += [hit for hit, said in zip(mentions, status) if said in ("ask", "lack")]
        # "remdesivir ki 5 shishi, parchi hai, dawa nahi hai": the name stands beside the asking.
        asked.medicine = _named(medicine_hits, chosen) or (
            _named(medicine_hits, [hit for hit, said in zip(mentions, status) if said == "bare"]) if asked.needs else ()
        )
    return asked


def _named(medicine_hits: list[Hit], chosen: list[Hit]) -> tuple[str, ...]:
    places = {(hit.start, hit.end) for hit in chosen}
    named = (hit.tag for hit in medicine_hits if (hit.start, hit.end) in places)
    return tuple(dict.fromkeys(tag for tag in named if tag not in _EVERYDAY))


def _tell(post: Post, asked: Asked, told: list[Hit]) -> None:
    """ "lying at the hospital gate", "nobody to cook": what is meant, before what is only named."""
    meant = (hit.tag[1:] for hit in told)
    asked.needs = tuple(dict.fromkeys((*meant, *asked.needs)))
    asked.status = "bare"
    asked.spans += [post.span(hit.start, hit.end, "needs", "told") for hit in told]


def _came_without(post: Post, mentions: list[Hit], status: list[str]) -> None:
    """ "108 came but had no oxygen": what is missing there is an ambulance that has it."""
    for at in range(1, len(mentions)):
        first, then = mentions[at - 1], mentions[at]
        if (first.tag, then.tag) != ("ambulance", "oxygen") or status[at - 1] in ("got", "have"):
            continue
        lacks = status[at] == "lack" or post.words[then.start - 1] in _WITHOUT
        near = then.start - first.end <= _CAME_WITHIN and post.clauses[first.start] == post.clauses[then.start]
        if lacks and near:
            status[at - 1], status[at] = "ask" if status[at - 1] == "ask" else "lack", "none"


def _with_medicines(mentions: list[Hit], medicine_hits: list[Hit]) -> list[Hit]:
    """ "anti rabies vaccine" is a medicine: what stands within its name is no other need."""
    inside = {at for hit in medicine_hits for at in range(hit.start, hit.end)}
    kept = [hit for hit in mentions if hit.tag == "medicine" or hit.start not in inside]
    return kept + [Hit(hit.start, hit.end, "medicine") for hit in medicine_hits]


def _cues_near(hit: Hit, cues: list[Hit], starts: list[int]) -> list[Hit]:
    """The cues that can matter: none is looked for further off than twice the nearness."""
    start, end, _ = hit
    return cues[bisect_left(starts, start - _FAR) : bisect_left(starts, end + _FAR)]


def _wants_hands(post: Post, hit: Hit) -> bool:
    """ "Nobody to cook", "rashan lane wala koi nahi": there is food to be had, but nobody to bring it."""
    at, clause, words = hit.start, post.clauses[hit.start], post.words
    spots = range(max(0, at - 5), min(len(words), hit.end + 5))
    return any(words[spot] in _NOBODY and post.clauses[spot] == clause for spot in spots)


def _set_right(post: Post, asked: Asked, mentions: list[Hit], urgency: list[Hit]) -> None:
    """A vehicle for the dead is the hearse; for somebody in danger or referred, it is the ambulance."""
    if "transport" in asked.needs and _DEATH & set(post.words) and "food" not in asked.needs:
        asked.needs = tuple(dict.fromkeys("funeral" if need == "transport" else need for need in asked.needs))
    wet = any(hit.tag in _WATER for hit in urgency)
    if "transport" in asked.needs and not wet and not _STRANDED & set(post.words):
        danger = any(hit.tag in _DANGER for hit in urgency)
        if danger or _goes_to_hospital(post.words) or any(hit.tag == "ambulance" for hit in mentions):
            swapped = ("ambulance" if need == "transport" else need for need in asked.needs)
            asked.needs = tuple(dict.fromkeys(swapped))


def _goes_to_hospital(words: list[str]) -> bool:
    """ "referred", "गाड़ी नहीं, अस्पताल ले जाना है": the vehicle is for somebody sick."""
    if not _REFERRED.isdisjoint(words):
        return True
    spots = [at for at, word in enumerate(words) if word in _TO_HOSPITAL]
    return any(not _GOING.isdisjoint(words[at + 1 : at + 3]) and "se" not in words[at + 1 : at + 2] for at in spots)


def _status(post: Post, hit: Hit, cues: list[Hit]) -> str:
    """How one mention is meant, by the nearest word of asking, lacking, having or giving."""
    start, end, _ = hit
    clauses = post.clauses
    clause, tagged = clauses[start], post.tagged[start]
    best, distance, hinted = "bare", 99.0, False
    for cue in cues:
        first, last, said = cue
        if clauses[first] != clause or (tagged and post.tagged[first]):
            continue
        if start <= first and last <= end:
            if said == "have":
                continue  # "oxygen supply" is a thing, not an offer of it
            return said if said != "weak" else "ask"
        away = _distance(post, hit, cue)
        if said == "weak":
            hinted = hinted or away <= 1
        elif away < distance and not (said == "got" and _not_of_it(post, cue, hit, cues)):
            best, distance = said, away
    words = post.words
    before = words[start - 1] if start else ""
    if before == "no" and distance > 0 and _has_no(post, hit):
        return "lack"
    if before in _HAVE and _is_at_hand(post, hit, cues):
        return "got"
    if hinted and (distance > _NEAR or best == "have"):
        return "ask"
    if best != "have" and end < len(words) and words[end] in _MAY_STAND:
        if _denied_there(post, hit):
            return "lack"
        if said := _stands_there(post, hit, cues):
            return said
    if distance <= (_NEAR_TAG if tagged else _NEAR) or (best == "ask" and not tagged and distance <= 2 * _NEAR):
        return best
    if tagged:
        return "tagged"
    return "ask" if _in_question(post, hit) else "bare"


def _is_at_hand(post: Post, hit: Hit, cues: list[Hit]) -> bool:
    """ "Have cylinder for today, need an ICU bed"; not "anyone have a cylinder?", "we have cylinders"."""
    at, clause = hit.start - 1, post.clauses[hit.start]
    if at and post.clauses[at - 1] == clause and post.words[at - 1] not in _OWNERS:
        return False
    return any(cue.tag == "ask" and cue.start >= hit.end and post.clauses[cue.start] == clause for cue in cues)


def _has_no(post: Post, hit: Hit) -> bool:
    """ "we have a cylinder but no flow meter"; not "no bed needed", "no oxygen shortage"."""
    if post.before[hit.start]:
        return False
    return hit.end == len(post.words) or post.words[hit.end] not in _NO_MATTER


def _denied_there(post: Post, hit: Hit) -> bool:
    """ "Gadi bhi nahi", "doctor ek bhi nai h": the phrase ends with the denial."""
    words, at, phrase = post.words, hit.end, post.phrases[hit.start]
    while at < hit.end + 2 and at < len(words) and words[at] in _EVEN:
        at += 1
    if at >= len(words) or words[at] not in NOT or post.phrases[at] != phrase:
        return False
    at += 1
    at += at < len(words) and words[at] in _THERE and post.phrases[at] == phrase
    return at >= len(words) or post.phrases[at] != phrase or words[at].isdecimal()


def _stands_there(post: Post, hit: Hit, cues: list[Hit]) -> str:
    """Got: "cylinder hai, hospital nahi", "bed is there but". Lack: "oxygen is arranged, bed is not". Or ''."""
    if hit.tag not in _GOODS and not hit.tag.startswith("bed"):
        return ""
    words, at, phrase = post.words, hit.end, post.phrases[hit.start]
    at += words[at] in _ALSO
    following = words[at : at + 2]
    if following in _BE_THERE:
        at += 1
    elif not following or following[0] not in _THERE:
        return ""
    if post.phrases[at] != phrase or "?" in post.folded[post.ends[at] : post.ends[at] + 2]:
        return ""
    if at + 1 < len(words) and post.phrases[at + 1] == phrase and words[at + 1] not in _ONLY:
        return ""
    if words[at] == "not":
        return "lack"
    if not _UNSURE.isdisjoint(words[max(0, hit.start - 4) : hit.start]):
        return ""
    return "" if any(cue.tag in ("ask", "weak") and post.phrases[cue.start] == phrase for cue in cues) else "got"


def _not_of_it(post: Post, got: Hit, hit: Hit, cues: list[Hit]) -> bool:
    """ "bed mil gaya par ab plasma": what was got stands before the turn. Or more of it is asked, or somebody died."""
    if hit.tag == "funeral" and post.words[got.start] in _DIED:
        return True
    if not _ONLY.isdisjoint(post.words[got.end : hit.start]):
        return True
    return _more_asked(post, got, cues)


def _more_asked(post: Post, got: Hit, cues: list[Hit]) -> bool:
    """ "4 vials managed, 2 more needed", "got one. Ek aur dilwa do": what was got was not enough."""
    words = post.words
    for cue in cues:
        if cue.tag == "ask" and cue.start >= got.end:
            before, after = words[max(0, cue.start - 2) : cue.start], words[cue.end : cue.end + 2]
            if before in _ONE_MORE or after in _ONE_MORE or after[:1] == ["another"]:
                return True
        if cue.tag == "ask" and cue.start >= got.end and post.clauses[cue.start] == post.clauses[got.start]:
            return cue.start - got.end <= 4 and not _MORE.isdisjoint(post.words[got.end : cue.end + 1])
    return False


def _in_question(post: Post, hit: Hit) -> bool:
    """ "Bhilai me ICU bed?": a thing right before a question mark is asked for."""
    return hit.end < len(post.before) and "?" in post.before[hit.end]


def _distance(post: Post, hit: Hit, cue: Hit) -> float:
    """Words between, longer across a comma; what is got or given is said after the thing, or right before it."""
    start, end, said = cue
    phrases = post.phrases
    if start >= hit.end:
        gap = start - hit.end
        return gap + 3 if phrases[start] != phrases[hit.end - 1] else gap
    gap = max(0, hit.start - end)
    if said in _AFTER:
        gap += 3 if said != "have" and not post.words[start].isascii() else 2
    return gap + 3 if phrases[max(0, end - 1)] != phrases[hit.start] else gap


def _with_neighbours(post: Post, chosen: list[Hit], mentions: list[Hit], status: list[str], wanted: str) -> list[Hit]:
    """ "Oxygen and Remdesivir", "bed, ventilator chahiye": what stands in a list with the asked thing is asked too."""
    if "bare" not in status and ("lack" not in status or wanted == "lack"):
        return chosen
    if wanted == "lack":
        return sorted([*chosen, *_listed(post, mentions, status)])
    if wanted != "ask":
        return chosen
    taken = set(chosen)
    only_bed = "lack" in status and {hit.tag for hit in chosen} == {"bed"}
    for hit, said in zip(mentions, status):
        if said == "lack" and (hit.tag in _OWN_LACK or (only_bed and hit.tag in _BETTER_BEDS)):
            taken.add(hit)
        if said != "bare" or hit in taken:
            continue
        for other in chosen:
            low, high = (hit, other) if hit < other else (other, hit)
            if high.start - low.end <= _JOINED_WITHIN and _stand_together(post, low, high):
                taken.add(hit)
                break
    return sorted(taken)


def _listed(post: Post, mentions: list[Hit], status: list[str]) -> list[Hit]:
    """ "No ration left. Tarpaulin, rice, dal.": a sentence that only names things asks for them."""
    bare = [hit for hit, said in zip(mentions, status) if said == "bare"]
    found: list[Hit] = []
    for hit in bare:
        clause = post.clauses[hit.start]
        size = bisect_right(post.clauses, clause) - bisect_left(post.clauses, clause)
        named = [other for other in bare if post.clauses[other.start] == clause]
        if len(named) > 1 and sum(other.end - other.start for other in named) >= size - 1:
            found.append(hit)
    return found


def _stand_together(post: Post, low: Hit, high: Hit) -> bool:
    """ "bed, ventilator", "boat for us plus some food": side by side, or joined by a word like "and"."""
    gap = high.start - low.end
    if gap < 0 or post.clauses[low.start] != post.clauses[high.start]:
        return False
    if gap <= 1:
        return True
    between = post.words[low.end : high.start]
    while between and between[-1] in _SMALL:
        between.pop()
    return bool(between) and between[-1] in _JOINS and _STATES.isdisjoint(between)


def _names(hits: Iterable[Hit]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for _, _, tag in hits:
        if "+" in tag:
            found.update(dict.fromkeys(tag.split("+")))
        else:
            found[tag] = None
    return tuple([need for need in found if need in _NEEDS])
