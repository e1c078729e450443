"""The description of the addresses for a service's own programs: invoices and usage."""

from django.utils.translation import gettext_lazy as _

from billing.api import service
from callcenter.api.schema import describe

INVOICE_ID = "019a9f00-4a21-7d0e-9b6f-51c2d3e4f5a6"
INVOICE = {
    "id": INVOICE_ID,
    "number": "KM-2026-10",
    "contract": "KM-1",
    "month": "2026-10",
    "tariff": "PER-ORDER-B",
    "orders": 2914,
    "excluded": 0,
    "total": "15913.80",
    "currency": "RUB",
    "closed_at": "2026-11-01T00:10:04.312000Z",
}
LINE = {
    "position": 1,
    "title": "Orders 1 to 1000",
    "first": 1,
    "last": 1000,
    "quantity": 1000,
    "rate": "5.9500",
    "amount": "5950.00",
}
USE = {
    "month": "2026-11",
    "time_zone": "Europe/Moscow",
    "contracts": [{"contract": "KM-1", "tariff": "PER-ORDER-B", "orders": 2214, "taken_back": 1, "invoice": None}],
}

describe(
    service.Invoices,
    "invoices_list",
    _("Invoices"),
    _("Your invoices, the newest first. Amounts are texts with a point: read them as decimals."),
    example=INVOICE,
)
describe(
    service.OneInvoice,
    "invoices_read",
    _("One invoice"),
    _("One invoice with its lines. Each line says which orders of the month it counts, by their place in it."),
    example={**INVOICE, "lines": [LINE]},
)
describe(
    service.Use,
    "usage_read",
    _("Usage of a month"),
    _("How many accepted orders a month has so far, by contract."),
    example=USE,
)
