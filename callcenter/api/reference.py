"""The reference page of the addresses for programs, made from the OpenAPI document on the server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from callcenter.api.schema import SERVICE, write
from callcenter.tenancy.middleware import without_unit

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter, or one field of an answer; `depth` is how deep it lies."""

    name: str
    kind: str
    meaning: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """One answer of 400 or more."""

    status: str
    code: str
    when: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One address with all that a reader needs."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Field]
    answer: list[Field]
    example: str
    curl: str
    refusals: list[Refusal]


@cache
def document(language: str) -> dict[str, Any]:
    """The OpenAPI document of the addresses for programs, in one language."""
    with override(language):
        return write(SERVICE)


@without_unit
@require_safe
def schema(request: HttpRequest, form: str = "json") -> HttpResponse:
    """The document itself."""
    written = document(get_language() or "en")
    if form == "json":
        return JsonResponse(written, json_dumps_params={"ensure_ascii": False})
    text = yaml.safe_dump(written, sort_keys=False, allow_unicode=True, width=120)
    return HttpResponse(text, content_type="application/yaml; charset=utf-8")


@without_unit
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The document for reading."""
    written = document(get_language() or "en")
    base = request.build_absolute_uri("/").rstrip("/")
    context = {"info": written["info"], "operations": operations(written, base), "base": base}
    return render(request, "api/reference.html", context)


def operations(written: Mapping[str, Any], base: str) -> list[Operation]:
    """Every operation of the document, in its order."""
    return [
        _operation(written, base, path, method)
        for path, item in written["paths"].items()
        for method in item
    ]  # fmt: skip


def _operation(written: Mapping[str, Any], base: str, path: str, method: str) -> Operation:
    told = written["paths"][path][method]
    content = told["responses"]["200"]["content"][JSON]
    example = _example(content)
    known = {"id": _first(example, "id")}
    return Operation(
        id=told["operationId"],
        method=method.upper(),
        path=path,
        summary=told["summary"],
        description=told["description"],
        parameters=[_parameter(item) for item in told.get("parameters", []) if item["in"] in ("path", "query")],
        answer=list(_fields(written, content["schema"], 0)),
        example=json.dumps(example, ensure_ascii=False, indent=2),
        curl=f'curl -H "Authorization: Bearer $KEY" {base}{path.format(**known)}',
        refusals=[
            Refusal(status, _example(answer["content"][JSON])["error"]["code"], _said(answer))
            for status, answer in sorted(told["responses"].items())
            if status >= "400"
        ],
    )


def _example(content: Mapping[str, Any]) -> Any:
    return next(iter(content["examples"].values()))["value"]


def _first(example: Any, name: str) -> str:
    return str(example.get(name, "")) if isinstance(example, dict) else ""


def _said(part: Mapping[str, Any]) -> str:
    """The description for a page: words of a list one under the other, without the marks of a text file."""
    text: str = part.get("description", "")
    return re.sub(r"^\* `(.*?)` - ", r"\1 — ", text, flags=re.MULTILINE).replace("`", "")


def _parameter(item: Mapping[str, Any]) -> Field:
    schema = item["schema"]
    kind = _kind(schema) if item["in"] == "query" else f"{_kind(schema)}, {_('in the address')}"
    return Field(item["name"], kind, _said(item))


def _fields(written: Mapping[str, Any], schema: Mapping[str, Any], depth: int) -> Iterable[Field]:
    """The fields of a shape, those of a field of several fields right behind it."""
    for name, part in _resolved(written, schema).get("properties", {}).items():
        inner = part.get("items", part)
        yield Field(name, _kind(part), _said(part), depth)
        yield from _fields(written, inner, depth + 1)


def _resolved(written: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    shape: Mapping[str, Any] = written["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return shape


def _kind(schema: Mapping[str, Any]) -> str:
    """What may stand there, in words."""
    if "$ref" in schema:
        return _("object")
    words = {
        "array": _("list"), "integer": _("whole number"), "string": _("text"), "boolean": _("yes or no"),
        "object": _("object"), "null": _("or null"),
    }  # fmt: skip
    forms = {"uuid": _("id"), "date-time": _("time"), "date": _("date"), "decimal": _("decimal number as text")}
    named = schema.get("type", "string")
    kinds = named if isinstance(named, list) else [named]
    told = [forms.get(schema.get("format", ""), words[kind]) if kind == "string" else words[kind] for kind in kinds]
    return " ".join(told)
