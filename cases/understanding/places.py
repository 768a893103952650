"""Understanding, step 2e: which district and block a post speaks of, or which ones it may mean. Unknown beats wrong."""

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from cases.understanding.evidence import ABROAD, DELHI, Evidence, Mention, Option
from cases.understanding.lexicon import Hit, lexicon, ordinary_words
from cases.understanding.quarters import COMMON_WEIGHT
from cases.understanding.reading import Candidate, Plea, Span
from cases.understanding.text import Post
from cases.understanding.trust import ADDRESSED_ONLY, circumstances, findings, trust
from cases.understanding.weighing import is_sure, weigh
from districts.gazetteer import AreaRow, Gazetteer
from districts.spelling import name_words, sound_key

# A district whose evidence weighs less stays unknown: a village's name alone, a sound alone.
_ENOUGH = 0.5
# A second district with this share of the first one's evidence, from the same words, makes the place ambiguous.
_AS_GOOD = 0.8
_WORTH_A_CHOICE, _MOST_CHOICES = 0.3, 6
# LGD's numbers from here on are of districts made since the end of 2021: to most people they are towns.
_YOUNG = 738
# An office that sets its threshold higher than this gets cases to review without choices.
_BEYOND_DOUBT = 0.98
_OF = frozenset("ke k ki ka के की का".split())
_IN = frozenset("me mein mai m main में मे".split())
_FINE_KINDS = frozenset({"town", "locality", "populated place", "post office locality"})


@dataclass(slots=True)
class Place:
    """Where help must go, as far as the post says; codes as in `Reading`."""

    state: int | None = None
    district: int | None = None
    block: int | None = None
    place: str | None = None
    place_text: str = ""
    pincode: str = ""
    candidates: tuple[Candidate, ...] = ()
    confidence: float = 0.0
    findings: dict[str, float] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)


def read_place(post: Post, plea: Plea, gazetteer: Gazetteer, evidence: Evidence, hits: dict[str, list[Hit]]) -> Place:
    """The place of a post, from what was gathered (see `mentions.gather`); `hits` are its listed words."""
    place = Place(pincode=evidence.pincode)
    scores = weigh(evidence, plea, gazetteer)
    _decide(place, scores, evidence, gazetteer)
    if place.findings:
        place.findings |= circumstances(evidence, hits["place_words"])
        place.confidence = trust(place.findings)
        if place.district is not None and place.confidence < _BEYOND_DOUBT:
            place.candidates = _choices(scores, evidence, gazetteer)
    _fall_back(place, plea, evidence, gazetteer)
    _refine(post, place, evidence, gazetteer)
    place.spans = _spans(post, place, evidence)
    return place


def _supporters(district: int, evidence: Evidence) -> set[int]:
    return {n for n, m in enumerate(evidence.mentions) if any(o.district == district for o in m.options)}


def _decide(place: Place, scores: dict[int, float], evidence: Evidence, gazetteer: Gazetteer) -> None:
    if not scores:
        return
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0])) if len(scores) > 1 else list(scores.items())
    if "heard" in [mention.source for mention in evidence.mentions]:
        while ranked and _only_heard(_supporters(ranked[0][0], evidence), evidence):
            del ranked[0]
    if not ranked or ABROAD in scores:
        return
    best, weight = ranked[0]
    near = [d for d, w in ranked[1:] if w >= _AS_GOOD * weight]
    mine = _supporters(best, evidence) if near else set()
    # A name that clearly means one of the two makes no rival of the other.
    rivals = [d for d in near if any(not is_sure(evidence.mentions[n]) for n in _supporters(d, evidence) & mine)]
    if rivals:
        kept = [(d, w) for d, w in ranked if d == best or d in rivals][:_MOST_CHOICES]
        place.candidates = tuple(_candidate(d, w / weight, evidence, gazetteer) for d, w in kept)
        states = {c.state for c in place.candidates}
        place.state = states.pop() if len(states) == 1 else None
        place.confidence = round(0.9 / len(kept), 2)
        return
    if weight < _ENOUGH:
        place.candidates = (_candidate(best, weight, evidence, gazetteer),)
        place.confidence = round(weight / 2, 2)
        return
    _settle(place, best, gazetteer)
    place.findings = findings(best, weight, ranked[1][1] if len(ranked) > 1 else 0.0, evidence)


def _choices(scores: dict[int, float], evidence: Evidence, gazetteer: Gazetteer) -> tuple[Candidate, ...]:
    """The chosen district and what else it may be, for a reviewer, should the office ask for more trust than it has."""
    inside = [(district, weight) for district, weight in scores.items() if district != ABROAD]
    ranked = sorted(inside, key=lambda item: (-item[1], item[0]))
    kept = [(d, w) for d, w in ranked if w >= _WORTH_A_CHOICE * ranked[0][1]][:_MOST_CHOICES]
    return tuple(_candidate(d, w / ranked[0][1], evidence, gazetteer) for d, w in kept)


def _only_heard(mine: set[int], evidence: Evidence) -> bool:
    """A sound alone, with no word of place beside it and no state that agrees, is an ordinary word."""
    mentions = [evidence.mentions[n] for n in mine]
    if any(m.source != "heard" for m in mentions) or len(mentions) > 1:
        return False
    agrees = any(o.state in evidence.states or o.state in evidence.handle_states for m in mentions for o in m.options)
    return not agrees and mentions[0].role not in ("in", "here", "hospital", "lies")


def _settle(place: Place, district: int, gazetteer: Gazetteer) -> None:
    if district == -DELHI:
        place.state = DELHI
        return
    row = gazetteer.area("district", district)
    place.district, place.state = district, row.state if row else None


def _candidate(district: int, score: float, evidence: Evidence, gazetteer: Gazetteer) -> Candidate:
    row = gazetteer.area("district", district) if district > 0 else gazetteer.area("state", DELHI)
    found = (o for m in evidence.mentions for o in m.options if o.district == district and o.name)
    option = next(found, Option(district, None, 0.0, None, ""))
    same = option.area is not None and option.area.name == option.name
    reason_hi = option.area.name_hi if same and option.area is not None else ""
    state_row = gazetteer.area("state", row.state) if row and row.state else None
    label = f"{row.name}, {state_row.name}" if row and state_row and row.level != "state" else "Delhi"
    label_hi = f"{row.name_hi}, {state_row.name_hi}" if row and state_row and row.level != "state" else "दिल्ली"
    code = district if district > 0 else None
    state = row.state if row else None
    score = round(min(1.0, score), 2)
    kind = _what_it_is(option, row)
    return Candidate(
        state, code, option.block, None, label, label_hi, option.name, score, reason_hi or option.name, kind
    )


def _what_it_is(option: Option, home: AreaRow | None) -> str:
    """What bears the name: the district itself, or a listed quarter, which stands under its district's row."""
    if option.area is None:
        return ""
    if home is not None and _same_name(option.name, home.name):
        return "district"
    return "locality" if option.area.level == "district" else option.area.kind or option.area.level


def _fall_back(place: Place, plea: Plea, evidence: Evidence, gazetteer: Gazetteer) -> None:
    """The handle's district where the text names none; then at least the state."""
    if place.district is None and not place.candidates and plea.scope_district is not None and place.state is None:
        home = gazetteer.area("district", plea.scope_district)
        if home is not None and (not evidence.states or home.state in evidence.states):
            place.district, place.state, place.confidence = plea.scope_district, home.state, trust(ADDRESSED_ONLY)
    if place.state is None and not place.candidates:
        named = [*evidence.states, *evidence.handle_states]
        place.state = named[0] if named else plea.scope_state


def _same_name(one: str, other: str) -> bool:
    """Gariyaband and Gariaband are one name."""
    return one == other or _sounds(one) == _sounds(other)


@lru_cache(maxsize=100_000)
def _sounds(name: str) -> list[str]:
    return [sound_key(word) for word in name_words(name)]


def _is_own_name(option: Option) -> bool:
    """The option is a whole district, under its own name."""
    return option.area is not None and option.area.level == "district" and _same_name(option.name, option.area.name)


def _is_fine(area: AreaRow | None) -> bool:
    return area is not None and (area.level in ("block", "subdistrict") or area.kind in _FINE_KINDS)


def _refine(post: Post, place: Place, evidence: Evidence, gazetteer: Gazetteer) -> None:
    """The block and the most local name inside the district that was chosen."""
    district = -DELHI if place.state == DELHI else place.district
    if district is None and place.candidates:
        named = [m for m in evidence.mentions if m.start >= 0 and not m.is_hospital]
        mention = min(named, key=lambda m: m.start, default=None)
        if mention is not None and not any(_is_own_name(o) for o in mention.options):
            place.place_text = mention.options[0].name
        return
    if district is None:
        return
    own = gazetteer.area("district", district)
    spoken = [m for m in evidence.mentions if m.start >= 0 and m.factor > 0.4]
    # A name only heard gives no place by itself, unless a word of place stands beside it or it is a block's.
    spoken = [m for m in spoken if m.source != "heard" or m.role in ("in", "here") or m.options[0].weight > 0.3]
    for mention in _finest_first(spoken, district, gazetteer):
        for option in mention.options:
            if option.district == district:
                _take(place, option, own)
    if not place.place_text:
        place.place_text = _next_door(spoken, district, place.state) or _unlisted(post, evidence, district)
    if not place.place_text:
        place.place_text = _in_hospital_name(post, spoken, district, gazetteer) or _other_citys(post, spoken, district)
    if not place.place_text and own is not None and district >= _YOUNG:
        place.place_text = next((own.name for m in spoken for o in m.options if o.area is own), "")


def _names_its_seat(mention: Mention, district: int, heads: frozenset[str]) -> bool:
    """The district's own name, or its seat's that has it: Janjgir of Janjgir-Champa."""
    names = [o.name for o in mention.options if o.district == district]
    return any(not heads.isdisjoint(_beginnings(name)) for name in names)


@lru_cache(maxsize=100_000)
def _beginnings(name: str) -> frozenset[str]:
    """Baloda, BalodaBazar, BalodaBazarBhatapara, as they sound."""
    words = name_words(name)
    return frozenset(sound_key("".join(words[: at + 1])) for at in range(len(words)))


def _finest_first(spoken: list[Mention], district: int, gazetteer: Gazetteer) -> list[Mention]:
    """In order of appearance, the district's own name last; of two neighbours the quarter before its town: "Bhilai
    Supela" is Supela."""
    own = gazetteer.area("district", district)
    if own is None or len(spoken) < 2:
        return spoken
    heads = _beginnings(own.name)
    order = sorted(spoken, key=lambda mention: _names_its_seat(mention, district, heads))
    for at, (one, two) in enumerate(pairwise(order)):
        if two.start - one.end <= 1 and _is_quarter(two, district) and not _is_quarter(one, district):
            order[at], order[at + 1] = two, one
    return order


def _is_quarter(mention: Mention, district: int) -> bool:
    areas = [o.area for o in mention.options if o.district == district and o.area is not None]
    return any(
        a.kind == "locality" or (a.level == "district" and name_words(a.name) != name_words(o.name))
        for a in areas
        for o in mention.options
        if o.area is a
    )


def _next_door(spoken: list[Mention], district: int, state: int | None) -> str:
    """A town that lists put next door, or a young district named beside its old one ("Phalodi, Jodhpur")."""
    for mention in spoken:
        only = mention.options[0]
        if only.area is not None and only.area.kind == "hospital":
            continue
        near = len(mention.options) == 1 or only.weight >= 0.6
        if near and only.state == state and only.district != district and mention.role not in ("away", "person"):
            other = [m for m in spoken if m is not mention and any(o.district == district for o in m.options)]
            beside = any(abs(m.start - mention.end) <= 1 or abs(mention.start - m.end) <= 1 for m in other)
            if beside and only.area is not None and _same_name(only.name, only.area.name) and other:
                # LGD numbers districts as they are made: the younger of two is the place inside the older.
                mine = next(o for o in other[0].options if o.district == district)
                return only.name if only.district > district else mine.name
            if _is_fine(only.area) or (only.area is not None and not _same_name(only.name, only.area.name)):
                return only.name
    return ""


def _in_hospital_name(post: Post, spoken: list[Mention], district: int, gazetteer: Gazetteer) -> str:
    """The town in a hospital's name: Bhilai in "भिलाई सेक्टर 9 अस्पताल"."""
    for mention in spoken:
        if mention.end - mention.start < 2:
            continue
        for at in range(mention.start, mention.end):
            for number in gazetteer.names.get(post.words[at], ()):
                area = gazetteer.areas[number]
                if area.district == district and area.kind == "town":
                    return area.name
    return ""


def _other_citys(post: Post, spoken: list[Mention], district: int) -> str:
    """ "Agra, Kamla Nagar": a quarter the lists have in another city only, named beside this one."""
    for one, two in pairwise(spoken):
        for mine, other in ((one, two), (two, one)):
            common = all(o.weight <= COMMON_WEIGHT and o.district != district for o in other.options)
            near = two.start - one.end <= 1 and post.clauses[one.start] == post.clauses[two.start]
            if common and near and any(o.district == district for o in mine.options):
                return other.options[0].name
    return ""


def _take(place: Place, option: Option, own: AreaRow | None) -> None:
    area = option.area
    if place.block is None:
        place.block = option.block
    named_as_district = own is not None and _same_name(option.name, own.name)
    is_locality = area is not None and area.level in ("district", "state") and not named_as_district
    named = option.name not in ("", "Delhi") and not named_as_district
    if not place.place_text and named and (_is_fine(area) or is_locality):
        place.place_text = option.name
        place.place = area.key if area is not None and area.level == "place" else None


def _unlisted(post: Post, evidence: Evidence, district: int) -> str:
    """A locality no list has: the capitalised words right before the district's name ("Adarsh Nagar, Delhi")."""
    for mention in evidence.mentions:
        if any(o.district == district for o in mention.options) and (inside := _inside(post, mention)):
            return inside
        if mention.start <= 0 or post.tagged[mention.start] or not any(o.district == district for o in mention.options):
            continue
        start = mention.start
        while start > 0 and mention.start - start < 2 and _may_be_name(post, start - 1):
            start -= 1
        if start < mention.start:
            return post.original_words(start, mention.start)
    return ""


def _inside(post: Post, mention: Mention) -> str:
    """ "surat ke pandesara me", "इंदौर के खजराना में": unknown words between a district's name and the word for in."""
    start = mention.end
    if mention.start < 0 or start >= len(post.words) or post.tagged[mention.start]:
        return ""
    start += post.words[start] in _OF
    for end in range(start + 1, min(start + 3, len(post.words))):
        if post.words[end] in _IN:
            known = any(w in ordinary_words() or w.isdecimal() or len(w) < 3 for w in post.words[start:end])
            known = known or any(lexicon().tag("place_words", w) for w in post.words[start:end])
            same = post.phrases[end] == post.phrases[mention.start]
            return post.original_words(start, end) if same and not known else ""
    return ""


def _may_be_name(post: Post, at: int) -> bool:
    word = post.words[at]
    if word in ordinary_words() or word.isdecimal() or len(word) < 4 or post.clauses[at] != post.clauses[at + 1]:
        return False
    return post.original_words(at, at + 1)[:1].isupper() and not post.tagged[at]


def _spans(post: Post, place: Place, evidence: Evidence) -> list[Span]:
    wanted = {c.district for c in place.candidates} | {place.district}
    if place.state == DELHI:
        wanted.add(-DELHI)
    found = []
    for mention in evidence.mentions:
        if mention.start < 0 or mention.role == "person":
            continue
        if any(o.district in wanted for o in mention.options):
            found.append(post.span(mention.start, mention.end, "place", mention.role))
    found += [post.span(a, b, "place", "state") for a, b in evidence.states.values()]
    return found
