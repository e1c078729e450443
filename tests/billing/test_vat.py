"""VAT inside prices, by the month of service."""

from datetime import date
from decimal import Decimal

import pytest

from billing.tariffs.vat import SellerTaxMode, TaxMode, document, inside, mode_on, on_top, percent_on

HISTORY = [
    SellerTaxMode(effective_from=date(2026, 9, 1), mode=TaxMode.SIMPLIFIED_5),
    SellerTaxMode(effective_from=date(2025, 1, 1), mode=TaxMode.SIMPLIFIED_EXEMPT),
]


@pytest.mark.parametrize(
    ("mode", "day", "percent"),
    [
        (TaxMode.GENERAL, "2025-12-31", 20),
        (TaxMode.GENERAL, "2026-01-01", 22),
        (TaxMode.SIMPLIFIED_GENERAL, "2025-12-31", 20),
        (TaxMode.SIMPLIFIED_GENERAL, "2026-01-01", 22),
        (TaxMode.SIMPLIFIED_5, "2026-11-01", 5),
        (TaxMode.SIMPLIFIED_7, "2026-11-01", 7),
        (TaxMode.SIMPLIFIED_EXEMPT, "2026-11-01", None),
    ],
)
def test_a_mode_has_the_rate_of_the_day_of_service(mode: TaxMode, day: str, percent: int | None) -> None:
    assert percent_on(mode, date.fromisoformat(day)) == (None if percent is None else Decimal(percent))


def test_a_mode_that_did_not_exist_yet_is_named() -> None:
    with pytest.raises(ValueError, match="simplified_5 exists from 2025-01-01: 2024-12-31 lies before it"):
        percent_on(TaxMode.SIMPLIFIED_5, date(2024, 12, 31))


def test_an_exemption_may_end_inside_a_year() -> None:
    assert mode_on(HISTORY, date(2026, 8, 31)) is TaxMode.SIMPLIFIED_EXEMPT
    assert mode_on(HISTORY, date(2026, 9, 1)) is TaxMode.SIMPLIFIED_5
    with pytest.raises(ValueError, match="No tax mode of the seller is in force on 2024-12-31"):
        mode_on(HISTORY, date(2024, 12, 31))


@pytest.mark.parametrize(
    ("gross", "percent", "vat"),
    [("7000.00", 22, "1262.30"), ("7000.00", 5, "333.33"), ("20325.50", 7, "1329.71"), ("-7000.00", 5, "-333.33")],
)
def test_vat_is_half_up_to_the_kopeck(gross: str, percent: int, vat: str) -> None:
    taxed = inside(Decimal(gross), Decimal(percent))

    assert (taxed.vat, taxed.gross) == (Decimal(vat), Decimal(gross))


def test_without_vat_the_net_amount_is_what_is_paid() -> None:
    assert inside(Decimal("7000.00"), None).net == on_top(Decimal("7000.00"), None).gross == Decimal("7000.00")


def test_the_vat_of_a_document_is_that_of_its_lines_and_not_of_its_total() -> None:
    amounts, percent = [Decimal("0.01"), Decimal("5.12")], Decimal(7)

    assert document(inside(amount, percent) for amount in amounts).vat == Decimal("0.33")
    assert inside(Decimal("5.13"), percent).vat == Decimal("0.34")
