"""OpenAPI: how an operation is described, and how a document is put together. Descriptions are texts like all others:
a document is written in the language that is active.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import serializers

from callcenter.api.views import Detail, Listing, ServiceView

VERSION = "1.0"
SERVICE_PREFIX = "/api/v1/"
KEY, SEAT, GRANT, CSRF = "serviceKey", "seat", "grant", "csrf"
Text = str | Promise
Shape = type[serializers.BaseSerializer[Any]]
Example = Mapping[str, Any]
F = TypeVar("F", bound=Callable[..., Any])


class RefusalDetail(serializers.Serializer[Any]):
    """What is wrong."""

    code = serializers.CharField(help_text=_("A word for programs: it does not change with the language."))
    sentence = serializers.CharField(help_text=_("What is wrong and what to do, for a person."))
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.CharField(), help_text=_("A sentence for each field or parameter that is wrong.")
    )


class Refusal(serializers.Serializer[Any]):
    """The one shape of every answer of 400 or more."""

    error = RefusalDetail()


@dataclass(frozen=True, slots=True)
class Known:
    """A refusal that many operations share: when it comes, and its code."""

    when: Text
    code: str


REFUSALS: dict[int, Known] = {
    400: Known(_("A value is wrong; `fields` says which, and what is allowed."), "invalid"),
    401: Known(_("Whoever asks is not known, or not any more."), "key"),
    403: Known(_("Known, but not for this."), "scope"),
    404: Known(_("There is nothing here for whoever asks: a stranger's and a missing one look the same."), "unknown"),
    409: Known("Not in this state.", "busy"),
    410: Known("The right to the call has ended: nothing of it is answered any more.", "closed"),
    413: Known("The body is too large.", "too_large"),
    415: Known("The body is not JSON.", "unsupported_media_type"),
    429: Known(_("More requests in this minute than one key may send; `Retry-After` says how many seconds to wait."),
               "too_often"),
}  # fmt: skip
READS = (400, 401, 403, 429)


def refusals(statuses: Iterable[int]) -> dict[int, OpenApiResponse]:
    """Responses for these statuses, each in the one shape with an example."""
    return {status: _refusal(REFUSALS[status], status) for status in statuses}


def _refusal(known: Known, status: int) -> OpenApiResponse:
    said: Example = {"error": {"code": known.code, "sentence": known.when, "fields": {}}}
    example = OpenApiExample(known.code, value=said, response_only=True, status_codes=[str(status)])
    return OpenApiResponse(Refusal, description=known.when, examples=[example])


def command(
    id: str,
    summary: Text,
    description: Text,
    *,
    tag: str,
    auth: Sequence[Sequence[str]],
    asked: tuple[Shape, Example] | None = None,
    answer: tuple[Shape, Example] | None = None,
    status: int = 200,
    refused: Iterable[int] = (),
    parameters: Sequence[Any] = (),
) -> Callable[[F], F]:
    """Describe one operation: `asked` and `answer` are a shape with an example of it."""
    examples = [
        OpenApiExample(id, value=value[1], request_only=request, response_only=not request)
        for value, request in ((asked, True), (answer, False))
        if value is not None
    ]
    done = OpenApiResponse(answer[0] if answer else None, description=_("Done."))
    return extend_schema(
        operation_id=id,
        summary=summary,
        description=description,
        tags=[tag],
        auth=[{name: [] for name in schemes} for schemes in auth],  # type: ignore[misc]
        request=asked[0] if asked else None,
        responses={status: done, **refusals(refused)},
        parameters=list(parameters),
        examples=examples,
    )


def describe(view: type[ServiceView], id: str, summary: Text, description: Text, *, example: Example) -> None:
    """Describe the GET of a view for programs from what the view itself says; `example` is one item of its answer."""
    listing, detail = issubclass(view, Listing), issubclass(view, Detail)
    shape = page_shape(view.shape) if listing else view.shape
    whole = {"items": [example], "next": "BkP7C0ZLgAABmgH1mHp-d6uVv1xQ0m2K"} if listing else example
    parameters: list[Any] = [view.query] if view.query().fields else []
    if detail:
        parameters.append(OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH))
    retry = OpenApiParameter("Retry-After", int, OpenApiParameter.HEADER, response=[429])
    challenge = OpenApiParameter("WWW-Authenticate", str, OpenApiParameter.HEADER, response=[401])
    described = command(
        id, summary, description, tag=view.scope.value, auth=[[KEY]], answer=(shape, whole),
        refused=[*READS, 404] if detail else READS, parameters=[*parameters, retry, challenge],
    )  # fmt: skip
    extend_schema_view(get=described)(view)


def page_shape(shape: Shape) -> Shape:
    """A page of these."""
    fields = {
        "items": shape(many=True),
        "next": serializers.CharField(
            allow_null=True, help_text=_("The cursor of the next page; null when this is the last one.")
        ),
        "__doc__": shape.__doc__,
    }
    return type(f"{shape.__name__.removesuffix('Out')}Page", (serializers.Serializer,), fields)


SCHEMES: dict[str, dict[str, Any]] = {
    KEY: {"type": "http", "scheme": "bearer", "bearerFormat": "cck_<public id>_<secret>"},
    SEAT: {"type": "apiKey", "in": "cookie", "name": "__Host-seat"},
    GRANT: {"type": "apiKey", "in": "header", "name": "X-Grant"},
    CSRF: {"type": "apiKey", "in": "header", "name": "X-CSRFToken"},
}
MEANT: dict[str, Text] = {
    KEY: _("A key of the service, made in its panel under API keys."),
    SEAT: "The place of an operator, given at login; the browser alone holds it.",
    GRANT: "The right to one call, given when the seat takes the call.",
    CSRF: "The token of the page, for whatever changes something; its cookie goes with it.",
}


@dataclass(frozen=True, slots=True)
class Document:
    """What goes into one document beside the operations of its URLs."""

    title: Text
    description: Text
    urlconf: str
    prefix: str = "/"
    paths: Mapping[str, Any] | None = None
    schemas: Mapping[str, Any] | None = None
    schemes: Mapping[str, Any] | None = None


def write(document: Document) -> dict[str, Any]:
    """The OpenAPI document, as plain data, in the active language."""
    found: dict[str, Any] = _plain(_generated(document.urlconf))
    paths = {path: item for path, item in found["paths"].items() if path.startswith(document.prefix)}
    paths |= _plain(document.paths or {})
    components = found.get("components", {})
    schemas = components.get("schemas", {}) | _plain(document.schemas or {})
    schemes = {name: {**scheme, "description": str(MEANT[name])} for name, scheme in SCHEMES.items()}
    schemes |= _plain(document.schemes or {})
    used = _used(paths, schemas)
    named = {name for item in paths.values() for operation in item.values() for name in _schemes_of(operation)}
    return {
        "openapi": "3.1.0",
        "info": {"title": str(document.title), "version": VERSION, "description": str(document.description)},
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {name: schemas[name] for name in sorted(used)},
            "securitySchemes": {name: schemes[name] for name in sorted(named)},
        },
    }


def _generated(urlconf: str) -> Any:
    generator = SchemaGenerator(urlconf=urlconf)  # type: ignore[no-untyped-call]
    return generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]


def _schemes_of(operation: Any) -> set[str]:
    return (
        {name for choice in operation.get("security", []) for name in choice} if isinstance(operation, dict) else set()
    )


def _used(paths: Any, schemas: Mapping[str, Any]) -> set[str]:
    """The schemas that the paths name, and those that these name."""
    found: set[str] = set()
    waiting = set(_named(paths))
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= set(_named(schemas[name])) - found
    return found


def _named(part: Any) -> Iterable[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"].removeprefix("#/components/schemas/")
        for item in part.values():
            yield from _named(item)
    elif isinstance(part, list):
        for item in part:
            yield from _named(item)


def _plain(part: Any) -> Any:
    """Without lazy texts and other kinds that no JSON has."""
    if isinstance(part, Mapping):
        return {str(name): _plain(item) for name, item in part.items()}
    if isinstance(part, list | tuple):
        return [_plain(item) for item in part]
    return str(part) if isinstance(part, Promise) else part


SERVICE = Document(
    title=_("Addresses for programs of a taxi service"),
    description=_(
        "Your own programs read your calls, orders, deliveries and invoices here. Answers are JSON; times are in UTC; "
        "what passengers said is not among it. Within version 1 fields are added and never taken away or changed."
    ),
    urlconf="callcenter.urls",
    prefix=SERVICE_PREFIX,
)
