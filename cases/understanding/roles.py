"""Understanding, step 2c: the part a named place plays: the patient lies there, lives there, or is to go there."""

from functools import cache
from itertools import pairwise

from cases.understanding.evidence import Evidence, Mention, district_of
from cases.understanding.lexicon import Hit, rows
from cases.understanding.text import Post
from districts.gazetteer import Gazetteer

# "lies": the patient is there now, whatever the home and the place they hope for.
_ROLE_WEIGHT = {"lies": 1.5, "here": 1.35, "in": 1.1, "hospital": 1.25, "home": 0.8, "away": 0.35, "person": 0.15}
_ELSEWHERE_FACTOR = 0.45
# "Koriya dist": said to be the district.
_NAMED_FACTOR = 1.3
_BEDS = frozenset({"bed", "icu", "ventilator"})
# Below it a hospital's name stands in several cities; initials of a hospital are not longer.
_SURE_WEIGHT, _INITIALS = 0.5, 6
_FROM = frozenset({"se", "sy", "से", "to"})
# The list's other words of this tag (police station, post office) stand beside quarters, too.
_BLOCK = frozenset("block tehsil tahsil tahseel taluka taluk vikaskhand ब्लॉक ब्लाक तहसील विकासखंड विखं".split())
# "Bharti karna hai", "admit nahi kar rahe": there they hope to be, and are not.
_WISHED = frozenset(
    "karna karana karwana krna krana krwana karne karane karwane karao karwao kro karo lo le hona hone nahi nhi nai "
    "ki ke k करना कराना करवाना करने कराने करवाने कराओ करवाओ होना होने नहीं की के करो लो ले".split()
)
# How far from a name the word that somebody lies there may stand: "ESI Okhla ke ward 3 me bharti".
_LIES_WITHIN = 7
_HOSPITAL_WITHIN = 5
# Words that tell a name's part before it and after it: "ghar Takhatpur", "Takhatpur ghar hai".
_BOTH_SIDES = frozenset({"here", "person", "home"})


# "SMS me h abhi", "निजी अस्पताल में हैं": they are there; "Jaipur me hai kya" asks.
_ARE = frozenset("h hai hain hen he hu hun hoon hum है हैं हूं हू हे".split())
_WRITER, _WRITER_WITHIN = frozenset("hum ham main mai mein i we हम मैं".split()), 3
_ASKING = frozenset("kya koi kahin ky क्या कोई कहीं to तो".split())


def _asks(words: list[str], at: int) -> bool:
    return at < len(words) and words[at] in _ASKING


@cache
def family_names() -> frozenset[str]:
    """Words that make the one before them a person's name."""
    return frozenset(row["word"] for row in rows("person_names") if row["part"] == "family")


class _Cues:
    """The place words of a post by where they stand."""

    def __init__(self, words: list[str], cues: list[Hit]) -> None:
        self.before: dict[int, str] = {}
        self.after: dict[int, str] = {}
        self.hospital_ends: set[int] = set()
        self.admitted: list[int] = []
        self.lies_after: list[int] = []
        self.wished: set[int] = set()
        self.present: list[int] = []
        for start, end, tag in cues:
            if tag.endswith("-before") or tag in _BOTH_SIDES:
                self.before[end] = tag
            if tag.endswith("-before"):
                continue
            lies = tag in ("admitted", "lies-after")
            if lies and end < len(words) and words[end] in _WISHED:
                if tag == "lies-after":
                    self.wished.add(start)
                continue
            self.after[start] = tag
            if tag == "in-after" and end < len(words) and words[end] in _ARE and not _asks(words, end + 1):
                self.present.append(start)
            if tag == "hospital":
                self.hospital_ends.add(end)
            elif lies:
                (self.admitted if tag == "admitted" else self.lies_after).append(start)


def give_roles(post: Post, evidence: Evidence, hits: dict[str, list[Hit]]) -> None:
    """Sets the role and the factor of every mention but handles; `hits` are the listed words of the post."""
    spoken = [m for m in evidence.mentions if m.source != "handle"]
    if not spoken:
        return
    cues = _Cues(post.words, hits["place_words"])
    for at, mention in enumerate(spoken):
        mention.role = _role(post, mention, cues, _next_place(spoken, at, len(post.words)))
    _journeys(post, evidence, hits["place_words"])
    _in_hospitals(post, spoken, hits)
    _neighbours(post, spoken)
    there = {o.district for m in spoken if m.role == "lies" and m.source != "heard" for o in m.options}
    for order, mention in enumerate(spoken):
        mention.factor = _ROLE_WEIGHT.get(mention.role, 1.0) * max(0.6, 1 - 0.05 * order)
        # Where the patient lies outweighs the home, which people name twice, by town and by district.
        if there and mention.role != "lies" and there.isdisjoint([o.district for o in mention.options]):
            mention.factor *= _ELSEWHERE_FACTOR


def _next_place(spoken: list[Mention], at: int, end: int) -> int:
    """Where the next other place begins: not its own hospital, nor an ordinary word that sounds like a place."""
    home = _home_of(spoken[at])
    others = (m.start for m in spoken[at + 1 :] if m.source != "heard" and all(o.district != home for o in m.options))
    return next(others, end)


def _in_hospitals(post: Post, spoken: list[Mention], hits: dict[str, list[Hit]]) -> None:
    """ "Got a bed at MG Hospital Jodhpur", "PBM me meri bua ki body": they are in the hospital, unless a bed there is
    what is asked for."""
    if not any(m.is_hospital or m.role == "hospital" for m in spoken):
        return
    got = {post.clauses[hit.start] for hit in hits["asks"] if hit.tag == "got"}
    beds = {post.clauses[hit.start] for hit in hits["needs"] if not _BEDS.isdisjoint(hit.tag.split("+"))}
    for mention in spoken:
        clause = post.clauses[mention.start]
        named = mention.is_hospital and mention.options[0].weight > _SURE_WEIGHT
        if mention.is_hospital and mention.role == "away" and post.words[mention.start - 1] == "for":
            mention.role = "hospital"  # "4 vials for Ruban Hospital Patna"
        got_there = clause in got and (mention.role == "hospital" or (named and mention.role in ("in", "plain")))
        if got_there or (named and mention.role == "in" and clause not in beds):
            mention.role = "lies"


def _neighbours(post: Post, spoken: list[Mention]) -> None:
    """ "Udaipur MB Hospital me bharti karwana hai": a city and its hospital side by side play one part."""
    for one, two in pairwise(spoken):
        if two.start - one.end > 1 or post.phrases[one.start] != post.phrases[two.start]:
            continue
        if {option.district for option in one.options} & {option.district for option in two.options}:
            if one.role == "plain":
                one.role = two.role
            elif two.role == "plain":
                two.role = one.role


def _home_of(mention: Mention) -> int:
    return mention.options[0].district


def keep_named(post: Post, evidence: Evidence, cues: list[Hit], gazetteer: Gazetteer) -> None:
    """ "Kota block", "dist Chhatarpur": of several places of that name those that are one, where any of them is."""
    tags = [hit.tag for hit in cues]
    if "block" not in tags and "district" not in tags:
        return
    blocks = [h for h in cues if h.tag == "block" and set(post.words[h.start : h.end]) <= _BLOCK]
    named = _named(post, evidence, blocks, gazetteer, ("block", "subdistrict"))
    # In "जिला अस्पताल बिलासपुर" the word belongs to the hospital.
    hospitals = {h.start for h in cues if h.tag == "hospital"}
    districts = [h for h in cues if h.tag == "district" and h.end not in hospitals]
    named |= _named(post, evidence, districts, gazetteer, ("district",))
    for mention in evidence.mentions:  # where the name comes again, it means the same
        meant = named.get(_names(mention), set())
        kept = [option for option in mention.options if option.district in meant]
        mention.options = kept or mention.options
        if kept and {mention.end, mention.start - 1} & {h.start for h in districts}:
            mention.factor *= _NAMED_FACTOR


def _named(
    post: Post, evidence: Evidence, said: list[Hit], gazetteer: Gazetteer, levels: tuple[str, ...]
) -> dict[frozenset[str], set[int]]:
    """By what a name may mean: the districts where it is of these levels, as a word beside it says."""
    ends, starts = {hit.end for hit in said}, {hit.start for hit in said}
    meant: dict[frozenset[str], set[int]] = {}
    for mention in evidence.mentions if said else ():
        led, followed = mention.start in ends, mention.end in starts
        beside = mention.end if followed else mention.start - 1
        if not (led or followed) or post.clauses[beside] != post.clauses[mention.start]:
            continue
        numbers = gazetteer.names.get(" ".join(post.words[mention.start : mention.end]), ())
        areas = [gazetteer.areas[number] for number in numbers]
        meant[_names(mention)] = {district_of(a) for a in areas if a.level in levels}
    return meant


def _names(mention: Mention) -> frozenset[str]:
    """Kota and कोटा are one name, even where the lists have more places for one spelling."""
    return frozenset(option.name for option in mention.options)


def _journeys(post: Post, evidence: Evidence, cues: list[Hit]) -> None:
    """From A to B (A se B le jana hai): help is wanted where the journey begins."""
    placed = [m for m in evidence.mentions if m.start >= 0]
    if len(placed) < 2:
        return
    leaving = {post.clauses[hit.start]: hit.start for hit in cues if hit.tag == "away-after"}
    either = {hit.start for hit in cues if hit.tag == "or"}
    for mention, following in pairwise(placed):
        clause, gap = post.clauses[mention.start], following.start - mention.end
        if mention.role == "away" and following.role == "plain" and mention.end in either and gap <= 3:
            following.role = "away"  # "take her to AIIMS Patna or Ruban Gaya"
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


def _role(post: Post, mention: Mention, cues: _Cues, following: int) -> str:
    """What the words beside a name make of it; English ones stand before it, Hindi ones after it."""
    at = mention.end
    # "Bilaspur (Chhattisgarh) me": a state or a second name in brackets does not part the name from its word.
    tail = cues.after.get(at) or (cues.after.get(at + 1) if at < len(post.before) and "(" in post.before[at] else None)
    same = at < len(post.phrases) and post.phrases[at] == post.phrases[at - 1]
    lead = cues.before.get(mention.start)
    if post.words[at : at + 2][1:] in (["km"], ["किमी"]) and post.words[at].isdecimal():
        return "away"
    if at < len(post.words) and post.words[at] in family_names() and post.original_words(at, at + 1).istitle():
        return "person"  # "Ram Sagar Mishra hospital"
    if lead == "person" and not (same and tail in ("in-after", "hospital")):
        return "person"
    if same and (tail == "home-after" or at in cues.wished):
        return "home" if tail == "home-after" else "away"
    if lead != "away-before" and _lies_there(post, mention, cues, following):
        return "lies"
    if (tail in ("hospital", "admitted") and same) or (
        tail is None and _names_hospital(post, mention, cues, following)
    ):
        return "hospital"
    if lead == "lies-before" and tail in (None, "in-after"):
        return "lies"
    if tail is not None and (tail.endswith("-after") or tail == "home") and same:
        return tail.partition("-")[0]
    if lead is None and mention.start in cues.hospital_ends and not set(post.before[mention.start]) & set(",.;|"):
        return "hospital"  # "Civil Hospital Ahmedabad"
    if lead is not None and lead != "person":
        return lead.partition("-")[0]
    return "plain"


def _names_hospital(post: Post, mention: Mention, cues: _Cues, following: int) -> bool:
    """ "Kirandul NMDC project hospital", "Rawatbhata still in NPCIL hosp"."""
    if not cues.hospital_ends:
        return False
    last = min(mention.end + _HOSPITAL_WITHIN, following, len(post.words))
    near = (at for at in range(mention.end + 1, last) if cues.after.get(at) == "hospital")
    return any(post.phrases[at] == post.phrases[mention.start] for at in near)


def _lies_there(post: Post, mention: Mention, cues: _Cues, following: int) -> bool:
    """ "gwalior JAH me bharti", "Gondia ke KTS me daale hai"; "lying on a stretcher in ESI Okhla"."""
    if not (cues.present or cues.lies_after or cues.admitted):
        return False
    at, phrase = mention.end, post.phrases[mention.end - 1]
    last = min(following, at + _LIES_WITHIN, len(post.words))
    if any(at <= spot < last and post.phrases[spot] == phrase for spot in cues.present):
        # "Hum Barmer me hai, aa nahi sakte": where the writer is, who may write for somebody elsewhere.
        return _WRITER.isdisjoint(post.words[max(0, mention.start - _WRITER_WITHIN) : mention.start])
    for spot in cues.lies_after:
        if at <= spot < last and post.phrases[spot] == phrase:
            return True
    for spot in cues.admitted:
        if at < spot < last and post.phrases[spot] == phrase and cues.after.get(spot - 1) == "in-after":
            return True
        near = 0 < mention.start - spot <= _LIES_WITHIN and post.clauses[spot] == post.clauses[mention.start]
        initials = post.original_words(mention.start - 1, mention.start) if mention.start else ""
        lead = mention.start - (1 if initials.isupper() and len(initials) <= _INITIALS else 0)
        said_in = cues.before.get(lead) in ("in-before", "lies-before") or cues.after.get(at) == "in-after"
        if near and (said_in or mention.start in cues.hospital_ends):
            return True
    return False
