"""What a sheet says of the day of golden_history.csv, as a clerk would count it."""

import csv
import json
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from cases.models import Case, Decision, Miss, ReviewTime, Stock
from cases.reports import rollups
from cases.reports.review import content, laying, matters, places
from districts.models import Leave, Posting, Shift
from districts.models.people import EVERY_DAY
from tests.cases.reports.conftest import IST, NOW
from tests.cases.reports.review.conftest import Issue
from tests.conftest import CaseMaker, Cast, Map

GOLDEN = Path(__file__).parent / "golden_sheet.csv"
NOON = datetime(2026, 11, 22, 13, 0, tzinfo=IST)


def line(lines: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(one for one in lines if one["name"] == name)


def value(lines: list[dict[str, Any]], name: str, figure: str) -> Any:
    return line(lines, name)["figures"][figure][0]


def test_the_figures_are_those_of_the_cases_since_the_review_before(issue: Issue) -> None:
    sheet = issue().content
    since = Case.objects.filter(district=375, opened_at__gte=NOON, opened_at__lt=NOW)
    assert sheet["since"] == NOON.isoformat()
    assert sheet["figures"]["received"][0] == since.count() > 0
    assert sheet["figures"]["open_now"][0] == Case.objects.open().filter(district=375).count() > 0
    assert sheet["figures"]["late_now"][0] == Case.objects.late(NOW).filter(district=375).count() > 0
    solved = Case.objects.filter(district=375, resolved_at__gte=NOON, resolved_at__lt=NOW)
    assert sheet["figures"]["resolved"][0] == solved.count() > 0


def test_blocks_and_officers_stand_apart_and_add_up(issue: Issue, cast: Cast) -> None:
    sheet = issue().content
    for part in ("below", "officers"):
        assert sum(one["figures"]["open_now"][0] for one in sheet[part]) <= sheet["figures"]["open_now"][0]
    assert sum(one["figures"]["received"][0] for one in sheet["below"]) == sheet["figures"]["received"][0]
    here = Case.objects.open().filter(district=375)
    assert value(sheet["below"], "Bilha", "open_now") == here.filter(block=3604).count() > 0
    assert value(sheet["officers"], "Meena Sahu", "open_now") == here.filter(officer=cast.meena).count() > 0
    assert line(sheet["officers"], "Meena Sahu")["of"]["name_hi"] == "बिल्हा"


def test_a_change_is_against_the_sheet_before_and_against_as_long_a_time(issue: Issue) -> None:
    Case.objects.filter(district=375).update(updated_at=NOON)
    issue(held_at=NOON, at=NOON)
    before = Case.objects.filter(district=375, opened_at__gte=NOON - (NOW - NOON), opened_at__lt=NOON).count()
    sheet = issue().content
    assert sheet["figures"]["received"][2] == before
    assert sheet["figures"]["open_now"][2] == Case.objects.open().filter(district=375).count()


def test_a_sheet_in_between_does_not_cut_the_next_review_short(issue: Issue) -> None:
    issue(held_at=NOW - timedelta(hours=1), of="", at=NOW - timedelta(hours=1))
    assert issue().content["since"] == NOON.isoformat()


def test_a_states_sheet_is_by_district_and_names_no_officer(issue: Issue) -> None:
    sheet = issue("s22").content
    assert {one["name"] for one in sheet["below"]} >= {"Bilaspur", "Raipur"}
    assert sheet["officers"] == []
    assert sheet["figures"]["open_now"][0] == Case.objects.open().filter(state=22).count()


def test_the_ten_longest_waiting_stand_without_names_and_numbers(issue: Issue, cast: Cast, make_case: Any) -> None:
    for hours in range(12):
        at = NOW - timedelta(hours=20 + hours)
        make_case(at=at, officer=cast.meena, phone=f"98765432{hours:02}", place_text="House 7, call 9876543210")
    sheet = issue().content
    ages = [row["minutes"] for row in sheet["waiting"]]
    assert ages == sorted(ages, reverse=True)
    assert len(ages) == matters.LONGEST_WAITING
    assert {row["officer"]["name"] for row in sheet["waiting"]} <= {"Meena Sahu", "Anil Verma"}
    written = json.dumps(sheet, ensure_ascii=False)
    assert [word for word in ("Rakesh", "98765", "House 7", "ऑक्सीजन चाहिए") if word in written] == []


def test_broken_promises_stand_with_their_reasons_and_no_telephone_number(
    issue: Issue, cast: Cast, make_case: Any
) -> None:
    case = make_case(at=NOW - timedelta(hours=3), officer=cast.meena)
    place = {"state_id": 22, "district_id": 375, "block_id": 3604, "case": case, "clock": "respond", "urgency": "high"}
    for rung, reason, at in ((1, "", NOON - timedelta(minutes=1)), (2, "Bridge broken, ask 98765 43210", NOON)):
        times = {"limit_at": at - timedelta(minutes=1), "at": at, "from_officer": cast.meena, "reason": reason}
        Miss.objects.create(turn=1, rung=rung, **place, **times)
    misses = issue().content["misses"]
    assert (misses["count"], misses["explained"]) == (1, 1)
    assert misses["rows"][0]["reason"] == "Bridge broken, ask •••"
    assert misses["rows"][0]["rung"] == 2


def test_the_gaps_of_the_next_24_hours_stand_on_it(issue: Issue, cast: Cast) -> None:
    Posting.objects.filter(officer=cast.ravi).delete()
    posting = Posting.objects.get(officer=cast.meena)
    Posting.objects.update(starts_on="2026-01-01")
    Shift.objects.create(
        posting=posting, weekdays=EVERY_DAY, starts=time(6), ends=time(22), from_date=NOW.date(), until_date=None
    )
    gaps = issue().content["gaps"]
    of_block = [gap for gap in gaps if gap["place"] and gap["place"]["name"] == "Bilha"]
    assert [(gap["from"][11:16], gap["until"][11:16]) for gap in of_block] == [("22:00", "06:00")]


def test_a_state_has_one_line_for_a_district_with_gaps(issue: Issue, cast: Cast) -> None:
    Posting.objects.update(starts_on="2026-01-01")
    Leave.objects.create(officer=cast.anil, from_date=NOW.date(), until_date=NOW.date() + timedelta(days=2))
    lines = [gap for gap in issue("s22").content["gaps"] if "district" in gap]
    assert [(gap["district"]["name"], gap["count"]) for gap in lines] == [("Bilaspur", 1)]


def test_stock_is_what_was_counted_last(issue: Issue, cast: Cast, small_map: Map) -> None:
    def count(district: Any, quantity: int, at: datetime) -> None:
        keys = {"state": district.state, "district": district, "kind_id": "cylinder_d", "officer": cast.sunita}
        Stock.objects.create(**keys, quantity=quantity, at=at)

    count(small_map.bilaspur, 40, NOON - timedelta(hours=1))
    issue(held_at=NOON, at=NOON)
    count(small_map.bilaspur, 25, NOW - timedelta(hours=1))
    count(small_map.raipur, 10, NOW - timedelta(hours=2))
    (line_,) = issue().content["stock"]
    assert (line_["code"], line_["quantity"], line_["before"]) == ("cylinder_d", 25, 40)
    assert [row["quantity"] for row in issue("s22").content["stock"]] == [35]


@pytest.fixture
def noon(issue: Issue) -> Any:
    return issue(held_at=NOON, at=NOON)


def decide(review: Any, cast: Cast, text: str, **given: Any) -> Decision:
    keys = {"review": review, "state_id": 22, "district_id": 375, "made_by": cast.collector}
    times = {"made_at": NOON + timedelta(minutes=10), "due_by": NOON + timedelta(hours=3)}
    return Decision.objects.create(**keys, text=text, **(times | {"officer": cast.anil} | given))


def test_decisions_follow_into_the_next_sheets_until_they_are_done(issue: Issue, cast: Cast, noon: Any) -> None:
    made = decide(noon, cast, "Two vehicles for the night")
    decide(noon, cast, "The bridge is open again", officer=None, due_by=None)
    evening = issue().content
    assert [(row["text"], row["late"], row["done_at"]) for row in evening["decisions"]] == [
        ("Two vehicles for the night", True, None)
    ]
    assert [row["text"] for row in evening["remarks"]] == ["The bridge is open again"]
    done_at = NOW + timedelta(hours=1)
    Decision.objects.filter(pk=made.pk).update(done_at=done_at, done_by=cast.anil, done_note="Both are there.")
    morning, after = NOW + timedelta(hours=15), NOW + timedelta(hours=19)
    (row,) = issue(held_at=morning, at=morning).content["decisions"]
    assert (row["done_note"], row["late"], row["done_by"]["name"]) == ("Both are there.", False, "Anil Verma")
    later = issue(held_at=after, at=after).content
    assert (later["decisions"], later["remarks"]) == ([], [])


def test_a_districts_decisions_are_not_the_states(issue: Issue, cast: Cast, noon: Any) -> None:
    decide(noon, cast, "Two vehicles for the night")
    assert issue("s22").content["decisions"] == []


def test_a_sheet_costs_a_fixed_number_of_queries(
    golden_day: list[Case], cast: Cast, make_case: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        make_case(at=NOW - timedelta(minutes=number), officer=cast.meena if number % 2 else cast.anil)
    place = places.place_from("d375")
    assert place
    with django_assert_max_num_queries(50):
        content.draw_up(content.span_of(place, NOW, NOW), None)


def figure_of(sheet: dict[str, Any], row: dict[str, str]) -> list[Any]:
    if row["part"] == "whole":
        return list(sheet["figures"][row["figure"]])
    return list(line(sheet[row["part"]], row["name"])["figures"][row["figure"]])


def test_the_sheet_of_the_golden_evening_is_the_one_counted_by_hand(issue: Issue) -> None:
    sheet = issue().content
    with GOLDEN.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    expected = [[float(row[name]) if row[name] else None for name in ("value", "cases", "before")] for row in rows]
    assert [figure_of(sheet, row) for row in rows] == expected
    assert [one["name"] for one in sheet["below"]] == ["Kota", "Bilha", "", "Takhatpur"]
    assert sheet["waiting"][0]["reference"] == "BSP-TEST-009"


def test_what_reached_us_after_the_sheet_before_is_said_on_the_next(issue: Issue, make_case: CaseMaker) -> None:
    """A post of 17:58 that was found at 18:01: the evening's figures are over, and the morning's begin at 18:00."""
    evening = issue()
    assert evening.content["came_late"] == 0
    found_at = NOW + timedelta(minutes=1)
    make_case(at=NOW - timedelta(minutes=2), received_at=found_at)
    make_case(at=NOW - timedelta(minutes=5), received_at=NOW - timedelta(minutes=4))  # on the evening's sheet
    morning = NOW + timedelta(hours=15)
    with time_machine.travel(morning, tick=False):
        sheet = issue(held_at=morning, at=morning)
    assert (sheet.content["came_late"], sheet.content["figures"]["received"][0]) == (1, 0)
    assert laying.laid_out(sheet.content).span.endswith("1 more plea of before it reached us only after it.")
    assert laying.laid_out(evening.content).span == "Since the review of 22-11-2026 13:00."


def test_what_came_after_the_counting_and_before_the_drawing_up_is_on_the_next(
    issue: Issue, make_case: CaseMaker
) -> None:
    """Hundreds of sheets of one moment are drawn up from figures that are seconds old."""
    rollups.catch_up(NOW + timedelta(seconds=10))
    make_case(at=NOW - timedelta(minutes=1), received_at=NOW + timedelta(seconds=40))
    evening = issue(at=NOW + timedelta(seconds=65)).content
    assert evening["figures_until"] == (NOW + timedelta(seconds=10)).isoformat()
    morning = NOW + timedelta(hours=15)
    with time_machine.travel(morning, tick=False):
        sheet = issue(held_at=morning, at=morning).content
    assert (sheet["came_late"], sheet["figures"]["received"][0]) == (1, 0)


def test_what_the_last_part_of_an_hour_told_already_did_not_come_late(issue: Issue, make_case: CaseMaker) -> None:
    """A due time within an hour: its last minutes are read from the cases, not from what was counted."""
    half_past = NOW + timedelta(minutes=30)
    ReviewTime.objects.filter(name="Evening").update(at=time(18, 30))
    with time_machine.travel(half_past + timedelta(seconds=65), tick=False):
        rollups.catch_up(half_past + timedelta(seconds=10))
        make_case(at=half_past - timedelta(minutes=1), received_at=half_past + timedelta(seconds=40))
        evening = issue(held_at=half_past, at=half_past + timedelta(seconds=65)).content
    assert (
        evening["figures"]["received"][0]
        == 1 + Case.objects.filter(district=375, opened_at__gte=NOON, opened_at__lt=NOW).count()
    )
    morning = NOW + timedelta(hours=15)
    with time_machine.travel(morning, tick=False):
        assert issue(held_at=morning, at=morning).content["came_late"] == 0
