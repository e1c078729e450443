"""Every route of both processes, and how each is used properly. A route that is not here fails the proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid5

from django.urls import URLPattern, URLResolver, get_resolver

from billing.models import Invoice
from callcenter.plain_asgi import PLAIN_ROUTES
from tests.factories import EXCHANGE, PASSWORD, Rival
from tests.isolation.panels import of_panel

WEB_URLS, SWITCH_URLS = "tests.isolation.sloppy", "callcenter.switch_urls"
ANYTHING = "^(?P<rest>.*)$"
Body = Callable[[Rival], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Use:
    """The method and body of a proper request, and the status it gets from whoever may send it; `shows`: the answer
    carries data of the own service.
    """

    method: str = "GET"
    status: int = 200
    shows: bool = False
    form: bool = False
    row: Callable[[Rival], Any] = lambda own: own.answered.pk
    body: Body = lambda _own: {}


def _typed(own: Rival) -> dict[str, Any]:
    said: dict[str, Any] = {"pickup": "ул. Мира, 1", "destination": "Вокзал", "when": "", "phone": "", "note": ""}
    said |= {"wishes": [own.wish], "stops": [{"address": "ул. Мира, 2", "entrance": "1"}]}
    return {**said, "idempotency_key": str(uuid5(own.answered.pk, "order"))}


def _trip(own: Rival) -> dict[str, Any]:
    there = [{"address": f"ул. Мира, {house}", "entrance": "", "lat": 55.7, "lon": 37.6} for house in (1, 2)]
    return {"route": there, "when": "+20", "wishes": [own.wish]}


def _event(own: Rival) -> dict[str, Any]:
    call = {"id": own.ringing.external_id, "ani": "+79007654321", "dnis": own.line.number}
    return {"schema": "call-event/1", "type": "call.answered", "occurred_at": "2026-11-23T09:00:00Z", "call": call}


def _question(own: Rival) -> dict[str, Any]:
    return {"call": {"id": own.answered.external_id, "ani": "", "dnis": own.line.number}}


ROUTES = {
    "": Use(shows=True),
    "login/": Use(
        method="POST", status=303, form=True, body=lambda own: {"login": own.desk.person.login, "password": PASSWORD}
    ),
    "invitation/<str:token>/": Use(status=404),
    "language/": Use(method="POST", status=303, form=True, body=lambda _own: {"language": "en", "next": "/"}),
    "theme/": Use(method="POST", status=303, form=True, body=lambda _own: {"theme": "dark", "next": "/"}),
    "style/": Use(),
    "cost/": Use(),
    "cost/log/": Use(method="POST", status=422, form=True),
    "healthz": Use(),
    "readyz": Use(),
    "metrics": Use(status=404),
    "logout/": Use(method="POST", status=303, form=True),
    "seat/state": Use(method="POST", status=409, body=lambda _own: {"state": "ready"}),
    "seat/next": Use(method="POST", status=409),
    "seat/longer": Use(method="POST", status=409),
    "calls/<uuid:call_id>/redeem": Use(method="POST", shows=True),
    "calls/<uuid:call_id>/draft": Use(method="PUT", status=204, body=_typed),
    "calls/<uuid:call_id>/reveal": Use(method="POST", shows=True),
    "calls/<uuid:call_id>/place": Use(method="POST", status=201, body=_typed),
    "calls/<uuid:call_id>/leave": Use(method="POST", body=lambda _own: {"reason": 1}),
    "api/v1/": Use(),
    "api/v1/schema": Use(),
    "api/v1/schema.json": Use(),
    "api/v1/schema.yaml": Use(),
    "api/v1/calls": Use(shows=True),
    "api/v1/calls/<str:id>": Use(shows=True),
    "api/v1/orders": Use(shows=True),
    "api/v1/orders/<str:id>": Use(shows=True, row=lambda own: own.accepted.pk),
    "api/v1/deliveries/<str:id>": Use(shows=True, row=lambda own: own.queued.delivery.get().pk),
    "api/v1/invoices": Use(shows=True),
    "api/v1/invoices/<str:id>": Use(shows=True, row=lambda own: Invoice.objects.get(service=own.service).pk),
    "api/v1/usage": Use(shows=True),
    f"api/v1/{ANYTHING}": Use(status=404),
    "sloppy/program/<str:app>/<str:model>": Use(shows=True),
    "sloppy/search": Use(shows=True),
    "sloppy/rewrite": Use(),
    "sloppy/all/<str:app>/<str:model>": Use(shows=True),
    "/live/": Use(shows=True),
    "/ask/current/<uuid:call_id>": Use(shows=True),
    "/ask/recent/<uuid:call_id>": Use(shows=True),
    "/ask/hints/<uuid:call_id>": Use(method="POST", shows=True, body=lambda _own: {"text": "мира 1"}),
    "/ask/quote/<uuid:call_id>": Use(method="POST", shows=True, body=_trip),
    "api/telephony/<str:instance>/events": Use(method="POST", body=_event),
    "api/telephony/<str:instance>/route": Use(method="POST", shows=True, body=_question),
    "api/telephony/<str:instance>/resync": Use(
        method="POST", body=lambda own: {"calls": [own.answered.external_id, own.ringing.external_id]}
    ),
    "api/telephony/<str:instance>/ready": Use(method="POST"),
}
PROPER_NAMES = {"<str:app>": "orders", "<str:model>": "order", "<str:instance>": EXCHANGE, ANYTHING: "nothing"}


def discovered(*urlconfs: str) -> list[str]:
    """Every route of these URLconfs and of the plain applications; those of the panels are tried by `test_panels`."""
    found = [route for urlconf in urlconfs or (WEB_URLS, SWITCH_URLS) for route in _walk(get_resolver(urlconf), "")]
    return sorted({*(route for route in found if not of_panel(route)), *PLAIN_ROUTES})


def of_switch(route: str) -> bool:
    return route.startswith("api/telephony/")


def by_program(route: str) -> bool:
    """Whether a service's own program is who uses the route."""
    return route.startswith(("api/v1/", "sloppy/program/"))


def _walk(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from _walk(entry, route)
