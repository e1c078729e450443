"""Generated hostile requests over every discovered route: nothing of a rival comes back, nothing of a rival changes.

Runs the real middleware stack with the web role's true policies (`SET LOCAL ROLE`) inside one transaction, each
request in a savepoint that is rolled back. Beside the product's own URLs stand deliberately careless views
(`tests.isolation.sloppy`). `/live/` and `/ask/` are exercised
through the functions that read for them, since their thread pools would leave the transaction; over real HTTP they are
exercised end to end.
"""

import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from callcenter.cookies import GRANT_COOKIE, SEAT_COOKIE
from callcenter.refusals import Refused
from callcenter.tenancy.catalogue import declared
from callcenter.urls import PLAIN_ROUTES
from integrations.ask import prepare, still_allowed
from orders.stream import read_snapshot
from tests.isolation.world import Rival, build, checksum, foreign_pattern, without_floor

REQUESTS = int(os.environ.get("ISOLATION_REQUESTS", "1000"))
CONTROL_REQUESTS = 300
SEED = 20261123
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
HOSTILE = (
    "' OR '1'='1",
    "%' UNION SELECT 1--",
    "'; DELETE FROM orders_order; --",
    "\x00",
    "../../etc/passwd",
    "9" * 300,
    "{{7*7}}",
)
# Every route must be listed: with True when its body carries data of the caller's own service.
ROUTES = {
    "": True, "login/": False, "language/": False, "healthz": False, "logout/": False, "seat/state": False,
    "seat/next": False, "calls/<uuid:call_id>/redeem": True, "calls/<uuid:call_id>/draft": False,
    "calls/<uuid:call_id>/reveal": True,
    "calls/<uuid:call_id>/place": False, "calls/<uuid:call_id>/leave": False,
    "sloppy/search": True, "sloppy/rewrite": False, "sloppy/all/<str:app>/<str:model>": True,
    "/live/": True, "/ask/current/<uuid:call_id>": True,
    "api/telephony/<str:instance>/events": False, "api/telephony/<str:instance>/route": False,
    "api/telephony/<str:instance>/resync": False, "api/telephony/<str:instance>/ready": False,
}  # fmt: skip
SWITCH = "callcenter.switch_urls"
pytestmark = pytest.mark.django_db(databases="__all__")


def discovered() -> list[str]:
    """Every route of the web process (with the careless ones), of the switch, and of the plain applications."""
    found = [*_walk(get_resolver("tests.isolation.sloppy"), ""), *_walk(get_resolver(SWITCH), ""), *PLAIN_ROUTES]
    return sorted(set(found))


def _walk(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from _walk(entry, route)


@dataclass
class Findings:
    """What a run saw: leaks, changed rivals, server errors, and where the caller's own data came back."""

    leaks: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    own: Counter[str] = field(default_factory=Counter)


class Attack:
    """A seeded stream of requests by somebody of the first service, or by nobody."""

    def __init__(self, rivals: list[Rival], seed: int) -> None:
        self.rivals, self.own, self.random = rivals, rivals[0], random.Random(seed)
        self.foreign = foreign_pattern(rivals, self.own)
        self.others = [rival.service.pk for rival in rivals[1:]]
        self.before = checksum(self.others)
        self.found = Findings()
        self.routes = discovered()
        self.tables = [name.split("_", 1) for name in declared()]

    def run(self, requests: int) -> Findings:
        for number in range(requests):
            route = self.routes[number % len(self.routes)]
            with transaction.atomic():
                status, text = self._send(route)
                self._judge(route, status, text)
                transaction.set_rollback(True)
        return self.found

    def _judge(self, route: str, status: int, text: str) -> None:
        if leak := self.foreign.search(text):
            self.found.leaks.append(f"{route}: {leak[0]} (status {status})")
        if status >= 500:
            self.found.broken.append(f"{route}: {status}")
        if self.own.mark in text or self.own.phone[-9:] in text:
            self.found.own[route] += 1
        if status < 400 and checksum(self.others) != self.before:
            self.found.changed.append(route)

    def _send(self, route: str) -> tuple[int, str]:
        if route.startswith("/"):
            return self._plain(route)
        switch = route.startswith("api/telephony/")
        client = Client(raise_request_exception=False)
        headers = self._holding(client)
        path = "/" + self._filled(route)
        with override_settings(ROOT_URLCONF=SWITCH if switch else "tests.isolation.sloppy"):
            response = client.generic(
                self._method(route), path, self._body(), content_type="application/json", headers=headers,
                QUERY_STRING="" if self.random.random() < 0.5 else urlencode({"q": self._text(), "call": self._id()}),
            )  # fmt: skip
        cookies = " ".join(f"{name}={item.value}" for name, item in response.cookies.items())
        return response.status_code, f"{dict(response.headers)} {cookies} {response.content.decode(errors='replace')}"

    def _plain(self, route: str) -> tuple[int, str]:
        holder = self._holder()
        try:
            if route == "/live/":
                return 200, json.dumps(read_snapshot(holder["seat"]), ensure_ascii=False)
            call = self._id() if self.random.random() < 0.5 else self.own.call.pk
            question = prepare(call, holder["token"], holder["seat"])
            still_allowed(call, holder["token"], holder["seat"])
            return 200, str(question)
        except Refused as refusal:
            return refusal.status, refusal.sentence

    def _holder(self) -> dict[str, str]:
        """Who asks: mostly the own operator with an open right, also with a closed one, a manager, a thief of
        nothing.
        """
        own = self.own
        return self.random.choice(
            [
                {"seat": own.seat_secret, "token": own.call_token},
                {"seat": own.seat_secret, "token": own.call_token},
                {"seat": own.seat_secret, "token": own.closed_token},
                {"seat": "", "token": own.manager_token},
                {"seat": own.seat_secret, "token": ""},
                {"seat": "guessed", "token": "guessed"},
                {"seat": "", "token": ""},
            ]
        )

    def _holding(self, client: Client) -> dict[str, str]:
        holder = self._holder()
        if holder["seat"]:
            client.cookies[SEAT_COOKIE] = holder["seat"]
        if holder["token"] == self.own.manager_token:
            client.cookies[GRANT_COOKIE] = holder["token"]
            return {}
        return {"X-Grant": holder["token"], "X-Service": str(self.random.choice(self.others)), "Accept-Language": "en"}

    def _method(self, route: str) -> str:
        usual = {"draft": "PUT", "search": "GET", "model>": "GET", "": "GET"}.get(route.rsplit("/", 1)[-1], "POST")
        return usual if self.random.random() < 0.6 else self.random.choice(METHODS)

    def _filled(self, route: str) -> str:
        app, model = self.random.choice(self.tables)
        instance = self.random.choice(["pbx", "demo", "x' OR 1=1", str(self._id())])
        call = self.own.call.pk if self.random.random() < 0.6 else self._id()
        for name, value in (
            ("<uuid:call_id>", call),
            ("<str:app>", app),
            ("<str:model>", model),
            ("<str:instance>", instance),
        ):
            route = route.replace(name, str(value))
        return route

    def _id(self) -> UUID:
        return self.random.choice([*self.random.choice(self.rivals).ids, uuid4()])

    def _text(self) -> str:
        return self.random.choice([*HOSTILE, str(self._id()), self.random.choice(self.rivals).mark[:-1], "ул. Мира"])

    def _body(self) -> bytes:
        if self.random.random() < 0.1:
            return self.random.choice([b"", b"{", b"[]", b"\xff\xfe", b'{"a":' * 200])
        fields: dict[str, Any] = {
            name: self._text() for name in ("pickup", "destination", "note") if self.random.random() < 0.8
        }
        fields |= {
            "idempotency_key": str(self._id()),
            "reason": self.random.choice([0, 1, 9, 10, "x"]),
            "call": str(self._id()),
        }
        fields |= {
            "state": self.random.choice(["ready", "off", "gone"]),
            "service": str(self.random.choice(self.others)),
        }
        fields |= {
            "when": self.random.choice(["", "+20", self._text()]),
            "phone": self.random.choice(["", "+79007654321"]),
        }
        return json.dumps(fields).encode()


@pytest.fixture
def rivals() -> list[Rival]:
    return build()


def test_every_route_is_known_and_none_is_invented() -> None:
    assert discovered() == sorted(ROUTES)


def test_no_request_brings_back_or_changes_anything_of_a_rival(rivals: list[Rival]) -> None:
    found = Attack(rivals, SEED).run(REQUESTS)

    assert found.leaks == []
    assert found.changed == []
    assert found.broken == []
    silent = [route for route, data in ROUTES.items() if data and not found.own[route]]
    assert silent == [], "these never returned the caller's own data: the run proved nothing about them"


def test_control_without_the_floor_the_same_requests_leak_and_change(rivals: list[Rival]) -> None:
    found = Findings()

    def attack() -> None:
        nonlocal found
        found = Attack(rivals, SEED).run(max(CONTROL_REQUESTS, REQUESTS // 10))

    without_floor(attack)

    assert len(found.leaks) > 5
    assert found.changed
