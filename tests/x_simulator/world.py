"""Simulator of X, everything it knows: accounts and posts in memory, in the order of ids, guarded by one lock."""

import json
import threading
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.x_simulator import texts
from tests.x_simulator.journal import Journal
from tests.x_simulator.messages import Direct
from tests.x_simulator.posts import Draft, Handle, Post, User, first_id, user_id_of


class World:
    """Accounts and posts. Methods may be called from any thread."""

    def __init__(self, handles: Iterable[Handle], state: Path | None = None) -> None:
        self.lock = threading.RLock()
        self.handles = list(handles)
        self.journal = Journal(state)
        self.version = 0  # grows with every change, so that a page knows when to redraw
        self.paused = False
        self._empty()
        for row in self.journal.replay():
            self._recall(row)

    def _empty(self) -> None:
        self.users: dict[str, User] = {}
        self.names: dict[str, str] = {}  # user id -> username in lower case
        self.posts: dict[int, Post] = {}
        self.keys: dict[str, int] = {}
        self.everything: list[int] = []
        self.mentions: defaultdict[str, list[int]] = defaultdict(list)
        self.by_author: defaultdict[str, list[int]] = defaultdict(list)
        self.threads: defaultdict[int, list[int]] = defaultdict(list)
        self.messages: list[Direct] = []
        self.newest = 0
        for handle in self.handles:
            known = User(handle.user_id, handle.username, handle.name, official=True, followers=handle.followers)
            self._enter_user(known)

    def _enter_user(self, user: User) -> User:
        self.users[user.username.lower()] = user
        self.names[user.id] = user.username.lower()
        return user

    def _recall(self, row: dict[str, Any]) -> None:
        if "user" in row:
            self._enter_user(User(**row["user"]))
        if "post" in row:
            self._enter(Post(**row["post"]))
        if "message" in row:
            self.messages.append(Direct(**row["message"]))
        if "deleted" in row:
            self._hide(row["deleted"])
        self.paused = row.get("paused", self.paused)
        now = first_id(datetime.now(UTC))
        self.newest = max((number for number in self.everything[-1:] if number <= now), default=self.newest)

    # Reading

    def user(self, username: str) -> User | None:
        """The account of that name, whatever its case, or None."""
        return self.users.get(username.lower())

    def user_by_id(self, user_id: str) -> User | None:
        """The account of that id, or None."""
        return self.users.get(self.names.get(user_id, ""))

    def post(self, post_id: int | None) -> Post | None:
        """The post of that id, or None when there is none or it was deleted."""
        found = self.posts.get(post_id or 0)
        return None if found is None or found.deleted else found

    def count_posts(self, username: str) -> int:
        """How many posts of the account are there."""
        with self.lock:
            return sum(not self.posts[number].deleted for number in self.by_author[username.lower()])

    def between(self, ids: list[int], above: int, below: int) -> list[Post]:
        """Visible posts of the sorted `ids` with above < id < below, newest first; of an edited post the latest."""
        with self.lock:
            chosen = ids[bisect_left(ids, above + 1) : bisect_left(ids, below)]
            posts = (self.posts[number] for number in reversed(chosen))
            return [post for post in posts if not post.deleted and post.edits[-1] == post.id]

    def replies(self) -> list[Post]:
        """Every post that the handles sent through the API, oldest first."""
        with self.lock:
            return [self.posts[number] for number in self.everything if self.posts[number].sent]

    # Writing

    def add(self, drafts: Iterable[Draft]) -> list[int]:
        """Make the drafts posts and remember them; their ids, in the same order."""
        with self.lock:
            rows: list[dict[str, Any]] = []
            made = [self._make(draft, rows) for draft in drafts]
            self.journal.append(rows)
            return made

    def _make(self, draft: Draft, rows: list[dict[str, Any]]) -> int:
        user = self._author(draft, rows)
        post_id = self._next_id(draft.created_at)
        parent = self.posts.get(self._resolve(draft.reply_to) or 0)
        before = self.posts.get(self._resolve(draft.edit_of) or 0)
        post = Post(
            id=post_id,
            text=draft.text,
            username=user.username.lower(),
            conversation=parent.conversation if parent else before.conversation if before else post_id,
            reply_to=parent.id if parent else before.reply_to if before else None,
            retweet_of=self._resolve(draft.retweet_of),
            quote_of=self._resolve(draft.quote_of),
            edits=[*before.edits, post_id] if before else [post_id],
            lang=draft.lang or texts.language(draft.text),
            place=draft.place,
            media=draft.media,
            withheld=draft.withheld,
            key=draft.key,
            sent=draft.sent,
        )
        self._enter(post)
        rows.append({"post": post.as_json()})
        return post_id

    def _author(self, draft: Draft, rows: list[dict[str, Any]]) -> User:
        known = self.user(draft.username)
        if known is not None:
            return known
        user = User(user_id_of(draft.username), draft.username, draft.name or draft.username)
        rows.append({"user": {"id": user.id, "username": user.username, "name": user.name}})
        return self._enter_user(user)

    def _next_id(self, at: datetime | None) -> int:
        number = first_id(at or datetime.now(UTC))
        if at is None:  # what is written now comes after all that was written before, whatever the clock does
            number = max(number, self.newest + 1)
        while number in self.posts:
            number += 1
        self.newest = max(self.newest, number) if at is None else self.newest
        return number

    def _resolve(self, reference: str) -> int | None:
        if not reference:
            return None
        return int(reference) if reference.isdigit() else self.keys.get(reference)

    def _enter(self, post: Post) -> None:
        self.posts[post.id] = post
        if post.key:
            self.keys[post.key] = post.id
        insort(self.everything, post.id)
        insort(self.by_author[post.username], post.id)
        insort(self.threads[post.conversation], post.id)
        for name in self._addressed(post):
            insort(self.mentions[name], post.id)
        for earlier in post.edits[:-1]:
            self.posts[earlier].edits = post.edits
        self.version += 1

    def _addressed(self, post: Post) -> set[str]:
        """Who sees the post among their mentions: those it names and the one it answers, never its author."""
        names = set(texts.mentioned(post.text))
        parent = self.posts.get(post.reply_to or 0)
        if parent is not None:
            names.add(parent.username)
        return names - {post.username}

    def _hide(self, post_id: int) -> None:
        self.posts[post_id].deleted = True
        self.version += 1

    def write_directly(self, sender: str, recipient: str, text: str) -> Direct:
        """One account writes to another what only the two of them see."""
        with self.lock:
            message = Direct(self._next_id(None), sender.lower(), recipient.lower(), text)
            self.messages.append(message)
            self.version += 1
            self.journal.append([{"message": message.as_json()}])
            return message

    def conversation(self, one: str, other: str) -> list[Direct]:
        """What the two wrote to each other, oldest first."""
        with self.lock:
            return [message for message in self.messages if message.between(one, other)]

    def delete(self, post_id: int) -> bool:
        """Take a post away; False when there is none."""
        with self.lock:
            if self.post(post_id) is None:
                return False
            self._hide(post_id)
            self.journal.append([{"deleted": post_id}])
            return True

    def vanish(self, username: str, why: str) -> None:
        """The account is gone ('deleted', 'suspended'; '' brings it back); its posts stay, without an author."""
        with self.lock:
            user = self.user(username) or self._enter_user(User(user_id_of(username), username, username))
            user.gone = why
            self._remember(user)

    def take_messages(self, username: str, takes: bool) -> None:
        """Whether the account takes messages from those it does not know."""
        with self.lock:
            user = self.user(username) or self._enter_user(User(user_id_of(username), username, username))
            user.takes_messages = takes
            self._remember(user)

    def follow(self, username: str, followers: int) -> None:
        """So many follow the account now."""
        with self.lock:
            user = self.user(username) or self._enter_user(User(user_id_of(username), username, username))
            user.followers = followers
            self._remember(user)

    def _remember(self, user: User) -> None:
        self.version += 1
        self.journal.append([{"user": asdict(user)}])

    def pause(self, paused: bool) -> None:
        """Hold or resume the timeline, also across restarts."""
        with self.lock:
            self.paused = paused
            self.version += 1
            self.journal.append([{"paused": paused}])

    def clear(self) -> None:
        """Forget every post and every account but the handles."""
        with self.lock:
            self._empty()
            self.paused = False
            self.version += 1
            self.journal.clear()


def read_handles(path: Path) -> list[dict[str, Any]]:
    """The rows of a handles.json. Raises OSError or ValueError."""
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return rows
