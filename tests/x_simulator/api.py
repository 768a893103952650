"""Simulator of X, the endpoints of API v2 that the helpdesk uses, faithful to X's OpenAPI file 2.159."""

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.x_simulator import messages, texts
from tests.x_simulator.answers import Answer, Json, Refusal, app_only, as_json, duplicate, invalid, missing, problem
from tests.x_simulator.auth import Caller, Gate
from tests.x_simulator.fields import SELECTORS, Asked, Showing, read_asked, user_json
from tests.x_simulator.limits import Limits
from tests.x_simulator.posts import Draft, Post, User, api_time, first_id, id_time, read_time
from tests.x_simulator.query import Query
from tests.x_simulator.world import World

MENTIONS_CAP = 800  # X shows at most the 800 newest mentions
USER_TWEETS_CAP = 3200
SEARCH_DAYS = 7
BIGGEST = 1 << 63
PAGING = {"since_id", "until_id", "max_results", "pagination_token", "start_time", "end_time"}


@dataclass(slots=True)
class Request:
    """One HTTP request; `query` holds the first value of each parameter, `headers` have lower-case names."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    url: str
    caller: str = ""
    empty_page: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint: `name` is its key in the table of limits; `takes` are its query parameters."""

    method: str
    pattern: re.Pattern[str]
    name: str
    act: Callable[["Api", Caller, Request, str], tuple[int, Json]]
    takes: set[str]
    user_only: bool = False


class Api:
    """X API v2 over a World: authenticates, counts, validates, answers."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.gate = Gate(world.handles)
        self.limits = Limits()

    def answer(self, request: Request) -> Answer:
        """The answer to a request under /2/, with its rate-limit headers."""
        headers: dict[str, str] = {}
        try:
            route, part = self._route(request)
            caller = self.gate.caller(request.method, request.url, request.headers, request.body.decode("utf-8"))
            request.caller = caller.name
            if route.user_only and not caller.as_user:
                raise app_only()
            allowed, window = self.limits.take(route.name, caller.name, caller.as_user)
            headers = window.headers
            if not allowed:
                raise Refusal(429, problem(429, "Too Many Requests", "Too Many Requests"))
            self._check_parameters(route, request)
            status, body = route.act(self, caller, request, part)
            return as_json(body, status, headers)
        except Refusal as refusal:
            return as_json(refusal.body, refusal.status, headers)
        except UnicodeDecodeError:
            return as_json(invalid("body", "", "The request body is not UTF-8").body, 400, headers)

    def _route(self, request: Request) -> tuple[Route, str]:
        for route in ROUTES:
            match = route.pattern.fullmatch(request.path)
            if match and route.method == request.method:
                return route, match[1] if match.groups() else ""
        raise Refusal(404, problem(404, "Not Found", "Not Found"))

    def _check_parameters(self, route: Route, request: Request) -> None:
        for name in sorted(set(request.query) - route.takes - SELECTORS):
            known = ",".join(sorted(route.takes | SELECTORS))
            raise invalid(name, request.query[name], f"The query parameter [{name}] is not one of [{known}]")

    # Pages of posts

    def mentions(self, caller: Caller, request: Request, user_id: str) -> tuple[int, Json]:
        """GET /2/users/{id}/mentions: posts that name the account, newest first, of the 800 newest only."""
        user = self.world.user_by_id(user_id)
        if user is None:
            return 200, {"errors": [missing("user", "id", user_id)]}
        posts = self._between(request, self.world.mentions[user.username.lower()][-MENTIONS_CAP:])
        return self._page(request, posts, smallest=5, usual=10)

    def user_tweets(self, caller: Caller, request: Request, user_id: str) -> tuple[int, Json]:
        """GET /2/users/{id}/tweets: what the account wrote, newest first."""
        user = self.world.user_by_id(user_id)
        if user is None:
            return 200, {"errors": [missing("user", "id", user_id)]}
        without = set(request.query.get("exclude", "").split(","))
        posts = [
            post
            for post in self._between(request, self.world.by_author[user.username.lower()][-USER_TWEETS_CAP:])
            if not (post.reply_to and "replies" in without) and not (post.retweet_of and "retweets" in without)
        ]
        return self._page(request, posts, smallest=5, usual=10)

    def search(self, caller: Caller, request: Request, _: str) -> tuple[int, Json]:
        """GET /2/tweets/search/recent: the last seven days. An older since_id or start_time is refused with 400."""
        query = Query(request.query.get("query", ""), self.world)
        oldest = datetime.now(UTC) - timedelta(days=SEARCH_DAYS)
        since = request.query.get("since_id", "")
        if since.isdigit() and id_time(int(since)) < oldest:
            why = f"'since_id' must be a tweet id created after {api_time(oldest)}. Please use a larger 'since_id'"
            raise invalid("since_id", since, why)
        start = request.query.get("start_time")
        if start and self._time(request, "start_time") < oldest:
            raise invalid("start_time", start, f"'start_time' must be on or after {api_time(oldest)}")
        recent = (post for post in self._between(request, self.world.everything) if post.id >= first_id(oldest))
        posts = [post for post in recent if query.matches(post)]
        return self._page(request, posts, smallest=10, usual=10)

    def _between(self, request: Request, ids: list[int]) -> list[Post]:
        """The posts of `ids` inside since/until and start/end (the start counts, the end does not), newest first."""
        above, below = self._id(request, "since_id", 0), self._id(request, "until_id", BIGGEST)
        if "start_time" in request.query:
            above = max(above, first_id(self._time(request, "start_time")) - 1)
        if "end_time" in request.query:
            below = min(below, first_id(self._time(request, "end_time")))
        return self.world.between(ids, above, below)

    def _page(self, request: Request, posts: list[Post], smallest: int, usual: int) -> tuple[int, Json]:
        size = self._size(request, smallest, usual)
        token = request.query.get("pagination_token") or request.query.get("next_token")
        if token:
            below = self._token(token)
            posts = [post for post in posts if post.id < below]
        page = [] if request.empty_page else posts[:size]
        with self.world.lock:
            body = Showing(self.world, read_asked(request.query)).body(page)
        body["meta"] = {"result_count": len(page)}
        if page:
            body["meta"] |= {"newest_id": str(page[0].id), "oldest_id": str(page[-1].id)}
        if len(posts) > len(page):
            body["meta"]["next_token"] = texts.to_base36(page[-1].id if page else posts[0].id + 1)
        return 200, body

    def _size(self, request: Request, smallest: int, usual: int) -> int:
        given = request.query.get("max_results", str(usual))
        if not given.isdigit() or not smallest <= int(given) <= 100:
            why = f"The `max_results` query parameter value [{given}] is not between {smallest} and 100"
            raise invalid("max_results", given, why)
        return int(given)

    def _token(self, token: str) -> int:
        if re.fullmatch("[0-9a-z]{8,14}", token):
            return int(token, 36)
        raise invalid("pagination_token", token, "Invalid pagination_token")

    def _id(self, request: Request, name: str, otherwise: int) -> int:
        given = request.query.get(name)
        if given is None:
            return otherwise
        if re.fullmatch("[0-9]{1,19}", given):
            return int(given)
        raise invalid(name, given, f"The `{name}` query parameter value [{given}] is not valid")

    def _time(self, request: Request, name: str) -> datetime:
        given = request.query[name]
        try:
            return read_time(given)
        except ValueError:
            raise invalid(name, given, f"The `{name}` query parameter value [{given}] is not a date-time") from None

    # Single posts and accounts

    def tweets(self, caller: Caller, request: Request, part: str) -> tuple[int, Json]:
        """GET /2/tweets/{id} and /2/tweets?ids=: those that are there, and a partial error for each that is not."""
        asked = read_asked(request.query)
        wanted = [part] if part else request.query.get("ids", "").split(",")
        if (not part and not all(re.fullmatch("[0-9]{1,19}", number) for number in wanted)) or len(wanted) > 100:
            raise invalid("ids", request.query.get("ids", ""), "The `ids` query parameter is not 1 to 100 ids")
        with self.world.lock:
            found = {number: self.world.post(int(number)) for number in wanted}
            body = Showing(self.world, asked).body(post for post in found.values() if post)
        lost = [missing("tweet", "id" if part else "ids", number) for number, post in found.items() if post is None]
        if part and "data" in body:
            body["data"] = body["data"][0]
        return 200, body | ({"errors": body.get("errors", []) + lost} if lost else {})

    def username(self, caller: Caller, request: Request, name: str) -> tuple[int, Json]:
        """GET /2/users/by/username/{username}."""
        return self._account(request, self.world.user(name), "username", name)

    def user(self, caller: Caller, request: Request, user_id: str) -> tuple[int, Json]:
        """GET /2/users/{id}."""
        return self._account(request, self.world.user_by_id(user_id), "id", user_id)

    def me(self, caller: Caller, request: Request, _: str) -> tuple[int, Json]:
        """GET /2/users/me: the account that signed."""
        return self._account(request, self.world.user(caller.handle.username), "id", caller.handle.user_id)

    def _account(self, request: Request, user: User | None, parameter: str, given: str) -> tuple[int, Json]:
        asked: Asked = read_asked(request.query, about_users=True)
        if user is None or user.gone:
            return 200, {"errors": [missing("user", parameter, given)]}
        return 200, {"data": user_json(user, asked.user, self.world.count_posts(user.username))}

    # Writing

    def create(self, caller: Caller, request: Request, _: str) -> tuple[int, Json]:
        """POST /2/tweets: a post, or a reply that X begins with the name of the one it answers."""
        text, reply_to = self._draft(request)
        with self.world.lock:
            username = caller.handle.username
            parent = self.world.post(int(reply_to)) if reply_to else None
            if reply_to and parent is None:
                why = "The Post you are replying to is deleted or not visible to you"
                raise invalid("reply.in_reply_to_tweet_id", reply_to, why)
            if any(self.world.posts[number].sent == text for number in self.world.by_author[username.lower()]):
                raise duplicate()
            named = f"@{self.world.users[parent.username].username} " if parent else ""
            whole = text if not parent or parent.username in texts.mentioned(text) else named + text
            [number] = self.world.add([Draft(whole, username, reply_to=reply_to, sent=text)])
        return 201, {"data": {"id": str(number), "text": whole, "edit_history_tweet_ids": [str(number)]}}

    def _draft(self, request: Request) -> tuple[str, str]:
        try:
            body = json.loads(request.body)
        except ValueError:
            raise invalid("body", "", "The request body is not JSON") from None
        text = body.get("text") if isinstance(body, dict) else None
        if not isinstance(text, str) or not text.strip():
            raise invalid("text", str(text), "The `text` of a Post must not be empty")
        text = unicodedata.normalize("NFC", text)
        if texts.weighted_length(text) > texts.LIMIT:
            raise invalid("text", text, f"Your Post text is too long: more than {texts.LIMIT} weighted characters")
        reply = body.get("reply") or {}
        reply_to = reply.get("in_reply_to_tweet_id", "") if isinstance(reply, dict) else "?"
        if reply and not re.fullmatch("[0-9]{1,19}", str(reply_to)):
            raise invalid("reply.in_reply_to_tweet_id", str(reply_to), "in_reply_to_tweet_id is not an id")
        return text, str(reply_to)

    # Direct messages

    def message(self, caller: Caller, request: Request, user_id: str) -> tuple[int, Json]:
        """POST /2/dm_conversations/with/{participant_id}/messages: to an account that takes them."""
        text = messages.text_of(request.body)
        user = self.world.user_by_id(user_id)
        if user is None or user.gone or not user.takes_messages:
            raise messages.not_taken()
        made = self.world.write_directly(caller.handle.username, user.username, text)
        sender = self.world.users[caller.handle.username.lower()]
        named = messages.conversation(sender, user)
        return 201, {"data": {"dm_conversation_id": named, "dm_event_id": str(made.id)}}

    def messages(self, caller: Caller, request: Request, user_id: str) -> tuple[int, Json]:
        """GET /2/dm_conversations/with/{participant_id}/dm_events: newest first; without data where there are none."""
        size, fields = self._size(request, 1, 100), messages.fields_asked(request.query)
        user, token = self.world.user_by_id(user_id), request.query.get("pagination_token")
        below = self._token(token) if token else BIGGEST
        there = self.world.conversation(caller.handle.username, user.username) if user else []
        found = [message for message in reversed(there) if message.id < below]
        body: Json = {"meta": {"result_count": len(found[:size])}}
        if found:
            body["data"] = [messages.shown(message, self.world.users, fields) for message in found[:size]]
        if len(found) > size:
            body["meta"]["next_token"] = texts.to_base36(found[size - 1].id)
        return 200, body

    def delete(self, caller: Caller, request: Request, post_id: str) -> tuple[int, Json]:
        """DELETE /2/tweets/{id}: only one's own."""
        post = self.world.post(int(post_id))
        if post is not None and post.username != caller.handle.username.lower():
            detail = "You are not authorized to delete this Tweet."
            raise Refusal(403, problem(403, "Forbidden", detail))
        return 200, {"data": {"deleted": self.world.delete(int(post_id))}}


def _route(method: str, path: str, name: str, act: str, takes: str = "", user_only: bool = False) -> Route:
    function = getattr(Api, act)
    return Route(method, re.compile(path), name, function, set(takes.split()), user_only)


_NUMBER = "([0-9]{1,19})"
_PAGES = " ".join(PAGING)
_EVENTS = "max_results pagination_token event_types dm_event.fields"
ROUTES = (
    _route("GET", f"/2/users/{_NUMBER}/mentions", "mentions", "mentions", _PAGES),
    _route("GET", f"/2/users/{_NUMBER}/tweets", "user_tweets", "user_tweets", _PAGES + " exclude"),
    _route("GET", "/2/tweets/search/recent", "search", "search", _PAGES + " query next_token sort_order"),
    _route("GET", "/2/tweets", "tweets", "tweets", "ids"),
    _route("GET", f"/2/tweets/{_NUMBER}", "tweet", "tweets"),
    _route("POST", "/2/tweets", "create", "create", user_only=True),
    _route("DELETE", f"/2/tweets/{_NUMBER}", "delete", "delete", user_only=True),
    _route("POST", f"/2/dm_conversations/with/{_NUMBER}/messages", "message", "message", user_only=True),
    _route("GET", f"/2/dm_conversations/with/{_NUMBER}/dm_events", "messages", "messages", _EVENTS, user_only=True),
    _route("GET", "/2/users/me", "me", "me", user_only=True),
    _route("GET", "/2/users/by/username/([A-Za-z0-9_]{1,15})", "username", "username"),
    _route("GET", f"/2/users/{_NUMBER}", "user", "user"),
)
