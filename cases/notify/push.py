"""Journey 5, the thin door to browsers: Web Push (RFC 8030) signed with the office's VAPID key.

The push service reads no text (it is encrypted), but a locked phone shows it: it names no person and no number.
"""

import json
import logging
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from pywebpush import WebPushException, webpush

from cases.models import Notice, PushSubscription
from cases.notify.gateways import Answer, Kind
from cases.notify.inbox import without_link
from cases.push_services import is_push_service
from cases.telling import Key

logger = logging.getLogger(__name__)

TTL_SECONDS = 15 * 60  # an alarm that comes later finds another officer on the case
TIMEOUT = 10.0
GONE = frozenset({404, 410})
_TIMEOUT_STATUS = 0


def deliver(notice: Notice) -> Answer:
    """Send to every browser of the officer; those that are gone are forgotten. One that takes it is enough."""
    if not settings.VAPID_PRIVATE_KEY:
        return Answer(Kind.PERMANENT, "VAPID_PRIVATE_KEY is not set")
    kept = list(PushSubscription.objects.filter(officer=notice.officer_id))
    browsers = [browser for browser in kept if is_push_service(browser.endpoint)]
    if len(browsers) < len(kept):
        _drop([browser for browser in kept if browser not in browsers])
    if kept and not browsers:
        return Answer(Kind.PERMANENT, "the browser's push service is not in PUSH_SERVICES; it is forgotten")
    if not browsers:
        return Answer(Kind.PERMANENT, "no browser of the officer takes messages")
    payload = json.dumps(payload_of(notice), ensure_ascii=False)
    statuses = {browser.pk: call(browser, payload, urgent=notice.rank == 0) for browser in browsers}
    PushSubscription.objects.filter(pk__in=[pk for pk, status in statuses.items() if status in GONE]).delete()
    return _judged(set(statuses.values()))


def _drop(browsers: list[PushSubscription]) -> None:
    """Forget those kept before the list of push services, or since one was taken off it; their key in the log only:
    the address itself lets whoever has it write to the browser."""
    for browser in browsers:
        host = urlsplit(browser.endpoint).hostname if "[" not in browser.endpoint else ""
        logger.warning("Push subscription %s dropped: %r is not in PUSH_SERVICES", browser.pk, host)
    PushSubscription.objects.filter(pk__in=[browser.pk for browser in browsers]).delete()


def call(browser: PushSubscription, payload: str, *, urgent: bool) -> int:
    """The only place that calls a push service: HTTP's status, 0 when no answer came. Tests put theirs here."""
    subscription: dict[str, Any] = {
        "endpoint": browser.endpoint,
        "keys": {"p256dh": browser.p256dh, "auth": browser.auth},
    }
    try:
        answer = webpush(
            subscription,
            payload,
            vapid_private_key=settings.VAPID_PRIVATE_KEY,
            vapid_claims={"sub": f"mailto:office@{urlsplit(settings.SITE_URL).hostname}"},
            headers={"urgency": "high" if urgent else "normal"},
            ttl=TTL_SECONDS,
            timeout=TIMEOUT,
            requests_session=_straight(),
        )
    except WebPushException as error:
        return int(getattr(error.response, "status_code", _TIMEOUT_STATUS))
    except (requests.RequestException, OSError, ValueError):
        return _TIMEOUT_STATUS
    return int(getattr(answer, "status_code", _TIMEOUT_STATUS))


def _straight() -> requests.Session:
    """Follows no redirect: an officer's browser names the address, and it must not lead into the office's network."""
    session = requests.Session()
    session.max_redirects = 0
    return session


def payload_of(notice: Notice) -> dict[str, Any]:
    """What the service worker shows: words, where a tap leads (a path of this site), and the tag that replaces."""
    words, path = without_link(notice)
    hindi = notice.language == "hi"
    return {
        "title": settings.OFFICE_NAME_HI if hindi else settings.OFFICE_NAME,
        "body": words,
        "url": path or "/me/notices/",
        "tag": f"case-{notice.case_id}" if notice.case_id else notice.template,
        "lang": notice.language,
        "urgent": notice.rank == 0 and notice.template != Key.TO_DIGEST,
    }


def _judged(statuses: set[int]) -> Answer:
    if any(200 <= status < 300 for status in statuses):
        return Answer(Kind.SENT)
    words = ", ".join(f"HTTP {status}" if status else "no answer" for status in sorted(statuses))
    if all(400 <= status < 500 and status not in {408, 425, 429} for status in statuses):
        return Answer(Kind.PERMANENT, f"the browser takes no messages any more: {words}")
    return Answer(Kind.TEMPORARY, words)
