"""A client of the API for each of the cast, signed in by token."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.authtoken.models import Token

from districts.models import Officer

Api = Callable[[Officer], "TokenClient"]


class TokenClient:
    """Speaks JSON with a token."""

    def __init__(self, officer: Officer) -> None:
        self.headers = {"Authorization": f"Token {Token.objects.get_or_create(user=officer)[0].key}"}
        self.client = Client(raise_request_exception=True)

    def get(self, address: str, **query: Any) -> Any:
        return self.client.get(address, query, headers=self.headers)

    def post(self, address: str, body: Any = None, **headers: str) -> Any:
        sent = body if isinstance(body, bytes) else (body if body is not None else {})
        return self.client.post(address, sent, content_type="application/json", headers=self.headers | headers)

    def delete(self, address: str) -> Any:
        return self.client.delete(address, headers=self.headers)


@pytest.fixture
def api() -> Api:
    """Call it with an officer."""
    return TokenClient
