"""POST /api/v1/cases/{reference}/{move}/: the officer's moves, and why one is refused."""

from typing import Any

import pytest
from django.utils import timezone

from cases.models import Case, Event
from cases.workflow import Move, Status
from tests.cases.api.conftest import Api
from tests.conftest import CaseMaker, Cast, Map


def address(case: Case, move: str) -> str:
    return f"/api/v1/cases/{case.reference}/{move}/"


@pytest.fixture
def case(make_case: CaseMaker, cast: Cast) -> Case:
    """Assigned to Meena a moment ago."""
    return make_case(officer=cast.meena)


def problem(answer: Any) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["message"]
    return answer.status_code, answer.json()["code"]


def test_a_case_is_acknowledged_worked_and_resolved(api: Api, cast: Cast, case: Case) -> None:
    meena = api(cast.meena)
    assert meena.post(address(case, "acknowledge")).json()["status"] == Status.ACKNOWLEDGED
    assert meena.post(address(case, "start")).json()["status"] == Status.IN_PROGRESS
    body = {"outcome": "helped", "note": "cylinder delivered"}
    answer = meena.post(address(case, "resolve"), body)
    assert (answer.status_code, answer.json()["status"], answer.json()["outcome"]) == (200, "resolved", "helped")
    assert [event["kind"] for event in answer.json()["events"]] == ["acknowledged", "started", "resolved"]
    assert set(Event.objects.values_list("actor", flat=True)) == {cast.meena.pk}


def test_a_case_is_handed_over(api: Api, cast: Cast, case: Case) -> None:
    answer = api(cast.meena).post(address(case, "hand_over"), {"to": cast.sunita.pk})
    assert answer.json()["officer"]["name"] == "Sunita Patel"


def test_a_place_is_set_and_a_case_transferred(api: Api, cast: Cast, case: Case, small_map: Map) -> None:
    sunita = api(cast.sunita)
    body = {"district": 375, "block": 3607, "place_text": "near the bus stand"}
    assert sunita.post(address(case, "place"), body).json()["block"]["name"] == "Kota"
    answer = sunita.post(address(case, "transfer"), {"district": 387, "note": "they live in Raipur"})
    assert (answer.status_code, answer.content) == (204, b"")  # it is Raipur's now, and out of her sight
    assert Case.objects.get().district == small_map.raipur


def test_a_move_that_came_too_late_is_a_conflict_and_says_who_was_first(api: Api, cast: Cast, case: Case) -> None:
    api(cast.meena).post(address(case, "acknowledge"))
    answer = api(cast.ravi).post(address(case, "acknowledge"))
    assert problem(answer) == (409, "not_allowed")
    assert "Meena Sahu" in answer.json()["message"]


def test_the_reader_is_told_in_the_own_language(api: Api, cast: Cast, case: Case) -> None:
    answer = api(cast.meena).client.get(address(case, "note"), headers={"Accept-Language": "hi"})
    assert answer["Content-Language"] == "hi"


@pytest.mark.parametrize(
    ("who", "move", "body", "expected"),
    [
        ("doctor", "acknowledge", {}, (403, "not_permitted")),
        ("auditor", "note", {"note": "hm"}, (403, "not_permitted")),
        ("meena", "close", {"note": "x"}, (403, "not_permitted")),
        ("meena", "resolve", {"outcome": "helped", "note": "x"}, (409, "not_allowed")),
        ("other_collector", "acknowledge", {}, (404, "not_found")),
        ("anil", "acknowledge", {}, (404, "not_found")),
        ("meena", "note", {}, (400, "note_required")),
        ("meena", "note", {"note": "  "}, (400, "note_required")),
        ("meena", "hand_over", {}, (400, "invalid")),
        ("meena", "hand_over", {"to": "banana"}, (400, "invalid")),
        ("meena", "hand_over", {"to": 10**30}, (400, "invalid")),
        ("meena", "transfer", {"district": 375, "note": "x"}, (400, "invalid")),
        ("meena", "transfer", {"district": None, "note": "x"}, (400, "invalid")),
        ("meena", "place", {"district": 387, "block": 3607}, (400, "invalid")),
        ("meena", "resolve", {"outcome": "banana", "note": "x"}, (400, "invalid")),
        ("meena", "note", {"note": "x" * 5000}, (400, "invalid")),
        ("meena", "note", {"note": "a\x00b"}, (400, "invalid")),
        ("meena", "note", {"note": {"a": 1}}, (400, "invalid")),
        ("meena", "note", [], (400, "invalid")),
        ("meena", "banana", {}, (404, "not_found")),
    ],
)  # fmt: skip
def test_a_refusal_says_why(
    api: Api, cast: Cast, case: Case, who: str, move: str, body: Any, expected: tuple[int, str]
) -> None:
    assert problem(api(getattr(cast, who)).post(address(case, move), body)) == expected
    assert Event.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"note": ', "parse_error"),
        (b'{"note": "\xff\xfe"}', "parse_error"),
        (b'{"note": "\\ud800"}', "invalid"),
        (b"\xef\xbb\xbf{}", "parse_error"),
        (b'{"note": NaN}', "parse_error"),
        (b"[" * 100_000, "parse_error"),
    ],
)
def test_a_broken_body_is_the_senders_error(api: Api, cast: Cast, case: Case, body: bytes, code: str) -> None:
    assert problem(api(cast.meena).post(address(case, "note"), body)) == (400, code)


def test_a_form_is_not_json(api: Api, cast: Cast, case: Case) -> None:
    client = api(cast.meena)
    answer = client.client.post(address(case, "note"), {"note": "x"}, headers=client.headers)
    assert problem(answer) == (415, "unsupported_media_type")


def test_every_move_of_the_workflow_has_its_address(api: Api, cast: Cast, case: Case) -> None:
    for move in Move:
        assert api(cast.meena).post(address(case, move.value)).status_code != 404


def test_a_resolved_case_reopens_with_a_reason(api: Api, cast: Cast, make_case: CaseMaker) -> None:
    now = timezone.now()
    case = make_case(
        officer=cast.meena, status=Status.RESOLVED, acknowledged_at=now, resolved_at=now, outcome="helped",
        next_due_at=None,
    )  # fmt: skip
    assert api(cast.meena).post(address(case, "reopen"), {"note": "came back"}).json()["reopened_count"] == 1


def test_calls_supplies_joins_and_undo_have_bodies_of_their_own(
    api: Api, cast: Cast, case: Case, make_case: CaseMaker
) -> None:
    other, meena = make_case(officer=cast.meena), api(cast.meena)
    assert meena.post(address(case, "call"), {"result": "no_answer"}).status_code == 200
    count = {"supplies": [{"kind": "cylinder_d", "asked": 2, "given": 1}]}
    assert meena.post(address(case, "supply"), count).status_code == 200
    assert meena.post(address(case, "supply"), {"supplies": []}).status_code == 400
    joined = meena.post(address(case, "join"), {"to": other.reference})
    assert (joined.json()["status"], joined.json()["joined_to"]) == ("duplicate", other.reference)
    assert "undo" in joined.json()["moves"]
    assert meena.post(address(case, "undo"), {}).json()["status"] == "assigned"
