"""Every address of the site and the API, as each role, in the own place and outside: tests/expected_access.csv.

The table is for reading and correcting. `WRITE_ACCESS=1 pytest tests/test_roles.py` writes it as the code behaves now;
what changed must then be read line by line, for the test can only say that the code does what the table says.
"""

import csv
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.contrib import messages
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from cases import access
from cases.actions import MoveRefused, perform
from cases.models import Case, Need, SupplyKind
from cases.workflow import Move, Status, allowed
from districts.models import Officer, Role
from tests.conftest import CaseMaker, Cast, Map
from tests.role_world import ARGUMENTS, NO_PLACE, OTHER, OWN, WHO, Sample, World, picture, set_status

TABLE = Path(__file__).with_name("expected_access.csv")
WRITE = bool(os.environ.get("WRITE_ACCESS"))
YES, NO = "yes", "no"
# The admin is one thing: staff come in, nobody else. It is walked below.
LEFT_OUT = {"admin"}


@dataclass(frozen=True, slots=True)
class Page:
    """One address by its name; the moves of a case share one address and are many pages."""

    name: str
    url_name: str
    arguments: tuple[str, ...]
    fixed: tuple[tuple[str, str], ...] = ()


def patterns(found: list[Any], namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every pattern of the site map with its namespace."""
    for one in found:
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns, one.namespace or namespace)
        else:
            yield namespace, one


def pages() -> list[Page]:
    """Every page but the admin's, each once."""
    known: dict[str, Page] = {}
    for namespace, one in patterns(get_resolver().url_patterns):
        arguments = tuple(one.pattern.converters)
        if namespace in LEFT_OUT or one.name is None:
            continue
        if one.name == "case_move":
            moves = [Page(f"case_move {move}", one.name, arguments, (("move", move.value),)) for move in Move]
            known |= {page.name: page for page in moves}
        else:
            known[one.name] = Page(one.name, one.name, arguments)
    return list(known.values())


PAGES = pages()


def expected() -> dict[tuple[str, str, str], dict[str, str]]:
    """The table."""
    if not TABLE.exists():
        return {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {(row.pop("page"), row.pop("method"), row.pop("place")): row for row in csv.DictReader(file)}


EXPECTED: dict[tuple[str, str, str], dict[str, str]] = expected()
_written: dict[tuple[str, str, str], dict[str, str]] = {}


@pytest.fixture
def world(cast: Cast, small_map: Map, make_case: CaseMaker) -> World:
    """Everybody, signed in."""
    return World(cast, small_map, make_case)


def said(page: Page, answer: HttpResponse) -> str:
    """'yes', 'no', or '' where the address does not know the method."""
    if answer.status_code == 405:
        return ""
    assert answer.status_code < 500 or answer.status_code == 503  # /healthz: nothing runs beside the tests
    assert answer.status_code != 429
    location = answer.headers.get("Location", "")
    to_sign_in = location.startswith(("/sign-in/?", "/me/security/again/")) or (
        location == "/sign-in/" and page.name != "sign_out"
    )
    refused = to_sign_in or answer.status_code in {401, 403, 404} or _is_refused(answer)
    return NO if refused else YES


def _is_refused(answer: HttpResponse) -> bool:
    """Whether the page says why it was not done: in its text, or in the message of the page it leads to."""
    told = [one.level for one in get_messages(answer.wsgi_request)]  # type: ignore[attr-defined]
    if answer.status_code in {301, 302}:
        return bool({messages.ERROR, messages.WARNING} & set(told))
    return answer.status_code == 422 and "Your posting does not allow this." in answer.content.decode()


def body(page: Page, world: World, sample: Sample) -> dict[str, Any]:
    """Enough for any form to be valid or to say what is missing: what is refused is the officer, not the words."""
    where = sample.where
    return {
        "note": "Seen and done.",
        "to": world.officer_at(where).pk if not page.name.endswith("join") else world.case_at(where).reference,
        "district": where.district.pk,
        "outcome": "helped",
        "kind": "news",
        "need": Need.objects.values_list("code", flat=True).first(),
        "urgency": "high",
        "result": "no_answer",
        "supplies": [{"kind": SupplyKind.objects.values_list("pk", flat=True).first(), "asked": 1, "given": 0}],
        "language": "en",
        "spelling": "Tiphra nagar",
        "text": "Quiet.",
        "move": "acknowledge",
        "posting": getattr(sample, "posting", ""),
        "case": world.case_at(where).reference,
    }


def ask(page: Page, method: str, which: str, who: str, world: World) -> str:
    """One request, undone afterwards."""
    browser: Client = world.browsers[who]
    cache.clear()  # the throttles count
    with transaction.atomic():
        sample = Sample(world, who, which, page.name)
        filled = {name: ARGUMENTS[name](sample) for name in page.arguments if name not in dict(page.fixed)}
        address = reverse(page.url_name, kwargs=filled | dict(page.fixed)) + sample.query
        given: dict[str, Any] = {}
        if method == "POST":
            as_json = {"content_type": "application/json"} if page.name.startswith("api_") else {}
            files = {"photos": SimpleUploadedFile("one.jpg", picture())} if page.name == "case_photos" else {}
            given = {"data": body(page, world, sample) | files} | as_json
        cookies = browser.cookies.copy()
        sample.prepare()
        response = getattr(browser, method.lower())(address, **given)
        answer = said(page, response)
        if response.streaming:
            response.getvalue()  # read to its end a file is closed
        browser.cookies = cookies
        transaction.set_rollback(True)
    return answer


def rows_of(page: Page, world: World) -> dict[tuple[str, str, str], dict[str, str]]:
    """What the site answers now."""
    rows: dict[tuple[str, str, str], dict[str, str]] = {}
    for method, which in product(("GET", "POST"), (OWN, OTHER) if page.arguments else (NO_PLACE,)):
        answers = {who: ask(page, method, which, who, world) for who in WHO}
        if answers["superuser"]:  # who passes every guard, and so learns whether the method exists
            rows[page.name, method, which] = {who: answer or NO for who, answer in answers.items()}
    return rows


def test_every_argument_of_an_address_has_a_sample() -> None:
    unknown = {page.name: set(page.arguments) - set(ARGUMENTS) - {"move"} for page in PAGES}
    assert {name: arguments for name, arguments in unknown.items() if arguments} == {}


@pytest.mark.once  # the table is of roles and places, which Python tells apart
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_address_opens_for_those_whom_the_table_names(page: Page, world: World) -> None:
    found = rows_of(page, world)
    _written.update(found)
    if not WRITE:
        assert found == {key: row for key, row in EXPECTED.items() if key[0] == page.name}


def test_the_table_names_no_address_that_is_gone() -> None:
    if WRITE:
        _write()
    assert {name for name, _method, _place in expected()} == {page.name for page in PAGES}


def _write() -> None:
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["page", "method", "place", *WHO])
        writer.writerows([*key, *(row[who] for who in WHO)] for key, row in _written.items())


# --- The laws that the table has to obey, whatever it says -----------------------------------------------

# Everybody's: no sign-in, or nothing but one's own.
OPEN_TO_ALL = {
    *("home", "ask", "ask_sent", "status", "status_of", "status_json", "place_suggest", "healthz", "healthz_live"),
    *(
        "sign_in",
        "account_login",
        "mfa_authenticate",
        "sign_out",
        "set_language",
        "api_schema",
        "api_docs",
        "api_token",
    ),
}


def _rows() -> Iterator[tuple[tuple[str, str, str], dict[str, str]]]:
    yield from EXPECTED.items()


def test_nobody_comes_in_without_signing_in() -> None:
    opened = {key[0] for key, row in _rows() if row["nobody"] == YES}
    assert opened - OPEN_TO_ALL - set(PUBLIC) == set()


# The doors of citizens that other modules have added; each is read and agreed to here.
PUBLIC: tuple[str, ...] = ("service_worker", "answer_by_link", "answer_by_digits")


def test_no_case_of_another_place_opens_for_a_role_of_this_one() -> None:
    opened = {(key[0], role) for key, row in _rows() for role in Role.values if key[2] == OTHER and row[role] == YES}
    wrong = {(page, role) for page, role in opened if page not in OPEN_TO_ALL | set(PLACELESS) | set(PUBLIC)}
    # An offer helps its whole district, not one block; of the district's roster a block's officer sees the own rows.
    helps_beside = {"settle_offer", "reveal_offer", "roster_download"}
    assert wrong == {(page, Role.NODAL_OFFICER) for page in helps_beside}


# Their argument names no place: a text, a channel, a chart (its place is in the query, and one's own).
PLACELESS: tuple[str, ...] = ("text_edit", "text_back", "test_channel", "report_chart")


def test_auditors_write_nothing() -> None:
    written = {key[0] for key, row in _rows() if key[1] == "POST" and row[Role.AUDITOR] == YES}
    written = {page for page in written if not page.endswith("undo")}  # one's own move, and they make none
    assert written - OPEN_TO_ALL - set(PUBLIC) - set(OWN_THINGS) == set()


# What an officer keeps of the own: sign-ins, notices, saved filters.
OWN_THINGS: tuple[str, ...] = (
    *("end_session", "end_other_sessions", "account_change_password", "account_reauthenticate", "mfa_reauthenticate"),
    *("mfa_activate_totp", "mfa_deactivate_totp", "mfa_generate_recovery_codes", "see_notices", "test_channel"),
    *("my_notices", "save_filter", "change_filter", "push_subscribe", "push_unsubscribe"),
    # A search by a number is asked by POST, so that no address holds it; files to take away are the asker's own.
    *("case_list", "export_cases", "export_report", "export_delete"),
)


def test_a_move_is_made_on_the_page_and_over_the_api_by_the_same_roles() -> None:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for (page, method, place), row in _rows():
        for before in ("case_move ", "api_case_"):
            if page.startswith(before) and method == "POST":
                found[f"{page.removeprefix(before)} {place}"].append(row)
    assert len(found) == 2 * len(Move)
    assert {name for name, rows in found.items() if rows[0] != rows[1]} == set()


def test_the_moves_open_to_those_whom_the_one_table_names() -> None:
    wrong = [
        (page, role)
        for (page, _method, place), row in _rows()
        for role in Role.values
        if page.startswith("api_case_") and place == OWN and not page.endswith("undo")
        if (row[role] == YES) != (Move(page.removeprefix("api_case_")) in access.MOVES[role])
    ]
    assert wrong == []


# --- The admin -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [who for who in WHO if who != "superuser"])
def test_no_address_of_the_admin_opens_without_staff(world: World, who: str) -> None:
    browser = world.browsers[who]
    counted = 0
    for namespace, one in patterns(get_resolver().url_patterns):
        if namespace != "admin" or one.name in {None, "logout", "login", "jsi18n"}:
            continue
        values = {"app_label": "cases", "content_type_id": 1, "url": "x"}
        given = {name: values.get(name, "1") for name in one.pattern.converters}
        if one.name == "app_list":
            given = {"app_label": "cases"}
        unnamed = ["1"] * (one.pattern.regex.groups - len(given))
        address = reverse(f"admin:{one.name}", args=unnamed) if unnamed else reverse(f"admin:{one.name}", kwargs=given)
        for method in (browser.get, browser.post):
            answer = method(address)
            assert answer.status_code in {302, 403, 404}
            if answer.status_code == 302:
                assert answer.headers["Location"].startswith(("/admin/login/", "/sign-in/"))
        counted += 1
    assert counted > 50


# --- Every move, from every status, by every role ----------------------------------------------------------


@pytest.mark.parametrize("role", Role.values)
def test_a_move_is_made_by_its_roles_from_its_statuses_and_refused_otherwise(world: World, role: str) -> None:
    actor = world.officers[role]
    assert actor is not None
    case, other = world.case_at(world.here), world.case_at(world.here)
    fields = {**_fields(world), Move.JOIN: {"to": other.reference}}
    wrong = []
    for status in Status:
        set_status(case, status, world.make_case)
        Case.objects.filter(pk=case.pk).update(joined_to=other if status == Status.DUPLICATE else None)
        for move in set(Move) - {Move.UNDO}:  # whoever made a move takes it back: tests/cases/test_undoing.py
            refused = _refusal(move, case, actor, fields.get(move, {}))
            if move not in access.MOVES[role]:
                right = refused == "not_permitted"
            elif allowed(move, status, case.review_reason):
                right = refused in {"", "invalid"}  # what a form lacks is asked after who asks
            else:
                right = refused == "not_allowed"
            wrong += [] if right else [(status.value, move.value, refused)]
    assert wrong == []


def _fields(world: World) -> dict[Move, dict[str, Any]]:
    """What a move needs beside a note."""
    return {
        Move.HAND_OVER: {"to": world.officer_at(world.here)},
        Move.TRANSFER: {"district": world.map.raipur},
        Move.PLACE: {"district": world.map.bilaspur, "block": world.map.kota, "place": None, "place_text": ""},
        Move.RESOLVE: {"outcome": "helped"},
        Move.DISMISS: {"kind": "news"},
        Move.CORRECT: {"need": Need.objects.get(pk="oxygen"), "urgency": "high"},
        Move.CALL: {"result": "no_answer"},
        Move.SUPPLY: {"supplies": {}},
    }


def _refusal(move: Move, case: Case, actor: Officer, fields: dict[str, Any]) -> str:
    """The code of the refusal; '' where the move was made, which is undone."""
    with transaction.atomic():
        try:
            perform(move, case_id=case.pk, actor=actor, note="Seen and done.", **fields)
        except MoveRefused as refused:
            return refused.code
        finally:
            transaction.set_rollback(True)
    return ""
