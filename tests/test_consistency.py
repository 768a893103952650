"""House rules that no linter knows, checked over the whole repository."""

import ast
import csv
import importlib.util
import os
import re
import statistics
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.db import connection
from django.template.base import Lexer, TokenType
from django.utils.translation.template import templatize

from cases.models import Need
from cases.workflow import Outcome, Status, Urgency
from districts.models import Role
from helpdesk.celery import app

ROOT = Path(__file__).parents[1]
LEFT_OUT = {".git", ".venv", "var", "node_modules", "test-artifacts", "staticfiles", "__pycache__"}
TEXTS = {
    ".py",
    ".html",
    ".txt",
    ".css",
    ".js",
    ".md",
    ".toml",
    ".yml",
    ".json",
    ".jsonl",
    ".csv",
    ".po",
    ".in",
    ".svg",
    "",
}
CATALOGUE = ROOT / "locale" / "hi" / "LC_MESSAGES" / "django.po"
LONGEST_FILE, LONGEST_FUNCTION, MEDIAN_FUNCTION, LONGEST_LINE = 400, 60, 8, 1000
FORBIDDEN_NAMES = {"data", "info", "utils", "helpers", "util", "helper", "misc", "common"}
# Names and units that are the same in every language, and the signs between them.
NOT_WORDS = {"SpO2", "SpO₂", "JavaScript", "n"}
SHOWN_ATTRIBUTES = {"title", "alt", "placeholder", "aria-label", "aria-description"}


@cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """The repository's files with these suffixes ('' for none)."""
    found = []
    for entry in sorted(ROOT.iterdir()):
        if entry.name in LEFT_OUT or (entry.is_dir() and entry.name.endswith("_cache")) or entry.name == ".hypothesis":
            continue
        found += [entry] if entry.is_file() else [path for path in sorted(entry.rglob("*")) if path.is_file()]
    return tuple(path for path in found if path.suffix in suffixes and not LEFT_OUT & set(path.parts))


def sources() -> list[Path]:
    """Python written by hand."""
    return [path for path in files(".py") if "migrations" not in path.parts]


@cache
def tree(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def shown(path: Path) -> str:
    """The path as people write it."""
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, decorators apart."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


# --- Size and names ------------------------------------------------------------------------------


def test_every_module_says_its_place_in_one_line() -> None:
    silent = [shown(path) for path in sources() if path.read_text().strip() and not ast.get_docstring(tree(path))]
    assert silent == []


def test_no_file_is_too_long() -> None:
    written = [*sources(), *files(".html", ".js")]
    lengths = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in written}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_too_long() -> None:
    lengths = {f"{shown(path)}:{node.name}": length(node) for path in sources() for node in functions(path)}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_most_functions_are_short() -> None:
    project = [path for path in sources() if path.relative_to(ROOT).parts[0] in {"helpdesk", "districts", "cases"}]
    assert statistics.median(length(node) for path in project for node in functions(path)) <= MEDIAN_FUNCTION


def test_nothing_is_called_data_info_utils_or_helpers() -> None:
    found = [shown(path) for path in sources() if path.stem in FORBIDDEN_NAMES]
    found += [
        f"{shown(path)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name.lower().strip("_") in FORBIDDEN_NAMES
    ]
    assert found == []


def test_case_is_always_our_case() -> None:
    found = [
        f"{shown(path)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and node.module == "django.db.models"
        and "Case" in {alias.name for alias in node.names if alias.asname is None}
    ]
    assert found == []


# --- What may not stand in any file ----------------------------------------------------------------


def _lines_with(pattern: str, suffixes: set[str]) -> list[str]:
    wanted = re.compile(pattern)
    return [
        f"{shown(path)}:{number}"
        for path in files(*suffixes)
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if wanted.search(line)
    ]


def test_nothing_is_left_to_do() -> None:
    assert _lines_with(r"(#|//|<!--|/\*|\{#).*\b(TODO|FIXME|XXX|HACK)\b", TEXTS - {".jsonl", ".csv"}) == []


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    assert _lines_with(r"(?<![\w.])/(work|root|home/\w+|Users)/", TEXTS) == []


def test_third_party_code_is_installed_and_never_copied_in() -> None:
    found = [shown(path) for path in files(".js", ".css", ".map", ".woff2") if ".min." in path.name]
    found += [
        shown(path)
        for path in files(".js", ".css")
        if max(map(len, path.read_text(encoding="utf-8").splitlines()), default=0) > LONGEST_LINE
    ]
    assert found == []


def test_requirements_are_pinned_and_every_top_level_one_is_there() -> None:
    for name in ("requirements", "requirements-dev"):
        pinned = set(re.findall(r"^([\w.-]+)==", (ROOT / f"{name}.txt").read_text(), re.MULTILINE))
        wanted = set(re.findall(r"^([\w-]+)", (ROOT / f"{name}.in").read_text(), re.MULTILINE))
        assert {part.lower().replace("_", "-") for part in wanted if not part.startswith("-")} <= pinned


# --- Tasks -------------------------------------------------------------------------------------------


def _task_names() -> Iterator[tuple[str, str]]:
    for path in sources():
        for node in ast.walk(tree(path)):
            named = isinstance(node, ast.Call) and ast.unparse(node.func).endswith("after_commit") and node.args
            if named and isinstance(node.args[0], ast.Constant) and "tests" not in path.parts:
                yield node.args[0].value, shown(path)
    for entry in app.conf.beat_schedule.values():
        yield entry["task"], "helpdesk/celery.py"


def test_every_task_that_is_named_is_a_task() -> None:
    app.loader.import_default_modules()
    assert [(name, where) for name, where in _task_names() if name not in app.tasks] == []


# --- Languages ---------------------------------------------------------------------------------------


class _Shown(HTMLParser):
    """Collects what a reader sees (or hears) of a page, save what says that it is in one language on purpose."""

    VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "use", "wbr"}

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Attributes that are read out count."""
        given = dict(attrs)
        apart = tag in {"script", "style"} or (tag != "html" and "lang" in given) or given.get("aria-hidden") == "true"
        if not apart:
            self.words += [value or "" for name, value in attrs if name in SHOWN_ATTRIBUTES]
        if tag not in self.VOID:
            self._open.append((tag, apart))

    def handle_endtag(self, tag: str) -> None:
        """Back to what stands around it; a tag that another branch of the template opened is passed over."""
        if tag in {name for name, _ in self._open}:
            while self._open.pop()[0] != tag:
                continue

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        if not any(apart for _, apart in self._open):
            self.words.append(data)


def untranslated(template: str) -> list[str]:
    """The words of a template that stand outside of translate and blocktranslate."""
    bare, inside = [], False
    for token in Lexer(template).tokenize():
        if token.token_type is TokenType.BLOCK:
            first, *rest = token.contents.split()
            opens = first in {"blocktranslate", "comment"} or (first == "block" and rest[0] in {"body_class", "theme"})
            inside = opens or (inside and not first.startswith("end"))
        elif token.token_type is TokenType.TEXT and not inside:
            bare.append(token.contents)
    page = _Shown()
    page.feed("".join(bare))
    # Latin letters: Hindi stands in templates only where it names itself, as the switch of languages does.
    words = [word for text in page.words for word in re.findall(r"[A-Za-z][\w₂]*", text)]
    return [word for word in words if word not in NOT_WORDS and not word.isupper()]


# Shown when nothing works, the translations neither: they speak both languages at once.
BOTH_LANGUAGES = ("400.html", "500.html")


@pytest.mark.parametrize("name", BOTH_LANGUAGES)
def test_the_last_resort_pages_speak_both_languages(name: str) -> None:
    text = (ROOT / "helpdesk" / "templates" / name).read_text(encoding="utf-8")
    assert 'lang="hi"' in text
    assert 'lang="en"' in text


@pytest.mark.parametrize("path", [path for path in files(".html") if path.name not in BOTH_LANGUAGES], ids=shown)
def test_every_word_of_a_template_can_be_translated(path: Path) -> None:
    assert untranslated(path.read_text(encoding="utf-8")) == []


def test_a_bare_word_in_a_template_is_noticed() -> None:
    assert untranslated('<p title="Close">{% translate "Yes" %} maybe {{ name }}</p>') == ["Close", "maybe"]
    assert untranslated('<br><b lang="en">Only English</b> maybe') == ["maybe"]
    assert untranslated("{% blocktranslate %}Hello {{ you }}{% endblocktranslate %}<script>var a;</script>") == []


Key = tuple[str, str]  # context ('' for none) and the English string


def _first(text: str | tuple[str, ...]) -> str:
    """The singular, which names the entry."""
    return text if isinstance(text, str) else text[0]


def _catalogue() -> dict[Key, Message]:
    with CATALOGUE.open("rb") as file:
        return {(message.context or "", _first(message.id)): message for message in read_po(file) if message.id}


def _keywords() -> dict[str, Any]:
    """What gettext's own names take: one string, singular and plural, or a context before them."""
    taken: dict[str, Any] = dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"))
    taken |= dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2))
    taken |= dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2))
    return taken | dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3))


def _used() -> Iterator[tuple[Key, str]]:
    """Each string that code and templates give to gettext, and where."""
    for path in [*sources(), *files(".html", ".txt")]:
        inside = path.relative_to(ROOT).parts
        if inside[0] not in {"helpdesk", "districts", "cases"} or (path.suffix == ".txt" and "templates" not in inside):
            continue
        text = path.read_text(encoding="utf-8")
        code = text if path.suffix == ".py" else "\n".join(line.strip() for line in templatize(text).splitlines())
        for _, found, _, context in extract("python", BytesIO(code.encode()), keywords=_keywords()):
            yield (context or "", _first(found)), shown(path)


def test_strings_are_found_in_code_and_in_templates() -> None:
    used = {key for key, _ in _used()}
    assert ("status", "Solved") in used
    assert len(used) > 100


@pytest.mark.parametrize("path", files(".py"), ids=shown)
def test_no_string_to_translate_stands_in_an_f_string(path: Path) -> None:
    """The collector of strings does not look into them: the string would stay English."""
    marked = {"_", "gettext", "ngettext", "pgettext", "npgettext", "gettext_lazy"}
    calls = (
        call
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
    )
    assert [call.lineno for call in calls if call.func.id in marked] == []


@pytest.mark.skipif(not CATALOGUE.exists(), reason="the Hindi catalogue is not written yet")
def test_the_hindi_catalogue_is_whole() -> None:
    catalogue = _catalogue()
    assert [key for key, message in catalogue.items() if message.fuzzy] == []
    assert [key for key, message in catalogue.items() if not _is_filled(message.string)] == []
    assert sorted({(key, where) for key, where in _used() if key not in catalogue}) == []


@pytest.mark.skipif(not CATALOGUE.exists(), reason="the Hindi catalogue is not written yet")
def test_translations_keep_their_placeholders() -> None:
    placeholder = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
    wrong = [
        key
        for key, message in _catalogue().items()
        if isinstance(message.string, str)
        and sorted(placeholder.findall(message.string)) != sorted(placeholder.findall(_first(message.id)))
    ]
    assert wrong == []


def _is_filled(translation: str | tuple[str, ...]) -> bool:
    return all(translation) if isinstance(translation, tuple) else bool(translation)


# --- Tables that officers read and correct ---------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("path", [path for path in files(".csv") if "tests" in path.relative_to(ROOT).parts], ids=shown)
def test_tables_of_the_tests_use_names_that_exist(path: Path) -> None:
    known = {
        "status": set(Status.values),
        "urgency": set(Urgency.values),
        "outcome": set(Outcome.values),
        "role": set(Role.values),
        "need": set(Need.objects.values_list("code", flat=True)),
    }
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert None not in rows[0], "a row is longer than the line of names"
    wrong = [
        f"line {number}: {column} {part!r}"
        for number, row in enumerate(rows, 2)
        for column, names in known.items()
        for part in (row.get(column) or "").split()
        if part not in names
    ]
    assert wrong == []


def test_every_management_command_can_be_imported() -> None:
    for path in sources():
        if path.parent.name == "commands" and path.stem != "__init__":
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            spec = importlib.util.find_spec(name)
            assert spec is not None


def test_the_suite_runs_on_the_database_that_it_was_given() -> None:
    wanted = "postgresql" if os.environ.get("TEST_DATABASE_URL") else "sqlite"
    assert connection.vendor == wanted
