"""The contract's form: a tariff is chosen by what it costs, not typed from memory."""

import pytest
from django.db import DatabaseError, connection, transaction

from billing.models import Contract
from billing.tariffs.catalogue import TARIFFS, rate
from callcenter.ids import uuid7
from callcenter.models import AuditEntry
from tests.factories import make_centre, make_rivals
from tests.harness import as_role
from tests.panels import browser, errors

pytestmark = pytest.mark.django_db(databases="__all__")


def test_every_tariff_is_offered_with_its_price() -> None:
    make_rivals(1)
    client = browser(make_centre().tokens["accountant"])

    page = client.get("/centre/billing/contract/add/").content.decode()

    assert [code for code in TARIFFS if f'<option value="{code}"' not in page] == []
    assert "1000 orders for 7,000.00, 3000 for 21,000.00" in page
    assert str(rate("PACKAGE-1000", 3000).total) == "21000.00"


def test_a_tariff_that_is_not_sold_is_refused_with_those_that_are() -> None:
    rival = make_rivals(1)[0]
    client = browser(make_centre().tokens["accountant"])
    typed = {
        "service": str(rival.service.pk),
        "number": "Z-1",
        "series": "Z",
        "tariff_code": "PACKAGE-1",
        "starts_on": "2030-01-01",
    }

    answer = client.post("/centre/billing/contract/add/", typed)

    assert "“PACKAGE-1” is no tariff: use one of PACKAGE-1000" in errors(answer)["tariff_code"][0]


def test_a_contract_is_changed_where_it_may_be_and_the_change_is_put_on_record() -> None:
    rival = make_rivals(1)[0]
    client, contract = browser(make_centre().tokens["accountant"]), Contract.objects.get(service=rival.service)
    typed = {"tariff_code": contract.tariff_code, "ends_on": "2031-12-31", "buyer_name": "ООО «Покупатель»"}

    answer = client.post(f"/centre/billing/contract/{contract.pk}/change/", typed)

    assert answer.status_code == 302, errors(answer)
    contract.refresh_from_db()
    assert (str(contract.ends_on), contract.buyer_name) == ("2031-12-31", "ООО «Покупатель»")
    assert AuditEntry.objects.filter(action="contract.changed").count() == 1


def test_whoever_may_not_see_a_contract_learns_nothing_by_adding_one() -> None:
    first, rival = make_rivals(2)
    Contract.objects.filter(service=rival.service).update(ends_on=None)
    columns = "id, service_id, number, series, tariff_code, currency, starts_on"
    told = "buyer_name, buyer_inn, buyer_kpp, buyer_address"
    values = "%s, %s, 'Z', 'Z', 'PER-ORDER-B', 'RUB', '2026-01-01', '', '', '', ''"
    insert = f"INSERT INTO billing_contract ({columns}, {told}) VALUES ({values})"
    refused = pytest.raises(DatabaseError)

    with (
        as_role("web", token=first.manager_token),
        refused as said,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(insert, [uuid7(), rival.service.pk])

    assert "row-level security" in str(said.value)
    assert rival.mark not in str(said.value)
