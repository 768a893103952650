"""Where and who: one way to compare spellings, whichever script, keyboard or ear they came from."""

import re
import unicodedata
from functools import lru_cache

# Signs that a keyboard adds or leaves out at will: nukta, zero-width signs, variation selectors, keycap frames,
# combining accents, soft hyphen, direction marks.
_DROPPED = {0x093C, 0x00AD, 0xFEFF, 0x20E3, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)}
_DROPPED |= {*range(0xFE00, 0xFE10), *range(0x0300, 0x0370)}
_APOSTROPHES = "\u2019\u2018\u02bc\u00b4`"

DEVANAGARI_LETTER = "\u0900-\u0963\u0971-\u097f"
_NAME_WORD = re.compile(rf"[a-z]+|[{DEVANAGARI_LETTER}]+|\d+|[^\W\d_]+")


def _single(char: str) -> str | None:
    """The one plain letter a look-alike stands for (full-width, mathematical, accented), or None."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    return plain if len(plain) == 1 and plain != char else None


def _fold_table() -> dict[int, str | None]:
    table: dict[int, str | None] = dict.fromkeys(_DROPPED)
    table |= {ord(c): "'" for c in _APOSTROPHES}
    for first, last in ((0xC0, 0x250), (0x1E00, 0x1F00), (0xFF01, 0xFF5F), (0x1D400, 0x1D800), (0x24B6, 0x24EA)):
        table |= {code: plain for code in range(first, last) if (plain := _single(chr(code)))}
    table |= {code: str(unicodedata.decimal(chr(code))) for code in range(0x0660, 0x20000) if chr(code).isdecimal()}
    # Letters composed with a nukta (U+0958 to U+095F) and the nukta letters of the South are read without it.
    table |= dict(zip(range(0x0958, 0x0960), "कखगजडढफय"))
    table |= {0x0929: "न", 0x0931: "र", 0x0934: "ळ", 0x0901: "ं", 0x0130: "i", 0x0964: "।"}
    return table


_TABLE = _fold_table()


def fold(text: str) -> str:
    """Text in lower case with plain letters, ASCII digits, no nukta and no invisible signs."""
    if text.isascii():
        return text.lower()
    return text.translate(_TABLE).lower()


def fold_with_offsets(text: str) -> tuple[str, list[int] | None]:
    """`fold(text)`, and for each of its characters the offset in the text; None where they are the same."""
    folded = fold(text)
    if len(folded) == len(text):
        return folded, None
    return folded, [at for at, char in enumerate(text) if ord(char) not in _DROPPED]


def name_words(name: str) -> list[str]:
    """A place name's words, folded: 'Dantewada (South)' -> ['dantewada', 'south']."""
    return _NAME_WORD.findall(fold(name))


# Consonants as heard: breath (h), retroflexion, v/b, s/sh and j/z are written either way in Roman letters.
_DEVANAGARI_SOUNDS = dict(
    zip(
        "कखगघङचछजझञटठडढणतथदधनपफबभमयरलळवशषसह",
        ("k k g g n c c j j n t t d d n t t d d n p p b b m i r l l b s s s h").split(),
    )
) | {"ा": "", "अ": "a", "आ": "a", "ं": "n", "ः": "", "्": "", "ृ": "ri", "ऋ": "ri", "ॅ": "", "ऑ": "u", "ॉ": "u"}
_DEVANAGARI_SOUNDS |= dict.fromkeys("िीेैइईएऐ", "i") | dict.fromkeys("ुूोौउऊओऔ", "u")
_ROMAN_SOUNDS = str.maketrans({"e": "i", "y": "i", "o": "u", "v": "b", "w": "b", "q": "k", "z": "j", "f": "p"})
_BREATH = re.compile(r"(?<=[bcdgjkpqrst])h+")
_TWICE = re.compile(r"(.)\1+")
_LIPS = re.compile(r"m(?=[bp])")


def _devanagari_sounds(word: str) -> str:
    heard = []
    for at, char in enumerate(word):
        sound = _DEVANAGARI_SOUNDS.get(char, "")
        # Between vowels ड and ढ are flapped (गढ़, बाड़मेर) and written r in Roman letters, nukta or not.
        if char in "डढ" and at and word[at - 1] not in "ंन्ड" and word[at + 1 : at + 2] != "्":
            sound = "r"
        heard.append(sound)
    return "".join(heard)


@lru_cache(maxsize=200_000)
def sound_key(word: str) -> str:
    """How a folded word sounds, vowels blurred and every inner a left out: bilaspur, vilaspoor, बिलासपुर -> bilspur."""
    if word and "\u0900" <= word[0] <= "\u097f":
        heard = _devanagari_sounds(word)
    else:
        heard = word.replace("ksh", "x").replace("sh", "s").replace("ch", "c").replace("x", "ks")
        heard = _BREATH.sub("", heard).translate(_ROMAN_SOUNDS)
    heard = heard[:1] + heard[1:].replace("a", "")
    return _TWICE.sub(r"\1", _LIPS.sub("n", heard))
