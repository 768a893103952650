"""Journey 5: how long X thinks a text is.

twitter-text's published configuration v3: the text in NFC; code points of U+0000-10FF (Latin, Devanagari with every
vowel sign) and some punctuation weigh 1, all others 2; an emoji, however it is put together, 2; an address 23.
"""

import re
import unicodedata

LONGEST = 280
ADDRESS = 23
_LIGHT = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
# X also links names of sites without https://, by a list of all top-level domains; here any that could be one counts
# as an address, which at worst makes a text seem longer than it is.
_URL = re.compile(r"https?://[^\s<>\"']+", re.I)
_BARE = re.compile(r"(?<![\w@.-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}\b(?:[/?#][^\s<>\"']*)?", re.I)
_ONE = "(?:[\U0001f000-\U0001faff\u2190-\u2bff\u3030\u303d\u3297\u3299][\ufe0f\U0001f3fb-\U0001f3ff]*|[©®]\ufe0f)"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"  # flags of countries
    "|[0-9#*]\ufe0f?\u20e3"  # keycaps
    "|\U0001f3f4[\U000e0061-\U000e007a]+\U000e007f"  # flags of regions
    f"|{_ONE}(?:\u200d{_ONE})*"  # families, professions, skin tones
)


def weighted_length(text: str) -> int:
    """Length of the text as X counts it against 280."""
    text = unicodedata.normalize("NFC", text)
    text, urls = _URL.subn(" ", text)
    length = urls * (ADDRESS - len(" "))
    length += sum(max(ADDRESS - len(bare), 0) for bare in _BARE.findall(text))
    text, emoji = _EMOJI.subn("", text)
    return length + emoji * 2 + sum(map(_weight, text))


def fits(text: str) -> bool:
    """Whether X takes the text as one post."""
    return bool(text.strip()) and weighted_length(text) <= LONGEST


def has_address(text: str) -> bool:
    """Whether X will make a link of something in it, which costs 13 times as much."""
    return bool(_URL.search(text) or _BARE.search(text))


def _weight(character: str) -> int:
    code = ord(character)
    return 1 if any(low <= code <= high for low, high in _LIGHT) else 2


# GSM 03.38: what one 7-bit character carries; those of the second row take two.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€\f")
GSM_ONE, GSM_EACH = 160, 153
UNICODE_ONE, UNICODE_EACH = 70, 67


def sms_parts(text: str) -> int:
    """How many SMS a text is sent (and paid) as: 160 Latin letters in one, 153 each in several; in Hindi 70 and 67."""
    if all(sign in _GSM or sign in _GSM_TWICE for sign in text):
        length = sum(2 if sign in _GSM_TWICE else 1 for sign in text)
        return _parts(length, GSM_ONE, GSM_EACH)
    return _parts(len(text.encode("utf-16-le")) // 2, UNICODE_ONE, UNICODE_EACH)


def _parts(length: int, one: int, each: int) -> int:
    return 1 if length <= one else -(-length // each)
