"""Before the journey begins: a simulated X (HTTP, API v2) that tests and `make run` read posts from and reply to."""

from tests.x_simulator.server import XSimulator

__all__ = ["XSimulator"]
