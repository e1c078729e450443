"""Orders to be delivered: placed by an operator through the real path, or many at once straight into the tables."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event
from time import monotonic
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from callcenter.ids import uuid7
from callcenter.tenancy.rules import SWITCH, WEB
from callcenter.tenancy.unit import unit
from integrations.delivery.engine import Engine
from integrations.delivery.pace import Pace
from integrations.models import Connection
from integrations.secrets import ConnectionKey
from orders.access import held_call, here
from orders.actions import dialog
from orders.actions.place import marker_of, place, wake_engine
from orders.models import Call, Delivery, Order, OrderSecret
from orders.secrets import Dialog, OrderDetails
from tests.orders.cast import Cast, ring_and_answer

QUICK = Pace(scale=0.02, poll_s=0.1, clerks=4, drain_s=1.0)
PATIENCE_S = 20.0
KEY = "key of the program"
PHONE = "+79001234567"


def connect(cast: Cast, url: str, *, fingerprint: str = "", secret: str = KEY) -> Connection:
    """Give the service a dispatch program at this address."""
    link = Connection(service=cast.service, kind="taximaster", base_url=url, fingerprint=fingerprint)
    link.private_allowed = True
    link.stored = {"time_zone": "Europe/Moscow", "phone_format": "e164"}
    link.put_key(ConnectionKey(secret=secret))
    link.save()
    return link


def order_by_operator(cast: Cast, *, call: str = "c1") -> Order:
    """Ring, answer, redeem, place: as in a shift."""
    with unit(SWITCH):
        ring_and_answer(call=call, dnis=cast.line.number)
    call_id = Call.objects.get(external_id=call).pk
    with unit(WEB, seat=cast.secret):
        token = dialog.redeem(here(), call_id).token
    with unit(WEB, token=token, seat=cast.secret):
        held = held_call(call_id, exclusive=True)
        return place(held, Dialog(pickup="Ленина 15", destination="Вокзал", note="код 12"), key=uuid4())


def orders_in_bulk(cast: Cast, count: int, *, expires_in_s: float = 180) -> list[Order]:
    """Many queued orders, each of a call of its own, without a seat and without waking anybody."""
    now = timezone.now()
    return [_order(cast, expires_at=now + timedelta(seconds=expires_in_s)) for _position in range(count)]


def _order(cast: Cast, *, expires_at: datetime) -> Order:
    now, order_id = timezone.now(), uuid7()
    call = Call.objects.create(
        service=cast.service, line=cast.line, instance="pbx", external_id=f"bulk-{order_id}", state="answered"
    )
    order = Order.objects.create(
        id=order_id, service=cast.service, call=call, idempotency_key=uuid4(), marker=marker_of(order_id),
        phone_hmac=b"h", placed_at=now,
    )  # fmt: skip
    secret = OrderSecret(service=cast.service, order=order, call=call, erase_after=now + timedelta(days=10))
    secret.put(OrderDetails(phone=PHONE, pickup=f"Ленина {order_id.hex[-8:]}"))
    secret.save(force_insert=True)
    Delivery.objects.create(service=cast.service, order=order, call=call, next_at=now, expires_at=expires_at)
    return order


@contextmanager
def engine(pace: Pace = QUICK) -> Iterator[Engine]:
    """One engine in this process; a dying thread fails the test."""
    died = Event()
    running = Engine(pace, die=died.set)
    running.start()
    try:
        yield running
    finally:
        running.stop()
        assert not died.is_set()


def wake() -> None:
    """What web does after it has committed an order."""
    wake_engine()


def until(holds: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Wait until it holds; AssertionError when it takes too long."""
    end, pause = monotonic() + patience_s, Event()
    while not holds():
        assert monotonic() < end, "it did not come to this in time"
        pause.wait(0.01)


def settled(*states: str, of: int = 1) -> Callable[[], bool]:
    """Whether so many deliveries are in one of the states."""
    return lambda: Delivery.objects.filter(state__in=states).count() == of


def deadlocks() -> int:
    """How often PostgreSQL had to break a deadlock in this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
