"""Orders of fifty services as the product stores them: sealed, with a call and a delivery each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from bench.delivery.receiver import SERVICES
from callcenter.ids import uuid7
from callcenter.models import Line
from integrations.dispatch.comments import token_of
from integrations.models import Connection
from integrations.secrets import ConnectionKey
from orders.actions.place import marker_of, wake_engine
from orders.models import Call, Delivery, Order, OrderSecret
from orders.secrets import OrderDetails
from tests.factories import make_line, make_service

KEPT = timedelta(days=10)
EXPIRES = timedelta(minutes=30)
_FORGET = (
    "TRUNCATE orders_attempt, orders_delivery, orders_ordersecret, orders_order, orders_callsecret, orders_call,"
    " orders_calleventseen, integrations_connectioncheck, integrations_connection CASCADE"
)


@dataclass(frozen=True)
class Made:
    """An order that waits for its delivery to be queued."""

    token: str
    delivery: Delivery


@dataclass
class Rows:
    """The services, and the next order's number."""

    lines: list[Line] = field(default_factory=list)
    made: int = 0

    def clear(self, address: Callable[[int], str], fingerprint: str) -> None:
        """Forget all orders; point every service's connection at its address."""
        if not self.lines:
            self.lines = [make_line(make_service(position), f"+7496{position:07}") for position in range(SERVICES)]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(_FORGET)
        for position, line in enumerate(self.lines):
            link = Connection(
                service=line.service, kind="taximaster", base_url=address(position), fingerprint=fingerprint,
                private_allowed=True, stored={"time_zone": "Europe/Moscow", "phone_format": "8", "crew_group_id": 7},
            )  # fmt: skip
            link.put_key(ConnectionKey(secret="the bench's key"))
            link.save(force_insert=True)

    def make(self, count: int) -> list[Made]:
        """Orders by turns for each service; their deliveries are not yet in the table."""
        calls, orders, secrets, made = [], [], [], []
        for position in range(count):
            line, now, order_id = self.lines[position % SERVICES], timezone.now(), uuid7()
            self.made += 1
            call = Call(
                id=uuid7(), service=line.service, line=line, instance="bench", external_id=f"bench-{order_id}",
                state="answered", scenario_kind="full",
            )  # fmt: skip
            order = Order(
                id=order_id, service=line.service, call=call, idempotency_key=uuid4(), marker=marker_of(order_id),
                phone_hmac=b"h", placed_at=now,
            )  # fmt: skip
            secret = OrderSecret(id=uuid7(), service=line.service, order=order, call=call, erase_after=now + KEPT)
            secret.put(_details(self.made))
            delivery = Delivery(
                id=uuid7(), service=line.service, order=order, call=call, next_at=now, expires_at=now + EXPIRES
            )
            calls.append(call)
            orders.append(order)
            secrets.append(secret)
            made.append(Made(token_of(order.marker)[1:], delivery))
        Call.objects.bulk_create(calls, batch_size=500)
        Order.objects.bulk_create(orders, batch_size=500)
        OrderSecret.objects.bulk_create(secrets, batch_size=500)
        return made

    def queue(self, made: Sequence[Made]) -> float:
        """Commit the deliveries, then wake the engine as the product does; when it was committed."""
        Delivery.objects.bulk_create([one.delivery for one in made], batch_size=500)
        committed_at = monotonic()
        wake_engine()
        return committed_at


def _details(number: int) -> OrderDetails:
    return OrderDetails(
        phone=f"+79{number:09}", pickup="улица Ленина, 15", pickup_entrance="3", destination="Вокзал",
        passenger="Мария", note="код 12; пассажир с чемоданом и детским креслом, просит не курить",
    )  # fmt: skip
