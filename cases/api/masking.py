"""Phone numbers as lists show them: only their last three digits (UI: a masked phone)."""

from cases.numbers import digits_of, replaced


def masked(text: str) -> str:
    """The text with every phone number in it reduced to its last three digits.

    >>> masked("call 98123 45678, SpO2 82")
    'call •••••••678, SpO2 82'
    """
    return replaced(text, lambda number: "•••••••" + digits_of(number)[-3:])
