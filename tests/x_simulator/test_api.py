"""The simulated X answers over real HTTP as X's OpenAPI file says: pages, callers, replies, fields, search."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.x_simulator import XSimulator
from tests.x_simulator.caller import BILASPUR, MENTIONS, SEARCH, Client, mention_many
from tests.x_simulator.posts import id_time
from tests.x_simulator.texts import weighted_length

# Pages


def test_mentions_are_paged_back_to_the_last_seen_id_without_loss_or_repetition(client: Client) -> None:
    ids = mention_many(client, 230)
    assert client.every_page(MENTIONS, since_id=ids[9], max_results=100) == ids[:9:-1]


def test_posts_that_arrive_during_paging_do_not_shift_the_pages(client: Client) -> None:
    ids = mention_many(client, 12)
    first = client.get(MENTIONS, max_results=5).json()
    mention_many(client, 7)
    second = client.get(MENTIONS, max_results=5, pagination_token=first["meta"]["next_token"]).json()
    assert [post["id"] for post in second["data"]] == ids[6:1:-1]


def test_only_the_800_newest_mentions_are_shown_and_search_shows_the_rest(client: Client) -> None:
    ids = mention_many(client, 2000)
    assert client.every_page(MENTIONS, max_results=100) == ids[:1199:-1]
    assert client.every_page(SEARCH, max_results=100, query="@BilaspurDist -is:retweet") == ids[::-1]


def test_a_page_says_how_many_and_from_where_to_where(client: Client) -> None:
    ids = mention_many(client, 3)
    meta = client.get(MENTIONS, max_results=5).json()["meta"]
    assert meta == {"result_count": 3, "newest_id": ids[2], "oldest_id": ids[0]}


def test_a_page_without_posts_has_no_data(client: Client) -> None:
    assert client.get(MENTIONS).json() == {"meta": {"result_count": 0}}


def test_an_empty_page_can_still_lead_to_the_next(client: Client, x: XSimulator) -> None:
    ids = mention_many(client, 4)
    x.fail_next("empty_page")
    page = client.get(MENTIONS, max_results=5).json()
    assert page["meta"]["result_count"] == 0
    assert client.every_page(MENTIONS, pagination_token=page["meta"]["next_token"]) == ids[::-1]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"max_results": 4}, "max_results"),
        ({"max_results": 101}, "max_results"),
        ({"since_id": "12x"}, "since_id"),
        ({"pagination_token": "!"}, "pagination_token"),
        ({"start_time": "yesterday"}, "start_time"),
        ({"tweet.fields": "colour"}, "tweet.fields"),
        ({"expansions": "author"}, "expansions"),
        ({"count": 5}, "count"),
    ],
)
def test_a_wrong_parameter_is_refused_by_name(client: Client, query: dict[str, Any], parameter: str) -> None:
    answer = client.get(MENTIONS, **query)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert parameter in answer.json()["errors"][0]["parameters"]


def test_start_counts_and_end_does_not(client: Client, x: XSimulator) -> None:
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    ids = [x.post("@BilaspurDist मदद", created_at=noon + timedelta(hours=n)) for n in range(3)]
    query = {"start_time": "2026-05-01T12:00:00Z", "end_time": "2026-05-01T14:00:00Z"}
    assert client.every_page(MENTIONS, **query) == [ids[1], ids[0]]
    assert id_time(int(ids[2])) == noon + timedelta(hours=2)


# Who is calling


@pytest.mark.parametrize("bearer", [None, "somebody-elses-token"])
def test_a_missing_or_wrong_bearer_gets_401_as_a_problem(client: Client, bearer: str | None) -> None:
    answer = client.get(MENTIONS, bearer=bearer)
    assert (answer.status_code, answer.json()["title"]) == (401, "Unauthorized")
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_a_signature_may_read_and_tells_who_one_is(client: Client) -> None:
    assert client.signed("GET", MENTIONS, params={"max_results": 5}).status_code == 200
    assert client.signed("GET", "/2/users/me").json()["data"]["username"] == "BilaspurDist"


def test_a_signature_with_a_wrong_secret_gets_401(client: Client) -> None:
    assert client.signed("GET", "/2/users/me", secret="wrong").status_code == 401


def test_a_signature_counts_once(client: Client, x: XSimulator) -> None:
    answer = client.signed("GET", "/2/users/me")
    again = requests.get(x.url + "/2/users/me", headers=dict(answer.request.headers), timeout=10)
    assert (answer.status_code, again.status_code) == (200, 401)


def test_a_bearer_may_not_write_and_is_not_anybody(client: Client, x: XSimulator) -> None:
    headers = {"Authorization": f"Bearer {client.handle.bearer_token}"}
    answer = requests.post(x.url + "/2/tweets", json={"text": "नमस्ते"}, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["title"]) == (403, "Unsupported Authentication")
    assert client.get("/2/users/me").status_code == 403
    assert x.replies() == []


# Replies


def test_a_reply_is_threaded_under_the_plea_and_begins_with_the_citizens_name(client: Client, x: XSimulator) -> None:
    plea = x.post("@BilaspurDist ऑक्सीजन चाहिए", username="sunita_sahu")
    answer = client.reply("आपका मामला BSP-7K3Q-9D दर्ज हुआ", plea)
    assert answer.status_code == 201
    [reply] = x.replies()
    assert (reply["text"], reply["in_reply_to_tweet_id"], reply["to"]) == (
        "आपका मामला BSP-7K3Q-9D दर्ज हुआ",
        plea,
        "sunita_sahu",
    )
    fields = "conversation_id,referenced_tweets,in_reply_to_user_id"
    shown = client.get(f"/2/tweets/{reply['id']}", **{"tweet.fields": fields}).json()["data"]
    assert shown["text"].startswith("@sunita_sahu ")
    assert shown["conversation_id"] == plea
    assert shown["referenced_tweets"] == [{"type": "replied_to", "id": plea}]
    assert client.every_page(f"/2/users/{BILASPUR}/tweets") == [reply["id"]]


def test_the_same_text_is_refused_to_the_same_account_only(client: Client, x: XSimulator) -> None:
    plea, other = x.post("@BilaspurDist एक"), x.post("@BilaspurDist दो")
    client.reply("दर्ज हुआ", plea)
    answer = client.reply("दर्ज हुआ", other)
    assert answer.status_code == 403
    assert answer.json()["detail"] == "You are not allowed to create a Tweet with duplicate content."
    client.handle = x.world.handles[1]
    assert client.reply("दर्ज हुआ", plea).status_code == 201


@pytest.mark.parametrize(
    ("text", "status"), [("क" * 280, 201), ("क" * 281, 400), ("😀" * 140, 201), ("😀" * 141, 400), ("  ", 400)]
)
def test_a_reply_weighs_at_most_280(client: Client, text: str, status: int) -> None:
    assert client.reply(text).status_code == status


def test_a_link_weighs_23_whatever_its_length() -> None:
    assert weighted_length("देखें https://example.in/" + "a" * 200) == len("देखें ") + 23


def test_an_answer_to_a_post_that_is_not_there_is_refused(client: Client, x: XSimulator) -> None:
    plea = x.post("@BilaspurDist मदद")
    client.control("delete", {"id": plea})
    assert [client.reply("अ", to).status_code for to in (plea, "12345", "none")] == [400, 400, 400]


def test_a_citizens_answer_to_the_handle_is_a_mention_of_it(client: Client, x: XSimulator) -> None:
    plea = x.post("@BilaspurDist मदद", username="ravi")
    reply = client.reply("क्या मदद मिली?", plea).json()["data"]["id"]
    answer = x.post("हाँ, धन्यवाद", username="ravi", reply_to=reply)
    assert client.every_page(MENTIONS) == [answer, plea]


# Fields


def test_only_id_text_and_edits_come_unasked(client: Client, x: XSimulator) -> None:
    number = x.post("@BilaspurDist मदद #BilaspurSOS")
    assert client.get(MENTIONS).json()["data"] == [
        {"id": number, "text": "@BilaspurDist मदद #BilaspurSOS", "edit_history_tweet_ids": [number]}
    ]


def test_what_is_asked_comes_and_nothing_else(client: Client, x: XSimulator) -> None:
    place = {"id": "abc123", "full_name": "Bilaspur, India", "country_code": "IN"}
    x.post("@BilaspurDist मदद", username="ravi", name="रवि", place=place)
    query = {"tweet.fields": "created_at,lang", "expansions": "author_id,geo.place_id", "user.fields": "verified"}
    answer = client.get(MENTIONS, **query).json()
    assert set(answer["data"][0]) == {
        *("id", "text", "edit_history_tweet_ids", "created_at", "lang", "author_id", "geo"),
    }
    [user] = answer["includes"]["users"]
    assert (set(user), user["name"]) == ({"id", "name", "username", "verified"}, "रवि")
    assert answer["includes"]["places"] == [{"id": "abc123", "full_name": "Bilaspur, India"}]


def test_the_spelling_of_2026_is_answered_in_the_same_spelling(client: Client, x: XSimulator) -> None:
    original = x.post("@BilaspurDist मदद")
    x.post("RT @citizen: @BilaspurDist मदद", username="echo", retweet_of=original)
    query = {"post.fields": "referenced_posts,edit_history_post_ids"}
    echo = client.get(MENTIONS, **query).json()["data"][0]
    assert echo["referenced_posts"] == [{"type": "retweeted", "id": original}]
    assert "edit_history_post_ids" in echo


def test_a_long_post_is_cut_and_whole_in_note_tweet(client: Client, x: XSimulator) -> None:
    whole = "@BilaspurDist " + "मेरी माँ को ऑक्सीजन चाहिए। " * 30 + "9876543210"
    x.post(whole)
    [plain] = client.get(MENTIONS).json()["data"]
    [full] = client.get(MENTIONS, **{"tweet.fields": "note_tweet"}).json()["data"]
    assert weighted_length(plain["text"]) <= 280
    assert "9876543210" not in plain["text"]
    assert full["note_tweet"]["text"] == whole


def test_an_edited_post_is_shown_once_with_its_history(client: Client, x: XSimulator) -> None:
    first = x.post("@BilaspurDist मदद")
    second = x.post("@BilaspurDist मदद, तिफरा", edit_of=first)
    [post] = client.get(MENTIONS).json()["data"]
    assert (post["id"], post["edit_history_tweet_ids"]) == (second, [first, second])


def test_a_deleted_author_is_an_error_beside_the_posts(client: Client, x: XSimulator) -> None:
    x.post("@BilaspurDist मदद", username="gone")
    x.post("@BilaspurDist मदद दो", username="here")
    client.control("users", {"username": "gone"})
    answer = client.get(MENTIONS, expansions="author_id").json()
    assert len(answer["data"]) == 2
    assert [user["username"] for user in answer["includes"]["users"]] == ["here"]
    assert [error["parameter"] for error in answer["errors"]] == ["author_id"]


def test_a_deleted_original_is_an_error_beside_its_echo(client: Client, x: XSimulator) -> None:
    original = x.post("@BilaspurDist मदद")
    x.post("RT @citizen: @BilaspurDist मदद", username="echo", retweet_of=original)
    client.control("delete", {"id": original})
    answer = client.get(MENTIONS, expansions="referenced_tweets.id").json()
    assert [error["value"] for error in answer["errors"]] == [original]


def test_a_post_withheld_in_india_says_so_when_asked(client: Client, x: XSimulator) -> None:
    x.post("@BilaspurDist मदद", withheld=["IN"])
    [post] = client.get(MENTIONS, **{"tweet.fields": "withheld"}).json()["data"]
    assert post["withheld"] == {"copyright": False, "country_codes": ["IN"]}


def test_single_posts_and_accounts_that_are_missing_are_errors_with_status_200(client: Client) -> None:
    for path in ("/2/tweets/99", "/2/users/99", "/2/users/by/username/nobody"):
        answer = client.get(path)
        assert (answer.status_code, "data" in answer.json()) == (200, False)
        assert answer.json()["errors"][0]["title"] == "Not Found Error"


def test_a_handle_is_found_by_its_name_in_any_case(client: Client) -> None:
    assert client.get("/2/users/by/username/bilaspurdist").json()["data"]["id"] == BILASPUR


def test_an_account_says_how_many_follow_it_and_how_much_it_wrote(client: Client, x: XSimulator) -> None:
    x.follow("BilaspurDist", 1200)
    x.post("Helpline 104", username="BilaspurDist")
    gone = x.post("Helpline 105", username="BilaspurDist")
    client.control("delete", {"id": gone})
    told = client.get(f"/2/users/{BILASPUR}", **{"user.fields": "public_metrics"}).json()["data"]["public_metrics"]
    assert (told["followers_count"], told["tweet_count"]) == (1200, 1)


# Search


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("#BilaspurSOS", {"tag"}),
        ("#bilaspursos OR @RaipurDist", {"tag", "raipur"}),
        ("(#BilaspurSOS OR @RaipurDist) ऑक्सीजन", {"tag"}),
        ("oxygen -is:retweet", {"raipur"}),
        ('"oxygen please"', {"raipur", "echo"}),
        ("from:ravi", {"tag"}),
    ],
)
def test_search_understands_the_operators(client: Client, x: XSimulator, query: str, found: set[str]) -> None:
    ids = {"tag": x.post("ऑक्सीजन चाहिए #BilaspurSOS", username="ravi"), "raipur": x.post("@RaipurDist oxygen please")}
    ids["echo"] = x.post("RT @citizen: oxygen please", username="echo", retweet_of=ids["raipur"])
    assert set(client.every_page(SEARCH, query=query)) == {ids[name] for name in found}


def test_search_finds_a_conversation(client: Client, x: XSimulator) -> None:
    plea = x.post("@BilaspurDist मदद", username="ravi")
    x.post("@BilaspurDist और कुछ")
    answer = x.post("अब भी इंतज़ार", username="ravi", reply_to=plea)
    assert client.every_page(SEARCH, query=f"conversation_id:{plea}") == [answer, plea]


@pytest.mark.parametrize("query", ["", "a" * 513, "(oxygen", "oxygen)", "colour:red", "OR"])
def test_a_query_x_cannot_read_is_refused(client: Client, query: str) -> None:
    assert client.get(SEARCH, query=query).status_code == 400


def test_search_goes_back_seven_days_and_refuses_an_older_since_id(client: Client, x: XSimulator) -> None:
    old = x.post("मदद #BilaspurSOS", created_at=datetime.now(UTC) - timedelta(days=8))
    new = x.post("मदद फिर #BilaspurSOS")
    assert client.every_page(SEARCH, query="#BilaspurSOS") == [new]
    answer = client.get(SEARCH, query="#BilaspurSOS", since_id=old)
    assert (answer.status_code, "since_id" in answer.json()["errors"][0]["parameters"]) == (400, True)
