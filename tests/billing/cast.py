"""A service with a contract, its orders, and the two things that billing does to them."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connections
from django.utils import timezone

from billing.actions.close_month import close_month
from billing.actions.sweep import Swept, sweep_usage
from billing.models import Contract, Invoice
from callcenter.cookies import hashed
from callcenter.models import Grant, Line, Person, Scenario, TaxiService
from callcenter.tenancy.rules import BILLING
from callcenter.tenancy.unit import unit
from orders.models import Call, Delivery, Order

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
AFTER = datetime(2026, 12, 2, tzinfo=UTC)
SETTLED = {"accepted", "rejected", "expired"}


def make_contract(
    tariff: str = "PER-ORDER-B",
    *,
    name: str = "Комета",
    number: str = "+74951230001",
    starts: str = "2026-01-01",
    ends: str | None = None,
    zone: str = "Europe/Moscow",
) -> Contract:
    """A service with one line and its first contract."""
    service = TaxiService.objects.create(name=name, monogram=name[:1], hue="teal", greeting=name, time_zone=zone)
    scenario = Scenario.objects.create(service=service, kind="full")
    Line.objects.create(service=service, number=number, scenario=scenario)
    return add_contract(service, tariff, series=name[:2], starts=starts, ends=ends)


def add_contract(
    service: TaxiService, tariff: str = "PER-ORDER-B", *, series: str, starts: str, ends: str | None = None
) -> Contract:
    """One more contract of the service."""
    return Contract.objects.create(
        service=service,
        number=f"{series}-1",
        series=series,
        tariff_code=tariff,
        starts_on=date.fromisoformat(starts),
        ends_on=date.fromisoformat(ends) if ends else None,
    )


def place(contract: Contract, *, at: str = "2026-11-10T12:00:00+00:00", state: str = "accepted") -> Order:
    """One order of the service, accepted at once unless said otherwise."""
    service, moment = contract.service, datetime.fromisoformat(at)
    call = Call.objects.create(
        service=service, line=Line.objects.get(service=service), instance="pbx", external_id=str(uuid4())
    )
    order = Order.objects.create(
        service=service,
        call=call,
        idempotency_key=uuid4(),
        marker=str(uuid4())[:26],
        phone_hmac=b"x",
        placed_at=moment,
    )
    Delivery.objects.create(service=service, order=order, call=call, next_at=moment, expires_at=moment, state="unknown")
    settle(order, state, at=moment)
    return order


def settle(order: Order, state: str, *, at: datetime) -> None:
    """Let the delivery end, or go on, in this state."""
    accepted = {"number": "4417", "accepted_at": at} if state == "accepted" else {}
    Order.objects.filter(pk=order.pk).update(state=state, **accepted)
    Delivery.objects.filter(order=order).update(state=state if state in SETTLED else "unknown")


def close(contract: Contract, month: date = NOVEMBER, **more: Any) -> Invoice:
    """Close the month as the billing role."""
    with unit(BILLING):
        return close_month(contract, month, **{"now": AFTER, **more})


def sweep() -> Swept:
    """Sweep everything as the billing role."""
    with unit(BILLING):
        return sweep_usage()


def token_of(job: str, *, service: TaxiService | None = None) -> str:
    """The token of somebody who has logged in; a manager's opens the one service."""
    token, now = f"token-{uuid4()}", timezone.now()
    person = Person.objects.create(login=token[-12:], name=job, job=job, service=service)
    Grant.objects.create(
        kind="tenant" if service else "staff",
        token_hash=hashed(token),
        service=service,
        person=person,
        opened_at=now,
        expires_at=now + timedelta(hours=1),
        hard_expires_at=now + timedelta(hours=1),
    )
    return token


def together(*actions: Callable[[], object]) -> None:
    """Run the actions at the same moment, each in a thread with a connection of its own."""
    gate, failures = threading.Barrier(len(actions)), list[BaseException]()

    def run(action: Callable[[], object]) -> None:
        try:
            gate.wait(5)
            action()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert not any(thread.is_alive() for thread in threads)
