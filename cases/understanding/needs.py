"""Understanding, step 6: what is asked for, as against what is mentioned, had already or offered."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from cases.understanding.lexicon import Hit
from cases.understanding.reading import NEEDS, Span
from cases.understanding.text import Post

_NEAR = 7
# A post that names more things than this is a list, not a plea; the rest is not looked at.
_MOST = 60
_RANK = {"ask": 0, "lack": 1, "bare": 2, "tagged": 3}
_NEAR_TAG = 4
_DEATH = frozenset("body shav death dehant mrityu died मृत्यु देहांत निधन शव".split())
_STRANDED = frozenset("stranded stuck rescue boat trapped फंसे नाव naav fanse phanse बाढ flood flooded marooned".split())
_NOT = frozenset("nahi nhi nahin nai नहीं नही नहि".split())
_REFERRED = frozenset("refer referred reffer रेफर रैफर".split())
# What is missing is asked along with what is asked; but "no bed, need a cylinder" asks for the cylinder alone.
_OWN_LACK = frozenset({"medicine", "doctor", "food", "testing", "ambulance"})


@dataclass(slots=True)
class Asked:
    """`needs` with the main one first; `status` says how they are asked: ask, lack, bare, tagged or none.

    `named` are all things the post names, asked for or not.
    """

    needs: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    medicine: tuple[str, ...] = ()
    status: str = "none"
    had: int = 0
    given: int = 0
    spans: list[Span] = field(default_factory=list)


def read_needs(
    post: Post, need_hits: list[Hit], medicine_hits: list[Hit], cues: list[Hit], urgency: list[Hit]
) -> Asked:
    """What the post asks for. The hits are those of the lists `needs`, `medicines`, `asks` and `urgency`."""
    mentions = [hit for hit in need_hits if hit.tag != "-"]
    mentions += [Hit(hit.start, hit.end, "medicine") for hit in medicine_hits]
    mentions.sort()
    del mentions[_MOST:]
    cues = sorted(cues + [Hit(hit.start, hit.end, "weak") for hit in urgency if hit.tag == "hurry"])
    starts = [cue.start for cue in cues]
    status = [_status(post, hit, _cues_near(hit, cues, starts)) for hit in mentions]
    asked = Asked(had=status.count("got"), given=status.count("have"), named=_names(mentions))
    for wanted in _RANK:
        chosen = [hit for hit, said in zip(mentions, status) if said == wanted]
        if chosen:
            chosen = _with_neighbours(post, chosen, mentions, status, wanted)
            asked.needs, asked.status = _names(chosen), wanted
            asked.spans = [post.span(hit.start, hit.end, "needs", wanted) for hit in chosen]
            break
    places = {(hit.start, hit.end) for hit, said in zip(mentions, status) if said in ("ask", "lack", asked.status)}
    _set_right(post, asked, mentions, urgency)
    if "medicine" in asked.needs or not asked.needs:
        asked.medicine = tuple(dict.fromkeys(hit.tag for hit in medicine_hits if (hit.start, hit.end) in places))
    return asked


def without_denied(post: Post, cues: list[Hit]) -> list[Hit]:
    """ "bed nahi mila": what is said not to have been got is lacking, whatever word the lists know before it."""
    denied = [cue.tag == "got" and cue.start > 0 and post.words[cue.start - 1] in _NOT for cue in cues]
    return [cue._replace(tag="lack") if no else cue for cue, no in zip(cues, denied)]


def _cues_near(hit: Hit, cues: list[Hit], starts: list[int]) -> list[Hit]:
    """The cues that can matter: none is looked for further off than twice the nearness."""
    return cues[bisect_left(starts, hit.start - 3 * _NEAR) : bisect_left(starts, hit.end + 3 * _NEAR)]


def _set_right(post: Post, asked: Asked, mentions: list[Hit], urgency: list[Hit]) -> None:
    """A vehicle for the dead is the hearse; for somebody in danger or referred, it is the ambulance."""
    if "transport" in asked.needs and _DEATH & set(post.words) and "food" not in asked.needs:
        asked.needs = tuple(dict.fromkeys("funeral" if need == "transport" else need for need in asked.needs))
    if "transport" in asked.needs and not _STRANDED & set(post.words):
        danger = any(hit.tag in ("critical", "fragile", "falling") for hit in urgency)
        referred = bool(_REFERRED & set(post.words))
        if danger or referred or any(hit.tag == "ambulance" for hit in mentions):
            swapped = ("ambulance" if need == "transport" else need for need in asked.needs)
            asked.needs = tuple(dict.fromkeys(swapped))


def _status(post: Post, hit: Hit, cues: list[Hit]) -> str:
    """How one mention is meant, by the nearest word of asking, lacking, having or giving."""
    clause, tagged = post.clauses[hit.start], post.tagged[hit.start]
    best, distance = "bare", 99.0
    for cue in cues:
        if post.clauses[cue.start] != clause or (tagged and post.tagged[cue.start]):
            continue
        if hit.start <= cue.start and cue.end <= hit.end:
            return cue.tag if cue.tag != "weak" else "ask"
        away = _distance(post, hit, cue)
        if cue.tag == "weak":
            if away <= 1 and distance > _NEAR:
                best, distance = "ask", away
        elif away < distance:
            best, distance = cue.tag, away
    if distance <= (_NEAR_TAG if tagged else _NEAR) or (best == "ask" and not tagged and distance <= 2 * _NEAR):
        return best
    if tagged:
        return "tagged"
    return "ask" if _in_question(post, hit) else "bare"


def _in_question(post: Post, hit: Hit) -> bool:
    """ "Bhilai me ICU bed?": a thing right before a question mark is asked for."""
    return hit.end < len(post.before) and "?" in post.before[hit.end]


def _distance(post: Post, hit: Hit, cue: Hit) -> float:
    """Words between, longer across a comma; what is got or given is said after the thing, or right before it."""
    if cue.start >= hit.end:
        gap: float = cue.start - hit.end
        crossed = post.phrases[cue.start] != post.phrases[hit.end - 1]
    else:
        gap = max(0, hit.start - cue.end)
        crossed = post.phrases[max(0, cue.end - 1)] != post.phrases[hit.start]
        if cue.tag in ("lack", "got") and not post.words[cue.start].isascii():
            gap += 3
        elif cue.tag in ("got", "have", "lack"):
            gap += 2
    return gap + (3 if crossed else 0)


def _with_neighbours(post: Post, chosen: list[Hit], mentions: list[Hit], status: list[str], wanted: str) -> list[Hit]:
    """ "Oxygen and Remdesivir", "bed, ventilator chahiye": what stands in a list with the asked thing is asked too."""
    if wanted != "ask":
        return chosen
    taken = set(chosen)
    for hit, said in zip(mentions, status):
        if said == "lack" and hit.tag in _OWN_LACK:
            taken.add(hit)
        if said != "bare" or hit in taken:
            continue
        for other in chosen:
            low, high = sorted((hit, other))
            if 0 <= high.start - low.end <= 1 and post.clauses[low.start] == post.clauses[high.start]:
                taken.add(hit)
    return sorted(taken)


def _names(hits: Iterable[Hit]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for hit in hits:
        found.update(dict.fromkeys(hit.tag.split("+")))
    return tuple(need for need in found if need in NEEDS)
