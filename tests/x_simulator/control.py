"""Simulator of X, the hand behind it: /_control/, where tests order posts, faults and limits and read what came."""

import json
from collections import deque
from collections.abc import Callable
from typing import Any

from tests.x_simulator.answers import Answer, Json, as_json
from tests.x_simulator.api import Api, Request
from tests.x_simulator.faults import Fault, Faults
from tests.x_simulator.fields import Asked, Showing
from tests.x_simulator.limits import PUBLISHED, WINDOW_SECONDS
from tests.x_simulator.posts import Post, api_time, draft_from
from tests.x_simulator.world import World


def reply_json(world: World, post: Post) -> Json:
    """A reply as a test wants to see it: `text` as it was sent, `shown` as X shows it, who and to what."""
    parent = world.posts.get(post.reply_to or 0)
    return {
        "id": str(post.id),
        "text": post.sent,
        "shown": post.text,
        "username": world.users[post.username].username,
        "in_reply_to_tweet_id": str(parent.id) if parent else None,
        "to": world.users[parent.username].username if parent else None,
        "created_at": api_time(post.created_at),
    }


class Control:
    """The doors under /_control/. All take and give JSON; a body at fault gets 400 with `error`."""

    def __init__(self, api: Api, faults: Faults, log: deque[Json]) -> None:
        self.api = api
        self.world = api.world
        self.faults = faults
        self.log = log
        self.doors: dict[str, Callable[[Any], Json]] = {
            "POST posts": self.posts,
            "GET posts": self.all_posts,
            "POST faults": self.order_faults,
            "POST limits": self.set_limits,
            "POST users": self.vanish,
            "POST delete": self.delete,
            "POST pause": self.pause,
            "POST reset": self.reset,
            "GET replies": lambda _: {"replies": self.replies()},
            "GET messages": lambda _: {"messages": self.messages()},
            "GET requests": lambda _: {"requests": list(self.log)},
        }

    def answer(self, request: Request) -> Answer:
        """The answer to a request under /_control/."""
        door = self.doors.get(f"{request.method} {request.path.removeprefix('/_control/').rstrip('/')}")
        if door is None:
            return as_json({"error": f"no such door; there are: {', '.join(sorted(self.doors))}"}, 404)
        try:
            return as_json(door(json.loads(request.body or b"{}")))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return as_json({"error": str(error)}, 400)

    def posts(self, body: Any) -> Json:
        """One post, a list of posts, or {"posts": [...]}, all or none; the ids in the same order."""
        rows = body if isinstance(body, list) else body.get("posts", [body])
        return {"ids": [str(number) for number in self.world.add([draft_from(row) for row in rows])]}

    def all_posts(self, _: Any) -> Json:
        """Every post with all its fields, oldest first."""
        every = Asked(tweet={"author_id", "conversation_id", "created_at", "lang", "referenced_tweets", "note_tweet"})
        with self.world.lock:
            showing = Showing(self.world, every)
            return {"posts": [showing.tweet(self.world.posts[number]) for number in self.world.everything]}

    def order_faults(self, body: Any) -> Json:
        """{"kind", "count", "path", "seconds", "method", "skip"}, or "clear" for none."""
        if body == {"kind": "clear"}:
            self.faults.clear()
        else:
            self.faults.order(Fault(**body))
        return {"ordered": body}

    def set_limits(self, body: Any) -> Json:
        """{"endpoint": name or absent for all, "limit": number or null for the published one, "seconds"}."""
        endpoint = body.get("endpoint")
        if endpoint is not None and endpoint not in PUBLISHED:
            raise ValueError(f"endpoint: one of {', '.join(PUBLISHED)}")
        self.api.limits.set(endpoint, body.get("limit"), float(body.get("seconds", WINDOW_SECONDS)))
        return {"set": body}

    def vanish(self, body: Any) -> Json:
        """{"username", "gone": "deleted" | "suspended" | ""}, or {"username", "takes_messages": true | false}."""
        if "takes_messages" in body:
            self.world.take_messages(body["username"], bool(body["takes_messages"]))
            return {"username": body["username"]}
        if body.get("gone", "deleted") not in ("", "deleted", "suspended"):
            raise ValueError("gone: deleted, suspended or empty")
        self.world.vanish(body["username"], body.get("gone", "deleted"))
        return {"username": body["username"]}

    def delete(self, body: Any) -> Json:
        """{"id"}: a citizen deletes a post."""
        return {"deleted": self.world.delete(int(body["id"]))}

    def pause(self, body: Any) -> Json:
        """{"paused": true | false}: hold or resume the timeline."""
        self.world.pause(bool(body.get("paused", True)))
        return {"paused": self.world.paused}

    def reset(self, _: Any) -> Json:
        """As new: no posts, no faults, published limits, an empty log."""
        self.world.clear()
        self.faults.clear()
        self.api.limits.clear()
        self.log.clear()
        return {"reset": True}

    def replies(self) -> list[Json]:
        """What the handles sent through the API, oldest first."""
        with self.world.lock:
            return [reply_json(self.world, post) for post in self.world.replies()]

    def messages(self) -> list[Json]:
        """What was written in private, oldest first: id, sender, recipient, text (as sent)."""
        with self.world.lock:
            return [message.as_json() for message in self.world.messages]
