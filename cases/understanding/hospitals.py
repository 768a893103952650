"""Understanding, step 2e: the hospital that a post names."""

from cases.understanding.lexicon import Hit, ordinary_words
from cases.understanding.reading import Span
from cases.understanding.text import Post
from districts.gazetteer import Gazetteer, Match

_MOST_WORDS = 4
_NOT_A_NAME = frozenset(
    "any some in at the private govt government a an of to from nearest good big koi kisi kahi from near".split()
)


def read_hospital(post: Post, gazetteer: Gazetteer, matches: list[Match], cues: list[Hit]) -> tuple[str, list[Span]]:
    """The name of the hospital as written, or ''; `cues` are hits of the list `place_words`."""
    for match in matches:
        area = gazetteer.areas[match.areas[0]]
        if area.kind == "hospital" and not match.heard:
            return area.name, [post.span(match.start, match.end, "hospital", "listed")]
    for hit in cues:
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
