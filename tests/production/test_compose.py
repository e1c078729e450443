"""docker-compose.yml without an engine: its structure, its variables, its commands, and what it lets out."""

import importlib
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec.models import ComposeSpecification, Service

from callcenter.embedded.processes import PRODUCT, URLS_OF
from callcenter.embedded.servers import INITDB

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "CALLCENTER_ROLE" in service.get("environment", {})}
VARIABLE = re.compile(r"\$\{(\w+)")


def test_the_file_is_what_the_specification_allows() -> None:
    ComposeSpecification.model_validate(COMPOSE)


def test_no_word_of_a_service_is_mistyped() -> None:
    known = {field.alias or name for name, field in Service.model_fields.items()}

    assert {"healthcheck", "stop_grace_period"} <= known
    assert {(name, word) for name, service in SERVICES.items() for word in service if word not in known} == set()


def test_every_process_of_the_demo_is_a_service() -> None:
    assert {process.name for process in PRODUCT} == set(OURS) - {"migrate"}


@pytest.mark.parametrize("process", PRODUCT, ids=lambda process: process.name)
def test_a_service_has_the_role_of_the_demo_and_only_its_addresses(process: Any) -> None:
    environment = OURS[process.name]["environment"]

    assert environment["CALLCENTER_ROLE"] == process.role
    assert {name.removeprefix("DATABASE_URL_") for name in environment if name.startswith("DATABASE_URL_")} == set(
        URLS_OF[process.role]
    )


@pytest.mark.parametrize("process", PRODUCT, ids=lambda process: process.name)
def test_a_service_runs_the_module_of_the_demo(process: Any) -> None:
    def modules(words: list[str]) -> set[str]:
        return {word.partition(":")[0] for word in words if word.startswith("callcenter.")}

    command = OURS[process.name]["command"]
    named = modules(command)
    assert named == modules(process.arguments.split())
    for module in named - {"callcenter.asgi", "callcenter.switch_asgi"}:  # these open a database when imported
        importlib.import_module(module)
    assert all((ROOT / f"{module.replace('.', '/')}.py").is_file() for module in named)


def test_every_variable_has_its_place_in_the_example_and_no_other_is_there() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = {line.partition("=")[0] for line in example.splitlines() if line and not line.startswith("#")}

    assert set(VARIABLE.findall(TEXT)) == named


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_watched_and_comes_back(name: str) -> None:
    service = SERVICES[name]

    assert ("healthcheck" in service, service["restart"]) == (
        (False, "no") if name == "migrate" else (True, "unless-stopped")
    )


def test_the_proxy_is_the_only_door() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert SERVICES["postgres"]["networks"] == SERVICES["redis"]["networks"] == ["inside"]


def test_the_proxy_hides_the_pages_of_the_monitoring() -> None:
    door = COMPOSE["configs"]["proxy"]["content"]

    assert "@inner path /metrics /readyz" in door
    assert "respond @inner 404" in door


def test_postgresql_gets_the_locale_of_the_demo_and_the_tests() -> None:
    assert shlex.split(SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]) == list(INITDB)


def test_whoever_needs_a_session_goes_straight_to_postgresql() -> None:
    for name, service in OURS.items():
        hosts = {
            value.partition("@")[2].partition(":")[0]
            for key, value in service["environment"].items()
            if key.startswith("DATABASE_URL_")
        }
        assert hosts == ({"pgbouncer"} if name == "web" else {"postgres"}), name
    assert "pool_mode = transaction" in COMPOSE["configs"]["pgbouncer"]["content"]


def test_every_probe_asks_a_port_that_its_service_opens() -> None:
    for name, service in OURS.items():
        if name != "migrate":
            command, probed = service["command"], service["healthcheck"]["test"][4]
            monitor = service["environment"].get("MONITOR_PORT")
            assert probed == (monitor or command[command.index("--port") + 1]), name


def test_only_the_service_that_makes_the_databases_knows_the_administrator() -> None:
    knowing = [name for name, service in OURS.items() if "DATABASE_URL_ADMIN" in service["environment"]]

    assert knowing == ["migrate"]
