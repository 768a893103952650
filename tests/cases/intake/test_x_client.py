"""The wire to X: odd answers become one of five errors, and no secret ever leaves the client."""

import logging
import re
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import responses

from cases.intake.credentials import Credentials, MissingCredentials
from cases.intake.poller import poll
from cases.intake.x_client import (
    XClient,
    XError,
    XOutOfCredit,
    XRateLimited,
    XRefused,
    XUnauthorised,
    XUnavailable,
    asked_fields,
)
from cases.models import ApiCall, Handle, Notice
from tests.cases.x_fixtures import KEYS, MARK, asked
from tests.x_simulator.server import XSimulator

BASE = "https://x.test"
MENTIONS = f"{BASE}/2/users/1/mentions"
CREDENTIALS = Credentials("BilaspurDist", **KEYS)


@pytest.fixture
def client() -> Any:
    with XClient(CREDENTIALS, base_url=BASE) as made:
        yield made


@pytest.fixture
def wire() -> Any:
    with responses.RequestsMock() as mocked:
        yield mocked


def page(**more: Any) -> dict[str, Any]:
    return {"meta": {"result_count": 0}, **more}


class TestAddress:
    @pytest.mark.parametrize(
        "url", ["https://api.x.com", "http://127.0.0.1:8100", "http://localhost", "http://[::1]:1"]
    )
    def test_https_or_this_machine(self, url: str) -> None:
        XClient(CREDENTIALS, base_url=url).client.close()

    @pytest.mark.parametrize("url", ["http://api.x.com", "ftp://api.x.com", "http://127.0.0.1.evil.test", ""])
    def test_anything_else_is_refused(self, url: str, settings: Any) -> None:
        settings.X_API_URL = "http://api.x.com"
        with pytest.raises(ValueError, match="https"):
            XClient(CREDENTIALS, base_url=url)

    def test_a_redirect_is_not_followed(self, client: XClient, wire: Any) -> None:
        wire.get(MENTIONS, status=302, headers={"Location": "https://elsewhere.test/"})
        with pytest.raises(XUnavailable):
            client.mentions("1")


class TestAnswers:
    @pytest.mark.parametrize(
        ("status", "body", "kind", "words"),
        [
            (401, {"title": "Unauthorized", "detail": "Bad token"}, XUnauthorised, "Bad token"),
            (402, {"title": "CreditsDepleted"}, XOutOfCredit, "CreditsDepleted"),
            (403, {"detail": "You are not permitted"}, XRefused, "not permitted"),
            (400, {"errors": [{"message": "Invalid pagination_token"}]}, XRefused, "Invalid pagination_token"),
            (404, [], XRefused, "404"),
            (404, {"errors": ["odd"]}, XRefused, "404"),
            (429, None, XRateLimited, "429"),
            (500, {"errors": {"a": 1}}, XUnavailable, "500"),
            (503, "<html>Over capacity</html>", XUnavailable, "Over capacity"),
        ],
    )
    def test_a_refusal_is_typed_and_keeps_x_s_words(
        self, client: XClient, wire: Any, status: int, body: Any, kind: type[XError], words: str
    ) -> None:
        if isinstance(body, str):
            wire.get(MENTIONS, body=body, status=status)
        else:
            wire.get(MENTIONS, json=body, status=status)
        with pytest.raises(kind, match=words) as raised:
            client.mentions("1")
        assert raised.value.status == status

    @pytest.mark.parametrize(
        "body",
        ["", "[]", "null", "{", "<html>", "[" * 100_000, '"text"', "{}", '{"data": 3, "meta": {}}', '{"meta": []}',
         '{"meta": {"next_token": 5}}', '{"meta": {"next_token": "' + "t" * 300 + '"}}'],
    )  # fmt: skip
    def test_an_answer_that_makes_no_sense_is_unavailable(self, client: XClient, wire: Any, body: str) -> None:
        wire.get(MENTIONS, body=body, status=200)
        with pytest.raises(XUnavailable):
            client.mentions("1")

    def test_errors_without_a_page_are_a_refusal(self, client: XClient, wire: Any) -> None:
        wire.get(MENTIONS, json={"errors": [{"detail": "Could not find user"}]})
        with pytest.raises(XRefused, match="Could not find user"):
            client.mentions("1")

    def test_errors_beside_a_page_are_no_error(self, client: XClient, wire: Any) -> None:
        wire.get(MENTIONS, json=page(data=[{"id": "1"}], errors=[{"detail": "one author is gone"}]))
        assert client.mentions("1")["data"] == [{"id": "1"}]

    def test_a_dead_line_is_unavailable(self, client: XClient, wire: Any) -> None:
        wire.get(MENTIONS, body=requests.ConnectionError("reset by peer"))
        with pytest.raises(XUnavailable) as raised:
            client.mentions("1")
        assert raised.value.status == 0

    def test_the_limits_of_each_call_are_read(self, client: XClient, wire: Any) -> None:
        wire.get(MENTIONS, json=page(), headers={"x-rate-limit-remaining": "7", "x-rate-limit-reset": "1800000000"})
        wire.get(MENTIONS, json=page(), headers={"x-rate-limit-remaining": "?", "x-rate-limit-reset": "9" * 30})
        client.mentions("1")
        assert (client.limit.remaining, client.limit.resets_at) == (7, datetime(2027, 1, 15, 8, tzinfo=UTC))
        client.mentions("1")
        assert (client.limit.remaining, client.limit.resets_at) == (None, None)

    def test_a_reply_without_an_id_is_still_sent(self, wire: Any) -> None:
        wire.post(f"{BASE}/2/tweets", json={"data": None}, status=201)
        with XClient(CREDENTIALS, as_user=True, base_url=BASE) as signed:
            assert signed.reply("1", "text") == ""


class TestRequests:
    def test_what_is_asked_has_no_json_suffix_and_a_bearer(self, client: XClient, wire: Any) -> None:
        wire.get(MENTIONS, json=page())
        client.mentions("1", since_id="5", pagination_token="")
        [call] = wire.calls
        assert call.request.headers["Authorization"] == f"Bearer {KEYS['bearer_token']}"
        assert call.request.params["since_id"] == "5"
        assert "pagination_token" not in call.request.params

    def test_a_reply_is_signed_json(self, x: XSimulator) -> None:
        plea = x.post("@BilaspurDist help")
        with XClient(CREDENTIALS, as_user=True) as signed:
            assert signed.reply(plea, "मिल गया: BSP-7K3Q-9D") == x.replies()[0]["id"]
        assert x.replies()[0]["in_reply_to_tweet_id"] == plea

    def test_a_lost_post_is_never_sent_again_by_itself(self, x: XSimulator) -> None:
        plea = x.post("@BilaspurDist help")
        x.fail_next("hang_up", 1, "/2/tweets", method="POST")
        with XClient(CREDENTIALS, as_user=True) as signed, pytest.raises(XUnavailable):
            signed.reply(plea, "text")
        assert len(asked(x, "/2/tweets")) == 1

    def test_fields_are_asked_for_in_either_spelling(self, settings: Any) -> None:
        assert "edit_history_tweet_ids" in asked_fields()["tweet.fields"]
        settings.X_FIELD_PREFIX = "post"
        assert re.search("note_post,edit_history_post_ids", asked_fields()["post.fields"])
        assert "referenced_posts.id" in asked_fields()["expansions"]
        assert "tweet" not in str(asked_fields())


class TestSecrets:
    def test_missing_keys_are_named_for_what_they_do(self) -> None:
        with pytest.raises(MissingCredentials, match="@A lacks bearer_token"):
            XClient(Credentials("A"))
        with pytest.raises(MissingCredentials, match="@A lacks api_secret, access_token, access_secret"):
            XClient(Credentials("A", bearer_token="b", api_key="k"), as_user=True)

    def test_no_repr_shows_them(self, client: XClient) -> None:
        assert MARK not in repr(client) + repr(CREDENTIALS) + str(CREDENTIALS)

    def test_an_echoed_secret_is_struck_out(self, client: XClient, wire: Any) -> None:
        wire.get(MENTIONS, json={"detail": f"token {KEYS['bearer_token']} is wrong"}, status=401)
        with pytest.raises(XUnauthorised) as raised:
            client.mentions("1")
        assert str(raised.value) == "HTTP 401: token *** is wrong"

    def test_errors_do_not_drag_the_request_along(self, client: XClient, wire: Any) -> None:
        wire.get(MENTIONS, body=requests.ConnectionError("reset"))
        with pytest.raises(XUnavailable) as raised:
            client.mentions("1")
        assert raised.value.__context__ is None
        assert raised.value.__cause__ is None

    @pytest.mark.django_db
    def test_no_log_ledger_or_handle_holds_them(
        self, x: XSimulator, handle: Handle, caplog: pytest.LogCaptureFixture, make_case: Any
    ) -> None:
        from cases.notify.outbox import reconcile, send_due

        caplog.set_level(logging.DEBUG)
        for number, kind in enumerate([401, 403, 429, 503, "garbage", "hang_up", None]):
            plea = x.post(f"@BilaspurDist help {number}")
            if kind:
                x.fail_next(kind, 1)
            Handle.objects.update(not_before_at=None)
            poll(handle.pk)
            x.fail_next(kind or 500, 1)
            Handle.objects.update(not_before_at=None)
            send_due(handle.pk)
            reconcile()
            assert plea
        kept = [str(row) for row in (*Handle.objects.values(), *ApiCall.objects.values(), *Notice.objects.values())]
        assert ApiCall.objects.count() >= 7
        assert MARK not in caplog.text + "".join(kept)
