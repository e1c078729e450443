"""The Dockerfile without an engine, and the settings that the containers run with."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from callcenter import fresh_env
from callcenter.embedded.servers import INITDB

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def given(example: str) -> dict[str, str]:
    lines = [line for line in example.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def environment_of(service: str) -> dict[str, str]:
    """What the container sees once `.env` is filled in."""
    known = given(fresh_env.filled((ROOT / ".env.example").read_text(encoding="utf-8")))
    return {
        name: re.sub(r"\$\{(\w+)[^}]*\}", lambda match: known.get(match[1], ""), str(value))
        for name, value in COMPOSE["services"][service]["environment"].items()
    }


def manage(service: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **environment_of(service), **more}
    command = [sys.executable, "-W", "error::UserWarning", "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_dockerfile_keeps_the_rules_of_hadolint() -> None:
    linter = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert linter
    done = subprocess.run([linter, str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False)

    assert done.stdout + done.stderr == ""


def test_the_image_does_not_run_as_root_and_names_its_user_by_number() -> None:
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)


def test_the_image_leaves_out_what_no_process_needs() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()

    assert {".git", ".venv", ".env", "tests", "var"} <= set(ignored)


@pytest.mark.parametrize("service", ["web", "switch"])
def test_what_answers_requests_has_no_warning_of_deployment(service: str, tmp_path: Path) -> None:
    done = manage(service, "check", "--deploy", "--fail-level", "WARNING", STATIC_ROOT=str(tmp_path))

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("service", ["migrate", "worker", "worker-delivery", "worker-billing", "beat"])
def test_the_settings_of_every_other_container_load_and_hold(service: str, tmp_path: Path) -> None:
    done = manage(service, "check", "--fail-level", "WARNING", STATIC_ROOT=str(tmp_path))

    assert done.returncode == 0, done.stderr


def test_the_files_of_the_pages_are_gathered_as_the_image_does_it(tmp_path: Path) -> None:
    done = manage("migrate", "collectstatic", "--noinput", STATIC_ROOT=str(tmp_path))

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "desk" / "main.js").is_file()
    assert (tmp_path / "css" / "tokens.css.gz").is_file()


def test_a_fresh_environment_has_a_secret_of_its_own_in_every_place(tmp_path: Path) -> None:
    shutil.copy(ROOT / ".env.example", tmp_path)

    fresh_env.main(tmp_path)

    written = given((tmp_path / ".env").read_text(encoding="utf-8"))
    secret = [value for name, value in written.items() if name not in ("PUBLIC_HOST", "CALLCENTER_VERSION")]
    assert len(set(secret)) == len(secret)
    assert all(len(value) >= 44 for value in secret)
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0


def test_a_second_run_keeps_the_keys_that_open_the_data(tmp_path: Path) -> None:
    shutil.copy(ROOT / ".env.example", tmp_path)
    fresh_env.main(tmp_path)
    before = (tmp_path / ".env").read_bytes()

    with pytest.raises(SystemExit, match="its keys open the stored data"):
        fresh_env.main(tmp_path)

    assert (tmp_path / ".env").read_bytes() == before


def test_the_locale_is_said_in_words_that_initdb_knows() -> None:
    assert "--locale-provider=builtin" in INITDB
