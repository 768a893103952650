"""Settings refuse to start when unsafe, and say why."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAFE = {
    "SAHAYATA_MODE": "production",
    "SECRET_KEY": "Zk3v9QxW1rT7yUe5oPa8sDf2gHj6kLm4nBc0vXz-abcdefghijk",
    "CREDENTIAL_KEYS": "Qp7mN2bV5cX8zL1k",
    "ALLOWED_HOSTS": "helpdesk.example",
    "DATABASE_URL": "postgres://nobody@127.0.0.1/nothing",
    "REDIS_URL": "redis://127.0.0.1/0",
}
SHOW = "import helpdesk.settings as s; print(s.{})"


def _load(folder: Path, show: str = "MODE", **given: str | None) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of their own; None takes a variable away."""
    passed = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "HOME"}}
    passed |= {"DATA_DIR": str(folder)} | {name: value for name, value in given.items() if value is not None}
    command = [sys.executable, "-c", SHOW.format(show)]
    return subprocess.run(command, cwd=ROOT, env=passed, capture_output=True, text=True, check=False)


def test_complete_production_settings_start(tmp_path: Path) -> None:
    loaded = _load(tmp_path, **SAFE)
    assert loaded.stdout.strip() == "production", loaded.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "CREDENTIAL_KEYS", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"])
def test_production_needs_each_of_these(tmp_path: Path, name: str) -> None:
    loaded = _load(tmp_path, **(SAFE | {name: None}))
    assert loaded.returncode != 0
    assert f"ImproperlyConfigured: {name} must" in loaded.stderr


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY is too weak"),
        ("SECRET_KEY", "a" * 64, "SECRET_KEY is too weak"),
        ("DEBUG", "on", "DEBUG must be off"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS must name"),
        ("ALLOWED_HOSTS", "helpdesk.example,*", "ALLOWED_HOSTS must name"),
        ("DATABASE_URL", "sqlite:////tmp/helpdesk.sqlite3", "must name a PostgreSQL server"),
        ("SAHAYATA_MODE", "prod", "SAHAYATA_MODE must be"),
    ],
)
def test_production_refuses_what_is_unsafe(tmp_path: Path, name: str, value: str, why: str) -> None:
    loaded = _load(tmp_path, **(SAFE | {name: value}))
    assert loaded.returncode != 0
    assert why in loaded.stderr


def test_links_lead_to_the_sites_own_name_in_production(tmp_path: Path) -> None:
    assert _load(tmp_path, "SITE_URL", **SAFE).stdout.strip() == "https://helpdesk.example"
    given = SAFE | {"SITE_URL": "https://help.example/"}
    assert _load(tmp_path, "SITE_URL", **given).stdout.strip() == "https://help.example"


def test_a_refusal_does_not_show_the_secret(tmp_path: Path) -> None:
    loaded = _load(tmp_path, **(SAFE | {"SECRET_KEY": "hunter2hunter2"}))
    assert "hunter2" not in loaded.stderr


def test_embedded_mode_needs_nothing_and_keeps_its_secret_private(tmp_path: Path) -> None:
    first = _load(tmp_path, "SECRET_KEY")
    assert first.returncode == 0, first.stderr
    assert len(first.stdout.strip()) > 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert _load(tmp_path, "SECRET_KEY").stdout == first.stdout


@pytest.mark.parametrize(
    ("given", "simulated"),
    [
        ({}, "True"),
        ({"X_API_URL": ""}, "True"),
        ({"X_API_URL": "https://api.x.com"}, "False"),
        ({"X_CREDENTIALS": '{"BilaspurDist": {"bearer_token": "t"}}'}, "False"),
        (SAFE, "False"),
    ],
)
def test_x_is_simulated_only_where_nobody_named_the_real_one(
    tmp_path: Path, given: dict[str, str], simulated: str
) -> None:
    assert _load(tmp_path, "X_SIMULATED", **given).stdout.strip() == simulated


def test_a_long_data_folder_gets_a_socket_the_kernel_accepts(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 60) / ("y" * 60)
    path = _load(deep, "REDIS_SOCKET").stdout.strip()
    assert path.endswith("redis.sock")
    assert len(path.encode()) < 100


def test_cookies_and_transport_are_safe_in_production(tmp_path: Path) -> None:
    shown = "SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0"
    assert _load(tmp_path, shown, **SAFE).stdout.strip() == "True True True True"


@pytest.mark.parametrize(
    ("broker", "cache"),
    [
        ("redis://r:6379/0", "redis://r:6379/1"),
        ("redis://r:6379", "redis://r:6379/1"),
        ("rediss://:p@r/3", "rediss://:p@r/4"),
    ],
)
def test_the_cache_has_a_database_of_its_own_beside_the_queue(tmp_path: Path, broker: str, cache: str) -> None:
    loaded = _load(tmp_path, 'CACHES["default"]["LOCATION"]', **(SAFE | {"REDIS_URL": broker}))
    assert loaded.stdout.strip() == cache, loaded.stderr
