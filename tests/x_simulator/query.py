"""Simulator of X, recent search: a query string becomes a test of one post (X's search operators, as used here)."""

import re
from collections.abc import Callable

from tests.x_simulator import texts
from tests.x_simulator.answers import invalid
from tests.x_simulator.posts import Post
from tests.x_simulator.world import World

Test = Callable[[Post], bool]
LIMIT = 512
TOKEN = re.compile(r'\s*(-?\(|\)|-?"[^"]*"|[^\s()"]+)')


class Query:
    """A parsed query: spaces mean and (binding tighter), OR means or, '-' means not, brackets group."""

    def __init__(self, text: str, world: World) -> None:
        if not 1 <= len(text) <= LIMIT:
            raise invalid("query", text, f"query must be between 1 and {LIMIT} characters")
        self.text = text
        self.world = world
        self.tokens = TOKEN.findall(text)
        if "".join(self.tokens) != re.sub(r'\s+(?=(?:[^"]*"[^"]*")*[^"]*$)', "", text):
            raise self._wrong("unbalanced quotation mark")
        self.matches = self._either()
        if self.tokens:
            raise self._wrong(f"unexpected '{self.tokens[0]}'")

    def _wrong(self, why: str) -> Exception:
        return invalid("query", self.text, f"There were errors processing your request: {why}")

    def _either(self) -> Test:
        choices = [self._every()]
        while self.tokens and self.tokens[0] == "OR":
            self.tokens.pop(0)
            choices.append(self._every())
        return lambda post: any(choice(post) for choice in choices)

    def _every(self) -> Test:
        parts: list[Test] = []
        while self.tokens and self.tokens[0] not in ("OR", ")"):
            parts.append(self._one(self.tokens.pop(0)))
        if not parts:
            raise self._wrong("a term is missing")
        return lambda post: all(part(post) for part in parts)

    def _one(self, token: str) -> Test:
        if token.startswith("-") and len(token) > 1:
            positive = self._one(token[1:])
            return lambda post: not positive(post)
        if token != "(":
            return self._term(token)
        inner = self._either()
        if not self.tokens or self.tokens.pop(0) != ")":
            raise self._wrong("missing closing parenthesis")
        return inner

    def _term(self, token: str) -> Test:
        operator, colon, wanted = token.partition(":")
        if (colon and operator.isalpha()) or operator == "conversation_id":
            return self._operator(operator, wanted.lower())
        if token.startswith("#"):
            return lambda post: token[1:].casefold() in texts.hashtags(post.text)
        if token.startswith("@"):
            return lambda post: token[1:].lower() in texts.mentioned(post.text)
        if token.startswith('"'):
            return lambda post: token.strip('"').casefold() in post.text.casefold()
        return lambda post: texts.words(token) <= texts.words(post.text)

    def _operator(self, operator: str, wanted: str) -> Test:
        operators: dict[str, Test] = {
            "is:retweet": lambda post: post.retweet_of is not None,
            "is:reply": lambda post: post.reply_to is not None,
            "is:quote": lambda post: post.quote_of is not None,
            "has:media": lambda post: bool(post.media),
            "has:geo": lambda post: post.place is not None,
            "has:mentions": lambda post: bool(texts.mentioned(post.text)),
            "has:hashtags": lambda post: bool(texts.hashtags(post.text)),
            "has:links": lambda post: bool(texts.URL.search(post.text)),
            f"lang:{wanted}": lambda post: post.lang == wanted,
            f"from:{wanted}": lambda post: wanted in (post.username, self.world.users[post.username].id),
            f"to:{wanted}": lambda post: self._answers(post) == wanted,
            f"conversation_id:{wanted}": lambda post: str(post.conversation) == wanted,
        }
        test = operators.get(f"{operator}:{wanted}")
        if test is None:
            raise self._wrong(f"Reference to invalid operator '{operator}:{wanted}'")
        return test

    def _answers(self, post: Post) -> str:
        parent = self.world.posts.get(post.reply_to or 0)
        return parent.username if parent else ""
