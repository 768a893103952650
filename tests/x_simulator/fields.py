"""Simulator of X, what is shown of a post: only the fields and expansions that were asked for (X API v2)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.x_simulator import texts
from tests.x_simulator.answers import Json, invalid, missing, suspended
from tests.x_simulator.posts import Post, User, api_time
from tests.x_simulator.world import World


def names(text: str) -> set[str]:
    """The words of a list."""
    return set(text.split())


# The values that X's OpenAPI file 2.159 allows, as far as a post here can have them or may be asked for them.
TWEET_FIELDS = names(
    "article attachments author_id card_uri community_id context_annotations conversation_id created_at "
    "display_text_range edit_controls edit_history_tweet_ids entities geo id in_reply_to_user_id lang media_metadata "
    "non_public_metrics note_tweet organic_metrics possibly_sensitive promoted_metrics public_metrics "
    "referenced_tweets reply_settings scopes source suggested_source_links suggested_source_links_with_counts text "
    "withheld"
)
USER_FIELDS = names(
    "affiliation confirmed_email connection_status created_at description entities id is_identity_verified location "
    "most_recent_tweet_id name parody pinned_tweet_id profile_banner_url profile_image_url protected public_metrics "
    "receives_your_dm subscription subscription_type url username verified verified_followers_count verified_type "
    "withheld"
)
PLACE_FIELDS = names("contained_within country country_code full_name geo id name place_type")
MEDIA_FIELDS = names(
    "alt_text duration_ms height media_key non_public_metrics organic_metrics preview_image_url promoted_metrics "
    "public_metrics type url variants width"
)
POLL_FIELDS = names("duration_minutes end_datetime id options voting_status")
EXPANSIONS = names(
    "article.cover_media article.media_entities attachments.media_keys attachments.media_source_tweet "
    "attachments.poll_ids author_id edit_history_tweet_ids entities.mentions.username geo.place_id "
    "in_reply_to_user_id entities.note.mentions.username referenced_tweets.id "
    "referenced_tweets.id.attachments.media_keys referenced_tweets.id.author_id"
)
USER_EXPANSIONS = {"affiliation.user_id", "most_recent_tweet_id", "pinned_tweet_id"}
# An expansion also shows the id that it expands.
EXPANDED_FIELD = {
    "author_id": "author_id",
    "in_reply_to_user_id": "in_reply_to_user_id",
    "geo.place_id": "geo",
    "attachments.media_keys": "attachments",
    "referenced_tweets.id": "referenced_tweets",
    "referenced_tweets.id.author_id": "referenced_tweets",
    "entities.mentions.username": "entities",
}
# Since August 2026 X's OpenAPI file says "post" where it said "tweet".
NEW_SPELLING = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "note_tweet": "note_post",
}
SELECTORS = {"tweet.fields", "post.fields", "user.fields", "place.fields", "media.fields", "poll.fields", "expansions"}


@dataclass(slots=True)
class Asked:
    """What the caller wants to see; `new_spelling` when he said post.fields."""

    tweet: set[str] = field(default_factory=set)
    user: set[str] = field(default_factory=set)
    place: set[str] = field(default_factory=set)
    media: set[str] = field(default_factory=set)
    expansions: set[str] = field(default_factory=set)
    new_spelling: bool = False


def _old_spelling(value: str) -> str:
    return value.replace("note_post", "note_tweet").replace("_posts", "_tweets").replace("_post_ids", "_tweet_ids")


def _chosen(query: dict[str, str], name: str, allowed: set[str]) -> set[str]:
    chosen = {_old_spelling(value) for value in query[name].split(",")} if name in query else set()
    for value in sorted(chosen - allowed):
        known = ",".join(sorted(allowed))
        raise invalid(name, value, f"The `{name}` query parameter value [{value}] is not one of [{known}]")
    return chosen


def read_asked(query: dict[str, str], about_users: bool = False) -> Asked:
    """What a query string asks for. Raises Refusal 400 for a field or expansion X does not know."""
    return Asked(
        tweet=_chosen(query, "tweet.fields", TWEET_FIELDS) | _chosen(query, "post.fields", TWEET_FIELDS),
        user=_chosen(query, "user.fields", USER_FIELDS),
        place=_chosen(query, "place.fields", PLACE_FIELDS),
        media=_chosen(query, "media.fields", MEDIA_FIELDS),
        expansions=_chosen(query, "expansions", USER_EXPANSIONS if about_users else EXPANSIONS),
        new_spelling="post.fields" in query,
    )


def user_json(user: User, wanted: set[str], posts: int = 0) -> Json:
    """An account: id, name and username, and what else was asked for; `posts`: how many it wrote."""
    shown: Json = {"id": user.id, "name": user.name, "username": user.username}
    extra: Json = {
        "created_at": "2020-01-01T00:00:00.000Z",
        "description": "",
        "location": "",
        "protected": False,
        "verified": user.official,
        "verified_type": "government" if user.official else "none",
        "public_metrics": {
            "followers_count": user.followers,
            "following_count": 0,
            "tweet_count": posts,
            "listed_count": 0,
        },
        "profile_image_url": "https://abs.twimg.com/sticky/default_profile_images/default_profile_normal.png",
    }
    return shown | {name: value for name, value in extra.items() if name in wanted}


class Showing:
    """One answer in the making: posts, what they refer to, and what of that is not there any more."""

    def __init__(self, world: World, asked: Asked) -> None:
        self.world = world
        self.asked = asked
        self.includes: dict[str, dict[str, Json]] = {}
        self.errors: dict[tuple[str, str], Json] = {}

    def body(self, posts: Iterable[Post]) -> Json:
        """`data`, and `includes` and `errors` where there is something to put into them."""
        answer: Json = {}
        shown = [self.tweet(post) for post in posts]
        if shown:
            answer["data"] = shown
        if self.includes:
            answer["includes"] = {kind: list(rows.values()) for kind, rows in self.includes.items()}
        if self.errors:
            answer["errors"] = list(self.errors.values())
        return answer

    def tweet(self, post: Post) -> Json:
        """One post as asked; what its expansions bring goes into `includes`."""
        wanted = self.asked.tweet | {EXPANDED_FIELD.get(name, "") for name in self.asked.expansions}
        whole = self._everything(post)
        shown = {name: whole[name] for name in whole if name in wanted | {"id", "text", "edit_history_tweet_ids"}}
        self._expand(post)
        if self.asked.new_spelling:
            return {NEW_SPELLING.get(name, name): value for name, value in shown.items()}
        return shown

    def _everything(self, post: Post) -> Json:
        text = texts.shown_text(post.text, post.id)
        author = self.world.users[post.username]
        whole: Json = {
            "id": str(post.id),
            "text": text,
            "edit_history_tweet_ids": [str(number) for number in post.edits],
            "author_id": author.id,
            "conversation_id": str(post.conversation),
            "created_at": api_time(post.created_at),
            "display_text_range": [0, len(text)],
            "lang": post.lang,
            "possibly_sensitive": False,
            "reply_settings": "everyone",
            "public_metrics": {"retweet_count": 0, "reply_count": 0, "like_count": 0, "quote_count": 0},
        }
        return whole | self._sometimes(post, text)

    def _sometimes(self, post: Post, text: str) -> Json:
        """The fields that X leaves out when they would be empty."""
        parent = self.world.posts.get(post.reply_to or 0)
        optional: Json = {
            "entities": texts.entities(text, self._id_of),
            "referenced_tweets": self._references(post),
            "in_reply_to_user_id": self.world.users[parent.username].id if parent else None,
            "geo": {"place_id": post.place["id"]} if post.place else None,
            "attachments": {"media_keys": [row["media_key"] for row in post.media]} if post.media else None,
            "withheld": {"copyright": False, "country_codes": post.withheld} if post.withheld else None,
        }
        if text != post.text:
            optional["note_tweet"] = {"text": post.text, "entities": texts.entities(post.text, self._id_of)}
        return {name: value for name, value in optional.items() if value}

    def _id_of(self, username: str) -> str | None:
        user = self.world.user(username)
        return user.id if user else None

    def _references(self, post: Post) -> list[Json]:
        pairs = (("replied_to", post.reply_to), ("retweeted", post.retweet_of), ("quoted", post.quote_of))
        return [{"type": kind, "id": str(number)} for kind, number in pairs if number]

    def _expand(self, post: Post) -> None:
        wanted = self.asked.expansions
        if "author_id" in wanted:
            self._include_user(post.username, "author_id")
        parent = self.world.posts.get(post.reply_to or 0)
        if "in_reply_to_user_id" in wanted and parent:
            self._include_user(parent.username, "in_reply_to_user_id")
        if "entities.mentions.username" in wanted:
            for name in texts.mentioned(post.text):
                self._include_user(name, "entities.mentions.username")
        if "geo.place_id" in wanted and post.place:
            self._include("places", post.place, {"id", "full_name"} | self.asked.place)
        if "attachments.media_keys" in wanted:
            for media in post.media:
                self._include("media", media, {"media_key", "type"} | self.asked.media)
        if any(name.startswith("referenced_tweets.id") for name in wanted):
            self._expand_references(post)

    def _expand_references(self, post: Post) -> None:
        for reference in self._references(post):
            found = self.world.post(int(reference["id"]))
            if found is None:
                self._miss("tweet", "referenced_tweets.id", reference["id"])
                continue
            if "referenced_tweets.id" in self.asked.expansions:
                plain = Showing(self.world, Asked(self.asked.tweet, new_spelling=self.asked.new_spelling))
                kind = "posts" if self.asked.new_spelling else "tweets"
                self.includes.setdefault(kind, {})[reference["id"]] = plain.tweet(found)
            if "referenced_tweets.id.author_id" in self.asked.expansions:
                self._include_user(found.username, "referenced_tweets.id.author_id")

    def _include(self, kind: str, row: Json, wanted: set[str]) -> None:
        shown = {name: value for name, value in row.items() if name in wanted}
        self.includes.setdefault(kind, {})[str(row.get("id") or row.get("media_key"))] = shown

    def _include_user(self, username: str, parameter: str) -> None:
        user = self.world.user(username)
        if user is None:
            return
        if user.gone == "suspended":
            self.errors[(parameter, user.id)] = suspended(parameter, user.id)
        elif user.gone:
            self._miss("user", parameter, user.id)
        else:
            shown = user_json(user, self.asked.user, self.world.count_posts(username))
            self.includes.setdefault("users", {})[user.id] = shown

    def _miss(self, kind: str, parameter: str, number: str) -> None:
        self.errors[(parameter, number)] = missing(kind, parameter, number)
