"""The description of the addresses for programs: as a document, and as a page to read."""

import json
import re
from typing import Any

import pytest
import yaml
from django.test import Client
from django.urls import get_resolver
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from tests.api.programs import program
from tests.factories import make_rival
from tests.panels import seen

pytestmark = pytest.mark.django_db(databases="__all__")
NOT_DATA = {"api-reference", "api-schema", "api-schema-json", "api-schema-yaml", "api-nowhere"}


def document(language: str = "en") -> dict[str, Any]:
    body: dict[str, Any] = Client(headers={"accept-language": language}).get("/api/v1/schema.json").json()
    return body


def operations() -> dict[str, dict[str, Any]]:
    return {f"{method} {path}": told for path, item in document()["paths"].items() for method, told in item.items()}


def test_the_document_is_the_same_as_json_and_as_yaml() -> None:
    answer = Client(headers={"accept-language": "en"}).get("/api/v1/schema.yaml")

    assert answer.headers["Content-Type"] == "application/yaml; charset=utf-8"
    assert (
        yaml.safe_load(answer.content)
        == document()
        == Client(headers={"accept-language": "en"}).get("/api/v1/schema").json()
    )


def test_every_address_for_programs_is_described_and_no_other() -> None:
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str) and name.startswith("api-")}

    assert len(operations()) == len(names - NOT_DATA)
    assert all(path.startswith("/api/v1/") for path in document()["paths"])


def test_every_operation_has_a_summary_examples_refusals_and_its_key() -> None:
    for name, told in operations().items():
        assert told["summary"], name
        assert told["description"], name
        assert told["security"] == [{"serviceKey": []}], name
        assert {"200", "400", "401", "403", "429"} <= set(told["responses"]), name
        for status, answer in told["responses"].items():
            assert answer["content"]["application/json"]["examples"], (name, status)


def test_every_example_fits_its_shape() -> None:
    whole = document()
    for name, told in operations().items():
        for status, answer in told["responses"].items():
            content = answer["content"]["application/json"]
            validator = Draft202012Validator({**content["schema"], "components": whole["components"]})
            for example in content["examples"].values():
                assert list(validator.iter_errors(example["value"])) == [], (name, status)


def test_what_is_answered_has_exactly_the_described_fields() -> None:
    rival, whole = make_rival(0), document()

    for name, told in operations().items():
        if "{id}" not in name:
            body = program(rival.key).get(name.split()[1]).json()
            shape = told["responses"]["200"]["content"]["application/json"]["schema"]
            validator = Draft202012Validator({**shape, "components": whole["components"]})
            assert list(validator.iter_errors(body)) == [], name
            assert body.get("items", True), name


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_page_shows_every_operation_with_a_command_to_try(language: str) -> None:
    page = Client(headers={"accept-language": language}).get("/api/v1/")
    text = seen(page)

    assert page.status_code == 200
    for name, told in operations().items():
        assert name.split()[1] in text
        assert document(language)["paths"][name.split()[1]]["get"]["summary"] in text
        assert f'id="{told["operationId"]}"' in page.content.decode()
    assert text.count("curl -H") == len(operations())
    assert "http://testserver/api/v1/orders/019a01f6" in text


def test_each_language_is_written_for_itself_whatever_was_active_before() -> None:
    document("ru")

    assert not re.search("[а-яё]", json.dumps(document("en"), ensure_ascii=False), re.IGNORECASE)


def test_the_examples_name_nothing_of_anybody() -> None:
    assert "MARK" not in json.dumps(document())
