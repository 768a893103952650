"""The Hindi catalogue against the code it speaks for, and the words officers and citizens really see."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.test import Client
from django.utils.translation import ngettext, override

from cases.models import Case
from cases.work.case_words import REASONS
from districts.models import Place
from tests.conftest import Cast, Map

ROOT = Path(__file__).parents[1]
CATALOGUE = Path("locale", "hi", "LC_MESSAGES", "django.po")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
# As in `make messages`, which also takes out the date of the run.
COLLECT = ("makemessages", "--locale", "hi", "--no-location", "--no-wrap", "--no-obsolete", "--verbosity", "0")

CaseMaker = Callable[..., Case]


def _entries(path: Path) -> str:
    """The catalogue without the date that gettext stamps on it."""
    return re.sub(r'"POT-Creation-Date.*\n', "", path.read_text(encoding="utf-8"))


@pytest.mark.skipif(not shutil.which("xgettext"), reason="GNU gettext is not installed: apt-get install gettext")
def test_collecting_the_strings_again_changes_nothing(tmp_path: Path) -> None:
    for name in ("helpdesk", "districts", "cases", "locale"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    shutil.copy(ROOT / "manage.py", tmp_path)
    environment = os.environ | {"DATA_DIR": str(tmp_path / "var")}
    subprocess.run([sys.executable, "manage.py", *COLLECT], cwd=tmp_path, env=environment, check=True)
    assert _entries(tmp_path / CATALOGUE) == _entries(ROOT / CATALOGUE)


def test_both_plural_forms_keep_their_placeholders() -> None:
    with (ROOT / CATALOGUE).open("rb") as file:
        plurals = [message for message in read_po(file) if message.pluralizable]
    wrong = [
        message.id
        for message in plurals
        if any(set(PLACEHOLDER.findall(form)) - set(PLACEHOLDER.findall(message.id[1])) for form in message.string)
        or set(PLACEHOLDER.findall(message.id[1])) - set(PLACEHOLDER.findall(message.string[1]))
    ]
    assert plurals
    assert wrong == []


def test_hindi_counts_one_and_many() -> None:
    def counted(number: int) -> str:
        one, many = "%(number)s earlier case of this number", "%(number)s earlier cases of this number"
        return ngettext(one, many, number) % {"number": number}

    with override("hi"):
        assert counted(1) == "इस नंबर का 1 पुराना मामला"
        assert counted(2) == "इस नंबर के 2 पुराने मामले"


@pytest.mark.django_db
def test_the_sign_in_page_speaks_hindi(client: Client) -> None:
    page = client.get("/sign-in/", headers={"accept-language": "hi"}).content.decode()
    for words in ("लॉगिन का नाम", "पासवर्ड", "लॉगिन करें"):
        assert words in page
    assert "कूटशब्द" not in page


def test_a_case_names_people_and_places_in_the_readers_script(
    client: Client, cast: Cast, small_map: Map, make_case: CaseMaker
) -> None:
    cast.meena.name_hi = "मीना साहू"
    cast.meena.save()
    case = make_case(officer=cast.meena, place=Place.objects.get(name="Tifra"), place_text="Tifra")
    client.force_login(cast.meena)
    hindi, english = (
        client.get(f"/cases/{case.reference}/", headers={"accept-language": language}).content.decode()
        for language in ("hi", "en")
    )
    for native, latin in (("मीना साहू", str(cast.meena)), ("तिफरा", "Tifra"), ("बिलासपुर", "Bilaspur")):
        assert native in hindi
        assert f">{latin}" not in hindi
        assert latin in english
        assert f">{native}" not in english


def test_a_place_told_in_other_words_is_shown_as_told(cast: Cast, small_map: Map, make_case: CaseMaker) -> None:
    tifra = Place.objects.get(name="Tifra")
    with override("hi"):
        assert make_case(place=tifra, place_text="Tifra, behind the temple").place_label == "Tifra, behind the temple"
        assert make_case(place=tifra, place_text="Tifra").place_label == "तिफरा"
        assert make_case(place=None, place_text="Bilaspur").place_label == ""
        assert make_case(place=None, place_text="बिल्हा").place_label == ""
    with override("en"):
        assert make_case(place=tifra, place_text="तिफरा").place_label == "Tifra"


@pytest.mark.parametrize("tag", REASONS)
def test_what_a_mark_means_is_said_in_hindi(tag: str) -> None:
    with override("hi"):
        assert not re.search("[A-Za-z]{3}", str(REASONS[tag]))
