"""The thin door to browsers: real Web Push against a push service on this machine."""

import base64
import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings as project
from django.core.exceptions import ImproperlyConfigured

from cases.models import Notice, PushSubscription
from cases.notify import push
from cases.notify.private import send_private
from helpdesk.push_keys import from_secret, public_key
from tests.cases.notify.conftest import Provider, reload

State = Notice.State


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def browser(endpoint: str) -> PushSubscription:
    """A browser's keys, as PushManager gives them."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return PushSubscription(endpoint=endpoint, p256dh=b64(point), auth=b64(os.urandom(16)))


@pytest.mark.parametrize("status", [201, 410, 503])
def test_a_push_service_is_spoken_to_in_its_language(status: int) -> None:
    got: list[Any] = []

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    assert push.call(browser(f"http://127.0.0.1:{server.server_port}/one"), '{"a": 1}', urgent=True) == status
    thread.join()
    server.server_close()
    [(headers, body)] = got
    told = {name.lower(): value for name, value in headers.items()}
    assert told["authorization"].startswith("vapid ")
    assert project.VAPID_PUBLIC_KEY in told["authorization"]
    assert (told["ttl"], told["urgency"], told["content-encoding"]) == ("900", "high", "aes128gcm")
    assert b'{"a"' not in body


def test_a_push_service_leads_nowhere_else() -> None:
    asked: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(307)
            self.send_header("Location", "/inside")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    assert push.call(browser(f"http://127.0.0.1:{server.server_port}/one"), "{}", urgent=True) == 0
    server.shutdown()
    server.server_close()
    assert asked == ["/one"]


def test_no_answer_is_no_status() -> None:
    assert push.call(browser("http://127.0.0.1:9/"), "{}", urgent=False) == 0


def test_the_public_key_follows_from_the_private_one() -> None:
    private = b64(bytes(31) + b"\x01")
    assert public_key(private).startswith("BGsX0fLhLEJH")  # the base point of P-256
    assert public_key("") == ""
    assert public_key(from_secret("a")) == public_key(from_secret("a")) != public_key(from_secret("b"))


@pytest.mark.parametrize("private", ["AA", "not base64 at all!"])
def test_a_private_key_that_is_none_stops_the_start(private: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        public_key(private)


@pytest.mark.django_db
class TestBrowsers:
    @pytest.fixture
    def statuses(self, monkeypatch: pytest.MonkeyPatch, settings: Any) -> dict[str, int]:
        settings.PUSH_SERVICES = ["push.example"]
        answers: dict[str, int] = {}
        monkeypatch.setattr(push, "call", lambda browser, *_, **__: answers.get(browser.endpoint, 201))
        return answers

    def subscribe(self, officer: Any, number: int) -> str:
        endpoint = f"https://push.example/{number}"
        PushSubscription.objects.create(officer=officer, endpoint=endpoint, p256dh="k", auth="a")
        return endpoint

    def test_an_address_from_before_the_list_is_never_called_and_is_forgotten(
        self, cast: Any, queue: Any, statuses: dict[str, int], monkeypatch: pytest.MonkeyPatch, caplog: Any
    ) -> None:
        called: list[str] = []
        monkeypatch.setattr(push, "call", lambda browser, *_, **__: called.append(browser.endpoint) or 201)
        inside = PushSubscription.objects.create(
            officer=cast.meena, endpoint="https://10.0.0.5/secret-path", p256dh="k", auth="a"
        )
        notice = queue(cast.meena, "push")
        answer = push.deliver(notice)
        assert (answer.kind, called) == (push.Kind.PERMANENT, [])
        assert "PUSH_SERVICES" in answer.words
        assert not PushSubscription.objects.exists()
        assert f"{inside.pk} dropped: '10.0.0.5'" in caplog.text
        assert "secret-path" not in caplog.text
        there = self.subscribe(cast.meena, 3)
        PushSubscription.objects.create(officer=cast.meena, endpoint="http://push.example/9", p256dh="k", auth="a")
        assert push.deliver(notice).kind == push.Kind.SENT
        assert called == [there]
        assert [kept.endpoint for kept in PushSubscription.objects.all()] == [there]

    def test_every_browser_is_told_and_one_that_is_gone_is_forgotten(
        self, cast: Any, queue: Any, statuses: dict[str, int]
    ) -> None:
        gone, there = self.subscribe(cast.meena, 1), self.subscribe(cast.meena, 2)
        statuses[gone] = 410
        queue(cast.meena, "push")
        assert send_private("push") == {"sent": 1}
        assert [one.endpoint for one in PushSubscription.objects.all()] == [there]

    def test_when_all_are_gone_the_next_channel_tells(
        self, meena: Any, queue: Any, provider: Provider, statuses: dict[str, int]
    ) -> None:
        statuses[self.subscribe(meena, 1)] = 404
        notice = queue(meena, "push")
        assert send_private("push") == {"failed": 1}
        assert reload(notice).state == State.FAILED
        assert Notice.objects.filter(channel="sms", state=State.QUEUED).count() == 1

    @pytest.mark.parametrize("status", [0, 429, 500, 503])
    def test_a_push_service_that_does_not_answer_is_asked_again(
        self, cast: Any, queue: Any, statuses: dict[str, int], status: int
    ) -> None:
        statuses[self.subscribe(cast.meena, 1)] = status
        notice = queue(cast.meena, "push")
        assert send_private("push") == {"waiting": 1}
        assert reload(notice).state == State.QUEUED
        assert PushSubscription.objects.count() == 1

    def test_a_locked_phone_shows_no_address_and_a_tap_leads_to_the_case(self, cast: Any, queue: Any) -> None:
        notice = queue(cast.meena, "push", text="Critical: Oxygen. http://127.0.0.1:8000/cases/BSP-1/")
        payload = push.payload_of(notice)
        assert payload["body"] == "Critical: Oxygen."
        assert payload["url"] == "/cases/BSP-1/"
        assert payload["urgent"] is True
