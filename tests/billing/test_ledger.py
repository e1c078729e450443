"""What PostgreSQL itself refuses in the tables of money, and who may read them."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.db.models import Model

from billing.models import Contract, Invoice, InvoiceLine, InvoiceSeries, UsageEntry
from tests.billing.cast import AFTER, DECEMBER, NOVEMBER, add_contract, close, make_contract, place, sweep, token_of
from tests.harness import as_role


def execute(*statements: str) -> None:
    """Send the statements as they are."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def entry(contract: Contract, **more: Any) -> UsageEntry:
    """One usage entry, written straight into the table."""
    fields = {"order_id": uuid4(), "number": "4417", "placed_at": AFTER, "billing_month": NOVEMBER, **more}
    return UsageEntry.objects.create(service=contract.service, contract=contract, **fields)


def invoice(contract: Contract, **more: Any) -> Invoice:
    """One invoice without a line, written straight into the table."""
    fields = {"number": "X-1", "month": NOVEMBER, "orders": 0, "total": Decimal(0), "closed_at": AFTER, **more}
    return Invoice.objects.create(service=contract.service, contract=contract, currency="RUB", **fields)


@pytest.mark.parametrize("table", ["billing_usageentry", "billing_invoice", "billing_invoiceline"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET service_id = service_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_what_is_written_is_never_changed_not_even_by_a_superuser(
    contract: Contract, table: str, statement: str
) -> None:
    place(contract)
    close(contract)

    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        execute("SET CONSTRAINTS ALL IMMEDIATE", statement.format(table))


def test_usage_for_a_closed_month_is_refused(contract: Contract) -> None:
    close(contract)

    with pytest.raises(IntegrityError, match="The month 2026-11 of this contract is closed"), transaction.atomic():
        entry(contract)
    assert entry(contract, billing_month=DECEMBER).billing_month == DECEMBER


def test_an_order_has_one_unit_and_one_reversal_at_most(contract: Contract) -> None:
    order = entry(contract).order_id
    entry(contract, order_id=order, units=-1, reason_code="disputed")

    for units in (1, -1):
        with pytest.raises(IntegrityError, match="billing_usage_one_unit"), transaction.atomic():
            entry(contract, order_id=order, units=units, reason_code="again")


@pytest.mark.parametrize(
    ("write", "rule"),
    [
        (lambda contract: entry(contract, units=2), "billing_usage_units"),
        (lambda contract: entry(contract, billing_month=date(2026, 11, 2)), "billing_usage_first_of_month"),
        (lambda contract: invoice(contract, month=date(2026, 11, 2)), "billing_invoice_first_of_month"),
        (lambda contract: invoice(contract, total=Decimal("0.01")), "its lines say 0, the ledger says 0 orders"),
        (lambda contract: invoice(contract, orders=1), "its lines say 0, the ledger says 0 orders"),
        (
            lambda contract: add_contract(contract.service, series="НК", starts="2026-11-02", ends="2026-11-01"),
            "range lower bound|billing_contract_days",
        ),
        (
            lambda contract: add_contract(contract.service, series="НК", starts="2026-12-31"),
            "Contract НК-1 overlaps another contract of the same service",
        ),
    ],
)
def test_what_does_not_add_up_is_refused(contract: Contract, write: Callable[[Contract], Model], rule: str) -> None:
    with pytest.raises(DatabaseError, match=rule), transaction.atomic():
        write(contract)


def test_an_issued_invoice_takes_no_further_line(contract: Contract) -> None:
    issued = close(contract)

    with pytest.raises(IntegrityError, match="takes no further line"), transaction.atomic():
        InvoiceLine.objects.create(
            service=contract.service, invoice=issued, position=9, title="x", quantity=0, rate=0, amount=0
        )


def test_a_row_never_hangs_on_a_contract_of_a_rival(contract: Contract) -> None:
    rival = make_contract(name="Луна", number="+74951230011")

    execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="contract_id_tenant_fk"), transaction.atomic():
        UsageEntry.objects.create(
            service=contract.service,
            contract=rival,
            order_id=uuid4(),
            number="1",
            placed_at=AFTER,
            billing_month=NOVEMBER,
        )


def test_two_services_may_have_the_same_number(contract: Contract) -> None:
    rival = make_contract(name="Комар", number="+74951230011")

    assert close(contract).number == close(rival).number == "Ко-2026-0001"


@pytest.mark.parametrize(
    "table", ["orders_order", "orders_ordersecret", "orders_call", "orders_callsecret", "orders_delivery"]
)
def test_billing_reads_nothing_of_orders_but_the_two_views(contract: Contract, table: str) -> None:
    with as_role("billing"), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        execute(f"SELECT 1 FROM {table}")


@pytest.mark.parametrize(
    "table", ["billing_contract", "billing_invoice", "billing_usageentry", "callcenter_taxiservice"]
)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_billing_changes_nothing_that_is_written(contract: Contract, table: str, statement: str) -> None:
    with as_role("billing"), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        execute(statement.format(table))


SHOWN: tuple[type[Model], ...] = (Contract, UsageEntry, Invoice, InvoiceLine)


def seen(token: str) -> list[int]:
    """How many rows of each table the web role reads with this token."""
    with as_role("web", token=token):
        return [model._default_manager.count() for model in SHOWN]


def test_a_manager_sees_the_money_of_the_own_service_and_the_accountant_all(contract: Contract) -> None:
    rival = make_contract(name="Луна", number="+74951230011")
    for item in (contract, rival):
        place(item)
        close(item)
    manager = token_of("manager", service=contract.service)

    assert seen(manager) == [1, 1, 1, 1]
    with as_role("web", token=manager):
        assert {str(Contract.objects.get().pk), str(Invoice.objects.get().contract_id)} == {str(contract.pk)}
    assert [seen(token_of(job)) for job in ("accountant", "admin")] == [[2, 2, 2, 2]] * 2


@pytest.mark.parametrize("job", ["supervisor", "operator"])
def test_nobody_else_sees_any(contract: Contract, job: str) -> None:
    place(contract)
    close(contract)

    assert seen(token_of(job)) == seen("") == seen("forged") == [0, 0, 0, 0]


@pytest.mark.parametrize("role", ["switch", "worker", "auth"])
@pytest.mark.parametrize("model", [*SHOWN, InvoiceSeries])
def test_no_other_process_may_even_ask(contract: Contract, role: str, model: type[Model]) -> None:
    with as_role(role), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        model._default_manager.count()


def test_the_web_writes_no_money(contract: Contract) -> None:
    sweep()
    token = token_of("admin")

    with as_role("web", token=token), pytest.raises(ProgrammingError, match="permission"), transaction.atomic():
        entry(contract)
