"""The simulated X's direct messages: written in the account's name, shown to the two, refused where none are taken."""

from pathlib import Path

import pytest

from tests.x_simulator import XSimulator
from tests.x_simulator.caller import Client
from tests.x_simulator.posts import user_id_of

SUNITA = user_id_of("sunita_sahu")
SEND = f"/2/dm_conversations/with/{SUNITA}/messages"
LOOK = f"/2/dm_conversations/with/{SUNITA}/dm_events"
ALL = "id,text,event_type,created_at,sender_id,dm_conversation_id"


@pytest.fixture(autouse=True)
def plea(x: XSimulator) -> str:
    return x.post("@BilaspurDist ऑक्सीजन", username="sunita_sahu")


def test_a_message_reaches_the_two_and_no_timeline(client: Client, x: XSimulator) -> None:
    made = client.signed("POST", SEND, json={"text": "देखें https://a.example/1"})
    assert made.status_code == 201
    [message] = x.messages()
    assert made.json()["data"]["dm_event_id"] == str(message["id"])
    assert (message["sender"], message["recipient"]) == ("bilaspurdist", "sunita_sahu")
    [row] = client.signed("GET", LOOK, params={"dm_event.fields": ALL, "event_types": "MessageCreate"}).json()["data"]
    assert (row["id"], row["sender_id"], row["event_type"]) == (
        str(message["id"]),
        client.handle.user_id,
        "MessageCreate",
    )
    assert row["text"].startswith("देखें https://t.co/")
    assert x.replies() == []


def test_it_is_shown_page_by_page_newest_first_with_what_was_asked_for(client: Client) -> None:
    for number in range(3):
        client.signed("POST", SEND, json={"text": f"no. {number}"})
    first = client.signed("GET", LOOK, params={"max_results": 2}).json()
    assert [row["text"] for row in first["data"]] == ["no. 2", "no. 1"]
    assert set(first["data"][0]) == {"id", "text", "event_type"}
    token = first["meta"]["next_token"]
    rest = client.signed("GET", LOOK, params={"max_results": 2, "pagination_token": token}).json()
    assert [row["text"] for row in rest["data"]] == ["no. 0"]
    assert "next_token" not in rest["meta"]


def test_who_takes_no_messages_gets_none(client: Client, x: XSimulator) -> None:
    client.control("users", {"username": "sunita_sahu", "takes_messages": False})
    refused = client.signed("POST", SEND, json={"text": "hello"})
    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "You do not have permission to DM one or more participants.",
    )
    assert client.signed("POST", SEND.replace(SUNITA, "77"), json={"text": "hello"}).status_code == 403
    assert client.signed("GET", LOOK).json() == {"meta": {"result_count": 0}}
    assert x.messages() == []


@pytest.mark.parametrize("body", [{"text": " "}, {"text": "a" * 10_001}, {}, ["text"]])
def test_what_is_no_text_is_refused(client: Client, body: object) -> None:
    assert client.signed("POST", SEND, json=body).status_code == 400


def test_the_app_alone_may_neither_write_nor_look(client: Client) -> None:
    assert client.get(LOOK).status_code == 403
    assert client.signed("GET", LOOK, params={"dm_event.fields": "phone"}).status_code == 400


def test_fifteen_in_a_quarter_of_an_hour(client: Client) -> None:
    answers = [client.signed("POST", SEND, json={"text": f"no. {number}"}) for number in range(16)]
    assert [answer.status_code for answer in answers] == [201] * 15 + [429]
    assert answers[14].headers["x-rate-limit-remaining"] == "0"


def test_messages_outlive_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "x.jsonl"
    with XSimulator(state=state) as before:
        before.post("plea", username="sunita_sahu")
        before.world.write_directly("BilaspurDist", "sunita_sahu", "yes or no")
        before.world.take_messages("sunita_sahu", False)
    with XSimulator(state=state) as after:
        assert [message["text"] for message in after.messages()] == ["yes or no"]
        assert after.world.users["sunita_sahu"].takes_messages is False
