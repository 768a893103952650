"""Beside the journey: the key pair that signs messages to browsers (VAPID), for settings.py."""

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.exceptions import ImproperlyConfigured


def from_secret(secret: str) -> str:
    """A private key that follows from a kept secret, so that browsers stay subscribed over restarts."""
    return _written(hashlib.sha256(secret.encode()).digest())


def public_key(private: str) -> str:
    """What browsers are given, in base64url; '' for '', which turns messages off."""
    if not private:
        return ""
    try:
        raw = base64.b64decode(private + "=" * (-len(private) % 4), altchars=b"-_", validate=True)
        public = ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1()).public_key()
    except ValueError as error:
        raise ImproperlyConfigured("VAPID_PRIVATE_KEY must be 32 bytes in base64url.") from error
    return _written(public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
