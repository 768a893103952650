"""The tree is the journey: imports only point up it, and the doors never import each other (DESIGN, section 2)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = ("helpdesk", "districts", "cases")

# A stage imports what stands before it in this order, never what stands after it.
STAGES = [
    "districts",
    "cases.core",  # models, workflow, access and the other modules directly in cases/
    "cases.understanding",
    "cases.routing",
    "cases.journey",  # pipeline and actions: the stages put together
    "cases.intake",
    "cases.escalation",
    "cases.notify",
    "cases.doors",
]
DOORS = {"work", "consult", "reports", "public", "api"}
# Modules directly in cases/ that put the stages together.
JOURNEY = {
    *("pipeline", "actions", "step", "reviewing", "splitting", "asking", "consent", "offers"),
    *("drafts", "opening", "joining", "replies", "gate", "aliases"),
    *("telling", "requester_notices", "deskwork", "photos", "feedback", "consulting", "missed_calls"),
    *("undoing", "public_words", "red_flags", "returning", "follow_ups"),
}
# Imports inside functions dodge cycles; each that stays has its reason here.
INSIDE_FUNCTIONS = {
    "manage.py": "Django's own way: a missing Django must be said in its words",
    "helpdesk/celery.py": "settings are complete only when the application is finalised",
}


def modules() -> list[Path]:
    """Every module of the project but migrations."""
    paths = [path for name in PROJECT for path in sorted((ROOT / name).rglob("*.py"))]
    return [path for path in paths if "migrations" not in path.parts] + [ROOT / "manage.py"]


def dotted(path: Path) -> str:
    """The module's name."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[tuple[str, ast.stmt]]:
    """Each module (or name in a module) that is imported anywhere in the file, with the statement."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            yield from ((f"{node.module}.{alias.name}", node) for alias in node.names)


def stage(name: str) -> str:
    """Which stage a dotted name belongs to; '' for what is no part of the journey."""
    first, _, rest = name.partition(".")
    if first == "districts":
        return "districts"
    if first != "cases":
        return ""
    part = rest.split(".")[0]
    if part in DOORS:
        return "cases.doors"
    if part in JOURNEY:
        return "cases.journey"
    return f"cases.{part}" if f"cases.{part}" in STAGES else "cases.core"


def faults(path: Path) -> Iterator[str]:
    """What this module imports and should not."""
    own = dotted(path)
    for name, node in imports(path):
        where = f"{path.relative_to(ROOT)}:{node.lineno} imports {name}"
        if stage(own) and stage(name) and STAGES.index(stage(name)) > STAGES.index(stage(own)):
            yield f"{where}, which stands later in the journey"
        if stage(own) == stage(name) == "cases.doors" and own.split(".")[1] != name.split(".")[1]:
            yield f"{where}: doors never import each other"


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_imports_point_up_the_journey(path: Path) -> None:
    assert list(faults(path)) == []


def test_understanding_knows_no_database() -> None:
    forbidden = ("django.db", "cases.models", "districts.models", "django.contrib")
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} imports {name}"
        for path in modules()
        if dotted(path).startswith("cases.understanding") and "management" not in path.parts
        for name, node in imports(path)
        if name.startswith(forbidden)
    ]
    assert found == []


def test_districts_know_nothing_of_cases() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules()
        if dotted(path).startswith("districts")
        for name, node in imports(path)
        if name.split(".")[0] == "cases"
    ]
    assert found == []


def test_no_module_imports_the_tests() -> None:
    found = [dotted(path) for path in modules() for name, _ in imports(path) if name.split(".")[0] == "tests"]
    assert found == []


def test_nothing_is_imported_inside_a_function_without_a_reason() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in modules()
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert found == set(INSIDE_FUNCTIONS)


def test_a_later_stage_and_another_door_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    for name, text in {
        "cases/routing/choice.py": "from cases.notify.outbox import send_due",
        "cases/work/views.py": "from cases.public.views import home",
        "cases/models/case.py": "import cases.actions",
        "cases/api/views.py": "from cases.actions import perform\nfrom cases.api.forms import Form",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    noticed = {name for name in tmp_path.rglob("*.py") if list(faults(name))}
    assert {path.relative_to(tmp_path).parts[1] for path in noticed} == {"routing", "work", "models"}
