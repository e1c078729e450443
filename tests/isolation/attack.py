"""A seeded stream of hostile requests: every route, method and caller, own, foreign and invented ids."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, TypeVar
from urllib.parse import quote, urlencode
from uuid import uuid4

from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone

from callcenter.cookies import GRANT_COOKIE, SEAT_COOKIE
from callcenter.tenancy.matrices import declared
from integrations.signature import sign
from tests.factories import EXCHANGE, EXCHANGE_SECRET, ids_of
from tests.isolation.callers import PROGRAM, Caller, callers
from tests.isolation.plain import Plain, filled
from tests.isolation.routes import PROPER_NAMES, ROUTES, SWITCH_URLS, WEB_URLS, by_program, of_switch
from tests.isolation.world import World, changed, checksum, found_in

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
WHOSE = ("own", "own", "own", "own", "foreign", "foreign", "foreign", "invented")
HOSTILE = (
    "' OR '1'='1",
    "%' UNION SELECT 1--",
    "' UNION SELECT t::text FROM orders_callsecret t--",
    "' AND 1=CAST((SELECT string_agg(name, ',') FROM callcenter_taxiservice) AS int)--",
    "'; SELECT set_config('app.token', 'guessed', true); SELECT * FROM orders_call--",
    "'; DELETE FROM orders_order; --",
    "\x00",
    "../../etc/passwd",
    "9" * 3_000,
    "{{7*7}}",
)
HEADERS = ("X-Service", "X-Forwarded-For", "X-Original-URL", "X-HTTP-Method-Override", "Referer", "Range", "Accept")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request; `proper` ones are what the product itself would send."""

    route: str
    caller: Caller
    method: str
    path: str
    query: str = ""
    body: bytes = b""
    form: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def ends_calls(self) -> bool:
        """The exchange says which calls live: the others end, whosever they are. It carries the calls of all."""
        return self.caller.name == "pbx" and self.route.endswith("/resync")

    def said(self) -> str:
        """Everything that the asker has said itself."""
        return f"{self.path} {self.query} {self.headers} {self.body.decode('utf-8', 'replace')}"


@dataclass
class Findings:
    """What a run saw: leaks, changed rows of others, server errors, proper requests that were not served, what was
    tried, where own data came back.
    """

    leaks: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    own: Counter[str] = field(default_factory=Counter)
    tried: Counter[tuple[str, str]] = field(default_factory=Counter)


class Attack:
    """First every route as the product uses it, by everybody; then hostile requests until the number is reached."""

    def __init__(self, world: World, seed: int, *, routes: Sequence[str]) -> None:
        self.world, self.random, self.routes = world, Random(seed), list(routes)
        self.callers = [*callers(world), _exchange(world)]
        self.before = {caller.name: checksum(caller.service, caller.people) for caller in self.callers}
        self.found, self.plain = Findings(), Plain()
        self.decks: dict[tuple[str, str], list[Any]] = {}
        self.tables = [name.split("_", 1) for name in declared()]

    def run(self, requests: int) -> Findings:
        """Send at least this many."""
        proper = [self.proper(route, caller) for route in self.routes for caller in self._who(route)]
        for asked in proper:
            status = self.send(asked)
            if asked.caller is self._who(asked.route)[0] and status != ROUTES[asked.route].status:
                self.found.refused.append(f"{asked.route}: {status}")
        for number in range(requests - len(proper)):
            self.send(self.hostile(self.routes[number % len(self.routes)]))
        return self.found

    def proper(self, route: str, caller: Caller) -> Asked:
        """What the product itself would send to this route, by this caller."""
        use, own = ROUTES[route], self.world.own
        path = _absolute(filled(route, own.answered.pk))
        for name, value in (*PROPER_NAMES.items(), ("<str:id>", str(use.row(own)))):
            path = path.replace(name, value)
        content = use.body(own)
        if route == "login/" and own.desk.person.pk not in caller.people:
            content["password"] = "wrong"
        body = urlencode(content) if use.form else json.dumps(content)
        return self._held(Asked(route=route, caller=caller, method=use.method, path=path, body=body.encode()), use.form)

    def hostile(self, route: str) -> Asked:
        """A request with a method, ids, a body and headers drawn at random; each method and caller gets its turn."""
        use = ROUTES[route]
        caller = self._draw(route, "caller", [*self._who(route), *self._who(route)[:2]])
        method = self._draw(route, "method", [*METHODS, *[use.method] * 7])
        asked = Asked(
            route=route, caller=caller, method=method, path=self._path(route), query=self._query(), body=self._body(),
        )  # fmt: skip
        return self._held(asked, use.form and self.random.random() < 0.5, hostile=True)

    def send(self, asked: Asked) -> int:
        """Send one, judge what came back and what has changed, and take it back; the status."""
        with transaction.atomic():
            try:
                status, text = self._plain(asked) if asked.route.startswith("/") else self._django(asked)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
                status, text = 500, repr(error)
            before = self.before[asked.caller.name]
            after = before if asked.ends_calls else checksum(asked.caller.service, asked.caller.people)
            for table in changed(before, after):
                self.found.changed.append(f"{asked.caller.name}: {asked.method} {asked.path} -> {table}")
            transaction.set_rollback(True)
        self._judge(asked, status, text)
        return status

    def _judge(self, asked: Asked, status: int, text: str) -> None:
        where = f"{asked.caller.name}: {asked.method} {asked.path[:90]} ({status})"
        redeems = asked.route.endswith("/redeem") and asked.caller.name.startswith("operator")
        forbidden = self.world.foreign if redeems and asked.caller.service is not None else asked.caller.forbidden
        if leak := found_in(text, forbidden, said=asked.said()):
            self.found.leaks.append(f"{where} -> {leak[:40]}")
        if status >= 500:
            self.found.broken.append(f"{where} -> {text[:200]}")
        if status < 400 and found_in(text, self.world.mine, said=asked.said()):
            self.found.own[asked.route] += 1
        self.found.tried[asked.route, asked.method] += 1
        self.found.tried[asked.route, asked.caller.name] += 1

    def _django(self, asked: Asked) -> tuple[int, str]:
        client = Client(raise_request_exception=False)
        for name, value in asked.cookies.items():
            client.cookies[name] = value
        with override_settings(ROOT_URLCONF=SWITCH_URLS if of_switch(asked.route) else WEB_URLS):
            response = client.generic(
                asked.method, asked.path, asked.body, headers=asked.headers, QUERY_STRING=asked.query,
                content_type="application/x-www-form-urlencoded" if asked.form else "application/json",
            )  # fmt: skip
        cookies = " ".join(f"{name}={item.OutputString()}" for name, item in response.cookies.items())
        return response.status_code, f"{dict(response.headers)} {cookies} {response.content.decode(errors='replace')}"

    def _plain(self, asked: Asked) -> tuple[int, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in asked.cookies.items())
        headers = {**asked.headers, "Cookie": cookies}
        return self.plain.send(asked.method, asked.path, asked.query, headers, body=asked.body)

    def _who(self, route: str) -> list[Caller]:
        if of_switch(route):
            return list(reversed(self.callers))
        first = [caller for caller in self.callers if by_program(route) and caller.name == PROGRAM]
        return [*first, *(caller for caller in self.callers[:-1] if caller not in first)]

    def _held(self, asked: Asked, form: bool, *, hostile: bool = False) -> Asked:
        """Add what the caller holds, and with a hostile request something of what nobody should believe."""
        caller = asked.caller
        headers = {"X-Grant": caller.token} if caller.token and not caller.cookie else {}
        headers |= {"Authorization": f"Bearer {caller.key}"} if caller.key else {}
        cookies = {SEAT_COOKIE: caller.seat} if caller.seat else {}
        if caller.cookie:
            cookies[GRANT_COOKIE] = caller.token
        if caller.name == EXCHANGE:
            headers = _signature(asked.body)
        if hostile:
            extra = self.random.sample(HEADERS, 2)
            headers |= {name: _sendable(self._text()) for name in extra}
            cookies |= {"app.token": str(self._foreign())} if self.random.random() < 0.2 else {}
        return replace(asked, form=form, headers=headers, cookies=cookies)

    def _path(self, route: str) -> str:
        app, model = self.random.choice(self.tables)
        instance = self.random.choice([EXCHANGE, EXCHANGE, "demo", quote("x' OR 1=1"), str(self._foreign())])
        path = filled(route, self._id(route))
        row = self.random.choice([self._id(route), self._id(route), quote(self._text()[:200], safe="")])
        for name, value in {
            **PROPER_NAMES,
            "<str:app>": app,
            "<str:model>": model,
            "<str:instance>": instance,
            "<str:id>": str(row),
        }.items():
            path = path.replace(name, value)
        return _absolute(path)

    def _query(self) -> str:
        if self.random.random() < 0.4:
            return ""
        names = ("q", "call", "service", "next", "number", "cursor", "since", "month")
        return urlencode({name: self._text() for name in self.random.sample(names, 4)})

    def _body(self) -> bytes:
        if self.random.random() < 0.1:
            return self.random.choice([b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a":' * 200, b'"' + b"x" * 70_000])
        names = ("pickup", "destination", "note", "when", "phone", "login", "password", "language", "next")
        fields: dict[str, Any] = {name: self._text() for name in names if self.random.random() < 0.7}
        fields["idempotency_key"] = str(self._foreign())
        fields["reason"] = self.random.choice([0, 1, 9, 10, "x", 10**30, None])
        fields["state"] = self.random.choice(["ready", "off", "gone", 7])
        fields["service"] = fields["service_id"] = str(self.random.choice(self.world.rivals[1:]).service.pk)
        fields["call"] = {"id": self._text()[:128], "dnis": self.world.own.line.number}
        fields["text"], fields["route"] = self._text(), [{"address": self._text(), "lat": 55.7, "lon": 37.6}] * 2
        fields["wishes"] = self.random.sample(["1", "2", "x", self._text()[:20]], 1)
        fields["calls"] = [self._text()[:100]]
        return json.dumps(fields).encode()

    def _id(self, route: str) -> Any:
        whose = self._draw(route, "whose", WHOSE)
        if whose == "own":
            return self.random.choice([self.world.own.answered.pk, self.world.own.ringing.pk])
        return self._foreign() if whose == "foreign" else uuid4()

    def _foreign(self) -> Any:
        return self.random.choice(ids_of(self.random.choice(self.world.rivals[1:])))

    def _text(self) -> str:
        rival = self.random.choice(self.world.rivals[1:])
        return self.random.choice([*HOSTILE, str(self._foreign()), rival.mark, rival.phone, "+20", "ул. Мира"])

    def _draw(self, route: str, what: str, cards: Sequence[T]) -> T:
        """The next card of a shuffled deck: every card comes before one comes again."""
        deck = self.decks.setdefault((route, what), [])
        if not deck:
            deck.extend(self.random.sample(cards, len(cards)))
        card: T = deck.pop()
        return card


def _exchange(world: World) -> Caller:
    """The exchange is everybody's; these requests concern the own line alone."""
    own = world.own
    people = (own.desk.person.pk, own.second.person.pk)
    return Caller(name=EXCHANGE, service=own.service.pk, people=people, reads=True, forbidden=world.foreign)


def _signature(body: bytes) -> dict[str, str]:
    webhook, stamp = f"attack-{uuid4().hex}", int(timezone.now().timestamp())
    signature = sign(EXCHANGE_SECRET, webhook_id=webhook, timestamp=stamp, body=body)
    return {"webhook-id": webhook, "webhook-timestamp": str(stamp), "webhook-signature": signature}


def _absolute(path: str) -> str:
    return path if path.startswith("/") else f"/{path}"


def _sendable(text: str) -> str:
    """What a header can carry."""
    return re.sub(r"[^\x20-\x7e]", "?", text)
