"""What holds for every text: no exception, evidence inside the text, the same answer in any company, linear time."""

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.understanding import Plea, Reading, understand
from cases.understanding.reading import KINDS, LANGUAGES, NEEDS, URGENCIES

WORDS = st.sampled_from(
    ["oxygen", "bed", "चाहिए", "Bilaspur", "बिलासपुर", "9827000000", "+91", "98270", "spo2", "72%", "उम्र", "#SOS", "@dm",
     "Kota", "\n", ",", ".", "🙏", "\u200d", "क़", "A+", "mil gaya", "से", "le jana", "icu", "495001", "(", "&amp;"]
)  # fmt: skip
plausible = st.lists(WORDS, max_size=40).map(" ".join)
anything = st.one_of(st.text(max_size=300), plausible)
roomy = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@roomy
@given(anything)
def test_no_text_raises_and_every_answer_is_a_known_one(gazetteer, text):
    (reading,) = understand([text], gazetteer)
    assert reading.kind in KINDS
    assert reading.language in LANGUAGES
    assert set(reading.needs) <= set(NEEDS)
    assert reading.urgency in (URGENCIES if reading.is_request else (None,))
    assert all(len(phone) == 10 and phone.isdigit() for phone in reading.phones)
    assert all(0 <= value <= 1 for value in reading.confidence.values())


@roomy
@given(anything)
def test_evidence_points_into_the_text(gazetteer, text):
    (reading,) = understand([text], gazetteer)
    for span in reading.spans:
        assert 0 <= span.start < span.end <= len(text)


@roomy
@given(st.lists(anything, max_size=4))
def test_a_reading_depends_on_its_own_text_alone(gazetteer, texts):
    together = understand(texts, gazetteer)
    assert together == [understand([text], gazetteer)[0] for text in texts]
    assert understand(texts[::-1], gazetteer) == together[::-1]


@roomy
@given(plausible)
def test_a_reading_survives_being_stored(gazetteer, text):
    (reading,) = understand([Plea(text, 22, 375)], gazetteer)
    assert Reading.from_json(json.loads(json.dumps(reading.to_json()))) == reading


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "a.",
        "9 ",
        "9",
        "#",
        "@a ",
        "क्",
        "क ",
        "oxygen ",
        "Bilaspur ",
        "chahiye ",
        "bed, ",
        "A+ ",
        "\u200d",
        "http://",
        "(",
        "\n",
        "se Kota ",
    ],
)
def test_ten_thousand_hostile_characters_cost_little_more_than_five_thousand(gazetteer, piece):
    text = piece * (10_000 // len(piece))

    def cost(characters):
        best = 9.0
        for _ in range(3):
            began = time.process_time()
            understand([text[:characters]], gazetteer)
            best = min(best, time.process_time() - began)
        return best

    assert cost(10_000) <= 3.5 * cost(5_000) + 0.01
