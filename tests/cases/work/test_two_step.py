"""The code of the telephone: set up, asked for, recovered, required, and in nobody's way where it is off."""

import hashlib
import hmac
import re
import struct
import time
from base64 import b32decode
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from redis.exceptions import RedisError
from rest_framework.authtoken.models import Token

from cases import two_step
from cases.work.doorkeeper import ALWAYS_OPEN
from districts.models import Officer, Posting, Role
from tests.conftest import Cast, Map

SET_UP = "/me/security/code/"
ASKED = ["collector", "state_admin", "superuser"]


def code_of(secret: str, step: int = 0) -> str:
    """RFC 6238, independent of allauth's."""
    counter = struct.pack(">Q", int(time.time()) // 30 + step)
    digest = hmac.new(b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def sign_in(officer: Officer, client: Client | None = None, **typed: str) -> Client:
    """A browser that has typed name and password."""
    client = client or Client()
    client.post("/sign-in/", {"username": officer.username, "password": "sahayata-test"} | typed)
    return client


def secret_on(page: str) -> str:
    found = re.search(r"data-secret>([A-Z2-7 ]+)<", page)
    assert found
    return found[1].replace(" ", "")


def set_up(client: Client) -> tuple[str, list[str]]:
    """Walks through the page; the secret and the recovery codes."""
    secret = secret_on(client.get(SET_UP).content.decode())
    done = client.post(SET_UP, {"code": code_of(secret)}, follow=True)
    codes = re.findall(r"<li>(\d{8})</li>", done.content.decode())
    return secret, codes


@pytest.fixture
def required(settings: Any) -> None:
    settings.TWO_STEP_ROLES = ASKED


# --- Setting it up and using it --------------------------------------------------------------------------


def test_the_page_shows_a_picture_and_the_same_in_letters(cast: Cast) -> None:
    page = sign_in(cast.collector).get(SET_UP).content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    assert re.search(r"data-secret>(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}<", page)


def test_from_then_on_the_password_alone_opens_nothing(cast: Cast) -> None:
    secret, _codes = set_up(sign_in(cast.collector))
    browser = sign_in(cast.collector)
    assert browser.get("/desk/").status_code == 302
    assert "_auth_user_id" not in browser.session
    with time_machine.travel(time.time() + 60):
        arrived = browser.post("/sign-in/code/", {"code": code_of(secret)})
    assert arrived.url == "/desk/"  # type: ignore[attr-defined]
    assert browser.get("/desk/").status_code == 200


def test_the_page_asked_for_is_reached_after_the_code(cast: Cast) -> None:
    secret, _codes = set_up(sign_in(cast.collector))
    browser = sign_in(cast.collector, next="/reports/today/")
    with time_machine.travel(time.time() + 60):
        assert browser.post("/sign-in/code/", {"code": code_of(secret)}).url == "/reports/today/"  # type: ignore[attr-defined]


def test_a_code_works_once_even_while_it_is_still_right(cast: Cast) -> None:
    secret, _codes = set_up(sign_in(cast.collector))
    now = time.time() + 60
    with time_machine.travel(now, tick=False):
        code = code_of(secret)
        assert sign_in(cast.collector).post("/sign-in/code/", {"code": code}).status_code == 302
    with time_machine.travel(now + 31, tick=False):  # allauth alone has forgotten it by now
        again = sign_in(cast.collector)
        page = again.post("/sign-in/code/", {"code": code}).content.decode()
    # Redis keeps its own time: there it is allauth's memory that still refuses.
    assert "used already" in page or "This code is not right" in page
    assert "_auth_user_id" not in again.session


def test_a_clock_that_is_half_a_minute_off_is_forgiven_and_no_more(cast: Cast) -> None:
    secret, _codes = set_up(sign_in(cast.collector))
    with time_machine.travel(time.time() + 300, tick=False):
        assert sign_in(cast.collector).post("/sign-in/code/", {"code": code_of(secret, -3)}).status_code == 200
        assert sign_in(cast.collector).post("/sign-in/code/", {"code": code_of(secret, -1)}).status_code == 302


def test_each_recovery_code_signs_in_once(cast: Cast) -> None:
    _secret, codes = set_up(sign_in(cast.collector))
    assert len(codes) == 10
    assert sign_in(cast.collector).post("/sign-in/code/", {"code": codes[0]}).status_code == 302
    assert sign_in(cast.collector).post("/sign-in/code/", {"code": codes[0]}).status_code == 200
    browser = sign_in(cast.collector)
    browser.post("/sign-in/code/", {"code": codes[1]})
    assert "8 recovery codes are left" in browser.get("/me/security/").content.decode()


def test_codes_cannot_be_guessed_one_after_another(cast: Cast) -> None:
    secret, _codes = set_up(sign_in(cast.collector))
    browser = sign_in(cast.collector)
    with time_machine.travel(time.time() + 60, tick=False):
        tries = [browser.post("/sign-in/code/", {"code": f"{number:06}"}).content.decode() for number in range(6)]
        assert "Too many wrong tries" in tries[5]
        assert "Too many wrong tries" in browser.post("/sign-in/code/", {"code": code_of(secret)}).content.decode()


def test_a_dead_cache_says_that_codes_cannot_be_checked(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(sign_in(cast.collector))
    browser = sign_in(cast.collector)

    def dead(*_args: Any, **_kwargs: Any) -> None:
        raise RedisError("gone")

    monkeypatch.setattr("allauth.core.internal.ratelimit.cache.get", dead)
    monkeypatch.setattr("cases.two_step.cache.add", dead)
    page = browser.post("/sign-in/code/", {"code": "123456"})
    assert page.status_code == 200
    assert "cannot be checked" in page.content.decode()


def test_secrets_are_sealed_in_the_database(cast: Cast) -> None:
    secret, codes = set_up(sign_in(cast.collector))
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert not any(code in stored for code in codes)


def test_new_recovery_codes_replace_the_old_ones(cast: Cast) -> None:
    browser = sign_in(cast.collector)
    _secret, old = set_up(browser)
    page = browser.post("/me/security/recovery-codes/new/", follow=True).content.decode()
    new = re.findall(r"<li>(\d{8})</li>", page)
    assert not set(new) & set(old)
    assert sign_in(cast.collector).post("/sign-in/code/", {"code": old[0]}).status_code == 200
    saved = browser.get("/me/security/recovery-codes/file/").content.decode()
    assert all(code in saved for code in new)


def test_later_in_the_day_the_password_is_asked_again(cast: Cast) -> None:
    browser = sign_in(cast.collector)
    set_up(browser)
    with time_machine.travel(time.time() + 600):
        asked = browser.get("/me/security/recovery-codes/")
        assert asked.url.startswith("/me/security/again/")  # type: ignore[attr-defined]
        assert "not your password" in browser.post(asked.url, {"password": "wrong"}).content.decode()  # type: ignore[attr-defined]
        back = browser.post(asked.url, {"password": "sahayata-test"})  # type: ignore[attr-defined]
        assert back.url == "/me/security/recovery-codes/"  # type: ignore[attr-defined]


# --- Who must -----------------------------------------------------------------------------------------------


def test_it_is_nobodys_duty_in_the_embedded_mode(cast: Cast) -> None:
    assert not any(two_step.is_required(officer) for officer in vars(cast).values())


def test_it_is_the_duty_of_collectors_state_administrators_and_whoever_opens_the_admin(
    cast: Cast, required: None
) -> None:
    root = Officer.objects.create_superuser("root")
    staff = Officer.objects.create_user("staff", is_staff=True)
    due = {name for name, officer in vars(cast).items() if two_step.is_required(officer)}
    assert due == {"collector", "other_collector", "state_admin"}
    assert two_step.is_required(root)
    assert two_step.is_required(staff)


def test_it_is_due_from_the_day_on_which_somebody_becomes_collector(cast: Cast, required: None, small_map: Map) -> None:
    browser = sign_in(cast.anil)
    assert browser.get("/desk/").status_code == 200
    Posting.objects.create(officer=cast.anil, role=Role.COLLECTOR, state=small_map.cg, district=small_map.jaipur)
    with time_machine.travel(time.time() + 24 * 3600):
        assert sign_in(cast.anil).get("/desk/").url == SET_UP  # type: ignore[attr-defined]


def test_a_session_needs_it_from_the_first_request_after_a_promotion(
    cast: Cast, required: None, small_map: Map
) -> None:
    browser = sign_in(cast.anil)
    assert browser.get("/desk/").status_code == 200
    assert browser.get("/desk/changes/", {"seen": ""}).status_code == 200
    Posting.objects.create(officer=cast.anil, role=Role.COLLECTOR, state=small_map.cg, district=small_map.jaipur)
    assert browser.get("/desk/changes/", headers={"HX-Request": "true"})["HX-Redirect"] == SET_UP
    assert browser.get("/desk/").url == SET_UP  # type: ignore[attr-defined]
    set_up(browser)
    assert browser.get("/desk/").status_code == 200


def _addresses(patterns: list[Any], before: str = "") -> list[tuple[str, str]]:
    found = []
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            found += _addresses(one.url_patterns, route)
        elif isinstance(one, URLPattern):
            path = re.sub(r"<int:\w+>", "1", route)
            path = re.sub(r"<[^>]+>", "x", path).replace("^", "").replace("$", "").replace("\\Z", "")
            found.append((one.name or "", "/" + re.sub(r"\(\?P.*?\)|\.\*", "x", path)))
    return found


@pytest.mark.parametrize("who", ["collector", "state_admin", "root"])
def test_until_it_is_set_up_no_address_opens(cast: Cast, required: None, who: str) -> None:
    officer = getattr(cast, who, None) or Officer.objects.create_superuser("root", password="sahayata-test")
    browser = sign_in(officer)
    addresses = _addresses(get_resolver().url_patterns)
    assert len(addresses) > 100
    open_to_all = {reverse(name) for name in ALWAYS_OPEN}
    for method in (browser.get, browser.post):
        for name, path in addresses:
            if path in open_to_all or name == "":
                continue
            answer = method(path)
            refused = answer.status_code in {403, 404} if path.startswith("/api/") else answer.url == SET_UP  # type: ignore[union-attr]
            assert refused, path


def test_the_way_out_and_the_set_up_stay_open(cast: Cast, required: None) -> None:
    browser = sign_in(cast.collector)
    assert browser.get(SET_UP).status_code == 200
    assert browser.post("/language/", {"language": "hi"}).status_code == 302
    _secret, codes = set_up(browser)
    assert codes
    assert browser.get("/desk/").status_code == 200
    assert sign_in(cast.state_admin).post("/sign-out/").url == "/sign-in/"  # type: ignore[attr-defined]


def test_a_poll_of_the_desk_is_led_there_as_well(cast: Cast, required: None) -> None:
    answer = sign_in(cast.collector).get("/desk/changes/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == SET_UP


def test_who_must_have_it_cannot_switch_it_off(cast: Cast, required: None) -> None:
    browser = sign_in(cast.collector)
    set_up(browser)
    assert "cannot be switched off" in browser.get("/me/security/code/off/").content.decode()
    browser.post("/me/security/code/off/")
    assert two_step.is_set_up(cast.collector)


def test_who_need_not_may(cast: Cast) -> None:
    browser = sign_in(cast.meena)
    set_up(browser)
    browser.post("/me/security/code/off/")
    assert not Authenticator.objects.exists()


def test_a_role_that_does_not_exist_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    from helpdesk import settings as ours

    assert {*Role.values, two_step.ADMIN} == ours._ROLES
    with pytest.raises(ImproperlyConfigured, match="chief"):
        ours.known_roles(["chief"])


# --- Machines ------------------------------------------------------------------------------------------------


def ask(officer: Officer, **given: str) -> Any:
    body = {"username": officer.username, "password": "sahayata-test"} | given
    return Client().post("/api/v1/token/", body, content_type="application/json")


def test_a_token_needs_the_code_as_well(cast: Cast) -> None:
    _secret, codes = set_up(sign_in(cast.collector))
    refused = ask(cast.collector)
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["code"])
    assert ask(cast.collector, code="00000000").status_code == 400
    assert ask(cast.collector, code=codes[0]).status_code == 200
    assert ask(cast.collector, code=codes[0]).status_code == 400


def test_who_must_set_it_up_first_gets_no_token_and_an_older_one_opens_nothing(cast: Cast, required: None) -> None:
    token = Token.objects.create(user=cast.collector)
    assert "in the browser first" in ask(cast.collector).json()["fields"]["code"][0]
    answer = Client().get("/api/v1/cases/", headers={"Authorization": f"Token {token.key}"})
    assert answer.status_code == 401
    set_up(sign_in(cast.collector))
    assert Client().get("/api/v1/cases/", headers={"Authorization": f"Token {token.key}"}).status_code == 401
    assert not Token.objects.exists()


def test_setting_it_up_of_ones_own_will_ends_the_token_a_wrong_code_does_not(cast: Cast) -> None:
    Token.objects.create(user=cast.meena)
    others = Token.objects.create(user=cast.anil)
    browser = sign_in(cast.meena)
    browser.get(SET_UP)
    browser.post(SET_UP, {"code": "000000"})
    assert Token.objects.filter(user=cast.meena).exists()
    set_up(browser)
    assert list(Token.objects.all()) == [others]


def test_a_locked_out_name_is_told_so_as_json(cast: Cast) -> None:
    for _number in range(10):
        answer = ask(cast.meena, password="wrong")
    assert (answer.status_code, answer.json()["code"]) == (429, "locked_out")
    assert int(answer["Retry-After"]) > 0
