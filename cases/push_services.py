"""Which addresses the office may call to reach an officer's browser: asked when one is given, and at every call."""

from urllib.parse import urlsplit

from django.conf import settings


def is_push_service(address: str) -> bool:
    """Whether the office may call it: https at a push service it knows. The server calls what a browser names here."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    known = any(_is_at(parts.hostname or "", service) for service in settings.PUSH_SERVICES)
    return known and parts.scheme == "https" and port in {None, 443} and parts.username is None


def _is_at(host: str, service: str) -> bool:
    # "*.push.apple.com" stands for the hosts below it, never for the name itself.
    return host.endswith(service[1:]) if service.startswith("*.") else host == service
