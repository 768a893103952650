"""Keys: sealed at rest, the environment first, rotation without a gap."""

from typing import Any

import pytest
from cryptography.fernet import InvalidToken

from cases.intake.credentials import MissingCredentials, for_handle, seal, unseal
from cases.models import Handle

pytestmark = pytest.mark.django_db


def test_what_is_sealed_is_unreadable_and_opens_again() -> None:
    sealed = seal({"bearer_token": "very secret"})
    assert "secret" not in sealed
    assert unseal(sealed) == {"bearer_token": "very secret"}
    assert unseal("") == {}


def test_a_new_key_seals_and_the_old_one_still_opens(settings: Any) -> None:
    settings.CREDENTIAL_KEYS = ["old"]
    sealed = seal({"api_key": "k"})
    settings.CREDENTIAL_KEYS = ["new", "old"]
    assert unseal(sealed) == {"api_key": "k"}
    settings.CREDENTIAL_KEYS = ["new"]
    with pytest.raises(ValueError, match="no key in CREDENTIAL_KEYS") as raised:
        unseal(sealed)
    assert not isinstance(raised.value, InvalidToken)


def test_a_tampered_seal_does_not_open() -> None:
    with pytest.raises(ValueError):
        unseal(seal({"api_key": "k"})[:-4] + "AAAA")


def test_the_environment_wins_over_the_sealed_ones(handle: Handle, settings: Any) -> None:
    handle.sealed_credentials = seal({"bearer_token": "sealed"})
    assert for_handle(handle).bearer_token == "sealed"
    settings.X_CREDENTIALS = {"BilaspurDist": {"bearer_token": "environment"}}
    assert for_handle(handle).bearer_token == "environment"


def test_reading_and_replying_need_different_keys(handle: Handle) -> None:
    handle.sealed_credentials = seal({"bearer_token": "b"})
    held = for_handle(handle)
    assert (held.can_read, held.can_reply) == (True, False)


def test_a_seal_that_does_not_open_names_the_handle(handle: Handle) -> None:
    handle.sealed_credentials = "nonsense"
    with pytest.raises(MissingCredentials, match=r"@BilaspurDist .*no key in CREDENTIAL_KEYS"):
        for_handle(handle)
