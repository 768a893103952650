"""Phone numbers as lists show them: only their last three digits (UI: a masked phone)."""

import re

# Eight digits and more in either script, however they are grouped: fewer are SpO2, ages, PIN codes, beds.
_NUMBER = re.compile(r"\+?\d(?:[\s().\-–]{0,2}\d){7,}")


def masked(text: str) -> str:
    """The text with every phone number in it reduced to its last three digits.

    >>> masked("call 98123 45678, SpO2 82")
    'call •••••••678, SpO2 82'
    """
    return _NUMBER.sub(lambda found: "•••••••" + "".join(re.findall(r"\d", found[0]))[-3:], text)
