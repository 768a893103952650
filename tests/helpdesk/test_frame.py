"""The frame of every page: languages, the helpline, and the pages for what went wrong."""

import re
from pathlib import Path

import pytest
from django.http import HttpRequest
from django.template.loader import get_template
from django.test import Client
from django.views import defaults

ROOT = Path(__file__).parents[2]


def test_the_language_is_chosen_in_words_and_kept(client: Client, db: None) -> None:
    assert '<html lang="en"' in client.get("/sign-in/").content.decode()
    response = client.post("/language/", {"language": "hi", "next": "/sign-in/"})
    assert response.url == "/sign-in/"
    page = client.get("/sign-in/").content.decode()
    assert '<html lang="hi"' in page
    assert "English" in page


def test_the_helpline_is_on_every_page_for_citizens_and_officers(client: Client, db: None) -> None:
    assert 'href="tel:104"' in client.get("/sign-in/").content.decode()
    assert 'href="tel:104"' in client.get("/nowhere/").content.decode()


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_the_pages_for_our_own_faults_need_no_request_and_no_database(name: str) -> None:
    page = get_template(name).render()
    assert "tel:104" in page
    assert "हेल्पलाइन" in page


def test_what_is_not_open_says_whom_to_ask(db: None) -> None:
    request = HttpRequest()
    request.META["SERVER_NAME"], request.META["SERVER_PORT"] = "testserver", "80"
    page = defaults.permission_denied(request, PermissionError()).content.decode()
    assert "ask your district nodal officer" in page


def test_no_page_has_inline_styles_or_scripts() -> None:
    bad = re.compile(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", re.I)
    found = [
        str(path.relative_to(ROOT)) for path in ROOT.glob("*/**/templates/**/*.html") if bad.search(path.read_text())
    ]
    assert [path for path in found if ".venv" not in path] == []


def test_only_the_tokens_name_colours() -> None:
    colour = re.compile(r"#[0-9a-f]{3,8}\b(?=[;\s,)])", re.I)
    sheets = [path for path in (ROOT / "helpdesk/static/css").glob("*.css") if path.name != "tokens.css"]
    screen_only = {path.name: path.read_text().split("@media print")[0] for path in sheets}
    assert {name: colour.findall(text) for name, text in screen_only.items() if colour.search(text)} == {}


def luminance(colour: str) -> float:
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def palettes() -> list[dict[str, str]]:
    text = (ROOT / "helpdesk/static/css/tokens.css").read_text()
    blocks = re.findall(r":root[^{]*\{([^}]*)\}", text)
    light = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", blocks[0]))
    return [light, *(light | dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", block)) for block in blocks[1:])]


PAIRS = [
    *(
        (ink, ground)
        for ink in ("ink", "ink-soft", "accent", "late", "due", "new", "solved")
        for ground in ("paper", "surface", "sunk")
    ),
    *((state, f"{state}-soft") for state in ("late", "due", "new", "solved")),
    *(("ink", f"{state}-soft") for state in ("late", "due", "new", "solved", "accent")),
    *(("on-accent", "accent"), ("accent-strong", "accent-soft"), ("accent", "accent-soft")),
]


@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_words_stand_out_from_their_ground_in_light_and_dark(ink: str, ground: str) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1."""
    for palette in palettes():
        lighter, darker = sorted((luminance(palette[ink]), luminance(palette[ground])), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_the_two_dark_palettes_are_the_same() -> None:
    _light, by_system, by_page = palettes()
    assert by_system == by_page
