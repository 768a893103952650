"""The type-ahead of places, for people who type three letters of either script."""

import pytest
from django.urls import reverse

from cases.public import views


def suggest(client, typed, language="en", **more):
    return client.get(reverse("place_suggest"), {"q": typed, **more}, headers={"accept-language": language})


def test_a_few_letters_suggest_places_with_their_district(client, small_map):
    results = suggest(client, "bil").json()["results"]
    assert {"choice": "block:3604", "label": "Bilha", "within": "Bilaspur", "district": 375} in results


def test_devanagari_works_as_well_and_answers_in_hindi(client, small_map):
    labels = [place["label"] for place in suggest(client, "तिफ", "hi").json()["results"]]
    assert labels == ["तिफरा"]


def test_a_chosen_district_narrows_it(client, small_map):
    assert suggest(client, "dharsiwa", district="375").json()["results"] == []
    assert suggest(client, "dharsiwa", district="387").json()["results"] != []


@pytest.mark.parametrize("typed", ["", "b", "\x00", "🙏🙏", "x" * 5000, "<script>", "%", "'"])
def test_whatever_is_typed_it_answers(client, small_map, typed):
    assert suggest(client, typed).json() == {"results": []}


@pytest.mark.parametrize("district", ["x", "-1", "9" * 40, "٣"])
def test_a_district_that_is_none_is_ignored(client, small_map, district):
    assert suggest(client, "bil", district=district).status_code == 200


def test_htmx_gets_a_list(client, small_map):
    answer = client.get(reverse("place_suggest"), {"q": "tifra"}, headers={"hx-request": "true"})
    assert 'data-choice="place:locality:tifra"' in answer.content.decode()


def test_it_is_throttled(client, small_map, monkeypatch):
    monkeypatch.setattr(views, "SUGGESTIONS", views.Throttle("few", per_minute=2))
    assert [suggest(client, "bil").status_code for _ in range(3)] == [200, 200, 429]
