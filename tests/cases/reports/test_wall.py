"""/wall/: what burns now, for the control room's screen, without anybody's name or number."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from cases.models import Case
from cases.reports import rollups, wall
from cases.reports.scopes import Scope, scopes_of
from cases.workflow import Status
from tests.cases.reports.conftest import NOW
from tests.conftest import CaseMaker, Cast, Map

WALL = "/wall/"


@pytest.fixture
def screen(evening: None, client: Client, cast: Cast) -> Client:
    """The control room's, signed in as the operator."""
    client.force_login(cast.operator)
    return client


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("who", "code"),
    [("operator", 200), ("sunita", 200), ("collector", 200), ("auditor", 200), ("state_admin", 200), ("meena", 403),
     ("doctor", 403)],
)  # fmt: skip
def test_the_wall_is_for_the_control_room(client: Client, cast: Cast, who: str, code: int) -> None:
    client.force_login(getattr(cast, who))
    assert client.get(WALL).status_code == code


def test_each_block_has_a_light_and_the_latest_stand_first(screen: Client, golden_day: list[Case], cast: Cast) -> None:
    drawn = wall.draw_up(scopes_of(cast.collector)[0], NOW)
    assert [(light.scope.name, light.state, light.late, light.soon, light.open) for light in drawn.lights] == [
        ("Kota", "late", 2, 1, 3),
        ("Bilha", "late", 1, 0, 1),
        ("Block not known", "due", 0, 1, 1),
        ("Masturi", "solved", 0, 0, 0),
        ("Takhatpur", "solved", 0, 0, 0),
    ]
    assert (drawn.open, drawn.late, drawn.unanswered) == (5, 3, 4)


def test_the_longest_waiting_stand_first_by_reference_need_and_block(screen: Client, golden_day: list[Case]) -> None:
    page = words(screen.get(WALL))
    ninth, fourth = golden_day[8].reference, golden_day[3].reference
    assert page.index(ninth) < page.index(fourth)
    assert "Hospital bed, Kota" in page


def test_nobodys_name_number_or_words_are_on_the_wall(screen: Client, golden_day: list[Case]) -> None:
    page = words(screen.get(WALL))
    for case in golden_day:
        for number in case.requester.phones.values_list("number", flat=True):
            assert number not in page
            assert number[-4:] not in page.replace(case.reference, "")
        assert case.requester.name not in page
        assert case.excerpt not in page


def test_what_was_solved_last_stands_with_how_long_it_took(screen: Client, golden_day: list[Case]) -> None:
    page = words(screen.get(WALL))
    last = golden_day[12]
    assert page.index("Solved last") < page.index(last.reference)


def test_the_screen_fetches_only_what_moves(screen: Client, golden_day: list[Case]) -> None:
    whole, part = screen.get(WALL), screen.get(WALL, headers={"HX-Request": "true"})
    assert b"<html" in whole.content
    assert part.content.lstrip().startswith(b'<div class="wall__body"')


@pytest.mark.parametrize(("place", "code"), [("d375", 200), ("b3604", 200), ("d387", 404), ("banana", 404)])
def test_a_wall_is_of_ones_own_place(screen: Client, golden_day: list[Case], place: str, code: int) -> None:
    assert screen.get(f"{WALL}?place={place}").status_code == code


def test_a_calm_district_says_so(screen: Client) -> None:
    rollups.catch_up(NOW)
    page = words(screen.get(WALL))
    assert "Nobody waits." in page
    assert "calm" in page


def test_many_calm_places_are_counted_and_not_named(
    make_case: CaseMaker, evening: None, cast: Cast, monkeypatch: Any
) -> None:
    monkeypatch.setattr(wall, "MOST_LIGHTS", 3)
    make_case(at=NOW - timedelta(hours=1), officer=cast.meena, status=Status.ASSIGNED)
    drawn = wall.draw_up(scopes_of(cast.collector)[0], NOW)
    assert [light.scope.name for light in drawn.lights] == ["Bilha"]
    assert drawn.calm == 3


def test_what_burns_and_finds_no_room_is_not_called_calm(
    screen: Client, golden_day: list[Case], cast: Cast, monkeypatch: Any
) -> None:
    monkeypatch.setattr(wall, "MOST_LIGHTS", 2)  # three of five places burn
    drawn = wall.draw_up(scopes_of(cast.collector)[0], NOW)
    assert (len(drawn.lights), drawn.unshown, drawn.calm) == (2, 1, 2)
    page = words(screen.get(WALL))
    assert "1 more place is late or due." in page
    assert "2 more places are calm." in page


@pytest.mark.parametrize("cases", [0, 20])
def test_the_wall_costs_the_same_however_much_burns(
    screen: Client,
    golden_day: list[Case],
    cast: Cast,
    make_case: CaseMaker,
    cases: int,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(cases):
        make_case(at=NOW - timedelta(minutes=number), officer=cast.anil)
    rollups.catch_up(NOW)
    with django_assert_max_num_queries(13):
        screen.get(WALL)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="its plans do not depend on how many rows there are")
@pytest.mark.parametrize("level", ["", "s", "d", "b"])
def test_who_waits_longest_is_found_among_the_open_ones(cast: Cast, small_map: Map, level: str) -> None:
    area = {"s": small_map.cg.pk, "d": small_map.bilaspur.pk, "b": small_map.bilha.pk}.get(level, 0)
    open_there = Case.objects.open().filter(Scope(level, area).of_cases)
    assert "waits_idx" in open_there.order_by("opened_at", "pk")[:6].explain()
