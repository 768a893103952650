"""Law 1 under fire: ten killed workers and a flushed broker lose nothing, double nothing and say nothing twice."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from celery import Celery

from tests.ground import Ground
from tests.stack import Stack, wait_for

pytestmark = pytest.mark.processes

POSTS, TWINS = 2000, 100
# What the worker is in the middle of when it is killed; each several times, the broker flushed once on the way.
STORING, READING, SENDING = "storing", "reading", "sending"
KILLS = (STORING, READING, SENDING, SENDING, READING, STORING, SENDING, READING, SENDING, SENDING)
FLUSH_AT = 4
SIGNS = {
    STORING: "SELECT count(*) FROM cases_message",
    READING: "SELECT count(*) FROM cases_message WHERE state = 'read'",
    SENDING: "SELECT count(*) FROM cases_notice WHERE channel = 'x_reply' AND state IN ('sent', 'claimed')",
}
HANDLES = ("BilaspurDist", "RaipurDist", "DurgDist", "KorbaDist", "CGStateHelp")
PLACES = ("तिफरा, बिलासपुर", "Bilha, Bilaspur", "Kota block, Bilaspur", "मस्तूरी, बिलासपुर", "Takhatpur, Bilaspur")
PLEAS = (
    "@{handle} मेरी माँ को ऑक्सीजन सिलेंडर चाहिए, {place}, {phone}",
    "@{handle} urgent need oxygen cylinder at {place} call {phone}",
    "@{handle} papa ke liye oxygen cylinder chahiye {place} contact {phone}",
)


def pleas() -> list[dict[str, str]]:
    """Every household's plea with a phone of its own, and a hundred of them told once more by somebody else."""
    households = list(range(POSTS - TWINS))
    for twin in range(TWINS):
        # Well after the first telling, so that it meets a case that is written, queued or just being lost.
        households.insert((twin + 2) * 19, twin * 5)
    return [plea(household, order) for order, household in enumerate(households)]


def plea(household: int, order: int) -> dict[str, str]:
    """A post as the simulator takes it."""
    number = household % len(HANDLES)
    text = PLEAS[household % len(PLEAS)].format(
        handle=HANDLES[number], place=PLACES[number], phone=9_800_000_000 + household * 37
    )
    return {"text": text, "username": f"citizen{order}", "name": f"Citizen {order}"}


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """India's geography and the demo's officers and handles."""
    with Ground(tmp_path) as made:
        yield made


class Replay:
    """The posts come in while the worker is killed again and again."""

    def __init__(self, ground: Ground, stack: Stack) -> None:
        self.ground, self.stack = ground, stack
        self.socket = str(ground.folder / "redis.sock")
        self.broker = Celery(broker=f"redis+socket://{self.socket}")
        self.met: Counter[str] = Counter()

    def run(self) -> None:
        """A tenth of the posts before each kill."""
        posts = pleas()
        share = len(posts) // len(KILLS)
        for number, busy_with in enumerate(KILLS):
            self.stack.simulator("posts", posts[number * share : (number + 1) * share])
            self.nudge()
            self.met[busy_with] += self.wait_until_busy(SIGNS[busy_with])
            if number == FLUSH_AT:
                redis.Redis(unix_socket_path=self.socket).flushall()
            self.kill_the_worker()

    def nudge(self) -> None:
        """Ask for a poll and for sending now rather than at beat's next turn: more tasks at once, more to lose."""
        self.broker.send_task("cases.intake.tasks.poll_handles")
        self.broker.send_task("cases.notify.tasks.sweep_notices")

    def wait_until_busy(self, sign: str, seconds: float = 12.0) -> bool:
        """Wait until the count moves: the worker is in the middle of it. False when it does not in that time."""
        before, give_up_at = self.ground.value(sign), time.monotonic() + seconds
        while time.monotonic() < give_up_at:
            if self.ground.value(sign) > before:
                return True
            time.sleep(0.02)
        return False

    def kill_the_worker(self) -> None:
        """SIGKILL to the worker and its pool, as the kernel does when memory ends; wait until another is up."""
        leader = self.stack.pid_of("worker")
        os.killpg(leader, signal.SIGKILL)
        wait_for("the worker is up again", lambda: self.stack.pid_of("worker") != leader, 60)

    def is_done(self) -> bool:
        """Every post read and every answer sent."""
        self.nudge()
        time.sleep(0.5)
        replies = self.states("notice WHERE channel = 'x_reply'")
        return self.states("message") == {"read": POSTS} and replies == {"sent": POSTS}

    def states(self, rows: str) -> dict[str, int]:
        """How many rows (of a table's, that fit) stand in each state."""
        return dict(self.ground.rows(f"SELECT state, count(*) FROM cases_{rows} GROUP BY state"))


def test_nothing_is_lost_doubled_or_said_twice(ground: Ground) -> None:
    with Stack(ground.folder, env=ground.env | {"X_POLL_SECONDS": "2"}) as stack:
        stack.simulator("limits", {"limit": 1_000_000})  # X's own would stretch this test over five hours
        replay = Replay(ground, stack)
        replay.run()
        wait_for("every post is read and answered", replay.is_done, 240)
        replies = stack.simulator("replies")["replies"]

    assert stack.output().count("died (signal SIGKILL)") == len(KILLS)
    assert all(replay.met[kind] for kind in SIGNS), f"kills met {replay.met}"
    assert ground.value("SELECT count(DISTINCT external_id) FROM cases_message WHERE state = 'read'") == POSTS
    assert ground.value("SELECT count(*) FROM cases_case") == POSTS - TWINS
    assert ground.value("SELECT count(*) FROM cases_case WHERE message_count = 2") == TWINS
    answered = Counter(reply["in_reply_to_tweet_id"] for reply in replies)
    assert len(answered) == POSTS
    assert set(answered.values()) == {1}
