"""Generated requests to the real processes: every answer is judged by all checks of Schemathesis, and by the markers of
the rival services.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from random import Random
from typing import Any
from uuid import uuid4

import hypothesis
import requests
import schemathesis
from django.db import connection
from hypothesis import HealthCheck, Phase
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.schemas import APIOperation

from callcenter.cookies import GRANT_HEADER, SEAT_COOKIE, hashed
from tests.factories import EXCHANGE, Rival, ids_of
from tests.isolation.attack import _signature
from tests.isolation.world import World, found_in

CREDENTIALS = (ParameterLocation.HEADER, ParameterLocation.COOKIE)
AnyCase = Case[Any]
AnyOperation = APIOperation[Any, Any, Any, Any]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
CSRF_TOKEN = "0123456789abcdef" * 2
PATIENCE_S = 20
# Rules that no schema can say: what makes an order, whether there is one, what the service offers.
TOO_LARGE = 413  # the limit on bytes is above all limits on fields
RULES_BEYOND = ("call_place", "call_draft", "call_leave", "ask_quote", "ask_hints")
CHECKS = schemathesis.checks.CHECKS


@dataclass
class Findings:
    """What a run saw."""

    wrong: list[str] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    own: Counter[str] = field(default_factory=Counter)

    @property
    def cases(self) -> int:
        return self.statuses.total()


class Fuzz:
    """A seeded stream of requests to one process."""

    def __init__(self, world: World, base_url: str, document: dict[str, Any], *, seed: int) -> None:
        self.world, self.base_url, self.seed = world, base_url, seed
        self.random = Random(seed)
        self.schema = schemathesis.openapi.from_dict(document)
        self.session = requests.Session()
        self.found = Findings()

    def run(self, wanted: int) -> Findings:
        """Send this many, spread over all operations."""
        found: list[Any] = list(self.schema.get_all_operations())
        operations = [item.ok() for item in found]
        share = wanted // len(operations)
        for operation in operations:
            self._speak(operation)
            self._cover(operation, share // 2)
            self._generate(operation, share - share // 2, self.seed)
        rich = [operation for operation in operations if operation.body or operation.query]
        turn = 0
        while self.found.cases < wanted:
            turn += 1
            for operation in rich:
                self._generate(operation, min(share, wanted - self.found.cases + 1), self.seed + turn)
        return self.found

    def _speak(self, operation: AnyOperation) -> None:
        """The documented example itself, but for the wishes, which its service alone offers."""
        raw = operation.definition.raw
        told = raw.get("requestBody", {}).get("content", {}).get("application/json", {})
        named = {
            item["name"]: str(rows_of(operation.path, self.world.own)[0])
            for item in raw.get("parameters", [])
            if item["in"] == "path"
        }
        for example in told.get("examples", {}).values() or [{"value": {}}]:
            body = {name: value for name, value in example["value"].items() if name != "wishes"}
            sent: dict[str, Any] = {"body": body, "media_type": "application/json"} if told else {}
            self.send(operation.Case(path_parameters=named, **sent))

    def _cover(self, operation: AnyOperation, most: int) -> None:
        """The boundary cases of the schema, in a random order."""
        cases = list(
            islice(
                self.schema.iter_coverage_cases(
                    operation, generation_modes=list(MODES), generation_config=self.schema.config.generation
                ),
                10 * most,
            )
        )
        for case in self.random.sample(cases, min(most, len(cases))):
            self.send(case)

    def _generate(self, operation: AnyOperation, count: int, seed: int) -> None:
        """Random cases, half of them against the schema."""
        for mode in MODES:
            if count >= len(MODES):
                _each(operation, mode, count // len(MODES), seed, self.send)

    def send(self, case: AnyCase) -> None:
        """Send one and judge the answer."""
        id = case.operation.definition.raw["operationId"]
        if case.meta is not None:
            self._aim(case)
        restore(self.world)
        request = requests.Request(**case.as_transport_kwargs(base_url=self.base_url)).prepare()
        self._authorise(case, request)
        answer = self.session.send(request, timeout=PATIENCE_S, allow_redirects=False)
        self.found.statuses[f"{id} {answer.status_code}"] += 1
        self._judge(case, request, answer, id)

    def _aim(self, case: AnyCase) -> None:
        """Most cases ask for something that is there: else everything would be absent."""
        against = case.meta is not None and case.meta.generation.mode is GenerationMode.NEGATIVE
        if not case.path_parameters or (against and self.random.random() < 0.5):
            return
        whose = self.random.choice([self.world.own] * 4 + [self.world.rivals[1]])
        for name in case.path_parameters:
            strange = [] if name == "instance" else [uuid4(), self.random.choice(ids_of(whose))]
            rows = [*rows_of(case.operation.path, whose) * 3, *strange]
            case.path_parameters[name] = str(self.random.choice(rows))

    def _authorise(self, case: AnyCase, request: requests.PreparedRequest) -> None:
        """Add what an operator's browser, a program or an exchange holds."""
        own = self.world.own
        if case.meta and any(case.meta.is_negative_at(where) for where in CREDENTIALS):
            return
        schemes = {scheme for way in case.operation.definition.raw.get("security", []) for scheme in way}
        if "serviceKey" in schemes:
            request.headers["Authorization"] = f"Bearer {own.key}"
        if "csrf" in schemes:
            request.headers.update(
                {
                    "X-CSRFToken": CSRF_TOKEN,
                    "Cookie": f"{SEAT_COOKIE}={own.desk.secret}; __Host-csrf={CSRF_TOKEN}",
                }
            )
        if "grant" in schemes:
            request.headers[GRANT_HEADER] = own.call_token
        if "webhookSignature" in schemes:
            body: Any = request.body or b""
            request.headers.update(_signature(body.encode() if isinstance(body, str) else bytes(body)))

    def _judge(self, case: AnyCase, request: requests.PreparedRequest, answer: requests.Response, id: str) -> None:
        said = f"{request.url} {dict(request.headers)} {request.body!r}"
        text = f"{dict(answer.headers)} {answer.text}"
        program = "/api/v1/" in case.operation.path
        forbidden = self.world.foreign | (self.world.my_secrets if program else frozenset())
        if leak := found_in(text, forbidden, said=said):
            self.found.wrong.append(f"{id}: {request.method} {request.url} -> foreign {leak[:40]}")
        if answer.status_code < 400 and found_in(text, self.world.mine, said=said):
            self.found.own[id] += 1
        try:
            excluded = _excluded(id, case, answer.status_code)
            case.validate_response(answer, excluded_checks=excluded, headers=dict(request.headers))
        except (FailureGroup, AssertionError) as failure:
            self.found.wrong.append(f"{id}: {request.method} {request.url} {request.body!r:.300} -> {_told(failure)}")


def restore(world: World) -> None:
    """Give the operator's right and seat back as they were, and take back what was placed: each case stands alone."""
    own = world.own
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE callcenter_grant SET closed_at = NULL, close_reason = '', token_hash = %s, "
            "expires_at = now() + interval '1 hour', hard_expires_at = now() + interval '1 hour' "
            "WHERE call_id = %s AND kind = 'call'",
            [hashed(own.call_token), own.answered.pk],
        )
        cursor.execute(
            "UPDATE callcenter_seat SET state = 'busy', closed_at = NULL, close_reason = '' WHERE id = %s",
            [own.desk.seat.pk],
        )
        for table in ("ordersecret", "delivery", "order"):
            column = "id" if table == "order" else "order_id"
            cursor.execute(
                f"DELETE FROM orders_{table} WHERE call_id = %s AND {column} <> %s", [own.answered.pk, own.queued.pk]
            )


def rows_of(path: str, rival: Rival) -> list[Any]:
    """What this path can be asked for and is there."""
    if "{instance}" in path:
        return [EXCHANGE]
    if "{call_id}" in path or "/calls/" in path:
        return [rival.answered.pk]
    if "/orders/" in path:
        return [rival.queued.pk, rival.accepted.pk]
    table = "orders_delivery" if "/deliveries/" in path else "billing_invoice"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} WHERE service_id = %s ORDER BY id", [rival.service.pk])
        return [row[0] for row in cursor.fetchall()]


def _each(operation: AnyOperation, mode: GenerationMode, count: int, seed: int, act: Callable[[AnyCase], None]) -> None:
    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def run(case: AnyCase) -> None:
        act(case)

    run()


def _excluded(id: str, case: AnyCase, status: int) -> list[Any]:
    names = []
    if id in RULES_BEYOND or status == TOO_LARGE:
        names.append("positive_data_acceptance")
    if status == TOO_LARGE:
        names.append("negative_data_rejection")
    if any("grant" in way for way in case.operation.definition.raw.get("security", [])):
        names += ["ignored_auth", "missing_required_header"]  # denied looks like absent: 404, not 401
    return [CHECKS.get_one(name) for name in names]


def _told(failure: BaseException) -> str:
    parts = failure.exceptions if isinstance(failure, FailureGroup) else [failure]
    return json.dumps([str(part)[:500] for part in parts], ensure_ascii=False)
