"""Understanding, step 6: the words of asking, lacking and having, as they are meant where they stand."""

from cases.understanding.lexicon import Hit
from cases.understanding.text import Post

NOT = frozenset("not never nahi nhi nahin nai नहीं नही नहि".split())
_WANTED = [[word] for word in "chahiye chahie chaiye chahiy chaahiye chahye चाहिए चाहिये".split()]
_WHERE = frozenset("where kahan kaha kidhar कहां कहा कहाँ किधर".split())


def without_denied(post: Post, cues: list[Hit]) -> list[Hit]:
    """The cues as they are meant: "bed nahi mila" is lacking, "where is it available" and "available?" ask."""
    words = post.words
    meant: list[Hit] = []
    unwanted = over = False
    for cue in cues:
        start, end, said = cue
        if said == "lack":
            unwanted = unwanted or (words[end - 1] in NOT and words[end : end + 1] in _WANTED)
            over = over or words[start] == "over"
        elif said == "got" and start and words[start - 1] in NOT:
            cue = Hit(start, end, "lack")
        elif said == "have" and _is_questioned(post, cue):
            cue = Hit(start, end, "ask")
        meant.append(cue)
    if unwanted:
        meant = _unwanted(post, meant)
    return [cue for cue in meant if not _goes_on(post, cue)] if over else meant


def _unwanted(post: Post, cues: list[Hit]) -> list[Hit]:
    """ "bed nahi chahiye": not needed, though "bed nahi" alone is lacking and "chahiye" asks."""
    found: list[Hit] = []
    for cue in cues:
        before = found[-1] if found else cue
        follows = cue.tag == "ask" and before.tag == "lack" and cue.start == before.end
        if follows and post.words[cue.start - 1] in NOT:
            found[-1] = Hit(before.end - 1, cue.end, "got")
        else:
            found.append(cue)
    return found


def _goes_on(post: Post, cue: Hit) -> bool:
    """ "Milk over." is lacking, "over 80" and "all over Pune" are not."""
    if cue.end - cue.start > 1 or post.words[cue.start] != "over":
        return False
    return cue.end < len(post.words) and post.phrases[cue.end] == post.phrases[cue.start]


def _is_questioned(post: Post, cue: Hit) -> bool:
    words, start = post.words, cue.start
    if cue.end < len(words) and "?" in post.before[cue.end]:
        return True
    return not _WHERE.isdisjoint(words[max(0, start - 6) : start])
