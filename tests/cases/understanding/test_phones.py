"""Telephone numbers in every Indian style, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.understanding.phones import read_phones
from cases.understanding.text import Post

DIGITS = str.maketrans("0123456789", "०१२३४५६७८९")
mobiles = st.from_regex(r"[6-9][0-9]{9}", fullmatch=True).filter(lambda number: len(set(number)) > 2)
SEPARATORS = (" ", "-", ".", " - ", "")
PREFIXES = ("", "0", "+91", "+91 ", "91", "91-", "+91-", "0091", "(+91) ", "091")


def phones(text):
    return read_phones(Post(text))[0]


def cut(number, places, separator):
    return separator.join(number[a:b] for a, b in zip((0, *places), (*places, 10)))


@given(
    mobiles,
    st.sampled_from(PREFIXES),
    st.sampled_from([(5,), (4,), (3, 6), (2, 6), (4, 7)]),
    st.sampled_from(SEPARATORS),
)
def test_a_number_survives_any_formatting(number, prefix, places, separator):
    assert phones(f"call {prefix}{cut(number, places, separator)} please") == (number,)


@given(mobiles)
def test_a_number_survives_devanagari_full_width_and_keycaps(number):
    assert phones("संपर्क " + number.translate(DIGITS)) == (number,)
    assert phones("call " + "".join(chr(ord(d) + 0xFEE0) for d in number)) == (number,)
    assert phones("".join(d + "\ufe0f\u20e3" for d in number)) == (number,)


@given(mobiles, mobiles, st.sampled_from(["/", ", ", " / ", " or ", "\n", "", " & "]))
def test_two_numbers_are_two(one, other, between):
    assert phones(f"{one}{between}{other}") == tuple(dict.fromkeys((one, other)))


@pytest.mark.parametrize(
    "text",
    [
        "Aadhaar 6234 5678 9012",
        "registration no 9876501234",
        "SRF ID 2254300187652",
        "pin 495001, age 67, spo2 88, CT 18/25",
        "call 108 or 1800-123-4567",
        "Rs 25000 per vial, 28-04-2021",
        "@user9876543210 help",
        "https://t.co/9876543210",
        "9999999999999999999999999999999",
    ],
)
def test_other_numbers_are_no_phones(text):
    assert phones(text) == ()
