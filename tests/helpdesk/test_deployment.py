"""The files of a deployment agree with the code: .env.example, docker-compose.yml, Dockerfile."""

import ast
import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

ROOT = Path(__file__).parents[2]
KINDS = ("str", "bool", "int", "float", "list", "json")
COMPOSE_ONLY = {"POSTGRES_PASSWORD", "WEB_PORT"}


def _read_by_settings() -> set[str]:
    """The variables settings.py asks for: env.kind("NAME", ...) and _required("NAME", ...)."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / "helpdesk" / "settings.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func)
            if called in {f"env.{kind}" for kind in KINDS} or called == "_required":
                found.add(node.args[0].value)
    return found


def _described() -> dict[str, str]:
    """Each variable of .env.example with the comment lines above it."""
    described: dict[str, str] = {}
    comment = ""
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines():
        if named := re.fullmatch(r"#? ?([A-Z_]+)=(.*)", line):
            described[named[1]] = comment
        else:
            comment = line.removeprefix("#").strip()
    return described


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    """The services of docker-compose.yml, anchors resolved."""
    found: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return found


def test_every_variable_of_the_settings_is_described_and_no_other() -> None:
    assert len(_read_by_settings()) > 20
    assert set(_described()) == _read_by_settings() | COMPOSE_ONLY


def test_every_description_says_something() -> None:
    assert [name for name, comment in _described().items() if len(comment) < 12] == []


def test_nothing_is_set_in_the_example() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []


def test_no_other_module_reads_the_environment() -> None:
    readers = re.compile(r"os\.environ\b(?!\.setdefault\(\"DJANGO_SETTINGS_MODULE\")|os\.getenv")
    allowed = {"helpdesk/settings.py", "helpdesk/supervisor/child.py"}  # the child passes its own environment on
    folders = [ROOT / name for name in ("helpdesk", "districts", "cases")]
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in folder.rglob("*.py")
        if readers.search(path.read_text(encoding="utf-8"))
    }
    assert found <= allowed


def test_compose_has_every_process_of_the_journey(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == {"postgres", "redis", "prepare", "web", "worker", "beat"}


@pytest.mark.parametrize("name", ["postgres", "redis", "web", "worker", "beat"])
def test_every_lasting_service_has_a_health_check_and_restarts(services: dict[str, dict[str, Any]], name: str) -> None:
    assert services[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert services[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_processes_wait_for_the_set_up_and_run_in_production(services: dict[str, dict[str, Any]], name: str) -> None:
    service = services[name]
    assert service["depends_on"]["prepare"]["condition"] == "service_completed_successfully"
    assert service["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert service["depends_on"]["redis"]["condition"] == "service_healthy"
    assert service["environment"]["SAHAYATA_MODE"] == "production"
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_worker_can_be_scaled(services: dict[str, dict[str, Any]]) -> None:
    assert not {"container_name", "ports", "volumes"} & set(services["worker"])


def test_redis_and_postgres_keep_their_files_and_are_not_reached_from_outside(services: dict[str, Any]) -> None:
    assert "--appendonly" in services["redis"]["command"]
    for name in ("redis", "postgres"):
        assert services[name]["volumes"]
        assert "ports" not in services[name]
    assert services["web"]["ports"][0].startswith("127.0.0.1:")


def test_no_secret_stands_in_the_compose_file() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    assert "POSTGRES_PASSWORD: $" in text
    assert not re.search(r"(PASSWORD|SECRET_KEY|CREDENTIAL_KEYS|token): +[^\s$]", text)


def test_commands_name_modules_that_exist(services: dict[str, dict[str, Any]]) -> None:
    for name in ("worker", "beat"):
        command = services[name]["command"]
        assert command[0] == "celery"
        assert importlib.util.find_spec(f"{command[command.index('--app') + 1]}.celery")
    prepare = services["prepare"]["command"]
    assert (ROOT / prepare[1]).exists()
    assert prepare[2] in get_commands()
    assert (ROOT / services["web"]["healthcheck"]["test"][2]).exists()


def test_the_image_is_built_in_stages_runs_as_nobody_in_particular_and_is_checked() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert sum(line.startswith("FROM ") for line in lines) == 2
    last_stage = lines[max(number for number, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert "USER sahayata" in last_stage
    assert any(line.startswith("HEALTHCHECK") for line in last_stage)
    application = re.search(r'"gunicorn", "([\w.]+):application"', "\n".join(last_stage))
    assert application is not None
    assert importlib.util.find_spec(application[1])


def test_the_image_leaves_secrets_and_data_out() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".env", "var", ".git", ".venv"} <= set(ignored)
