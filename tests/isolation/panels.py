"""The panels in the proof of isolation: every route of both sites is found by itself, with the rows it may be asked
for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.contrib.admin import AdminSite
from django.db.models import Model
from django.urls import URLPattern, URLResolver

import callcenter.urls  # noqa: F401 - it finds the pages of the panels
from callcenter.panel import centre, service
from callcenter.tenancy.matrices import declared
from callcenter.tenancy.rules import WEB
from tests.factories import Rival

SITES: dict[str, AdminSite] = {"centre/": centre, "service/": service}
_HOLE = re.compile(r"<[^>]+>")
_APP = re.compile(r"\^\(\?P<app_label>([a-z]+)[^)]*\)/\$")
# What app.invite, app.block and app.unblock write for whoever looks after the person.
_BY_FUNCTION = frozenset(
    {"callcenter_person", "callcenter_seat", "callcenter_grant", "callcenter_invitation", "callcenter_credential"}
)
_RECORD = frozenset({"callcenter_auditentry", "callcenter_audithead"})


def panel_routes() -> list[str]:
    """Every route of both panels."""
    return sorted(route for prefix, site in SITES.items() for route in _walk(site.get_urls(), prefix))


def of_panel(route: str) -> bool:
    """Whether the route belongs to a panel."""
    return route.startswith(tuple(SITES))


def may_write(job: str) -> frozenset[str]:
    """Tables of which a job of the centre may change rows of anybody."""
    by_rule = {
        table
        for table, rules in declared().items()
        for rule in rules
        if rule.role == WEB and set(rule.commands) - {"SELECT"} and f"'{job}'" in rule.rows
    }
    return frozenset(by_rule) | _RECORD | (_BY_FUNCTION if job in ("admin", "supervisor") else frozenset())


def filled(route: str, row: UUID | str) -> str:
    """The path of a route for one row."""
    return "/" + _HOLE.sub(str(row), _APP.sub(r"\1/", route))


def row_of(route: str, rival: Rival) -> UUID | str:
    """A row of this service (or of the centre) that the route can be asked for."""
    _site, app, model, *_ = [*route.split("/"), "", "", ""]
    kind: Any = apps.all_models.get(app, {}).get(model)
    found = _first(kind, rival) if kind and _HOLE.search(route) else None
    return found.pk if found else uuid4()


def _first(kind: Any, rival: Rival) -> Model | None:
    rows = kind._base_manager.order_by("pk")
    if kind._meta.label == "callcenter.TaxiService":
        return rows.filter(pk=rival.service.pk).first()  # type: ignore[no-any-return]
    names = {field.name for field in kind._meta.concrete_fields}
    if kind._meta.label == "callcenter.Person":
        return rows.filter(service=rival.service).first()  # type: ignore[no-any-return]
    return (rows.filter(service=rival.service) if "service" in names else rows).first()  # type: ignore[no-any-return]


def _walk(urls: list[Any], prefix: str) -> Iterator[str]:
    for entry in urls:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        elif isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, route)
