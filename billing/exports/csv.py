"""An invoice as CSV for accountants: UTF-8 with a byte order mark, `;`, CRLF, decimal comma."""

import csv
import io
from decimal import Decimal

from django.utils.translation import gettext as _

from billing.models import Invoice

# A cell that begins like a formula would be calculated by a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def invoice_csv(invoice: Invoice) -> bytes:
    """Return the file: head, lines, total. The total equals the sum of the lines."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, delimiter=";", lineterminator="\r\n")
    head = [
        _("Invoice"),
        _("Month"),
        _("Contract"),
        _("Position"),
        _("Title"),
        _("Quantity"),
        _("Rate"),
        _("Amount"),
        _("Currency"),
    ]
    rows.writerow(head)
    fixed = [safe(invoice.number), f"{invoice.month:%Y-%m}", safe(invoice.contract.number)]
    for line in invoice.lines.order_by("position"):
        rows.writerow(
            [
                *fixed,
                line.position,
                safe(str(line)),
                line.quantity,
                decimal(line.rate),
                decimal(line.amount),
                invoice.currency,
            ]
        )
    rows.writerow([*fixed, "", _("Total"), invoice.orders, "", decimal(invoice.total), invoice.currency])
    return ("\ufeff" + text.getvalue()).encode()


def decimal(value: Decimal) -> str:
    """A number with a decimal comma."""
    return f"{value}".replace(".", ",")


def safe(text: str) -> str:
    """The text, with an apostrophe before anything that a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
