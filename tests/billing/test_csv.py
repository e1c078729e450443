"""The invoice as a file for an accountant's spreadsheet."""

import csv
import io
from decimal import Decimal

import pytest
from django.utils.translation import override

from billing.exports.csv import invoice_csv, safe
from billing.models import Contract, Invoice
from tests.billing.cast import close, make_contract, place


def rows(invoice: Invoice) -> list[list[str]]:
    """What a spreadsheet would read."""
    with override("en"):
        text = invoice_csv(invoice).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def test_the_file_says_what_the_invoice_says(contract: Contract) -> None:
    place(contract)

    head, line, total = rows(close(contract))

    assert head == ["Invoice", "Month", "Contract", "Position", "Title", "Quantity", "Rate", "Amount", "Currency"]
    assert line == ["Ко-2026-0001", "2026-11", "Ко-1", "1", "Orders from 1 to 1000", "1", "5,9500", "5,95", "RUB"]
    assert total == ["Ко-2026-0001", "2026-11", "Ко-1", "", "Total", "1", "", "5,95", "RUB"]


def test_the_total_equals_the_lines(db: None) -> None:
    contract = make_contract("PACKAGE-3000", starts="2026-11-30")
    for _ in range(102):
        place(contract, at="2026-11-30T12:00:00+00:00")

    _head, *lines, total = rows(close(contract))

    amounts = [Decimal(row[7].replace(",", ".")) for row in lines]
    assert amounts == [Decimal("650.00"), Decimal("13.00")]
    assert total[7] == "663,00"


def test_the_bytes_are_those_that_russian_spreadsheets_open_by_a_double_click(contract: Contract) -> None:
    content = invoice_csv(close(contract))

    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n") == 2
    assert "Ко-2026-0001".encode() in content


@pytest.mark.parametrize("text", ["=1+1", "+7", "-1", "@SUM(A1)", "\tx", "\rx", "\nx"])
def test_a_cell_never_begins_like_a_formula(text: str) -> None:
    assert safe(text) == f"'{text}"


def test_a_contract_that_is_named_like_a_formula_stays_a_text(contract: Contract) -> None:
    Contract.objects.filter(pk=contract.pk).update(number='=HYPERLINK("x";1)')
    contract.refresh_from_db()

    assert rows(close(contract))[1][2] == '\'=HYPERLINK("x";1)'
