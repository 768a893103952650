"""One rule for what is a telephone number, and every masking goes by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.api.masking import masked
from cases.numbers import digits_of, numbers_in
from cases.plain import without_numbers
from cases.work.marking import hide_numbers

TO_DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")
MASKINGS = (hide_numbers, masked, without_numbers)


@pytest.mark.parametrize(
    "number",
    [
        "9826155412", "98261 55412", "98261-55412", "982.615.5412", "+91 98261 55412", "(07752) 412345",
        "07752-412345", "0771 2234567", "2234567", "223-4567", "2345 6789", "022 2345 6789", "98 26 15 54 12",
        "९८२६१ ५५४१२", "०७७५२-४१२३४५", "2 2 3 4 5 6 7",
    ],
)  # fmt: skip
@pytest.mark.parametrize("mask", MASKINGS)
def test_a_number_is_masked_everywhere(mask, number: str) -> None:
    shown = mask(f"Takhatpur, call {number} now")
    assert len(digits_of(shown)) <= 3
    assert shown.startswith("Takhatpur, call ")
    assert shown.endswith(" now")


@pytest.mark.parametrize(
    "text",
    [
        "on 22-11-2026", "22.11.2026 18.40", "22-11-2026 18:40", "2026-11-22T18:40", "२२-११-२०२६", "PIN 495001",
        "Takhatpur 495001 58 years", "58 495001", "BLP-6743-79", "18:40 19:20", "SpO2 82 80 78 75", "SpO2 82, age 58",
        "bed 12, ward 4", "49 50 01", "120/80",
    ],
)  # fmt: skip
@pytest.mark.parametrize("mask", MASKINGS)
def test_what_is_no_number_stays(mask, text: str) -> None:
    assert mask(text) == text


def test_a_number_beside_a_date_or_a_reading_is_masked_alone() -> None:
    assert hide_numbers("98261 55412 22-11-2026") == "••••• ••412 22-11-2026"
    assert hide_numbers("SpO2 82 98261 55412") == "SpO2 82 ••••• ••412"


@st.composite
def numbers(draw) -> str:
    """Ten digits as people write them: a mobile in groups, or a landline behind its STD code; either script."""
    sep = draw(st.sampled_from(["", " ", ".", "-"]))
    if draw(st.booleans()):
        digits = draw(st.from_regex(r"[6-9][0-9]{9}", fullmatch=True))
        cut = draw(st.integers(2, 8))
    else:
        cut = draw(st.integers(3, 5))
        digits = "0" + draw(st.from_regex(rf"[1-9][0-9]{{{cut - 2}}}[2-9][0-9]{{{10 - cut}}}", fullmatch=True))
    written = digits[:cut] + sep + digits[cut:]
    return written.translate(TO_DEVANAGARI) if draw(st.booleans()) else written


@given(st.text(alphabet="abc कखग,:", max_size=12), numbers(), st.text(alphabet="abc कखग,:", max_size=12))
def test_no_number_comes_through_any_masking(before: str, number: str, after: str) -> None:
    text = f"{before}x {number} y{after}"
    assert [text[start:end] for start, end in numbers_in(text)] == [number]
    for mask in MASKINGS:
        assert len(digits_of(mask(text))) <= 3
    assert len(hide_numbers(text)) == len(text)


@given(st.dates().filter(lambda day: 1950 <= day.year < 2100), st.integers(110000, 855999), st.sampled_from("-./"))
def test_a_date_and_a_pin_code_are_none(day, pin: int, sep: str) -> None:
    date = f"{day.day:02}{sep}{day.month:02}{sep}{day.year}"
    for text in (f"since {date}, PIN {pin}", f"since {date}, PIN {pin}".translate(TO_DEVANAGARI)):
        assert list(numbers_in(text)) == []
