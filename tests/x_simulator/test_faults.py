"""The simulated X counts requests, fails when it is told to, and says afterwards what was asked."""

from datetime import datetime
from typing import Any

import pytest
import requests

from tests.x_simulator import XSimulator
from tests.x_simulator.caller import MENTIONS, SEARCH, Client, mention_many


def test_every_answer_says_how_many_requests_are_left(client: Client) -> None:
    answers = [client.get(MENTIONS) for _ in range(2)] + [client.get(MENTIONS, max_results=1)]
    assert [answer.headers["x-rate-limit-remaining"] for answer in answers] == ["449", "448", "447"]
    assert answers[0].headers["x-rate-limit-limit"] == "450"
    ahead = int(answers[0].headers["x-rate-limit-reset"]) - datetime.now().timestamp()
    assert 0 < ahead <= 15 * 60 + 1


def test_a_used_up_limit_is_429_for_that_endpoint_and_caller_alone(client: Client) -> None:
    client.control("limits", {"endpoint": "mentions", "limit": 2})
    assert [client.get(MENTIONS).status_code for _ in range(3)] == [200, 200, 429]
    assert client.get(SEARCH, query="#BilaspurSOS").status_code == 200
    assert client.signed("GET", MENTIONS).status_code == 200
    client.control("limits", {"endpoint": "mentions", "limit": None})
    assert client.get(MENTIONS).status_code == 200


@pytest.mark.parametrize("status", [401, 429, 503])
def test_an_ordered_status_comes_as_often_as_ordered(client: Client, status: int) -> None:
    client.control("faults", {"kind": str(status), "count": 2})
    assert [client.get(MENTIONS).status_code for _ in range(3)] == [status, status, 200]


def test_a_fault_keeps_to_its_path_and_its_turn(client: Client, x: XSimulator) -> None:
    x.fail_next("503", path=SEARCH, skip=1)
    asked = [client.get(path, query="मदद") for path in (SEARCH, SEARCH, SEARCH)]
    assert [answer.status_code for answer in asked] == [200, 503, 200]
    assert client.get(MENTIONS).status_code == 200


@pytest.mark.parametrize(("kind", "body"), [("garbage", '{"data":[{"id":"1'), ("empty", "")])
def test_a_broken_body_comes_with_status_200(client: Client, x: XSimulator, kind: str, body: str) -> None:
    x.fail_next(kind)
    answer = client.get(MENTIONS)
    assert (answer.status_code, answer.text) == (200, body)


@pytest.mark.parametrize("kind", ["hang_up", "timeout"])
def test_a_line_that_closes_gives_no_answer_and_does_nothing(client: Client, x: XSimulator, kind: str) -> None:
    x.fail_next(kind, seconds=0.05)
    with pytest.raises(requests.ConnectionError):
        client.reply("दर्ज हुआ")
    assert x.replies() == []


def test_a_lost_answer_was_done_and_is_refused_as_duplicate_the_next_time(client: Client, x: XSimulator) -> None:
    x.fail_next("lost_answer", method="POST")
    with pytest.raises(requests.ConnectionError):
        client.reply("दर्ज हुआ")
    assert client.reply("दर्ज हुआ").status_code == 403
    assert [reply["text"] for reply in x.replies()] == ["दर्ज हुआ"]


def test_a_silent_server_outlasts_the_callers_patience_and_still_stops_at_once(client: Client, x: XSimulator) -> None:
    x.fail_next("timeout", seconds=3600)
    headers = {"Authorization": f"Bearer {client.handle.bearer_token}"}
    with pytest.raises(requests.ReadTimeout):
        requests.get(x.url + MENTIONS, headers=headers, timeout=0.2)


def test_the_log_says_what_was_asked_and_never_a_secret(client: Client, x: XSimulator) -> None:
    client.get(MENTIONS, since_id="5")
    client.reply("दर्ज हुआ")
    log = requests.get(x.url + "/_control/requests", timeout=10)
    rows = log.json()["requests"]
    assert [(row["method"], row["path"], row["caller"], row["status"]) for row in rows] == [
        ("GET", MENTIONS, "app:BilaspurDist", 200),
        ("POST", "/2/tweets", "user:BilaspurDist", 201),
    ]
    assert rows[0]["query"] == {"since_id": "5"}
    assert not any(secret in log.text for secret in (client.handle.bearer_token, client.handle.access_token))


@pytest.mark.parametrize(
    ("door", "body"),
    [
        ("posts", {"text": 5}),
        ("posts", {"text": "a", "colour": "red"}),
        ("posts", {"text": "a", "created_at": "soon"}),
        ("faults", {"kind": "earthquake"}),
        ("limits", {"endpoint": "everything", "limit": 1}),
        ("posts", 7),
    ],
)
def test_a_wrong_order_is_refused_with_a_reason(client: Client, door: str, body: Any) -> None:
    answer = client.control(door, body)
    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)


def test_reset_makes_everything_new(client: Client, x: XSimulator) -> None:
    mention_many(client, 3)
    x.fail_next("503", count=5)
    client.control("reset", {})
    assert client.get(MENTIONS).json() == {"meta": {"result_count": 0}}
