"""Journey 1, before anything enters: the keys of a handle, sealed at rest and never shown."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from cases.models import Handle

FIELDS = ("bearer_token", "api_key", "api_secret", "access_token", "access_secret")
FOR_REPLYING = FIELDS[1:]


class MissingCredentials(Exception):
    """Names the handle and what it lacks; never what it has."""

    def __init__(self, username: str, missing: tuple[str, ...], why: str = "") -> None:
        self.username, self.missing = username, missing
        super().__init__(f"@{username} lacks {', '.join(missing)}{'; ' + why if why else ''}.")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What X gave us for one handle: a bearer token for reading, four OAuth 1.0a values for replying."""

    username: str
    bearer_token: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    api_secret: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)
    access_secret: str = field(default="", repr=False)

    @property
    def can_read(self) -> bool:
        """Whether mentions can be polled."""
        return bool(self.bearer_token)

    @property
    def can_reply(self) -> bool:
        """Whether replies can be sent."""
        return all(getattr(self, name) for name in FOR_REPLYING)

    def need(self, *names: str) -> None:
        """Raises MissingCredentials for those that are not set."""
        missing = tuple(name for name in names if not getattr(self, name))
        if missing:
            raise MissingCredentials(self.username, missing)

    def scrub(self, text: str) -> str:
        """The text with every secret in it struck out: X (or whoever answers in its place) may echo them."""
        for part in fields(self):
            secret = getattr(self, part.name)
            if part.name != "username" and len(secret) >= 4:
                text = text.replace(secret, "***")
        return text


def _fernet() -> MultiFernet:
    """Seals with the newest key, opens with any; a key may be any text, Fernet wants 32 bytes of it."""
    digests = (hashlib.sha256(key.strip().encode()).digest() for key in settings.CREDENTIAL_KEYS if key.strip())
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def seal(secrets: Mapping[str, str]) -> str:
    """Authenticated encryption (Fernet) of the values, as text for Handle.sealed_credentials."""
    return _fernet().encrypt(json.dumps(dict(secrets)).encode()).decode()


def unseal(sealed: str) -> dict[str, str]:
    """The values again; {} for ''. Raises ValueError when no key of CREDENTIAL_KEYS opens it."""
    if not sealed:
        return {}
    try:
        opened: dict[str, str] = json.loads(_fernet().decrypt(sealed.encode()))
    except InvalidToken:
        raise ValueError("no key in CREDENTIAL_KEYS opens the sealed credentials") from None
    return opened


def for_handle(handle: Handle) -> Credentials:
    """The environment's X_CREDENTIALS for this username, else the sealed ones; what is missing stays ''.

    Raises MissingCredentials when the sealed ones cannot be opened.
    """
    given = settings.X_CREDENTIALS.get(handle.username)
    if given is None:
        try:
            given = unseal(handle.sealed_credentials)
        except ValueError as error:
            raise MissingCredentials(handle.username, FIELDS, str(error)) from None
    return Credentials(handle.username, **{name: str(given.get(name, "")) for name in FIELDS})
