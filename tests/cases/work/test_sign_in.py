"""Signing in and out."""

import pytest
from django.test import Client

from tests.conftest import Cast


def answer(client: Client, **typed: str):  # type: ignore[no-untyped-def]
    return client.post("/sign-in/", {"username": "meena", "password": "sahayata-test"} | typed)


def test_an_officer_signs_in_and_stands_at_the_desk(client: Client, cast: Cast) -> None:
    response = answer(client)
    assert (response.status_code, response.url) == (302, "/desk/")
    assert client.get("/desk/").status_code == 200


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


@pytest.mark.parametrize("door", ["/sign-in/", "/admin/login/"])
def test_passwords_cannot_be_tried_one_after_another(client: Client, cast: Cast, door: str) -> None:
    tries = [client.post(door, {"username": "meena", "password": f"guess-{number}"}) for number in range(21)]
    assert [response.status_code for response in tries] == [200] * 20 + [429]
    assert answer(client).status_code == 429
    assert client.post("/sign-in/", REMOTE_ADDR="10.1.2.3").status_code == 200


def test_signing_in_rightly_is_not_counted(client: Client, cast: Cast) -> None:
    assert {answer(Client()).status_code for _ in range(22)} == {302}
