"""Simulator of X, who is calling: an app by its bearer token, or an account by an OAuth 1.0a signature."""

from collections.abc import Iterable
from dataclasses import dataclass

from oauthlib.oauth1 import RequestValidator, SignatureOnlyEndpoint
from oauthlib.oauth1.rfc5849.utils import parse_authorization_header

from tests.x_simulator.answers import unauthorized
from tests.x_simulator.posts import Handle


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller; `as_user` when the request is signed in the account's name."""

    handle: Handle
    as_user: bool

    @property
    def name(self) -> str:
        """For counting rate limits and for the log: never a secret."""
        return f"{'user' if self.as_user else 'app'}:{self.handle.username}"


class _Signatures(RequestValidator):  # type: ignore[misc, unused-ignore]
    """What oauthlib has to know to check a signature: our handles' keys and secrets."""

    enforce_ssl = False  # the simulator speaks plain http on this machine only
    safe_characters = set(map(chr, range(33, 127)))
    client_key_length = access_token_length = nonce_length = 1, 200

    dummy_client = "nobody"

    def __init__(self, handles: dict[tuple[str, str], Handle]) -> None:
        super().__init__()
        self.handles = handles
        self.nonces: set[tuple[str, str]] = set()

    def validate_client_key(self, client_key: str, request: object) -> bool:
        return any(client_key == key for key, _ in self.handles)

    def get_client_secret(self, client_key: str, request: object) -> str:
        return next((handle.api_secret for (key, _), handle in self.handles.items() if key == client_key), "-")

    def get_access_token_secret(self, client_key: str, token: str, request: object) -> str:
        handle = self.handles.get((client_key, token))
        return handle.access_secret if handle else "-"

    def validate_timestamp_and_nonce(
        self, client_key: str, timestamp: str, nonce: str, request: object, **tokens: str | None
    ) -> bool:
        fresh = (timestamp, nonce) not in self.nonces
        self.nonces.add((timestamp, nonce))
        return fresh


class Gate:
    """Tells callers apart, as X does; knows only the handles it was given."""

    def __init__(self, handles: Iterable[Handle]) -> None:
        self.bearers = {handle.bearer_token: handle for handle in handles}
        self.tokens = {(handle.api_key, handle.access_token): handle for handle in self.bearers.values()}
        self.signatures = SignatureOnlyEndpoint(_Signatures(self.tokens))

    def caller(self, method: str, url: str, headers: dict[str, str], body: str) -> Caller:
        """Who sent the request. Raises Refusal 401. `headers` has lower-case names, `url` is the whole address."""
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and token.strip() in self.bearers:
            return Caller(self.bearers[token.strip()], as_user=False)
        if kind.lower() == "oauth":
            return Caller(self._signed(method, url, headers, body), as_user=True)
        raise unauthorized()

    def _signed(self, method: str, url: str, headers: dict[str, str], body: str) -> Handle:
        try:
            named = dict(parse_authorization_header(headers["authorization"]))
        except ValueError:
            raise unauthorized() from None
        handle = self.tokens.get((named.get("oauth_consumer_key", ""), named.get("oauth_token", "")))
        if handle is None or not self._verified(method, url, headers, body):
            raise unauthorized()
        return handle

    def _verified(self, method: str, url: str, headers: dict[str, str], body: str) -> bool:
        signed = {"Authorization": headers["authorization"], "Content-Type": headers.get("content-type", "")}
        valid, _ = self.signatures.validate_request(url, method, body, signed)
        return bool(valid)
