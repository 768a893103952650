"""Understanding, step 6: what is asked for, as against what is mentioned, had already or offered."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cases.understanding.lexicon import Hit
from cases.understanding.reading import NEEDS, Span
from cases.understanding.text import Post

_NEAR = 7
_RANK = {"ask": 0, "lack": 1, "bare": 2, "tagged": 3}
# Words that carry a need only when nothing else does: kits and injections are medicine, a "refill" oxygen anyway.
_VAGUE = frozenset({"test", "report", "doctor", "doctors", "डॉक्टर", "injection", "test report", "दवा", "admission"})


@dataclass(slots=True)
class Asked:
    """`needs` with the main one first; `status` says how they are asked: ask, lack, bare, tagged or none."""

    needs: tuple[str, ...] = ()
    medicine: tuple[str, ...] = ()
    status: str = "none"
    had: int = 0
    given: int = 0
    spans: list[Span] = field(default_factory=list)


def read_needs(post: Post, need_hits: list[Hit], medicine_hits: list[Hit], cues: list[Hit]) -> Asked:
    """What the post asks for. The hits are those of the lists `needs`, `medicines` and `asks`."""
    mentions = [hit for hit in need_hits if hit.tag != "-"]
    mentions += [Hit(hit.start, hit.end, "medicine") for hit in medicine_hits]
    mentions.sort()
    asked = Asked(medicine=tuple(dict.fromkeys(hit.tag for hit in medicine_hits)))
    status = [_status(post, hit, cues) for hit in mentions]
    asked.had, asked.given = status.count("got"), status.count("have")
    for wanted in _RANK:
        chosen = [hit for hit, said in zip(mentions, status) if said == wanted]
        if chosen:
            chosen = _with_neighbours(post, chosen, mentions, status, wanted)
            asked.needs, asked.status = _names(chosen), wanted
            asked.spans = [post.span(hit.start, hit.end, "needs", wanted) for hit in chosen]
            break
    if "medicine" not in asked.needs and asked.needs:
        asked.medicine = ()
    return asked


def _status(post: Post, hit: Hit, cues: list[Hit]) -> str:
    """How one mention is meant, by the nearest word of asking, lacking, having or giving."""
    if post.tagged[hit.start]:
        return "tagged" if not _same_tag_asks(post, hit, cues) else "ask"
    clause = post.clauses[hit.start]
    best, distance = "bare", 99.0
    for cue in cues:
        if post.clauses[cue.start] != clause or cue.start < hit.end and hit.start < cue.end:
            if not (cue.start < hit.end and hit.start < cue.end and cue.end > hit.end):
                continue
        away = _distance(post, hit, cue)
        if away < distance:
            best, distance = cue.tag, away
    return best if distance <= _NEAR or best == "ask" and distance <= 2 * _NEAR else "bare"


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


def _same_tag_asks(post: Post, hit: Hit, cues: list[Hit]) -> bool:
    return any(cue.tag == "ask" and post.tagged[cue.start] and 0 <= cue.start - hit.end <= 0 for cue in cues)


def _with_neighbours(post: Post, chosen: list[Hit], mentions: list[Hit], status: list[str], wanted: str) -> list[Hit]:
    """ "Oxygen and Remdesivir", "bed, ventilator chahiye": what stands in a list with the asked thing is asked too."""
    if wanted != "ask":
        return chosen
    taken = set(chosen)
    for hit, said in zip(mentions, status):
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
