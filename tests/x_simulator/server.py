"""Simulator of X, the server: HTTP/1.1 with keep-alive on this machine, for tests as a class, for people as a page."""

import socket
import sys
import threading
from collections import deque
from collections.abc import Iterable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.x_simulator.answers import Answer, Json, as_json, problem
from tests.x_simulator.api import Api, Request
from tests.x_simulator.control import Control
from tests.x_simulator.faults import STATUSES, Fault, Faults
from tests.x_simulator.page import Page
from tests.x_simulator.player import Player, read_timeline
from tests.x_simulator.posts import draft_from, handle_from
from tests.x_simulator.world import World, read_handles

HANDLES = Path(__file__).parents[2] / "helpdesk" / "demo" / "handles.json"
LOG_LENGTH = 10_000
BODY_LIMIT = 32 * 2**20  # two thousand posts in one body are about one megabyte


class XSimulator:
    """A simulated X.

    `handles`: rows as in helpdesk/demo/handles.json (default: that file). `port` 0 takes any free one.
    `state`: a file that keeps posts across restarts. `timeline`: a JSONL file played one post `every` seconds.
    """

    def __init__(
        self,
        handles: Iterable[dict[str, Any]] | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
        state: Path | str | None = None,
        timeline: Path | str | None = None,
        every: float = 4.0,
    ) -> None:
        rows = read_handles(HANDLES) if handles is None else handles
        self.world = World(map(handle_from, rows), Path(state) if state else None)
        self.api = Api(self.world)
        self.faults = Faults()
        self.requests: deque[Json] = deque(maxlen=LOG_LENGTH)
        self.control = Control(self.api, self.faults, self.requests)
        self.player = Player(self.world, read_timeline(Path(timeline)) if timeline else [], every)
        self.page = Page(self.world, self.player)
        self._stopping = threading.Event()
        self._server = _Server((host, port), self)
        self._serving = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end: the base URL of the API."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> Self:
        """Answer from now on, and play the timeline if there is one."""
        self._serving.start()
        if self.player.rows:
            self.player.start()
        return self

    def stop(self) -> None:
        """Stop at once: open connections are closed, the state file is complete."""
        self._stopping.set()
        self.player.stop()
        if self._serving.is_alive():
            self._server.shutdown()
        self._server.close_connections()
        self._server.server_close()
        if self.player.is_alive():
            self.player.join()
        self.world.journal.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # What tests do

    def post(self, text: str, username: str = "citizen", created_at: datetime | str | None = None, **more: Any) -> str:
        """A citizen writes a post; its id. `more`: any field of Draft, e.g. reply_to, retweet_of, place, media."""
        at = created_at.isoformat() if isinstance(created_at, datetime) else created_at
        [number] = self.world.add([draft_from({"text": text, "username": username, "created_at": at, **more})])
        return str(number)

    def replies(self) -> list[Json]:
        """What the handles sent, oldest first: id, text (as sent), shown, username, in_reply_to_tweet_id, to."""
        return self.control.replies()

    def messages(self) -> list[Json]:
        """What was written in private, oldest first: id, sender, recipient (in lower case), text (as sent)."""
        return self.control.messages()

    def follow(self, username: str, followers: int) -> None:
        """So many follow the account now."""
        self.world.follow(username, followers)

    def fail_next(self, kind: str | int, count: int = 1, path: str = "/2/", **more: Any) -> None:
        """The next `count` requests under `path` go wrong; kinds and `more` (seconds, method, skip): see faults.py."""
        self.faults.order(Fault(str(kind), count, path, **more))

    def limit(self, endpoint: str | None, limit: int | None, seconds: float = 900.0) -> None:
        """Lower (or raise) the limit of an endpoint by its name in limits.py; None: of all."""
        self.control.set_limits({"endpoint": endpoint, "limit": limit, "seconds": seconds})

    def reset(self) -> None:
        """As new."""
        self.control.reset({})

    # What the server asks

    def answer(self, request: Request) -> Answer:
        """Any request's answer, also one that goes wrong on order."""
        if request.path.startswith("/_control/"):
            return self.control.answer(request)
        if not request.path.startswith("/2/"):
            return self.page.answer(request)
        fault = self.faults.take(request.method, request.path)
        answer = self._api_answer(request, fault)
        self._note(request, answer, fault)
        return answer

    def _note(self, request: Request, answer: Answer, fault: Fault | None) -> None:
        row = {"method": request.method, "path": request.path, "query": request.query, "caller": request.caller}
        body = request.body.decode("utf-8", "replace")
        self.requests.append(row | {"body": body, "status": answer.status, "fault": fault.kind if fault else None})

    def _api_answer(self, request: Request, fault: Fault | None) -> Answer:
        if fault is None:
            return self.api.answer(request)
        if fault.kind in STATUSES:
            return self._refusal(fault)
        if fault.kind == "empty_page":
            request.empty_page = True
            return self.api.answer(request)
        if fault.kind == "lost_answer":
            return Answer(self.api.answer(request).status, withheld=True)
        if fault.kind == "timeout":
            self._stopping.wait(fault.seconds)
        if fault.kind in ("timeout", "hang_up"):
            return Answer(0, withheld=True)
        return Answer(200, b'{"data":[{"id":"1' if fault.kind == "garbage" else b"")

    def _refusal(self, fault: Fault) -> Answer:
        """A status on order. X's front door answers 5xx in HTML, so a client must not count on JSON."""
        status, title = int(fault.kind), STATUSES[fault.kind]
        if status >= 500:
            return Answer(status, f"<html><title>{title}</title></html>".encode(), "text/html; charset=utf-8")
        reset = int(datetime.now().timestamp() + fault.seconds) + 1
        headers = {"x-rate-limit-limit": "450", "x-rate-limit-remaining": "0", "x-rate-limit-reset": str(reset)}
        return as_json(problem(status, title, title), status, headers if status == 429 else None)


class _Server(ThreadingHTTPServer):
    """A server that remembers its open connections, so that stopping does not wait for them."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], simulator: XSimulator) -> None:
        self.simulator = simulator
        self.open: set[socket.socket] = set()
        self.open_lock = threading.Lock()
        super().__init__(address, _Handler)

    def close_connections(self) -> None:
        """Hang up on everybody."""
        with self.open_lock:
            for connection in self.open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the other side was quicker

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle is nothing to report; anything else is."""

        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Turns HTTP into a Request and an Answer into HTTP; keeps the connection open between them."""

    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 120
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one piece

    def setup(self) -> None:
        super().setup()
        with self.server.open_lock:
            self.server.open.add(self.connection)

    def finish(self) -> None:
        with self.server.open_lock:
            self.server.open.discard(self.connection)
        super().finish()

    def do_GET(self) -> None:
        """Any method: what it means is decided further in."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > BODY_LIMIT:
            self.close_connection = True
            return self._send(as_json({"error": "Content-Length"}, 413))
        body = self.rfile.read(int(length))
        if self._foreign():
            return self._send(as_json({"error": "another site's page may not write here"}, 403))
        return self._send(self.server.simulator.answer(self._request(body)))

    do_POST = do_DELETE = do_GET

    def _foreign(self) -> bool:
        """A write that a browser sends on behalf of some other page."""
        origin = self.headers.get("Origin")
        return self.command != "GET" and origin is not None and origin != f"http://{self.headers.get('Host')}"

    def _request(self, body: bytes) -> Request:
        split = urlsplit(self.path)
        pairs = parse_qsl(split.query, keep_blank_values=True)
        headers = {name.lower(): value for name, value in self.headers.items()}
        url = f"http://{headers.get('host', '')}{self.path}"
        return Request(self.command, split.path, dict(reversed(pairs)), headers, body, url)

    def _send(self, answer: Answer) -> None:
        if answer.withheld:
            self.close_connection = True
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: requests are kept in the simulator's own log."""
