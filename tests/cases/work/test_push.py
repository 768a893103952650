"""Messages to the officer's own phone: allowed and taken back by this browser, to addresses of push services only."""

from collections.abc import Callable

import pytest
from django.test import Client

from cases.models import PushSubscription
from cases.work.push import MOST
from districts.models import Officer
from tests.conftest import Cast

Browser = Callable[[Officer], Client]
ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"
KEYS = {"p256dh": "B" * 87, "auth": "a" * 22}


def subscribe(browser: Client, endpoint: str = ENDPOINT, **keys: str) -> int:
    return browser.post("/desk/push/subscribe/", {"endpoint": endpoint} | KEYS | keys).status_code


def test_a_browser_is_kept_with_its_officer_keys_and_language(browser_of: Browser, cast: Cast) -> None:
    browser = browser_of(cast.meena)
    browser.cookies["django_language"] = "hi"
    assert subscribe(browser) == 204
    kept = PushSubscription.objects.get()
    assert (kept.officer, kept.endpoint, kept.p256dh, kept.language) == (cast.meena, ENDPOINT, KEYS["p256dh"], "hi")


def test_a_phone_handed_on_tells_its_new_officer_only(browser_of: Browser, cast: Cast) -> None:
    subscribe(browser_of(cast.meena))
    subscribe(browser_of(cast.ravi))
    assert [kept.officer for kept in PushSubscription.objects.all()] == [cast.ravi]


def test_of_many_browsers_the_oldest_goes(browser_of: Browser, cast: Cast) -> None:
    browser = browser_of(cast.meena)
    for number in range(MOST + 1):
        subscribe(browser, f"{ENDPOINT}{number}")
    kept = set(PushSubscription.objects.values_list("endpoint", flat=True))
    assert len(kept) == MOST
    assert f"{ENDPOINT}0" not in kept


@pytest.mark.parametrize(
    "endpoint",
    ["http://fcm.googleapis.com/x", "https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x", "https://10.0.0.8/",
     "https://redis/x", "https://db.internal/x", "https://user@fcm.googleapis.com/", "https://fcm.googleapis.com:6379/",
     "https://2130706433/", "https://push.example.org/x", "https://fcm.googleapis.com.evil.example/x",
     "https://evilpush.apple.com/x", "https://push.apple.com.evil.example/", "https://notify.windows.com/x",
     "https://0x7f.1/", "data:,1", "https://[", "", f"https://a.example/{'x' * 500}"],
)  # fmt: skip
def test_an_address_that_the_office_should_not_call_is_refused(browser_of: Browser, cast: Cast, endpoint: str) -> None:
    assert subscribe(browser_of(cast.meena), endpoint) == 422
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("keys", [{"p256dh": "<b>"}, {"auth": ""}, {"auth": "a" * 61}])
def test_keys_that_are_none_are_refused(browser_of: Browser, cast: Cast, keys: dict[str, str]) -> None:
    assert subscribe(browser_of(cast.meena), **keys) == 422


def test_a_browser_is_forgotten_by_its_own_officer_only(browser_of: Browser, cast: Cast) -> None:
    subscribe(browser_of(cast.meena))
    browser_of(cast.ravi).post("/desk/push/unsubscribe/", {"endpoint": ENDPOINT})
    assert PushSubscription.objects.exists()
    assert browser_of(cast.meena).post("/desk/push/unsubscribe/", {"endpoint": ENDPOINT}).status_code == 204
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("door", ["subscribe", "unsubscribe"])
def test_nobody_who_is_not_signed_in_and_nothing_but_a_post_gets_in(
    client: Client, browser_of: Browser, cast: Cast, door: str
) -> None:
    assert client.post(f"/desk/push/{door}/", {"endpoint": ENDPOINT} | KEYS).status_code == 302
    assert browser_of(cast.meena).get(f"/desk/push/{door}/").status_code == 405
    assert not PushSubscription.objects.exists()


@pytest.mark.django_db
def test_the_service_worker_serves_the_whole_site_and_is_never_stale(client: Client) -> None:
    response = client.get("/sw.js")
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert response.headers["Service-Worker-Allowed"] == "/"
    assert "no-cache" in response.headers["Cache-Control"]
    assert "showNotification" in response.content.decode()


def test_the_button_stands_on_the_desk_only_where_the_office_has_a_key(
    browser_of: Browser, cast: Cast, settings: object
) -> None:
    settings.VAPID_PUBLIC_KEY = "BKey"  # type: ignore[attr-defined]
    assert 'data-key="BKey"' in browser_of(cast.meena).get("/desk/").content.decode()
    settings.VAPID_PUBLIC_KEY = ""  # type: ignore[attr-defined]
    assert 'id="push"' not in browser_of(cast.meena).get("/desk/").content.decode()


@pytest.mark.parametrize(
    "host",
    ["fcm.googleapis.com", "updates.push.services.mozilla.com", "wns2-pn1p.notify.windows.com", "web.push.apple.com"],
)
def test_the_push_services_of_the_browsers_are_taken(browser_of: Browser, cast: Cast, host: str) -> None:
    assert subscribe(browser_of(cast.meena), f"https://{host}/send/abc") == 204
