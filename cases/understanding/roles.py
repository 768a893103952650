"""Understanding, step 2c: the part a named place plays: help is wanted there, a home, a hospital, or where to go."""

from itertools import pairwise

from cases.understanding.evidence import Evidence, Mention, district_of
from cases.understanding.lexicon import Hit
from cases.understanding.text import Post
from districts.gazetteer import Gazetteer

_ROLE_WEIGHT = {"here": 1.35, "in": 1.1, "hospital": 1.25, "home": 0.8, "away": 0.35, "person": 0.15, "plain": 1.0}
_FROM = frozenset({"se", "sy", "से", "to"})
# The list's other words of this tag (police station, post office) stand beside quarters, too.
_BLOCK = frozenset("block tehsil tahsil tahseel taluka taluk vikaskhand ब्लॉक ब्लाक तहसील विकासखंड विखं".split())


def give_roles(post: Post, evidence: Evidence, cues: list[Hit]) -> None:
    """Sets the role and the factor of every mention but handles; `cues` are the hits of the list `place_words`."""
    before = {hit.end: hit.tag for hit in cues if hit.tag.endswith("-before") or hit.tag in ("here", "person")}
    after = {hit.start: hit.tag for hit in cues if not hit.tag.endswith("-before")}
    for mention in evidence.mentions:
        if mention.source != "handle":
            mention.role = _role(post, mention, before, after)
    _journeys(post, evidence, cues)
    lain = any(_lies_there(post, m, after) for m in evidence.mentions if m.source != "handle")
    for order, mention in enumerate(m for m in evidence.mentions if m.source != "handle"):
        mention.factor = _ROLE_WEIGHT[mention.role] * max(0.6, 1 - 0.05 * order)
        # The hospital where the patient lies outweighs the home, which people name twice, by town and by district.
        if lain and mention.role != "hospital":
            mention.factor *= 0.5


def keep_blocks(post: Post, evidence: Evidence, cues: list[Hit], gazetteer: Gazetteer) -> None:
    """ "Kota block": of several Kotas those that are a block or tehsil, where one of them is."""
    said = {hit.start: hit.end for hit in cues if hit.tag == "block" and set(post.words[hit.start : hit.end]) <= _BLOCK}
    if not said:
        return
    led = {end: start for start, end in said.items()}
    meant: dict[frozenset[int], set[int]] = {}  # where the name comes again, it means the same
    for mention in evidence.mentions:
        beside = mention.end if mention.end in said else led.get(mention.start)
        if beside is None or post.clauses[beside] != post.clauses[mention.start]:
            continue
        named = gazetteer.names.get(" ".join(post.words[mention.start : mention.end]), ())
        areas = [gazetteer.areas[number] for number in named]
        meant[_districts(mention)] = {district_of(a) for a in areas if a.level in ("block", "subdistrict")}
    for mention in evidence.mentions:
        blocks = meant.get(_districts(mention), set())
        mention.options = [option for option in mention.options if option.district in blocks] or mention.options


def _districts(mention: Mention) -> frozenset[int]:
    return frozenset(option.district for option in mention.options)


def _journeys(post: Post, evidence: Evidence, cues: list[Hit]) -> None:
    """From A to B (A se B le jana hai): help is wanted where the journey begins."""
    leaving = {post.clauses[hit.start]: hit.start for hit in cues if hit.tag == "away-after"}
    placed = [m for m in evidence.mentions if m.start >= 0]
    for mention, following in pairwise(placed):
        clause, gap = post.clauses[mention.start], following.start - mention.end
        if post.clauses[following.start] != clause or following.role in ("here", "in"):
            continue
        said = (
            bool(_FROM & set(post.words[mention.end : min(mention.end + 2, following.start)]))
            or ">" in post.before[following.start]
        )
        goes = leaving.get(clause, -1) >= following.end
        # The last place before "jana hai" is where they go, not where they are.
        last = not any(following.end <= m.start < leaving.get(clause, -1) for m in placed)
        if (said and (gap <= 1 or (goes and gap <= 4))) or (goes and last and 0 < gap <= 6 and not said):
            mention.role, following.role = "plain", "away"


def _role(post: Post, mention: Mention, before: dict[int, str], after: dict[int, str]) -> str:
    """What the words beside a name make of it; English ones stand before it, Hindi ones after it."""
    at = mention.end
    # "Bilaspur (Chhattisgarh) me": a state or a second name in brackets does not part the name from its word.
    tail = after.get(at) or (after.get(at + 1) if at < len(post.before) and "(" in post.before[at] else None)
    same = at < len(post.phrases) and post.phrases[at] == post.phrases[at - 1]
    lead = before.get(mention.start)
    if post.words[at : at + 2][1:] in (["km"], ["किमी"]) and post.words[at].isdecimal():
        return "away"
    if lead == "person" and not (same and tail in ("in-after", "hospital")):
        return "person"
    if (tail in ("hospital", "admitted") and same) or _lies_there(post, mention, after):
        return "hospital"
    if tail is not None and tail.endswith("-after") and same:
        return tail.partition("-")[0]
    if lead is not None and lead != "person":
        return lead.partition("-")[0]
    return "plain"


def _lies_there(post: Post, mention: Mention, after: dict[int, str]) -> bool:
    """ "gwalior JAH me bharti": a town, its hospital's short name, and that somebody lies there."""
    at = mention.end
    if at + 2 >= len(post.words) or post.clauses[at + 2] != post.clauses[at - 1] or after.get(at) is not None:
        return False
    return after.get(at + 1) == "in-after" and after.get(at + 2) == "admitted"
