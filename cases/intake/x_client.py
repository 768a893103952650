"""Journey 1, the wire to X: API v2 through Twython, with typed errors that carry no secrets.

Twython 3.9.1 speaks v1.1; overridden here are the address (no '.json', our base URL), the bearer (its own OAuth 2
path refuses plain http, which a simulator on this machine needs) and the reading of v2's error bodies.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from twython import Twython, TwythonError
from urllib3.util.retry import Retry

from cases.intake.credentials import FOR_REPLYING, Credentials

# At DEBUG these two log Authorization headers.
for _name in ("oauthlib", "requests_oauthlib"):
    logging.getLogger(_name).setLevel(logging.INFO)

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
TIMEOUT = (4.0, 15.0)  # seconds to connect and between two bytes; a poller's lease is 30 s
PAGE_SIZE = 100
LONGEST_TOKEN = 200  # Cursor.next_token
_POST_FIELDS = (
    "created_at,author_id,conversation_id,in_reply_to_user_id,referenced_{many},lang,geo,entities,attachments,"
    "note_{one},edit_history_{one}_ids,withheld"
)
_EXPANSIONS = "author_id,geo.place_id,referenced_{many}.id,referenced_{many}.id.author_id,attachments.media_keys"

Json = dict[str, Any]


class XError(Exception):
    """A call to X that did not succeed. `status` is HTTP's, 0 when no answer came; the text holds no secret."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class XUnauthorised(XError):
    """401: the tokens are wrong, expired or revoked."""


class XOutOfCredit(XError):
    """402: X refuses because the account's prepaid credit has ended."""


class XUnavailable(XError):
    """5xx, a timeout, a hang-up, or an answer that makes no sense. After a POST the deed may have been done."""


class XRefused(XError):
    """400, 403, 404 ...: X understood and says no, in X's own words. Asking again changes nothing."""

    @property
    def is_duplicate(self) -> bool:
        """X has this very text from us already."""
        return self.status == 403 and "duplicate" in str(self).lower()

    @property
    def is_of_the_app(self) -> bool:
        """What is refused is refused to our app whoever it is for: it lacks a permission."""
        return self.status == 403 and "app permissions" in str(self).lower()


class XRateLimited(XError):
    """429. `reset_at` is when to ask again, if X said so."""

    def __init__(self, message: str, reset_at: datetime | None) -> None:
        super().__init__(message, 429)
        self.reset_at = reset_at


@dataclass(frozen=True, slots=True)
class Limit:
    """What the last answer's headers said: calls left in this window, and when the next begins."""

    remaining: int | None = None
    resets_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """How an account stands at this moment."""

    followers: int
    posts: int


class _Bearer(requests.auth.AuthBase):
    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class XClient(Twython):
    """X API v2 in the name of one handle. `as_user` signs with OAuth 1.0a, as replying demands.

    Raises MissingCredentials, and ValueError for a base URL that is neither https nor on this machine.
    Every method raises the XErrors above. Not for several threads at once.
    """

    def __init__(self, credentials: Credentials, *, as_user: bool = False, base_url: str = "") -> None:
        self.credentials = credentials
        self.limit = Limit()
        self.status = 0
        self._last_call: dict[str, Any] = {}
        args = {"timeout": TIMEOUT, "allow_redirects": False}
        if as_user:
            credentials.need(*FOR_REPLYING)
            keys = [getattr(credentials, name) for name in FOR_REPLYING]
            super().__init__(*keys, api_version="2", client_args=args)
        else:
            credentials.need("bearer_token")
            super().__init__(api_version="2", client_args=args)
            self.client.auth = _Bearer(credentials.bearer_token)
        self.api_url = _checked(base_url or settings.X_API_URL) + "/%s"
        # Only a GET may be sent again by itself: a POST that seems lost may have been done.
        retry = Retry(total=1, connect=1, read=0, status=0, allowed_methods={"GET"}, backoff_factor=0.2)
        self.client.mount("https://", HTTPAdapter(max_retries=retry))
        self.client.mount("http://", HTTPAdapter(max_retries=retry))

    def __repr__(self) -> str:
        return f"<XClient @{self.credentials.username}>"

    def __enter__(self) -> "XClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    # What the helpdesk asks

    def mentions(self, user_id: str, **params: Any) -> Json:
        """A page of posts that name the account, newest first; at most the 800 newest can be reached."""
        return self._page(f"users/{user_id}/mentions", params)

    def search(self, query: str, **params: Any) -> Json:
        """A page of recent search: the last 7 days, newest first; `query` of at most 512 characters."""
        return self._page("tweets/search/recent", {"query": query, **params})

    def own_posts(self, user_id: str, **params: Any) -> Json:
        """A page of what the account itself wrote, newest first."""
        return self._page(f"users/{user_id}/tweets", params)

    def post_by_id(self, post_id: str) -> Json:
        """One post: {"data": {...}, "includes": {...}}. Raises XRefused 404 when it is not there."""
        answer = self.ask(f"tweets/{post_id}", asked_fields())
        if not isinstance(answer.get("data"), dict):
            raise XRefused(_words(answer) or "no such post", 404)
        return answer

    def user_id_of(self, username: str) -> str:
        """The account's id. Raises XRefused 404 when there is none of that name."""
        answer = self.ask(f"users/by/username/{username}")
        account = answer.get("data")
        if not isinstance(account, dict) or not str(account.get("id", "")).isdecimal():
            raise XRefused(_words(answer) or "no such account", 404)
        return str(account["id"])

    def account(self, user_id: str) -> Account:
        """How many followers and posts the account has now. Raises XRefused 404 when there is none of that id."""
        answer = self.ask(f"users/{user_id}", {"user.fields": "public_metrics"})
        if not isinstance(answer.get("data"), dict):
            raise XRefused(_words(answer) or "no such account", 404)
        metrics = answer["data"].get("public_metrics")
        asked = ("followers_count", "tweet_count")
        found = [_count(metrics.get(name)) for name in asked] if isinstance(metrics, dict) else [None]
        counts = [count for count in found if count is not None]
        if len(counts) != len(asked):
            raise XUnavailable("X's answer does not say how the account stands", self.status)
        return Account(*counts)

    def reply(self, post_id: str, text: str) -> str:
        """Answer in the thread of a post; returns the reply's id ('' when X did not name it)."""
        body = {"text": text, "reply": {"in_reply_to_tweet_id": post_id}}
        answer = self.ask("tweets", body, method="POST")
        made = answer.get("data")
        return str(made.get("id", "")) if isinstance(made, dict) else ""

    def direct_message(self, user_id: str, text: str) -> str:
        """Write to one account, as only the two of them see; returns the event's id ('' when X did not name it)."""
        answer = self.ask(f"dm_conversations/with/{user_id}/messages", {"text": text}, method="POST")
        made = answer.get("data")
        return str(made.get("dm_event_id", "")) if isinstance(made, dict) else ""

    def direct_messages(self, user_id: str, **params: Any) -> Json:
        """A page of what this account and another wrote to each other, newest first."""
        shown = {"event_types": "MessageCreate", "dm_event.fields": "id,text,event_type,created_at,sender_id"}
        asked = shown | {name: value for name, value in params.items() if value}
        answer = self.ask(f"dm_conversations/with/{user_id}/dm_events", asked)
        if not isinstance(answer.get("data", []), list):
            raise XUnavailable("X's answer is not a page of messages", self.status)
        return answer

    # How it is asked

    def _page(self, endpoint: str, params: Json) -> Json:
        answer = self.ask(endpoint, {**asked_fields(), **{name: value for name, value in params.items() if value}})
        posts, meta = answer.get("data", []), answer.get("meta")
        if not isinstance(meta, dict) and not posts and answer.get("errors"):
            raise XRefused(self.credentials.scrub(_words(answer)), 404)
        token = meta.get("next_token", "") if isinstance(meta, dict) else None
        if not isinstance(posts, list) or not isinstance(token, str) or len(token) > LONGEST_TOKEN:
            raise XUnavailable("X's answer is not a page of posts", self.status)
        return answer

    def ask(self, endpoint: str, params: Json | None = None, method: str = "GET") -> Json:
        """One call; the answer's JSON object. `limit` and `status` then tell what its head said."""
        url = f"{self.api_url % '2'}/{endpoint}"
        self._last_call, self.limit, self.status = {}, Limit(), 0
        failure: XError | None = None
        answer: Any = None
        try:
            answer = self._request(url, method, params, api_call=endpoint, json_encoded=method == "POST")
        except (TwythonError, RecursionError, UnicodeError) as error:
            failure = self._failure(error)
        self._read_head()
        # Raised out here, so that it does not drag along the request with its Authorization header.
        if failure is not None:
            raise failure
        if not isinstance(answer, dict):
            raise XUnavailable("X's answer is not a JSON object", self.status)
        return answer

    def _read_head(self) -> None:
        if not self._last_call:
            return
        self.status = self._last_call["status_code"]
        headers = self._last_call["headers"]
        remaining, reset = (headers.get(f"x-rate-limit-{name}", "") for name in ("remaining", "reset"))
        self.limit = Limit(int(remaining) if remaining.isdecimal() else None, _moment(reset))

    def _failure(self, error: Exception) -> XError:
        """What Twython (or the JSON reader) raised, as one of ours."""
        self._read_head()
        told = self._last_call.get("api_error") or getattr(error, "msg", "") or error
        words, status = self.credentials.scrub(str(told))[:280], self.status
        if status == 401:
            return XUnauthorised(words, status)
        if status == 402:
            return XOutOfCredit(words, status)
        if status == 429:
            return XRateLimited(words, self.limit.resets_at)
        return XRefused(words, status) if 400 <= status < 500 else XUnavailable(words, status)

    def _get_error_message(self, response: requests.Response) -> str:
        """X's words out of a problem+json body, or the beginning of whatever came instead."""
        try:
            body = response.json()
        except (ValueError, RecursionError):
            return f"HTTP {response.status_code}: {response.text[:120] or 'empty body'}"
        return f"HTTP {response.status_code}: {_words(body) or str(body)[:120]}"


def _checked(base_url: str) -> str:
    parts = urlsplit(base_url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return base_url.rstrip("/")
    raise ValueError("X_API_URL must be https; plain http only on this machine.")


def _words(body: Any) -> str:
    """The most telling sentence of {title, detail} or {"errors": [{message | detail | title}]}; '' for none."""
    if not isinstance(body, dict):
        return ""
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    told = (first.get("message"), first.get("detail"), body.get("detail"), first.get("title"), body.get("title"))
    return next((words for words in told if isinstance(words, str) and words), "")


def _count(number: Any) -> int | None:
    """A count that fits its column; None for anything else."""
    return number if type(number) is int and 0 <= number < 2**31 else None


def _moment(seconds: str) -> datetime | None:
    """The moment of a Unix time in a header; None for nonsense."""
    if not seconds.isdecimal() or len(seconds) > 11:
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def asked_fields() -> dict[str, str]:
    """What to ask of each post. X's OpenAPI is renaming tweet to post: X_FIELD_PREFIX says which it knows."""
    one = settings.X_FIELD_PREFIX
    many = one + "s"
    return {
        f"{one}.fields": _POST_FIELDS.format(one=one, many=many),
        "expansions": _EXPANSIONS.format(many=many),
        "user.fields": "username,name",
        "place.fields": "full_name,name,country_code,place_type,geo",
        "media.fields": "type,url,preview_image_url",
    }
