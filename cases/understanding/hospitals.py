"""Understanding, step 2g: the hospital that a post names."""

from collections.abc import Iterator

from cases.understanding.evidence import Option, district_of
from cases.understanding.lexicon import Hit, ordinary_words
from cases.understanding.reading import Span
from cases.understanding.text import Post
from districts.gazetteer import AreaRow, Gazetteer, Match

_MOST_WORDS = 4
# A chain's name, or initials that several cities' hospitals have, only speak for a city named beside them.
_WEIGHT, _COMMON_WEIGHT = 0.9, 0.15
_NOT_A_NAME = frozenset(
    "any some in at the private govt government a an of to from nearest good big koi kisi kahi from near".split()
)


def hospital_options(hit: Hit, gazetteer: Gazetteer) -> list[Option]:
    """Where a listed hospital stands; initials that several cities' hospitals have prove no city by themselves."""
    kept: tuple[Option, ...] | None = gazetteer.memo.get(hit.tag)
    if kept is None:
        kept = gazetteer.memo[hit.tag] = tuple(_hospitals(hit.tag, gazetteer))
    return list(kept)


def _hospitals(tags: str, gazetteer: Gazetteer) -> Iterator[Option]:
    for tag in tags.split("|"):
        code, _, called = tag.partition("=")
        home = gazetteer.area("district", code.lstrip("~"))
        if home is not None:
            area = AreaRow("place", "", called, "", "hospital", home.state, home.district, None, "")
            weight = _COMMON_WEIGHT if code.startswith("~") else _WEIGHT
            yield Option(district_of(home), home.state, weight, area, called)


def read_hospital(
    post: Post, gazetteer: Gazetteer, matches: list[Match], hits: dict[str, list[Hit]]
) -> tuple[str, list[Span]]:
    """The name of the hospital, or ''; `hits` are the listed words of the post."""
    for hit in hits["hospitals"]:
        called = hit.tag.partition("=")[2].partition("|")[0]
        return called, [post.span(hit.start, hit.end, "hospital", "listed")]
    for match in matches:
        area = gazetteer.areas[match.areas[0]]
        if area.kind == "hospital" and not match.heard:
            return area.name, [post.span(match.start, match.end, "hospital", "listed")]
    for hit in hits["place_words"]:
        if hit.tag == "hospital":
            start = _name_start(post, hit)
            if start < hit.start:
                return post.original_words(start, hit.end), [post.span(start, hit.end, "hospital", "named")]
    return "", []


def _name_start(post: Post, hit: Hit) -> int:
    start = hit.start
    while start > 0 and hit.start - start < _MOST_WORDS:
        word = post.words[start - 1]
        apart = post.phrases[start - 1] != post.phrases[start] or any(sign in post.before[start] for sign in ":-(")
        if apart or word in _NOT_A_NAME or word.isdecimal() or post.tagged[start - 1]:
            break
        written = post.original_words(start - 1, start)
        if not written[:1].isupper() and word in ordinary_words():
            break
        start -= 1
    return start
