"""The readings an officer expects, as a table: expected_readings.csv.

An empty cell is not looked at; a dash says that nothing may be found. `handle_district` and `handle_state` are the
scope of the account the post was sent to.
"""

import csv
from pathlib import Path

import pytest

from cases.understanding import Plea, understand

TABLE = Path(__file__).with_name("expected_readings.csv").read_text("utf-8")
ROWS = list(csv.DictReader(TABLE.splitlines()))


def code(gazetteer, level, name, state=None):
    found = [int(a.key) for a in gazetteer.areas if a.level == level and a.name == name and state in (None, a.state)]
    assert len(found) <= 1, f"{name}: {found}"
    return found[0] if found else None


def name(gazetteer, level, number):
    return gazetteer.area(level, number).name if number is not None else ""


def answers(gazetteer, reading):
    age = reading.patient_age
    return {
        "kind": reading.kind,
        "needs": " ".join(sorted(reading.needs)),
        "phones": " ".join(sorted(reading.phones)),
        "state": name(gazetteer, "state", reading.state),
        "district": name(gazetteer, "district", reading.district),
        "place": reading.place_text,
        "urgency": reading.urgency or "",
        "language": reading.language,
        "age": "" if age is None else str(age),
        "spo2": "" if reading.spo2 is None else str(reading.spo2),
        "blood_group": reading.blood_group,
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"][:40])
def test_a_post_is_read_as_the_officer_expects(gazetteer, row):
    state = code(gazetteer, "state", row["handle_state"]) if row["handle_state"] else None
    district = code(gazetteer, "district", row["handle_district"], state) if row["handle_district"] else None
    (reading,) = understand([Plea(row["text"].replace("\\n", "\n"), state, district)], gazetteer)
    found = answers(gazetteer, reading)
    expected = {field: row[field] for field in found if row[field]}
    expected |= {field: "" for field, cell in expected.items() if cell == "-"}
    for field in ("needs", "phones"):
        if field in expected:
            expected[field] = " ".join(sorted(expected[field].split()))
    assert {field: found[field] for field in expected} == expected
