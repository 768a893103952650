"""How long X thinks a text is."""

import pytest

from cases.notify.weight import fits, has_address, sms_parts, weighted_length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("help", 4),
        ("माँ", 3),  # letter, vowel sign, nasal sign: each weighs 1
        ("ऑक्सीजन", 7),
        ("\u0958", 2),  # one code point, two in NFC
        ("क्\u200dष", 4),  # the joiner weighs 1
        ("é", 1),
        ("e\u0301", 1),  # composed by NFC
        ("।", 1),
        ("₹", 2),
        ("“a”", 3),
        ("漢字", 4),
        ("🙏", 2),
        ("🙏🏽", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("🇮🇳", 2),
        ("1️⃣", 2),
        ("❤️", 2),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 2),
        ("https://x.co", 23),
        ("https://sahayata.example.org/status/BSP-7K3Q-9D?from=x#top", 23),
        ("see https://a.example/1 and http://b.example/2", 9 + 2 * 23),
        ("sahayata.gov.in", 23),
        ("write to a@b", 12),
    ],
)
def test_weights(text: str, length: int) -> None:
    assert weighted_length(text) == length


@pytest.mark.parametrize(
    ("text", "whether"),
    [("क" * 280, True), ("क" * 281, False), ("漢" * 140, True), ("漢" * 141, False), ("", False), ("  ", False)],
)
def test_what_fits(text: str, whether: bool) -> None:
    assert fits(text) is whether


@pytest.mark.parametrize(
    ("text", "whether"),
    [("https://a.example/b", True), ("a.gov.in", True), ("BSP-7K3Q-9D", False), ("मदद 2.5 km. आगे", False)],
)
def test_what_x_makes_a_link_of(text: str, whether: bool) -> None:
    assert has_address(text) is whether


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("क" * 70, 1),
        ("क" * 71, 2),
        ("क" * 134, 2),
        ("क" * 135, 3),
        ("🙏" * 35, 1),
        ("🙏" * 36, 2),
        ("a" * 69 + "क", 1),
    ],
)
def test_how_many_sms_a_text_is(text: str, parts: int) -> None:
    assert sms_parts(text) == parts
