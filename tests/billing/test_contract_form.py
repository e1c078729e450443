"""The contract's form: a tariff is chosen by what it costs, not typed from memory."""

import pytest

from billing.tariffs.catalogue import TARIFFS, rate
from tests.factories import make_centre, make_rivals
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
