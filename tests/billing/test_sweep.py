"""Sweeping accepted orders into the ledger, on real PostgreSQL, as the billing role."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.actions.sweep import Swept, sweep_usage
from billing.models import Contract, UsageEntry
from billing.tasks import sweep as sweep_task
from callcenter.tenancy.rules import BILLING
from callcenter.tenancy.unit import unit
from tests.billing.cast import NOVEMBER, add_contract, close, make_contract, place, settle, sweep, together


def months() -> list[str]:
    return [
        f"{month:%Y-%m}" for month in UsageEntry.objects.order_by("placed_at").values_list("billing_month", flat=True)
    ]


def test_accepted_orders_become_usage_once(contract: Contract) -> None:
    order = place(contract)

    assert (sweep(), sweep()) == (Swept(written=1), Swept())
    entry = UsageEntry.objects.get()
    assert (entry.order_id, entry.number, entry.units, entry.reason_code) == (order.pk, "4417", 1, "accepted")
    assert (entry.billing_month, entry.placed_at) == (NOVEMBER, order.placed_at)


@pytest.mark.parametrize("state", ["queued", "sending", "unknown", "rejected", "expired"])
def test_only_accepted_orders_count(contract: Contract, state: str) -> None:
    place(contract, state=state)

    assert sweep() == Swept()


def test_an_order_accepted_in_the_next_month_belongs_to_the_month_of_the_press(contract: Contract) -> None:
    order = place(contract, at="2026-10-31T20:58:00+00:00", state="queued")
    assert sweep() == Swept()

    settle(order, "accepted", at=datetime(2026, 10, 31, 21, 3, tzinfo=UTC))
    sweep()

    assert months() == ["2026-10"]


@pytest.mark.parametrize(
    ("zone", "at", "month"),
    [
        ("Europe/Moscow", "2026-10-31T20:59:59+00:00", "2026-10"),
        ("Europe/Moscow", "2026-10-31T21:00:00+00:00", "2026-11"),
        ("Asia/Vladivostok", "2026-10-31T13:59:59+00:00", "2026-10"),
        ("Asia/Vladivostok", "2026-10-31T14:00:00+00:00", "2026-11"),
    ],
)
def test_the_month_is_that_of_the_service_s_own_zone(db: None, zone: str, at: str, month: str) -> None:
    place(make_contract(zone=zone), at=at)
    sweep()

    assert months() == [month]


def test_a_contract_begins_at_midnight_of_the_service_and_not_of_greenwich(db: None) -> None:
    contract = make_contract(starts="2026-11-01")
    place(contract, at="2026-10-31T20:59:59+00:00")
    place(contract, at="2026-10-31T21:00:00+00:00")

    assert sweep() == Swept(written=1, without_contract=1)
    assert months() == ["2026-11"]


def test_an_order_goes_to_the_contract_of_its_day(db: None) -> None:
    old = make_contract(ends="2026-11-15")
    new = add_contract(old.service, "PACKAGE-1000", series="КН", starts="2026-11-16")
    place(old, at="2026-11-15T20:59:59+00:00")
    place(old, at="2026-11-15T21:00:00+00:00")
    sweep()

    assert list(UsageEntry.objects.order_by("placed_at").values_list("contract", flat=True)) == [old.pk, new.pk]


def test_orders_without_a_contract_wait_for_one(db: None) -> None:
    contract = make_contract(ends="2026-10-31")
    place(contract)
    assert sweep() == Swept(without_contract=1)

    add_contract(contract.service, series="КН", starts="2026-11-01")

    assert sweep() == Swept(written=1)


def test_a_late_order_of_a_closed_month_stops_nothing_else(contract: Contract) -> None:
    rival = make_contract(name="Луна", number="+74951230011")
    close(contract)
    place(contract)
    place(contract, at="2026-12-01T12:00:00+00:00")
    place(rival)

    assert sweep() == Swept(written=2, late=1)
    assert months() == ["2026-11", "2026-12"]


def test_more_orders_than_fit_one_page_are_all_swept(contract: Contract) -> None:
    for second in range(5):
        place(contract, at=f"2026-11-10T12:00:0{second % 2}+00:00")

    with unit(BILLING):
        assert sweep_usage(page=2) == Swept(written=5)


def test_the_number_of_statements_does_not_grow_with_the_orders(contract: Contract) -> None:
    counts = []
    for orders in (1, 20):
        for _ in range(orders):
            place(contract, at=timezone.now().isoformat())
        with CaptureQueriesContext(connection) as captured:
            sweep()
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_the_regular_sweep_looks_back_three_days_and_a_closing_at_the_whole_month(contract: Contract) -> None:
    now = timezone.now()
    place(contract, at=now.isoformat())
    sweep()
    place(contract, at=(now - timedelta(days=2, hours=23)).isoformat())
    forgotten = place(contract, at=(now - timedelta(days=4)).isoformat())

    assert sweep() == Swept(written=1)
    close(contract, date(forgotten.placed_at.year, forgotten.placed_at.month, 1), now=now + timedelta(days=60))
    assert UsageEntry.objects.filter(order_id=forgotten.pk).exists()


def test_the_task_sweeps(contract: Contract) -> None:
    place(contract)

    sweep_task()

    assert months() == ["2026-11"]


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_write_every_order_once() -> None:
    contract, rival = make_contract(), make_contract(name="Луна", number="+74951230011")
    orders = {place(item).pk for item in (contract, rival) for _ in range(10)}

    together(sweep, sweep, sweep)

    assert sorted(UsageEntry.objects.values_list("order_id", flat=True)) == sorted(orders)
