"""`manage.py understand`: JSON lines in, predictions out, bad lines told by number."""

import io
import json

from cases.understanding.predictions import predict


def run(gazetteer, *lines):
    out, complaints = io.StringIO(), io.StringIO()
    bad = predict(lines, out, complaints, gazetteer)
    return [json.loads(line) for line in out.getvalue().splitlines()], complaints.getvalue(), bad


def post(number, text, day=1, **more):
    return json.dumps({"id": number, "text": text, "created_at": f"2021-04-{day:02}T10:00:00+05:30", **more})


def test_a_plea_becomes_one_prediction_in_the_scorers_words(gazetteer):
    (found,), _, bad = run(
        gazetteer, post("1", "Need ICU bed in Takhatpur, Bilaspur CG, father 61, spo2 80. 98270 00001")
    )
    assert bad == 0
    assert found["is_request"] is True
    assert (found["state"], found["district"], found["block_or_town"]) == ("Chhattisgarh", "Bilaspur", "Takhatpur")
    assert (found["needs"], found["phones"], found["urgency"]) == (["bed", "icu"], ["9827000001"], "critical")


def test_delhi_and_the_districts_of_2021_go_by_the_names_the_scorer_knows(gazetteer):
    found, _, _ = run(
        gazetteer, post("1", "Need bed in Dwarka Delhi"), post("2", "Bhatapara Baloda Bazar me bed chahiye")
    )
    assert [one["district"] for one in found] == ["Delhi", "Baloda Bazar"]


def test_candidates_are_written_with_their_states(gazetteer):
    (found,), _, _ = run(gazetteer, post("1", "Bilaspur me bed chahiye"))
    assert found["district"] is None
    assert sorted(found["district_candidates"]) == ["Bilaspur, Chhattisgarh", "Bilaspur, Himachal Pradesh"]


def test_the_handle_gives_the_scope(gazetteer):
    (found,), _, _ = run(gazetteer, post("1", "oxygen chahiye jaldi", handle="@BilaspurDist"))
    assert (found["state"], found["district"]) == ("Chhattisgarh", "Bilaspur")


def test_bad_lines_are_told_by_number_and_skipped(gazetteer):
    found, told, bad = run(
        gazetteer, "{", "", '{"id": "1"}', "[]", post("2", "bed chahiye"), post("3", "x", created_at="soon")
    )
    assert [one["id"] for one in found] == ["2"]
    assert bad == 4
    assert [line.split(":")[0] for line in told.splitlines()] == ["line 1", "line 3", "line 4", "line 6"]


def test_the_same_phone_and_need_within_two_days_is_the_same_case(gazetteer):
    texts = (
        "Need oxygen cylinder Raipur 9827000001",
        "oxygen chahiye raipur jaldi 98270 00001",
        "bed chahiye Durg 9827000009",
    )
    found, _, _ = run(gazetteer, *(post(str(n), text) for n, text in enumerate(texts)))
    assert [one["duplicate_of"] for one in found] == [None, "0", None]


def test_after_two_days_it_is_a_new_case(gazetteer):
    text = "Need oxygen cylinder Raipur 9827000001"
    found, _, _ = run(gazetteer, post("1", text, day=1), post("2", text, day=4))
    assert [one["duplicate_of"] for one in found] == [None, None]


def test_a_volunteers_phone_in_two_pleas_with_other_ages_joins_nothing(gazetteer):
    found, _, _ = run(
        gazetteer,
        post("1", "Need bed for patient aged 61 in Raipur, call 9827000001"),
        post("2", "Need bed for patient aged 34 in Durg, call 9827000001"),
    )
    assert [one["duplicate_of"] for one in found] == [None, None]


def test_copied_text_without_a_phone_joins(gazetteer):
    text = (
        "My father in law is at home in Mansarovar Jaipur with oxygen level dropping, we need a bed as soon as possible"
    )
    found, _, _ = run(gazetteer, post("1", text), post("2", "RT " + text + " @RajCMO"))
    assert [one["duplicate_of"] for one in found] == [None, "1"]
