"""Where a post speaks of: ambiguity is a result, the handle helps, a wrong district is worse than none."""

import pytest

from cases.understanding import Plea, understand
from districts.gazetteer import Gazetteer

CHHATTISGARH, RAJASTHAN, HIMACHAL = 22, 8, 2
BILASPUR, RAIPUR, KOTA, JAIPUR = 375, 387, 109, 102


def read(gazetteer, text, state=None, district=None):
    return understand([Plea(text, state, district)], gazetteer)[0]


def test_two_bilaspurs_give_two_candidates_and_no_district(gazetteer):
    reading = read(gazetteer, "Bilaspur me oxygen bed chahiye 9827000000")
    assert reading.district is None
    assert {(c.state, c.district) for c in reading.candidates} == {(CHHATTISGARH, BILASPUR), (HIMACHAL, 15)}
    assert all(c.label and c.label_hi for c in reading.candidates)


def test_a_candidate_says_what_bears_the_name_there(gazetteer):
    candidates = read(gazetteer, "oxygen chahiye, Kota me").candidates
    found = {candidate.district: candidate.reason_kind for candidate in candidates}
    assert (found[BILASPUR], found[RAIPUR]) == ("block", "locality")
    kinds = {c.reason_kind for c in read(gazetteer, "Bilaspur me oxygen bed chahiye 9827000000").candidates}
    assert kinds == {"district"}


def test_the_state_in_the_text_settles_a_homonym(gazetteer):
    assert read(gazetteer, "Bilaspur (HP) me bed chahiye").district == 15
    assert read(gazetteer, "बिलासपुर छत्तीसगढ़ में बेड चाहिए").district == BILASPUR


@pytest.mark.parametrize("answer", ["Kota block me", "ब्लॉक कोटा", "oxygen chahiye Kota me\nकोटा तहसील"])
def test_the_word_block_settles_which_of_several_names(gazetteer, answer):
    assert read(gazetteer, "oxygen chahiye, Kota me", CHHATTISGARH).district is None
    reading = read(gazetteer, answer, CHHATTISGARH)
    assert (reading.district, reading.block) == (BILASPUR, 3607)


def test_the_handle_of_a_district_means_that_district(gazetteer):
    reading = read(gazetteer, "sir oxygen chahiye jaldi 9827000000", CHHATTISGARH, BILASPUR)
    assert (reading.state, reading.district) == (CHHATTISGARH, BILASPUR)


def test_the_text_overrules_the_handle(gazetteer):
    reading = read(gazetteer, "Jaipur Mansarovar me oxygen chahiye", CHHATTISGARH, BILASPUR)
    assert (reading.state, reading.district) == (RAJASTHAN, JAIPUR)


def test_the_handle_of_a_state_means_that_state(gazetteer):
    assert read(gazetteer, "oxygen chahiye 9827000000", RAJASTHAN).state == RAJASTHAN
    assert read(gazetteer, "oxygen chahiye 9827000000", RAJASTHAN).district is None
    assert read(gazetteer, "Kota me bed chahiye", RAJASTHAN).district == KOTA


def test_a_mentioned_handle_is_a_weak_cue(gazetteer):
    assert read(gazetteer, "@RaipurDistrict oxygen chahiye").district == RAIPUR
    assert read(gazetteer, "@RaipurDistrict oxygen chahiye Jaipur me").district == JAIPUR


def test_ordinary_words_and_first_names_are_no_places(gazetteer):
    for text in ("bed mil gaya tha par ventilator nahi", "call Anand for oxygen", "Mon se hai, may be need doctor"):
        assert read(gazetteer, text).district is None, text


def test_help_is_wanted_where_the_journey_begins(gazetteer):
    assert read(gazetteer, "Ambikapur se Raipur le jana hai, ambulance chahiye").district == 389
    assert read(gazetteer, "Oxygen ambulance needed Ajmer to Jaipur").district == 86


def test_a_pin_code_names_the_district(gazetteer):
    reading = read(gazetteer, "pincode 495006 me oxygen chahiye")
    assert (reading.district, reading.pincode) == (BILASPUR, "495006")


def test_hindi_finds_a_block_that_the_lists_know_in_roman_letters_only(gazetteer):
    reading = read(gazetteer, "बलरामपुर उतरौला में बेड चाहिए")
    assert gazetteer.area("district", reading.district).state == 9
    assert reading.place_text == "Utraula"


def test_the_block_is_found_with_its_district(gazetteer):
    reading = read(gazetteer, "Takhatpur Bilaspur me bed chahiye")
    assert gazetteer.area("block", reading.block).name == "Takhatpur"


def test_delhi_is_a_state_whose_district_nobody_names(gazetteer):
    reading = read(gazetteer, "Need oxygen in Delhi urgently")
    assert (reading.state, reading.district, reading.candidates) == (7, None, ())


def test_without_any_geography_a_plea_is_still_a_plea():
    text = "@BilaspurDist Delhi ya Kota 495001 me oxygen chahiye papa ko, sat 72. 9827000001"
    (reading,) = understand([Plea(text, 22, 375)], Gazetteer.build([], [], []))
    assert (reading.kind, reading.district, reading.phones) == ("request", None, ("9827000001",))
