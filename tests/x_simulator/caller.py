"""Simulator of X, the one who calls it in its own tests: over real HTTP, as the app, as the account, or as nobody."""

from typing import Any

import requests
from requests_oauthlib import OAuth1

from tests.x_simulator import XSimulator
from tests.x_simulator.posts import Handle

BILASPUR = "1383000000000000001"
MENTIONS = f"/2/users/{BILASPUR}/mentions"
SEARCH = "/2/tweets/search/recent"


class Client:
    """A caller of the API: as the app (bearer), as the account (signed), or as nobody."""

    def __init__(self, simulator: XSimulator) -> None:
        self.x = simulator
        self.handle: Handle = simulator.world.handles[0]
        self.session = requests.Session()

    def get(self, path: str, bearer: str | None = "", **query: Any) -> requests.Response:
        token = self.handle.bearer_token if bearer == "" else bearer
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.session.get(self.x.url + path, params=query, headers=headers, timeout=10)

    def signed(self, method: str, path: str, secret: str = "", **arguments: Any) -> requests.Response:
        h = self.handle
        auth = OAuth1(h.api_key, secret or h.api_secret, h.access_token, h.access_secret)
        return self.session.request(method, self.x.url + path, auth=auth, timeout=10, **arguments)

    def reply(self, text: str, to: str | None = None) -> requests.Response:
        body: dict[str, Any] = {"text": text} | ({"reply": {"in_reply_to_tweet_id": to}} if to else {})
        return self.signed("POST", "/2/tweets", json=body)

    def control(self, door: str, body: Any) -> requests.Response:
        return self.session.post(f"{self.x.url}/_control/{door}", json=body, timeout=30)

    def every_page(self, path: str, **query: Any) -> list[str]:
        """The ids of all pages, in the order in which they came."""
        ids: list[str] = []
        while True:
            page = self.get(path, **query).json()
            ids += [post["id"] for post in page.get("data", [])]
            if "next_token" not in page["meta"]:
                return ids
            query["pagination_token"] = page["meta"]["next_token"]


def mention_many(client: Client, count: int) -> list[str]:
    """Order so many mentions of Bilaspur at once; their ids, oldest first."""
    posts = [{"text": f"@BilaspurDist मदद {n}", "username": f"citizen{n % 300}"} for n in range(count)]
    ids: list[str] = client.control("posts", {"posts": posts}).json()["ids"]
    return ids
