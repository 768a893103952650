"""What the tests of the desk share: a browser of a signed-in officer, and cases with a marked plea."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Case, Message
from districts.models import Officer

HTMX = {"HX-Request": "true"}


@pytest.fixture
def browser_of() -> Callable[[Officer], Client]:
    """Signs an officer in and returns the browser."""

    def sign_in(officer: Officer) -> Client:
        client = Client()
        client.force_login(officer)
        return client

    return sign_in


@pytest.fixture
def add_plea() -> Callable[..., Message]:
    """Gives a case a message with a text and, as (words, field, reason), what was understood in it."""

    def add(case: Case, text: str, *understood: tuple[str, str, str], **given: Any) -> Message:
        spans = [
            {"start": text.index(words), "end": text.index(words) + len(words), "field": field, "reason": reason}
            for words, field, reason in understood
        ]
        fields: dict[str, Any] = {
            "channel": "x",
            "external_id": f"{case.pk}-{Message.objects.count()}",
            "author_username": "rakesh_y",
            "text": text,
            "posted_at": timezone.now(),
            "received_at": timezone.now(),
            "state": "read",
            "read_at": timezone.now(),
            "result": "opened",
            "case": case,
            "reading": {"spans": spans},
        }
        return Message.objects.create(**(fields | given))

    return add
