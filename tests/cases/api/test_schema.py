"""The API's description, its page, places and needs."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from cases.models import Need
from tests.cases.api.conftest import Api
from tests.conftest import Cast, Map


def test_the_schema_is_valid_and_without_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "schema.yml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(file))
    assert "/api/v1/cases/{reference}/resolve/" in file.read_text()


@pytest.mark.django_db
def test_the_schema_is_served() -> None:
    answer = Client().get("/api/schema/")
    assert (answer.status_code, b"openapi: 3" in answer.content) == (200, True)


@pytest.mark.django_db
def test_the_docs_need_no_other_server_and_no_inline_script() -> None:
    answer = Client().get("/api/docs/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "//cdn" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert all("src=" in tag.split(">")[0] for tag in page.split("<script")[1:])
    assert "style-src 'self' 'unsafe-inline'" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"]


@pytest.mark.django_db
def test_other_pages_keep_the_strict_policy() -> None:
    assert "unsafe" not in Client().get("/api/schema/")["Content-Security-Policy"]


def test_needs_come_in_order_and_in_one_query(api: Api, cast: Cast, django_assert_num_queries: Any) -> None:
    Need.objects.filter(code="funeral").update(is_active=False)
    client = api(cast.meena)
    with django_assert_num_queries(2):  # token, needs
        codes = [need["code"] for need in client.get("/api/v1/needs/").json()]
    assert codes[:2] == ["oxygen", "ventilator"]
    assert "funeral" not in codes


def test_places_are_suggested_in_both_scripts(api: Api, cast: Cast, small_map: Map) -> None:
    for typed in ("bilh", "बिल्ह"):
        found = api(cast.meena).get("/api/v1/places/", q=typed, district=375).json()
        assert ("block", "3604", "Bilha", "बिल्हा") in [
            (place["level"], place["key"], place["label"], place["label_hi"]) for place in found
        ]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "q"), ({"q": ""}, "q"), ({"q": "x" * 101}, "q"), ({"q": "a\x00"}, "q"),
        ({"q": "a", "limit": 1000}, "limit"),
        ({"q": "a", "limit": "9" * 5000}, "limit"), ({"q": "a", "district": "Bilaspur"}, "district"),
    ],
)  # fmt: skip
def test_a_place_query_that_is_wrong_is_named(api: Api, cast: Cast, query: dict[str, Any], field: str) -> None:
    answer = api(cast.meena).get("/api/v1/places/", **query)
    assert answer.status_code == 400
    assert field in answer.json()["fields"]
