"""Simulator of X, how often one may ask: requests counted per endpoint and caller in windows of 15 minutes."""

import threading
import time
from dataclasses import dataclass

WINDOW_SECONDS = 15 * 60
# (app, user) requests per window, as X's public documentation of 2026 states them.
PUBLISHED: dict[str, tuple[int, int]] = {
    "mentions": (450, 300),
    "search": (450, 300),
    "create": (0, 100),
    "delete": (0, 50),
    "username": (300, 900),
    "user": (300, 900),
    "me": (0, 75),
    "tweet": (450, 900),
    "tweets": (450, 900),
    "user_tweets": (1500, 900),
    "message": (0, 15),
    "messages": (0, 15),
}


@dataclass(slots=True)
class Window:
    """How a caller stands at an endpoint. `reset` is in Unix seconds."""

    limit: int
    reset: float
    used: int = 0

    @property
    def headers(self) -> dict[str, str]:
        """The three headers that every answer of X carries."""
        return {
            "x-rate-limit-limit": str(self.limit),
            "x-rate-limit-remaining": str(max(self.limit - self.used, 0)),
            "x-rate-limit-reset": str(int(self.reset) + 1),
        }


class Limits:
    """The windows of all callers; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Published limits, nothing used."""
        self._set: dict[str, tuple[int | None, float]] = {}
        self._windows: dict[tuple[str, str], Window] = {}

    def set(self, endpoint: str | None, limit: int | None, seconds: float = WINDOW_SECONDS) -> None:
        """Another limit for an endpoint (None: for all of them; limit None: the published one), from now on."""
        with self._lock:
            for name in [endpoint] if endpoint else list(PUBLISHED):
                self._set[name] = (limit, seconds)
            self._windows.clear()

    def take(self, endpoint: str, caller: str, as_user: bool) -> tuple[bool, Window]:
        """Count one request. Whether it is allowed, and how the caller stands after it."""
        with self._lock:
            window = self._window(endpoint, caller, as_user)
            allowed = window.used < window.limit
            window.used += allowed
            return allowed, Window(window.limit, window.reset, window.used)

    def _window(self, endpoint: str, caller: str, as_user: bool) -> Window:
        window = self._windows.get((endpoint, caller))
        if window is None or window.reset <= time.time():
            limit, seconds = self._set.get(endpoint, (None, WINDOW_SECONDS))
            chosen = PUBLISHED[endpoint][as_user] if limit is None else limit
            window = self._windows[endpoint, caller] = Window(chosen, time.time() + seconds)
        return window
