"""Signing in and out."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpRequest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from redis.exceptions import RedisError

from cases.work.accounts import AccountAdapter
from districts.models import Officer
from tests.conftest import Cast


def answer(client: Client, **typed: str):  # type: ignore[no-untyped-def]
    return client.post("/sign-in/", {"username": "meena", "password": "sahayata-test"} | typed)


def test_an_officer_signs_in_and_stands_at_the_desk(client: Client, cast: Cast) -> None:
    response = answer(client)
    assert (response.status_code, response.url) == (302, "/desk/")
    assert client.get("/desk/").status_code == 200


def test_a_doctor_signs_in_and_stands_at_the_doctors_desk(client: Client, cast: Cast) -> None:
    assert answer(client, username="doctor").url == "/consult/"


def test_the_desk_speaks_the_officers_language_after_sign_in(client: Client, cast: Cast) -> None:
    cast.meena.language = "hi"
    cast.meena.save()
    assert answer(client).cookies["django_language"].value == "hi"
    assert '<html lang="hi"' in client.get("/desk/").content.decode()


def test_a_wrong_password_is_said_in_plain_words_and_the_name_is_kept(client: Client, cast: Cast) -> None:
    page = answer(client, password="wrong").content.decode()
    assert "do not match" in page
    assert 'value="meena"' in page
    assert "wrong" not in page.split("<form")[2]


def test_an_empty_form_says_what_to_type_at_each_field(client: Client, cast: Cast) -> None:
    page = answer(client, username="", password="").content.decode()
    assert "Type your sign-in name." in page
    assert "Type your password." in page


def test_a_login_that_was_switched_off_does_not_get_in(client: Client, cast: Cast) -> None:
    cast.meena.is_active = False
    cast.meena.save()
    assert answer(client).status_code == 200
    assert client.get("/desk/").status_code == 302


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(client: Client, cast: Cast) -> None:
    response = client.get("/desk/?tab=area")
    assert response.url == "/sign-in/?next=/desk/%3Ftab%3Darea"
    assert client.post(response.url, {"username": "meena", "password": "sahayata-test"}).status_code == 302


def test_an_outside_address_is_never_followed_after_sign_in(client: Client, cast: Cast) -> None:
    assert answer(client, next="https://evil.example/").url == "/desk/"


def test_signing_out_needs_a_form_and_ends_the_session(client: Client, cast: Cast) -> None:
    client.force_login(cast.meena)
    assert client.get("/sign-out/").status_code == 405
    assert client.get("/desk/").status_code == 200
    assert client.post("/sign-out/").url == "/sign-in/"
    assert client.get("/desk/").status_code == 302


def test_many_names_cannot_be_tried_from_one_address(client: Client, cast: Cast) -> None:
    tries = [client.post("/sign-in/", {"username": f"name-{number}", "password": "guess"}) for number in range(21)]
    assert [response.status_code for response in tries] == [200] * 20 + [429]
    assert answer(client).status_code == 429
    assert client.post("/sign-in/", REMOTE_ADDR="10.1.2.3").status_code == 200


def test_signing_in_rightly_is_not_counted(client: Client, cast: Cast) -> None:
    assert {answer(Client()).status_code for _ in range(22)} == {302}


# --- Locked out for a while ---------------------------------------------------------------------------


def guess(count: int, name: str = "meena", **headers: str) -> list[int]:
    return [
        Client().post("/sign-in/", {"username": name, "password": f"guess-{number}"}, **headers).status_code  # type: ignore[arg-type]
        for number in range(count)
    ]


def test_ten_wrong_passwords_close_the_name_for_this_address(cast: Cast) -> None:
    assert guess(10) == [200] * 9 + [429]
    refused = answer(Client())  # with the right password
    page = refused.content.decode()
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 15 * 60
    assert "Try again at" in page
    assert 'href="tel:104"' in page


def test_nobody_locks_an_officer_out_from_elsewhere(cast: Cast) -> None:
    guess(12, REMOTE_ADDR="10.9.9.9")
    assert answer(Client()).status_code == 302


def test_others_at_the_same_address_are_not_locked_out(cast: Cast) -> None:
    guess(12)
    assert answer(Client(), username="anil").status_code == 302


def test_capital_letters_do_not_give_more_tries(cast: Cast) -> None:
    assert guess(5, "meena") + guess(5, " MEENA") == [200] * 9 + [429]


def test_the_lock_opens_by_itself_and_tries_meanwhile_do_not_make_it_longer(cast: Cast) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        guess(10)
    with time_machine.travel(now + timedelta(minutes=14), tick=False):
        assert guess(3) == [429] * 3
    with time_machine.travel(now + timedelta(minutes=15, seconds=1), tick=False):
        assert answer(Client()).status_code == 302


def test_the_address_is_seen_through_the_trusted_proxies_only(cast: Cast, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    guess(10, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="1.2.3.4, 203.0.113.7")
    same, other = "9.9.9.9, 203.0.113.7", "1.2.3.4, 203.0.113.8"
    typed = {"username": "meena", "password": "sahayata-test"}
    assert Client().post("/sign-in/", typed, HTTP_X_FORWARDED_FOR=same).status_code == 429
    assert Client().post("/sign-in/", typed, HTTP_X_FORWARDED_FOR=other).status_code == 302


def test_a_success_forgets_the_failures_before_it(cast: Cast) -> None:
    guess(9)
    assert answer(Client()).status_code == 302
    assert guess(9) == [200] * 9


def test_a_dead_cache_lets_officers_in_and_still_locks_guessers_out(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dead(*_args: Any, **_kwargs: Any) -> None:
        raise RedisError("gone")

    for name in ("get", "set", "add", "incr", "get_many", "delete"):
        monkeypatch.setattr(f"django.core.cache.backends.locmem.LocMemCache.{name}", dead, raising=False)
    assert answer(Client()).status_code == 302
    assert guess(10)[-1] == 429


# --- Who cannot work today ----------------------------------------------------------------------------


def test_a_switched_off_login_is_told_so_only_with_the_right_password(client: Client, cast: Cast) -> None:
    cast.meena.is_active = False
    cast.meena.save()
    assert "switched off" in answer(client).content.decode()
    assert "switched off" not in answer(client, password="wrong").content.decode()


def test_who_is_not_posted_today_is_told_so(client: Client, cast: Cast) -> None:
    cast.meena.postings.update(ends_on=timezone.localdate() - timedelta(days=1), starts_on="2026-01-01")
    answer(client)
    assert "not posted anywhere today" in client.get("/desk/").content.decode()


# --- The admin has no door of its own -------------------------------------------------------------------


def test_the_admin_leads_to_the_one_sign_in_and_back(client: Client, cast: Cast) -> None:
    assert client.get("/admin/login/?next=/admin/cases/").url == "/sign-in/?next=/admin/cases/"  # type: ignore[attr-defined]
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/sign-in/")


def test_a_password_typed_at_the_admins_address_signs_nobody_in(client: Client, cast: Cast) -> None:
    Officer.objects.create_superuser("root", password="sahayata-test")
    typed = {"username": "root", "password": "sahayata-test"}
    assert client.post("/admin/login/", typed).status_code == 302
    client.force_login(Officer.objects.create_user("staff", is_staff=True))
    client.post("/admin/login/", typed)
    assert client.session["_auth_user_id"] == str(Officer.objects.get(username="staff").pk)


def test_who_is_no_staff_is_told_so_at_the_admins_door(client: Client, cast: Cast) -> None:
    client.force_login(cast.meena)
    assert client.get("/admin/login/").status_code == 403


# --- What allauth could do and shall not ------------------------------------------------------------------


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_reset_password", "account_set_password"])
def test_nobody_signs_up_or_resets_a_password_by_mail(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)
    assert not AccountAdapter().is_open_for_signup(HttpRequest())


def test_a_session_starts_anew_with_the_sign_in(client: Client, cast: Cast) -> None:
    client.get("/sign-in/")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before = session.session_key
    answer(client)
    assert client.session.session_key != before


def test_cookies_are_kept_from_scripts_and_other_sites(client: Client, cast: Cast) -> None:
    cookie = answer(client).cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert int(cookie["max-age"]) == 12 * 3600


def test_the_sign_in_page_cannot_be_framed_or_scripted(client: Client, cast: Cast) -> None:
    page = client.get("/sign-in/")
    assert page["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "no-store" in page["Cache-Control"]
