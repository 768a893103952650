"""/api/v1/token/ and the ways to be refused."""

from typing import Any

import pytest
from django.test import Client
from rest_framework.authtoken.models import Token

from tests.cases.api.conftest import Api
from tests.conftest import Cast

TOKEN = "/api/v1/token/"
DOORS = ["/api/v1/cases/", "/api/v1/cases/BSP-7K3Q-9D/", "/api/v1/places/?q=bilha", "/api/v1/needs/"]


def ask(body: Any, **headers: str) -> Any:
    return Client().post(TOKEN, body, content_type="application/json", headers=headers)


def test_name_and_password_give_a_token_that_opens_the_doors(cast: Cast) -> None:
    answer = ask({"username": "meena", "password": "sahayata-test"})
    token = answer.json()["token"]
    assert answer.status_code == 200
    assert Client().get("/api/v1/needs/", headers={"Authorization": f"Token {token}"}).status_code == 200


def test_a_deleted_token_opens_nothing(api: Api, cast: Cast) -> None:
    meena = api(cast.meena)
    assert meena.delete(TOKEN).status_code == 204
    assert Token.objects.count() == 0
    assert meena.get("/api/v1/needs/").status_code == 401


def test_a_stale_token_does_not_stand_in_the_way_of_a_new_one(cast: Cast) -> None:
    answer = ask({"username": "meena", "password": "sahayata-test"}, Authorization="Token stale")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"username": "meena", "password": "wrong"}, {"username": "nobody", "password": "sahayata-test"}, {}, [],
        {"username": "meena"}, {"username": ["meena"], "password": {}}, {"username": "me\x00na", "password": "x"},
    ],
)  # fmt: skip
def test_a_wrong_name_or_password_is_a_clear_400(cast: Cast, body: Any) -> None:
    answer = ask(body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"


def test_a_switched_off_login_gets_no_token(cast: Cast) -> None:
    cast.meena.is_active = False
    cast.meena.save()
    assert ask({"username": "meena", "password": "sahayata-test"}).status_code == 400


def test_guessing_a_password_is_slowed_down(cast: Cast) -> None:
    answers = [ask({"username": "meena", "password": f"guess {number}"}) for number in range(11)]
    assert [answer.status_code for answer in answers] == [400] * 9 + [429] * 2
    assert [answer.json()["code"] for answer in answers[-2:]] == ["locked_out", "throttled"]
    assert int(answers[-1]["Retry-After"]) > 0
    assert ask({"username": "anil", "password": "sahayata-test"}).status_code == 200


def test_guessing_a_name_from_elsewhere_does_not_keep_its_officer_out(cast: Cast) -> None:
    body = {"username": "meena", "password": "guess"}
    for _number in range(12):
        Client().post(TOKEN, body, content_type="application/json", REMOTE_ADDR="10.9.9.9")
    assert ask({"username": "meena", "password": "sahayata-test"}).status_code == 200


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("header", [None, "Token", "Token wrong", "Token a b", "Token \xff", "Basic bWVlbmE6eA=="])
@pytest.mark.django_db
def test_without_a_valid_token_every_door_is_closed(door: str, header: str | None) -> None:
    answer = Client().get(door, headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    assert answer.json()["code"] in {"not_authenticated", "authentication_failed"}


def test_a_session_reads_and_needs_its_csrf_token_to_write(cast: Cast) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.meena)
    assert browser.get("/api/v1/cases/").status_code == 200
    answer = browser.post("/api/v1/cases/BSP-7K3Q-9D/acknowledge/", {}, content_type="application/json")
    assert answer.status_code == 403
