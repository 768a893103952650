"""My sign-ins: what is open, what was tried, and how it is ended; and a supervisor's hand in it."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from axes.models import AccessFailureLog, AccessLog
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.authtoken.models import Token

from cases import access, two_step
from cases.work.devices import in_words
from districts.models import Officer, Posting, Role
from districts.sign_ins import end_sign_ins, forget_old_sign_ins
from tests.cases.work.test_two_step import set_up, sign_in
from tests.conftest import Cast, Map

PAGE = "/me/security/"
PHONE = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36"
)
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"


def browser(officer: Officer, agent: str = PHONE, address: str = "203.0.113.7") -> Client:
    """A browser of this kind at this address, signed in."""
    return sign_in(officer, Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address))


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (PHONE, "Chrome, Android"),
        (LAPTOP, "Firefox, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 13) SamsungBrowser/23.0 Chrome/115.0", "Samsung Internet, Android"),
        ("curl/8.0", "unknown device"),
        ("", "unknown device"),
    ],
)  # fmt: skip
def test_a_device_is_named_in_plain_words(agent: str, words: str) -> None:
    assert in_words(agent) == words


def test_every_open_session_is_listed_with_this_one_first(cast: Cast) -> None:
    browser(cast.meena, LAPTOP, "198.51.100.4")
    page = browser(cast.meena).get(PAGE).content.decode()
    listed = re.findall(r"data-session>(.*?)</li>", page, re.DOTALL)
    assert len(listed) == 2
    assert "Chrome, Android" in listed[0]
    assert "this device" in listed[0]
    assert "Firefox, Linux" in listed[1]
    assert "198.51.100.4" in listed[1]


def test_nobody_elses_session_is_listed_or_ended(cast: Cast) -> None:
    hers = browser(cast.meena, LAPTOP)
    his = browser(cast.anil)
    assert "Firefox" not in his.get(PAGE).content.decode()
    session = UserSession.objects.get(user=cast.meena)
    assert his.post(f"/me/security/sessions/{session.pk}/end/").status_code == 404
    assert hers.get(PAGE).status_code == 200


def test_an_ended_session_is_over_at_once_in_the_poll_too(cast: Cast) -> None:
    other, mine = browser(cast.meena, LAPTOP), browser(cast.meena)
    other.get("/desk/changes/")  # the poll now remembers the officer for a minute
    session = UserSession.objects.get(session_key=other.session.session_key)
    mine.post(f"/me/security/sessions/{session.pk}/end/")
    assert other.get("/desk/changes/", headers={"HX-Request": "true"})["HX-Redirect"] == "/desk/"
    assert other.get(PAGE).status_code == 302
    assert mine.get(PAGE).status_code == 200


def test_all_others_end_with_one_button_and_the_token_too(cast: Cast) -> None:
    others = [browser(cast.meena, LAPTOP), browser(cast.meena, LAPTOP)]
    mine = browser(cast.meena)
    Token.objects.create(user=cast.meena)
    mine.post("/me/security/sessions/end/")
    assert [one.get(PAGE).status_code for one in others] == [302, 302]
    assert mine.get(PAGE).status_code == 200
    assert not Token.objects.exists()


def test_the_session_in_hand_is_not_ended_by_mistake(cast: Cast) -> None:
    mine = browser(cast.meena)
    mine.post(f"/me/security/sessions/{UserSession.objects.get().pk}/end/")
    assert mine.get(PAGE).status_code == 200


def test_a_new_password_ends_the_other_sessions_and_the_token(cast: Cast) -> None:
    other, mine = browser(cast.meena, LAPTOP), browser(cast.meena)
    Token.objects.create(user=cast.meena)
    typed = {"oldpassword": "sahayata-test", "password1": "neem chai bridge 7", "password2": "neem chai bridge 7"}
    changed = mine.post("/me/security/password/", typed)
    assert changed.url == PAGE  # type: ignore[attr-defined]
    page = mine.get(PAGE).content.decode()
    assert "Your password is changed" in page
    assert page.count("data-session") == 1
    assert other.get(PAGE).status_code == 302
    assert not Token.objects.exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"oldpassword": "wrong", "password1": "neem chai sun", "password2": "neem chai sun"}, "not your present"),
        ({"oldpassword": "sahayata-test", "password1": "1234567890", "password2": "1234567890"}, "entirely numeric"),
        ({"oldpassword": "sahayata-test", "password1": "neem chai bridge", "password2": "neem"}, "are not the same"),
        ({}, "Type a new password."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_new_password_is_said(cast: Cast, typed: dict[str, str], words: str) -> None:
    page = browser(cast.meena).post("/me/security/password/", typed).content.decode()
    assert words in page


def test_sign_ins_and_failures_are_shown(cast: Cast) -> None:
    Client(HTTP_USER_AGENT=LAPTOP).post("/sign-in/", {"username": "MEENA", "password": "guess"})
    page = browser(cast.meena).get(PAGE).content.decode()
    tries = page.split('id="tries"')[1]
    assert tries.index("signed in") < tries.index("wrong password")
    assert "Firefox, Linux" in tries


def test_the_page_costs_a_few_queries_however_much_there_is(cast: Cast, django_assert_max_num_queries: Any) -> None:
    mine = browser(cast.meena)
    mine.get(PAGE)
    with django_assert_max_num_queries(12):
        mine.get(PAGE)


def test_a_request_costs_no_query_for_being_seen(cast: Cast, django_assert_num_queries: Any) -> None:
    mine = browser(cast.meena)
    with django_assert_num_queries(0):
        assert mine.get("/healthz/live").status_code == 200


# --- A supervisor ------------------------------------------------------------------------------------------


def below(officer: Officer) -> set[str]:
    return set(access.officers_below(officer).values_list("username", flat=True))


def test_a_supervisor_is_over_the_officers_of_the_own_place_and_of_a_lower_rank(cast: Cast) -> None:
    field = {"meena", "ravi", "anil", "operator", "doctor"}
    assert below(cast.sunita) == field
    assert below(cast.collector) == field | {"sunita"}
    assert below(cast.other_collector) == set()
    assert below(cast.state_admin) == field | {"sunita", "collector", "raipur_collector", "state_operator", "auditor"}
    assert not any(below(one) for one in (cast.meena, cast.operator, cast.doctor, cast.auditor, cast.state_operator))


def test_who_is_posted_elsewhere_as_well_or_opens_the_admin_is_not_below(cast: Cast, small_map: Map) -> None:
    Posting.objects.create(officer=cast.anil, role=Role.AUDITOR, state=small_map.cg)
    Officer.objects.filter(pk=cast.meena.pk).update(is_staff=True)
    assert {"anil", "meena"} & below(cast.collector) == set()
    assert {"anil", "meena"} <= below(Officer.objects.create_superuser("root"))


def test_a_supervisor_signs_a_lost_telephone_out(cast: Cast) -> None:
    hers = browser(cast.meena)
    set_up(hers)
    boss = browser(cast.sunita)
    assert "Meena Sahu" in boss.get("/officers/sign-ins/?q=meena").content.decode()
    assert "Meena Sahu" not in boss.get("/officers/sign-ins/?q=anil").content.decode()
    boss.post(f"/officers/{cast.meena.pk}/lost-phone/")
    assert hers.get(PAGE).status_code == 302
    assert not two_step.is_set_up(cast.meena)
    assert sign_in(cast.meena).get(PAGE).status_code == 200


def test_a_supervisor_ends_every_session_of_an_officer_below_only(cast: Cast) -> None:
    hers, his = browser(cast.meena), browser(cast.collector)
    boss = browser(cast.sunita)
    assert boss.post(f"/officers/{cast.meena.pk}/sign-out/").status_code == 302
    assert boss.post(f"/officers/{cast.collector.pk}/sign-out/").status_code == 404
    assert hers.get(PAGE).status_code == 302
    assert his.get(PAGE).status_code == 200


@pytest.mark.parametrize("action", ["sign_out_everywhere", "lost_phone"])
def test_the_admin_has_both_as_actions_on_officers(cast: Cast, action: str) -> None:
    hers = browser(cast.meena)
    admin = sign_in(Officer.objects.create_superuser("root", password="sahayata-test"))
    admin.post("/admin/districts/officer/", {"action": action, "_selected_action": [cast.meena.pk]})
    assert hers.get(PAGE).status_code == 302


def test_secrets_of_sign_ins_are_not_in_the_admin(cast: Cast) -> None:
    admin = sign_in(Officer.objects.create_superuser("root", password="sahayata-test"))
    page = admin.get("/admin/").content.decode()
    assert "/admin/axes/accessattempt/" in page
    for hidden in ("/admin/mfa/", "/admin/account/", "/admin/authtoken/", "/admin/usersessions/"):
        assert hidden not in page


def test_the_list_costs_the_same_for_two_officers_and_for_many(
    cast: Cast, small_map: Map, django_assert_max_num_queries: Any
) -> None:
    boss = browser(cast.collector)
    for number in range(20):
        one = Officer.objects.create_user(f"more-{number}", first_name="More", last_name=str(number))
        Posting.objects.create(
            officer=one, role=Role.NODAL_OFFICER, state=small_map.cg, district=small_map.bilaspur, block=small_map.kota
        )
    boss.get("/officers/sign-ins/")
    with django_assert_max_num_queries(10):
        boss.get("/officers/sign-ins/")


def test_ending_sign_ins_says_how_many_there_were(cast: Cast) -> None:
    browser(cast.meena)
    browser(cast.meena)
    assert end_sign_ins(cast.meena) == 2


def test_sign_ins_are_forgotten_after_half_a_year(cast: Cast) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=181)):
        browser(cast.meena)
        Client().post("/sign-in/", {"username": "meena", "password": "guess"})
    browser(cast.anil)
    forget_old_sign_ins()
    assert list(AccessLog.objects.values_list("username", flat=True)) == ["anil"]
    assert not AccessFailureLog.objects.exists()


def test_a_password_set_in_the_admin_ends_the_token_too(cast: Cast) -> None:
    Token.objects.create(user=cast.meena)
    root = Officer.objects.create_superuser("root", password="sahayata-test")
    browser = Client()
    browser.force_login(root)
    page = reverse("admin:auth_user_password_change", args=[cast.meena.pk])
    browser.post(page, {"password1": "four words to keep", "password2": "not the same", "usable_password": "true"})
    assert Token.objects.filter(user=cast.meena).exists()
    typed = {"password1": "four words to keep", "password2": "four words to keep", "usable_password": "true"}
    assert browser.post(page, typed).status_code == 302
    assert not Token.objects.filter(user=cast.meena).exists()
