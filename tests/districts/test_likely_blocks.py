"""A town without a block gets the likely one, where something speaks for it."""

import pytest

from districts.likely_blocks import LikelyBlocks

BILASPUR = 375


@pytest.fixture
def likely() -> LikelyBlocks:
    """Bilha, Kota and Takhatpur; the tehsil of Takhatpur, and that of Bilaspur, which no block is named after."""
    known = LikelyBlocks()
    known.add_blocks([(3604, "Bilha", BILASPUR), (3607, "Kota", BILASPUR), (3613, "Takhatpur", BILASPUR)])
    known.add_tehsils([(3294, "Takhatpur", BILASPUR), (3295, "Bilaspur", BILASPUR)])
    known.add_offices(3295, 3604, 20)
    known.add_offices(3295, 3613, 6)
    return known


def test_the_block_of_the_tehsils_name_comes_first(likely: LikelyBlocks) -> None:
    likely.add_offices(3294, 3604, 99)
    assert likely.of_tehsil(3294) == 3613


def test_else_the_block_with_most_of_the_tehsils_post_offices(likely: LikelyBlocks) -> None:
    assert likely.of_tehsil(3295) == 3604


def test_no_guess_where_the_post_offices_are_divided(likely: LikelyBlocks) -> None:
    likely.add_offices(3295, 3613, 10)
    assert likely.of_tehsil(3295) is None


@pytest.mark.parametrize("tehsil", [None, 9999])
def test_no_guess_for_an_unknown_tehsil(likely: LikelyBlocks, tehsil: int | None) -> None:
    assert likely.of_tehsil(tehsil) is None


def test_places_of_one_name_speak_for_each_other_only_when_they_agree(likely: LikelyBlocks) -> None:
    likely.remember(BILASPUR, "Ratanpur", 3607)
    assert likely.of_name(BILASPUR, "ratanpur") == 3607
    assert likely.of_name(387, "Ratanpur") is None
    likely.remember(BILASPUR, "Ratanpur", 3604)
    assert likely.of_name(BILASPUR, "Ratanpur") is None
