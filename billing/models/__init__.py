"""The tables of contracts, usage and invoices. No phone and no address is in any of them."""

from billing.models.contract import Contract, InvoiceSeries
from billing.models.invoice import Invoice, InvoiceLine
from billing.models.ledger import UsageEntry

__all__ = ["Contract", "Invoice", "InvoiceLine", "InvoiceSeries", "UsageEntry"]
