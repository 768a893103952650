"""References are short, speakable and forgiving to type."""

import pytest

from cases import references


def test_a_reference_has_its_districts_letters_and_six_unambiguous_signs() -> None:
    reference = references.new("Bilaspur")
    assert reference.startswith("BLS-")
    assert len(reference) == 11
    assert set(reference[4:].replace("-", "")) <= set(references.ALPHABET)


@pytest.mark.parametrize("name", ["", "आगरा", "Ea", "O-E", "X"])
def test_any_name_gives_three_letters(name: str) -> None:
    assert len(references.prefix(name)) == 3


@pytest.mark.parametrize(
    "typed",
    [
        "BLS-7K3Q-9D",
        "bls7k3q9d",
        " bls 7k3q 9d ",
        "BLS–7K3Q–9D",
        "ＢＬＳ－７Ｋ３Ｑ－９Ｄ",
        "bls-७k३q-९d",
        "#BLS.7K3Q.9D",
    ],
)
def test_typing_is_forgiven(typed: str) -> None:
    assert references.normalise(typed) == "BLS-7K3Q-9D"


@pytest.mark.parametrize("typed", ["", "BLS", "BLS-7K3Q-9DX", "बिलासपुर", "\x00", "<script>", "1" * 5000])
def test_what_cannot_be_a_reference_is_none(typed: str) -> None:
    assert references.normalise(typed) == ""
