"""A case's reference: short, speakable on the telephone, unguessable, e.g. BLS-7K3Q-9D."""

import re
import secrets
import unicodedata

# No two signs that look or sound alike: without 0 O, 1 I L, 2 Z, 5 S, 8 B, U V.
ALPHABET = "ACDEFGHJKMNPQRTWXY34679"
# The first three signs are letters only, so a digit there was read off wrongly.
_MEANT_AS_LETTERS = str.maketrans("01258", "OIZSB")
_SHAPE = re.compile(r"^([A-Z]{3})([A-Z0-9]{4})([A-Z0-9]{2})$")


def prefix(area_name: str) -> str:
    """Three letters of an area's name: its first letter and the next consonants ('Bilaspur' -> 'BLS')."""
    letters = [sign for sign in unicodedata.normalize("NFD", area_name).upper() if "A" <= sign <= "Z"]
    consonants = [sign for sign in letters[1:] if sign not in "AEIOU"]
    return "".join(letters[:1] + consonants + ["X", "X", "X"])[:3]


def new(area_name: str) -> str:
    """A fresh reference; six random signs of 23 (148 million), so that guessing is hopeless under the throttle."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(6))
    return f"{prefix(area_name)}-{signs[:4]}-{signs[4:]}"


def normalise(text: str) -> str:
    """What a person typed or spoke, as a stored reference; '' when it cannot be one.

    Forgives case, spaces, missing or other dashes, full-width signs, Devanagari digits, and digits
    for letters that look alike among the first three.
    """
    plain = unicodedata.normalize("NFKC", text[:100]).upper()
    digits = (str(unicodedata.digit(sign, -1)) if unicodedata.digit(sign, -1) >= 0 else sign for sign in plain)
    signs = "".join(sign for sign in "".join(digits) if sign.isascii() and sign.isalnum())
    found = _SHAPE.match(signs[:3].translate(_MEANT_AS_LETTERS) + signs[3:])
    return "-".join(found.groups()) if found else ""


def in_address(text: str) -> str:
    """A reference out of a page's address, in capitals; without NUL, which PostgreSQL refuses to compare."""
    return text.replace("\x00", "").upper()
