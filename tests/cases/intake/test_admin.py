"""A handle's settings: keys go in and never come out."""

from typing import Any

import pytest
from django.test import Client

from cases.intake.credentials import for_handle, unseal
from cases.models import Handle
from districts.models import Officer
from tests.cases.x_fixtures import KEYS, MARK

LIST = "/admin/cases/handle/"


@pytest.fixture
def admin(client: Client, db: None) -> Client:
    client.force_login(Officer.objects.create_superuser("root", password="sahayata-test"))
    return client


def fields(small_map: Any, **more: Any) -> dict[str, Any]:
    return {
        "username": "@BilaspurDist", "user_id": "", "state": 22, "district": 375, "hashtags": "#BilaspurSOS, मदद",
        "is_active": "on", "daily_budget_usd": "50", **more,
    }  # fmt: skip


@pytest.fixture
def made(admin: Client, small_map: Any) -> Handle:
    answer = admin.post(LIST + "add/", fields(small_map, **KEYS))
    assert answer.status_code == 302, answer.context["errors"]
    return Handle.objects.get()


def test_a_handle_is_made_with_sealed_keys(made: Handle) -> None:
    assert (made.username, made.hashtags) == ("BilaspurDist", ["BilaspurSOS", "मदद"])
    assert MARK not in made.sealed_credentials
    assert unseal(made.sealed_credentials) == KEYS


def test_keys_are_never_shown_back(admin: Client, made: Handle) -> None:
    for path in (LIST, f"{LIST}{made.pk}/change/", f"{LIST}{made.pk}/history/"):
        page = admin.get(path)
        assert page.status_code == 200
        assert MARK not in page.content.decode()
        assert made.sealed_credentials not in page.content.decode()
    assert "reading: set, replying: set" in admin.get(LIST).content.decode()


def test_an_empty_field_keeps_what_is_set(admin: Client, made: Handle, small_map: Any) -> None:
    admin.post(f"{LIST}{made.pk}/change/", fields(small_map, bearer_token="new one", username="BilaspurDist"))
    held = for_handle(Handle.objects.get())
    assert (held.bearer_token, held.api_key) == ("new one", KEYS["api_key"])


def test_keys_can_be_forgotten(admin: Client, made: Handle, small_map: Any) -> None:
    admin.post(f"{LIST}{made.pk}/change/", fields(small_map, forget_keys="on"))
    assert Handle.objects.get().sealed_credentials == ""
    assert "reading: not set, replying: not set" in admin.get(LIST).content.decode()


def test_new_keys_are_tried_at_the_next_poll(admin: Client, made: Handle, small_map: Any) -> None:
    Handle.objects.update(not_before_at="2099-01-01T00:00:00Z")
    admin.post(f"{LIST}{made.pk}/change/", fields(small_map, bearer_token="new"))
    assert Handle.objects.get().not_before_at is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"hashtags": "#12345"},
        {"hashtags": "a) OR from:somebody"},
        {"hashtags": " ".join(f"#{'x' * 60}{number}" for number in range(10))},
        {"username": "much too long a handle"},
        {"user_id": "१२३"},
        {"district": 97},
    ],
)
def test_wrong_settings_are_refused(admin: Client, small_map: Any, wrong: dict[str, Any]) -> None:
    assert admin.post(LIST + "add/", fields(small_map, **wrong)).status_code == 200
    assert not Handle.objects.exists()


def test_changes_keep_a_history_without_keys(admin: Client, made: Handle, small_map: Any) -> None:
    admin.post(f"{LIST}{made.pk}/change/", fields(small_map, daily_budget_usd="60"))
    history = list(Handle.history.values())
    assert len(history) == 2
    assert "sealed_credentials" not in history[0]


def test_handles_are_searched_and_filtered(admin: Client, made: Handle) -> None:
    assert "BilaspurDist" in admin.get(LIST, {"q": "Bilaspur", "health": "never"}).content.decode()
    assert "BilaspurDist" not in admin.get(LIST, {"q": "Jaipur"}).content.decode()


def test_messages_are_off_until_switched_on_and_history_says_who_did(
    admin: Client, made: Handle, small_map: Any
) -> None:
    assert made.direct_messages is False
    admin.post(f"{LIST}{made.pk}/change/", fields(small_map, username="BilaspurDist", direct_messages="on"))
    handle = Handle.objects.get()
    assert handle.direct_messages is True
    latest = handle.history.first()
    assert (latest.direct_messages, latest.history_user.username) == (True, "root")
