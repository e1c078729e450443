"""The OpenAPI documents in the repository: up to date, whole, and true."""

from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from callcenter.api.documents import FOLDER
from callcenter.plain_asgi import PLAIN_ROUTES
from integrations.telephony.events import parse_event
from integrations.telephony.questions import parse_live_calls, parse_route_question
from tests.isolation.routes import ROUTES

STREAMS = {"/live/"}  # events without end: nothing that a document of requests and answers could say


def load(name: str) -> dict[str, Any]:
    whole: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return whole


def operations(whole: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {f"{method} {path}": told for path, item in whole["paths"].items() for method, told in item.items()}


def test_the_documents_fit_the_code() -> None:
    call_command("api_schema", check=True)


def test_a_stale_document_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcenter.api.schema.VERSION", "0.0")

    with pytest.raises(CommandError, match=r"switch.yaml in docs/api no longer fit"):
        call_command("api_schema", check=True)


def test_every_command_look_up_and_question_is_described() -> None:
    described = {*load("web")["paths"], *load("switch")["paths"]}

    for route in {*ROUTES, *PLAIN_ROUTES} - STREAMS:
        path = "/" + route.removeprefix("/").replace("<uuid:", "{").replace("<str:", "{").replace(">", "}")
        if path.startswith(("/calls/", "/seat/", "/ask/", "/api/telephony/")):
            assert path in described, f"{path} is not described: see orders/api/described.py"


@pytest.mark.parametrize("name", ["web", "switch"])
def test_every_operation_has_a_scheme_and_examples_that_fit_their_shapes(name: str) -> None:
    whole = load(name)
    for operation, told in operations(whole).items():
        bodies = [told["requestBody"]] if "requestBody" in told else []
        assert told["summary"], operation
        assert {scheme for way in told["security"] for scheme in way} <= set(whole["components"]["securitySchemes"])
        for body in [*bodies, *told["responses"].values()]:
            for content in body.get("content", {}).values():
                validator = Draft202012Validator({**content["schema"], "components": whole["components"]})
                assert content["examples"], operation
                for example in content["examples"].values():
                    assert list(validator.iter_errors(example["value"])) == [], operation


def test_the_examples_of_the_switch_are_read_by_the_switch() -> None:
    asked = {
        name.rsplit("/", 1)[1]: next(iter(told["requestBody"]["content"]["application/json"]["examples"].values()))
        for name, told in operations(load("switch")).items()
    }

    assert parse_event(asked["events"]["value"], instance="pbx").call_id == "1732376518.42"
    assert parse_route_question(asked["route"]["value"]).missed == ("102",)
    assert parse_live_calls(asked["resync"]["value"]) == ("1732376518.42",)
