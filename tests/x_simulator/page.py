"""Simulator of X, the page for people: write a plea as a citizen, see what the handle answers, answer back."""

from html import escape
from pathlib import Path
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from tests.x_simulator import texts
from tests.x_simulator.answers import Answer
from tests.x_simulator.api import Request
from tests.x_simulator.messages import Direct
from tests.x_simulator.player import Player
from tests.x_simulator.posts import Draft, Post, User, username_for
from tests.x_simulator.world import World

INDIA = ZoneInfo("Asia/Kolkata")
SHOWN = 40  # threads on the page
LONGEST = 4000  # characters of a long post, as X's paying accounts have them
STATIC = Path(__file__).with_name("static")
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
# Posts are written by strangers: nothing inline, nothing from elsewhere.
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'"
SAFE = {"Content-Security-Policy": POLICY + "; base-uri 'none'; frame-ancestors 'none'", "Cache-Control": "no-store"}


def _html(body: str, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, body.encode(), "text/html; charset=utf-8", SAFE | (headers or {}))


class Page:
    """The page at /, its fragment of threads, its two files and its three forms."""

    def __init__(self, world: World, player: Player) -> None:
        self.world = world
        self.player = player

    def answer(self, request: Request) -> Answer:
        """The answer to any request outside the API."""
        if request.method == "POST":
            return self._written(request)
        if request.path == "/":
            return _html(self._whole({}, {}))
        if request.path == "/threads":
            return self._fragment(request)
        if request.path in ("/page.css", "/page.js"):
            file = STATIC / request.path[1:]
            return Answer(200, file.read_bytes(), TYPES[file.suffix], SAFE)
        return _html("<!doctype html><title>404</title><p>यह पन्ना नहीं है / No such page. <a href='/'>X</a>", 404)

    def _fragment(self, request: Request) -> Answer:
        version = str(self.world.version)
        if request.query.get("version") == version:
            return Answer(204, headers=SAFE)
        return _html(self._threads(), headers={"X-Version": version})

    # Writing

    def _written(self, request: Request) -> Answer:
        given = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        if request.path == "/timeline":
            self.world.pause(given.get("paused") == "yes")
            return self._back("")
        faults = self._faults(given)
        if request.path not in ("/post", "/reply") or faults:
            return _html(self._whole(given, faults), 400)
        return self._back(f"#p{self._add(given)}")

    def _faults(self, given: dict[str, str]) -> dict[str, str]:
        """What is wrong with a form, by field, in plain words."""
        faults: dict[str, str] = {}
        if not given.get("name", "").strip():
            faults["name"] = "नाम लिखें / Write a name"
        text = given.get("text", "").strip()
        if not text or len(text) > LONGEST:
            faults["text"] = f"1 से {LONGEST} अक्षर लिखें / Write 1 to {LONGEST} characters"
        author = self.world.user(given.get("username", ""))
        if given.get("username") and (author is None or author.official):
            faults["name"] = "इस खाते से नहीं लिख सकते / This account cannot be written from here"
        if "reply_to" in given and self._parent(given) is None:
            faults["text"] = "वह पोस्ट अब नहीं है / That post is no longer there"
        return faults

    def _parent(self, given: dict[str, str]) -> Post | None:
        number = given.get("reply_to", "")
        return self.world.post(int(number)) if number.isdecimal() else None

    def _add(self, given: dict[str, str]) -> int:
        name, text = given["name"].strip()[:50], given["text"].strip()
        to = given.get("to", "")
        if to and to.lower() not in texts.mentioned(text):
            text = f"@{to} {text}"
        draft = Draft(text, given.get("username") or username_for(name), name, reply_to=given.get("reply_to", ""))
        [number] = self.world.add([draft])
        return number

    def _back(self, place: str) -> Answer:
        return Answer(303, headers=SAFE | {"Location": "/" + place})

    # Showing

    def _whole(self, given: dict[str, str], faults: dict[str, str]) -> str:
        played, total = self.player.played, len(self.player.rows)
        return PAGE.format(
            form=self._form(given, faults),
            timeline=TIMELINE.format(
                played=played,
                total=total,
                state="रुकी है / paused" if self.world.paused else "चल रही है / playing",
                wanted="no" if self.world.paused else "yes",
                button="फिर चलाएँ / Resume" if self.world.paused else "रोकें / Pause",
            ),
            version=self.world.version,
            threads=self._threads(),
        )

    def _form(self, given: dict[str, str], faults: dict[str, str]) -> str:
        chosen = given.get("to", self.world.handles[0].username if self.world.handles else "")
        return FORM.format(
            options="".join(
                f'<option value="{escape(handle.username)}"{" selected" if handle.username == chosen else ""}>'
                f"@{escape(handle.username)} ({escape(handle.name)})</option>"
                for handle in self.world.handles
            ),
            name=escape(given.get("name", "")),
            text=escape(given.get("text", "")),
            longest=LONGEST,
            **{f"{field}_fault": self._fault(field, faults) for field in ("name", "text")},
        )

    def _fault(self, field: str, faults: dict[str, str]) -> str:
        return f'<p class="fault" id="{field}-fault">▲ {escape(faults[field])}</p>' if field in faults else ""

    def _threads(self) -> str:
        with self.world.lock:
            roots = list(dict.fromkeys(self.world.posts[n].conversation for n in reversed(self.world.everything)))
            return "".join(map(self._thread, roots[:SHOWN])) or EMPTY

    def _thread(self, root: int) -> str:
        ids = self.world.threads[root]
        posts = [post for number in ids if (post := self.world.post(number)) and post.edits[-1] == post.id]
        if not posts:
            return ""
        shown = "".join(map(self._post, posts)) + self._messages(posts)
        return f'<li class="thread">{shown}{self._answer_form(posts)}</li>'

    def _messages(self, posts: list[Post]) -> str:
        """What the handles wrote in private to whoever began the thread, where this is the newest thread of theirs."""
        citizen = self.world.users[posts[0].username]
        own = (number for number in reversed(self.world.by_author[posts[0].username]))
        newest = next((self.world.posts[number].conversation for number in own if self._begins(number)), None)
        if citizen.official or newest != posts[0].conversation:
            return ""
        received = [message for message in self.world.messages if message.recipient == posts[0].username]
        return "".join(self._message(message, citizen) for message in received)

    def _begins(self, number: int) -> bool:
        post = self.world.post(number)
        return post is not None and post.conversation == post.id

    def _message(self, message: Direct, citizen: User) -> str:
        sender = self.world.users[message.sender]
        return MESSAGE.format(
            id=message.id,
            name=escape(sender.name),
            username=escape(sender.username),
            citizen=escape(citizen.name),
            iso=message.created_at.isoformat(),
            time=message.created_at.astimezone(INDIA).strftime("%d-%m-%Y %H:%M:%S"),
            text=escape(message.text),
        )

    def _post(self, post: Post) -> str:
        user = self.world.users[post.username]
        return POST.format(
            id=post.id,
            kind="official" if user.official else "echo" if post.retweet_of else "plain",
            name=escape(user.name),
            username=escape(user.username),
            badge='<b class="badge">✓ प्रशासन / Official</b>' if user.official else "",
            iso=post.created_at.isoformat(),
            time=post.created_at.astimezone(INDIA).strftime("%d-%m-%Y %H:%M:%S"),
            lang=escape(post.lang if post.lang in ("hi", "en") else "und"),
            text=escape(post.text),
        )

    def _answer_form(self, posts: list[Post]) -> str:
        citizen = self.world.users[posts[0].username]
        return ANSWER.format(id=posts[-1].id, name=escape(citizen.name), username=escape(citizen.username))


PAGE = """<!doctype html>
<html lang="hi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>X simulator</title><link rel="stylesheet" href="/page.css"><script src="/page.js" defer></script>
<noscript><meta http-equiv="refresh" content="20"></noscript></head>
<body><a class="skip" href="#threads">पोस्ट पर जाएँ / Skip to the posts</a>
<header><h1>X <span>अभ्यास / simulator</span></h1>
<p>यहाँ लिखा इसी कंप्यूटर पर रहता है। <span lang="en">What is written here stays on this computer.</span></p></header>
<main><aside>{form}{timeline}</aside>
<section aria-labelledby="newest"><h2 id="newest">नई पोस्ट <span lang="en">/ Newest posts</span></h2>
<p id="fresh" role="status" hidden>नई पोस्ट आई हैं; लिखना पूरा होने पर दिखेंगी
<span lang="en">/ New posts wait until you finish writing</span></p>
<ol id="threads" data-version="{version}">{threads}</ol></section></main></body></html>"""

FORM = """<form class="card" method="post" action="/post" aria-labelledby="plea">
<h2 id="plea">नागरिक बनकर लिखें <span lang="en">/ Write as a citizen</span></h2>
<label for="name">आपका नाम <span lang="en">/ Your name</span></label>
<input id="name" name="name" value="{name}" maxlength="50" autocomplete="off" required>{name_fault}
<label for="to">किसे <span lang="en">/ To</span></label><select id="to" name="to">{options}</select>
<label for="text">क्या चाहिए, कहाँ, फ़ोन <span lang="en">/ What is needed, where, phone</span></label>
<textarea id="text" name="text" rows="4" maxlength="{longest}" required>{text}</textarea>{text_fault}
<button class="primary">पोस्ट करें / Post</button></form>"""

TIMELINE = """<form class="card" method="post" action="/timeline"><h2>कहानी <span lang="en">/ Timeline</span></h2>
<p><b>{played} / {total}</b> {state}</p><input type="hidden" name="paused" value="{wanted}">
<button>{button}</button></form>"""

POST = """<article class="{kind}" id="p{id}"><p class="who"><b>{name}</b> <span>@{username}</span> {badge}
<time datetime="{iso}">{time}</time></p><p class="text" lang="{lang}" dir="auto">{text}</p></article>"""

MESSAGE = """<article class="private" id="m{id}"><p class="who"><b>{name}</b> <span>@{username}</span>
<b class="badge">✉ निजी संदेश: सिर्फ़ {citizen} को दिखता है <span lang="en">/ Private: only {citizen} sees it</span></b>
<time datetime="{iso}">{time}</time></p><p class="text" dir="auto">{text}</p></article>"""

ANSWER = """<details><summary>इस पर जवाब लिखें <span lang="en">/ Reply as {name}</span></summary>
<form method="post" action="/reply"><input type="hidden" name="reply_to" value="{id}">
<input type="hidden" name="name" value="{name}"><input type="hidden" name="username" value="{username}">
<label for="r{id}">{name}</label><textarea id="r{id}" name="text" rows="3" maxlength="4000" required></textarea>
<button>जवाब दें / Reply</button></form></details>"""

EMPTY = '<li class="thread"><p>अभी कोई पोस्ट नहीं। ऊपर लिखें। <span lang="en">/ No posts yet. Write one.</span></p></li>'
