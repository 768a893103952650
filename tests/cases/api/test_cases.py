"""/api/v1/cases/: who sees what, pages, filters, masked phones, and a fixed number of queries."""

from base64 import b64encode
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from cases.models import Event, Message
from tests.cases.api.conftest import Api
from tests.conftest import CaseMaker, Cast, Map

CASES = "/api/v1/cases/"
PLEA = "माँ को ऑक्सीजन चाहिए, 98123 45678 या ९८१२३४५६७८, SpO2 82"


def references(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [case["reference"] for case in answer.json()["results"]]


def test_each_officer_sees_the_cases_of_the_own_postings(
    api: Api, cast: Cast, make_case: CaseMaker, small_map: Map
) -> None:
    bilha, kota = make_case(), make_case(block=small_map.kota)
    raipur = make_case(district=small_map.raipur, block=small_map.dharsiwa)
    seen = {
        name: set(references(api(getattr(cast, name)).get(CASES)))
        for name in ("meena", "anil", "collector", "other_collector", "state_operator", "auditor")
    }
    everything = {bilha.reference, kota.reference, raipur.reference}
    district = {bilha.reference, kota.reference}
    assert seen == {
        "meena": {bilha.reference}, "anil": {kota.reference}, "collector": district, "auditor": district,
        "other_collector": {raipur.reference}, "state_operator": everything,
    }  # fmt: skip


def test_a_list_is_paged_by_cursor_without_gap_or_repeat(api: Api, cast: Cast, make_case: CaseMaker) -> None:
    now = timezone.now()
    made = [make_case(at=now - timedelta(minutes=number // 3)).reference for number in range(11)]
    found, address = [], CASES + "?limit=4"
    while address:
        answer = api(cast.meena).get(address)
        found += references(answer)
        address = answer.json()["next"]
    assert sorted(found) == sorted(made)
    assert len(set(found)) == len(found) == 11


@pytest.mark.parametrize("limit", ["999999999999999999999", "9" * 5000, "-1", "0", "banana", "\x00"])
def test_a_strange_limit_never_gives_more_than_a_page(api: Api, cast: Cast, make_case: CaseMaker, limit: str) -> None:
    make_case()
    assert len(references(api(cast.meena).get(CASES, limit=limit))) == 1


def cursor(position: str) -> str:
    return b64encode(urlencode({"p": position}).encode()).decode()


@pytest.mark.parametrize(
    "made_up", ["banana", "====", "\x00", cursor("banana"), cursor("9999-99-99"), cursor("\x00"), cursor("0001-01-01")]
)
def test_a_made_up_cursor_is_not_found_or_an_empty_page(
    api: Api, cast: Cast, make_case: CaseMaker, made_up: str
) -> None:
    make_case()
    answer = api(cast.meena).get(CASES, cursor=made_up)
    assert answer.status_code in {200, 404}, answer.content
    if answer.status_code == 404:
        assert answer.json() == {"code": "not_found", "message": "Invalid cursor"}


@pytest.mark.parametrize("count", [1, 12])
def test_a_list_takes_the_same_queries_however_long_it_is(
    api: Api, cast: Cast, make_case: CaseMaker, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        make_case(officer=cast.meena)
    client = api(cast.meena)
    with django_assert_num_queries(4):  # token, postings, cases, phones
        assert len(references(client.get(CASES))) == count


def test_a_list_is_filtered_like_the_desks_list(api: Api, cast: Cast, make_case: CaseMaker) -> None:
    make_case()
    bed = make_case(need_code="bed", officer=cast.meena)
    assert references(api(cast.meena).get(CASES, need="bed", officer="me", status="open")) == [bed.reference]


@pytest.mark.parametrize(("name", "value"), [("status", "banana"), ("distrct", "375"), ("opened_after", "soon")])
def test_a_wrong_filter_is_named_instead_of_ignored(api: Api, cast: Cast, name: str, value: str) -> None:
    answer = api(cast.meena).get(CASES, **{name: value})
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert list(answer.json()["fields"]) == [name]


def test_a_list_shows_no_phone_and_no_name(api: Api, cast: Cast, make_case: CaseMaker) -> None:
    make_case(excerpt=PLEA, place_text="तिफरा 9812345678", phone="9812345678", requester_name="Rakesh Yadav")
    answer = api(cast.collector).get(CASES)
    text = answer.content.decode()
    for secret in ("9812345678", "98123 45678", "९८१२३४५६७८", "Rakesh"):
        assert secret not in text
    case = answer.json()["results"][0]
    assert case["phones"] == ["•••••••678"]
    assert case["excerpt"] == "माँ को ऑक्सीजन चाहिए, •••••••678 या •••••••678, SpO2 82"
    assert (case["need"]["code"], case["district"]["code"], case["block"]["name_hi"]) == ("oxygen", 375, "बिल्हा")


@pytest.fixture
def told(make_case: CaseMaker, cast: Cast) -> str:
    """A case with a message and a note; its reference."""
    case = make_case(officer=cast.meena, phone="9812345678", excerpt=PLEA)
    Message.objects.create(
        channel="x", external_id="1", text=PLEA, posted_at=case.opened_at, received_at=case.opened_at, case=case,
        state="read", read_at=case.opened_at, result="opened",
    )  # fmt: skip
    Event.objects.create(case=case, at=case.opened_at, kind="note", actor=cast.meena, note="called the family")
    return case.reference


@pytest.mark.parametrize("who", ["meena", "collector", "operator", "doctor"])
def test_who_may_work_a_case_reads_it_whole(api: Api, cast: Cast, told: str, who: str) -> None:
    case = api(getattr(cast, who)).get(f"{CASES}{told.lower()}/").json()
    assert case["requester"]["phones"] == ["9812345678"]
    assert [message["text"] for message in case["messages"]] == [PLEA]
    assert [(event["kind"], event["note"]) for event in case["events"]] == [("note", "called the family")]
    assert "note" in case["moves"]


def test_an_auditor_reads_it_masked_and_may_do_nothing(api: Api, cast: Cast, told: str) -> None:
    answer = api(cast.auditor).get(f"{CASES}{told}/")
    case = answer.json()
    assert case["phones"] == ["•••••••678"]
    assert not {"requester", "messages", "events", "moves"} & case.keys()
    assert "98123" not in answer.content.decode()


@pytest.mark.parametrize("events", [1, 9])
def test_one_case_takes_a_fixed_number_of_queries(
    api: Api, cast: Cast, told: str, events: int, django_assert_num_queries: Any
) -> None:
    first = Event.objects.get()
    for _ in range(events):
        Event.objects.create(case=first.case, at=first.at, kind="note", actor=cast.anil, note="again")
    client = api(cast.meena)
    client.get(f"{CASES}{told}/")  # the first look of the day is written down
    with django_assert_num_queries(7):  # token, postings, case, phones, messages, events, last look
        client.get(f"{CASES}{told}/")


@pytest.mark.parametrize("address", [CASES + "BSP-NONE-00/", CASES + "%00/", "/api/v1/banana/", "/api/v1/"])
def test_what_is_not_there_is_a_404_in_json(api: Api, cast: Cast, address: str) -> None:
    answer = api(cast.meena).get(address)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_another_districts_collector_finds_no_such_case(api: Api, cast: Cast, told: str) -> None:
    assert api(cast.other_collector).get(f"{CASES}{told}/").status_code == 404


def test_an_officer_without_a_posting_sees_nothing(api: Api, cast: Cast, told: str) -> None:
    cast.meena.postings.all().delete()
    assert references(api(cast.anil).get(CASES)) == []
    cast.doctor.postings.all().delete()
    assert references(api(cast.doctor).get(CASES)) == []


@pytest.mark.parametrize("method", ["put", "patch", "delete", "post"])
def test_a_method_that_is_not_there_is_refused(api: Api, cast: Cast, told: str, method: str) -> None:
    client = api(cast.meena)
    answer = getattr(client.client, method)(f"{CASES}{told}/", headers=client.headers)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
