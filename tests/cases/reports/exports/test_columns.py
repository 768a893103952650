"""A list of cases, column by column, against lines made by hand."""

import csv
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from openpyxl import load_workbook

from cases.models import Case, Export, Feedback, Person, Phone
from cases.reports.exports import storage
from cases.workflow import Status
from tests.cases.reports.conftest import moment
from tests.cases.reports.exports.conftest import table
from tests.conftest import CaseMaker, Cast, Map

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Made = Callable[..., Export]
HELD = {"opened_at": "22-11-2026 09:00", "received_at": "22-11-2026 09:02", "assigned_at": "22-11-2026 09:03"}
HELD |= {"acknowledged_at": "22-11-2026 09:07", "started_at": "22-11-2026 09:10"}
ENDED = HELD | {"resolved_at": "22-11-2026 09:27", "closed_at": "22-11-2026 10:00"}


def times(texts: dict[str, str]) -> dict[str, Any]:
    return {name: moment(text) for name, text in texts.items()}


@pytest.fixture
def helped(make_case: CaseMaker, cast: Cast) -> Case:
    """Closed with the requester's yes, help came within the half hour."""
    case = make_case(
        at=moment("22-11-2026 09:00"), officer=cast.meena, status=Status.CLOSED, outcome="helped", closing="yes",
        next_due_at=None, other_needs=["bed"], reopened_count=1, turn=2, rung=2, resolve_rung=1, message_count=3,
        minutes_received=2.0, minutes_assigned=1.0, minutes_acknowledged=4.0, minutes_resolved=20.0,
        minutes_confirmed=33.0, resolution="Cylinder brought", patient_age=58, spo2=82, **times(ENDED),
    )  # fmt: skip
    Feedback.objects.create(case=case, at=moment("22-11-2026 09:40"), way="link", helped=False)
    Feedback.objects.create(case=case, at=moment("22-11-2026 09:59"), way="link", helped=True)
    return case


def test_every_time_of_a_case_stands_in_its_line(helped: Case, made: Made, cast: Cast) -> None:
    (row,) = table(made(cast.collector))
    assert row == {
        "Reference": helped.reference,
        "Status": "Closed",
        "Need (code)": "oxygen",
        "Need": "Oxygen",
        "Also needed": "Hospital bed",
        "Urgency": "Critical",
        "Channel": "X",
        "State (LGD code)": "22",
        "State": "Chhattisgarh",
        "District (LGD code)": "375",
        "District": "Bilaspur",
        "Block (LGD code)": "3604",
        "Block": "Bilha",
        "Place": "Tifra",
        "Asked for help": "22-11-2026 09:00",
        "Received here": "22-11-2026 09:02",
        "Assigned": "22-11-2026 09:03",
        "Acknowledged": "22-11-2026 09:07",
        "Work started": "22-11-2026 09:10",
        "Solved": "22-11-2026 09:27",
        "Closed": "22-11-2026 10:00",
        "Answer promised by": "22-11-2026 09:05",
        "Help promised by": "22-11-2026 09:30",
        "Minutes: plea to acknowledged": "7.0",
        "Minutes: plea to solved": "27.0",
        "Minutes: plea to received": "2.0",
        "Minutes: received to assigned": "1.0",
        "Minutes: assigned to acknowledged": "4.0",
        "Minutes: acknowledged to solved": "20.0",
        "Minutes: solved to closed": "33.0",
        "Promise of help": "Kept",
        "Outcome": "Help reached them",
        "Closed how": "The requester said yes",
        "Requester says: help has come": "Yes",
        "Requester answered": "22-11-2026 09:59",
        "Times reopened": "1",
        "Times given to somebody else": "2",
        "Highest rung reached": "District nodal officer",
        "Officer": "Meena Sahu",
        "Messages": "3",
        "Joined to": "",
    }


def test_an_open_case_leaves_empty_what_has_not_come(make_case: CaseMaker, made: Made, cast: Cast) -> None:
    make_case(at=moment("22-11-2026 17:50"), district=None, block=None, state=None, place_text="")
    (row,) = table(made(cast.state_admin))
    empty = ("State", "District (LGD code)", "Block", "Place", "Assigned", "Solved", "Closed", "Officer", "Outcome")
    empty += ("Promise of help", "Minutes: plea to solved", "Requester answered")
    assert {name: row[name] for name in empty} == dict.fromkeys(empty, "")
    assert row["Highest rung reached"] == "In the field"


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"resolved_at": "22-11-2026 09:30", "outcome": "helped"}, "Kept"),
        ({"resolved_at": "22-11-2026 09:31", "outcome": "helped"}, "Broken"),
        ({"resolved_at": "22-11-2026 09:10", "outcome": "died"}, "Broken"),
        ({}, "Broken"),
    ],
)
def test_a_promise_is_kept_or_broken_as_the_list_says(
    make_case: CaseMaker, made: Made, cast: Cast, given: dict[str, str], word: str
) -> None:
    asked = moment("22-11-2026 09:00")
    solved = given and {"resolved_at": moment(given["resolved_at"]), "outcome": given["outcome"]}
    status = {"status": Status.RESOLVED if given else Status.ACKNOWLEDGED, "acknowledged_at": asked}
    make_case(at=asked, officer=cast.meena, **status, **solved)
    (row,) = table(made(cast.collector))
    assert row["Promise of help"] == word
    assert len(table(made(cast.collector, query=f"promise={word.lower()}"))) == 1


def test_a_joined_case_names_the_other_one(make_case: CaseMaker, made: Made, cast: Cast) -> None:
    at = moment("22-11-2026 09:00")
    first = make_case(at=at)
    make_case(at=at, status=Status.DUPLICATE, joined_to=first, closed_at=at, next_due_at=None)
    assert [row["Joined to"] for row in table(made(cast.collector))] == ["", first.reference]


def test_headings_are_in_both_languages_and_words_in_the_readers(helped: Case, made: Made, cast: Cast) -> None:
    text = storage.place_of(made(cast.collector, language="hi")).read_text(encoding="utf-8")
    headings, line = list(csv.reader(StringIO(text[1:])))
    assert "Officer / अधिकारी" in headings
    assert {"ऑक्सीजन", "बिलासपुर", "बिल्हा"} <= set(line)


def test_a_number_written_into_a_place_is_hidden(make_case: CaseMaker, made: Made, cast: Cast) -> None:
    make_case(at=moment("22-11-2026 09:00"), place_text="near 9812345678 shop")
    (row,) = table(made(cast.collector))
    assert "9812345678" not in row["Place"]
    assert "shop" in row["Place"]


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+91", "-1+1", "@SUM(A1)", "\t=1", " =1"])
def test_a_formula_is_shown_and_never_run(make_case: CaseMaker, made: Made, cast: Cast, text: str) -> None:
    make_case(at=moment("22-11-2026 09:00"), place_text=text)
    (row,) = table(made(cast.collector))
    assert row["Place"] == f"'{text}"
    sheet = load_workbook(storage.place_of(made(cast.collector, form="xlsx"))).active
    cell = sheet["N2"]
    assert cell.data_type == "s"
    assert str(cell.value).strip() == text.strip()


def test_names_and_numbers_come_only_when_asked_for(helped: Case, made: Made, cast: Cast) -> None:
    patient = Person.objects.create(name="Sita Bai")
    Phone.objects.create(person=patient, number="9700000001")
    Phone.objects.create(person=helped.requester, number="9700000002")
    Case.objects.filter(pk=helped.pk).update(patient=patient)
    plain = storage.place_of(made(cast.collector)).read_text(encoding="utf-8")
    assert "Rakesh" not in plain
    assert "9700000001" not in plain
    (row,) = table(made(cast.collector, with_persons=True))
    assert row["Requester"] == "Rakesh Yadav"
    assert row["Requester's phone"] == f"{helped.requester.phones.order_by('pk')[0].number}, 9700000002"
    assert (row["Patient"], row["Patient's phone"], row["Age"], row["Oxygen level"]) == (
        "Sita Bai",
        "9700000001",
        "58",
        "82",
    )
    assert (row["What was done"], row["Name on X"]) == ("Cylinder brought", "rakesh_y")


def test_persons_are_told_line_by_line(make_case: CaseMaker, made: Made, cast: Cast, small_map: Map) -> None:
    """A collector here who is an auditor next door: the next district's cases come without names."""
    cast.collector.postings.create(role="auditor", state=small_map.cg, district=small_map.raipur)
    at = moment("22-11-2026 09:00")
    make_case(at=at, requester_name="Ours")
    make_case(at=at, requester_name="Theirs", district=small_map.raipur, block=small_map.dharsiwa)
    rows = table(made(cast.collector, with_persons=True))
    assert [(row["District"], row["Requester"]) for row in rows] == [("Bilaspur", "Ours"), ("Raipur", "")]


def test_excel_gets_times_and_numbers_as_such(helped: Case, made: Made, cast: Cast) -> None:
    book = load_workbook(storage.place_of(made(cast.collector, form="xlsx")))
    headings, line = book.active.iter_rows(values_only=True)
    row = dict(zip([str(heading).partition(" / ")[0] for heading in headings], line, strict=True))
    asked = moment("22-11-2026 09:00")
    assert asked
    assert row["Asked for help"] == asked.replace(tzinfo=None)
    assert row["District (LGD code)"] == 375
    assert row["Minutes: plea to solved"] == pytest.approx(27.0)
    assert row["Answer promised by"] - row["Asked for help"] == timedelta(minutes=5)
    assert book.active["O2"].number_format == "dd-mm-yyyy hh:mm"


def test_control_signs_leave_the_workbook_whole(make_case: CaseMaker, made: Made, cast: Cast) -> None:
    make_case(at=moment("22-11-2026 09:00"), place_text="Tif\x0bra \x01 <b>&amp;")
    assert load_workbook(storage.place_of(made(cast.collector, form="xlsx"))).active["N2"].value
