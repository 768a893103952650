"""Understanding, step 2a: the quarters of cities, which the official lists do not have."""

from functools import cache

from cases.understanding.evidence import Option, district_of
from cases.understanding.lexicon import Hit, lexicon, rows
from cases.understanding.text import Post
from districts.gazetteer import Gazetteer
from districts.spelling import name_words, sound_key

LOCALITY_WEIGHT = 0.9
# A quarter whose name other cities have too helps a district that the post names, and proves none by itself.
COMMON_WEIGHT = 0.3
# A shorter sound is some word's in one of three languages.
_LONG_ENOUGH = 5


@cache
def _sounds_of_localities() -> tuple[dict[str, str], frozenset[str]]:
    """How the longer quarters' names sound, in whichever script, and what they stand for; how their first words do."""
    heard: dict[str, str] = {}
    firsts: set[str] = set()
    for row in rows("localities"):
        words = name_words(row["word"])
        key = "".join(map(sound_key, words))
        if len(key) >= _LONG_ENOUGH and words[0].isalpha() and words[-1].isalpha():
            firsts.add(sound_key(words[0]))
            tag = lexicon().tag_of("localities", words)
            # Najafgarh and Najafgadh are one quarter; Sendri and Sindri are two.
            heard[key] = tag if heard.get(key, tag) == tag else ""
    return {key: tag for key, tag in heard.items() if tag}, frozenset(firsts)


def heard_localities(post: Post, known: set[int], unknown: list[int]) -> list[Hit]:
    """आलमबाग, कंकड़बाग, Alambaag: quarters written in the other script or as they sound, where no list has the words.

    `unknown` are the places of the words that no list has, `known` those of quarters that are spelt.
    """
    sounds, firsts = _sounds_of_localities()
    found: list[Hit] = []
    count, free_from = len(post.words), 0
    for at in unknown:
        word = post.words[at]
        if at in known or at < free_from or post.tagged[at] or not word[0].isalpha():
            continue
        key = sound_key(word)
        pair = key in firsts and at + 1 < count and post.phrases[at] == post.phrases[at + 1]
        tag = sounds.get(key + sound_key(post.words[at + 1]), "") if pair and at + 1 not in known else ""
        free_from = at + (2 if tag else 1)
        if not tag and len(key) >= _LONG_ENOUGH:
            tag = sounds.get(key, "")
        if tag:
            found.append(Hit(at, free_from, tag))
    return found


def with_others(quarters: list[Option], others: list[Option]) -> list[Option]:
    """A common quarter's name with all else it may mean, heaviest first; each district once."""
    mine = {option.district for option in quarters}
    return sorted([*quarters, *(o for o in others if o.district not in mine)], key=lambda option: -option.weight)


def locality_options(post: Post, hit: Hit, gazetteer: Gazetteer) -> list[Option]:
    """Where a quarter of this name is, city by city; worked out once per gazetteer."""
    key = hit.tag, " ".join(post.words[hit.start : hit.end])
    kept: tuple[Option, ...] | None = gazetteer.memo.get(key)
    if kept is None:
        kept = gazetteer.memo[key] = tuple(_quarters(*key, gazetteer))
    return list(kept)


def _quarters(tags: str, written: str, gazetteer: Gazetteer) -> list[Option]:
    areas = [gazetteer.areas[n] for n in gazetteer.names.get(written, ())]
    options = []
    for tag in tags.split("|"):
        code, _, called = tag.partition("=")
        home = gazetteer.area("district", code.lstrip("~"))
        if home is None:
            continue
        district = district_of(home)
        same = [a for a in areas if district_of(a) == district]
        finest = max(same, key=lambda a: (a.block is not None, a.level != "district"), default=home)
        block = next((a.block for a in same if a.block is not None), None)
        weight = COMMON_WEIGHT if code.startswith("~") else LOCALITY_WEIGHT
        options.append(Option(district, home.state, weight, finest, called, block))
    return options
