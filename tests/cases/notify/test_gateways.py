"""The thin door to apprise: the real one against a provider on this machine, what failures mean, what is not shown."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import timezone

from cases.models import Gateway
from cases.notify import gateways
from cases.notify.gateways import Answer, Kind, judged, nearest, scrubbed

pytestmark = [
    pytest.mark.django_db,
    # A plugin of apprise's still tries a module that Python 3.13 has dropped.
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),
]


@pytest.fixture
def server() -> Iterator[Any]:
    """A provider that answers with the status its path names."""
    got: list[str] = []

    class Provider(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(int(self.path.strip("/").split("/")[0]))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.got = got  # type: ignore[attr-defined]
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, Kind.SENT),
        (400, Kind.PERMANENT),
        (401, Kind.KEYS),
        (402, Kind.KEYS),
        (404, Kind.PERMANENT),
        (429, Kind.TEMPORARY),
        (500, Kind.TEMPORARY),
        (503, Kind.TEMPORARY),
    ],
)
def test_what_a_provider_answers_is_understood(
    server: Any, make_gateway: Any, status: int, kind: Kind, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = make_gateway(address=f"json://127.0.0.1:{server.server_port}/{status}/secretkey?:to={{to}}")
    answer = gateways.deliver(gateway, "+919812345678", "नमस्ते https://help.example/?a=1&b=2")
    assert answer.kind is kind
    assert '"to": "+919812345678"' in server.got[0]
    assert "https://help.example/?a=1&b=2" in server.got[0]
    assert "secretkey" not in answer.words
    assert "98123" not in answer.words + caplog.text


def test_a_provider_that_is_not_there_is_asked_again_later(make_gateway: Any) -> None:
    answer = gateways.deliver(make_gateway(address="json://127.0.0.1:9/?:to={to}"), "+919812345678", "x")
    assert answer.kind is Kind.TEMPORARY


@pytest.mark.parametrize("address", ["nosuch://{to}", "twilio://AC123:token@12345678901/{to}", ""])
def test_an_address_apprise_cannot_use_stops(make_gateway: Any, address: str) -> None:
    assert gateways.deliver(make_gateway(address=address), "nonumber", "x").kind is Kind.PERMANENT


def test_an_address_sealed_with_another_key_rests_the_gateway(make_gateway: Any, settings: Any) -> None:
    gateway = make_gateway()
    settings.CREDENTIAL_KEYS = ["another key"]
    assert gateways.deliver(gateway, "+919812345678", "x").kind is Kind.KEYS


def test_the_ten_digits_alone_can_be_asked_for(server: Any, make_gateway: Any) -> None:
    gateway = make_gateway(address=f"json://127.0.0.1:{server.server_port}/200?:mobile={{number}}")
    gateways.deliver(gateway, "+919812345678", "x")
    assert '"mobile": "9812345678"' in server.got[0]


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("A Connection error occurred", Kind.TEMPORARY),
        ("error=408", Kind.TEMPORARY),
        ("error=422", Kind.PERMANENT),
        ("There were no valid recipients", Kind.PERMANENT),
        ("", Kind.TEMPORARY),
    ],
)
def test_words_are_judged(told: str, kind: Kind) -> None:
    assert judged(told) is kind


def test_the_address_lies_sealed(make_gateway: Any) -> None:
    gateway = make_gateway()
    assert "secretkey" not in gateway.sealed_address
    assert gateways.opened(gateway).startswith("json://sms.example/secretkey")


def test_what_a_provider_echoes_is_struck_out() -> None:
    told = "Token abcdef123 refused +919812345678, also 98123-45678"
    words = scrubbed(told, "x://abcdef123@host/{to}", "+919812345678")
    assert words == "Token *** refused ***, also •••"


def test_pauses_of_a_gateway_grow_and_have_an_end(make_gateway: Any) -> None:
    gateway, at = make_gateway(), timezone.now()
    rests = []
    for _ in range(9):
        gateways.failed(gateway, Answer(Kind.TEMPORARY, "down"), at)
        rests.append(gateway.not_before_at and round((gateway.not_before_at - at).total_seconds() / 60))
    assert rests == [None, None, 2, 4, 8, 16, 30, 30, 30]
    assert Gateway.objects.get().failures == 9
    assert nearest([gateway], 22, 375, at) is None
    assert nearest([gateway], 22, 375, at + timedelta(minutes=31)) == gateway
