"""A plea cut where something was understood: nothing is lost, whatever the text and the spans."""

import pytest

from cases.work.marking import Segment, hide_numbers, segments


def span(start: object, end: object, field: str = "need", reason: str = "") -> dict[str, object]:
    return {"start": start, "end": end, "field": field, "reason": reason}


def test_words_are_marked_where_they_stand() -> None:
    found = segments("need oxygen in Tifra", [span(5, 11, "need", "names oxygen"), span(15, 20, "place", "a locality")])
    assert found == [
        Segment("need "),
        Segment("oxygen", "need", "names oxygen"),
        Segment(" in "),
        Segment("Tifra", "place", "a locality"),
    ]


def test_where_spans_overlap_the_shorter_names_the_field_and_both_reasons_stand() -> None:
    found = segments("ICU bed at CIMS", [span(0, 7, "need", "long"), span(4, 7, "place", "short")])
    assert found[0] == Segment("ICU ", "need", "long")
    assert found[1] == Segment("bed", "place", "short; long")


def test_neighbours_of_the_same_kind_become_one_mark() -> None:
    assert segments("oxygen", [span(0, 3, "need", "a"), span(3, 6, "need", "a")]) == [Segment("oxygen", "need", "a")]


@pytest.mark.parametrize(
    "text", ["", "मेरी माँ 🙏🏽", "\u202eمرحبا\u202c oxygen", "<script>alert(1)</script>", "a\x00b\ud800"]
)
@pytest.mark.parametrize(
    "bad",
    [span(-5, 3), span(2, 10_000), span(4, 2), span(1, 1), span("1", 2), span(None, None), span(0, 2, "nonsense"), {}],
)
def test_no_span_ever_changes_the_text(text: str, bad: dict[str, object]) -> None:
    assert "".join(segment.text for segment in segments(text, [bad, span(1, 4, "place")])) == text


def test_many_overlapping_spans_give_the_text_back() -> None:
    text = "@BilaspurDist माँ को ऑक्सीजन चाहिए 🙏"
    spans = [span(start, start + size, "phone", str(size)) for start in range(len(text)) for size in (1, 5, 50)]
    assert "".join(segment.text for segment in segments(text, spans)) == text


def test_numbers_are_hidden_but_for_three_digits_and_the_length_stays() -> None:
    text = "Call 98261 55412 or +91-9425512345 or ९८१२३४५६७८, SpO2 82, age 58, PIN 495001"
    hidden = hide_numbers(text)
    assert hidden == "Call ••••• ••412 or +••-•••••••345 or •••••••६७८, SpO2 82, age 58, PIN 495001"
    assert len(hidden) == len(text)
