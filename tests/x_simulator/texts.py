"""Simulator of X, the text of a post: its weight against the limit of 280, its cut, its mentions, tags and links."""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from typing import Any

LIMIT = 280
URL_WEIGHT = 23
# Ranges that weigh 1 in twitter-text's published configuration v3; everything else weighs 2.
LIGHT = ((0, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))

URL = re.compile(r"https?://[^\s<>\"']+")
MENTION = re.compile(r"(?<![A-Za-z0-9_@])@([A-Za-z0-9_]{1,15})(?![A-Za-z0-9_@])")
# A tag may hold Devanagari vowel signs, which Python's \w leaves out.
HASHTAG = re.compile(r"(?<![\w&#])#([\w\u0900-\u0963\u0966-\u097f]*[^\W\d_][\w\u0900-\u0963\u0966-\u097f]*)")
WORD = re.compile(r"[\w\u0900-\u0963\u0966-\u097f]+")
_PICTURE = "(?:[\U0001f300-\U0001faff\u2600-\u27bf][\ufe0f\U0001f3fb-\U0001f3ff]*)"
EMOJI = re.compile(f"[\U0001f1e6-\U0001f1ff]{{2}}|{_PICTURE}(?:\u200d{_PICTURE})*")
DEVANAGARI = re.compile("[\u0904-\u0939]")
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


def _weigh(character: str) -> int:
    code = ord(character)
    return 1 if any(low <= code <= high for low, high in LIGHT) else 2


def weighted_length(text: str) -> int:
    """Length of `text` as X counts it against 280 (twitter-text v3: NFC, a link 23, an emoji 2, Devanagari 1)."""
    text = unicodedata.normalize("NFC", text)
    text, links = URL.subn("", text)
    text, emoji = EMOJI.subn("", text)
    return links * URL_WEIGHT + emoji * 2 + sum(map(_weigh, text))


def cut(text: str, limit: int) -> str:
    """The longest beginning of `text` that weighs at most `limit`; the text itself when it fits."""
    if weighted_length(text) <= limit:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if weighted_length(text[:middle]) <= limit else (low, middle - 1)
    return text[:low]


def short_link(seed: str) -> str:
    """A t.co address that stays the same for the same seed, for the end of a long post."""
    return "https://t.co/" + hashlib.sha256(seed.encode()).hexdigest()[:10]


def shown_text(text: str, post_id: int) -> str:
    """What API v2 gives as `text`: a long post is cut and ends in a link to itself; the whole is in note_tweet."""
    if weighted_length(text) <= LIMIT:
        return text
    return cut(text, LIMIT - URL_WEIGHT - 3).rstrip() + "… " + short_link(str(post_id))


def mentioned(text: str) -> list[str]:
    """Usernames that the text mentions, in order, lower case, each once."""
    return list(dict.fromkeys(name.lower() for name in MENTION.findall(URL.sub(" ", text))))


def hashtags(text: str) -> set[str]:
    """Tags of the text without '#', lower case."""
    return {tag.casefold() for tag in HASHTAG.findall(text)}


def words(text: str) -> set[str]:
    """The words of the text as search compares them: case folded, Devanagari kept whole."""
    return {word.casefold() for word in WORD.findall(unicodedata.normalize("NFC", text))}


def entities(text: str, id_of: Callable[[str], str | None]) -> dict[str, Any]:
    """The `entities` object of API v2; `id_of` tells the user id of a username, if it has one."""
    found: dict[str, Any] = {}
    mentions: list[dict[str, Any]] = []
    for match in MENTION.finditer(text):
        user_id = id_of(match[1])
        row = {"start": match.start(), "end": match.end(), "username": match[1]}
        mentions.append(row | ({"id": user_id} if user_id else {}))
    tags = [{"start": m.start(), "end": m.end(), "tag": m[1]} for m in HASHTAG.finditer(text)]
    links = [{"start": m.start(), "end": m.end(), "url": m[0], "expanded_url": m[0]} for m in URL.finditer(text)]
    for name, rows in (("mentions", mentions), ("hashtags", tags), ("urls", links)):
        if rows:
            found[name] = rows
    return found


def language(text: str) -> str:
    """X's guess of the language, as coarse as X's own is: Devanagari is Hindi, letters are English, else `und`."""
    if DEVANAGARI.search(text):
        return "hi"
    return "en" if re.search("[A-Za-z]{3}", MENTION.sub("", text)) else "und"


def to_base36(number: int) -> str:
    """A page token as X writes it: the number in base 36."""
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = BASE36[rest] + digits
    return digits or "0"
