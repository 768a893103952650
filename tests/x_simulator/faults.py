"""Simulator of X, what goes wrong when a test says so: the next requests meet the fault instead of an answer."""

import threading
from dataclasses import dataclass

STATUSES = {
    "401": "Unauthorized",
    "402": "CreditsDepleted",
    "403": "Forbidden",
    "429": "Too Many Requests",
    "500": "Internal Server Error",
    "502": "Bad Gateway",
    "503": "Service Unavailable",
}
# timeout: silence for `seconds`, then the line closes. garbage: 200 with half a JSON text. empty: 200 with no body.
# hang_up: the line closes, nothing was done. lost_answer: it was done, but the line closes before the answer.
# empty_page: a page without posts that still has a next_token.
KINDS = {*STATUSES, "timeout", "garbage", "empty", "hang_up", "lost_answer", "empty_page"}


@dataclass(slots=True)
class Fault:
    """`count` requests whose path begins with `path` (and of that method, if given) go wrong, after `skip` that don't.

    `seconds`: how long a timeout stays silent, or how long a 429 says to wait.
    """

    kind: str
    count: int = 1
    path: str = "/2/"
    seconds: float = 30.0
    method: str = ""
    skip: int = 0

    def __post_init__(self) -> None:
        self.kind = str(self.kind)
        if self.kind not in KINDS:
            raise ValueError(f"kind: {self.kind} is not one of {', '.join(sorted(KINDS))}")

    def meets(self, method: str, path: str) -> bool:
        """Whether it concerns such a request; counts those that are let through first."""
        if self.count <= 0 or not path.startswith(self.path) or self.method not in ("", method):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.count -= 1
        return True


class Faults:
    """The faults ordered, first come first served; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ordered: list[Fault] = []

    def order(self, fault: Fault) -> None:
        """From the next request on."""
        with self._lock:
            self._ordered.append(fault)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault this request meets, if any; it is used up by it."""
        with self._lock:
            return next((fault for fault in self._ordered if fault.meets(method, path)), None)

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._ordered.clear()
