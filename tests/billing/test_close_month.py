"""Sweeping the ledger and closing a month on real PostgreSQL, as the billing role."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, connections, transaction

from billing.actions.close_month import CannotClose, close_month
from billing.actions.sweep import sweep_usage
from billing.exports.csv import invoice_csv, safe
from billing.models import Contract, Invoice, InvoiceLine, InvoiceSeries, UsageEntry
from callcenter.ids import uuid7
from callcenter.models import Line
from callcenter.tenancy.rules import BILLING
from callcenter.tenancy.unit import unit
from orders.models import Call, Delivery, Order
from tests.orders.cast import cast

NOVEMBER, AFTER = date(2026, 11, 1), datetime(2026, 12, 2, tzinfo=UTC)


@pytest.fixture
def contract(db: None) -> Contract:
    return make_contract()


def make_contract(
    tariff: str = "PER-ORDER-B", *, name: str = "Комета", number: str = "+74951230001", starts: str = "2026-01-01"
) -> Contract:
    service = cast(name, number=number, extension=number[-3:]).service
    return Contract.objects.create(
        service=service,
        number=f"{name[:2]}-1",
        series=name[:2],
        tariff_code=tariff,
        starts_on=date.fromisoformat(starts),
    )


def place(contract: Contract, *, at: str = "2026-11-10T12:00:00+00:00", state: str = "accepted") -> Order:
    """One order of the service, accepted unless said otherwise."""
    service, moment = contract.service, datetime.fromisoformat(at)
    call = Call.objects.create(
        service=service, line=Line.objects.get(service=service), instance="pbx", external_id=str(uuid4())
    )
    accepted = state == "accepted"
    order = Order.objects.create(
        service=service, call=call, idempotency_key=uuid4(), marker=str(uuid4())[:26], phone_hmac=b"x", placed_at=moment,
        state=state, number="4417" if accepted else "", accepted_at=moment if accepted else None,
    )  # fmt: skip
    Delivery.objects.create(
        service=service,
        order=order,
        call=call,
        next_at=moment,
        expires_at=moment,
        state="accepted" if accepted else "unknown",
    )
    return order


def close(contract: Contract, month: date = NOVEMBER, **more: object) -> Invoice:
    with unit(BILLING):
        return close_month(contract, month, **{"now": AFTER, **more})  # type: ignore[arg-type]


def sweep() -> int:
    with unit(BILLING):
        return sweep_usage()


def test_accepted_orders_become_usage_once(contract: Contract) -> None:
    place(contract)
    place(contract, state="unknown")

    assert (sweep(), sweep()) == (1, 0)
    assert UsageEntry.objects.get().billing_month == NOVEMBER


@pytest.mark.parametrize(
    ("at", "month"),
    [("2026-10-31T20:59:59+00:00", "2026-10-01"), ("2026-10-31T21:00:00+00:00", "2026-11-01")],
)
def test_the_month_is_that_of_the_service_s_own_zone(contract: Contract, at: str, month: str) -> None:
    place(contract, at=at)
    sweep()

    assert UsageEntry.objects.get().billing_month == date.fromisoformat(month)


def test_closing_counts_rates_numbers_and_adds_up(contract: Contract) -> None:
    for _ in range(3):
        place(contract)

    invoice = close(contract)

    assert (invoice.number, invoice.orders, invoice.total) == ("Ко-2026-0001", 3, Decimal("17.85"))
    assert sum(line.amount for line in InvoiceLine.objects.all()) == invoice.total


def test_closing_twice_gives_the_same_invoice(contract: Contract) -> None:
    place(contract)

    assert close(contract).pk == close(contract).pk
    assert InvoiceSeries.objects.get().last_number == 1


def test_a_month_that_has_not_ended_stays_open(contract: Contract) -> None:
    with pytest.raises(CannotClose, match="has not ended in Europe/Moscow"):
        close(contract, now=datetime(2026, 11, 30, 20, 59, tzinfo=UTC))
    assert not Invoice.objects.exists()


def test_an_order_under_way_keeps_the_month_open_unless_a_person_leaves_it_out(contract: Contract) -> None:
    waiting = place(contract, state="unknown")

    with pytest.raises(CannotClose, match="1 orders of 2026-11"):
        close(contract)
    with pytest.raises(CannotClose, match="without a reason"):
        close(contract, excluded=[waiting.pk])
    assert close(contract, excluded=[waiting.pk], why="checked by phone").excluded == 1


def test_usage_for_a_closed_month_is_refused_by_the_database(contract: Contract) -> None:
    close(contract)
    place(contract)

    with pytest.raises(DatabaseError, match="is closed"), transaction.atomic():
        sweep()


@pytest.mark.parametrize("table", ["billing_usageentry", "billing_invoice", "billing_invoiceline"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET service_id = service_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_what_is_written_is_never_changed_not_even_by_a_superuser(
    contract: Contract, table: str, statement: str
) -> None:
    place(contract)
    close(contract)

    with pytest.raises(DatabaseError, match="written once"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement.format(table))


def test_a_failed_closing_leaves_no_gap_in_the_numbers(contract: Contract) -> None:
    def fail_after_closing() -> None:
        close(contract)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        fail_after_closing()

    assert close(contract).number == "Ко-2026-0001"


def test_each_contract_has_a_series_of_its_own(contract: Contract) -> None:
    other = make_contract("PACKAGE-1000", name="Луна", number="+74951230011")

    assert [close(item).number for item in (contract, other)] == ["Ко-2026-0001", "Лу-2026-0001"]
    assert Invoice.objects.get(contract=other).total == Decimal("7000.00")


def test_the_file_is_what_an_accountant_s_spreadsheet_reads(contract: Contract) -> None:
    place(contract)

    text = invoice_csv(close(contract)).decode("utf-8-sig")

    rows = [row.split(";") for row in text.split("\r\n")[:-1]]
    assert rows[1][:8] == ["Ко-2026-0001", "2026-11", "Ко-1", "1", "Orders from 1 to 1000", "1", "5,9500", "5,95"]
    assert rows[-1][7] == "5,95"


@pytest.mark.parametrize("text", ["=1+1", "+7", "-1", "@SUM(A1)", "\tx"])
def test_a_cell_never_begins_like_a_formula(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.django_db(transaction=True)
def test_two_closers_at_once_make_one_invoice() -> None:
    contract = make_contract()
    for _ in range(5):
        place(contract)
    numbers: list[str] = []

    _together(lambda: numbers.append(close(contract).number))

    assert numbers == ["Ко-2026-0001"] * 2
    assert Invoice.objects.count() == 1


def _together(action: Callable[[], None]) -> None:
    gate = threading.Barrier(2)

    def run() -> None:
        gate.wait(5)
        try:
            action()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)


def test_ids_are_time_ordered_so_that_the_sweep_can_page_by_them() -> None:
    assert sorted(ids := [uuid7() for _ in range(3)], key=lambda item: item.int >> 80) == ids
